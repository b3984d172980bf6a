"""One client's file."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.nations import NATIONS
from cma_app.services.clients import EMPLOYMENT_STATUSES, MARITAL_STATUSES
from cma_app.services.contact_routes import ROUTE_WORDS
from pages import routes
from pages.client_care import consents_card, flags_card, restricted_card
from pages.components.confirm import stored_now
from pages.components.dates import birth_boxes
from pages.components.empty import empty, skeleton
from pages.components.form import (
    button,
    error_summary,
    field,
    form,
    form_foot,
    read_only,
    select,
    submit,
    tick,
)
from pages.components.monitoring import monitoring_card
from pages.components.rights_parts import right_marks
from pages.components.route_answers import route_answers
from pages.components.safe_routes import safe_routes
from pages.components.shown_for import ShownFor
from pages.components.status import badge
from pages.components.table import card, link
from pages.layout import page_head, screen
from state.client_file import ClientState
from state.client_views import LABELS
from state.monitoring import MonitoringState

FILE: Any = ClientState.file
DETAILS: Any = FILE.details
ERRORS: Any = ClientState.errors
THEIRS: Any = ClientState.theirs
VERSION: Any = ClientState.details_version
UNSET = ("", "Not recorded")
NI_NUMBER_SECONDS = 60
"""How long a number that was asked for stays on the screen, unless it is hidden sooner."""
ROUTE_LABELS = {f"route_{route}": word for route, word in ROUTE_WORDS.items()}


@screen(
    "Client",
    route=routes.CLIENT,
    act=Act.CLIENT_OPEN,
    section="clients",
    on_load=[ClientState.open, MonitoringState.open],
)
def client_file() -> rx.Component:
    """Return the client's file once it is there."""
    return rx.cond(FILE.id > 0, _page(), rx.el.div(skeleton(6), class_name="page"))


def _page() -> rx.Component:
    return rx.el.div(
        page_head(
            FILE.name,
            rx.cond(FILE.is_restricted, badge("Restricted file", "", "lock")),
            rx.cond(FILE.is_shadowed, badge("You are shadowing", "note", "eye")),
        ),
        _facts(),
        read_only(
            rx.el.div(
                rx.el.div(_details(), _routes(), consents_card(), class_name="stack"),
                rx.el.div(
                    _cases(),
                    _data(),
                    _ni_number(),
                    flags_card(),
                    monitoring_card(),
                    restricted_card(),
                    class_name="stack",
                ),
                class_name="split file",
            ),
            when=FILE.is_shadowed,
        ),
        class_name="page",
    )


def _facts() -> rx.Component:
    return rx.el.dl(
        rx.el.div(rx.el.dt("Reference"), rx.el.dd(FILE.reference)),
        rx.el.div(rx.el.dt("Date of birth"), rx.el.dd(FILE.born)),
        rx.el.div(rx.el.dt("Safe ways to reach them"), rx.el.dd(safe_routes(FILE.routes))),
        class_name="facts",
    )


def _details() -> rx.Component:
    return card(
        "Details",
        form(
            rx.el.input(type="hidden", name="version", value=VERSION.to(str), read_only=True),
            rx.el.div(
                error_summary(ERRORS),
                _lost(),
                _names(),
                _reach(),
                _address(),
                _circumstances(),
                class_name="card-body stack wide",
            ),
            form_foot(submit("Save details")),
            on_submit=ClientState.save,
            on_check=ClientState.check,
            key=ClientState.details_number,
        ),
        key="details",
    )


def _lost() -> rx.Component:
    """Say whose edit came first, and show what is stored beside what was typed."""
    line = rx.foreach(
        THEIRS,
        lambda pair: rx.el.li(
            rx.match(pair[0], *LABELS.items(), pair[0]), ": stored now is ", rx.el.strong(pair[1])
        ),
    )
    return rx.cond(
        ClientState.lost_to != "",
        rx.el.div(
            rx.el.p(ClientState.lost_to), rx.el.ul(line), class_name="callout theirs", role="alert"
        ),
    )


def _box(name: str, **over: Any) -> rx.Component:
    return field(LABELS[name], name, value=DETAILS[name], error=ERRORS[name], **over)


def _choice(name: str, words: dict[str, str]) -> rx.Component:
    return select(
        LABELS[name],
        name,
        [UNSET, *words.items()],
        value=DETAILS[name],
        error=ERRORS[name],
        width="w12",
    )


def _names() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            _box("title", width="w4", max_length=10),
            _box("first_name", width="w12"),
            _box("last_name", width="w12"),
            class_name="pair",
        ),
        birth_boxes(DETAILS, ERRORS),
        class_name="stack",
    )


def _reach() -> rx.Component:
    return rx.el.div(
        _box("phone_primary", type="tel", width="w12", max_length=40),
        _box("phone_secondary", type="tel", width="w12", max_length=40),
        _box("email", type="email", max_length=255),
        class_name="pair",
    )


def _address() -> rx.Component:
    return rx.el.div(
        rx.el.div(_box("address_line1"), _box("address_line2"), class_name="pair"),
        rx.el.div(
            _box("city", width="w12"),
            _box("postcode", width="w8", max_length=20),
            _choice("nation", NATIONS),
            class_name="pair",
        ),
        class_name="stack",
    )


def _circumstances() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            _choice("marital_status", MARITAL_STATUSES),
            _choice("employment_status", EMPLOYMENT_STATUSES),
            _box("dependents", width="w4", inputmode="numeric", max_length=2),
            class_name="pair",
        ),
        rx.el.div(
            field(
                "New National Insurance number (optional)",
                "ni_number",
                hint="Leave empty to keep what is stored. It is never needed to open a case.",
                error=ERRORS["ni_number"],
                width="w12",
                max_length=20,
            ),
            rx.cond(FILE.ni_masked != "", tick("Forget the stored number", "ni_number_forgotten")),
            class_name="stack close",
        ),
        class_name="stack",
    )


def _routes() -> rx.Component:
    return card(
        "Contact",
        form(
            rx.el.div(
                error_summary(ClientState.route_errors),
                stored_now(ClientState.routes_lost, ClientState.route_theirs, ROUTE_LABELS),
                route_answers(FILE.answers, ClientState.route_errors),
                class_name="card-body stack",
            ),
            form_foot(submit("Save safe routes")),
            on_submit=ClientState.save_routes,
            on_check=ClientState.check_routes,
            key=ClientState.routes_number,
        ),
        key="routes",
    )


def _cases() -> rx.Component:
    return card(
        "Cases",
        rx.cond(
            FILE.cases.length() > 0,
            rx.el.ul(rx.foreach(FILE.cases, _case)),
            empty(
                "No case yet.",
                link("New walk-in", to=routes.WALK_IN, class_name="button"),
            ),
        ),
        key="cases",
        count=FILE.cases.length(),
    )


def _case(case: Any) -> rx.Component:
    return rx.el.li(
        link(rx.el.strong(case.reference), to=routes.case_path(case.id)),
        rx.el.p(f"{case.stage}. Opened {case.opened}", class_name="hint"),
        rx.cond(case.other != "", rx.el.p("With ", case.other, class_name="hint")),
        class_name="stack close match",
        key=case.id,
    )


def _data() -> rx.Component:
    """Return what the client asked about their data and is not answered, and who took a copy."""

    def line(one: Any) -> rx.Component:
        return rx.el.li(
            rx.el.p(rx.el.strong(one.label), " ", right_marks(one)),
            rx.el.p(one.received, class_name="hint"),
            class_name="stack close match",
            key=one.id,
        )

    nothing = rx.el.p("Nothing is asked and not answered.", class_name="hint card-body")
    copy = rx.cond(
        FILE.copy.id > 0,
        rx.el.p(
            "Last copy of everything: ",
            FILE.copy.when,
            ", ",
            FILE.copy.who,
            class_name="hint card-body",
        ),
    )
    open_page = link(
        "Open",
        rx.el.span(" requests and copies", class_name="sr"),
        to=routes.client_data_path(FILE.id),
    )
    return card(
        "Their data",
        rx.cond(FILE.asked.length() > 0, rx.el.ul(rx.foreach(FILE.asked, line)), nothing),
        copy,
        key="data",
        count=FILE.asked.length(),
        end=open_page,
    )


def _ni_number() -> rx.Component:
    shown = rx.cond(
        ClientState.ni_number != "",
        ShownFor.create(
            rx.el.div(
                rx.el.span(
                    ClientState.ni_number, class_name="fig", custom_attrs={"id": "ni-number"}
                ),
                button("Hide", on_click=ClientState.hide, kind="small"),
                class_name="between",
            ),
            seconds=NI_NUMBER_SECONDS,
            on_over=ClientState.hide,
        ),
        rx.el.div(
            rx.el.span(FILE.ni_masked, class_name="fig", custom_attrs={"id": "ni-masked"}),
            button("Show", on_click=ClientState.reveal, kind="small", busy="Showing"),
            class_name="between",
        ),
    )
    return card(
        "National Insurance number",
        rx.el.div(
            rx.cond(
                FILE.ni_masked != "",
                rx.el.div(
                    shown,
                    rx.el.p(
                        "Each look is written in the audit log, and hidden after a minute.",
                        class_name="hint",
                    ),
                    class_name="stack close",
                ),
                rx.el.p("Not recorded.", class_name="hint"),
            ),
            class_name="card-body",
            role="status",
        ),
        key="ni",
    )
