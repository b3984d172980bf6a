"""Handing ticked cases on: the boxes of the list, and the dialog that previews, does and undoes."""

from typing import Any, Final

import reflex as rx

from pages.components.form import button, form_foot, select
from pages.components.icons import icon
from pages.components.status import badge
from pages.components.table import column, dialog, opens, table
from state.caseload import CaseloadState
from state.caseload_moves import TICKED, CaseloadMovesState

STATE: Any = CaseloadMovesState
KEY: Final = "hand-on"


class PickedRows(rx.Component):
    """Counts the ticked rows of the form around it, and gives their boxes keys."""

    library = "$/public/picked_rows"
    tag = "PickedRows"

    listed: rx.Var[int]
    turns: rx.Var[bool]


def picked(*, turns: bool = False) -> rx.Component:
    """Return the bar above cases: how many are ticked, and the button for them.

    With `turns` the boxes come and go by a button, for cards that are mostly read.
    """
    return PickedRows.create(
        rx.el.button(
            "Hand on…",
            type="submit",
            class_name="button main small",
            custom_attrs=opens(KEY, fills=True),
        ),
        listed=CaseloadState.listed,
        turns=turns,
    )


def tick_all() -> rx.Component:
    """Return the head of the boxes, which ticks every row of the page."""
    return rx.el.th(
        rx.el.label(
            rx.el.input(type="checkbox", aria_label="Tick every case of this page"),
            class_name="tick",
        ),
        scope="col",
        class_name="ticks",
    )


def tick_one(case_id: Any, labelled_by: Any) -> rx.Component:
    """Return the cell with the box of one case; `labelled_by` is the id of what names it."""
    return rx.el.td(
        rx.el.label(
            rx.el.input(
                type="checkbox",
                name=rx.Var.create(f"{TICKED}{case_id}"),
                custom_attrs={"aria-labelledby": labelled_by},
            ),
            class_name="tick",
        ),
        class_name="ticks",
    )


def moves_dialog() -> rx.Component:
    """Return the dialog in which ticked cases are handed on, and given back."""
    over = rx.cond(STATE.phase == "done", _done(), _undone())
    is_over = (STATE.phase == "done") | (STATE.phase == "undone")
    begun = rx.cond(STATE.chosen > 0, _preview(), _nothing())
    return dialog(KEY, "Hand cases on", rx.cond(is_over, over, begun))


def _nothing() -> rx.Component:
    return rx.fragment(
        rx.el.p("No case is ticked. Tick those to hand on in the list first."),
        form_foot(_close("Close")),
    )


def _preview() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.p(_cases(STATE.chosen), " ticked. Open actions go along to the new holder."),
            rx.el.div(
                select(
                    "Give them to",
                    "holder",
                    {"": [("", "Choose somebody")], "At the centre": STATE.people},
                    value=STATE.holder,
                    on_change=STATE.look,
                    width="w20",
                ),
                rx.el.label(
                    rx.el.input(
                        type="checkbox",
                        default_checked=True,
                        on_change=STATE.take_appointments,
                        custom_attrs={"id": "moves-appointments"},
                    ),
                    "Appointments too, where the new holder is free",
                    class_name="choice",
                ),
                class_name="stack",
                key=STATE.asked,
            ),
            class_name="stack",
        ),
        rx.cond(
            STATE.obstacle != "",
            rx.el.p(icon("late"), STATE.obstacle, class_name="field-error", role="alert"),
        ),
        rx.cond(
            STATE.phase == "looking",
            _lines("What would become of each case", _would, "What will happen"),
        ),
        form_foot(
            button(
                rx.cond(
                    STATE.phase == "looking",
                    rx.Var.create(f"Hand on {_cases(STATE.moving)}"),
                    "Hand on",
                ),
                on_click=STATE.move,
                kind="main",
                busy="Handing on",
                disabled=STATE.moving == 0,
                custom_attrs={"id": "move-all", "data-then": "moved-all"},
            ),
            _close("Cancel"),
        ),
    )


def _done() -> rx.Component:
    return rx.fragment(
        rx.el.p(
            rx.el.strong(_cases(STATE.moving), " handed on to ", STATE.holder_name, "."),
            role="status",
        ),
        _lines("What became of each case", _became, "What happened"),
        form_foot(
            _close("Close", kind="main", at="moved-all"),
            rx.cond(
                STATE.moving > 0,
                button(
                    "Undo all",
                    on_click=STATE.undo,
                    busy="Giving back",
                    custom_attrs={"id": "undo-all", "data-then": "undone-all"},
                ),
            ),
        ),
    )


def _undone() -> rx.Component:
    return rx.fragment(
        rx.el.p(rx.el.strong(_cases(STATE.moving), " given back."), role="status"),
        _lines("What became of each case", _came_back, "What happened"),
        form_foot(_close("Close", kind="main", at="undone-all")),
    )


def _lines(caption: str, told: Any, head: str) -> rx.Component:
    return table(
        caption,
        [column("Client"), column("Held by"), column(head)],
        STATE.lines,
        lambda line: rx.el.tr(
            rx.el.th(
                rx.el.span(line.name, class_name="name"),
                rx.el.span(line.reference, class_name="coded fig"),
                scope="row",
            ),
            rx.el.td(line.holder),
            rx.el.td(
                rx.cond(
                    line.why != "",
                    rx.fragment(badge("Stays", "late"), rx.el.span(line.why, class_name="sub")),
                    told(line),
                ),
                rx.cond(
                    (line.why == "") & (line.visits != ""),
                    rx.el.span(line.visits, class_name="sub"),
                ),
            ),
        ),
    )


def _would(line: Any) -> rx.Component:  # noqa: ARG001 - each of the three takes a line
    return badge(rx.Var.create(f"Goes to {STATE.holder_name}"), "note")


def _became(line: Any) -> rx.Component:  # noqa: ARG001 - each of the three takes a line
    return badge(rx.Var.create(f"With {STATE.holder_name}"), "good")


def _came_back(line: Any) -> rx.Component:  # noqa: ARG001 - each of the three takes a line
    return badge("Given back", "good")


def _close(word: str, kind: str = "", at: str = "") -> rx.Component:
    """Return a button that closes the dialog; `at` is its id where focus goes to it."""
    return rx.el.button(
        word,
        type="button",
        class_name=f"button {kind}".strip(),
        custom_attrs={"data-closes": KEY, **({"id": at} if at else {})},
    )


def _cases(many: Any) -> Any:
    return rx.cond(many == 1, "1 case", rx.Var.create(f"{many} cases"))
