"""The debts tab: one row each, and what is owed by whom."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.case_frame import case_frame
from pages.components.money_grids import DebtGrid
from pages.components.sum_line import part, saved_mark, sign
from pages.components.table import card, link
from pages.layout import screen, when_may
from state.case_bar import CaseBarState
from state.debts import DebtState
from state.shell import ShellState

DEBTS: Any = DebtState
SHELL: Any = ShellState


def _sums() -> rx.Component:
    sums = DEBTS.sums
    return rx.el.section(
        part("Priority", sums.priority),
        sign("+"),
        part("Non-priority", sums.non_priority),
        sign("="),
        part("The household owes", sums.household, answer=True),
        rx.cond(
            sums.has_partner,
            rx.fragment(part("Client owes", sums.client), part("Partner owes", sums.partner)),
        ),
        saved_mark(DEBTS.saved_at),
        class_name="sumline",
        aria_label="Totals of the debts",
    )


def _undo() -> rx.Component:
    return rx.el.div(
        rx.cond(
            DEBTS.removed_id != 0,
            rx.el.div(
                rx.el.span("Debt removed."),
                rx.el.button(
                    "Undo",
                    type="button",
                    class_name="button small",
                    on_click=DEBTS.undo_remove,
                ),
                class_name="toast undo",
                key=DEBTS.removed_number,
            ),
        ),
        role="status",
    )


@screen(
    "Debts",
    route=routes.CASE_DEBTS,
    act=Act.CASE_OPEN,
    section="cases",
    on_load=[CaseBarState.open_tab, DebtState.open],
)
def debts() -> rx.Component:
    """Return the grid of debts under the case's bar."""
    grid = DebtGrid.create(
        rows=DEBTS.rows,
        results=DEBTS.results,
        options=DEBTS.options,
        names=DEBTS.names,
        editable=SHELL.acts.contains(Act.DEBT_RECORD.value),
        offers=DEBTS.offers,
        on_save=DEBTS.save_row,
        on_remove=DEBTS.remove,
        on_dismiss=DEBTS.dismiss_figure,
        key=DEBTS.opened,
    )
    joint = rx.cond(
        DEBTS.sums.has_partner,
        rx.el.p(
            "A joint debt counts once for the household and in full for each person.",
            class_name="small quiet",
        ),
    )
    keys = rx.el.p(
        rx.el.kbd("Tab"),
        " next box, ",
        rx.el.kbd("Enter"),
        " in the last box saves the row and starts the next. Each row is saved when you leave it.",
        class_name="small quiet",
    )
    end = rx.fragment(
        rx.cond(
            DEBTS.rows.length() == 0,
            rx.el.span("No debts yet: start with who is owed. ", class_name="hint"),
        ),
        when_may(
            Act.DEBT_RECORD,
            link("Paste from a table", to=routes.paste_path(DEBTS.opened), class_name="writes"),
        ),
    )
    return case_frame(
        "debts",
        card("Debts", grid, key="debts", count=DEBTS.rows.length(), end=end),
        joint,
        keys,
        _undo(),
        opened=DEBTS.opened,
        sticky=_sums(),
    )
