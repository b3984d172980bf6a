"""A process that stores documents until it is killed: forks one that does for each line it reads.

Run as `python -m tests.services.uploader CASE CENTRE USER`; it prints the fork's pid, then the id
of each document once its row was committed, and `gone` when the fork is.
"""

import os
import secrets
import sys

from cma_app.access.actor import Actor
from cma_app.intake.workshop import SafeFile
from cma_app.services.document_intake import Original, keep_document
from cma_app.session import open_as


def main(case_id: int, centre_id: int, user_id: int) -> None:
    """Fork and be killed, as often as we are told."""
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _store_for_ever(case_id, Actor(user_id, centre_id, "advisor", "", "", ""))
        _say(f"pid {pid}")
        os.waitpid(pid, 0)
        _say("gone")


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _store_for_ever(case_id: int, who: Actor) -> None:
    while True:
        content = b"%PDF-" + secrets.token_bytes(200_000)
        safe = SafeFile(content, "application/pdf", 1, ())
        original = Original("Endless.pdf", len(content), secrets.token_hex(32))
        with open_as(who) as session:
            made = keep_document(session, case_id, safe, original)
        _say(f"id {made.id}")


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
