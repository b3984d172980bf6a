"""One document: its pages to look at, name and type, who sees it, versions, what it proves."""

from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.case_frame import case_frame
from pages.components.confirm import confirm, stored_now
from pages.components.document_evidence import evidence_button, evidence_dialog, uses_list
from pages.components.form import (
    button,
    error_summary,
    field,
    form,
    form_foot,
    select,
    submit,
)
from pages.components.icons import icon
from pages.components.note_dialog import saved_mark
from pages.components.status import callout
from pages.components.table import anchor, card, dialog, link, opens
from pages.components.uploads import upload_zone
from pages.documents import document_badges
from pages.layout import screen, when_may
from state.case_bar import CaseBarState
from state.document import DocumentState
from state.documents import TYPES

STATE: Any = DocumentState
VIEW: Any = DocumentState.view
LINE: Any = DocumentState.view.line
ERRORS: Any = DocumentState.errors
READERS: Final = "readers"
REMOVE: Final = "remove-document"
LABELS: Final = {"document_name": "Name", "document_type": "Type"}


def _head() -> rx.Component:
    return rx.el.div(
        link(
            "All documents", to=routes.case_path(STATE.opened, "documents"), class_name="back-link"
        ),
        rx.el.div(rx.el.h2(LINE.name), document_badges(LINE), class_name="inline document-title"),
        rx.el.p(LINE.about, class_name="hint"),
        class_name="stack tight",
    )


def _pages() -> rx.Component:
    def page(number: Any) -> rx.Component:
        return rx.el.li(
            rx.el.img(
                src=rx.Var.create(f"/documents/{LINE.id}/pages/{number}.jpg?of={VIEW.number}"),
                alt=rx.Var.create(f"Page {number} of {LINE.name}"),
                loading="lazy",
                class_name="paper",
            ),
            rx.el.span(rx.Var.create(f"Page {number}"), class_name="hint"),
            key=number,
        )

    read = link(
        "Words, type and figures",
        to=routes.document_reading_path(STATE.opened, LINE.id),
        class_name="button small",
    )
    take = anchor(
        "Download",
        href=rx.Var.create(f"/documents/{LINE.id}/file"),
        class_name="button small",
    )
    damaged = callout(
        rx.el.strong("It cannot be opened. "),
        "Its stored copy is missing or was changed. Tell your manager; the copy of the last backup"
        " may be whole.",
    )
    return card(
        "Pages",
        rx.cond(
            LINE.state == "damaged",
            rx.el.div(damaged, class_name="card-body"),
            rx.el.ol(rx.foreach(VIEW.pages, page), class_name="sheets card-body"),
        ),
        key="pages",
        count=VIEW.pages.length(),
        end=rx.cond(
            LINE.state == "damaged", rx.fragment(), rx.el.span(read, take, class_name="chips")
        ),
    )


def _facts() -> rx.Component:
    boxes = form(
        error_summary(ERRORS),
        stored_now(STATE.lost, STATE.theirs, LABELS),
        field(
            "Name",
            "document_name",
            error=ERRORS["document_name"],
            value=LINE.name,
            width="full",
            max_length=140,
        ),
        select(
            "Type",
            "document_type",
            [("", "Not sorted yet"), *TYPES],
            error=ERRORS["document_type"],
            value=LINE.type_code,
            width="full",
        ),
        rx.el.div(submit("Save")),
        on_submit=STATE.save,
        on_check=STATE.check,
        key=rx.Var.create(f"{LINE.id}-{LINE.version}"),
    )
    return card(
        "Name and type",
        rx.el.div(when_may(Act.DOCUMENT_EDIT, boxes), class_name="card-body"),
        key="facts",
    )


def _uses() -> rx.Component:
    return card(
        "Evidence for",
        rx.el.div(
            rx.cond(
                LINE.uses.length() > 0,
                uses_list(LINE.id, LINE.uses),
                rx.el.p("Nothing yet.", class_name="hint"),
            ),
            rx.el.div(evidence_button(LINE.id, LINE.name)),
            class_name="card-body stack",
        ),
        key="uses",
        count=LINE.uses.length(),
    )


def _access() -> rx.Component:
    said = rx.cond(
        LINE.is_for_named,
        rx.el.p("Only these people see it: ", rx.el.strong(VIEW.named), "."),
        rx.el.p("Everybody who may see the case sees it."),
    )
    change = when_may(
        Act.DOCUMENT_RESTRICT,
        rx.el.div(
            rx.el.button(
                "Choose who sees it",
                type="button",
                class_name="button small",
                on_click=STATE.choose_readers,
                custom_attrs=opens(READERS, fills=True),
            ),
            class_name="inline",
        ),
    )
    kept = rx.cond(
        VIEW.kept_until != "",
        rx.el.p("Kept until ", VIEW.kept_until, ".", class_name="hint"),
        rx.el.p("Kept as long as the case is open.", class_name="hint"),
    )
    away = when_may(
        Act.DOCUMENT_REMOVE,
        rx.el.div(
            rx.el.button(
                "Remove",
                type="button",
                class_name="button small",
                custom_attrs=opens(REMOVE),
            )
        ),
    )
    return card(
        "Who sees it",
        rx.el.div(said, change, kept, away, class_name="card-body stack"),
        key="access",
    )


def _versions() -> rx.Component:
    def row(version: Any) -> rx.Component:
        return rx.el.li(
            anchor(
                rx.Var.create(f"Version {version.number}"),
                rx.el.span(", download", class_name="sr"),
                href=rx.Var.create(f"/documents/{LINE.id}/versions/{version.number}"),
            ),
            rx.el.span(version.about, class_name="sub"),
            rx.el.span("Came as ", version.came_as, class_name="sub"),
            rx.cond(version.left != "", rx.el.span(version.left, class_name="sub")),
            key=version.number,
        )

    zone = upload_zone(
        rx.Var.create(f"/documents/{LINE.id}/versions"),
        on_done=STATE.refresh,
        word="Drop a newer version here",
        single=True,
    )
    return card(
        "Versions",
        rx.el.div(
            rx.el.ol(rx.foreach(VIEW.versions, row), class_name="plain-list versions-list"),
            when_may(Act.DOCUMENT_ADD, zone),
            class_name="card-body stack",
        ),
        key="versions",
        count=VIEW.versions.length(),
    )


def _readers() -> rx.Component:
    errors: Any = STATE.reader_errors
    people = rx.foreach(
        STATE.readers,
        lambda each: rx.el.label(
            rx.el.input(
                type="checkbox",
                name=rx.Var.create(f"reader-{each.id}"),
                default_checked=each.is_named,
            ),
            each.name,
            rx.el.span(each.role, class_name="quiet"),
            class_name="choice",
        ),
    )
    return dialog(
        READERS,
        "Who sees it",
        form(
            saved_mark(STATE.saved),
            error_summary(errors),
            rx.el.p(
                "For everybody else it will not be there: not in lists, searches or counts. You"
                " are always one of those named."
            ),
            rx.el.fieldset(
                rx.el.legend("Only these people", class_name="label"),
                rx.cond(
                    errors["people"],
                    rx.el.p(icon("late"), errors["people"], class_name="field-error"),
                ),
                rx.el.div(people, class_name="choices", custom_attrs={"id": "people"}),
                class_name="field",
            ),
            form_foot(
                submit("Only these people"),
                rx.cond(
                    LINE.is_for_named,
                    button(
                        "Everybody on the case",
                        on_click=STATE.open_to_team,
                        busy="Saving",
                        kind="plain",
                    ),
                ),
            ),
            on_submit=STATE.restrict,
            key=STATE.openings,
        ),
    )


def _remove() -> rx.Component:
    return confirm(
        REMOVE,
        "Remove this document?",
        rx.el.p("It goes from the list. It can be brought back from there."),
        word="Remove",
        busy="Removing",
        on_yes=STATE.remove,
        done=STATE.saved,
        obstacle=STATE.obstacle,
    )


@screen(
    "Document",
    route=routes.CASE_DOCUMENT,
    act=Act.DOCUMENT_SEE,
    section="cases",
    on_load=[CaseBarState.open_tab, DocumentState.open],
)
def document() -> rx.Component:
    """Return a document under its case's bar."""
    return case_frame(
        "documents",
        _head(),
        rx.el.div(
            rx.el.div(_pages(), class_name="stack"),
            rx.el.div(_facts(), _uses(), _access(), _versions(), class_name="stack"),
            class_name="split file",
        ),
        evidence_dialog(),
        _readers(),
        _remove(),
        opened=STATE.opened,
        record=("document_id", STATE.shown),
    )
