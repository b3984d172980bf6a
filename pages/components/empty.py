"""What a list says when it has nothing, and what a page shows while it waits."""

import reflex as rx


def empty(sentence: rx.Var[str] | str, *step: rx.Component) -> rx.Component:
    """Return the sentence of an empty list, with the next step where there is one."""
    return rx.el.div(rx.el.p(sentence), *step, class_name="empty")


def skeleton(lines: int = 3) -> rx.Component:
    """Return the quiet shape of a card that is still to come."""
    return rx.el.section(
        rx.el.div(
            rx.el.span("Loading", class_name="sr"),
            rx.el.div(class_name="skeleton part"),
            *[rx.el.div(class_name="skeleton") for _ in range(lines)],
            class_name="card-body stack",
        ),
        class_name="card",
        aria_busy="true",
    )
