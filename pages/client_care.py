"""The parts of a client's file about care: vulnerability, consents, who may open it."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.services.consents import CONSENT_CHANNELS
from cma_app.services.vulnerability import DRIVERS
from pages.components.empty import empty
from pages.components.form import (
    button,
    date_boxes,
    error_summary,
    form,
    form_foot,
    select,
    submit,
    text_area,
)
from pages.components.status import badge, status_badge
from pages.components.table import card
from pages.layout import when_may
from state.client_file import ClientState

FILE: Any = ClientState.file
FLAG: Any = ClientState.flag
FLAG_ERRORS: Any = ClientState.flag_errors
PEOPLE: Any = ClientState.people


def flags_card() -> rx.Component:
    """Return what makes the client vulnerable and what is done differently."""
    add = button("Add", on_click=ClientState.write_flag(""), kind="small")
    return card(
        "Vulnerability",
        rx.cond(ClientState.writes_flag, _flag_form()),
        rx.cond(
            FILE.flags.length() > 0,
            rx.el.ul(rx.foreach(FILE.flags, _flag)),
            empty("Nothing recorded. Ask about health, life events, resilience and capability."),
        ),
        key="flags",
        count=FILE.flags.length(),
        end=when_may(Act.CLIENT_VULNERABILITY_RECORD, add),
    )


def _flag(flag: Any) -> rx.Component:
    remove = button("Remove", on_click=ClientState.remove_flag(flag.id), kind="small")
    return rx.el.li(
        rx.el.p(
            badge(flag.driver_word, "note"),
            rx.cond(flag.is_review_due, badge("Review due", "soon")),
            class_name="chips",
        ),
        rx.el.p(flag.detail, class_name="said"),
        rx.el.p(rx.el.strong("We do: "), flag.adjustment, class_name="said"),
        rx.el.p(f"Review: {flag.review}", class_name="hint"),
        rx.el.p(
            button("Revise", on_click=ClientState.write_flag(flag.id), kind="small"),
            when_may(Act.CLIENT_VULNERABILITY_REMOVE, remove),
            class_name="chips",
        ),
        class_name="stack close match",
        key=flag.id,
    )


def _flag_form() -> rx.Component:
    return form(
        rx.el.div(
            error_summary(FLAG_ERRORS),
            select(
                "What is behind it",
                "driver",
                [("", "Choose"), *DRIVERS.items()],
                value=FLAG.driver,
                error=FLAG_ERRORS["driver"],
                width="w12",
            ),
            text_area(
                "What it is",
                "detail",
                value=FLAG.detail,
                error=FLAG_ERRORS["detail"],
                rows=3,
                max_length=2000,
            ),
            text_area(
                "What we do differently",
                "adjustment",
                value=FLAG.adjustment,
                error=FLAG_ERRORS["adjustment"],
                rows=3,
                max_length=2000,
            ),
            date_boxes(
                "Review on (optional)",
                "review_date",
                hint="For example, 1 6 2027",
                error=FLAG_ERRORS["review_date"],
                day=FLAG.day,
                month=FLAG.month,
                year=FLAG.year,
            ),
            class_name="card-body stack",
        ),
        form_foot(
            submit("Save vulnerability"),
            button("Cancel", on_click=ClientState.leave_flag, kind="plain"),
        ),
        on_submit=ClientState.save_flag,
        on_check=ClientState.check_flag,
        key=FLAG.id,
    )


def consents_card() -> rx.Component:
    """Return each purpose with the words to read out, and the history of answers."""
    return card(
        "Consents",
        rx.el.ul(rx.foreach(FILE.purposes, _purpose)),
        rx.el.details(
            rx.el.summary(f"History: {FILE.history.length()} answers", class_name="card-body"),
            rx.el.ul(rx.foreach(FILE.history, _answer)),
        ),
        key="consents",
    )


def _purpose(each: Any) -> rx.Component:
    standing = status_badge(
        each.standing,
        {
            "given": ("Given", "good"),
            "withdrawn": ("Withdrawn", ""),
            "not asked": ("Not asked", ""),
        },
    )
    return rx.el.li(
        rx.el.div(
            rx.el.strong(each.word),
            rx.el.span(standing, " ", each.said, class_name="hint"),
            class_name="between",
        ),
        rx.el.p(f"“{each.wording}”", class_name="hint"),
        when_may(Act.CLIENT_CONSENT_RECORD, _ask(each)),
        class_name="stack close match",
        key=each.purpose,
    )


def _ask(each: Any) -> rx.Component:
    channels = [rx.el.option(word, value=key) for key, word in CONSENT_CHANNELS.items()]
    asked = each.standing == "given"
    return rx.el.form(
        rx.el.input(type="hidden", name="purpose", value=each.purpose, read_only=True),
        rx.el.input(type="hidden", name="wording_version", value=each.version, read_only=True),
        rx.el.input(
            type="hidden",
            name="answer",
            value=rx.cond(asked, "withdrawn", "given"),
            read_only=True,
        ),
        rx.el.select(
            *channels,
            name="channel",
            class_name="box dense w12",
            aria_label=f"{each.word}: how they answered",
        ),
        rx.el.button(
            rx.cond(asked, "Withdraw", "They agree"),
            type="submit",
            class_name="button small",
            aria_label=rx.cond(asked, f"Withdraw: {each.word}", f"They agree: {each.word}"),
        ),
        on_submit=ClientState.agree,
        class_name="chips",
        key=f"{each.purpose}-{each.standing}",
    )


def _answer(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(rx.el.strong(line.answer), f": {line.word}"),
        rx.el.p(
            f"{line.when}. {line.channel}. Recorded by {line.by}. Wording {line.version}.",
            class_name="hint",
        ),
        rx.el.p(f"“{line.wording}”", class_name="hint"),
        class_name="stack close match",
        key=line.id,
    )


def restricted_card() -> rx.Component:
    """Return, for a manager, who may open the file."""
    return when_may(
        Act.CLIENT_RESTRICT,
        card(
            "Who may open this file",
            rx.cond(PEOPLE.length() > 0, _people(), _who()),
            key="restricted",
        ),
    )


def _who() -> rx.Component:
    return rx.el.div(
        rx.cond(
            FILE.is_restricted,
            rx.el.p("Only the people named on it. For everybody else it is not there."),
            rx.el.p("Everybody at the centre who works with clients."),
        ),
        rx.el.p(
            button("Name people", on_click=ClientState.choose_people, kind="small"),
            rx.cond(
                FILE.is_restricted,
                button("Open to all", on_click=ClientState.unrestrict, kind="small"),
            ),
            class_name="chips",
        ),
        class_name="card-body stack close",
    )


def _people() -> rx.Component:
    return form(
        rx.el.fieldset(
            rx.el.legend("Who may open it", class_name="label"),
            rx.el.p("You are always named.", class_name="hint"),
            rx.foreach(PEOPLE, _tick),
            class_name="card-body stack close",
        ),
        form_foot(submit("Restrict this file", busy="Restricting")),
        on_submit=ClientState.restrict,
    )


def _tick(person: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", name=person.box, default_checked=person.is_named),
        person.name,
        class_name="choice",
        key=person.box,
    )
