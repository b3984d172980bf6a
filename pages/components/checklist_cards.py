"""The cards of a checklist, for a case and for the preview of a list: stages, gates, progress."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from pages.components.icons import icon
from pages.components.status import status_badge
from pages.components.table import card

Word = Callable[[Any], rx.Component]


def checklist_stage(view: Any, word: Word) -> rx.Component:
    """Return the items of one stage, which opens and closes; `word` is what an item's text does."""
    state = rx.cond(
        view.is_complete,
        rx.el.span(icon("done"), "Complete", class_name="badge good"),
        rx.el.span(view.left, class_name="hint"),
    )
    return rx.el.details(
        rx.el.summary(
            rx.el.span(icon("turn"), class_name="turn inline"),
            rx.el.h2(view.word),
            rx.el.span(view.count, class_name="count"),
            rx.el.span(state, class_name="end"),
            class_name="card-head",
        ),
        rx.el.ul(rx.foreach(view.rows, lambda each: _item(each, word)), class_name="tasks"),
        class_name="card",
        open=view.is_open,
        key=view.key,
    )


def _item(view: Any, word: Word) -> rx.Component:
    optional = rx.cond(view.is_mandatory, "", "Optional. ")
    return rx.el.li(
        rx.el.span(view.code, class_name="code"),
        rx.el.div(
            word(view),
            rx.el.span(optional, view.said, " ", view.due, class_name="sub"),
        ),
        status_badge(
            view.answer,
            {
                "met": ("Met", "good"),
                "not_met": ("Not met", "late"),
                "not_applicable": ("Not applicable", ""),
                "unknown": ("Not answered", ""),
                "late": ("Late", "late"),
            },
        ),
        custom_attrs={"id": rx.Var.create(f"item-{view.id}")},
    )


def checklist_progress(view: Any) -> rx.Component:
    """Return how far a checklist is, and what it comes to."""
    return card(
        "File check",
        rx.el.div(
            rx.el.p(rx.el.strong(view.progress, class_name="fig"), " done or not needed"),
            rx.el.progress(
                value=view.done,
                max=view.total,
                aria_label=rx.Var.create(f"Checklist, {view.progress} done"),
            ),
            rx.el.p(
                view.proven, " A person answered the rest, with name and date.", class_name="hint"
            ),
            class_name="card-body stack",
        ),
        key="file-check",
        end=status_badge(
            view.status,
            {
                "pending": ("Not answered yet", ""),
                "on_track": ("On track", "note"),
                "late": ("Late", "late"),
                "not_met": ("Not met", "late"),
                "met": ("Met", "good"),
            },
        ),
    )


def checklist_gate(view: Any, word: Word, *, let: rx.Component | None = None) -> rx.Component:
    """Return one gate: open, or what it waits for; `let` is the way to let a case through."""
    more = rx.cond(view.count > 4, rx.el.p("and ", view.count - 4, " more", class_name="hint"))
    waits = rx.fragment(
        rx.el.p(rx.el.strong("Waits for:")),
        rx.el.ul(
            rx.foreach(view.missing, lambda each: rx.el.li(word(each))),
            class_name="stack close plain-list",
        ),
        more,
        rx.cond(view.opened != "", rx.el.p(view.opened, class_name="callout")),
        let or rx.fragment(),
    )
    nothing = rx.el.p("Nothing of the checklist stands in the way.")
    return rx.el.section(
        rx.el.div(
            rx.el.h2(view.word, custom_attrs={"id": rx.Var.create(f"gate-{view.gate}")}),
            rx.el.span(
                rx.cond(
                    view.count == 0,
                    rx.el.span(icon("done"), "Open", class_name="badge good"),
                    rx.el.span(icon("half"), "Waits", class_name="badge note"),
                ),
                class_name="end",
            ),
            class_name="card-head",
        ),
        rx.el.div(rx.cond(view.count == 0, nothing, waits), class_name="card-body stack close"),
        class_name="card",
        aria_labelledby=rx.Var.create(f"gate-{view.gate}"),
        key=view.gate,
    )
