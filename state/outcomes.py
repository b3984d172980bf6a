"""The outcomes and funder report of a period."""

from datetime import date

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.report_periods import Days
from cma_app.services import outcomes
from cma_app.services.outcome_forms import PeriodForm, days_in_address
from cma_app.services.outcomes import Report
from state.base import CentreState, Form, FormErrors, act, load
from state.forms import checked, joined_date
from state.lists import address
from state.outcome_views import LEAVING, PATH, ReportView, days_said

Boxes = dict[str, str]


def _boxes(days: Days) -> Boxes:
    """Return the boxes of a period's form as they begin."""
    return {
        f"{name}-{part}": str(value)
        for name, day in (("first", days.first), ("last", days.last))
        for part, value in _parts(day)
    }


def _parts(day: date) -> list[tuple[str, int]]:
    return [("day", day.day), ("month", day.month), ("year", day.year)]


class OutcomesState(CentreState):
    """The report on screen, and the form of its days."""

    view: ReportView = ReportView()
    boxes: Boxes = {}
    errors: FormErrors = {}
    filled: int = 0

    @load(Act.REPORT_SEE)
    async def open(self):
        """Count every figure of the days in the address."""
        days = days_in_address(self.query("from"), self.query("to"))
        view = LEAVING if self.query("view") == LEAVING else ""

        def show(report: Report) -> ReportView:
            return ReportView.of(report, view)

        self.view = await self.ask(outcomes.read_report, days, show=show)
        self.boxes, self.errors = _boxes(days), {}
        self.filled += 1

    @act(Act.REPORT_SEE, form="errors")
    def choose(self, form: Form):
        """Go to the report of the days in the form."""
        said = {name: joined_date(form, name) for name in ("first", "last")}
        days = PeriodForm.read(said).days()
        view = LEAVING if self.view.is_leaving else ""
        return rx.redirect(address(PATH, {**days_said(days), "view": view}))

    @act(Act.REPORT_SEE, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a date that was left what is wrong with it."""
        self.errors = checked(self.errors, PeriodForm, name, value)
