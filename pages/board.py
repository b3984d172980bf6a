"""The caseload board, and the same cases as a list."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.case_moves import moves_dialog, picked, tick_all, tick_one
from pages.components.empty import empty
from pages.components.form import form, select
from pages.components.icons import icon
from pages.components.live_board import Chips, HideNames, LiveBoard
from pages.components.recent_moves import recent_button, recent_dialog
from pages.components.saved_views import views_button, views_dialog
from pages.components.status import badge
from pages.components.table import card, column, current, link, list_pager, table
from pages.layout import main_link, page_head, screen
from state.caseload import SORTS, CaseloadState
from state.caseload_moves import CaseloadMovesState
from state.recent_moves import RecentMovesState
from state.saved_views import SavedViewsState

FOOT: Any = CaseloadState.lines.foot  # pyright: ignore[reportAttributeAccessIssue]


@screen(
    "Caseload board",
    route=routes.BOARD,
    act=Act.CASELOAD_SEE,
    section="board",
    on_load=(CaseloadState.open, SavedViewsState.open, RecentMovesState.open),
)
def board() -> rx.Component:
    """Return the lanes, or the list for centres with many cases and for handing cases on."""
    return rx.el.div(
        rx.cond(CaseloadState.as_list, _list(), _lanes()),
        views_dialog(),
        moves_dialog(),
        recent_dialog(),
        class_name="page tight board-page",
    )


def _lanes() -> rx.Component:
    return form(
        LiveBoard.create(
            picked(turns=True),
            recent_button(),
            views_button(),
            main_link("New walk-in", routes.WALK_IN, "walk-in"),
            board=CaseloadState.board,
        ),
        on_submit=CaseloadMovesState.choose,
    )


def ways(choices: Any) -> rx.Component:
    """Return the ways to look at the caseload as tabs; the live board draws its own."""
    return rx.el.nav(
        rx.foreach(
            choices,
            lambda way: link(way.word, to=way.path, custom_attrs=current(way.pressed)),
        ),
        class_name="tabs ways",
        aria_label="Ways to look at the caseload",
    )


def _list() -> rx.Component:
    return rx.fragment(
        page_head("Caseload board", HideNames.create(), recent_button(), views_button()),
        ways(CaseloadState.ways),
        Chips.create(chips=CaseloadState.chips),
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
            class_name="filters",
            key=FOOT.label,
        ),
        form(
            card("Open cases", _table(), _pager(), key="cases", end=picked()),
            on_submit=CaseloadMovesState.choose,
        ),
    )


def _table() -> rx.Component:
    return table(
        "Open cases of the centre",
        [
            tick_all(),
            column("Client"),
            column("Advisor"),
            column("Stage"),
            column("Next action"),
            column("Review"),
            column("Money", num=True),
        ],
        CaseloadState.lines.rows,
        _row,
        when_empty=empty(
            "No open case matches.", link("Show all open cases", to=f"{routes.BOARD}?view=list")
        ),
    )


def _row(line: Any) -> rx.Component:
    named = rx.Var.create(f"named-{line.id}")
    return rx.el.tr(
        tick_one(line.id, named),
        rx.el.th(
            link(
                rx.el.span(line.name, class_name="name"),
                rx.el.span(line.reference, class_name="coded fig"),
                to=routes.case_path(line.id),
                custom_attrs={"id": named},
            ),
            rx.cond(line.emergency != "", _emergency(line)),
            scope="row",
        ),
        rx.el.td(
            line.advisor,
            rx.cond(line.cover != "", rx.el.span(line.cover, class_name="sub")),
        ),
        rx.el.td(line.stage, rx.el.span(line.days, class_name="sub")),
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
        rx.el.td(line.owed, rx.el.span(line.money, class_name="sub"), class_name="num"),
    )


def _emergency(line: Any) -> rx.Component:
    return rx.el.span(
        icon("clock"),
        rx.el.span(line.emergency, class_name="name"),
        rx.el.span(line.coded_emergency, class_name="coded"),
        class_name="badge warn soon",
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
