"""Centres, for an admin."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.centre_deeds import MORE, centre_dialog
from pages.components.centre_dialogs import EDIT, centre_dialogs
from pages.components.deeds import more_button
from pages.components.empty import empty
from pages.components.form import button, error_summary, field, form, form_foot, select, submit
from pages.components.identity_provider import identity_provider_dialog
from pages.components.status import badge
from pages.components.table import card, cell, column, link, list_pager, opens, row_button, table
from pages.layout import main_button, page_head, screen
from state.centre_edit import CentreEditState
from state.centres import NATION_WORDS, CentresState

FOOT: Any = CentresState.listed.foot  # pyright: ignore[reportAttributeAccessIssue]


@screen(
    "Centres",
    route=routes.CENTRES,
    act=Act.CENTRE_LIST,
    section="centres",
    on_load=CentresState.open,
)
def centres() -> rx.Component:
    """Return the centres, the form for a new one, and the dialogs."""
    add = rx.cond(
        CentresState.adding, rx.fragment(), main_button("Add a centre", CentresState.begin)
    )
    return rx.el.div(
        page_head("Centres", rx.cond(CentresState.adding, rx.fragment(), add)),
        rx.cond(CentresState.adding, card("Add a centre", _form(), key="add-centre")),
        rx.el.section(_table(), _pager(), class_name="card", aria_label="Centres found"),
        centre_dialog(),
        centre_dialogs(),
        identity_provider_dialog(),
        class_name="page",
    )


def _table() -> rx.Component:
    return table(
        "Centres of the system",
        [
            column("Name"),
            column("Code"),
            column("Nation"),
            column("People", num=True),
            column("Manager"),
            column("Status"),
            column("Actions", num=True),
        ],
        CentresState.listed.rows,
        _row,
        when_empty=empty("There is no centre yet. Add the first with the button above."),
        kind="piled",
    )


def _row(line: Any) -> rx.Component:
    edit = row_button(
        "Edit",
        f" {line.name}",
        on_click=CentreEditState.begin_edit(line.id),
        custom_attrs=opens(EDIT, fills=True),
    )
    return rx.el.tr(
        rx.el.th(link(line.name, to=f"{routes.PEOPLE}?centre={line.id}"), scope="row"),
        rx.el.td(line.code),
        rx.el.td(line.nation),
        cell("People", line.people, class_name="num"),
        cell("Manager", line.manager),
        rx.el.td(rx.cond(line.is_open, badge("Open", "good"), badge("Closed"))),
        rx.el.td(
            rx.el.span(
                edit,
                more_button(line.name, MORE, on_click=CentresState.choose(line.id)),
                class_name="row-acts",
            ),
            class_name="num",
        ),
        key=line.id,
    )


def _form() -> rx.Component:
    errors = CentresState.errors
    nations = (("", "Choose"), *NATION_WORDS.items())
    return form(
        rx.el.div(
            error_summary(errors),
            field("Name", "name", error=errors["name"]),
            field(
                "Code",
                "code",
                hint="2 to 10 capital letters or digits. It begins each reference and stays.",
                error=errors["code"],
                width="w8",
            ),
            select("Nation", "nation", nations, error=errors["nation"]),
            field("Address, first line", "address_line1", error=errors["address_line1"]),
            field("Address, second line", "address_line2", error=errors["address_line2"]),
            field("Town or city", "city", error=errors["city"]),
            field("Postcode", "postcode", error=errors["postcode"], width="w8"),
            field("Phone", "phone", type="tel", error=errors["phone"]),
            field("E-mail address", "email", type="email", error=errors["email"]),
            class_name="card-body stack",
        ),
        form_foot(
            submit("Add centre", busy="Adding"), button("Cancel", on_click=CentresState.stop)
        ),
        on_submit=CentresState.add,
        on_check=CentresState.check,
        key=CentresState.form_number,
    )


def _pager() -> rx.Component:
    return list_pager(
        FOOT, on_back=CentresState.turn(FOOT.number - 1), on_next=CentresState.turn(FOOT.number + 1)
    )
