"""Finding free time: within working hours, without what is taken, right across clock changes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from cma_app.rules.local_time import NoSuchTime, end_of, moment_at
from cma_app.rules.working_hours import Span

STEP: Final = 15
"""Minutes: offered times begin on these steps of the hour."""
LOOKED_AHEAD: Final = timedelta(days=60)

Taken = tuple[datetime, datetime]
"""From one moment to another, both with their zone."""


@dataclass(frozen=True, slots=True)
class Free:
    """A free time: a local date and when it begins."""

    day: date
    at: time


def is_free(starts: datetime, ends: datetime, taken: Sequence[Taken]) -> bool:
    """Say whether nothing is taken between two moments; what only touches does not matter."""
    return all(ends <= other_starts or other_ends <= starts for other_starts, other_ends in taken)


def is_within(day: date, at: time, minutes: int, spans: Sequence[Span]) -> bool:
    """Say whether a time and what follows lies within one of a day's spans."""
    ends = end_of(day, at, minutes)
    return any(first <= at and ends <= moment_at(day, last) for first, last in spans)


def next_free(
    working: Callable[[date], Sequence[Span]],
    taken: Sequence[Taken],
    *,
    earliest: datetime,
    first_day: date,
    minutes: int,
    most: int = 3,
) -> list[Free]:
    """Return the next free times from a day on, none before `earliest` and none overlapping.

    `working` gives the spans of a day. It looks sixty days ahead and no further.
    """
    found: list[Free] = []
    not_before = earliest
    for number in range(LOOKED_AHEAD.days + 1):
        day = first_day + timedelta(days=number)
        for at in _starts(working(day)):
            try:
                starts, ends = moment_at(day, at), end_of(day, at, minutes)
                fits = is_within(day, at, minutes, working(day))
            except NoSuchTime:
                continue
            if fits and starts >= not_before and is_free(starts, ends, taken):
                found.append(Free(day, at))
                not_before = ends
                if len(found) == most:
                    return found
    return found


def _starts(spans: Sequence[Span]) -> Iterator[time]:
    for first, last in spans:
        begins, ends = first.hour * 60 + first.minute, last.hour * 60 + last.minute
        for minutes in range(-(-begins // STEP) * STEP, ends, STEP):
            yield time(*divmod(minutes, 60))
