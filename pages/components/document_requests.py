"""What a client was asked for: what is missing, when it is chased next and by which safe route."""

from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from pages.components.empty import empty
from pages.components.form import button, error_summary, field, form, form_foot, select, submit
from pages.components.icons import icon
from pages.components.note_dialog import saved_mark
from pages.components.status import badge
from pages.components.table import card, dialog, link, opens, row_button
from pages.layout import when_may
from state.documents import TYPES, DocumentsState

ASK: Final = "ask-for"
CHASE: Final = "chase"
CAME: Final = "came"
STATE: Any = DocumentsState
AWAITED: Any = DocumentsState.view.awaited
ABOUT: Any = DocumentsState.about


def awaited_card() -> rx.Component:
    """Return the card of what was asked for."""
    ask = when_may(
        Act.DOCUMENT_ASK,
        rx.el.button(
            "Ask for a document",
            type="button",
            class_name="button small",
            on_click=STATE.begin,
            custom_attrs=opens(ASK),
        ),
    )
    nothing = empty("Nothing was asked for yet. What you ask for is chased by date from here.")
    return card(
        "Asked for",
        rx.cond(
            AWAITED.rows.length() > 0,
            rx.fragment(
                rx.el.p(AWAITED.summary, class_name="hint card-body"),
                rx.el.ul(rx.foreach(AWAITED.rows, _row), class_name="awaited"),
                _routes(),
            ),
            nothing,
        ),
        key="awaited",
        end=ask,
    )


def _routes() -> rx.Component:
    safe = rx.el.ul(
        rx.foreach(AWAITED.routes, lambda pair: rx.el.li(icon("done"), pair[1])),
        class_name="gaps",
    )
    return rx.el.div(
        rx.el.h3("Safe ways to ask again"),
        rx.cond(
            AWAITED.routes.length() > 0,
            safe,
            rx.el.p("None is known. Ask at the next meeting, and record the safe ways first."),
        ),
        rx.cond(
            AWAITED.unsafe != "",
            rx.el.p("Do not use: ", AWAITED.unsafe, ".", class_name="hint"),
        ),
        class_name="card-body stack close",
    )


def _row(row: Any) -> rx.Component:
    mark = rx.match(
        row.status,
        ("received", badge("Received", "good")),
        ("not_needed", badge("Not needed", "", "dash")),
        rx.cond(row.is_due, badge("Chase now", "soon"), badge("Missing", "note")),
    )
    whose = rx.Var.create(f": {row.name} {row.about}")
    doing = rx.cond(
        row.status == "asked",
        rx.fragment(
            row_button(
                "Chased", whose, on_click=STATE.pick(row.id), custom_attrs=opens(CHASE, fills=True)
            ),
            row_button(
                "It came", whose, on_click=STATE.pick(row.id), custom_attrs=opens(CAME, fills=True)
            ),
        ),
        row_button("Ask again", whose, on_click=STATE.ask_again(row.id), kind="plain"),
    )
    came = rx.cond(
        row.document_id != 0,
        link(row.document, to=rx.Var.create(f"/cases/{STATE.opened}/documents/{row.document_id}")),
    )
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.name, rx.cond(row.about != "", rx.el.span(row.about, class_name="sub"))),
            mark,
            class_name="between",
        ),
        came,
        rx.el.span(row.said, class_name="sub"),
        rx.cond(row.chaser != "", rx.el.span(row.chaser, class_name="sub")),
        when_may(Act.DOCUMENT_ASK, rx.el.div(doing, class_name="inline")),
        key=row.id,
    )


def awaited_dialogs() -> rx.Component:
    """Return the dialogs: ask for a document, chase one, say that it came."""
    return rx.fragment(_ask(), _chase(), _came())


def _ask() -> rx.Component:
    errors: Any = STATE.ask_errors
    return dialog(
        ASK,
        "Ask for a document",
        form(
            saved_mark(STATE.saved),
            error_summary(errors),
            select(
                "Which document",
                "document_type",
                [("", "Choose"), *TYPES],
                error=errors["document_type"],
                key="ask-",
            ),
            field(
                "Of what",
                "about",
                hint="For example: the last three months, or British Gas",
                error=errors["about"],
                key="ask-",
            ),
            form_foot(submit("Write it down")),
            on_submit=STATE.ask_for,
            on_check=STATE.check_ask,
            key=STATE.openings,
        ),
    )


def _what() -> rx.Component:
    return rx.el.p(
        rx.el.strong(ABOUT.name), rx.cond(ABOUT.about != "", rx.fragment(", ", ABOUT.about))
    )


def _chase() -> rx.Component:
    errors: Any = STATE.chase_errors
    ways = rx.foreach(
        AWAITED.routes,
        lambda pair: rx.el.label(
            rx.el.input(type="radio", name="how", value=pair[0]), pair[1], class_name="choice"
        ),
    )
    boxes = rx.el.fieldset(
        rx.el.legend("How was the client asked?", class_name="label"),
        rx.cond(errors["how"], rx.el.p(icon("late"), errors["how"], class_name="field-error")),
        rx.el.div(ways, class_name="choices", custom_attrs={"id": "how"}),
        class_name="field",
    )
    return dialog(
        CHASE,
        "Asked again",
        form(
            saved_mark(STATE.saved),
            error_summary(errors),
            _what(),
            rx.cond(
                AWAITED.routes.length() > 0,
                rx.fragment(boxes, form_foot(submit("Write it down"))),
                rx.el.p("No safe way to reach this client is known. Record one first."),
            ),
            on_submit=STATE.chase,
            key=STATE.openings,
        ),
    )


def _came() -> rx.Component:
    errors: Any = STATE.chase_errors
    papers = rx.el.select(
        rx.el.option("Not one of them", value=""),
        rx.foreach(STATE.view.papers, lambda pair: rx.el.option(pair[1], value=pair[0])),
        name="document_id",
        class_name="box full",
        custom_attrs={"id": "came-document_id"},
    )
    return dialog(
        CAME,
        "It came",
        form(
            saved_mark(STATE.saved),
            error_summary(errors),
            _what(),
            rx.el.div(
                rx.el.label("Which document it is", html_for="came-document_id"),
                papers,
                class_name="field full",
            ),
            form_foot(
                submit("Received"),
                button("No longer needed", on_click=STATE.drop, busy="Saving", kind="plain"),
            ),
            on_submit=STATE.came,
            key=STATE.openings,
        ),
    )
