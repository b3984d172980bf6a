"""A page's picture with the recognised words laid over it, to select, copy and check."""

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

from state.document_reading import DocumentReadingState

STATE: Any = DocumentReadingState
PAGE: Any = DocumentReadingState.page
MARK: Any = DocumentReadingState.mark_box


class _SvgText(BaseHTML):
    """A line of writing in a drawing; where it stands is said by attributes, without a style."""

    tag = "text"


class _SvgSpan(BaseHTML):
    """A word of such a line."""

    tag = "tspan"


class _SvgImage(BaseHTML):
    """A picture in a drawing."""

    tag = "image"


class _SvgRect(BaseHTML):
    """A box in a drawing."""

    tag = "rect"


class Every(rx.Component):
    """Asks again every few seconds, while the page is looked at."""

    library = "$/public/every"
    tag = "Every"

    seconds: rx.Var[int]
    on_tick: rx.EventHandler[rx.event.no_args_event_spec]


def page_words() -> rx.Component:
    """Return the page on screen: its picture, marks of what is doubtful, and its words over it."""
    return rx.el.div(
        rx.el.svg(
            _picture(),
            rx.el.g(rx.foreach(PAGE.lines, _doubts), custom_attrs={"aria-hidden": "true"}),
            rx.cond(STATE.marked > 0, _mark()),
            rx.foreach(PAGE.lines, _line),
            class_name="page-words",
            custom_attrs={
                "viewBox": PAGE.box,
                "role": "group",
                "aria-label": rx.Var.create(f"Page {PAGE.number} with its words"),
            },
        ),
        class_name="scroll page-sheet",
        role="region",
        tab_index=0,
        aria_label="The page",
    )


def _picture() -> rx.Component:
    return _SvgImage.create(
        custom_attrs={
            "href": PAGE.picture,
            "width": PAGE.picture_width,
            "height": PAGE.picture_height,
            "transform": PAGE.turn,
            "preserveAspectRatio": "none",
            "aria-hidden": "true",
        },
    )


def _mark() -> rx.Component:
    return _SvgRect.create(
        class_name="figure-mark",
        custom_attrs={
            "x": MARK[0],
            "y": MARK[1],
            "width": MARK[2],
            "height": MARK[3],
            "aria-hidden": "true",
        },
    )


def _doubts(line: Any) -> rx.Component:
    return rx.foreach(line.words, _doubt)


def _doubt(word: Any) -> rx.Component:
    return rx.cond(
        word.is_unsure,
        _SvgRect.create(
            class_name="doubt",
            custom_attrs={
                "x": word.x,
                "y": word.y,
                "width": word.width,
                "height": word.height,
            },
        ),
    )


def _line(line: Any) -> rx.Component:
    return _SvgText.create(rx.foreach(line.words, _word))


def _word(word: Any) -> rx.Component:
    """Return a word, and the space that a copy of the line has after it."""
    return rx.fragment(
        _SvgSpan.create(
            word.said,
            custom_attrs={
                "x": word.x,
                "y": word.base,
                "textLength": word.width,
                "lengthAdjust": "spacingAndGlyphs",
                "fontSize": word.size,
            },
        ),
        " ",
    )
