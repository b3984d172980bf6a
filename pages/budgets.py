"""The budget tab: every line of the statement, keyboard only, with the sums in view."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.case_frame import case_frame
from pages.components.empty import empty
from pages.components.form import button
from pages.components.money_grids import BudgetGrid, EntryBox
from pages.components.status import badge, callout
from pages.components.sum_line import part, saved_mark, sign
from pages.components.table import card, link
from pages.layout import screen, when_may
from state.budget_view import BAR
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
    sums = BUDGET.sums
    answer = rx.el.div(
        rx.el.p(rx.cond(sums.is_deficit, "Deficit", "Surplus"), class_name="dt"),
        rx.el.p(sums.surplus, class_name="dd", custom_attrs={"data-sum": "surplus"}),
        class_name=rx.cond(sums.is_deficit, "answer short", "answer"),
    )
    return rx.el.section(
        part("Income", sums.total_income),
        sign("−"),
        part("Outgoings", sums.outgoings),
        sign("="),
        answer,
        sign("−"),
        part("Savings", sums.savings),
        sign("="),
        part("Available for debts", sums.available),
        saved_mark(BUDGET.saved_at),
        class_name="sumline",
        aria_label="Totals, monthly",
    )


def _where() -> rx.Component:
    def bar(each: Any) -> rx.Component:
        return rx.el.rect(class_name=each.key, x=each.x, y="0", width=each.width, height="28")

    def row(each: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(rx.el.span(class_name=f"key {each.key}"), each.label, scope="row"),
            rx.el.td(each.amount, class_name="num"),
            rx.el.td(each.share, class_name="num"),
        )

    shown = rx.fragment(
        rx.el.div(
            rx.el.svg(
                rx.foreach(BUDGET.parts, bar),
                view_box=f"0 0 {BAR} 28",
                class_name="stackbar",
                custom_attrs={
                    "preserveAspectRatio": "none",
                    "role": "img",
                    "aria-label": "Bar of the parts; the table below has the figures",
                },
            ),
            class_name="card-body",
        ),
        rx.el.table(
            rx.el.caption("Where the income goes each month", class_name="sr"),
            rx.el.thead(
                rx.el.tr(
                    rx.el.th("Part", scope="col"),
                    rx.el.th("£", scope="col", class_name="num"),
                    rx.el.th("Share", scope="col", class_name="num"),
                )
            ),
            rx.el.tbody(rx.foreach(BUDGET.parts, row)),
            class_name="table",
        ),
    )
    return card(
        rx.Var.create(f"Where {BUDGET.sums.total_income} goes"),
        rx.cond(BUDGET.parts.length() > 0, shown, empty("Enter a line to see where it goes.")),
        key="where",
    )


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
                read_only=~_may_change(),
                described_by="savings-hint",
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


def _may_revise() -> rx.Var[bool]:
    may = SHELL.acts.contains(Act.BUDGET_RECORD.value)
    return (BUDGET.sheet.id != 0) & BUDGET.sheet.is_newest & may


def _may_change() -> rx.Var[bool]:
    return _may_revise() & ~BUDGET.sheet.is_frozen


def _sheet() -> rx.Component:
    sheet = BUDGET.sheet

    def other(each: Any) -> rx.Component:
        to = rx.Var.create(f"/cases/{BUDGET.opened}/budget?sheet={each.number}")
        return rx.el.li(
            rx.cond(
                each.number == sheet.number,
                rx.el.strong(each.word),
                link(each.word, to=to),
            ),
            rx.cond(each.is_verified, rx.fragment(" ", badge("Verified", "good"))),
        )

    actions = rx.el.div(
        rx.cond(
            sheet.may_verify,
            button("Verify figures", on_click=BUDGET.verify, busy="Verifying", kind="main"),
        ),
        rx.cond(
            _may_revise(),
            rx.fragment(
                button(
                    "Revise in a new sheet",
                    on_click=BUDGET.revise("revised"),
                    busy="Copying",
                ),
                button("Make the final sheet", on_click=BUDGET.revise("final"), busy="Copying"),
            ),
        ),
        class_name="chips",
    )
    return card(
        rx.Var.create(f"Sheet {sheet.number}"),
        rx.el.div(
            rx.el.p(sheet.kind, ", ", sheet.on),
            rx.cond(
                sheet.is_verified,
                rx.el.p(badge("Verified", "good"), " ", sheet.verified),
                rx.el.p(badge("Not verified")),
            ),
            rx.cond(
                sheet.is_newest,
                rx.fragment(),
                callout("This sheet was revised and stays as it was. The newest can be changed."),
            ),
            rx.cond(
                sheet.is_frozen & sheet.is_newest,
                callout("A statement was issued from this sheet, so it stays as it is. Revise it."),
            ),
            actions,
            rx.cond(
                BUDGET.sheets.length() > 1,
                rx.el.ul(rx.foreach(BUDGET.sheets, other), class_name="stack close"),
            ),
            class_name="card-body stack close",
        ),
        key="sheet",
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
        groups=BUDGET.groups,
        lines=BUDGET.lines,
        results=BUDGET.results,
        sums=BUDGET.sums,
        frequencies=BUDGET.frequencies,
        editable=_may_change(),
        on_save=BUDGET.save_line,
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
        rx.el.div(_household(), _lines(), class_name="stack"),
        rx.el.div(_sheet(), _where(), _savings(), _keys(), convert, class_name="stack aside"),
        class_name="split",
    )
    return case_frame(
        "budget",
        rx.cond(BUDGET.sheet.id == 0, rx.fragment(_household(), begin), lines),
        opened=BUDGET.opened,
        sticky=rx.cond(BUDGET.sheet.id == 0, rx.fragment(), _sums()),
    )
