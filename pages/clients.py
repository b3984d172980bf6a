"""The list of clients."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.empty import empty, skeleton
from pages.components.finder import finder
from pages.components.icons import icon
from pages.components.status import badge
from pages.components.table import column, link, list_pager, row_head, table
from pages.layout import main_link, page_head, screen, when_may
from state.clients import ClientsState

SHOWN: Any = ClientsState.shown
ROWS: Any = ClientsState.rows
FOOT: Any = ClientsState.foot
HEADS = (
    ("Name", "name"),
    ("Reference", "reference"),
    ("Date of birth", "born"),
    ("Postcode", "postcode"),
)


@screen(
    "Clients",
    route=routes.CLIENTS,
    act=Act.CLIENT_FIND,
    section="clients",
    on_load=ClientsState.open,
)
def clients() -> rx.Component:
    """Return the one box and whom it finds."""
    walk_in = main_link("New walk-in", routes.WALK_IN, "walk-in")
    return rx.el.div(
        page_head("Clients", when_may(Act.CLIENT_RECORD, walk_in)),
        _finder(),
        rx.cond(
            ClientsState.ready,
            rx.el.section(_table(), _pager(), class_name="card", aria_label="Clients found"),
            skeleton(5),
        ),
        class_name="page",
    )


def _finder() -> rx.Component:
    return finder(
        "Find a client",
        "find-client",
        hint="Name, reference, postcode, phone, or date of birth such as 27 3 1984.",
        value=SHOWN["q"],
        on_change=ClientsState.find,
        key=ClientsState.filled,
    )


def _table() -> rx.Component:
    return table(
        "Clients found",
        [column(word, sort=_sorted(key), on_sort=ClientsState.sort(key)) for word, key in HEADS],
        ROWS,
        _row,
        when_empty=_nobody(),
    )


def _sorted(key: str) -> Any:
    down = rx.cond(SHOWN["sort"] == f"-{key}", "descending", "none")
    return rx.cond(SHOWN["sort"] == key, "ascending", down)


def _row(row: Any) -> rx.Component:
    shut = rx.cond(row.is_restricted, badge("Restricted", "", "lock"))
    return rx.el.tr(
        row_head(row.name, to=routes.client_path(row.id)),
        rx.el.td(rx.el.span(row.reference, class_name="fig"), " ", shut),
        rx.el.td(row.born, class_name="fig"),
        rx.el.td(row.postcode, class_name="fig"),
        key=row.id,
    )


def _nobody() -> rx.Component:
    start = when_may(
        Act.CLIENT_RECORD,
        link(icon("walk-in"), "New walk-in", to=routes.WALK_IN, class_name="button"),
    )
    return rx.cond(
        SHOWN["q"] != "",
        empty("Nobody is found so. Try the beginning of the last name, or a postcode.", start),
        empty("No clients yet. The first walk-in makes one.", start),
    )


def _pager() -> rx.Component:
    return list_pager(FOOT, on_back=ClientsState.step(-1), on_next=ClientsState.step(1))
