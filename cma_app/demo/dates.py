"""The days of the story, written by their distance from T, the day on which the demo is loaded.

`T-8` is eight days before T, whatever day that is: legal dates never roll. `<T-8` is the last
working day by then, `>T+5` the first working day from then on. `!T+2` is a date of one's own
before something fixed: the last working day by then, or the next one where that has passed.
`W-4` is the fourth working day before T, `T+6m` six months on. `R` is the day whose record may be
forgotten ten days from T; it is counted from as T is.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from cma_app.clock import LONDON
from cma_app.rules.calendars import add_working_days, is_working_day
from cma_app.rules.dates import add_months

RETENTION_MONTHS: Final = 72
FALLS_DUE_IN: Final = timedelta(days=10)
DAY: Final = re.compile(r"(?P<roll>[<>!]?)(?P<base>[TWR])(?P<n>[+-][0-9]+)?(?P<months>m?)")


def day_of(written: str, on: date, nation: str) -> date:
    """Return the day that is written, for a demo loaded on a day; ValueError for another word."""
    found = DAY.fullmatch(written)
    if not found:
        raise ValueError(f"There is no day {written!r} in the story.")
    n = int(found["n"] or 0)
    if found["base"] == "W":
        return add_working_days(on, n, nation)
    base = add_months(on + FALLS_DUE_IN, -RETENTION_MONTHS) if found["base"] == "R" else on
    if found["months"]:
        return add_months(base, n)
    return _rolled(base + timedelta(days=n), found["roll"], on, nation)


def _rolled(day: date, roll: str, on: date, nation: str) -> date:
    if not roll or is_working_day(day, nation):
        return day
    earlier = add_working_days(day, -1, nation)
    if roll == "<" or (roll == "!" and earlier >= on):
        return earlier
    return add_working_days(day, 1, nation)


def moment_of(written: str, on: date, nation: str) -> datetime:
    """Return the moment of a step, written as a day and a local time: `<T-8 10:20`."""
    day, _, clock = written.partition(" ")
    return datetime.combine(day_of(day, on, nation), time.fromisoformat(clock), LONDON)
