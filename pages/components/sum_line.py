"""The sum line that stays under a case's bar: figures with the signs between them."""

import reflex as rx


def part(word: str, value: rx.Var[str] | str, *, answer: bool = False) -> rx.Component:
    """Return one figure of a sum line."""
    return rx.el.div(
        rx.el.p(word, class_name="dt"),
        rx.el.p(value, class_name="dd"),
        class_name="answer" if answer else "",
    )


def sign(mark: str) -> rx.Component:
    """Return the sign between two figures of a sum line, for the eye alone."""
    return rx.el.span(mark, class_name="op", aria_hidden="true")


def saved_mark(at: rx.Var[str]) -> rx.Component:
    """Return "Saved 14:02" at the end of a sum line, read out when it changes."""
    return rx.el.div(
        rx.cond(at != "", rx.el.span("Saved ", at, class_name="live")),
        class_name="end",
        role="status",
    )
