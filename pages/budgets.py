"""The budget tab: every line of the statement, keyboard only, with the sums in view."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.budget_sheet import may_change, sheet_card, where_card
from pages.components.case_frame import case_frame
from pages.components.empty import empty
from pages.components.form import button
from pages.components.guideline_card import guideline_card
from pages.components.money_grids import BudgetGrid, BudgetSums, EntryBox
from pages.components.table import card, link
from pages.layout import screen, when_may
from state.budgets import BudgetState
from state.case_bar import CaseBarState
from state.shell import ShellState

BUDGET: Any = BudgetState
SHELL: Any = ShellState

KEYS = (
    (("Enter",), "Next line"),
    (("Tab",), "Next box"),
    (("W", "F", "M"), "Set how often"),
    (("Alt", "A"), "Show empty lines"),
    (("Esc",), "Undo what was typed"),
)


def _sums() -> rx.Component:
    return BudgetSums.create(sums=BUDGET.sums, saved_at=BUDGET.saved_at)


def _savings() -> rx.Component:
    return card(
        "Savings",
        rx.el.div(
            rx.el.label("A month, £", html_for="savings"),
            EntryBox.create(
                name="savings",
                label="Savings a month in pounds",
                value=BUDGET.sums.savings_box,
                error=BUDGET.savings_error,
                theirs="",
                seq=BUDGET.savings_seq,
                read_only=~may_change(),
                described_by="savings-hint",
                keeps=True,
                on_commit=BUDGET.save_savings,
            ),
            rx.el.p(
                rx.cond(
                    BUDGET.sums.is_savings_chosen,
                    "Chosen by the advisor. Empty the box for the usual share.",
                    "The usual share of the surplus. You may choose less, or more up to the cap.",
                ),
                class_name="hint",
                custom_attrs={"id": "savings-hint"},
            ),
            class_name="card-body field",
        ),
        key="savings-card",
    )


def _household() -> rx.Component:
    """Return whom the sheet was made for, and the way to the answers."""
    return rx.el.p(
        rx.cond(BUDGET.sheet.id != 0, "This sheet was made for: ", "Household: "),
        BUDGET.household,
        ". ",
        link("Household", to=routes.case_path(BUDGET.opened, "household")),
    )


def _keys() -> rx.Component:
    lines = []
    for keys, what in KEYS:
        lines.append(rx.el.span(*[rx.el.kbd(each) for each in keys]))
        lines.append(rx.el.span(what))
    return card("Keys", rx.el.div(*lines, class_name="card-body keys"), key="keys")


def _lines() -> rx.Component:
    return BudgetGrid.create(
        sheet=BUDGET.sheet.id,
        groups=BUDGET.groups,
        lines=BUDGET.lines,
        results=BUDGET.results,
        sums=BUDGET.sums,
        rules=BUDGET.rules,
        loads=BUDGET.loads,
        secret=BUDGET.keep_under,
        frequencies=BUDGET.frequencies,
        editable=may_change(),
        offers=BUDGET.suggested,
        on_save=BUDGET.save_line,
        on_dismiss=BUDGET.dismiss_figure,
        key=BUDGET.sheet.id,
    )


@screen(
    "Budget",
    route=routes.CASE_BUDGET,
    act=Act.CASE_OPEN,
    section="cases",
    on_load=[CaseBarState.open_tab, BudgetState.open],
)
def budgets() -> rx.Component:
    """Return the budget sheet under the case's bar."""
    begin = empty(
        "No budget sheet yet.",
        when_may(
            Act.BUDGET_RECORD,
            button("Start the budget", on_click=BUDGET.start, busy="Starting", kind="main"),
        ),
    )
    convert = rx.el.p(
        "How we convert: weekly × 52 ÷ 12, four-weekly × 13 ÷ 12. Each line is rounded to the"
        " penny, then added. Type an amount like 85w, 340 4w or 1200y, or several payslips like"
        " 1980; 1410; 2250 for their mean.",
        class_name="small quiet",
    )
    lines = rx.el.div(
        rx.el.div(_household(), _lines(), guideline_card(), class_name="stack"),
        rx.el.div(
            sheet_card(), where_card(), _savings(), _keys(), convert, class_name="stack aside"
        ),
        class_name="split",
    )
    return case_frame(
        "budget",
        rx.cond(BUDGET.sheet.id == 0, rx.fragment(_household(), begin), lines),
        opened=BUDGET.opened,
        sticky=rx.cond(BUDGET.sheet.id == 0, rx.fragment(), _sums()),
    )
