"""Finding a centre's documents by what they say."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.document_types import document_types
from cma_app.services.document_search import MOST, STATUS_LABELS
from pages import routes
from pages.components.empty import empty, skeleton
from pages.components.form import date_boxes, error_summary, field, form, select, submit
from pages.components.status import tone_badge
from pages.components.table import column, link, list_pager, table
from pages.layout import page_head, screen
from state.document_search import DocumentSearchState

STATE: Any = DocumentSearchState
ASKED: Any = DocumentSearchState.asked
ERRORS: Any = DocumentSearchState.errors
DAYS: Any = DocumentSearchState.days


@screen(
    "Documents",
    route=routes.DOCUMENTS,
    act=Act.DOCUMENT_FIND,
    section="documents",
    on_load=DocumentSearchState.open,
)
def document_search() -> rx.Component:
    """Return the boxes and what they find."""
    return rx.el.div(
        page_head("Documents", lead="Find a paper by what it says."),
        _boxes(),
        rx.cond(
            STATE.ready,
            rx.el.section(
                _table(),
                list_pager(STATE.foot, on_back=STATE.step(-1), on_next=STATE.step(1)),
                class_name="card",
                aria_label="Documents found",
            ),
            skeleton(5),
        ),
        rx.cond(
            STATE.has_more,
            rx.el.p(
                f"Only the newest {MOST} are listed. Ask for more words, or by type or day.",
                class_name="hint",
            ),
        ),
        class_name="page",
    )


def _boxes() -> rx.Component:
    first = rx.el.div(
        field(
            "Words",
            "words",
            hint='Such as: arrears "council tax" -water',
            error=ERRORS["words"],
            value=ASKED["q"],
            type="search",
        ),
        select(
            "Type",
            "document_type",
            [("", "Any type"), *[(code, each.label) for code, each in document_types().items()]],
            error=ERRORS["document_type"],
            value=ASKED["type"],
        ),
        class_name="pair level",
    )
    more = rx.el.div(
        field(
            "Case reference",
            "case_reference",
            error=ERRORS["case_reference"],
            value=ASKED["case"],
            max_length=50,
            width="w12",
        ),
        select(
            "How it was read",
            "status",
            [("", "Any"), *STATUS_LABELS.items()],
            error=ERRORS["status"],
            value=ASKED["status"],
            width="w12",
        ),
        _day("Added from", "since"),
        _day("Added until", "until"),
        class_name="pair",
    )
    return form(
        error_summary(ERRORS),
        first,
        rx.el.details(
            rx.el.summary("By case, day and how it was read"),
            more,
            open=(ASKED["case"] != "")
            | (ASKED["status"] != "")
            | (ASKED["since"] != "")
            | (ASKED["until"] != ""),
            class_name="opens",
        ),
        rx.el.div(submit("Find", busy="Finding")),
        on_submit=STATE.find,
        key=STATE.filled,
        role="search",
    )


def _day(legend: str, name: str) -> rx.Component:
    return date_boxes(
        legend,
        name,
        hint="For example, 5 11 2026",
        error=ERRORS[name],
        day=DAYS[f"{name}-day"],
        month=DAYS[f"{name}-month"],
        year=DAYS[f"{name}-year"],
    )


def _table() -> rx.Component:
    heads = ("Document", "Where the words stand", "Added", "Read")
    return table(
        "Documents found",
        [column(word) for word in heads],
        STATE.rows,
        _row,
        when_empty=_nothing(),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(row.name, to=routes.document_reading_path(row.case_id, row.id)),
            rx.el.span(row.type_word, class_name="sub"),
            rx.el.span(row.client, class_name="sub"),
            rx.el.span(row.reference, class_name="sub"),
            scope="row",
            class_name="found-name",
        ),
        rx.el.td(
            rx.foreach(
                row.parts,
                lambda part: rx.cond(part[1], rx.el.mark(part[0]), rx.el.span(part[0])),
            ),
            class_name="found-words",
        ),
        rx.el.td(row.added, class_name="fig"),
        rx.el.td(tone_badge(row.status_word, row.tone)),
        key=row.id,
    )


def _nothing() -> rx.Component:
    return rx.cond(
        STATE.is_asked,
        empty(
            "No document says that, among those you may see. Try fewer words, or another type.",
            link("Show all documents", to=routes.DOCUMENTS),
        ),
        empty("No documents yet. They are added on a case, under Documents."),
    )
