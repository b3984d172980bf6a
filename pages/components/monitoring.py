"""The card of a client's page for equality monitoring: optional, kept apart, taken off again."""

from typing import Any

import reflex as rx

from pages.components.form import error_summary, form, form_foot, select, submit
from pages.components.status import callout
from pages.components.table import card, row_button
from state.monitoring import MonitoringState

STATE: Any = MonitoringState
VIEW: Any = MonitoringState.view
ERRORS: Any = MonitoringState.errors


def monitoring_card() -> rx.Component:
    """Return the questions for who holds a case of the client; for others who is asked."""
    return rx.cond(
        VIEW.client > 0,
        card(
            "Equality monitoring",
            rx.cond(
                VIEW.withdrawn != "", rx.el.div(callout(VIEW.withdrawn), class_name="card-body")
            ),
            rx.cond(VIEW.may_record, _form(), _not_yours()),
            rx.el.ul(rx.foreach(VIEW.questions, _answer)),
            key="monitoring",
        ),
    )


def _not_yours() -> rx.Component:
    return rx.el.p(
        "Asked and seen by whoever holds a case of this client. Reports hold counts alone.",
        class_name="card-body hint",
    )


def _form() -> rx.Component:
    def question(each: Any) -> rx.Component:
        return rx.cond(
            each.may_ask,
            select(
                each.label,
                each.code,
                each.choices,
                value=each.answer,
                error=ERRORS[each.code],
                width="w20",
            ),
        )

    return form(
        rx.el.div(
            error_summary(ERRORS),
            rx.el.p(f"“{VIEW.say}”", class_name="hint"),
            rx.foreach(VIEW.questions, question),
            class_name="card-body stack",
        ),
        form_foot(submit("Keep these answers")),
        on_submit=STATE.record,
        key=STATE.filled,
    )


def _answer(each: Any) -> rx.Component:
    """Return an answer that is kept, why it may be, and the way to take it off."""
    return rx.cond(
        each.answer != "",
        rx.el.li(
            rx.el.div(
                rx.el.p(rx.el.strong(each.label), ": ", each.word),
                row_button(
                    "Take off",
                    rx.Var.create(f" for {each.label}"),
                    on_click=STATE.remove(each.code),
                ),
                class_name="between",
            ),
            rx.el.p(each.basis, class_name="hint"),
            class_name="stack close match",
            key=each.code,
        ),
    )
