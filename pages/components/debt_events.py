"""The court steps and dated events of one debt, and the dialogs that record and end them."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages.components.confirm import taken_back
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
from pages.components.sign_off import SUBMIT, waits_for, waits_hint
from pages.components.status import badge, callout
from pages.components.table import card, dialog, opens, row_button
from pages.layout import when_may
from state.debt_file import DebtFileState
from state.shell import ShellState

SHELL: Any = ShellState
STATE: Any = DebtFileState
VIEW: Any = DebtFileState.view
CHANGING: Any = DebtFileState.changing
PICKED: Any = DebtFileState.picked
ERRORS: Any = DebtFileState.event_errors
END_ERRORS: Any = DebtFileState.end_errors
THEIRS: Any = DebtFileState.event_theirs
TAKEN_BACK: Any = DebtFileState.taken_back


def events_card() -> rx.Component:
    """Return what courts and creditors did, the newest first, and what can be done about each."""
    add = rx.el.button(
        "Add",
        rx.el.span(" a step or event", class_name="sr"),
        type="button",
        class_name="button small",
        on_click=STATE.begin_event(0),
        custom_attrs=opens("event", fills=True),
    )
    undo = taken_back(TAKEN_BACK.word, STATE.undo_take_back)
    return card(
        "Courts and dates",
        rx.cond(TAKEN_BACK.id != 0, undo),
        rx.cond(
            VIEW.events.length() > 0,
            rx.el.ul(rx.foreach(VIEW.events, _event), class_name="events"),
            empty("No court step or dated threat is known. Ask for letters with a date."),
        ),
        key="events",
        count=VIEW.events.length(),
        end=when_may(Act.DEBT_RECORD, add),
    )


def _event(event: Any) -> rx.Component:
    whose = rx.Var.create(f" {event.word}, {event.when}")
    steps = rx.el.div(
        rx.cond(
            event.is_open,
            rx.fragment(
                row_button(
                    "Dealt with",
                    whose,
                    on_click=STATE.begin_event(event.id),
                    custom_attrs=opens("end-event", fills=True),
                ),
                row_button(
                    "Change",
                    whose,
                    on_click=STATE.begin_event(event.id),
                    kind="plain",
                    custom_attrs=opens("event", fills=True),
                ),
            ),
            row_button("Open again", whose, on_click=STATE.reopen(event.id), kind="plain"),
        ),
        row_button("Take back", whose, on_click=STATE.take_back(event.id), kind="plain"),
        class_name="chips",
    )
    return rx.el.li(
        rx.el.p(
            rx.el.strong(event.word),
            " ",
            rx.cond(event.is_emergency & event.is_open, badge("Emergency", "soon", "late")),
            rx.cond(~event.is_open, badge("Dealt with", "good")),
        ),
        rx.el.p(event.when, class_name="fig"),
        rx.cond(event.reply != "", rx.el.p("Answer by ", event.reply, class_name="fig")),
        rx.cond(event.detail != "", rx.el.p(event.detail, class_name="said")),
        rx.cond(
            event.is_open,
            rx.el.p(event.consequence, class_name="hint"),
            rx.el.p(event.ended, class_name="hint"),
        ),
        when_may(Act.DEBT_RECORD, steps),
        key=event.id,
    )


def event_dialogs() -> rx.Component:
    """Return the dialogs that record, change and end an event."""
    return rx.fragment(_event_dialog(), _end_dialog())


def _stored(name: str) -> rx.Component:
    return rx.cond(
        THEIRS.contains(name),
        rx.el.p("Stored now: ", rx.el.strong(THEIRS[name]), class_name="stored", role="status"),
    )


def _days(legend: str, name: str, hint: str) -> list[rx.Component]:
    values = CHANGING.boxes
    boxes = date_boxes(
        legend,
        name,
        hint=hint,
        error=ERRORS[name],
        day=values[f"{name}-day"],
        month=values[f"{name}-month"],
        year=values[f"{name}-year"],
        key="event-",
    )
    return [boxes, _stored(name)]


def _event_dialog() -> rx.Component:
    values = CHANGING.boxes
    meaning = callout(
        PICKED.consequence,
        rx.cond(
            PICKED.is_emergency,
            rx.el.p(
                rx.el.strong("An emergency: "),
                "the case becomes urgent, and every page of it shows the date.",
            ),
        ),
    )
    at = field(
        "At what time",
        "event_time",
        type="time",
        value=values["event_time"],
        error=ERRORS["event_time"],
        width="w8",
        key="event-",
    )
    return dialog(
        "event",
        "Court step or event",
        form(
            saved_mark(STATE.saved_event),
            error_summary(ERRORS),
            select(
                "What happened, or is going to",
                "kind",
                {
                    "": [("", "Choose")],
                    "Going to happen": VIEW.happenings,
                    "Court steps": VIEW.steps,
                },
                value=values["kind"],
                error=ERRORS["kind"],
                on_change=STATE.pick_kind,
                key="event-",
            ),
            _stored("kind"),
            rx.cond(PICKED.consequence != "", meaning),
            *_days("On which day", "event_date", "As the letter says. Legal dates never roll"),
            rx.cond(~PICKED.is_step, rx.fragment(at, _stored("event_time"))),
            rx.cond(
                PICKED.is_step,
                rx.fragment(
                    *_days("Last day to answer", "reply_by", "Where the paper gives one"),
                ),
            ),
            text_area(
                "Detail",
                "detail",
                value=values["detail"],
                error=ERRORS["detail"],
                hint="Court, reference, sum ordered, terms",
                rows=2,
                max_length=12_000,
                key="event-",
            ),
            _stored("detail"),
            form_foot(submit("Save")),
            on_submit=STATE.save_event,
            on_check=STATE.check_event,
            key=f"{CHANGING.id}/{STATE.saved_event}",
        ),
    )


def _end_dialog() -> rx.Component:
    return dialog(
        "end-event",
        "Dealt with",
        rx.el.p(rx.el.strong(CHANGING.word), ", ", CHANGING.when),
        form(
            saved_mark(STATE.saved_event),
            error_summary(END_ERRORS),
            field(
                "How it was dealt with",
                "how",
                error=END_ERRORS["how"],
                hint="For example, warrant suspended on terms of £12 a week",
                width="full",
                max_length=12_000,
                key="end-",
            ),
            date_boxes(
                "On which day",
                "ended_on",
                error=END_ERRORS["ended_on"],
                hint="Leave empty for today",
                key="end-",
            ),
            rx.cond(CHANGING.is_emergency, waits_hint(Act.EMERGENCY_END)),
            form_foot(
                submit(
                    rx.cond(
                        CHANGING.is_emergency & waits_for(Act.EMERGENCY_END),
                        SUBMIT,
                        "Record as dealt with",
                    )
                )
            ),
            on_submit=STATE.end_event,
            on_check=STATE.check_end,
            key=f"{CHANGING.id}/{STATE.saved_event}",
        ),
    )
