"""A client's data: what they asked about it, what holds it, and copies of everything."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.confirm import taken_back
from pages.components.empty import empty, skeleton
from pages.components.form import error_summary, field, form, form_foot, submit, tick
from pages.components.icons import icon
from pages.components.page_words import Every
from pages.components.rights_parts import RECORD, hold_lines, right_row, rights_dialogs
from pages.components.safe_routes import safe_routes
from pages.components.status import callout, tone_badge
from pages.components.table import anchor, card, link, opens, row_button
from pages.layout import page_head, screen, when_may
from state.rights import RightsState

STATE: Any = RightsState
VIEW: Any = RightsState.view
COPIES: Any = RightsState.copies
COPY_ERRORS: Any = RightsState.copy_errors
TAKEN_BACK: Any = RightsState.taken_back


@screen(
    "Data requests of a client",
    route=routes.CLIENT_DATA,
    act=Act.CLIENT_OPEN,
    section="clients",
    on_load=RightsState.open,
)
def rights() -> rx.Component:
    """Return the page once the client is there."""
    return rx.cond(STATE.client_id > 0, _page(), rx.el.div(skeleton(6), class_name="page"))


def _page() -> rx.Component:
    back = link("Back to the client", to=routes.client_path(STATE.client_id), class_name="button")
    return rx.el.div(
        page_head(rx.Var.create(f"{STATE.name}: data"), back, lead=STATE.reference),
        rx.el.dl(
            rx.el.div(rx.el.dt("Safe ways to reach them"), rx.el.dd(safe_routes(STATE.routes))),
            class_name="facts",
        ),
        rx.el.div(
            rx.el.div(_requests(), _holds(), class_name="stack"),
            rx.el.div(_ask(), _copies(), class_name="stack"),
            class_name="split file",
        ),
        rights_dialogs(),
        class_name="page",
    )


def _requests() -> rx.Component:
    add = row_button(
        "Record",
        " a request",
        on_click=STATE.begin(0),
        custom_attrs=opens(RECORD, fills=True),
    )
    nothing = empty(
        "They have asked nothing about their data. A request needs no form: a word to any of us"
        " counts, from the day it came."
    )
    return card(
        "Requests about their data",
        rx.cond(TAKEN_BACK.id != 0, taken_back(TAKEN_BACK.label, STATE.undo_take_back)),
        rx.cond(
            VIEW.rows.length() > 0,
            rx.el.ul(rx.foreach(VIEW.rows, right_row), class_name="events"),
            nothing,
        ),
        key="rights",
        count=VIEW.open_count,
        end=when_may(Act.RIGHTS_RECORD, add),
    )


def _holds() -> rx.Component:
    return card(
        "What holds their record",
        rx.el.div(hold_lines(), class_name="card-body stack close"),
        key="holds",
    )


def _ask() -> rx.Component:
    not_yours = rx.el.p(
        "Taken by whoever holds a case of the client, or by a manager.", class_name="hint card-body"
    )
    return card(
        "A copy of everything",
        rx.cond(STATE.may_copy, when_may(Act.CLIENT_EXPORT, _form(), not_yours), not_yours),
        key="copy",
    )


def _form() -> rx.Component:
    papers = rx.el.fieldset(
        rx.el.legend("Leave out what is about somebody else", class_name="label"),
        rx.el.p("What you leave out is said in the copy.", class_name="hint"),
        rx.el.div(
            rx.foreach(
                STATE.papers,
                lambda paper: rx.el.label(
                    rx.el.input(type="checkbox", name=paper.box), paper.label, class_name="choice"
                ),
            ),
            class_name="choices long",
        ),
        class_name="field",
    )
    request = rx.el.div(
        rx.el.label("Which request it answers", html_for="copy-request_id"),
        rx.el.select(
            rx.el.option("None: I give a reason", value=""),
            rx.foreach(VIEW.choices, lambda pair: rx.el.option(pair[1], value=pair[0])),
            name="request_id",
            class_name="box full",
            custom_attrs={"id": "copy-request_id"},
        ),
        class_name="field full",
    )
    return form(
        rx.el.div(
            error_summary(COPY_ERRORS),
            callout(
                rx.el.strong("It holds everything: "),
                "their debts, health, notes and every document, as JSON, as a page to read and as"
                " files. Read it first for what is about other people. Hand it over by one of the"
                " safe ways above, and to nobody else.",
            ),
            request,
            field(
                "Reason",
                "reason",
                hint="Where no request is chosen",
                error=COPY_ERRORS["reason"],
                width="full",
                max_length=2000,
                key="copy-",
            ),
            rx.cond(STATE.papers.length() > 0, papers),
            rx.el.div(
                tick("I know what it holds and hand it over safely", "is_warned", key="copy-"),
                rx.cond(
                    COPY_ERRORS["is_warned"],
                    rx.el.p(icon("late"), COPY_ERRORS["is_warned"], class_name="field-error"),
                ),
                class_name="stack close",
            ),
            class_name="card-body stack",
        ),
        form_foot(submit("Prepare the copy", busy="Preparing")),
        on_submit=STATE.prepare,
        key=f"{STATE.client_id}/{STATE.copied}",
    )


def _copies() -> rx.Component:
    return card(
        "Copies that were taken",
        rx.cond(STATE.copy_runs, Every.create(seconds=2, on_tick=STATE.refresh)),
        rx.cond(
            COPIES.length() > 0,
            rx.el.ul(rx.foreach(COPIES, _copy), class_name="events"),
            empty("Nobody has taken a copy of everything."),
        ),
        key="copies",
        count=COPIES.length(),
    )


def _copy(one: Any) -> rx.Component:
    def take(word: str, kind: str) -> rx.Component:
        return anchor(
            icon("download"),
            word,
            href=one.path,
            class_name=f"button {kind} small",
            custom_attrs={"download": ""},
        )

    again = rx.el.div(
        take("Try again", ""),
        rx.el.span("The same copy, from its start.", class_name="hint"),
        class_name="inline",
    )
    going = rx.el.div(
        rx.el.progress(
            value=one.done.to_string(),
            max=one.total.to_string(),
            class_name="reading-progress",
            aria_label="Files in the copy so far",
        ),
        rx.el.p(one.done, " of ", one.total, " files", class_name="hint"),
        role="status",
    )
    return rx.el.li(
        rx.el.p(
            rx.el.strong(one.when),
            ", ",
            one.who,
            " ",
            rx.cond(one.is_ready, rx.fragment(), tone_badge(one.word, one.tone)),
        ),
        rx.el.p(one.why, class_name="hint"),
        rx.cond(one.is_ready, rx.el.p(take("Take the copy", "main"))),
        rx.cond(one.is_again, again),
        rx.cond(one.runs & ~one.is_ready & (one.total > 0), going),
        rx.cond(one.detail != "", rx.el.p(one.detail, class_name="hint")),
        key=one.id,
    )
