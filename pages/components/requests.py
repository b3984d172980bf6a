"""Requests with a last day: the card of the dates tab, and the dialogs that record and answer."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages.components.confirm import stored_first, taken_back
from pages.components.empty import empty
from pages.components.form import (
    date_boxes,
    error_summary,
    field,
    form,
    form_foot,
    select,
    submit,
    text_area,
)
from pages.components.note_dialog import saved_mark
from pages.components.status import badge, tone_badge
from pages.components.table import card, dialog, opens, row_button
from pages.layout import when_may
from state.requests import KINDS, RequestsState

STATE: Any = RequestsState
ROWS: Any = RequestsState.rows
VALUES: Any = RequestsState.values
CHOSEN: Any = RequestsState.chosen
ERRORS: Any = RequestsState.errors
DONE_ERRORS: Any = RequestsState.done_errors
TAKEN_BACK: Any = RequestsState.taken_back
LABELS = {
    "kind": "Kind",
    "about": "From or to whom",
    "asked_on": "Came or sent on",
    "due_date": "Last day",
    "is_given": "Given by the paper",
    "given_why": "Why another day",
    "detail": "Detail",
}
REQUEST, DONE = "request", "request-done"


def requests_card() -> rx.Component:
    """Return the requests of the case, those to be answered first."""
    add = row_button(
        "Add", " a request", on_click=STATE.begin(0), custom_attrs=opens(REQUEST, fills=True)
    )
    return card(
        "Requests with a last day",
        rx.cond(TAKEN_BACK.id != 0, taken_back(TAKEN_BACK.label, STATE.undo_take_back)),
        rx.cond(
            ROWS.length() > 0,
            rx.el.ul(rx.foreach(ROWS, _request), class_name="events"),
            empty("No request is open: a complaint, a court's or a creditor's question."),
        ),
        key="requests",
        count=STATE.open_count,
        end=when_may(Act.REQUEST_RECORD, add),
    )


def _request(one: Any) -> rx.Component:
    whose = rx.Var.create(f" {one.label}, {one.about}")
    steps = rx.el.div(
        rx.cond(
            one.is_open,
            rx.fragment(
                row_button(
                    "Answered",
                    whose,
                    on_click=STATE.begin(one.id),
                    custom_attrs=opens(DONE, fills=True),
                ),
                row_button(
                    "Change",
                    whose,
                    on_click=STATE.begin(one.id),
                    kind="plain",
                    custom_attrs=opens(REQUEST, fills=True),
                ),
            ),
            row_button("Open again", whose, on_click=STATE.reopen(one.id), kind="plain"),
        ),
        row_button("Take back", whose, on_click=STATE.take_back(one.id), kind="plain"),
        class_name="chips",
    )
    open_one = rx.fragment(
        rx.el.p(
            "Last day ",
            rx.el.strong(one.due),
            rx.cond(one.act != "", rx.fragment(". ", one.act)),
            class_name="fig",
        ),
        rx.el.p(one.consequence, " ", one.how, class_name="hint"),
    )
    return rx.el.li(
        rx.el.p(
            rx.el.strong(one.label),
            " ",
            rx.cond(one.is_open, tone_badge(one.left, one.tone), badge("Answered", "good")),
        ),
        rx.el.p(one.about, " · ", one.asked),
        rx.cond(one.detail != "", rx.el.p(one.detail, class_name="said")),
        rx.cond(one.is_open, open_one, rx.el.p(one.done, class_name="hint")),
        when_may(Act.REQUEST_RECORD, steps),
        key=one.id,
    )


def request_dialogs() -> rx.Component:
    """Return the dialogs that record, change and answer a request."""
    return rx.fragment(_record(), _done())


def _day(legend: str, name: str, hint: str) -> rx.Component:
    return date_boxes(
        legend,
        name,
        hint=hint,
        error=ERRORS[name],
        kept=VALUES,
        key="request-",
    )


def _record() -> rx.Component:
    return dialog(
        REQUEST,
        "Request with a last day",
        form(
            saved_mark(STATE.saved),
            error_summary(ERRORS),
            stored_first(STATE.theirs, LABELS),
            select(
                "Which request",
                "kind",
                {"": STATE.first_kinds, **KINDS},
                hint="What a client asks about their own data is recorded on the client's page.",
                value=VALUES["kind"],
                error=ERRORS["kind"],
                key="request-",
            ),
            field(
                "From or to whom",
                "about",
                value=VALUES["about"],
                error=ERRORS["about"],
                hint="The client, a creditor, a court",
                key="request-",
            ),
            _day("Came or was sent on", "asked_on", "For example, 27 10 2026"),
            _day("Last day, if the paper gives one", "due_date", "Empty: counted by the rule"),
            field(
                "Why it is another day than the rule's",
                "given_why",
                value=VALUES["given_why"],
                error=ERRORS["given_why"],
                hint="Extended, and the client was told; identity asked for",
                width="full",
                max_length=12_000,
                key="request-",
            ),
            text_area(
                "Detail",
                "detail",
                value=VALUES["detail"],
                error=ERRORS["detail"],
                rows=2,
                max_length=12_000,
                key="request-",
            ),
            form_foot(submit("Save")),
            on_submit=STATE.save,
            on_check=STATE.check,
            key=f"{CHOSEN.id}/{STATE.saved}",
        ),
    )


def _done() -> rx.Component:
    return dialog(
        DONE,
        "Answered",
        rx.el.p(rx.el.strong(CHOSEN.label), ", ", CHOSEN.about),
        form(
            saved_mark(STATE.saved),
            error_summary(DONE_ERRORS),
            field(
                "How it was answered",
                "done_how",
                error=DONE_ERRORS["done_how"],
                hint="For example, copy handed over and signed for",
                width="full",
                max_length=12_000,
                key="done-",
            ),
            date_boxes(
                "On which day",
                "done_on",
                error=DONE_ERRORS["done_on"],
                hint="Leave empty for today",
                key="done-",
            ),
            form_foot(submit("Record as answered")),
            on_submit=STATE.finish,
            on_check=STATE.check_done,
            key=f"{CHOSEN.id}/{STATE.saved}",
        ),
    )
