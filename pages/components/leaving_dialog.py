"""The dialog in which somebody is deactivated: what they hold, who takes over, then the end."""

from typing import Any, Final

import reflex as rx

from pages.components.form import button, form_foot, select
from pages.components.icons import icon
from pages.components.note_dialog import saved_mark
from pages.components.status import badge
from pages.components.table import column, dialog, table
from state.leaving import LeavingState

DEACTIVATE: Final = "deactivate"
STATE: Any = LeavingState
LEAVER: Any = LeavingState.leaver


def leaving_dialog() -> rx.Component:
    """Return the dialog."""
    return dialog(
        DEACTIVATE,
        "Deactivate a person",
        saved_mark(STATE.left),
        rx.el.p(
            rx.el.strong(LEAVER.name),
            " is signed out at once and cannot sign in. What they wrote stays under their name.",
        ),
        rx.cond(
            LEAVER.holds.length() > 0,
            rx.el.dl(rx.foreach(LEAVER.holds, _held), class_name="holds small"),
        ),
        rx.cond(STATE.leaving_cases.length() > 0, _cases()),
        rx.cond(LEAVER.trainees != "", _supervisor()),
        rx.el.p(
            "Reactivating them later gives sign-in back, with a new one-time password. It does not"
            " give back what went to others.",
            class_name="hint",
        ),
        rx.cond(
            STATE.obstacle != "",
            rx.el.p(icon("late"), STATE.obstacle, class_name="field-error", role="alert"),
        ),
        form_foot(
            button(
                rx.cond(STATE.leaving_cases.length() > 0, "Hand on and deactivate", "Deactivate"),
                on_click=STATE.deactivate,
                kind="main",
                busy="Deactivating",
                disabled=~STATE.chosen_all,
            ),
            rx.el.button(
                "Cancel",
                type="button",
                class_name="button",
                custom_attrs={"data-closes": DEACTIVATE},
            ),
        ),
    )


def _held(pair: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(pair[0]), rx.el.dd(pair[1]))


def _cases() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            select(
                "Give every case to",
                "everything",
                {"": [("", "Choose somebody")], "At the centre": LEAVER.holders},
                hint="Change single ones in the list below.",
                on_change=STATE.give_all,
            ),
            rx.el.label(
                rx.el.input(
                    type="checkbox",
                    default_checked=True,
                    on_change=STATE.take_visits,
                    custom_attrs={"id": "leaving-visits"},
                ),
                "Appointments too, where the new person is free",
                class_name="choice",
            ),
            class_name="stack",
            key=STATE.asked,
        ),
        table(
            "Who takes over each case",
            [column("Client"), column("Goes to"), column("What will happen")],
            STATE.leaving_cases,
            _case,
        ),
    )


def _case(line: Any) -> rx.Component:
    chosen = rx.el.select(
        rx.el.option("Choose somebody", value=""),
        rx.foreach(LEAVER.holders, lambda pair: rx.el.option(pair[1], value=pair[0])),
        value=line.goes_to,
        on_change=lambda to: STATE.give_one(line.id, to),
        aria_label=rx.Var.create(f"Who takes over the case of {line.client}"),
        class_name="box",
    )
    stays = rx.fragment(badge("Cannot go", "late"), rx.el.span(line.why, class_name="sub"))
    goes = rx.fragment(badge("Goes", "note"), rx.el.span(line.visits, class_name="sub"))
    return rx.el.tr(
        rx.el.th(
            line.client,
            rx.el.span(line.reference, class_name="sub fig"),
            rx.cond(line.is_restricted, badge("Restricted")),
            scope="row",
        ),
        rx.el.td(chosen),
        rx.el.td(rx.cond(line.goes_to == "", "", rx.cond(line.why != "", stays, goes))),
        key=line.id,
    )


def _supervisor() -> rx.Component:
    return rx.el.div(
        select(
            rx.Var.create(f"Who supervises {LEAVER.trainees}"),
            "supervisor",
            {"": [("", "Choose somebody")], "At the centre": LEAVER.supervisors},
            on_change=STATE.choose_supervisor,
        ),
        key=STATE.asked,
    )
