"""Moments of local dates and times in the United Kingdom, right across clock changes.

In spring an hour is skipped: a time in it is none. In autumn an hour comes twice: of such a time
the first is meant, before the clocks go back. The database works out slots the same way.
"""

from datetime import UTC, date, datetime, time, timedelta

from cma_app.clock import LONDON
from cma_app.errors import CmaError


class NoSuchTime(CmaError):
    """The clocks skip this time on that day."""


def moment_at(day: date, at: time) -> datetime:
    """Return the moment in UTC of a local date and time, the first where it comes twice.

    Raises NoSuchTime, with a sentence, for a time that the clocks skip.
    """
    local = datetime.combine(day, at, LONDON).replace(fold=0)
    moment = local.astimezone(UTC)
    if moment.astimezone(LONDON).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoSuchTime(
            f"The clocks go forward on {day.day} {day:%b %Y}, so there is no {at:%H:%M} that day."
            " Choose 02:00 or later."
        )
    return moment


def comes_twice(day: date, at: time) -> bool:
    """Say whether a local time comes twice on a day, because the clocks go back."""
    first = datetime.combine(day, at, LONDON).replace(fold=0)
    second = first.replace(fold=1)
    return first.utcoffset() > second.utcoffset()  # type: ignore[operator]


def end_of(day: date, at: time, minutes: int) -> datetime:
    """Return the moment in UTC at which what begins at a local time ends; minutes are real ones."""
    return moment_at(day, at) + timedelta(minutes=minutes)
