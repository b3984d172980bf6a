"""Slowing down who guesses: failures make the next try wait, and never lock anybody out for good.

A subject is the hash of whoever is tried to be, so that the table of events names nobody.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import text

from cma_app.access.actor import Origin
from cma_app.clock import now

WINDOW = timedelta(minutes=15)
FREE_TRIES = 5
ADDRESS_TRIES = 100  # a whole centre may share one address

_FAILURES = text("SELECT * FROM cma_recent_failures(:subject, cast(:address AS inet), :since)")
_EVENT = text("SELECT cma_record_security_event(:kind, :subject, cast(:address AS inet), :agent)")


class Executes(Protocol):
    """A connection or a session: whatever runs a statement."""

    def execute(self, statement: Any, parameters: Any, /) -> Any:
        """Run a statement."""


def subject_of(kind: str, who: str) -> str:
    """Return the hash that stands for somebody in the table of events."""
    return hashlib.sha256(f"{kind}:{who}".encode()).hexdigest()


def wait_left(
    connection: Executes, subject: str, origin: Origin, *, window: timedelta = WINDOW
) -> timedelta:
    """Return how long this person or address still has to wait after its failures.

    Failures count for a `window`; the pause doubles with each and is 15 minutes at the most.
    """
    moment = now()
    asked = {"subject": subject, "address": origin.ip_address}
    counted, lately = (
        connection.execute(_FAILURES, {**asked, "since": moment - each}).one()
        for each in (window, WINDOW)
    )
    if lately.for_address >= ADDRESS_TRIES:
        return timedelta(minutes=1)
    extra = counted.for_subject - FREE_TRIES
    if extra < 0:
        return timedelta(0)
    pause = min(timedelta(seconds=5 * 2 ** min(extra, 16)), WINDOW)
    latest: datetime = counted.latest
    return max(latest + pause - moment, timedelta(0))


def note_event(connection: Executes, kind: str, subject: str, origin: Origin) -> None:
    """Remember a try: "sign_in_failed" counts, and "sign_in" wipes the person's failures."""
    connection.execute(
        _EVENT,
        {
            "kind": kind,
            "subject": subject,
            "address": origin.ip_address,
            "agent": origin.user_agent,
        },
    )


def too_many(wait: timedelta) -> str:
    """Return the sentence for who has to wait."""
    return f"Too many tries. Wait {_spoken(wait)} and try again."


def _spoken(wait: timedelta) -> str:
    seconds = int(wait.total_seconds()) + 1
    if seconds < 60:
        return f"{seconds} seconds"
    minutes = -(-seconds // 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
