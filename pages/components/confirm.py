"""A question before a step that others feel at once, the way back from one, both stored values."""

from typing import Any

import reflex as rx

from pages.components.form import button, form_foot
from pages.components.icons import icon
from pages.components.note_dialog import saved_mark
from pages.components.table import dialog


def confirm(
    key: str,
    title: str,
    *said: rx.Component,
    word: str,
    busy: str,
    on_yes: Any,
    done: Any,
    obstacle: Any,
) -> rx.Component:
    """Return a dialog that says what will happen and asks; it closes when `done` has grown.

    `obstacle` is a text var: why it could not be done, empty while nothing stands in the way.
    """
    why = rx.el.p(icon("late"), obstacle, class_name="field-error", role="alert")
    leave = rx.el.button(
        "Cancel", type="button", class_name="button", custom_attrs={"data-closes": key}
    )
    return dialog(
        key,
        title,
        saved_mark(done),
        *said,
        rx.cond(obstacle != "", why),
        form_foot(button(word, on_click=on_yes, kind="main", busy=busy), leave),
    )


def stored_now(sentence: Any, theirs: Any, labels: dict[str, str]) -> rx.Component:
    """Return the box that says whose edit came first, with what is stored, by the boxes' labels."""
    line = rx.foreach(
        theirs,
        lambda pair: rx.el.li(
            rx.match(pair[0], *labels.items(), pair[0]), ": stored now is ", rx.el.strong(pair[1])
        ),
    )
    return rx.cond(
        sentence != "",
        rx.el.div(rx.el.p(sentence), rx.el.ul(line), class_name="callout theirs", role="alert"),
    )


def stored_first(theirs: Any, labels: dict[str, str]) -> rx.Component:
    """Return that box where the state keeps just what is stored: "Somebody was first"."""
    return stored_now(rx.cond(theirs.length() > 0, "Somebody was first.", ""), theirs, labels)


def taken_back(label: Any, on_undo: Any) -> rx.Component:
    """Return the line that names what was taken back just now, with the way to undo it."""
    return rx.el.p(
        rx.el.span("Taken back: ", rx.el.strong(label)),
        button("Undo", on_click=on_undo, kind="small"),
        class_name="between undo",
        role="status",
    )
