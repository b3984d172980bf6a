"""The days of a report as a form asks for them and an address says them."""

from datetime import date
from typing import Annotated

from cma_app.clock import today
from cma_app.errors import Invalid
from cma_app.rules.report_periods import EARLIEST, Days, days_from
from cma_app.services.forms import Day, Form, given


class PeriodForm(Form):
    """The first and the last day of a report."""

    first: Annotated[Day, given("Enter the first day, such as 1 4 2026.")] = None
    last: Annotated[Day, given("Enter the last day, such as 31 3 2027.")] = None

    def days(self) -> Days:
        """Return the days; raise Invalid beside the box where they make no period."""
        first, last = self.first, self.last
        wrong = {}
        if first is None:
            wrong["first"] = "Enter the first day, such as 1 4 2026."
        elif first < EARLIEST:
            wrong["first"] = f"Enter a day in {EARLIEST.year} or later."
        if last is None:
            wrong["last"] = "Enter the last day, such as 31 3 2027."
        elif last > today():
            wrong["last"] = "A report ends today at the latest."
        elif first is not None and last < first:
            wrong["last"] = "The last day is before the first. Turn them round."
        if wrong or first is None or last is None:
            raise Invalid(wrong)
        return Days(first, last)


def days_in_address(first: str, last: str) -> Days:
    """Return the days that an address names, last month where it names none."""
    return days_from(_day(first), _day(last), today())


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None
