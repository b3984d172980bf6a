"""One bar split into parts, and the table that says the same in figures."""

from typing import Any

import reflex as rx

from state.budget_parts import BAR


def stack_bar(parts: Any, said: rx.Var[str] | str) -> rx.Component:
    """Return the bar of `parts`; `said` is what a screen reader hears in its place."""

    def piece(each: Any) -> rx.Component:
        return rx.el.rect(class_name=each.key, x=each.x, y="0", width=each.width, height="28")

    return rx.el.svg(
        rx.foreach(parts, piece),
        view_box=f"0 0 {BAR} 28",
        class_name="stackbar",
        custom_attrs={"preserveAspectRatio": "none", "role": "img", "aria-label": said},
    )


def part_name(each: Any) -> rx.Component:
    """Return the head of a part's row: the colour it has in the bar, and its name."""
    return rx.el.th(rx.el.span(class_name=f"key {each.key}"), each.label, scope="row")


def bar_and_table(
    parts: Any, *, said: str, caption: str, heads: tuple[str, str, str]
) -> rx.Component:
    """Return the bar over its table: each part's name, pounds and share under `heads`."""

    def row(each: Any) -> rx.Component:
        return rx.el.tr(
            part_name(each),
            rx.el.td(each.amount, class_name="num"),
            rx.el.td(each.share, class_name="num"),
        )

    name, pounds, share = heads
    return rx.fragment(
        rx.el.div(stack_bar(parts, said), class_name="card-body"),
        rx.el.table(
            rx.el.caption(caption, class_name="sr"),
            rx.el.thead(
                rx.el.tr(
                    rx.el.th(name, scope="col"),
                    rx.el.th(pounds, scope="col", class_name="num"),
                    rx.el.th(share, scope="col", class_name="num"),
                )
            ),
            rx.el.tbody(rx.foreach(parts, row)),
            class_name="table",
        ),
    )
