"""The dialogs about a breathing space: recorded, put right, reviewed, confirmed, ended, a debt."""

from typing import Any

import reflex as rx

from pages.components.breathing_space import CONTACT, COVER, END, REVIEW, SPACE
from pages.components.confirm import stored_first
from pages.components.form import (
    choice,
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
from pages.components.table import dialog
from state.breathing_space import BreathingSpaceState
from state.breathing_space_views import REVIEW_OUTCOMES

STATE: Any = BreathingSpaceState
VALUES: Any = BreathingSpaceState.values
CHOSEN: Any = BreathingSpaceState.chosen
DEBT: Any = BreathingSpaceState.debt
VIEW: Any = BreathingSpaceState.view
LABELS = {
    "kind": "Kind",
    "submitted_on": "Applied for on",
    "start_date": "Start",
    "register_reference": "Register reference",
    "contact_name": "Named contact",
    "contact_role": "Role",
    "contact_phone": "Telephone",
    "treatment_ended": "Treatment ended",
    "review_held_on": "Review held",
    "review_outcome": "Outcome",
    "review_note": "Note of the review",
    "ended_on": "Ended on",
    "ended_reason": "Reason",
    "ended_note": "Note of the end",
    "confirmed_on": "Confirmed on",
}


def breathing_space_dialogs() -> rx.Component:
    """Return every dialog of a breathing space."""
    return rx.fragment(_record(), _review(), _contact(), _end(), _cover())


def _form(errors: Any, *children: rx.Component, on_submit: Any, on_check: Any) -> rx.Component:
    return form(
        saved_mark(STATE.saved),
        error_summary(errors),
        stored_first(STATE.theirs, LABELS),
        *children,
        on_submit=on_submit,
        on_check=on_check,
        key=f"{CHOSEN.id}/{DEBT.debt_id}/{STATE.saved}",
    )


def _kept_day(legend: str, name: str, hint: str) -> rx.Component:
    return date_boxes(
        legend,
        name,
        hint=hint,
        error=STATE.errors[name],
        kept=VALUES,
        key="space-",
    )


def _record() -> rx.Component:
    errors = STATE.errors

    def box(label: str, name: str, *, width: Any = "w20", hint: str | None = None) -> rx.Component:
        return field(
            label,
            name,
            value=VALUES[name],
            error=errors[name],
            hint=hint,
            width=width,
            key="space-",
        )

    whose = rx.cond(
        VIEW.people.length() > 1,
        select(
            "Whose",
            "client_id",
            VIEW.people,
            value=VALUES["client_id"],
            error=errors["client_id"],
            key="space-",
        ),
    )
    return dialog(
        SPACE,
        "Breathing space",
        _form(
            errors,
            choice(
                "Which kind",
                "kind",
                (("standard", "Standard"), ("crisis", "Mental health crisis")),
                value=VALUES["kind"],
                error=errors["kind"],
                key="space-",
            ),
            whose,
            _kept_day(
                "Start date on the register",
                "start_date",
                "Day 1: the day after the entry. Every other day is counted from it",
            ),
            _kept_day("Applied for on", "submitted_on", "If known. For example, 27 10 2026"),
            box(
                "Register reference",
                "register_reference",
                hint="As the register gives it, such as BSS- and ten figures",
            ),
            rx.el.div(
                box("Who confirms the treatment", "contact_name", hint="The named contact"),
                box("Their role", "contact_role", hint="Care co-ordinator, nurse"),
                box("Their telephone", "contact_phone", width="w12"),
                _kept_day(
                    "Treatment ended on",
                    "treatment_ended",
                    "Empty while it goes on. Protection ends some days after it",
                ),
                class_name="stack when-crisis",
            ),
            form_foot(submit("Save")),
            on_submit=STATE.save,
            on_check=STATE.check,
        ),
    )


def _review() -> rx.Component:
    errors = STATE.review_errors
    return dialog(
        REVIEW,
        "Midway review",
        rx.el.p(rx.foreach(CHOSEN.pieces, _window)),
        _form(
            errors,
            date_boxes(
                "Held on",
                "review_held_on",
                hint="The day you decided",
                error=errors["review_held_on"],
                key="review-",
            ),
            choice(
                "What it came to",
                "review_outcome",
                tuple(REVIEW_OUTCOMES.items()),
                error=errors["review_outcome"],
                key="review-",
            ),
            text_area(
                "Note",
                "review_note",
                hint="What you looked at; why, where it is to be cancelled",
                error=errors["review_note"],
                rows=3,
                max_length=12_000,
                key="review-",
            ),
            form_foot(submit("Record review")),
            on_submit=STATE.review,
            on_check=STATE.check_review,
        ),
    )


def _window(piece: Any) -> rx.Component:
    return rx.cond(piece.key == "b2", rx.fragment("Between ", rx.el.strong(piece.days)))


def _contact() -> rx.Component:
    errors = STATE.contact_errors
    return dialog(
        CONTACT,
        "Treatment goes on",
        _form(
            errors,
            date_boxes(
                "The named contact said so on",
                "confirmed_on",
                hint="They are asked again by rule from then",
                error=errors["confirmed_on"],
                key="contact-",
            ),
            form_foot(submit("Record")),
            on_submit=STATE.confirm,
            on_check=STATE.check_contact,
        ),
    )


def _end() -> rx.Component:
    errors = STATE.end_errors
    return dialog(
        END,
        "It ended early",
        _form(
            errors,
            date_boxes(
                "Ended on",
                "ended_on",
                hint="As the register says. By itself it ends after its last day",
                error=errors["ended_on"],
                key="end-space-",
            ),
            select(
                "Why",
                "ended_reason",
                CHOSEN.reasons,
                error=errors["ended_reason"],
                key="end-space-",
            ),
            text_area(
                "Note",
                "ended_note",
                error=errors["ended_note"],
                rows=2,
                max_length=12_000,
                key="end-space-",
            ),
            form_foot(submit("Record its end")),
            on_submit=STATE.end,
            on_check=STATE.check_end,
        ),
    )


def _cover() -> rx.Component:
    errors = STATE.cover_errors
    return dialog(
        COVER,
        "In it or left out",
        rx.el.p(rx.el.strong(DEBT.creditor), ", ", DEBT.kind, ", ", DEBT.balance),
        rx.el.p("By its kind: ", DEBT.rule, class_name="hint"),
        _form(
            errors,
            choice(
                "Is this debt in it",
                "is_in",
                (("yes", "In it"), ("no", "Left out")),
                value=rx.cond(DEBT.is_in, "yes", rx.cond(DEBT.is_decided, "no", "")),
                error=errors["is_in"],
                key="cover-",
            ),
            rx.el.div(
                date_boxes(
                    "In it from",
                    "effective_on",
                    hint="Only where it was added after the start",
                    error=errors["effective_on"],
                    day=DEBT.day,
                    month=DEBT.month,
                    year=DEBT.year,
                    key="cover-",
                ),
                class_name="when-in",
            ),
            rx.el.div(
                text_area(
                    "Why it is left out",
                    "reason",
                    value=DEBT.reason,
                    error=errors["reason"],
                    rows=2,
                    max_length=12_000,
                    key="cover-",
                ),
                class_name="when-out",
            ),
            form_foot(submit("Save")),
            on_submit=STATE.cover,
            on_check=STATE.check_cover,
        ),
    )
