"""Where work waits for sign-off: the words of its buttons, and the banner on a case."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.icons import icon
from pages.components.table import link
from state.case_bar import CaseBarState
from state.shell import ShellState

SUBMIT = "Submit for sign-off"
BAR: Any = CaseBarState.bar


def waits_for(act: Act) -> Any:
    """Say whether this person's doing of an act waits for another's sign-off."""
    return rx.Var.create(ShellState.prepared).contains(act.value)


def act_word(act: Act, word: str) -> Any:
    """Return a button's word: what it does, or that it submits."""
    return rx.cond(waits_for(act), SUBMIT, word)


def waits_hint(act: Act) -> rx.Component:
    """Return the sentence over a form whose doing waits for sign-off; nothing for the others."""
    return rx.cond(
        waits_for(act),
        rx.el.p("Your supervisor signs this off before it takes effect.", class_name="hint"),
    )


def waits_banner() -> rx.Component:
    """Return what of the case waits for sign-off, and for whom, and what came back."""
    return rx.cond(
        BAR.waits.length() > 0,
        rx.el.ul(
            rx.foreach(BAR.waits, _line), class_name="waits", aria_label="Waiting for sign-off"
        ),
    )


def _line(view: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(view.is_back, icon("came-back"), icon("clock")),
        rx.el.span(link(rx.el.strong(view.lead), to=routes.sign_off_path(view.id)), " ", view.rest),
        class_name=rx.cond(view.is_back, "back", ""),
    )
