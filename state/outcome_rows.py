"""The rows behind a figure of the outcomes report."""

from dataclasses import dataclass, field
from decimal import Decimal

import reflex as rx

from cma_app.access.acts import Act
from cma_app.paging import Page
from cma_app.rules.outcomes import Figure
from cma_app.rules.report_periods import Days
from cma_app.services import outcomes
from cma_app.services.outcome_forms import days_in_address
from cma_app.services.outcomes import CountedRow, CountedRows
from state.base import CentreState, act, load
from state.lists import Foot, address, page_beside, page_in
from state.outcome_views import LIST, NONE, PATH, days_said, days_words
from state.words import day_text, pounds


@dataclass(frozen=True, slots=True)
class RowView:
    """One counted thing as text; `path` is its case, or its client where there is none."""

    key: int
    client: str
    reference: str
    path: str
    day: str
    amount: str
    advisor: str


@dataclass(frozen=True, slots=True)
class RowsView:
    """What a figure counted: its title and how it is counted."""

    title: str = ""
    words: str = ""
    days: str = ""
    money: str = ""
    has_days: bool = False
    rows: list[RowView] = field(default_factory=list)

    @classmethod
    def of(cls, found: CountedRows, days: Days) -> "RowsView":
        """Return what is shown of the rows behind a figure."""
        figure, page = found.figure, found.page
        title = f"{figure.label}: {found.part}" if found.part else figure.label
        has_amounts = any(row.amount is not None for row in page.rows)
        return cls(
            title=title,
            words=figure.words,
            days=days_words(days),
            money=_amounts_word(figure) if has_amounts else "",
            has_days=any(row.day is not None for row in page.rows),
            rows=_rows(page, figure),
        )


def _amounts_word(figure: Figure) -> str:
    is_days = figure.median or figure.parts == "waited"
    return "Days" if is_days else "Rating, of 5" if figure.mean else figure.sum_head


def _rows(page: Page[CountedRow], figure: Figure) -> list[RowView]:
    return [
        RowView(
            key=number,
            client=row.client,
            reference=row.reference or "No case",
            path=f"/cases/{row.case_id}" if row.case_id else f"/clients/{row.client_id}",
            day=day_text(row.day, none=NONE),
            amount=_amount(row.amount, figure),
            advisor=row.advisor or NONE,
        )
        for number, row in enumerate(page.rows)
    ]


def _amount(amount: Decimal | None, figure: Figure) -> str:
    if amount is None:
        return "Not known"
    if _amounts_word(figure) == "Days":
        return f"{int(amount)}"
    return pounds(amount, sign=False) if figure.unit == "£" else f"{amount:.1f}"


class OutcomeRowsState(CentreState):
    """The rows behind a figure."""

    view: RowsView = RowsView()
    foot: Foot = Foot()
    back: str = PATH
    ready: bool = False

    @load(Act.REPORT_SEE)
    async def open(self):
        """Show the rows that the address asks for."""
        days, number = self._days(), page_in(self.query("page"))

        def show(found: CountedRows) -> tuple[RowsView, Foot]:
            return RowsView.of(found, days), Foot.of(found.page, none="None")

        self.view, self.foot = await self.ask(
            outcomes.list_rows,
            days,
            figure=self.query("figure")[:40],
            part=self.query("part")[:80],
            number=number,
            show=show,
        )
        self.back, self.ready = address(PATH, days_said(days)), True

    @act(Act.REPORT_SEE)
    def step(self, by: int):
        """Go a page forth or back."""
        said = {
            **days_said(self._days()),
            "figure": self.query("figure")[:40],
            "part": self.query("part")[:80],
            "page": page_beside(self.query("page"), by),
        }
        return rx.redirect(address(LIST, said, {"page": "1"}))

    def _days(self) -> Days:
        return days_in_address(self.query("from"), self.query("to"))
