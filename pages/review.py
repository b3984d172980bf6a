"""One file's review: the criteria beside the way into the case, what was found, what was said."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.review_criteria import scores
from cma_app.services.review_forms import ACTION_LINES
from pages import routes
from pages.components.case_frame import TABS
from pages.components.empty import skeleton
from pages.components.form import (
    button,
    choice,
    error_summary,
    field,
    form,
    form_foot,
    select,
    submit,
    text_area,
)
from pages.components.icons import icon
from pages.components.review_parts import newest_finding
from pages.components.status import badge, callout
from pages.components.table import card, link
from pages.layout import page_head, screen, when_may
from state.review import ReviewState

STATE: Any = ReviewState
VIEW: Any = ReviewState.view
ERRORS: Any = ReviewState.errors
TYPED: Any = ReviewState.view.typed  # pyright: ignore[reportAttributeAccessIssue]


@screen(
    "Review of a file",
    route=routes.REVIEW,
    act=Act.REVIEW_RECORD,
    section="reviews",
    on_load=ReviewState.open,
)
def review() -> rx.Component:
    """Return the review of the address."""
    shown = rx.el.div(
        page_head(
            rx.Var.create(f"Review of {VIEW.client}"),
            when_may(
                Act.REVIEW_SEE_ALL,
                link(
                    "Back to file reviews",
                    to=rx.Var.create(f"{routes.REVIEWS}?draw={VIEW.sample_id}"),
                    class_name="button",
                ),
                link("Back to my file reviews", to=routes.MY_REVIEWS, class_name="button"),
            ),
            lead=VIEW.reference,
        ),
        rx.el.div(
            rx.el.div(_facts(), _case_tabs(), class_name="stack"),
            rx.el.div(
                rx.cond(VIEW.why_not != "", callout(VIEW.why_not)),
                rx.cond(STATE.is_writing, _form()),
                rx.cond(
                    VIEW.findings.length() > 0,
                    newest_finding(VIEW.findings, extra=_after()),
                ),
                class_name="stack",
            ),
            class_name="split lead",
        ),
        class_name="page",
        key=VIEW.id,
    )
    return rx.cond(VIEW.id == 0, rx.el.div(skeleton(6), class_name="page"), shown)


def _answer(term: str, word: Any, *, when: Any = True) -> rx.Component:
    return rx.cond(when, rx.el.div(rx.el.dt(term), rx.el.dd(word)))


def _facts() -> rx.Component:
    errors = STATE.assign_errors
    assign = form(
        error_summary(errors),
        select(
            "Reviewer",
            "reviewer_id",
            VIEW.reviewers,
            value=VIEW.reviewer_id.to_string(),
            error=errors["reviewer_id"],
            width="w12",
            key="assign-",
        ),
        rx.el.div(rx.el.button("Choose", type="submit", class_name="button")),
        on_submit=STATE.assign,
        key=f"assign-{STATE.form_number}",
    )
    return card(
        "The file",
        rx.el.dl(
            _answer("Advisor", VIEW.holder),
            _answer("Now with", VIEW.advisor, when=VIEW.moved_on),
            _answer("Days", VIEW.period),
            _answer(
                "Why",
                rx.el.ul(rx.foreach(VIEW.why, rx.el.li), class_name="stack close"),
            ),
            _answer("Reviewer", VIEW.reviewer),
            _answer("Advisor says", VIEW.answer, when=VIEW.answer != ""),
            class_name="answers card-body",
        ),
        rx.cond(VIEW.reviewers.length() > 0, rx.el.div(assign, class_name="card-body")),
        key="file",
        end=rx.cond(VIEW.is_restricted, badge("Restricted file", "note", "lock"), rx.fragment()),
    )


def _case_tabs() -> rx.Component:
    return card(
        "Look in the case",
        rx.el.ul(
            *[
                rx.el.li(link(word, to=routes.case_path(VIEW.case_id, tab), target="_blank"))
                for tab, word in TABS
            ],
            class_name="card-body case-ways",
        ),
        rx.el.p("Each opens beside this page.", class_name="hint card-body"),
        key="ways",
    )


def _form() -> rx.Component:
    correction = rx.cond(
        VIEW.findings.length() > 0,
        text_area(
            "Why the review is corrected",
            "reason",
            hint="The version that is finished stays, and this one stands above it.",
            value=TYPED["reason"],
            error=ERRORS["reason"],
            rows=2,
            max_length=500,
        ),
    )
    return card(
        rx.cond(VIEW.findings.length() > 0, "Correct the review", "The review"),
        form(
            rx.el.input(type="hidden", name="intent", default_value="finish"),
            rx.el.div(error_summary(ERRORS), correction, class_name="card-body stack"),
            rx.foreach(VIEW.criteria, _criterion),
            rx.el.div(
                text_area(
                    "What the review found",
                    "summary",
                    hint="What went well, and what should be done differently.",
                    value=TYPED["summary"],
                    error=ERRORS["summary"],
                    max_length=4000,
                ),
                _harm(),
                _actions(),
                class_name="card-body stack",
            ),
            _foot(),
            on_submit=STATE.send,
            key=f"{VIEW.id}-{STATE.form_number}",
            custom_attrs={"data-intents": "finish"},
        ),
        key="form",
    )


def _criterion(each: Any) -> rx.Component:
    score, comment = rx.Var.create(f"score-{each.code}"), rx.Var.create(f"comment-{each.code}")
    radios = [
        rx.el.label(
            rx.el.input(
                type="radio",
                name=score,
                value=value,
                default_checked=each.score == value,
                custom_attrs={
                    "id": score if number == 0 else rx.Var.create(f"score-{each.code}-{value}")
                },
            ),
            word,
            class_name="choice",
        )
        for number, (value, word) in enumerate(scores().items())
    ]
    return rx.el.div(
        rx.el.fieldset(
            rx.el.legend(
                rx.el.span(
                    each.word,
                    rx.cond(each.is_critical, badge("Critical", "note", "half")),
                    class_name="inline",
                ),
                class_name="label",
            ),
            rx.el.p(each.text, class_name="hint"),
            _error(ERRORS[score]),
            rx.el.div(*radios, class_name="choices"),
            class_name=rx.cond(ERRORS[score], "field wrong", "field"),
        ),
        rx.el.div(
            rx.el.label(
                "Comment", rx.el.span(" on ", each.word, class_name="sr"), html_for=comment
            ),
            _error(ERRORS[comment], rx.Var.create(f"comment-{each.code}-error")),
            rx.el.textarea(
                name=comment,
                default_value=each.comment,
                max_length=1000,
                class_name="box",
                custom_attrs={
                    "id": comment,
                    "rows": "2",
                    "aria-describedby": rx.Var.create(f"comment-{each.code}-error"),
                    "aria-invalid": rx.cond(ERRORS[comment], "true", "false"),
                },
            ),
            class_name=rx.cond(ERRORS[comment], "field full wrong", "field full"),
        ),
        class_name="criterion",
        key=each.code,
    )


def _error(sentence: Any, at: Any = None) -> rx.Component:
    attrs = {"id": at} if at is not None else {}
    said = rx.el.p(icon("late"), sentence, class_name="field-error", custom_attrs=attrs)
    return rx.cond(sentence, said)


def _harm() -> rx.Component:
    return rx.el.div(
        choice(
            "Does anything harm the client now?",
            "harm",
            (("no", "No"), ("yes", "Yes")),
            hint="Yes makes a task for the case's advisor, and the file is below the standard.",
            value=TYPED["harm"],
            error=ERRORS["harm"],
        ),
        rx.el.div(
            field(
                "What harms them",
                "harm-what",
                value=TYPED["harm-what"],
                error=ERRORS["harm-what"],
                max_length=150,
            ),
            field(
                "Put right by",
                "harm-due",
                type="date",
                value=TYPED["harm-due"],
                error=ERRORS["harm-due"],
                width="w12",
            ),
            class_name="pair",
        ),
        class_name="stack",
    )


def _actions() -> rx.Component:
    lines = [
        rx.el.div(
            field(
                f"Step {number}",
                f"action-{number}",
                value=TYPED[f"action-{number}"],
                error=ERRORS[f"action-{number}"],
                max_length=150,
            ),
            field(
                "By",
                f"action-{number}-due",
                type="date",
                value=TYPED[f"action-{number}-due"],
                error=ERRORS[f"action-{number}-due"],
                width="w12",
            ),
            class_name="pair",
        )
        for number in range(1, ACTION_LINES + 1)
    ]
    return rx.el.fieldset(
        rx.el.legend("What has to be done (optional)", class_name="label"),
        rx.el.p("Each step becomes a next action of the case's advisor.", class_name="hint"),
        *lines,
        class_name="stack close",
    )


def _foot() -> rx.Component:
    return form_foot(
        submit("Finish review", busy="Finishing", value="finish"),
        rx.el.button("Keep as draft", type="submit", value="keep", class_name="button"),
        button("Clear", on_click=STATE.drop, kind="plain"),
        rx.el.span(
            rx.cond(STATE.saved != "", rx.el.span(STATE.saved, class_name="live")), role="status"
        ),
        rx.el.button(
            "Keep what is typed",
            type="submit",
            value="draft",
            hidden=True,
            tab_index=-1,
            custom_attrs={"data-keeps": ""},
        ),
    )


def _after() -> rx.Component:
    errors = STATE.reply_errors
    reply = card(
        "Answer the dispute",
        form(
            rx.el.div(
                error_summary(errors),
                text_area(
                    "Your answer",
                    "body",
                    hint="Where the advisor is right, correct the review instead.",
                    error=errors["body"],
                    rows=3,
                    max_length=2000,
                    key="reply-",
                ),
                class_name="card-body stack",
            ),
            form_foot(submit("Answer", busy="Saving")),
            on_submit=STATE.reply,
            key=f"reply-{STATE.form_number}",
        ),
        key="reply",
    )
    correct = rx.el.div(button("Correct this review", on_click=STATE.correct))
    return rx.fragment(
        rx.cond(VIEW.may_reply, reply),
        rx.cond(VIEW.may_write & ~STATE.is_writing, correct),
    )
