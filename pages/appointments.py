"""One appointment: what it is for, and the forms that move, cancel and close it."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.appointments import CANCELLED_BY, OUTCOMES
from pages import routes
from pages.components.appointment_form import appointment_fields, intent
from pages.components.case_appointments import STATUS_BADGES
from pages.components.empty import empty, skeleton
from pages.components.form import (
    button,
    choice,
    error_summary,
    field,
    form,
    form_foot,
    read_only,
    submit,
    text_area,
)
from pages.components.note_dialog import saved_mark
from pages.components.reminders import CALL, REMINDER_BADGES, call_dialog
from pages.components.status import badge, callout, status_badge
from pages.components.table import anchor, card, dialog, link, opens
from pages.layout import page_head, screen, when_may
from state.appointments import AppointmentState

STATE: Any = AppointmentState
VIEW: Any = AppointmentState.view


@screen(
    "Appointment",
    route=routes.APPOINTMENT,
    act=Act.APPOINTMENT_SEE,
    section="calendar",
    on_load=AppointmentState.open,
)
def appointment() -> rx.Component:
    """Return one appointment with what may be done with it."""
    shown = rx.el.div(
        page_head(
            VIEW.client,
            rx.cond(VIEW.is_shadowed, badge("You are shadowing", "note", "eye")),
            link("Open case", to=routes.case_path(VIEW.case_id), class_name="button"),
            lead=VIEW.when,
        ),
        read_only(
            rx.el.div(
                rx.el.div(_steps(), _reminder(), class_name="stack"),
                rx.el.div(_facts(), _notes(), class_name="stack"),
                class_name="split lead",
            ),
            when=VIEW.is_shadowed,
        ),
        _cancel_dialog(),
        _outcome_dialog(),
        call_dialog(
            errors=STATE.call_errors,
            on_submit=STATE.record_call,
            on_check=STATE.check_call,
            saved=STATE.saved,
            key=f"{VIEW.id}-{STATE.saved}",
            whom=VIEW.client,
        ),
        class_name="page",
    )
    return rx.cond(VIEW.id == 0, rx.el.div(skeleton(6), class_name="page"), shown)


def _answer(term: str, word: Any, *, when: Any = True) -> rx.Component:
    return rx.cond(when, rx.el.div(rx.el.dt(term), rx.el.dd(word)))


def _facts() -> rx.Component:
    twice = callout(
        "The clocks go back that night and this time comes twice: the first one is meant."
    )
    facts = rx.el.dl(
        _answer("When", rx.fragment(VIEW.when, " ", rx.el.span(VIEW.away, class_name="quiet"))),
        _answer("With", VIEW.advisor),
        _answer("How", VIEW.mode),
        _answer("Where", VIEW.place, when=VIEW.place != ""),
        _answer("Case", link(VIEW.reference, to=routes.case_path(VIEW.case_id))),
        _answer(
            "Preparation",
            rx.el.span(VIEW.preparation, class_name="said"),
            when=VIEW.preparation != "",
        ),
        _answer("Cancelled", VIEW.cancelled, when=VIEW.cancelled != ""),
        _answer("Outcome", rx.el.span(VIEW.outcome, class_name="said"), when=VIEW.outcome != ""),
        _answer("Follow-up", VIEW.follow_up, when=VIEW.follow_up != ""),
        class_name="answers wide card-body",
    )
    return rx.fragment(
        card(
            VIEW.kind,
            rx.cond(VIEW.comes_twice, rx.el.div(twice, class_name="card-body")),
            facts,
            key="facts",
            end=status_badge(VIEW.status, STATUS_BADGES),
        ),
        rx.cond(STATE.moving & VIEW.stands, _move()),
    )


def _move() -> rx.Component:
    theirs = callout(
        rx.el.p(rx.el.strong("Somebody changed this in the meantime. "), "Stored now:"),
        rx.el.ul(
            rx.foreach(STATE.theirs, lambda pair: rx.el.li(pair[0], ": ", pair[1])),
            class_name="stack close",
        ),
        rx.el.p("Save again to keep what you typed."),
    )
    return card(
        "Move or change",
        form(
            intent(),
            rx.el.div(
                error_summary(STATE.errors),
                rx.cond(STATE.theirs.length() > 0, theirs),
                *appointment_fields(_Form, key="move-"),
                class_name="card-body stack",
            ),
            form_foot(
                submit("Save change", busy="Saving"),
                rx.el.button(
                    "Show the next free times", type="submit", value="free", class_name="button"
                ),
                button("Leave it as it is", on_click=STATE.stop_move, kind="plain"),
            ),
            on_submit=STATE.move,
            on_check=STATE.check,
            key=STATE.form_number,
            custom_attrs={"data-intents": "save"},
        ),
        key="move",
    )


class _Form:
    """What the boxes need of the state, with the lists that the appointment itself brings."""

    values: Any = AppointmentState.values
    errors: Any = AppointmentState.errors
    people: Any = VIEW.people
    rooms: Any = VIEW.rooms
    free: Any = AppointmentState.free
    taken: Any = AppointmentState.taken
    asks_anyway: Any = AppointmentState.asks_anyway


def _opener(word: str, key: str, kind: str = "") -> rx.Component:
    return rx.el.button(
        word, type="button", class_name=f"button {kind}".strip(), custom_attrs=opens(key)
    )


def _steps() -> rx.Component:
    change = when_may(Act.APPOINTMENT_BOOK, button("Move or change", on_click=STATE.begin_move))
    confirm = when_may(
        Act.APPOINTMENT_BOOK,
        button("Client confirmed", on_click=STATE.confirm, busy="Saving"),
    )
    return card(
        "What next",
        rx.el.div(
            rx.cond(
                VIEW.may_say,
                when_may(
                    Act.APPOINTMENT_OUTCOME,
                    rx.cond(
                        VIEW.stands,
                        _opener("Record the outcome", "outcome", "main"),
                        _opener("Change the outcome", "outcome"),
                    ),
                ),
            ),
            rx.cond(VIEW.may_confirm, confirm),
            rx.cond(VIEW.stands & ~STATE.moving, change),
            rx.cond(VIEW.stands, when_may(Act.APPOINTMENT_CANCEL, _opener("Cancel", "cancel"))),
            rx.cond(
                VIEW.status != "cancelled",
                anchor(
                    "Calendar file",
                    href=f"/appointments/{VIEW.id}.ics",
                    class_name="button looks",
                    custom_attrs={"download": ""},
                ),
            ),
            rx.cond(
                ~VIEW.stands,
                link(
                    "Book another",
                    to=rx.Var.create(f"/calendar/book?case={VIEW.case_id}"),
                    class_name="button",
                ),
            ),
            class_name="card-body stack close no-print",
        ),
        key="next",
    )


def _reminder() -> rx.Component:
    shown = VIEW.reminder
    steps = rx.el.div(
        rx.cond(
            shown.may_decide,
            rx.fragment(
                button("Send again", on_click=STATE.send_again, busy="Saving"),
                rx.cond(
                    shown.status == "unknown",
                    button("Leave it as it is", on_click=STATE.leave, busy="Saving"),
                ),
            ),
        ),
        rx.cond(shown.may_call, _opener("Record a call", CALL)),
        class_name="stack close",
    )
    return rx.cond(
        shown.sentence != "",
        card(
            "Reminder",
            rx.el.div(
                rx.el.p(shown.sentence),
                rx.cond(shown.more != "", rx.el.p(shown.more, class_name="quiet said")),
                when_may(Act.APPOINTMENT_REMIND, steps),
                class_name="card-body stack",
            ),
            key="reminder",
            end=rx.cond(shown.status != "", status_badge(shown.status, REMINDER_BADGES)),
        ),
    )


def _notes() -> rx.Component:
    errors = STATE.note_errors
    writing = form(
        error_summary(errors),
        text_area("Note", "body", error=errors["body"], rows=3, max_length=10_000, key="note-"),
        rx.el.div(submit("Save note")),
        on_submit=STATE.note,
        on_check=STATE.check_note,
        key=f"{VIEW.id}-{VIEW.notes.length()}",
    )
    return card(
        "Notes",
        rx.cond(
            VIEW.notes.length() > 0,
            rx.el.ul(rx.foreach(VIEW.notes, _note), class_name="notes"),
            empty("No notes on this appointment yet."),
        ),
        when_may(Act.APPOINTMENT_NOTE, rx.el.div(writing, class_name="card-body")),
        key="notes",
        count=VIEW.notes.length(),
    )


def _note(note: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(note.author, ", ", note.when, class_name="quiet small"),
        rx.el.p(note.body, class_name="said"),
        key=note.id,
    )


def _cancel_dialog() -> rx.Component:
    errors = STATE.cancel_errors
    return dialog(
        "cancel",
        "Cancel the appointment",
        form(
            saved_mark(STATE.saved),
            error_summary(errors),
            choice(
                "Who cancelled",
                "cancelled_by",
                list(CANCELLED_BY.items()),
                error=errors["cancelled_by"],
                key="cancel-",
            ),
            text_area(
                "Why", "reason", error=errors["reason"], rows=2, max_length=500, key="cancel-"
            ),
            form_foot(submit("Cancel the appointment", busy="Cancelling")),
            on_submit=STATE.cancel,
            on_check=STATE.check_cancel,
            key=f"{VIEW.id}-{STATE.saved}",
        ),
    )


def _outcome_dialog() -> rx.Component:
    errors = STATE.outcome_errors
    return dialog(
        "outcome",
        "Record the outcome",
        form(
            saved_mark(STATE.saved),
            error_summary(errors),
            choice(
                "Did they come?",
                "outcome",
                list(OUTCOMES.items()),
                error=errors["outcome"],
                value=VIEW.status,
                key="outcome-",
            ),
            text_area(
                "What came of it",
                "outcome_summary",
                error=errors["outcome_summary"],
                value=VIEW.outcome,
                rows=3,
                max_length=10_000,
                key="outcome-",
            ),
            field(
                "Follow-up (optional)",
                "follow_up",
                hint="With a day it becomes a next action of the case.",
                error=errors["follow_up"],
                key="outcome-",
            ),
            field(
                "By",
                "follow_up_date",
                type="date",
                error=errors["follow_up_date"],
                width="w12",
                key="outcome-",
            ),
            form_foot(submit("Record outcome")),
            on_submit=STATE.say,
            on_check=STATE.check_outcome,
            key=f"{VIEW.id}-{VIEW.version}",
        ),
    )
