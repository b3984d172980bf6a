"""Feedback of a case: the card that says who was asked and what they said, and its dialog."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages.components.empty import empty
from pages.components.form import (
    button,
    date_boxes,
    error_summary,
    form,
    form_foot,
    select,
    submit,
    text_area,
    tick,
)
from pages.components.note_dialog import saved_mark
from pages.components.status import tone_badge
from pages.components.table import card, dialog, link, opens, row_button
from pages.layout import when_may
from state.feedback import RATING_WORDS, WAYS, FeedbackState

STATE: Any = FeedbackState
ROWS: Any = FeedbackState.rows
CHOSEN: Any = FeedbackState.chosen
BOXES: Any = FeedbackState.chosen.boxes  # pyright: ignore[reportAttributeAccessIssue]
TICKS: Any = FeedbackState.chosen.ticks  # pyright: ignore[reportAttributeAccessIssue]
ERRORS: Any = FeedbackState.errors
TAKEN_BACK: Any = FeedbackState.taken_back
DIALOG = "record-feedback"


def feedback_card() -> rx.Component:
    """Return whom we asked how the service was, and what they said."""
    undo = rx.el.p(
        rx.el.span("Taken back: ", rx.el.strong("feedback, ", TAKEN_BACK.name)),
        button("Undo", on_click=STATE.undo_take_back, kind="small"),
        class_name="between undo",
        role="status",
    )
    ask = rx.el.button(
        "Record",
        rx.el.span(" feedback", class_name="sr"),
        type="button",
        class_name="button small",
        on_click=STATE.begin(0),
        custom_attrs=opens(DIALOG, fills=True),
    )
    return card(
        "Feedback",
        rx.cond(TAKEN_BACK.id != 0, undo),
        rx.cond(
            ROWS.length() > 0,
            rx.el.ul(rx.foreach(ROWS, _one), class_name="events"),
            empty("Nobody was asked yet how the service was."),
        ),
        rx.el.ul(rx.foreach(STATE.people, _person), class_name="plain-list agreed"),
        key="feedback-card",
        count=ROWS.length(),
        end=when_may(Act.FEEDBACK_RECORD, ask),
    )


def _person(person: Any) -> rx.Component:
    return rx.el.li(link(person.name, to=person.path), " ", person.agreed, ".", key=person.id)


def _one(one: Any) -> rx.Component:
    whose = rx.Var.create(f" feedback of {one.name}, {one.asked}")

    def change(word: str) -> rx.Component:
        attrs = opens(DIALOG, fills=True)
        return row_button(word, whose, on_click=STATE.begin(one.id), custom_attrs=attrs)

    steps = rx.el.div(
        rx.cond(one.answered != "", change("Change"), change("Answer")),
        row_button("Take back", whose, on_click=STATE.take_back(one.id), kind="plain"),
        class_name="chips",
    )
    return rx.el.li(
        rx.el.p(rx.el.strong(one.name), " ", tone_badge(one.answer, one.tone)),
        rx.cond(one.said != "", rx.el.p("“", one.said, "”", class_name="said")),
        rx.el.p(
            one.asked,
            rx.cond(one.answered != "", rx.fragment(" · ", one.answered)),
            rx.cond(one.quote != "", rx.fragment(" · ", one.quote)),
            class_name="hint",
        ),
        when_may(Act.FEEDBACK_RECORD, steps),
        key=one.id,
    )


def _day(legend: str, name: str, hint: str) -> rx.Component:
    return date_boxes(
        legend,
        name,
        hint=hint,
        error=ERRORS[name],
        day=BOXES[f"{name}-day"],
        month=BOXES[f"{name}-month"],
        year=BOXES[f"{name}-year"],
        key="feedback-",
    )


def feedback_dialog() -> rx.Component:
    """Return the dialog that records that somebody was asked, and the answer."""
    whom = rx.cond(
        (CHOSEN.id == 0) & (STATE.people.length() > 1),
        select(
            "Who was asked",
            "client_number",
            STATE.persons,
            error=ERRORS["client_number"],
            key="feedback-",
        ),
    )
    return dialog(
        DIALOG,
        "Feedback",
        form(
            saved_mark(STATE.saved),
            error_summary(ERRORS),
            whom,
            _day("Asked on", "asked_on", "Leave empty for today"),
            select(
                "How they were asked",
                "way",
                WAYS,
                value=BOXES["way"],
                error=ERRORS["way"],
                width="w12",
                key="feedback-",
            ),
            _tick("They do not want to give feedback", "is_declined"),
            select(
                "How they rate the service",
                "rating",
                RATING_WORDS,
                value=BOXES["rating"],
                error=ERRORS["rating"],
                width="w12",
                key="feedback-",
            ),
            text_area(
                "What they said",
                "said",
                hint="In their own words, without names.",
                value=BOXES["said"],
                error=ERRORS["said"],
                rows=3,
                max_length=8000,
                key="feedback-",
            ),
            _tick("They let us quote this without their name", "may_be_quoted"),
            _day("Answered on", "answered_on", "Empty: today, if they answered"),
            form_foot(submit("Save")),
            on_submit=STATE.save,
            on_check=STATE.check,
            key=f"{CHOSEN.id}/{STATE.saved}",
        ),
    )


def _tick(label: str, name: str) -> rx.Component:
    return rx.el.div(
        tick(label, name, checked=TICKS[name], key="feedback-"),
        rx.cond(
            ERRORS[name],
            rx.el.p(
                ERRORS[name],
                class_name="field-error",
                custom_attrs={"id": f"feedback-{name}-error"},
            ),
        ),
    )
