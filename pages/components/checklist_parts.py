"""Parts of the checklist screen: its versions, its gates, and what a draft changes."""

from typing import Any

import reflex as rx

from pages.components.empty import empty
from pages.components.status import badge
from pages.components.table import card, current, link, row_button
from state.checklists import ChecklistsState

STATE: Any = ChecklistsState
VIEW: Any = ChecklistsState.view


def changes_card() -> rx.Component:
    """Return each item that differs from the list in use, setting by setting."""
    nothing = empty("Nothing differs from the list in use yet.")
    return card(
        "What differs from the list in use",
        rx.cond(
            VIEW.changes.length() > 0,
            rx.el.ul(rx.foreach(VIEW.changes, _difference), class_name="tasks edits"),
            nothing,
        ),
        key="changes",
        end=rx.el.span(VIEW.sums, class_name="hint"),
    )


def _difference(change: Any) -> rx.Component:
    def part(each: Any) -> rx.Component:
        return rx.el.div(
            rx.el.dt(each.name),
            rx.el.dd(
                rx.el.span("was ", class_name="sr"),
                rx.el.del_(each.was),
                rx.el.span(" becomes ", class_name="sr"),
                rx.el.ins(each.becomes),
            ),
        )

    back = rx.cond(
        change.kind != "added",
        row_button(
            "Put back",
            rx.Var.create(f" {change.code}"),
            on_click=STATE.put_back(change.code),
            custom_attrs={
                "id": rx.Var.create(f"back-{change.code}"),
                "data-then": "view-changes",
            },
        ),
    )
    return rx.el.li(
        rx.el.span(change.code, class_name="code"),
        rx.el.div(
            rx.el.span(change.text, class_name="asked"),
            rx.cond(
                change.parts.length() > 0,
                rx.el.dl(rx.foreach(change.parts, part), class_name="parts"),
            ),
        ),
        rx.el.span(change_badge(change.kind), back, class_name="chips tools"),
        key=change.code,
    )


def change_badge(kind: Any) -> rx.Component:
    """Return the badge of an item that differs from the list in use."""
    return rx.match(  # pyright: ignore[reportReturnType]
        kind,
        ("added", badge("New", "good", "plus")),
        ("changed", badge("Changed", "soon", "note")),
        ("moved", badge("Moved", "", "up")),
        ("removed", badge("Removed", "late", "close")),
        rx.fragment(),
    )


def versions_card() -> rx.Component:
    """Return the list of versions, each a link."""
    return card(
        "Versions",
        rx.el.ul(rx.foreach(VIEW.versions, _version), class_name="version-list"),
        key="versions",
    )


def _version(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            link(
                line.name,
                to=line.path,
                custom_attrs=current(line.is_shown),
            ),
            standing_badge(line.standing, line.word),
            class_name="between",
        ),
        rx.el.span(line.said, class_name="sub"),
        rx.cond(line.cases != "", rx.el.span(line.cases, class_name="sub")),
        key=line.id,
    )


def standing_badge(standing: Any, word: Any) -> rx.Component:
    """Return the badge of a version: draft, in use, earlier or discarded."""
    return rx.match(  # pyright: ignore[reportReturnType]
        standing,
        ("draft", badge(word, "note")),
        ("in_use", badge(word, "good")),
        ("discarded", badge(word, "", "close")),
        badge(word, "", "lock"),
    )


def gates_card() -> rx.Component:
    """Return what each gate waits for in the version on screen."""

    def one(gate: Any) -> rx.Component:
        return rx.el.li(
            rx.el.strong(gate.word),
            rx.cond(gate.is_emptied, badge("Emptied", "late")),
            rx.el.span(gate.said, class_name="sub"),
        )

    return card(
        "Gates",
        rx.el.ul(rx.foreach(VIEW.gates, one), class_name="version-list"),
        rx.el.p(
            "Referring a case on and cancelling it never wait.", class_name="card-body small quiet"
        ),
        key="gates",
    )
