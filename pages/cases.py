"""The list of cases."""

from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.empty import empty
from pages.components.form import button, select
from pages.components.icons import icon
from pages.components.status import badge, status_badge
from pages.components.table import chip, column, link, list_pager, table
from pages.layout import main_link, page_head, screen, when_may
from state.cases import EVERYBODY, MINE, CasesState

STAGES: Final = (
    ("", "Any stage"),
    ("referral", "Referral"),
    ("waiting", "Waiting"),
    ("fact_find", "Fact find"),
    ("evidence", "Evidence"),
    ("advice", "Advice"),
    ("approval", "Sign-off"),
    ("action", "Action"),
    ("review", "Review"),
    ("closing", "Closing"),
)
PRIORITIES: Final = (
    ("", "Any priority"),
    ("urgent", "Urgent"),
    ("high", "High"),
    ("medium", "Medium"),
    ("low", "Low"),
)
SHOWN: Any = CasesState.shown
COUNTS: Any = CasesState.counts


@screen("Cases", route=routes.CASES, act=Act.CASE_LIST, section="cases", on_load=CasesState.open)
def cases() -> rx.Component:
    """Return the list with its filters above."""
    walk_in = main_link("New walk-in", routes.WALK_IN, "walk-in")
    return rx.el.div(
        page_head("Cases", when_may(Act.CASE_START, walk_in)),
        _finder(),
        _chips(),
        rx.el.section(_table(), _pager(), class_name="card", aria_label="Cases found"),
        class_name="page",
    )


def _finder() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.label("Find by client or reference", html_for="find-case"),
            rx.el.input(
                type="search",
                name="q",
                default_value=SHOWN["q"],
                max_length=100,
                class_name="box w20",
                on_change=CasesState.find,
                custom_attrs={"id": "find-case", "autoComplete": "off"},
            ),
            class_name="field",
        ),
        select(
            "Stage",
            "stage",
            STAGES,
            value=SHOWN["stage"],
            width="w12",
            on_change=lambda value: CasesState.choose("stage", value),
        ),
        select(
            "Priority",
            "priority",
            PRIORITIES,
            value=SHOWN["priority"],
            width="w12",
            on_change=lambda value: CasesState.choose("priority", value),
        ),
        rx.cond(CasesState.may_see_all, _advisors()),
        class_name="filters",
        role="search",
        key=CasesState.filled,
    )


def _advisors() -> rx.Component:
    return rx.el.div(
        rx.el.label("Advisor", html_for="advisor"),
        rx.el.select(
            rx.el.option("My cases", value=MINE),
            rx.el.option("Everybody's", value=EVERYBODY),
            rx.foreach(CasesState.holders, lambda pair: rx.el.option(pair[1], value=pair[0])),
            name="advisor",
            default_value=SHOWN["advisor"],
            class_name="box w12",
            on_change=lambda value: CasesState.choose("advisor", value),
            custom_attrs={"id": "advisor"},
        ),
        class_name="field",
    )


def _chips() -> rx.Component:
    return rx.el.div(
        _status_chip("Open", "at_work", COUNTS.at_work),
        _status_chip("Closed", "closed", COUNTS.closed),
        _status_chip("Referred on", "referred", COUNTS.referred),
        _status_chip("Cancelled", "cancelled", COUNTS.cancelled),
        _status_chip("All", "any", COUNTS.everything),
        chip(
            "Review overdue",
            pressed=SHOWN["overdue"] != "",
            count=COUNTS.overdue,
            on_click=CasesState.turn("overdue"),
        ),
        chip(
            "No dated next action",
            pressed=SHOWN["undated"] != "",
            count=COUNTS.undated,
            on_click=CasesState.turn("undated"),
        ),
        class_name="chips",
        role="group",
        aria_label="Filters",
    )


def _status_chip(word: str, status: str, count: Any) -> rx.Component:
    return chip(
        word,
        pressed=SHOWN["status"] == status,
        count=count,
        on_click=CasesState.choose("status", status),
    )


def _table() -> rx.Component:
    heads = (
        ("Client", "client", False),
        ("Stage", "stage", False),
        ("Priority", "priority", False),
        ("Next action", "action", False),
        ("Next review", "review", False),
    )
    return table(
        "Cases",
        [
            *[_head(word, by, num=num) for word, by, num in heads],
            column("Advisor"),
            _head("Owed, £", "debt", num=True),
        ],
        CasesState.rows,  # pyright: ignore[reportArgumentType]
        _row,
        when_empty=_nothing(),
    )


def _head(word: str, by: str, *, num: bool) -> rx.Component:
    way = rx.match(SHOWN["sort"], (by, "ascending"), (f"-{by}", "descending"), "none")
    return column(word, num=num, sort=way, on_sort=CasesState.sort(by))  # pyright: ignore[reportArgumentType]


def _row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(row.client, to=routes.case_path(row.id)),
            rx.el.span(row.reference, class_name="sub"),
            rx.cond(row.emergency != "", badge(row.emergency, "soon", "late")),
            rx.cond(row.is_shadowed, badge("You are shadowing", "note", "eye")),
            rx.cond(row.covering != "", badge(f"Covering for {row.covering}", "note", "people")),
            scope="row",
        ),
        rx.el.td(
            row.stage_word,
            rx.cond(
                (row.status != "open") & (row.status != "in_progress"),
                rx.el.span(row.status_word, class_name="sub"),
            ),
        ),
        rx.el.td(
            status_badge(
                row.priority,
                {
                    "urgent": ("Urgent", "soon"),
                    "high": ("High", "note"),
                    "medium": ("Medium", ""),
                    "low": ("Low", ""),
                },
            )
        ),
        rx.el.td(
            rx.el.span(row.action, class_name="fig"),
            rx.cond(
                row.is_action_overdue,
                badge("Overdue", "late"),
                rx.el.span(row.action_away, class_name="sub"),
            ),
        ),
        rx.el.td(
            rx.el.span(row.review, class_name="fig"),
            rx.cond(row.is_review_overdue, badge("Overdue", "late")),
        ),
        rx.el.td(row.advisor),
        rx.el.td(row.debt, class_name="num"),
    )


def _nothing() -> rx.Component:
    walk_in = link(icon("plus"), "New walk-in", to=routes.WALK_IN, class_name="button")
    return rx.cond(
        CasesState.is_filtered,
        empty(
            "No case fits this search and these filters.",
            button("Show all open cases", on_click=rx.redirect(routes.CASES)),
        ),
        rx.cond(
            SHOWN["advisor"] == MINE,
            empty(
                "You hold no open case.",
                rx.cond(
                    CasesState.may_see_all,
                    button("Show everybody's", on_click=CasesState.choose("advisor", EVERYBODY)),
                ),
            ),
            empty("There are no open cases. A walk-in makes the first one.", walk_in),
        ),
    )


def _pager() -> rx.Component:
    return list_pager(CasesState.foot, on_back=CasesState.step(-1), on_next=CasesState.step(1))
