"""People of a centre: the list, adding one, and the one-time password that is shown once."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.deeds import more_button
from pages.components.empty import empty
from pages.components.form import (
    button,
    choice,
    error_summary,
    field,
    form,
    form_foot,
    select,
    submit,
)
from pages.components.leaving_dialog import leaving_dialog
from pages.components.people_dialogs import EDIT, STAND_IN_HINT, people_dialogs
from pages.components.person_deeds import MORE, person_dialog
from pages.components.status import badge, callout
from pages.components.table import card, cell, chip, column, list_pager, opens, row_button, table
from pages.layout import main_button, page_head, screen, when_may
from state.person_edit import PersonEditState
from state.users import UsersState

FOOT: Any = UsersState.people.foot  # pyright: ignore[reportAttributeAccessIssue]

BECAME: Any = UsersState.became


@screen("People", route=routes.PEOPLE, act=Act.USER_LIST, section="people", on_load=UsersState.open)
def people() -> rx.Component:
    """Return the people of a centre and the form for a new one."""
    add = rx.cond(UsersState.adding, rx.fragment(), main_button("Add a person", UsersState.begin))
    return rx.el.div(
        page_head(
            "People",
            when_may(Act.USER_ADD, add),
            lead=UsersState.centre_name,
        ),
        _password(),
        _became(),
        rx.cond(UsersState.adding, card("Add a person", _form(), key="add-person")),
        _filters(),
        rx.el.section(_table(), _pager(), class_name="card", aria_label="People found"),
        person_dialog(),
        people_dialogs(),
        leaving_dialog(),
        class_name="page",
        on_unmount=UsersState.put_away,
    )


def _password() -> rx.Component:
    issued = UsersState.issued
    return rx.cond(
        issued.password != "",
        callout(
            rx.el.div(
                rx.el.h2(
                    rx.cond(issued.links_at != "", "Linking code for ", "One-time password for "),
                    issued.name,
                ),
                rx.cond(
                    issued.links_at != "",
                    rx.el.p("Centre’s code ", rx.el.strong(issued.links_at, class_name="fig")),
                    rx.el.p("Username ", rx.el.strong(issued.username, class_name="fig")),
                ),
                rx.el.p(rx.el.code(issued.password, class_name="one-time")),
                rx.el.p(
                    "Hand it over in person or read it out. It is shown this once and works until ",
                    issued.valid_until,
                    rx.cond(
                        issued.links_at != "",
                        ". They choose “Sign in with your organisation”, prove there who they are,"
                        " and enter it once.",
                        ". It is changed at the first sign-in.",
                    ),
                ),
                rx.el.p(button("I have handed it over", on_click=UsersState.put_away)),
                class_name="stack close",
            ),
        ),
    )


def _became() -> rx.Component:
    """Return what became of the work of whoever was deactivated, until it is put away."""
    return rx.cond(
        BECAME.length() > 0,
        callout(
            rx.el.div(
                rx.el.h2("Handed on"),
                rx.el.ul(rx.foreach(BECAME, rx.el.li)),
                rx.el.p(button("I have read it", on_click=UsersState.put_away)),
                class_name="stack close",
            ),
        ),
    )


def _centre_choice() -> rx.Component:
    return rx.el.div(
        select(
            "Centre",
            "centre",
            UsersState.centres,
            value=UsersState.centre,
            on_change=UsersState.choose_centre,
        ),
        key=UsersState.centre,
    )


def _filters() -> rx.Component:
    shows = (
        ("active", "Active"),
        ("unused", "Not yet in"),
        ("inactive", "Deactivated"),
        ("all", "All"),
    )
    return rx.fragment(
        rx.el.div(
            when_may(Act.CENTRE_LIST, _centre_choice()),
            rx.el.form(
                field("Find by name or username", "q", type="search", value=UsersState.sought),
                on_submit=UsersState.find,
                key=UsersState.sought,
                role="search",
            ),
            class_name="filters",
        ),
        rx.el.div(
            *[
                chip(word, pressed=UsersState.show == show, on_click=UsersState.narrow(show))
                for show, word in shows
            ],
            class_name="chips",
            role="group",
            aria_label="Filters",
        ),
    )


def _table() -> rx.Component:
    return table(
        "People of the centre",
        [
            column("Name"),
            column("Username"),
            column("Role"),
            column("Status"),
            column("Last sign-in"),
            column("Actions", num=True),
        ],
        UsersState.people.rows,
        _row,
        when_empty=empty("Nobody matches. Choose All, or add a person with the button above."),
        kind="piled",
    )


def _row(person: Any) -> rx.Component:
    supervisor = rx.el.span("Supervisor ", person.supervisor, class_name="beside")
    more = more_button(person.name, MORE, on_click=UsersState.choose(person.id))
    return rx.el.tr(
        rx.el.th(person.name, scope="row"),
        rx.el.td(person.username),
        rx.el.td(person.role, rx.cond(person.supervisor != "", supervisor)),
        rx.el.td(
            rx.match(
                person.status,
                ("active", badge("Active", "good")),
                ("unused", badge("Not yet signed in", "soon")),
                ("invited", badge("Invited, not yet in", "soon")),
                ("unknown", badge("Invited, not yet in", "soon")),
                ("old", badge("Invitation ran out", "soon")),
                ("ended", badge("Invitation ended", "soon")),
                ("failed", badge("Invitation not sent", "late")),
                badge("Deactivated"),
            ),
            rx.cond(person.leave != "", rx.el.span(person.leave, class_name="beside")),
            rx.cond(person.told != "", rx.el.span(person.told, class_name="sub")),
        ),
        cell("Last sign-in", person.last_login, class_name="fig"),
        rx.el.td(
            rx.el.span(rx.cond(person.may_edit, _edit(person)), more, class_name="row-acts"),
            class_name="num",
        ),
        key=person.id,
    )


def _edit(person: Any) -> rx.Component:
    begin = PersonEditState.begin_edit(person.id)
    return row_button(
        "Edit", f" {person.name}", on_click=begin, custom_attrs=opens(EDIT, fills=True)
    )


def _form() -> rx.Component:
    errors = UsersState.errors
    return form(
        rx.el.div(
            error_summary(errors),
            field("First name", "first_name", error=errors["first_name"]),
            field("Last name", "last_name", error=errors["last_name"]),
            field(
                "Username",
                "username",
                hint="Small letters, digits, dots or hyphens, such as a.khan.",
                error=errors["username"],
            ),
            field("E-mail address", "email", type="email", error=errors["email"]),
            select(
                "Role",
                "role",
                UsersState.roles,
                error=errors["role"],
                value=UsersState.role,
                on_change=UsersState.choose_role,
            ),
            rx.cond(
                UsersState.role == "trainee",
                rx.fragment(
                    select(
                        "Supervisor",
                        "supervisor_id",
                        UsersState.supervisors,
                        error=errors["supervisor_id"],
                    ),
                    select(
                        "Stand-in (optional)",
                        "stand_in_id",
                        UsersState.stand_ins,
                        hint=STAND_IN_HINT,
                        error=errors["stand_in_id"],
                    ),
                ),
            ),
            rx.cond(
                UsersState.mail,
                choice(
                    "How do they get in?",
                    "how",
                    (
                        ("invitation", "An invitation by e-mail: they choose their own password"),
                        ("password", "A one-time password that you hand over"),
                    ),
                    value="invitation",
                    error=errors["how"],
                ),
                rx.el.p(
                    "A one-time password is shown next, for you to hand over. No mail server is set"
                    " up for invitations.",
                    class_name="hint",
                ),
            ),
            class_name="card-body stack",
        ),
        form_foot(submit("Add person", busy="Adding"), button("Cancel", on_click=UsersState.stop)),
        on_submit=UsersState.add,
        on_check=UsersState.check,
        key=UsersState.form_number,
    )


def _pager() -> rx.Component:
    return list_pager(
        FOOT, on_back=UsersState.turn(FOOT.number - 1), on_next=UsersState.turn(FOOT.number + 1)
    )
