"""The only place that reads the clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

_told: Final[ContextVar[datetime | None]] = ContextVar("the moment of a story", default=None)


def now() -> datetime:
    """Return this moment in UTC."""
    return _told.get() or datetime.now(UTC)  # noqa: TID251 - this is the one reader of the clock


def today() -> date:
    """Return the local date in the United Kingdom: legal day counts use local dates."""
    return now().astimezone(LONDON).date()


def local(moment: datetime) -> datetime:
    """Return a stored moment as the clock on a British wall shows it."""
    return moment.astimezone(LONDON)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Make it that moment while the block runs, for the demo and for tests, never for a request.

    The moment needs its zone. What the database stamps by itself stays real.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    token = _told.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _told.reset(token)
