"""Who shadows a case: the card that lists them, and the dialog that lets a trainee."""

from typing import Any, Final

import reflex as rx

from pages.components.form import (
    error_summary,
    field,
    form,
    form_foot,
    select,
    submit,
    text_area,
)
from pages.components.note_dialog import saved_mark
from pages.components.table import card, dialog, opens, row_button
from state.shadows import ShadowState

LET: Final = "let-shadow"
STATE: Any = ShadowState
VIEW: Any = ShadowState.view


def shadow_opener() -> rx.Component:
    """Return the button that opens the dialog, where there is a trainee and nothing bars it."""
    return rx.cond(
        VIEW.may_let,
        rx.el.button(
            "Let a trainee shadow",
            type="button",
            class_name="button small",
            custom_attrs=opens(LET),
        ),
    )


def shadows_card() -> rx.Component:
    """Return who shadows the case; nothing where nobody does."""
    return rx.cond(
        VIEW.rows.length() > 0,
        card(
            "Shadowing",
            rx.el.ul(rx.foreach(VIEW.rows, _line), class_name="rows people-lines"),
            key="shadows",
            count=VIEW.rows.length(),
        ),
    )


def _line(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            rx.el.strong(row.trainee),
            rx.el.span(row.when, class_name="sub"),
            rx.el.span(row.reason, class_name="sub"),
        ),
        row_button("End", f" for {row.trainee}", on_click=STATE.end(row.id)),
        key=row.id,
    )


def shadow_dialog() -> rx.Component:
    """Return the dialog that lets a trainee read the case."""
    errors = STATE.errors
    return dialog(
        LET,
        "Let a trainee shadow this case",
        form(
            saved_mark(STATE.saved),
            error_summary(errors),
            rx.el.p(
                "They read everything in this case and change nothing. It ends with the case, on"
                " the last day, or when somebody ends it.",
                class_name="hint",
            ),
            select(
                "Trainee", "trainee_id", VIEW.choices, error=errors["trainee_id"], key="shadow-"
            ),
            rx.el.div(
                field(
                    "From",
                    "first_day",
                    type="date",
                    error=errors["first_day"],
                    value=VIEW.today,
                    width="w12",
                    key="shadow-",
                ),
                field(
                    "Until (optional)",
                    "last_day",
                    type="date",
                    error=errors["last_day"],
                    width="w12",
                    key="shadow-",
                ),
                class_name="pair",
            ),
            text_area(
                "What they should learn",
                "reason",
                error=errors["reason"],
                rows=2,
                max_length=300,
                key="shadow-",
            ),
            form_foot(submit("Let them shadow")),
            on_submit=STATE.let,
            on_check=STATE.check,
            key=f"{VIEW.on_case}-{STATE.saved}",
        ),
    )
