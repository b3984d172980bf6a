"""The letters tab: what was written, what is a draft, who has not answered, what was answered."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.case_frame import case_frame
from pages.components.empty import empty
from pages.components.form import read_only
from pages.components.icons import icon
from pages.components.letter_dialogs import BATCH, NEW, batch_dialog, new_letter_dialog
from pages.components.replies import replies_card, reply_dialog, undo_reply, waiting_card
from pages.components.status import status_badge
from pages.components.table import card, cell, chip, column, link, opens, table
from pages.layout import screen, when_may
from state.case_bar import CaseBarState
from state.letters import LettersState
from state.replies import ReplyState

BAR: Any = CaseBarState.bar
STATE: Any = LettersState
VIEW: Any = LettersState.view
ADVISOR_ISSUES = "Open each to submit it: your supervisor signs it off before it goes."


def _to(letter_id: Any) -> Any:
    return rx.Var.create(f"/cases/{STATE.opened}/letters/{letter_id}")


def _new() -> rx.Component:
    return when_may(
        Act.LETTER_RECORD,
        rx.el.button(
            "New letter",
            type="button",
            class_name="button main",
            on_click=STATE.begin,
            custom_attrs={**opens(NEW, fills=True), "data-shortcut": "n"},
        ),
    )


def _filters() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            *[
                chip(word, pressed=STATE.show == show, on_click=STATE.choose(show), count=count)
                for show, word, count in (
                    ("all", "All", VIEW.total),
                    ("drafts", "Drafts", VIEW.drafts),
                    ("sent", "Issued", VIEW.sent),
                    ("waiting", "Waiting for an answer", VIEW.waiting),
                )
            ],
            class_name="chips",
            role="group",
            aria_label="Which letters",
        ),
        read_only(_new(), when=BAR.is_shadowed),
        class_name="between",
    )


def _row(view: Any) -> rx.Component:
    status = status_badge(
        view.status,
        {
            "draft": ("Draft", ""),
            "sent": ("Issued", "good"),
            "waiting": ("Waiting", "note"),
            "due": ("Chase now", "soon"),
            "chased": ("Chased", "good"),
        },
    )
    return rx.el.tr(
        rx.el.th(
            link(view.kind, to=_to(view.id)),
            rx.el.span(view.subject, class_name="sub"),
            scope="row",
        ),
        cell("To", view.reader),
        rx.el.td(status),
        rx.el.td(view.sent),
        cell("Chase", view.chase),
        key=view.id,
    )


def _list() -> rx.Component:
    nothing = rx.cond(
        VIEW.total > 0,
        empty("No letter here. Choose another filter."),
        empty("No letters yet. The first is usually the client's authority to sign."),
    )
    return card(
        "Letters",
        table(
            "Letters of the case",
            [
                column("Letter"),
                column("To"),
                column("Status"),
                column("When and how"),
                column("Chase"),
            ],
            VIEW.lines,
            _row,
            when_empty=nothing,
            kind="piled free",
        ),
        key="letters",
        count=VIEW.lines.length(),
    )


def _draft(view: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(view.is_ready, icon("done"), icon("half")),
        rx.el.span(
            link(view.reader, to=_to(view.id)),
            rx.el.span(view.said, class_name="sub"),
        ),
        key=view.id,
    )


def _batch(batch: Any) -> rx.Component:
    word = rx.cond(batch.count == 1, "Issue it", rx.Var.create(f"Issue all {batch.count}"))
    issue = rx.el.button(
        word,
        rx.el.span(": ", batch.word, class_name="sr"),
        type="button",
        class_name="button small",
        on_click=STATE.ask_batch(batch.kind),
        custom_attrs=opens(BATCH, fills=True),
    )
    return rx.el.li(
        rx.el.div(
            rx.el.strong(batch.word, " ", rx.el.span(batch.count, class_name="quiet")),
            rx.cond(batch.may_issue, when_may(Act.LETTER_ISSUE, issue)),
            class_name="between",
        ),
        rx.cond(batch.may_issue, rx.fragment(), rx.el.p(ADVISOR_ISSUES, class_name="hint")),
        rx.el.ul(rx.foreach(batch.lines, _draft), class_name="gaps"),
        key=batch.kind,
    )


def _drafts() -> rx.Component:
    return rx.cond(
        VIEW.batches.length() > 0,
        card(
            "Drafts to issue",
            rx.el.ul(rx.foreach(VIEW.batches, _batch), class_name="answer-list"),
            key="drafts",
            count=VIEW.drafts,
        ),
    )


def _outcomes() -> rx.Component:
    def row(outcome: Any) -> rx.Component:
        return rx.el.li(
            rx.match(
                outcome.state,
                ("sent", icon("done")),
                ("refused", icon("late")),
                icon("open"),
            ),
            rx.el.span(
                link(outcome.reader, to=_to(outcome.id)),
                rx.el.span(outcome.said, class_name="sub"),
            ),
            key=outcome.id,
        )

    return rx.cond(
        STATE.outcomes.length() > 0,
        card(
            "What became of them",
            rx.el.ul(
                rx.foreach(STATE.outcomes, row), class_name="gaps card-body", aria_live="polite"
            ),
            key="outcomes",
            count=STATE.outcomes.length(),
        ),
    )


def _undo() -> rx.Component:
    return rx.el.div(
        rx.cond(
            STATE.discarded != 0,
            rx.el.div(
                rx.el.span("Draft discarded."),
                rx.el.button(
                    "Undo", type="button", class_name="button small", on_click=STATE.undo_discard
                ),
                class_name="toast undo",
                key=STATE.discarded_number,
            ),
        ),
        role="status",
    )


@screen(
    "Letters",
    route=routes.CASE_LETTERS,
    act=Act.CASE_OPEN,
    section="cases",
    on_load=[CaseBarState.open_tab, LettersState.open, ReplyState.open],
)
def letters() -> rx.Component:
    """Return the letters under the case's bar."""
    return case_frame(
        "letters",
        _filters(),
        read_only(
            rx.el.div(
                rx.el.div(_outcomes(), _list(), class_name="stack"),
                rx.el.div(_drafts(), waiting_card(), replies_card(), class_name="stack"),
                class_name="split file",
            ),
            new_letter_dialog(),
            batch_dialog(),
            reply_dialog(),
            _undo(),
            undo_reply(),
            when=BAR.is_shadowed,
        ),
        opened=STATE.opened,
        reads=True,
    )
