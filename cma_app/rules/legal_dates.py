"""When to act for a day that the law or a court fixed: the day stands, the work comes before."""

from dataclasses import dataclass
from datetime import date, timedelta

from cma_app.rules.calendars import add_working_days, is_working_day


def act_by(day: date, nation: str) -> date:
    """Return a legal day itself, or the working day before it where nobody works on it."""
    return day if is_working_day(day, nation) else add_working_days(day, -1, nation)


def last_acted_on(by: date, nation: str) -> date:
    """Return the latest legal day whose work is to be done by a day: it stands before the first
    working day after that."""
    return add_working_days(by, 1, nation) - timedelta(days=1)


def working_days_left(on: date, day: date, nation: str) -> int:
    """Return how many working days there are after `on` up to a day, it included; 0 if none."""
    days = (on + timedelta(days=n) for n in range(1, (day - on).days + 1))
    return sum(is_working_day(each, nation) for each in days)


@dataclass(frozen=True, slots=True)
class Left:
    """How long there is for a legal day: `act_by` as above, `days` negative once it has passed.

    `working_days` counts those on which something can still be done, today left out.
    """

    day: date
    act_by: date
    days: int
    working_days: int

    @property
    def rolls(self) -> bool:
        """Say whether the work has to be done before the day itself."""
        return self.act_by != self.day


def left(day: date, on: date, nation: str) -> Left:
    """Return how long there is on a day for a legal day in a nation."""
    by = act_by(day, nation)
    return Left(day, by, (day - on).days, working_days_left(on, by, nation))
