"""The notes of a case: the newest first, each with its earlier wordings."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.case_frame import case_frame
from pages.components.empty import empty
from pages.components.form import (
    error_summary,
    field,
    form,
    form_foot,
    read_only,
    select,
    submit,
    text_area,
)
from pages.components.note_dialog import CHANNELS, note_button, saved_mark
from pages.components.table import card, dialog, list_pager, opens
from pages.layout import screen
from state.case_bar import CaseBarState
from state.notes import NoteState

BAR: Any = CaseBarState.bar
ERRORS: Any = NoteState.correct_errors
FOOT: Any = NoteState.foot
NOTE: Any = NoteState.correcting


@screen(
    "Case notes",
    route=routes.CASE_NOTES,
    act=Act.CASE_OPEN,
    section="cases",
    on_load=[CaseBarState.open_tab, NoteState.open],
)
def notes() -> rx.Component:
    """Return the notes in the case's frame."""
    written: Any = NoteState.notes
    nothing = empty(
        "No notes yet. Write down what was said while it is fresh.",
        note_button("Write the first note", "button"),
    )
    return case_frame(
        "notes",
        card(
            "Notes",
            read_only(
                rx.cond(
                    written.length() > 0,
                    rx.el.ol(rx.foreach(written, _note), class_name="notes"),
                    nothing,
                ),
                when=BAR.is_shadowed,
            ),
            rx.cond(FOOT.has_next | FOOT.has_back, _pager()),
            key="notes",
            count=NoteState.lead,  # pyright: ignore[reportArgumentType]
        ),
        read_only(_correction(), when=BAR.is_shadowed),
        opened=NoteState.on_case,
        reads=True,
    )


def _note(note: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.h3(note.when),
            rx.el.span(note.said, " · ", note.author, class_name="quiet"),
            rx.cond(note.corrected != "", rx.el.span(note.corrected, class_name="quiet")),
            rx.el.button(
                "Correct",
                rx.el.span(" the note of ", note.when, class_name="sr"),
                type="button",
                class_name="button small end",
                on_click=NoteState.choose(note.id),
                custom_attrs=opens("correct", fills=True),
            ),
            class_name="note-head",
        ),
        rx.el.p(note.body, class_name="said"),
        rx.cond(
            note.corrected != "",
            rx.el.details(
                rx.el.summary("See first version"),
                rx.foreach(note.earlier, _wording),
            ),
        ),
        key=note.id,
    )


def _wording(wording: Any) -> rx.Component:
    return rx.el.div(
        rx.el.p(wording.head, class_name="quiet small"),
        rx.el.p(wording.body, class_name="said"),
        class_name="callout",
    )


def _pager() -> rx.Component:
    return list_pager(FOOT, on_back=NoteState.step(-1), on_next=NoteState.step(1))


def _correction() -> rx.Component:
    return dialog(
        "correct",
        "Correct this note",
        rx.el.p("The wording so far is kept and can still be read."),
        form(
            saved_mark(NoteState.saved),
            error_summary(NoteState.correct_errors),
            rx.cond(
                NoteState.stored != "",
                rx.el.div(
                    rx.el.p("Stored now:", class_name="label"),
                    rx.el.p(NoteState.stored, class_name="said"),
                    class_name="callout",
                    role="status",
                ),
            ),
            rx.el.div(
                select(
                    "How",
                    "channel",
                    CHANNELS,
                    error=ERRORS["channel"],
                    value=NOTE.channel,
                    width="w12",
                    key="correct-",
                ),
                field(
                    "Minutes",
                    "minutes",
                    error=ERRORS["minutes"],
                    value=NOTE.minutes.to_string(),
                    width="w4",
                    inputmode="numeric",
                    max_length=3,
                    key="correct-",
                ),
                class_name="pair",
            ),
            text_area(
                "What was said or done",
                "body",
                error=ERRORS["body"],
                value=NOTE.body,
                rows=8,
                key="correct-",
            ),
            form_foot(submit("Save correction")),
            on_submit=NoteState.correct,
            on_check=NoteState.check_correction,
            key=f"{NoteState.chosen}/{NoteState.saved}",
        ),
    )
