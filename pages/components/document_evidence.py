"""The dialog in which a document becomes evidence: one press on what it shows."""

from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from pages.components.empty import empty
from pages.components.icons import icon
from pages.components.note_dialog import saved_mark
from pages.components.status import badge
from pages.components.table import dialog, opens, row_button
from pages.layout import when_may
from state.document import EvidenceState

EVIDENCE: Final = "evidence"
STATE: Any = EvidenceState


def evidence_button(document_id: Any, name: Any) -> rx.Component:
    """Return the button that opens the dialog for a document."""
    return when_may(
        Act.DOCUMENT_USE,
        row_button(
            "Use as evidence",
            rx.Var.create(f": {name}"),
            on_click=STATE.begin(document_id),
            custom_attrs=opens(EVIDENCE, fills=True),
        ),
    )


def uses_list(document_id: Any, uses: Any) -> rx.Component:
    """Return what a document proves, each with a way to take it off."""

    def row(use: Any) -> rx.Component:
        off = when_may(
            Act.DOCUMENT_USE,
            row_button(
                "Take off",
                rx.Var.create(f": {use.label}"),
                on_click=STATE.drop(document_id, use.kind, use.mark),
                kind="plain",
            ),
        )
        said = rx.el.span(use.label, rx.el.span(use.word, class_name="sub"))
        return rx.el.li(icon("done"), rx.el.span(said, off, class_name="between"), key=use.mark)

    return rx.el.ul(rx.foreach(uses, row), class_name="gaps")


def evidence_dialog() -> rx.Component:
    """Return the dialog; it closes once the document was put to use."""
    nothing = empty(
        "There is nothing to show yet: list the debts, begin the budget or the checklist first."
    )
    return dialog(
        EVIDENCE,
        "What does it show?",
        saved_mark(STATE.saved),
        rx.el.p(rx.el.strong(STATE.name)),
        rx.cond(
            STATE.groups.length() > 0,
            rx.el.div(rx.foreach(STATE.groups, _group), class_name="stack", key=STATE.openings),
            nothing,
        ),
    )


def _group(group: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h3(group.word),
        rx.el.ul(rx.foreach(group.targets, _target), class_name="targets"),
        key=group.word,
    )


def _target(target: Any) -> rx.Component:
    press = rx.el.button(
        rx.el.span(target.label),
        rx.el.span(
            target.detail,
            rx.cond(target.other != "", rx.fragment("Now: ", target.other)),
            class_name="sub",
        ),
        type="button",
        class_name="target",
        on_click=STATE.use(target.kind, target.mark),
    )
    done = rx.el.span(
        rx.el.span(target.label), badge("Shown by it already", "good"), class_name="target"
    )
    return rx.el.li(rx.cond(target.is_shown, done, press), key=target.mark)
