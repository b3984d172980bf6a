"""The dialogs of the first page: a new task for a colleague or oneself, and a task put off."""

from typing import Any

import reflex as rx

from pages.components.form import error_summary, field, form, form_foot, select, submit, text_area
from pages.components.note_dialog import saved_mark
from pages.components.table import dialog, opens
from state.home import HomeState
from state.shell import ShellState

WAITING: Any = HomeState.waiting
WAIT_ERRORS: Any = HomeState.wait_errors
GIVE_ERRORS: Any = HomeState.give_errors
PERSON: Any = ShellState.person
CASES = "give-cases"


def home_dialogs() -> rx.Component:
    """Return both dialogs."""
    return rx.fragment(_give(), _put_off())


def give_button() -> rx.Component:
    """Return the button that opens the form of a new task."""
    return rx.el.button(
        "New task",
        type="button",
        class_name="button",
        on_click=HomeState.begin_give,
        custom_attrs=opens("give", fills=True),
    )


def _give() -> rx.Component:
    people: Any = HomeState.people
    references: Any = HomeState.references
    known = rx.el.datalist(
        rx.foreach(references, lambda pair: rx.el.option(pair[1], value=pair[0])),
        custom_attrs={"id": CASES},
    )
    return dialog(
        "give",
        "New task",
        form(
            saved_mark(HomeState.saved),
            error_summary(HomeState.give_errors),
            field(
                "Case",
                "reference",
                hint="Its reference. Your own cases are offered as you type.",
                error=GIVE_ERRORS["reference"],
                max_length=50,
                key="give-",
                list=CASES,
            ),
            known,
            field(
                "What has to be done",
                "what",
                error=GIVE_ERRORS["what"],
                width="full",
                key="give-",
            ),
            field(
                "By",
                "due_date",
                type="date",
                error=GIVE_ERRORS["due_date"],
                width="w12",
                key="give-",
            ),
            select(
                "Who",
                "owner_id",
                people,
                hint="A colleague is told at once.",
                error=GIVE_ERRORS["owner_id"],
                value=PERSON.to_string(),
                width="w12",
                key="give-",
            ),
            form_foot(submit("Add task")),
            on_submit=HomeState.give,
            on_check=HomeState.check_give,
            key=f"{people.length()}/{HomeState.saved}",
        ),
    )


def _put_off() -> rx.Component:
    return dialog(
        "put-off",
        "Put off this task",
        form(
            saved_mark(HomeState.saved),
            error_summary(HomeState.wait_errors),
            rx.el.p(rx.el.strong(WAITING.who), " ", WAITING.what),
            field(
                "Until",
                "due_date",
                type="date",
                error=WAIT_ERRORS["due_date"],
                value=WAITING.day,
                width="w12",
                key="wait-",
            ),
            text_area(
                "Why it waits",
                "reason",
                hint="It stays with the task.",
                error=WAIT_ERRORS["reason"],
                rows=3,
                max_length=300,
                key="wait-",
            ),
            form_foot(submit("Put off")),
            on_submit=HomeState.put_off,
            on_check=HomeState.check_wait,
            key=f"{WAITING.id}/{HomeState.saved}",
        ),
    )
