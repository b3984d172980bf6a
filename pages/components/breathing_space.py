"""The breathing spaces of a case: the clock as a picture and a table, its debts, what it means."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages.components.confirm import taken_back
from pages.components.empty import empty
from pages.components.icons import icon
from pages.components.status import badge, callout, status_badge
from pages.components.table import card, cell, column, opens, row_button, table
from pages.layout import when_may
from state.breathing_space import BreathingSpaceState
from state.breathing_space_views import PICTURE

STATE: Any = BreathingSpaceState
VIEW: Any = BreathingSpaceState.view
TAKEN_BACK: Any = BreathingSpaceState.taken_back
SPACE, REVIEW, CONTACT, END, COVER = "space", "review", "contact", "end-space", "cover"


def breathing_spaces() -> rx.Component:
    """Return a card for each breathing space, the newest first, or how to record the first."""
    undo = taken_back(TAKEN_BACK.title, STATE.undo_take_back)
    nothing = rx.cond(
        VIEW.none != "",
        empty(VIEW.none),
        empty(
            "No breathing space is recorded. Enter the days as the register gives them.",
        ),
    )
    history = rx.el.details(
        rx.el.summary(rx.Var.create(f"History ({VIEW.history.length()})")),
        rx.el.ul(rx.foreach(VIEW.history, _told), class_name="events"),
        class_name="past-appointments",
    )
    first = card(
        rx.cond(VIEW.spaces.length() > 0, "Breathing spaces so far", "Breathing space"),
        rx.cond(TAKEN_BACK.id != 0, undo),
        rx.cond(VIEW.spaces.length() == 0, nothing),
        rx.cond(VIEW.history.length() > 0, history),
        key="breathing-space",
        end=rx.cond(VIEW.may_record, when_may(Act.BREATHING_SPACE_RECORD, _record())),
    )
    return rx.fragment(rx.foreach(VIEW.spaces, _space), first)


def _record() -> rx.Component:
    return rx.el.button(
        "Record",
        rx.el.span(" a breathing space", class_name="sr"),
        type="button",
        class_name="button small",
        on_click=STATE.begin(0),
        custom_attrs=opens(SPACE, fills=True),
    )


def _told(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(rx.el.strong(line[0])),
        rx.cond(line[1] != "", rx.el.p(line[1])),
        rx.el.p(line[2], class_name="hint"),
    )


def _space(space: Any) -> rx.Component:
    head = status_badge(
        space.state,
        {
            "running": ("Running", "note"),
            "coming": ("Not yet begun", ""),
            "over": ("Over", ""),
        },
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h2(space.title, custom_attrs={"id": rx.Var.create(f"space-{space.id}-title")}),
            head,
            class_name="card-head",
        ),
        rx.el.div(
            rx.el.p(rx.el.strong(space.summary)),
            rx.cond(
                space.warning != "",
                rx.el.p(icon("late"), space.warning, class_name="field-error"),
            ),
            _picture(space),
            _steps(space),
            class_name="card-body stack",
        ),
        _days(space),
        rx.el.div(
            rx.el.dl(rx.foreach(space.facts, _fact), class_name="answers clock-facts"),
            rx.cond(space.effects.length() > 0, _meaning(space)),
            class_name="card-body stack",
        ),
        _debts(space),
        class_name="card space",
        aria_labelledby=rx.Var.create(f"space-{space.id}-title"),
        key=space.id,
    )


def _picture(space: Any) -> rx.Component:
    def piece(each: Any) -> rx.Component:
        return rx.el.rect(class_name=each.key, x=each.x, y="4", width=each.width, height="20")

    def legend(each: Any) -> rx.Component:
        return rx.el.li(
            rx.el.span(class_name=rx.Var.create(f"key {each.key}")),
            rx.el.strong(each.word),
            rx.el.span(each.days, class_name="sub"),
        )

    now = rx.cond(
        space.now != "",
        rx.el.line(class_name="now", x1=space.now, x2=space.now, y1="0", y2="28"),
    )
    return rx.el.div(
        rx.el.svg(
            rx.foreach(space.pieces, piece),
            now,
            view_box=f"0 0 {PICTURE} 28",
            class_name="clockbar",
            custom_attrs={
                "preserveAspectRatio": "none",
                "role": "img",
                "aria-label": space.picture,
            },
        ),
        rx.el.ul(
            rx.foreach(space.pieces, legend),
            rx.cond(
                space.now != "",
                rx.el.li(
                    rx.el.span(class_name="key now"),
                    rx.el.strong(rx.cond(space.is_ended, "Ended", "Today")),
                ),
            ),
            class_name="clock-key",
        ),
    )


def _days(space: Any) -> rx.Component:
    def row(day: Any) -> rx.Component:
        open_figure = rx.el.span("To be confirmed by a practitioner", class_name="sub")
        return rx.el.tr(
            rx.el.th(day.label, rx.cond(~day.is_confirmed, open_figure), scope="row"),
            rx.el.td(day.day, class_name="fig"),
            rx.el.td(
                rx.cond(day.tone == "soon", badge(day.away, "soon"), day.away),
                rx.cond(day.act != "", rx.el.span(day.act, class_name="sub")),
            ),
            class_name=rx.cond(day.tone == "past", "past", ""),
        )

    return rx.fragment(
        table(
            "Days of the breathing space",
            [column("By law"), column("Day"), column("How far")],
            space.days,
            row,
            kind="piled free",
        ),
        rx.el.p("The start is day 1. ", space.source, class_name="hint card-body"),
    )


def _fact(pair: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(pair[0]), rx.el.dd(pair[1]))


def _meaning(space: Any) -> rx.Component:
    def line(one: Any) -> rx.Component:
        return rx.el.li(one.text, rx.el.span(one.source, class_name="sub small"))

    return callout(
        rx.el.p(rx.el.strong("While it runs")),
        rx.el.ul(rx.foreach(space.effects, line), class_name="meaning"),
        rx.el.p(
            "This flags what to look into. Check the register and the regulations before you act on"
            " it.",
            class_name="hint",
        ),
    )


def _steps(space: Any) -> rx.Component:
    def step(word: str, dialog: str, act: Act, *, kind: str = "") -> rx.Component:
        said = row_button(
            word,
            rx.Var.create(f" {space.title}"),
            on_click=STATE.begin(space.id),
            kind=kind,
            custom_attrs=opens(dialog, fills=True),
        )
        return when_may(act, said)

    def undo(word: str, on_click: Any, act: Act) -> rx.Component:
        whose = rx.Var.create(f" of {space.title}")
        return when_may(act, row_button(word, whose, on_click=on_click, kind="plain"))

    return rx.el.div(
        rx.cond(space.may_review, step("Record review", REVIEW, Act.BREATHING_SPACE_REVIEW)),
        rx.cond(space.may_confirm, step("Treatment goes on", CONTACT, Act.BREATHING_SPACE_RECORD)),
        rx.cond(
            ~space.is_ended,
            step("Put right", SPACE, Act.BREATHING_SPACE_RECORD, kind="plain"),
        ),
        rx.cond(space.may_end, step("Record its end", END, Act.BREATHING_SPACE_END, kind="plain")),
        rx.cond(
            space.is_reviewed & ~space.is_ended,
            undo("Undo the review", STATE.undo_review(space.id), Act.BREATHING_SPACE_REVIEW),
        ),
        rx.cond(
            space.is_ended,
            undo("Undo its end", STATE.undo_end(space.id), Act.BREATHING_SPACE_END),
        ),
        undo("Take back", STATE.take_back(space.id), Act.BREATHING_SPACE_END),
        class_name="chips",
    )


def _debts(space: Any) -> rx.Component:
    def row(debt: Any) -> rx.Component:
        decide = when_may(
            Act.BREATHING_SPACE_RECORD,
            row_button(
                "Decide",
                rx.Var.create(f" about {debt.creditor}"),
                on_click=STATE.choose_debt(space.id, debt.debt_id),
                kind="plain",
                custom_attrs=opens(COVER, fills=True),
            ),
        )
        return rx.el.tr(
            rx.el.th(debt.creditor, rx.el.span(debt.kind, class_name="sub"), scope="row"),
            rx.el.td(
                rx.cond(
                    debt.is_in, badge(debt.word, "note", "shield"), badge(debt.word, "", "open")
                ),
                rx.cond(debt.said != "", rx.el.span(debt.said, class_name="sub")),
            ),
            cell("Owed", debt.balance, class_name="num"),
            rx.el.td(decide),
        )

    total = rx.el.tr(
        rx.el.th("In it", scope="row"), rx.el.td(space.in_it, col_span=3, class_name="fig")
    )
    return table(
        "Debts in the breathing space and left out",
        [column("Debt"), column("In it or not"), column("Owed", num=True), column("")],
        space.debts,
        row,
        when_empty=empty("No debt is listed yet. Enter the debts first: each goes in by its kind."),
        foot=total,
        kind="piled free",
    )
