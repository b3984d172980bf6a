"""The dialogs of the checklist screen: an item, and what is asked before a draft goes or comes."""

from typing import Any, Final

import reflex as rx

from pages.components.confirm import confirm, stored_now
from pages.components.form import (
    choice,
    error_summary,
    field,
    form,
    form_foot,
    select,
    submit,
    text_area,
    tick,
)
from pages.components.icons import icon
from pages.components.note_dialog import saved_mark
from pages.components.table import dialog
from state.checklists import CHOICES, LABELS, ChecklistsState

ITEM: Final = "checklist-item"
PUBLISH: Final = "publish-checklist"
DISCARD: Final = "discard-checklist"
STATE: Any = ChecklistsState
VIEW: Any = ChecklistsState.view
EDIT: Any = ChecklistsState.edit
ERRORS: Any = ChecklistsState.errors
KEY: Final = "check-"


def checklist_dialogs() -> rx.Component:
    """Return the three dialogs."""
    return rx.fragment(_item(), _publish(), _discard())


def _item() -> rx.Component:
    return dialog(
        ITEM,
        EDIT.title,
        form(
            saved_mark(STATE.saves),
            error_summary(ERRORS),
            stored_now(STATE.lost, STATE.theirs, LABELS),
            text_area(
                LABELS["text"],
                "text",
                value=EDIT.text,
                error=ERRORS["text"],
                rows=2,
                max_length=400,
                key=KEY,
            ),
            rx.el.div(_select("stage", "w12"), _select("evidence", "w12"), class_name="pair"),
            _ticked("is_mandatory", "Mandatory in every case", EDIT.is_mandatory),
            _select("mandatory_when", "w20"),
            choice(
                LABELS["who"],
                "who",
                CHOICES["who"],
                value=EDIT.who,
                error=ERRORS["who"],
                key=KEY,
            ),
            rx.el.div(
                field(
                    "Working days",
                    "due_days",
                    value=EDIT.due_days,
                    error=ERRORS["due_days"],
                    width="w4",
                    inputmode="numeric",
                    max_length=5,
                    key=KEY,
                ),
                _select("due_from", "w20", label="Counted from"),
                class_name="pair",
            ),
            select(
                LABELS["proof"],
                "proof",
                CHOICES["proof"],
                hint="The record then ticks it, and unticks it, by itself.",
                value=EDIT.proof,
                error=ERRORS["proof"],
                width="full",
                key=KEY,
            ),
            rx.el.fieldset(
                rx.el.legend("What waits for it", class_name="label"),
                rx.el.p("Closing a case waits for every mandatory item.", class_name="hint"),
                rx.el.div(
                    tick(
                        "Issuing a statement",
                        "gate_statement",
                        checked=EDIT.gate_statement,
                        key=KEY,
                    ),
                    tick("Issuing advice", "gate_advice", checked=EDIT.gate_advice, key=KEY),
                    class_name="choices",
                ),
                class_name="field",
            ),
            form_foot(submit("Save item")),
            on_submit=STATE.save,
            on_check=STATE.check,
            key=f"{EDIT.code}-{STATE.openings}",
        ),
    )


def _select(name: str, width: Any, label: str = "") -> rx.Component:
    return select(
        label or LABELS[name],
        name,
        CHOICES[name],
        value=getattr(EDIT, name),
        error=ERRORS[name],
        width=width,
        key=KEY,
    )


def _ticked(name: str, word: str, checked: Any) -> rx.Component:
    """Return a tick box with its sentence above it."""
    said = rx.el.p(
        icon("late"),
        ERRORS[name],
        class_name="field-error",
        custom_attrs={"id": f"{KEY}{name}-error"},
    )
    return rx.el.div(
        rx.cond(ERRORS[name], said),
        tick(word, name, checked=checked, key=KEY),
        class_name=rx.cond(ERRORS[name], "field wrong", "field"),
    )


def _publish() -> rx.Component:
    errors: Any = ChecklistsState.publish_errors

    def emptied(gate: Any) -> rx.Component:
        name = rx.Var.create(f"empty_{gate.gate}")
        said = errors[name]
        box = rx.el.input(type="checkbox", name=name, custom_attrs={"id": name})
        return rx.el.div(
            rx.cond(said, rx.el.p(icon("late"), said, class_name="field-error")),
            rx.el.label(
                box, gate.word, " may go on without any item of the checklist", class_name="choice"
            ),
            class_name=rx.cond(said, "field wrong", "field"),
        )

    why = rx.el.p(icon("late"), STATE.obstacle, class_name="field-error", role="alert")
    return dialog(
        PUBLISH,
        "Publish this checklist?",
        form(
            saved_mark(STATE.saves),
            error_summary(errors),
            rx.cond(STATE.obstacle != "", why),
            rx.el.p(rx.el.strong(VIEW.type_word, ", ", VIEW.name, ": "), VIEW.sums, "."),
            rx.el.p("Each case opened from now on gets it, and it can no longer be changed."),
            rx.el.p(VIEW.keeping),
            rx.foreach(VIEW.emptied, emptied),
            form_foot(submit("Publish", busy="Publishing"), _leave(PUBLISH)),
            on_submit=STATE.publish,
            key=f"publish-{STATE.openings}",
        ),
    )


def _discard() -> rx.Component:
    return confirm(
        DISCARD,
        "Discard this draft?",
        rx.el.p(rx.el.strong(VIEW.type_word, ", ", VIEW.name, ": "), VIEW.sums, "."),
        rx.el.p(
            "The list in use stays as it is. The draft is kept among the versions and can be taken"
            " up again."
        ),
        word="Discard draft",
        busy="Discarding",
        on_yes=STATE.discard,
        done=STATE.saves,
        obstacle=STATE.obstacle,
    )


def _leave(key: str) -> rx.Component:
    return rx.el.button(
        "Cancel", type="button", class_name="button", custom_attrs={"data-closes": key}
    )
