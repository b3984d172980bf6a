"""Pasting debts: the box, the debts it proposes, and what was added, with the way back."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.case_frame import case_frame
from pages.components.empty import empty
from pages.components.form import button
from pages.components.money_grids import PastedDebts
from pages.components.table import card, link
from pages.layout import screen
from state.case_bar import CaseBarState
from state.pasted_debts import PastedState

STATE: Any = PastedState


@screen(
    "Paste debts",
    route=routes.CASE_DEBTS_PASTE,
    act=Act.DEBT_RECORD,
    section="cases",
    on_load=[CaseBarState.open_tab, PastedState.open],
)
def pasted_debts() -> rx.Component:
    """Return the box and the proposals under the case's bar."""
    grid = PastedDebts.create(
        view=STATE.view,
        options=STATE.options,
        errors=STATE.errors,
        answers=STATE.answers,
        refused=STATE.refused,
        readings=STATE.readings,
        said=STATE.said,
        kept=STATE.kept,
        keeps=STATE.keeps,
        on_read=STATE.read,
        on_keep_text=STATE.keep_text,
        on_keep_edits=STATE.keep_edits,
        on_check=STATE.check,
        on_add=STATE.add,
        on_start_again=STATE.start_again,
        key=f"{STATE.opened}/{STATE.fresh}",
    )
    back = link("Back to the debts", to=routes.case_path(STATE.opened, "debts"))
    return case_frame(
        "debts",
        _added(),
        card(
            "Paste debts from a table",
            rx.cond(STATE.may_paste, grid, empty("Nothing can be added to a case that has ended.")),
            key="paste",
            count=rx.cond(STATE.view.is_read, STATE.view.rows.length().to_string(), ""),
            end=back,
        ),
        opened=STATE.opened,
    )


def _added() -> rx.Component:
    said = rx.el.div(
        rx.el.p(rx.el.strong(STATE.added)),
        rx.el.p(
            link(
                "See them on the list",
                to=routes.case_path(STATE.opened, "debts"),
                class_name="button main",
            ),
            rx.cond(
                STATE.may_undo,
                button("Take them off again", on_click=STATE.undo, busy="Taking them off"),
            ),
            class_name="chips",
        ),
        class_name="callout stack close",
    )
    return rx.el.div(rx.cond(STATE.added != "", said), role="status", class_name="pasted-added")
