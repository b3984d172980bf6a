"""Emergency access: where an admin asks for it, and where a manager sees who had it."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.access.topics import Topic
from cma_app.rules.emergency_access import KINDS, LEAST_WORDS, MINUTES, MOST_WORDS
from pages import routes
from pages.components.empty import empty, skeleton
from pages.components.form import (
    button,
    error_summary,
    field,
    form,
    form_foot,
    select,
    submit,
    text_area,
)
from pages.components.status import badge
from pages.components.table import anchor, card, link, list_pager
from pages.components.watch import watch
from pages.layout import page_head, screen
from state.emergency_access import AccessRegisterState, AccessState

ASKED: Any = AccessState.asked
FOOT: Any = AccessRegisterState.foot
GRANTS: Any = AccessRegisterState.grants


@screen(
    "Emergency access",
    route=routes.CENTRE_ACCESS,
    act=Act.ACCESS_OPEN,
    section="centres",
    on_load=AccessState.open,
)
def ask() -> rx.Component:
    """Return what emergency access is, and the form that opens it."""
    return rx.cond(
        ASKED.id.to_string() != routes.in_address("centre_id"),
        rx.el.div(skeleton(5), class_name="page"),
        rx.el.div(
            page_head(
                rx.Var.create("Emergency access to ") + ASKED.name,
                lead="Read this centre's clients for a short while, when it cannot wait.",
            ),
            rx.el.div(_form(), _what_happens(), class_name="split"),
            class_name="page",
        ),
    )


def _form() -> rx.Component:
    errors: Any = AccessState.errors
    lengths = [(str(minutes), word) for minutes, word in MINUTES.items()]
    questions = form(
        rx.el.div(
            error_summary(errors),
            select(
                "What is it about?",
                "kind",
                [("", "Choose"), *KINDS.items()],
                error=errors["kind"],
                width="full",
            ),
            text_area(
                "Why do you need it?",
                "reason",
                hint=(
                    f"At least {LEAST_WORDS} characters. The centre's manager reads it;"
                    " name no client."
                ),
                error=errors["reason"],
                rows=3,
                max_length=MOST_WORDS,
            ),
            select(
                "For how long?",
                "minutes",
                lengths,
                value=AccessState.usual,
                error=errors["minutes"],
                width="w12",
            ),
            rx.cond(ASKED.is_proved, _proved(), _code(errors)),
            class_name="card-body stack",
        ),
        form_foot(
            submit("Open emergency access", busy="Opening"),
            link("Cancel", to=routes.CENTRES, class_name="button"),
        ),
        on_submit=AccessState.begin,
        on_check=AccessState.check,
        key=ASKED.id,
    )
    none = rx.el.div(
        rx.el.p(
            "You have no second factor yet, and emergency access asks for one. Set one up first,"
            " then come back."
        ),
        rx.el.p(
            link("Set up a second factor", to=routes.SIGN_INS, class_name="button main"),
        ),
        class_name="card-body stack",
    )
    return card("Ask for it", rx.cond(ASKED.has_factor, questions, none), key="ask")


def _proved() -> rx.Component:
    return rx.el.p("You proved your second factor a moment ago, so no code is asked.")


def _code(errors: Any) -> rx.Component:
    return rx.el.div(
        field(
            "Code of your second factor",
            "code",
            hint="The code that your authenticator app shows now, or a recovery code.",
            error=errors["code"],
            width="w12",
            autocomplete="one-time-code",
            inputmode="numeric",
            max_length=40,
        ),
        rx.el.p(
            "With a passkey, ",
            anchor("prove that it is you first", href=routes.PROVE),
            " and come back; then write your reason.",
        ),
        class_name="stack",
    )


def _what_happens() -> rx.Component:
    told = rx.cond(
        ASKED.told != "",
        rx.fragment("Told at once: ", ASKED.told, "."),
        "This centre has no manager to tell. It stands in the centre's log all the same.",
    )
    return card(
        "What happens",
        rx.el.ul(
            rx.el.li(told),
            rx.el.li("A manager sees your reason, and each client and case that you open."),
            rx.el.li(
                "A manager can end it at any time. So can you, and it ends when you sign out."
            ),
            rx.el.li("You read and change nothing. Restricted files stay closed."),
            class_name="card-body told-lines",
        ),
        key="what",
    )


@screen(
    "Emergency access",
    route=routes.EMERGENCY_ACCESS,
    act=Act.ACCESS_SEE,
    section="access",
    on_load=AccessRegisterState.open,
)
def register() -> rx.Component:
    """Return who had emergency access to this centre, why, and what they opened."""
    return rx.el.div(
        page_head(
            "Emergency access",
            lead="Each time an admin opened this centre's clients for reading.",
            live=watch(Topic.EMERGENCY_ACCESS, AccessRegisterState.refresh),
        ),
        rx.cond(
            AccessRegisterState.ready,
            rx.cond(
                GRANTS.length() > 0,
                rx.fragment(
                    rx.el.ul(rx.foreach(GRANTS, _grant), class_name="stack grants"),
                    list_pager(
                        FOOT,
                        on_back=AccessRegisterState.step(-1),
                        on_next=AccessRegisterState.step(1),
                    ),
                ),
                rx.el.section(
                    empty("Nobody has ever had emergency access to this centre's clients."),
                    class_name="card",
                    aria_label="Emergency access",
                ),
            ),
            skeleton(4),
        ),
        class_name="page",
    )


def _grant(grant: Any) -> rx.Component:
    at = f"grant-{grant.id}"
    end = button(
        "End it now", on_click=AccessRegisterState.revoke(grant.id), busy="Ending", kind="small"
    )
    state = rx.cond(
        grant.is_open,
        badge(f"Open until {grant.until}", "soon", "eye"),
        badge(grant.ended, "", "dash"),
    )
    return rx.el.li(
        rx.el.section(
            rx.el.div(
                rx.el.h2(grant.admin, custom_attrs={"id": at}),
                state,
                rx.el.span(rx.cond(grant.is_open, end), class_name="end"),
                class_name="card-head",
            ),
            rx.el.div(
                rx.el.dl(
                    rx.el.div(rx.el.dt("Opened"), rx.el.dd(grant.opened_at, class_name="fig")),
                    rx.el.div(rx.el.dt("About"), rx.el.dd(grant.kind)),
                    rx.el.div(rx.el.dt("Reason"), rx.el.dd(grant.reason)),
                    class_name="facts-list",
                ),
                _opened(grant),
                class_name="card-body stack",
            ),
            class_name="card",
            aria_labelledby=at,
        ),
        key=grant.id,
    )


def _opened(grant: Any) -> rx.Component:
    lines = rx.el.ul(
        rx.foreach(
            grant.opened,
            lambda line: rx.el.li(
                rx.el.span(line.at, class_name="fig"),
                f", {line.what} ",
                link(line.name, to=line.path),
                " ",
                rx.el.span(line.reference, class_name="ref"),
            ),
        ),
        class_name="told-lines",
    )
    return rx.el.div(
        rx.el.h3("Opened"),
        rx.cond(grant.opened.length() > 0, lines, rx.el.p("No client and no case was opened.")),
        rx.cond(grant.lists != "", rx.el.p(grant.lists, class_name="quiet")),
        class_name="opened",
    )
