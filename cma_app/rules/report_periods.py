"""The periods that a report is made of, by local days: months, quarters, financial years."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from cma_app.rules.dates import add_months
from cma_app.rules.local_time import moment_at
from cma_app.rules.parameters import parameter

EARLIEST = date(2000, 1, 1)
"""No report begins before this day."""


@dataclass(frozen=True, slots=True)
class Days:
    """Some local days, both included, and the moments in UTC between which they lie."""

    first: date
    last: date

    @property
    def begins(self) -> datetime:
        """Return the first moment."""
        return moment_at(self.first, time(0))

    @property
    def ends(self) -> datetime:
        """Return the moment at which it is over."""
        return moment_at(self.last + timedelta(days=1), time(0))

    @property
    def is_whole_months(self) -> bool:
        """Say whether it is made of whole calendar months."""
        return self.first.day == 1 and (self.last + timedelta(days=1)).day == 1


def _months(first: date, many: int) -> Days:
    return Days(first, add_months(first, many) - timedelta(days=1))


def year_begin(day: date) -> date:
    """Return the first day of the financial year in which a day lies."""
    month = int(parameter("report_year_begins_month").on(day))
    begin = date(day.year, month, 1)
    return begin if begin <= day else date(day.year - 1, month, 1)


def quick_choices(on: date) -> dict[str, Days]:
    """Return the periods that are asked for most, by their words, as they are on a day.

    A quarter is three months of the financial year; the current year goes up to the day itself.
    """
    month = on.replace(day=1)
    year = year_begin(on)
    quarters_over = ((on.year * 12 + on.month) - (year.year * 12 + year.month)) // 3
    quarter = add_months(year, 3 * quarters_over)
    return {
        "Last month": _months(add_months(month, -1), 1),
        "Last quarter": _months(add_months(quarter, -3), 3),
        "This financial year": Days(year, on),
        "Last financial year": _months(add_months(year, -12), 12),
    }


def days_from(first: date | None, last: date | None, on: date) -> Days:
    """Return the days that somebody asked for, last month where they make no period."""
    usual = quick_choices(on)["Last month"]
    if first is None or last is None or not EARLIEST <= first <= last <= on:
        return usual
    return Days(first, last)
