"""The boxes of an appointment: the same to book one and to move one."""

from typing import Any

import reflex as rx

from cma_app.rules.appointments import MODES, TYPES
from pages.components.form import choice, field, select, text_area, tick
from pages.components.icons import icon
from pages.components.status import callout

LENGTHS = [
    ("15", "15 minutes"),
    ("30", "30 minutes"),
    ("45", "45 minutes"),
    ("60", "1 hour"),
    ("90", "1 hour 30 minutes"),
    ("120", "2 hours"),
    ("180", "3 hours"),
]


class CalendarGrid(rx.Component):
    """Days as columns and half hours as rows, in the browser's own hands: keys and dragging."""

    library = "$/public/calendar_grid"
    tag = "CalendarGrid"

    times: rx.Var[list[str]]
    columns: rx.Var[list[Any]]
    label: rx.Var[str]


def intent() -> rx.Component:
    """Return the hidden box that says which of a form's buttons was pressed."""
    return rx.el.input(type="hidden", name="intent", default_value="save")


def appointment_fields(state: Any, *, key: str) -> list[rx.Component]:
    """Return the boxes of an appointment; `state` has values, errors, people, rooms and free."""
    values, errors = state.values, state.errors
    return [
        rx.el.div(
            select(
                "What for",
                "appointment_type",
                list(TYPES.items()),
                error=errors["appointment_type"],
                value=values["appointment_type"],
                width="w12",
                key=key,
            ),
            select(
                "With",
                "advisor_id",
                state.people,
                error=errors["advisor_id"],
                value=values["advisor_id"],
                width="w12",
                key=key,
            ),
            class_name="pair",
        ),
        rx.el.div(
            rx.el.div(
                field(
                    "Day",
                    "scheduled_date",
                    type="date",
                    error=errors["scheduled_date"],
                    value=values["scheduled_date"],
                    width="w12",
                    key=key,
                ),
                field(
                    "Begins at",
                    "scheduled_time",
                    type="time",
                    error=errors["scheduled_time"],
                    value=values["scheduled_time"],
                    width="w8",
                    key=key,
                ),
                _length(state, key=key),
                class_name="pair",
            ),
            _free(state, key=key),
        ),
        rx.cond(state.asks_anyway, _anyway(errors, key=key)),
        choice(
            "How",
            "meeting_mode",
            list(MODES.items()),
            error=errors["meeting_mode"],
            value=values["meeting_mode"],
            key=key,
        ),
        rx.el.div(
            select(
                "Room",
                "room_id",
                state.rooms,
                error=errors["room_id"],
                value=values["room_id"],
                width="w12",
                key=key,
            ),
            field(
                "Place or number",
                "location",
                hint="For outreach, or which number to call",
                error=errors["location"],
                value=values["location"],
                max_length=255,
                key=key,
            ),
            class_name="pair",
        ),
        text_area(
            "Preparation",
            "preparation_notes",
            hint="What to bring, to read or to arrange beforehand",
            error=errors["preparation_notes"],
            value=values["preparation_notes"],
            rows=3,
            max_length=10_000,
            key=key,
        ),
    ]


def _length(state: Any, *, key: str) -> rx.Component:
    """Return the list of lengths, or a box where what is stored is not one of them."""
    usual = rx.Var.create([each for each, _ in LENGTHS])
    now = state.values["duration_minutes"]
    listed = select(
        "Lasts",
        "duration_minutes",
        LENGTHS,
        error=state.errors["duration_minutes"],
        value=now,
        width="w12",
        key=key,
    )
    typed = field(
        "Lasts, minutes",
        "duration_minutes",
        error=state.errors["duration_minutes"],
        value=now,
        width="w4",
        inputmode="numeric",
        max_length=4,
        key=key,
    )
    return rx.cond(usual.contains(now), listed, typed)


def _free(state: Any, *, key: str) -> rx.Component:
    """Return who has the time, and the next free times to pick one of."""
    times = rx.el.fieldset(
        rx.el.legend("Next free times", class_name="label"),
        rx.el.div(
            rx.foreach(
                state.free,
                lambda pair: rx.el.label(
                    rx.el.input(type="radio", name="free", value=pair[0]),
                    pair[1],
                    class_name="choice",
                ),
            ),
            class_name="choices",
        ),
        rx.el.p("One that is picked counts in place of the day and time above.", class_name="hint"),
        class_name="field",
        key=f"{key}free",
    )
    # the frame gives it the focus, as it does to the summary of what is wrong
    taken = rx.el.div(
        rx.el.h2(icon("late"), state.taken),
        rx.cond(state.free.length() > 0, times),
        class_name="error-summary",
        tab_index=-1,
        role="alert",
    )
    return rx.cond(
        state.taken != "",
        taken,
        rx.el.div(rx.cond(state.free.length() > 0, callout(times)), role="status"),
    )


def _anyway(errors: Any, *, key: str) -> rx.Component:
    at = f"{key}anyway-error"
    return rx.el.div(
        tick("Book it outside working hours all the same", "anyway", key=key),
        rx.cond(
            errors["anyway"],
            rx.el.p(
                icon("late"), errors["anyway"], class_name="field-error", custom_attrs={"id": at}
            ),
        ),
        class_name="field",
    )
