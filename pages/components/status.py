"""Badges and notices: a word and a shape, and only then a colour."""

from typing import Any, Final, Literal

import reflex as rx

from pages.components.icons import icon

Tone = Literal["", "good", "soon", "late", "note"]

_SHAPES: Final[dict[str, str]] = {
    "": "open",
    "good": "done",
    "soon": "clock",
    "late": "late",
    "note": "half",
}


def badge(word: rx.Var[str] | str, tone: Tone = "", shape: str | None = None) -> rx.Component:
    """Return a badge; `late` is for what is overdue or refused only, never for people."""
    return rx.el.span(
        icon(shape or _SHAPES[tone]), word, class_name=f"badge {tone}" if tone else "badge"
    )


def status_badge(
    value: rx.Var[str], words: dict[str, tuple[str, Tone]], default: str = "Not known"
) -> rx.Component:
    """Return the badge for a stored value: `words` maps each value to its word and tone."""
    cases = [(key, badge(word, tone)) for key, (word, tone) in words.items()]
    return rx.match(value, *cases, badge(default))  # pyright: ignore[reportReturnType]


def tone_badge(word: Any, tone: Any) -> rx.Component:
    """Return a badge whose tone is a var of the state."""
    return rx.match(  # pyright: ignore[reportReturnType] - each of them is a component
        tone,
        ("good", badge(word, "good")),
        ("soon", badge(word, "soon")),
        ("late", badge(word, "late")),
        badge(word),
    )


def callout(*children: rx.Component | rx.Var[str] | str) -> rx.Component:
    """Return a quiet box for something the reader should know before going on."""
    return rx.el.div(*children, class_name="callout")
