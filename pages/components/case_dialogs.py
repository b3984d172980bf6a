"""The dialogs that change a case: its answers, its stage, its priority, its holder, its end."""

from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from pages.components.form import (
    error_summary,
    field,
    form,
    form_foot,
    select,
    submit,
    text_area,
    tick,
)
from pages.components.note_dialog import owner_select, saved_mark
from pages.components.sign_off import act_word, waits_for, waits_hint
from pages.components.table import dialog
from state.appointments import CaseAppointmentsState
from state.case import CaseState
from state.case_bar import CaseBarState

NATIONS: Final = (
    ("england", "England"),
    ("wales", "Wales"),
    ("scotland", "Scotland"),
    ("northern_ireland", "Northern Ireland"),
)
TYPES: Final = (
    ("casework", "Casework"),
    ("one_off", "One-off advice"),
    ("debt_relief_order", "Debt relief order"),
    ("review", "Review only"),
)
BAR: Any = CaseBarState.bar
MEETINGS: Any = CaseAppointmentsState.ahead
EDIT: Any = CaseState.edit
CHANGING: Any = CaseState.changing
THEIRS: Any = CaseState.theirs
ERRORS: Any = CaseState.errors
ACTION_ERRORS: Any = CaseState.action_errors
STEP_ERRORS: Any = CaseState.step_errors


def case_dialogs() -> rx.Component:
    """Return every dialog of the first tab."""
    return rx.fragment(
        _add_action(),
        _change_action(),
        _edit(),
        _emergency(),
        _stage(),
        _raise(),
        rx.cond(BAR.may_lower, rx.fragment(_lower(), _end_emergency())),
        rx.cond(BAR.may_assign, _assign()),
        rx.cond(BAR.may_reopen, _reopen()),
    )


def _sheet(
    key: str,
    title: str,
    *boxes: rx.Component,
    errors: Any,
    on_submit: Any,
    word: Any,
    on_check: Any = None,
) -> rx.Component:
    return dialog(
        key,
        title,
        form(
            saved_mark(CaseState.saved),
            error_summary(errors),
            *boxes,
            form_foot(submit(word)),
            on_submit=on_submit,
            on_check=on_check,
            key=CaseState.saved,
        ),
    )


def _stored(name: str) -> rx.Component:
    """Return what somebody else stored meanwhile, beside what was typed here."""
    return rx.cond(
        THEIRS.contains(name),
        rx.el.p("Stored now: ", rx.el.strong(THEIRS[name]), class_name="stored", role="status"),
    )


def _add_action() -> rx.Component:
    return _sheet(
        "add-action",
        "Add a next action",
        *_action_boxes("new-"),
        errors=ACTION_ERRORS,
        on_submit=CaseState.add_action,
        on_check=CaseState.check_action,
        word="Add action",
    )


def _change_action() -> rx.Component:
    return dialog(
        "change-action",
        "Change this action",
        form(
            saved_mark(CaseState.saved),
            error_summary(ACTION_ERRORS),
            *_action_boxes("change-", CHANGING),
            form_foot(submit("Save action")),
            on_submit=CaseState.change_action,
            on_check=CaseState.check_action,
            key=f"{CHANGING.id}/{CaseState.saved}",
        ),
    )


def _action_boxes(key: str, now: Any = None) -> list[rx.Component]:
    return [
        field(
            "What has to be done",
            "what",
            error=ACTION_ERRORS["what"],
            value="" if now is None else now.what,
            width="full",
            key=key,
        ),
        _stored("what"),
        rx.el.div(
            field(
                "By",
                "due_date",
                type="date",
                error=ACTION_ERRORS["due_date"],
                value="" if now is None else now.day,
                width="w12",
                key=key,
            ),
            field(
                "Time, if it matters",
                "due_time",
                type="time",
                error=ACTION_ERRORS["due_time"],
                value="" if now is None else now.clock,
                width="w8",
                key=key,
            ),
            class_name="pair",
        ),
        _stored("due_date"),
        _stored("due_time"),
        owner_select(
            "Who", "owner_id", ACTION_ERRORS, value=None if now is None else now.owner_id, key=key
        ),
        _stored("owner_id"),
    ]


def _edit() -> rx.Component:
    return _sheet(
        "edit-case",
        "Edit the case",
        select("Nation", "nation", NATIONS, error=ERRORS["nation"], value=EDIT.nation),
        _stored("nation"),
        select("Type", "case_type", TYPES, error=ERRORS["case_type"], value=EDIT.case_type),
        _stored("case_type"),
        field(
            "Next review",
            "next_review_date",
            type="date",
            error=ERRORS["next_review_date"],
            value=EDIT.review,
            width="w12",
        ),
        _stored("next_review_date"),
        errors=ERRORS,
        on_submit=CaseState.save,
        on_check=CaseState.check,
        word="Save case",
    )


def _emergency() -> rx.Component:
    return _sheet(
        "emergency",
        "Record an emergency",
        rx.el.p("The case becomes urgent, and the date is shown on each of its pages."),
        rx.cond(
            waits_for(Act.CASE_LOWER_PRIORITY) & (BAR.emergency != ""),
            rx.el.p(
                "A later date than the one that stands waits for your supervisor’s sign-off."
                " Anything sooner counts at once.",
                class_name="hint",
            ),
        ),
        field(
            "What is going to happen",
            "emergency",
            hint="Such as: Eviction",
            error=ERRORS["emergency"],
            value=EDIT.emergency,
        ),
        rx.el.div(
            field(
                "Day",
                "emergency_date",
                type="date",
                error=ERRORS["emergency_date"],
                value=EDIT.emergency_day,
                width="w12",
            ),
            field(
                "Time",
                "emergency_time",
                type="time",
                error=ERRORS["emergency_time"],
                value=EDIT.emergency_clock,
                width="w8",
            ),
            class_name="pair",
        ),
        errors=ERRORS,
        on_submit=CaseState.record_emergency,
        on_check=CaseState.check_emergency,
        word="Record emergency",
    )


def _end_emergency() -> rx.Component:
    return _sheet(
        "end-emergency",
        "The emergency is over",
        waits_hint(Act.CASE_LOWER_PRIORITY),
        _reason("end-"),
        errors=STEP_ERRORS,
        on_submit=CaseState.end_emergency,
        on_check=CaseState.check_reason,
        word=act_word(Act.CASE_LOWER_PRIORITY, "Take it off the case"),
    )


def _stage() -> rx.Component:
    return _sheet(
        "stage",
        "Move the case",
        rx.el.p("It is in ", rx.el.strong(BAR.stage_word), " now."),
        rx.cond(
            waits_for(Act.CASE_ACT_ON_ADVICE),
            rx.el.p(
                "Going on to action or review waits for your supervisor's sign-off.",
                class_name="hint",
            ),
        ),
        select("To", "stage", CaseState.stages, error=STEP_ERRORS["stage"]),  # pyright: ignore[reportArgumentType]
        errors=STEP_ERRORS,
        on_submit=CaseState.move,
        word="Move case",
    )


def _raise() -> rx.Component:
    return _sheet(
        "raise",
        "Raise the priority",
        rx.el.p("It is ", rx.el.strong(BAR.priority_word), " now. It is raised at once."),
        select(
            "To",
            "priority",
            CaseState.higher,  # pyright: ignore[reportArgumentType]
            error=STEP_ERRORS["priority"],
            key="raise-",
        ),
        field(
            "Why, if you wish",
            "reason",
            error=STEP_ERRORS["reason"],
            width="full",
            max_length=500,
            key="raise-",
        ),
        errors=STEP_ERRORS,
        on_submit=CaseState.raise_priority,
        on_check=CaseState.check_raise,
        word="Raise priority",
    )


def _lower() -> rx.Component:
    return _sheet(
        "lower",
        "Lower the priority",
        rx.el.p("It is ", rx.el.strong(BAR.priority_word), " now."),
        waits_hint(Act.CASE_LOWER_PRIORITY),
        select(
            "To",
            "priority",
            CaseState.lower,  # pyright: ignore[reportArgumentType]
            error=STEP_ERRORS["priority"],
            key="lower-",
        ),
        _reason("lower-"),
        errors=STEP_ERRORS,
        on_submit=CaseState.lower_priority,
        on_check=CaseState.check_reason,
        word=act_word(Act.CASE_LOWER_PRIORITY, "Lower priority"),
    )


def _assign() -> rx.Component:
    return _sheet(
        "assign",
        "Hand the case on",
        rx.el.p(BAR.advisor, " holds it now. Their open actions go with it."),
        select("To", "advisor_id", BAR.holders, error=STEP_ERRORS["advisor_id"], key="assign-"),
        rx.cond(
            MEETINGS.length() > 0,
            tick(
                "Their appointments with the client go along, where the new holder is free",
                "moves",
                checked=True,
                key="assign-",
            ),
        ),
        errors=STEP_ERRORS,
        on_submit=CaseState.assign,
        word="Hand on",
    )


def _reopen() -> rx.Component:
    return _sheet(
        "reopen",
        "Reopen the case",
        rx.el.p("It goes on in review."),
        _reason("reopen-"),
        errors=STEP_ERRORS,
        on_submit=CaseState.reopen,
        on_check=CaseState.check_reason,
        word="Reopen case",
    )


def _reason(key: str, hint: str | None = None) -> rx.Component:
    return text_area(
        "Why", "reason", hint=hint, error=STEP_ERRORS["reason"], rows=2, max_length=500, key=key
    )
