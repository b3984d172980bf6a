"""The dialog that writes a note from any tab of a case; Alt and N open it, from inputs too."""

from typing import Any, Final

import reflex as rx

from pages.components.form import error_summary, field, form, form_foot, select, submit, text_area
from pages.components.icons import icon
from pages.components.table import dialog, opens
from state.case_bar import CaseBarState
from state.notes import NoteState

KEY: Final = "note"
CHANNELS: Final = (
    ("in_person", "In person"),
    ("phone", "Phone"),
    ("video", "Video"),
    ("text", "Text"),
    ("email", "E-mail"),
    ("letter", "Letter"),
    ("other", "Other"),
)
BAR: Any = CaseBarState.bar
ERRORS: Any = NoteState.errors


def note_button(word: str = "Add note", kind: str = "button small") -> rx.Component:
    """Return the button that opens the dialog."""
    return rx.el.button(
        icon("note"),
        word,
        type="button",
        class_name=kind,
        custom_attrs={**opens(KEY), "aria-keyshortcuts": "Alt+N"},
    )


def note_dialog() -> rx.Component:
    """Return the dialog; what is typed is kept when it or the page closes."""
    return dialog(
        KEY,
        "Write a note",
        rx.el.p(BAR.name, " ", rx.el.span(BAR.reference, class_name="ref")),
        form(
            saved_mark(NoteState.saved),
            error_summary(NoteState.errors),
            rx.el.div(
                select(
                    "How", "channel", CHANNELS, error=ERRORS["channel"], width="w12", key="note-"
                ),
                field(
                    "Minutes",
                    "minutes",
                    error=ERRORS["minutes"],
                    width="w4",
                    inputmode="numeric",
                    max_length=3,
                    key="note-",
                ),
                class_name="pair",
            ),
            text_area(
                "What was said or done",
                "body",
                error=ERRORS["body"],
                value=BAR.draft,
                rows=6,
                on_change=NoteState.keep,
                key="note-",
            ),
            rx.el.p(NoteState.kept, class_name="quiet small", role="status"),
            rx.el.details(
                rx.el.summary("It happened earlier"),
                rx.el.div(
                    field(
                        "Day",
                        "happened_date",
                        type="date",
                        error=ERRORS["happened_date"],
                        width="w12",
                        key="note-",
                    ),
                    field(
                        "Time",
                        "happened_time",
                        type="time",
                        error=ERRORS["happened_time"],
                        width="w8",
                        key="note-",
                    ),
                    class_name="pair",
                ),
            ),
            rx.el.fieldset(
                rx.el.legend("What comes next", class_name="label"),
                field(
                    "Next action",
                    "next_action",
                    hint="Leave it empty where nothing follows from this.",
                    error=ERRORS["next_action"],
                    width="full",
                    key="note-",
                ),
                rx.el.div(
                    field(
                        "By",
                        "next_action_date",
                        type="date",
                        error=ERRORS["next_action_date"],
                        width="w12",
                        key="note-",
                    ),
                    owner_select("Who", "next_action_owner_id", ERRORS, key="note-"),
                    class_name="pair",
                ),
                class_name="stack",
            ),
            form_foot(submit("Save note", busy="Saving")),
            on_submit=NoteState.record,
            on_check=NoteState.check,
            key=f"{BAR.case_id}/{NoteState.saved}",
        ),
    )


def owner_select(
    label: str, name: str, errors: Any, *, value: Any = None, key: str = ""
) -> rx.Component:
    """Return the list of people who may do something; the case's advisor unless another is set."""
    return select(
        label,
        name,
        BAR.holders,
        error=errors[name],
        value=BAR.advisor_id.to_string() if value is None else value,
        width="w12",
        key=key,
    )


def saved_mark(number: Any) -> rx.Component:
    """Return the mark by which the browser sees that a dialog's form was saved, and closes it."""
    return rx.el.span(hidden=True, custom_attrs={"data-saved": number})
