"""Parts about reminders: the badges of what became of one, and the form that records a call."""

from typing import Any, Final

import reflex as rx

from cma_app.rules.reminders import RESULTS
from pages.components.form import choice, error_summary, form, form_foot, submit, text_area
from pages.components.note_dialog import saved_mark
from pages.components.status import Tone
from pages.components.table import dialog

CALL: Final = "record-call"
REMINDER_BADGES: Final[dict[str, tuple[str, Tone]]] = {
    "waiting": ("Waiting", ""),
    "claimed": ("Being sent", "note"),
    "sending": ("Being sent", "note"),
    "sent": ("Sent", "good"),
    "unknown": ("May not have been sent", "soon"),
    "left": ("Left as it is", ""),
    "call": ("To call", "soon"),
    "called": ("Told", "good"),
    "none": ("None", ""),
}


def call_dialog(
    *, errors: Any, on_submit: Any, on_check: Any, saved: Any, key: Any, whom: Any
) -> rx.Component:
    """Return the dialog that records what came of calling a client."""
    return dialog(
        CALL,
        "Record a call",
        rx.el.p("About the appointment of ", rx.el.strong(whom)),
        form(
            saved_mark(saved),
            error_summary(errors),
            choice(
                "What came of it",
                "result",
                list(RESULTS.items()),
                error=errors["result"],
                key="call-",
            ),
            text_area(
                "Remark (optional)",
                "note",
                error=errors["note"],
                rows=2,
                max_length=500,
                key="call-",
            ),
            form_foot(submit("Record call")),
            on_submit=on_submit,
            on_check=on_check,
            key=key,
        ),
    )
