"""The documents tab: files come in, what is here, what each proves, what is still awaited."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.case_frame import case_frame
from pages.components.document_evidence import evidence_button, evidence_dialog
from pages.components.document_requests import awaited_card, awaited_dialogs
from pages.components.empty import empty
from pages.components.status import badge, tone_badge
from pages.components.table import card, chip, column, link, row_button, table
from pages.components.uploads import upload_zone
from pages.layout import screen, when_may
from state.case_bar import CaseBarState
from state.documents import TYPES, DocumentsState

STATE: Any = DocumentsState
VIEW: Any = DocumentsState.view


def document_badges(line: Any) -> rx.Component:
    """Return how a document stands: kept or damaged, and whether it is for named people."""
    return rx.el.span(
        rx.match(
            line.state,
            ("damaged", badge("Cannot be opened", "late")),
            badge("Kept", "good"),
        ),
        tone_badge(line.read_word, line.read_tone),
        rx.cond(line.is_for_named, badge("Named people", "note", "lock")),
        class_name="inline",
    )


def _upload() -> rx.Component:
    kinds = rx.el.label(
        rx.el.span("What they are, if all are alike"),
        rx.el.select(
            rx.el.option("Say later", value=""),
            *[rx.el.option(word, value=code) for code, word in TYPES],
            class_name="box",
        ),
        class_name="upload-kind",
    )
    zone = upload_zone(
        rx.Var.create(f"/cases/{STATE.opened}/documents"),
        kinds,
        on_done=STATE.refresh,
        word="Drop files here",
    )
    return when_may(
        Act.DOCUMENT_ADD,
        card("Add documents", rx.el.div(zone, class_name="card-body"), key="add"),
    )


def _filters() -> rx.Component:
    return rx.el.div(
        *[
            chip(word, pressed=STATE.show == show, on_click=STATE.choose(show), count=count)
            for show, word, count in (
                ("all", "All", VIEW.total),
                ("unsorted", "Not sorted yet", VIEW.unsorted),
                ("unused", "Not used as evidence", VIEW.unused),
                ("removed", "Removed", VIEW.removed),
            )
        ],
        class_name="chips card-body",
        role="group",
        aria_label="Which documents",
    )


def _row(line: Any) -> rx.Component:
    gone = STATE.show == "removed"
    name = rx.cond(
        gone,
        rx.el.span(line.name),
        link(line.name, to=rx.Var.create(f"/cases/{STATE.opened}/documents/{line.id}")),
    )
    shows = rx.el.ul(
        rx.foreach(line.uses, lambda use: rx.el.li(use.label, key=use.mark)),
        class_name="plain-list shows",
    )
    back = when_may(
        Act.DOCUMENT_REMOVE,
        row_button("Bring back", rx.Var.create(f": {line.name}"), on_click=STATE.restore(line.id)),
    )
    return rx.el.tr(
        rx.el.th(name, rx.el.span(line.about, class_name="sub"), scope="row"),
        rx.el.td(
            rx.el.span(line.added, class_name="fig"), rx.el.span(line.added_by, class_name="sub")
        ),
        rx.el.td(document_badges(line)),
        rx.el.td(rx.cond(gone, back, rx.fragment(shows, evidence_button(line.id, line.name)))),
        key=line.id,
    )


def _list() -> rx.Component:
    nothing = rx.cond(
        STATE.show == "all",
        empty("No documents yet. Drop the first above, or take a picture of it."),
        empty("No document here. Choose another filter."),
    )
    return card(
        "Documents",
        _filters(),
        table(
            "Documents of the case",
            [column("Document"), column("Added"), column("State"), column("Evidence for")],
            VIEW.lines,
            _row,
            when_empty=nothing,
        ),
        key="documents",
        count=VIEW.total,
    )


def _undo() -> rx.Component:
    return rx.el.div(
        rx.cond(
            STATE.removed != 0,
            rx.el.div(
                rx.el.span("“", STATE.removed_name, "” removed."),
                rx.el.button(
                    "Undo",
                    type="button",
                    class_name="button small",
                    on_click=STATE.restore(STATE.removed),
                ),
                class_name="toast undo",
                key=STATE.removed_number,
            ),
        ),
        role="status",
    )


@screen(
    "Documents",
    route=routes.CASE_DOCUMENTS,
    act=Act.DOCUMENT_SEE,
    section="cases",
    on_load=[CaseBarState.open_tab, DocumentsState.open],
)
def documents() -> rx.Component:
    """Return the documents under the case's bar."""
    return case_frame(
        "documents",
        rx.el.div(
            rx.el.div(_upload(), _list(), class_name="stack"),
            rx.el.div(awaited_card(), class_name="stack"),
            class_name="split file",
        ),
        evidence_dialog(),
        awaited_dialogs(),
        _undo(),
        opened=STATE.opened,
    )
