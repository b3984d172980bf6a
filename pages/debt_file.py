"""The page of one debt: its boxes, what courts did, and what may be too old."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.case_frame import case_frame
from pages.components.debt_events import event_dialogs, events_card
from pages.components.debt_form import debt_form
from pages.components.icons import icon
from pages.components.status import badge
from pages.components.table import card, link
from pages.layout import screen
from state.case_bar import CaseBarState
from state.debt_file import DebtFileState

STATE: Any = DebtFileState
VIEW: Any = DebtFileState.view


def _head() -> rx.Component:
    marks = rx.el.p(
        rx.cond(
            VIEW.is_priority, badge("Priority", "note", "up"), badge("Non-priority", "", "open")
        ),
        rx.cond(VIEW.court_word != "", badge(VIEW.court_word, "", "half")),
        rx.cond(VIEW.is_disputed, badge("Disputed", "", "dash")),
        rx.cond(VIEW.is_settled, badge(VIEW.status_word, "good")),
        rx.cond(VIEW.age_state == "possibly", badge("Possibly too old", "soon", "clock")),
        class_name="chips",
    )
    return rx.el.div(
        link("All debts", to=routes.case_path(STATE.opened, "debts"), class_name="small"),
        rx.el.div(
            rx.el.h2(VIEW.creditor),
            rx.el.span(VIEW.kind_word, class_name="quiet"),
            rx.el.span(VIEW.balance, class_name="fig figure"),
            class_name="debt-title",
        ),
        marks,
        rx.cond(
            VIEW.is_priority,
            rx.el.p(icon("late"), " If it is not paid: ", VIEW.consequence, class_name="threat"),
        ),
        class_name="debt-head",
    )


def _age() -> rx.Component:
    said = rx.match(
        VIEW.age_state,
        ("possibly", rx.el.p(badge("Possibly too old", "soon", "clock"))),
        ("unknown", rx.el.p(badge("Age not checked", "", "half"))),
        rx.el.p(badge("Nothing stands out", "", "open")),
    )
    inside = rx.el.div(
        said,
        rx.cond(VIEW.age != "", rx.el.p(VIEW.age)),
        rx.cond(VIEW.age_note != "", rx.el.p("Time limit: ", VIEW.age_note, class_name="hint")),
        rx.el.p(
            "Only a flag: whether a debt can still be claimed is for you to find out.",
            class_name="hint",
        ),
        class_name="card-body stack close",
    )
    return card("Age of the debt", inside, key="age")


@screen(
    "Debt",
    route=routes.CASE_DEBT,
    act=Act.CASE_OPEN,
    section="cases",
    on_load=[CaseBarState.open_tab, DebtFileState.open],
)
def debt() -> rx.Component:
    """Return one debt under the case's bar."""
    return case_frame(
        "debts",
        _head(),
        rx.el.div(
            rx.el.div(events_card(), _age(), class_name="stack"),
            debt_form(),
            class_name="split lead debt-file",
        ),
        event_dialogs(),
        opened=STATE.opened,
        record=("debt_id", STATE.view.id),
    )
