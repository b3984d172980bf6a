"""What a figure of the outcomes report counted, row by row."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.empty import empty, skeleton
from pages.components.icons import icon
from pages.components.table import cell, column, link, list_pager, table
from pages.layout import page_head, screen
from state.outcome_rows import OutcomeRowsState

ROWS: Any = OutcomeRowsState
FOUND: Any = OutcomeRowsState.view


@screen(
    "Outcomes, rows",
    route=routes.OUTCOMES_LIST,
    act=Act.REPORT_SEE,
    section="outcomes",
    on_load=OutcomeRowsState.open,
)
def counted_rows() -> rx.Component:
    """Return what a figure counted, row by row."""
    return rx.cond(
        ROWS.ready,
        rx.el.div(
            page_head(
                FOUND.title,
                link(icon("board"), "All figures", to=ROWS.back, class_name="button"),
                lead=rx.Var.create(f"{FOUND.days}. {FOUND.words}"),
            ),
            rx.el.section(
                _rows(),
                list_pager(ROWS.foot, on_back=ROWS.step(-1), on_next=ROWS.step(1)),
                class_name="card",
                aria_label="Rows found",
            ),
            class_name="page",
        ),
        rx.el.div(skeleton(6), class_name="page"),
    )


def _rows() -> rx.Component:
    def row(each: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(
                link(each.client, to=each.path),
                rx.el.span(each.reference, class_name="sub ref"),
                scope="row",
            ),
            rx.cond(FOUND.has_days, cell("Day", each.day, class_name="fig")),
            cell("Advisor", each.advisor),
            rx.cond(FOUND.money != "", rx.el.td(each.amount, class_name="num")),
            key=each.key,
        )

    return table(
        "Rows behind the figure",
        [
            column("Client"),
            rx.cond(FOUND.has_days, column("Day")),
            column("Advisor"),
            rx.cond(FOUND.money != "", column(FOUND.money, num=True)),
        ],
        FOUND.rows,
        row,
        when_empty=empty("This figure counts nothing in these days."),
        kind="piled",
    )
