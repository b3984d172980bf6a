"""What a statement says, to be read before it is sent: lines, sums, debts and offers."""

from typing import Any

import reflex as rx

from pages.components.empty import empty
from pages.components.table import card, column, table
from state.statements import StatementState

VIEW: Any = StatementState.view


def statement_sheet() -> list[rx.Component]:
    """Return the cards of a statement in the order of the printed page."""
    return [
        _people(),
        _sheet(),
        _sums(),
        _debts("Priority debts", "first", VIEW.first),
        _debts("Non-priority debts", "others", VIEW.others),
        _debts("Paid by deduction", "deducted", VIEW.deducted, "Deducted, £"),
    ]


def statement_difference() -> rx.Component:
    """Return what differs from the statement issued before, where anything does."""

    def row(view: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(view[0], scope="row"),
            rx.el.td(view[1], class_name="num"),
            rx.el.td(view[2], class_name="num"),
        )

    return rx.cond(
        VIEW.difference.length() > 0,
        card(
            "What differs from the one before",
            table(
                "What differs from the statement issued before",
                [column("What"), column("Before", num=True), column("Now", num=True)],
                VIEW.difference,
                row,
            ),
            key="difference",
        ),
    )


def _people() -> rx.Component:
    def fact(pair: Any) -> rx.Component:
        return rx.el.div(rx.el.dt(pair[0]), rx.el.dd(pair[1]))

    return card(
        "Who it is of",
        rx.el.dl(rx.foreach(VIEW.about, fact), class_name="card-body facts whole"),
        key="people",
    )


def _line(view: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            view.label,
            rx.cond(view.said != "", rx.el.span(view.said, class_name="sub")),
            scope="row",
        ),
        rx.el.td(view.monthly, class_name="num"),
    )


def _group(view: Any) -> rx.Component:
    return rx.el.tbody(
        rx.el.tr(
            rx.el.th(
                view.section,
                ": ",
                view.label,
                rx.cond(view.note != "", rx.el.span(view.note, class_name="sub")),
                scope="rowgroup",
            ),
            rx.el.td(rx.el.strong(view.total), class_name="num"),
            class_name="group-head",
        ),
        rx.foreach(view.lines, _line),
    )


def _sheet() -> rx.Component:
    body = rx.el.div(
        rx.el.table(
            rx.el.caption("The statement's lines by the month", class_name="sr"),
            rx.el.thead(rx.el.tr(column("Line"), column("A month, £", num=True))),
            rx.foreach(VIEW.groups, _group),
            class_name="table",
        ),
        class_name="scroll",
        role="region",
        tab_index=0,
        aria_label="Statement lines",
    )
    return card(
        "Income and outgoings",
        rx.cond(VIEW.groups.length() > 0, body, empty("The budget has no lines yet.")),
        key="lines",
        end=rx.el.span(VIEW.printed_number, ", ", VIEW.statement_day, class_name="hint"),
    )


def _sums() -> rx.Component:
    def row(view: Any) -> rx.Component:
        return rx.el.tr(rx.el.th(view[0], scope="row"), rx.el.td(view[1], class_name="num"))

    return card(
        "What is left, and where it goes",
        table(
            "Sums of the statement", [column("Sum"), column("A month", num=True)], VIEW.sums, row
        ),
        key="sums",
    )


def _debts(title: str, key: str, rows: Any, offer: str = "Offer a month, £") -> rx.Component:
    def row(view: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(
                view.creditor,
                rx.cond(view.said != "", rx.el.span(view.said, class_name="sub")),
                scope="row",
            ),
            rx.el.td(view.owed, class_name="num"),
            rx.el.td(view.offer, class_name="num"),
            rx.el.td(view.months, class_name="num"),
        )

    heads = [
        column("Creditor"),
        column("Owed, £", num=True),
        column(offer, num=True),
        column("Months", num=True),
    ]
    return rx.cond(
        rows.length() > 0, card(title, table(title, heads, rows, row), key=key, count=rows.length())
    )
