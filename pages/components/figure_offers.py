"""Figures of papers under the box that each would fill, with their page, to use or put away."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages.layout import when_may

SPEC: Any = rx.event.passthrough_event_spec  # its stub knows two types at most


class FigureOffers(rx.Component):
    """What papers say of one box of a form; inside that form."""

    library = "$/public/figure_offers"
    tag = "FigureOffers"

    rows: rx.Var[Any]
    label: rx.Var[str]

    on_dismiss: rx.EventHandler[SPEC(int)]


def figure_offers(rows: Any, label: str, *, on_dismiss: Any) -> rx.Component:
    """Return what papers offer for a box, to those who may decide on it."""
    made = FigureOffers.create(rows=rows, label=label, on_dismiss=on_dismiss)
    return when_may(Act.FIGURE_DECIDE, rx.el.div(made, class_name="writes offers-here"))
