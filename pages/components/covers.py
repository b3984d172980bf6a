"""Who covers a person while they are away: the card beside their leave."""

from typing import Any

import reflex as rx

from pages.components.empty import empty
from pages.components.form import error_summary, field, form, select, submit
from pages.components.status import badge
from pages.components.table import card, row_button
from state.covers import CoverState

STATE: Any = CoverState
VIEW: Any = CoverState.covers


def covers_card() -> rx.Component:
    """Return who covers the person on screen, whom they cover, and the form that says so."""
    return card(
        "Cover",
        rx.cond(
            (VIEW.away.length() > 0) | (VIEW.covering.length() > 0),
            rx.el.ul(
                rx.foreach(VIEW.away, lambda row: _line(row, rx.cond(VIEW.may_set, _off(row)))),
                rx.foreach(VIEW.covering, lambda row: _line(row, rx.fragment())),
                class_name="rows people-lines",
            ),
            empty("Nobody covers from today on, and they cover for nobody."),
        ),
        rx.cond(VIEW.may_set, _form()),
        key="covers",
        count=VIEW.away.length() + VIEW.covering.length(),
    )


def nobody_covers(leave_id: Any) -> rx.Component:
    """Return the mark of a leave on no day of which somebody covers."""
    return rx.cond(VIEW.uncovered.contains(leave_id), badge("Nobody covers", "soon"))


def who_covers(error: Any) -> rx.Component:
    """Return the question of the leave's form."""
    return rx.fragment(
        select(
            "Who covers? (optional)",
            "cover_id",
            VIEW.perhaps,
            hint="They see this person's cases among their own, and supervise their trainees.",
            error=error,
            key="leave-",
        ),
        rx.cond(
            VIEW.suggested != "", rx.el.p("Suggested: ", VIEW.suggested, ".", class_name="hint")
        ),
    )


def _line(row: Any, end: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            rx.el.strong(row.who),
            " ",
            rx.cond(row.is_today, badge("Today", "note")),
            rx.el.span(row.when, class_name="sub fig"),
            rx.cond(row.note != "", rx.el.span(row.note, class_name="sub")),
        ),
        end,
        key=row.id,
    )


def _off(row: Any) -> rx.Component:
    return row_button("Take off", f", {row.who}, {row.when}", on_click=STATE.remove(row.id))


def _form() -> rx.Component:
    errors = STATE.errors
    return form(
        rx.el.div(
            error_summary(errors),
            select("Who covers", "cover_id", VIEW.choices, error=errors["cover_id"], key="cover-"),
            rx.el.div(
                field(
                    "First day",
                    "first_day",
                    type="date",
                    error=errors["first_day"],
                    width="w12",
                    key="cover-",
                ),
                field(
                    "Last day",
                    "last_day",
                    type="date",
                    error=errors["last_day"],
                    width="w12",
                    key="cover-",
                ),
                class_name="pair",
            ),
            field(
                "What they should know (optional)",
                "note",
                hint="Do not say why somebody is away.",
                error=errors["note"],
                width="full",
                key="cover-",
            ),
            rx.el.div(submit("Set cover")),
            class_name="card-body stack",
        ),
        on_submit=STATE.add,
        on_check=STATE.check,
        key=f"{VIEW.user_id}-{STATE.saved}",
    )
