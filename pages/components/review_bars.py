"""Figures with a bar each: what reviews came to, as a picture and as a table in one."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from pages.components.empty import empty
from pages.components.stack_bar import stack_bar
from pages.components.table import cell
from state.review_views import KEYS


def bars(caption: str, first: str, words: Sequence[str], rows: Any, none: str) -> rx.Component:
    """Return a table of lines with a bar and four figures each, under coloured heads."""
    heads = [
        rx.el.th(
            rx.el.span(class_name=f"key {key}"), word, scope="col", class_name="num bar-figure"
        )
        for key, word in zip(KEYS, words, strict=False)
    ]

    def row(each: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(each.label, scope="row"),
            rx.el.td(stack_bar(each.parts, each.said)),
            *[cell(word, each.figures[at], class_name="num") for at, word in enumerate(words)],
        )

    table = rx.el.table(
        rx.el.caption(caption, class_name="sr"),
        rx.el.thead(
            rx.el.tr(
                rx.el.th(first, scope="col"),
                rx.el.th(rx.el.span("Shares", class_name="sr"), scope="col", class_name="bar-of"),
                *heads,
            )
        ),
        rx.el.tbody(rx.foreach(rows, row)),
        class_name="table piled score-bars",
    )
    shown = rx.el.div(table, class_name="scroll", role="region", tab_index=0, aria_label=caption)
    return rx.cond(rows.length() > 0, shown, empty(none))
