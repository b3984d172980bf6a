"""What was handed on today: the button that is there when something was, and its dialog."""

from typing import Any, Final

import reflex as rx

from pages.components.empty import empty
from pages.components.form import button, form_foot
from pages.components.table import dialog, opens, row_button
from state.recent_moves import RecentMovesState

STATE: Any = RecentMovesState
KEY: Final = "handed-on"


def recent_button() -> rx.Component:
    """Return the button that opens what was handed on today; nothing where nothing was."""
    return rx.cond(
        STATE.lines.length() > 0,
        rx.el.button(
            "Handed on today ",
            rx.el.span(STATE.lines.length(), class_name="fig"),
            type="button",
            class_name="button",
            custom_attrs=opens(KEY),
        ),
    )


def recent_dialog() -> rx.Component:
    """Return the dialog in which what was handed on today is given back."""
    return dialog(
        KEY,
        "Handed on today",
        rx.cond(
            STATE.lines.length() > 0,
            rx.fragment(
                rx.el.p(
                    "Undo gives a case back to who held it, with the actions and appointments"
                    " that went along. What went on to somebody else since is not listed."
                ),
                rx.el.ul(rx.foreach(STATE.lines, _line), class_name="view-list"),
            ),
            empty("Nothing that was handed on today can be given back any more."),
        ),
        form_foot(
            rx.el.button(
                "Close",
                type="button",
                class_name="button main",
                custom_attrs={"data-closes": KEY, "id": "close-handed"},
            ),
            rx.cond(
                STATE.lines.length() > 1,
                button(
                    "Undo all",
                    on_click=STATE.undo_all,
                    busy="Giving back",
                    custom_attrs={"id": "undo-today", "data-then": "close-handed"},
                ),
            ),
        ),
    )


def _line(line: Any) -> rx.Component:
    whose = rx.Var.create(f" handing on {line.reference}")
    return rx.el.li(
        rx.el.div(
            rx.el.span(
                rx.el.span(
                    rx.el.span(line.name, class_name="name"),
                    rx.el.span(line.reference, class_name="coded fig"),
                ),
                rx.el.span(rx.Var.create(f"{line.went}, {line.at}"), class_name="sub"),
            ),
            row_button("Undo", whose, on_click=STATE.undo(line.case_id)),
            class_name="between",
        ),
        key=line.case_id,
    )
