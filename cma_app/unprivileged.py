"""Becomes another program with fewer rights: run as a script, never imported.

PostgreSQL refuses to run as root, and a function run between fork and exec is not safe where
threads are; so a small script drops the rights and then becomes the program, under one pid.

Usage: unprivileged.py UID GID DEATH_SIGNAL PARENT PROGRAM [ARGUMENT...]. A UID of -1 keeps the
user. DEATH_SIGNAL, where the system has such a thing, arrives when the parent dies; 0 for none.
"""

import os
import sys


def main(arguments: list[str]) -> None:
    """Drop to the user, tie the life to the parent's, and become the program."""
    uid, gid, number, parent = (int(argument) for argument in arguments[:4])
    libc = None
    if number and sys.platform.startswith("linux"):
        import ctypes  # noqa: PLC0415 - 10 ms, and the other user may not reach our Python

        libc = ctypes.CDLL(None, use_errno=True)
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        os.umask(0o077)
    if libc is not None:
        libc.prctl(1, number, 0, 0, 0)  # 1 is PR_SET_PDEATHSIG; setuid would have undone it
        if os.getppid() != parent:
            sys.exit("the process that wanted this one has gone")
    os.execv(arguments[4], arguments[4:])  # noqa: S606 - the caller gives a full path


if __name__ == "__main__":
    main(sys.argv[1:])
