"""A read document: the page with its words, how well it was read, its type and its figures."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.case_frame import case_frame
from pages.components.empty import empty
from pages.components.form import button
from pages.components.page_words import Every, page_words
from pages.components.reading_cards import figures_card, scam_card, type_card
from pages.components.status import callout, tone_badge
from pages.components.table import card, chip, link
from pages.layout import screen, when_may
from state.case_bar import CaseBarState
from state.document_reading import DocumentReadingState

STATE: Any = DocumentReadingState
VIEW: Any = DocumentReadingState.view
PAGE: Any = DocumentReadingState.page


def _head() -> rx.Component:
    state = tone_badge(VIEW.status_word, VIEW.tone)
    return rx.el.div(
        link(
            "Back to the document",
            to=routes.document_path(STATE.opened, VIEW.id),
            class_name="small",
        ),
        rx.el.div(rx.el.h2(VIEW.name), state, class_name="inline"),
        rx.cond(VIEW.about != "", rx.el.p(VIEW.about, class_name="hint")),
        class_name="stack close",
    )


def _waiting() -> rx.Component:
    done = rx.Var.create(f"{VIEW.done} of {VIEW.of} pages")
    return rx.el.div(
        Every.create(seconds=2, on_tick=STATE.refresh),
        rx.el.p(
            rx.cond(
                VIEW.status == "reading",
                "It is being read. You can go on working.",
                "It waits to be read: two documents are read at a time.",
            ),
            role="status",
        ),
        rx.el.progress(
            value=VIEW.done, max=VIEW.of, aria_label="Pages read", class_name="reading-progress"
        ),
        rx.el.p(done, class_name="hint fig"),
        class_name="card-body stack",
    )


def _failed() -> rx.Component:
    again = button("Read it again", on_click=STATE.read_again, busy="Asking")
    return rx.el.div(
        rx.cond(
            VIEW.status == "failed",
            callout(rx.el.strong("It could not be read. "), VIEW.why),
            rx.el.p("It has not been read yet."),
        ),
        rx.el.p("You can still open it and type what it says."),
        when_may(Act.DOCUMENT_READ, rx.el.div(again)),
        class_name="card-body stack",
    )


def _page() -> rx.Component:
    poor = callout(
        rx.el.strong("This page read badly. "),
        "Words may be missing or wrong. Look at the page itself, or ask for a better copy.",
    )
    text = rx.el.details(
        rx.el.summary("The words as text"),
        rx.el.pre(PAGE.text, class_name="page-text", tab_index=0),
        class_name="opens",
    )
    return rx.el.div(
        rx.cond(VIEW.pages.length() > 1, _pager()),
        rx.cond(PAGE.is_poor, poor),
        rx.el.p(
            PAGE.quality,
            rx.cond(PAGE.steps != "", rx.fragment(" Before reading: ", PAGE.steps, ".")),
            rx.cond(
                PAGE.unsure > 0,
                rx.fragment(" Doubtful words are underlined: ", PAGE.unsure, "."),
            ),
            class_name="hint",
        ),
        page_words(),
        rx.cond(PAGE.text != "", text),
        rx.cond(VIEW.unread != "", rx.el.p(VIEW.unread, class_name="hint")),
        class_name="card-body stack",
    )


def _pager() -> rx.Component:
    return rx.el.div(
        rx.foreach(VIEW.pages, _page_chip), class_name="chips", role="group", aria_label="Pages"
    )


def _page_chip(number: Any) -> rx.Component:
    return chip(
        rx.cond(
            VIEW.poor.contains(number),
            f"Page {number}, read badly",
            f"Page {number}",
        ),
        pressed=PAGE.number == number,
        on_click=STATE.show_page(number),
    )


def _words() -> rx.Component:
    inside = rx.cond(
        VIEW.is_waiting,
        _waiting(),
        rx.cond(
            VIEW.has_failed,
            _failed(),
            rx.cond(
                VIEW.pages.length() > 0,
                _page(),
                empty("No page was read."),
            ),
        ),
    )
    return card("The page and its words", inside, key="words")


@screen(
    "Document, read",
    route=routes.CASE_DOCUMENT_READING,
    act=Act.DOCUMENT_SEE,
    section="cases",
    on_load=[CaseBarState.open_tab, DocumentReadingState.open],
)
def document_reading() -> rx.Component:
    """Return a document's words over its page, with its type and figures beside it."""
    return case_frame(
        "documents",
        _head(),
        scam_card(),
        rx.el.div(
            _words(),
            rx.el.div(type_card(), figures_card(), class_name="stack"),
            class_name="split file",
        ),
        opened=STATE.opened,
        record=("document_id", STATE.shown),
    )
