"""Becomes another program with fewer rights: run as a script, never imported.

PostgreSQL refuses to run as root, and a function run between fork and exec is not safe where
threads are; so a small script drops the rights and then becomes the program, under one pid.

Usage: unprivileged.py UID GID DEATH_SIGNAL PARENT PROGRAM [ARGUMENT...]. A UID of -1 keeps the
user. DEATH_SIGNAL, where the system has such a thing, arrives when the parent dies; 0 for none.
"""

import os
import sys


def _die_with(parent: int, number: int) -> None:
    """Ask Linux for signal `number` when the parent ends; other systems have no such wish."""
    if not number or not sys.platform.startswith("linux"):
        return
    import ctypes  # noqa: PLC0415 - costs 10 ms, so only where it is used

    ctypes.CDLL(None, use_errno=True).prctl(1, number, 0, 0, 0)  # 1 is PR_SET_PDEATHSIG
    if os.getppid() != parent:
        sys.exit("the process that wanted this one has gone")


def main(arguments: list[str]) -> None:
    """Drop to the user, tie the life to the parent's, and become the program."""
    uid, gid, number, parent = (int(argument) for argument in arguments[:4])
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    os.umask(0o077)
    _die_with(parent, number)  # after setuid, which would forget it
    os.execv(arguments[4], arguments[4:])  # noqa: S606 - the caller gives a full path


if __name__ == "__main__":
    main(sys.argv[1:])
