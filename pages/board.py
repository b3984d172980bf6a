"""The caseload board, and the same cases as a list."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.empty import empty
from pages.components.form import select
from pages.components.live_board import HideNames, LiveBoard
from pages.components.status import badge
from pages.components.table import card, column, link, list_pager, table
from pages.layout import main_link, page_head, screen
from state.caseload import SORTS, CaseloadState

FOOT: Any = CaseloadState.lines.foot  # pyright: ignore[reportAttributeAccessIssue]


@screen(
    "Caseload board",
    route=routes.BOARD,
    act=Act.CASELOAD_SEE,
    section="board",
    on_load=CaseloadState.open,
)
def board() -> rx.Component:
    """Return the lanes, or the list for centres with many cases."""
    return rx.el.div(
        rx.cond(CaseloadState.as_list, _list(), _lanes()), class_name="page tight board-page"
    )


def _lanes() -> rx.Component:
    return LiveBoard.create(
        link("As a list", to=f"{routes.BOARD}?view=list", class_name="button"),
        main_link("New walk-in", routes.WALK_IN, "walk-in"),
        board=CaseloadState.board,
    )


def _list() -> rx.Component:
    return rx.fragment(
        page_head(
            "Caseload board",
            HideNames.create(),
            link("As lanes", to=routes.BOARD, class_name="button"),
        ),
        rx.el.div(
            select(
                "Status",
                "status",
                (("", "All open"), ("open", "Open"), ("in_progress", "In progress")),
                value=CaseloadState.status,
                on_change=CaseloadState.choose_status,
                width="w12",
            ),
            select(
                "Advisor",
                "advisor",
                CaseloadState.holders,
                value=CaseloadState.advisor,
                on_change=CaseloadState.choose_advisor,
                width="w12",
            ),
            select(
                "Sorted by",
                "sort",
                tuple(SORTS.items()),
                value=CaseloadState.sort,
                on_change=CaseloadState.sort_by,
                width="w12",
            ),
            class_name="pair",
            key=FOOT.label,
        ),
        card("Open cases", _table(), _pager(), key="cases"),
    )


def _table() -> rx.Component:
    return table(
        "Open cases of the centre",
        [
            column("Client"),
            column("Advisor"),
            column("Stage"),
            column("Next action"),
            column("Review"),
            column("Owed", num=True),
            column("Surplus or deficit", num=True),
        ],
        CaseloadState.lines.rows,
        _row,
        when_empty=empty(
            "No open case matches.", link("Show all open cases", to=f"{routes.BOARD}?view=list")
        ),
    )


def _row(line: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(
                rx.el.span(line.name, class_name="name"),
                rx.el.span(line.reference, class_name="coded fig"),
                to=routes.case_path(line.id),
            ),
            scope="row",
        ),
        rx.el.td(
            line.advisor,
            rx.cond(line.cover != "", rx.el.span(line.cover, class_name="sub")),
        ),
        rx.el.td(line.stage),
        rx.el.td(
            rx.el.span(line.step, class_name="name"),
            rx.el.span(line.coded_step, class_name="coded"),
            rx.el.span(line.due, " ", _mark(line.mark), class_name="sub"),
            rx.el.span(
                rx.cond(line.guard != "", badge(line.guard, "note", "shield")),
                rx.cond(line.legal != "", badge(line.legal, "soon")),
                class_name="sub",
            ),
        ),
        rx.el.td(line.review, class_name="fig"),
        rx.el.td(line.owed, class_name="num"),
        rx.el.td(line.money, class_name="num"),
    )


def _mark(mark: rx.Var[str]) -> rx.Component:
    return rx.match(  # pyright: ignore[reportReturnType]
        mark,
        ("Overdue", badge("Overdue", "late")),
        ("Today", badge("Today", "soon")),
        rx.fragment(),
    )


def _pager() -> rx.Component:
    return list_pager(
        FOOT,
        on_back=CaseloadState.turn(FOOT.number - 1),
        on_next=CaseloadState.turn(FOOT.number + 1),
    )
