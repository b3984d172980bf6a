"""The sign-off queue, and a trainee's own work: what waits, what came back and why."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.access.topics import Topic
from pages import routes
from pages.components.empty import empty, skeleton
from pages.components.form import button
from pages.components.review_bars import bars
from pages.components.status import badge
from pages.components.table import card, cell, column, link, list_pager, table
from pages.components.watch import watch
from pages.layout import page_head, screen
from state.sign_offs import MyWorkState, SignOffsState

QUEUE: Any = SignOffsState
MINE: Any = MyWorkState


@screen(
    "Sign-offs",
    route=routes.SIGN_OFFS,
    act=Act.SIGN_OFF_DECIDE,
    section="sign-offs",
    on_load=SignOffsState.open,
)
def sign_offs() -> rx.Component:
    """Return what waits for this person's sign-off, the longest first."""
    turn = rx.cond(
        QUEUE.late_only | (QUEUE.late > 0),
        button(
            rx.cond(QUEUE.late_only, "Show all", "Past 3 working days only"),
            on_click=QUEUE.turn,
        ),
    )
    return rx.el.div(
        page_head(
            "Sign-offs",
            turn,
            lead="What trainees submitted. It takes effect once it is signed off.",
            live=watch(Topic.SIGN_OFFS, SignOffsState.refresh),
        ),
        rx.cond(QUEUE.ready, _queue(), skeleton(4)),
        class_name="page",
    )


def _queue() -> rx.Component:
    def row(line: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(
                link(line.word, to=routes.sign_off_path(line.id)),
                rx.el.span(line.version, class_name="sub"),
                scope="row",
            ),
            rx.el.td(line.client, rx.el.span(line.reference, class_name="sub ref")),
            cell("By", line.trainee),
            cell("Submitted", line.submitted, class_name="fig"),
            cell("Waiting", _waited(line)),
            key=line.id,
        )

    return card(
        "Waiting for you",
        table(
            "Work that waits for sign-off",
            [
                column("What"),
                column("Client"),
                column("Submitted by"),
                column("Submitted"),
                column("Waiting"),
            ],
            QUEUE.rows,
            row,
            when_empty=empty(
                rx.cond(
                    QUEUE.late_only,
                    "Nothing has waited longer than 3 working days.",
                    "Nothing waits for your sign-off.",
                )
            ),
            kind="piled",
        ),
        rx.cond(
            QUEUE.rows.length() > 0,
            list_pager(QUEUE.foot, on_back=QUEUE.step(-1), on_next=QUEUE.step(1)),
        ),
        key="queue",
        count=QUEUE.waiting,
    )


def _waited(line: Any) -> rx.Component:
    return rx.cond(line.is_late, badge(line.waited, "late"), rx.el.span(line.waited))


@screen(
    "My work",
    route=routes.MY_WORK,
    act=Act.SIGN_OFF_SUBMIT,
    section="my-work",
    on_load=MyWorkState.open,
)
def my_work() -> rx.Component:
    """Return what one submitted for sign-off, and how it went."""
    return rx.el.div(
        page_head("My work", lead="What you submitted for sign-off, and what came back."),
        rx.cond(
            MINE.ready,
            rx.el.div(
                _mine(
                    "Back with you",
                    "back",
                    MINE.to_do,
                    "Nothing came back that you have not submitted again.",
                ),
                _mine("Waiting for sign-off", "waiting", MINE.waiting, "Nothing of yours waits."),
                _over_time(),
                _mine("Decided", "decided", MINE.decided, "Nothing is decided yet.", _pager()),
                class_name="stack",
            ),
            skeleton(4),
        ),
        class_name="page",
    )


def _pager() -> rx.Component:
    return rx.cond(
        MINE.decided.length() > 0,
        list_pager(MINE.foot, on_back=MINE.step(-1), on_next=MINE.step(1)),
    )


def _mine(title: str, key: str, rows: Any, none: str, *foot: rx.Component) -> rx.Component:
    def row(line: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(
                link(line.word, to=routes.sign_off_path(line.id)),
                rx.el.span(line.version, class_name="sub"),
                scope="row",
            ),
            rx.el.td(line.client, rx.el.span(line.reference, class_name="sub ref")),
            cell("Submitted", line.submitted, class_name="fig"),
            rx.el.td(
                _status(line),
                rx.cond(line.decided != "", rx.el.span(line.decided, class_name="sub")),
            ),
            key=line.id,
        )

    heads = [column("What"), column("Client"), column("Submitted"), column("How it stands")]
    return card(
        title,
        table(title, heads, rows, row, when_empty=empty(none), kind="piled even"),
        *foot,
        key=key,
        count=rows.length() if key != "decided" else None,
    )


def _status(line: Any) -> rx.Component:
    return rx.match(
        line.status,
        ("approved", badge(line.status_word, "good")),
        ("returned", badge(line.status_word, "soon", "came-back")),
        ("void", badge(line.status_word, "soon", "came-back")),
        rx.cond(line.is_late, badge(line.waited, "late"), badge(line.status_word, "note")),
    )  # pyright: ignore[reportReturnType]


def _over_time() -> rx.Component:
    def reason(pair: Any) -> rx.Component:
        return rx.el.tr(rx.el.th(pair[0], scope="row"), rx.el.td(pair[1], class_name="num"))

    why = table(
        "Why work came back in the last year",
        [column("What was to change"), column("How often", num=True)],
        MINE.reasons,
        reason,
        when_empty=empty("Nothing was sent back over the checklist in the last year."),
    )
    return rx.el.div(
        card(
            "Month by month",
            bars(
                "How your work went, by the month it was first submitted",
                "Month",
                ("At once", "After changes", "Not yet"),
                MINE.months,
                "Nothing was submitted in the last year.",
            ),
            key="months",
        ),
        card("Why it came back", why, key="why"),
        class_name="split even",
    )
