"""The checklist tab: what a file audit asks, by stage, and what still waits for it."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.case_frame import case_frame
from pages.components.checklist_cards import checklist_gate, checklist_progress, checklist_stage
from pages.components.compliance_dialogs import ANSWER, GATE, compliance_dialogs
from pages.components.empty import empty
from pages.components.form import button
from pages.components.table import opens
from pages.layout import screen, when_may
from state.case_bar import CaseBarState
from state.compliance import ComplianceState

STATE: Any = ComplianceState
VIEW: Any = ComplianceState.view


@screen(
    "Checklist",
    route=routes.CASE_CHECKLIST,
    act=Act.CASE_OPEN,
    section="cases",
    on_load=[CaseBarState.open_tab, ComplianceState.open],
)
def compliance() -> rx.Component:
    """Return the checklist under the case's bar."""
    begin = empty(
        "This case was opened before there were checklists.",
        when_may(
            Act.COMPLIANCE_ANSWER,
            button("Begin the checklist", on_click=STATE.begin, busy="Beginning", kind="main"),
        ),
    )
    shown = rx.el.div(
        rx.el.div(
            rx.foreach(VIEW.stages, lambda each: checklist_stage(each, _words)), class_name="stack"
        ),
        rx.el.div(
            checklist_progress(VIEW), rx.foreach(VIEW.gates, _gate), class_name="stack aside"
        ),
        class_name="split",
    )
    return case_frame(
        "checklist",
        rx.cond(VIEW.is_begun, shown, begin),
        compliance_dialogs(),
        opened=STATE.opened,
    )


def _words(view: Any) -> rx.Component:
    return _answer_button(view.text, number=view.id)


def _missing(view: Any) -> rx.Component:
    return _answer_button(view.code, " ", view.text, number=view.id)


def _answer_button(*said: Any, number: Any) -> rx.Component:
    return rx.el.button(
        *said,
        type="button",
        class_name="link",
        on_click=STATE.edit_item(number),
        custom_attrs=opens(ANSWER, fills=True),
    )


def _gate(view: Any) -> rx.Component:
    let = rx.cond(
        VIEW.may_override & (view.opened == ""),
        rx.el.button(
            "Let through",
            rx.el.span(rx.Var.create(f": {view.word}"), class_name="sr"),
            type="button",
            class_name="button small",
            on_click=STATE.choose_gate(view.gate),
            custom_attrs=opens(GATE, fills=True),
        ),
    )
    return checklist_gate(view, _missing, let=let)
