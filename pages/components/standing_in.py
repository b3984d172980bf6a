"""Cover and supervision in a line: on the first page, and in the bar of a trainee's case."""

from typing import Any

import reflex as rx

from pages.components.form import button
from pages.components.icons import icon
from pages.components.table import link
from state.case_bar import CaseBarState
from state.standing_in import StandingInState

BAR: Any = CaseBarState.bar


def standing_lines() -> rx.Component:
    """Return whom the reader covers, and who supervises them; nothing where there is neither."""
    lines: Any = StandingInState.lines
    return rx.cond(
        lines.length() > 0,
        rx.el.ul(rx.foreach(lines, _line), class_name="standing", aria_label="Cover"),
    )


def _line(line: Any) -> rx.Component:
    to = rx.cond(line.path != "", rx.fragment(" ", link(line.step, to=line.path)))
    return rx.el.li(icon("people"), rx.el.span(line.words, to))


def own_supervisor() -> rx.Component:
    """Return who supervises a trainee in their own case, and the one click that asks for help."""
    ask = button(
        "Ask for help",
        on_click=StandingInState.ask_for_supervisor,
        busy="Asking",
        kind="small",
    )
    return rx.el.div(
        rx.el.dt("Your supervisor"), rx.el.dd(BAR.supervisor, ask), class_name="own-supervisor"
    )
