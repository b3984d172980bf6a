"""Every request about data of the centre, the most pressing first; a manager's page."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.rights import rights
from cma_app.services.rights_list import STATES
from pages import routes
from pages.components.empty import empty, skeleton
from pages.components.rights_parts import right_marks
from pages.components.table import cell, chip, column, link, list_pager, table
from pages.layout import page_head, screen
from state.rights_register import RightsRegisterState

STATE: Any = RightsRegisterState
SHOWN: Any = RightsRegisterState.shown


@screen(
    "Data requests",
    route=routes.REQUESTS,
    act=Act.RIGHTS_SEE_ALL,
    section="requests",
    on_load=RightsRegisterState.open,
)
def rights_register() -> rx.Component:
    """Return the filters and the list."""
    listed = rx.el.section(
        _table(),
        rx.cond(
            STATE.rows.length() > 0,
            list_pager(STATE.foot, on_back=STATE.step(-1), on_next=STATE.step(1)),
        ),
        class_name="card",
        aria_label="Data requests",
    )
    return rx.el.div(
        page_head(
            "Data requests",
            lead="What clients asked about their data, counted from the day it came.",
        ),
        rx.cond(STATE.ready, rx.fragment(_filters(), listed), skeleton(5)),
        class_name="page",
    )


def _filters() -> rx.Component:
    kinds = rx.el.div(
        rx.el.label("What they ask for", html_for="kind"),
        rx.el.select(
            rx.el.option("Everything", value=""),
            *[rx.el.option(each.label, value=each.code) for each in rights()],
            name="kind",
            default_value=SHOWN["kind"],
            class_name="box w20",
            on_change=lambda value: STATE.choose("kind", value),
            custom_attrs={"id": "kind"},
        ),
        class_name="field",
    )
    states = rx.el.div(
        *[
            chip(
                word,
                pressed=SHOWN["state"] == state,
                count=STATE.counts[state],
                on_click=STATE.choose("state", state),
            )
            for state, word in STATES.items()
        ],
        class_name="chips",
        role="group",
        aria_label="Filters",
    )
    return rx.fragment(rx.el.div(kinds, class_name="filters"), states)


def _table() -> rx.Component:
    def row(one: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(
                link(one.client, to=routes.client_data_path(one.client_id)),
                rx.el.span(one.reference, class_name="sub ref"),
                scope="row",
            ),
            rx.el.td(one.label, rx.el.span(one.received, class_name="sub"), class_name="wraps"),
            rx.cond(
                one.is_open & (one.stands == "") & (one.due != ""),
                cell("Answer by", one.due, class_name="fig"),
                rx.el.td(),
            ),
            rx.el.td(
                right_marks(one),
                rx.cond(one.stands != "", rx.el.span(one.stands, class_name="sub")),
                rx.cond(one.decided != "", rx.el.span(one.decided, class_name="sub")),
                class_name="wraps",
            ),
            key=one.id,
        )

    return table(
        "Requests about data, the most pressing first",
        [column("Client"), column("What they ask"), column("Answer by"), column("Where it stands")],
        STATE.rows,
        row,
        when_empty=empty(
            "No request is here. One is recorded on the client's page, under their data, on the day"
            " it comes."
        ),
        kind="piled",
    )
