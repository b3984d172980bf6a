"""The walk-in: one screen, one submit."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.nations import NATIONS
from cma_app.services.intake import EMERGENCY_WORDS, SOURCES
from pages import routes
from pages.components.dates import birth_boxes, kept_date
from pages.components.empty import skeleton
from pages.components.form import (
    button,
    choice,
    error_summary,
    field,
    form,
    form_foot,
    keeping_button,
    select,
    submit,
    text_area,
)
from pages.components.route_answers import route_answers
from pages.components.same_person import same_people
from pages.components.status import callout
from pages.components.table import link
from pages.layout import page_head, screen
from state.shell import ShellState
from state.walk_in import WalkInState

DRAFT: Any = WalkInState.draft
ERRORS: Any = WalkInState.errors
SAME: Any = WalkInState.same


@screen(
    "New walk-in",
    route=routes.WALK_IN,
    act=Act.CLIENT_RECORD,
    section="walk-in",
    on_load=WalkInState.open,
)
def walk_in() -> rx.Component:
    """Return the form, and beside it who may be the same person."""
    return rx.el.div(
        page_head("New walk-in"),
        rx.cond(
            WalkInState.ready,
            rx.el.div(
                _same(), rx.el.div(_form(), class_name="stack"), class_name="split lead walk-in"
            ),
            skeleton(6),
        ),
        class_name="page",
    )


def _same() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Possibly the same person", custom_attrs={"id": "same-title"}),
            rx.el.span(SAME.length(), class_name="count"),
            class_name="card-head",
        ),
        rx.cond(
            SAME.length() > 0,
            same_people(SAME, _use),
            rx.el.p(
                "Nobody so far. Whoever looks alike appears here while you type.",
                class_name="card-body hint",
            ),
        ),
        rx.cond(
            ShellState.role == "trainee",
            rx.el.p(
                "Of clients who are not yours you are told the name and the reference alone.",
                class_name="card-body hint",
            ),
        ),
        class_name="card",
        aria_labelledby="same-title",
        aria_live="polite",
    )


def _use(person: Any) -> rx.Component:
    to_referral = link(
        "Open the referral", to=f"{routes.REFERRALS}?show={person.id}", class_name="button small"
    )
    return rx.cond(
        person.kind == "client",
        rx.el.p(
            button("Use this client", on_click=WalkInState.use(person.id), kind="small"),
            rx.cond(
                person.case_id > 0,
                link(
                    "Open the case", to=routes.case_path(person.case_id), class_name="button small"
                ),
            ),
            class_name="chips",
        ),
        rx.cond(
            person.kind == "referral",
            rx.el.p(to_referral, class_name="chips"),
            rx.el.p("Ask your manager who works with them.", class_name="hint"),
        ),
    )


def _form() -> rx.Component:
    return rx.el.section(
        form(
            rx.el.input(type="hidden", name="intent", default_value="start"),
            rx.el.div(
                error_summary(ERRORS),
                _using(),
                _person(),
                _place(),
                field(
                    "E-mail (optional)",
                    "email",
                    type="email",
                    value=DRAFT["email"],
                    error=ERRORS["email"],
                    max_length=255,
                ),
                route_answers(DRAFT, ERRORS),
                _soon(),
                _source(),
                _note(),
                class_name="card-body stack wide",
            ),
            _foot(),
            on_submit=WalkInState.send,
            on_check=WalkInState.check,
            key=WalkInState.form_number,
            custom_attrs={"data-intents": "start"},
        ),
        class_name="card",
        aria_label="The person",
    )


def _using() -> rx.Component:
    return rx.cond(
        WalkInState.using > 0,
        callout(
            rx.el.p(
                "The case will be for ",
                rx.el.strong(WalkInState.using_name),
                ". Their details stay as they are; the safe routes become today's.",
            ),
            button("Not the same person", on_click=WalkInState.use_nobody, kind="small"),
        ),
    )


def _person() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            field(
                "First name",
                "first_name",
                value=DRAFT["first_name"],
                error=ERRORS["first_name"],
                width="w12",
            ),
            field(
                "Last name",
                "last_name",
                value=DRAFT["last_name"],
                error=ERRORS["last_name"],
                width="w12",
            ),
            class_name="pair",
        ),
        birth_boxes(DRAFT, ERRORS),
        class_name="stack wide",
    )


def _place() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(
                field(
                    "Postcode",
                    "postcode",
                    value=DRAFT["postcode"],
                    error=ERRORS["postcode"],
                    width="w8",
                    max_length=20,
                ),
                rx.el.div(_nation_hint(), role="status"),
                class_name="stack close",
            ),
            field(
                "Mobile or other phone",
                "phone",
                type="tel",
                value=DRAFT["phone"],
                error=ERRORS["phone"],
                width="w12",
                max_length=40,
            ),
            class_name="pair",
        ),
        rx.cond(WalkInState.asks_nation | WalkInState.changes_nation, _nation()),
        class_name="stack",
    )


def _nation_hint() -> rx.Component:
    change = rx.el.button(
        "Change", type="button", class_name="as-link", on_click=WalkInState.change_nation
    )
    return rx.cond(
        (WalkInState.nation_word != "") & ~WalkInState.changes_nation,
        rx.el.p(f"{WalkInState.nation_word}, from the postcode. ", change, class_name="hint"),
    )


def _nation() -> rx.Component:
    return choice(
        "Where do they live?",
        "nation",
        list(NATIONS.items()),
        hint="The law differs by nation.",
        error=ERRORS["nation"],
        value=rx.cond(DRAFT["nation"], DRAFT["nation"], WalkInState.nation),
    )


def _soon() -> rx.Component:
    more = rx.el.div(
        field(
            "What happens",
            "emergency_what",
            hint="For example, eviction",
            value=DRAFT["emergency_what"],
            error=ERRORS["emergency_what"],
        ),
        rx.el.div(
            kept_date("On which day", "emergency_date", DRAFT, ERRORS, hint="If it is known"),
            field(
                "At what time",
                "emergency_time",
                hint="If it is known, such as 10:30",
                value=DRAFT["emergency_time"],
                error=ERRORS["emergency_time"],
                width="w4",
                max_length=5,
            ),
            class_name="pair",
        ),
        class_name="stack when-yes",
    )
    return rx.el.div(
        choice(
            "Does anything happen in the next 14 days?",
            "emergency",
            list(EMERGENCY_WORDS.items()),
            hint="Eviction, bailiffs, court, disconnection.",
            error=ERRORS["emergency"],
            value=DRAFT["emergency"],
        ),
        more,
        class_name="stack soon-answers",
    )


def _source() -> rx.Component:
    return rx.el.div(
        select(
            "Who sent them",
            "source",
            list(SOURCES.items()),
            value=DRAFT["source"],
            error=ERRORS["source"],
            width="w12",
        ),
        field(
            "Name of who sent them (optional)",
            "referred_by",
            value=DRAFT["referred_by"],
            error=ERRORS["referred_by"],
        ),
        class_name="pair",
    )


def _note() -> rx.Component:
    return rx.el.div(
        text_area(
            "First note (optional)",
            "note",
            hint="What brought them here, in their words.",
            value=DRAFT["note"],
            error=ERRORS["note"],
            max_length=10_000,
        ),
        field(
            "Minutes spent (optional)",
            "minutes",
            value=DRAFT["minutes"],
            error=ERRORS["minutes"],
            width="w4",
            inputmode="numeric",
            max_length=3,
        ),
        class_name="stack",
    )


def _foot() -> rx.Component:
    return form_foot(
        submit("Start case", busy="Starting", value="start"),
        rx.el.button("Keep as referral", type="submit", value="referral", class_name="button"),
        rx.el.button("Keep as draft", type="submit", value="keep", class_name="button"),
        button("Clear", on_click=WalkInState.clear, kind="plain"),
        rx.el.span(
            rx.cond(WalkInState.saved != "", rx.el.span(WalkInState.saved, class_name="live")),
            role="status",
        ),
        keeping_button(),
    )
