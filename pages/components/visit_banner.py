"""What stands over every page while somebody looks with emergency access."""

from typing import Any

import reflex as rx

from pages.components.form import button
from pages.components.icons import icon
from state.emergency_access import AccessState
from state.shell import ShellState

VISIT: Any = ShellState.visit


def visit_banner() -> rx.Component:
    """Return the line that says where one is, why, how long still, and the way out.

    `visit.js` counts the time down, and loads the first page once it has run out.
    """
    return rx.el.section(
        icon("eye"),
        rx.el.p(
            rx.el.strong("Emergency access to ", ShellState.centre),
            rx.el.span(": ", VISIT.why, class_name="why", title=VISIT.reason),
        ),
        rx.el.p(
            "Read-only, ends ",
            rx.el.span(VISIT.until, class_name="fig"),
            rx.el.span(class_name="fig left", custom_attrs={"data-visit-left": VISIT.left}),
            class_name="until",
        ),
        button("Leave now", on_click=AccessState.leave, kind="small", busy="Leaving"),
        class_name="visit",
        aria_label="Emergency access",
    )
