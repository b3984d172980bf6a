"""What came back: the reviews of one's own files, read and answered; and what one is to review."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.empty import empty, skeleton
from pages.components.form import choice, error_summary, form, form_foot, submit, text_area
from pages.components.review_parts import newest_finding, result_badge
from pages.components.status import badge
from pages.components.table import card, cell, column, link, list_pager, table
from pages.layout import page_head, screen
from state.my_reviews import MyReviewsState

STATE: Any = MyReviewsState
VIEW: Any = MyReviewsState.view


@screen(
    "My file reviews",
    route=routes.MY_REVIEWS,
    act=Act.REVIEW_ANSWER,
    section="my-reviews",
    on_load=MyReviewsState.open,
)
def my_reviews() -> rx.Component:
    """Return what came back, under what waits to be reviewed by this person."""
    return rx.el.div(
        page_head("My file reviews"),
        rx.cond(
            STATE.ready,
            rx.fragment(rx.cond(STATE.waiting.length() > 0, _waiting()), _came_back()),
            skeleton(4),
        ),
        class_name="page",
    )


def _waiting() -> rx.Component:
    def row(line: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(
                link(line.name, to=routes.review_path(line.id)),
                rx.el.span(line.reference, class_name="sub ref"),
                scope="row",
            ),
            cell("Advisor then", line.other),
            cell("Days", line.period),
        )

    return card(
        "For you to review",
        table(
            "Files for you to review",
            [column("Client"), column("Advisor then"), column("Days")],
            STATE.waiting,
            row,
            kind="piled",
        ),
        key="waiting",
        count=STATE.waiting_count,
    )


def _came_back() -> rx.Component:
    def row(line: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(
                link(line.name, to=routes.my_review_path(line.id)),
                rx.el.span(line.reference, class_name="sub ref"),
                scope="row",
            ),
            cell("Days", line.period),
            cell("Reviewed by", line.other),
            cell("Finished", line.finished, class_name="fig"),
            rx.el.td(
                result_badge(line.result),
                rx.cond(line.is_new, badge("New", "note")),
                rx.el.span(line.answer, class_name="sub"),
            ),
        )

    return card(
        "What came back",
        table(
            "Reviews of your files",
            [
                column("Client"),
                column("Days"),
                column("Reviewed by"),
                column("Finished"),
                column("Result"),
            ],
            STATE.rows,
            row,
            when_empty=empty(
                "No review of a file of yours is finished yet. You read it here once it is."
            ),
            kind="piled",
        ),
        rx.cond(
            STATE.rows.length() > 0,
            list_pager(STATE.foot, on_back=STATE.step(-1), on_next=STATE.step(1)),
        ),
        key="came-back",
    )


@screen(
    "Review of my file",
    route=routes.MY_REVIEW,
    act=Act.REVIEW_ANSWER,
    section="my-reviews",
    on_load=MyReviewsState.read,
)
def my_review() -> rx.Component:
    """Return the review of one's own file, and the answer to it."""
    case = rx.cond(
        VIEW.is_mine,
        link("Open case", to=routes.case_path(VIEW.case_id), class_name="button"),
    )
    shown = rx.el.div(
        page_head(
            VIEW.name,
            case,
            link("Back to my file reviews", to=routes.MY_REVIEWS, class_name="button"),
            lead=rx.Var.create(f"{VIEW.reference}. Files of {VIEW.period}."),
        ),
        newest_finding(VIEW.findings, extra=rx.cond(VIEW.may_answer, _answer())),
        class_name="page",
        key=VIEW.id,
    )
    return rx.cond(VIEW.id == 0, rx.el.div(skeleton(6), class_name="page"), shown)


def _answer() -> rx.Component:
    errors = STATE.errors
    return card(
        "Your answer",
        form(
            rx.el.div(
                error_summary(errors),
                choice(
                    "What do you say to it?",
                    "stance",
                    (("accepted", "I accept it"), ("disputed", "I dispute it")),
                    error=errors["stance"],
                ),
                text_area(
                    "In your words",
                    "body",
                    hint="Needed where you dispute it: what the review did not see.",
                    error=errors["body"],
                    rows=3,
                    max_length=2000,
                ),
                class_name="card-body stack",
            ),
            form_foot(submit("Send answer", busy="Sending")),
            on_submit=STATE.answer,
            key=STATE.answers,
        ),
        key="answer",
    )
