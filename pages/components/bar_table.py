"""Figures with a bar each, as a picture and as a table in one: the colours stand in the heads."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from pages.components.empty import empty
from pages.components.stack_bar import stack_bar
from pages.components.table import cell, link


def bar_table(
    caption: str,
    first: str,
    words: Sequence[tuple[str, str]],
    rows: Any,
    *,
    more: Sequence[str] = (),
    none: str,
) -> rx.Component:
    """Return a table of `state.caseload_figures.FigureRow`: its bar, then its figures.

    `words` are the colours and names of the bar's parts, `more` the heads of the figures after.
    """
    heads = [
        rx.el.th(
            rx.el.span(class_name=f"key {key}"), word, scope="col", class_name="num bar-figure"
        )
        for key, word in words
    ]
    said = [*[word for _, word in words], *more]

    def row(each: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(
                rx.cond(each.path != "", link(each.label, to=each.path), rx.el.span(each.label)),
                scope="row",
            ),
            rx.el.td(stack_bar(each.parts, each.said)),
            *[cell(word, each.figures[at], class_name="num") for at, word in enumerate(said)],
        )

    table = rx.el.table(
        rx.el.caption(caption, class_name="sr"),
        rx.el.thead(
            rx.el.tr(
                rx.el.th(first, scope="col"),
                rx.el.th(rx.el.span("Bar", class_name="sr"), scope="col", class_name="bar-of"),
                *heads,
                *[rx.el.th(word, scope="col", class_name="num bar-figure") for word in more],
            )
        ),
        rx.el.tbody(rx.foreach(rows, row)),
        class_name="table piled score-bars figures-bars",
    )
    shown = rx.el.div(table, class_name="scroll", role="region", tab_index=0, aria_label=caption)
    return rx.cond(rows.length() > 0, shown, empty(none))
