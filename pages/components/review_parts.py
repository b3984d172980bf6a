"""What a review found, as its reviewer and its advisor both read it."""

from typing import Any, Final

import reflex as rx

from cma_app.rules.review_criteria import results, scores
from pages.components.icons import icon
from pages.components.status import badge, callout, status_badge
from pages.components.table import card

RESULT_TONES: Final = {"meets": "good", "partly": "soon", "below": "late"}
RESULTS: Final = {code: (word, RESULT_TONES[code]) for code, word in results().items()}
SCORE_TONES: Final = {"met": "good", "partly": "soon", "not_met": "late", "not_applicable": ""}
SCORES: Final = {code: (word, SCORE_TONES[code]) for code, word in scores().items()}


def result_badge(value: Any) -> rx.Component:
    """Return what a review came to; a file that waits says so."""
    return status_badge(value, {**RESULTS, "waiting": ("Waiting", "")})  # type: ignore[arg-type]


def newest_finding(findings: Any, *, extra: rx.Component | None = None) -> rx.Component:
    """Return the newest version in full, with the earlier ones folded below it."""
    more = [extra] if extra is not None else []
    return rx.fragment(
        rx.foreach(findings[:1], _whole),
        *more,
        rx.foreach(findings[1:], _earlier),
    )


def _whole(found: Any) -> rx.Component:
    return card(
        "What the review found",
        _body(found),
        key="finding",
        end=result_badge(found.result),
    )


def _earlier(found: Any) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            rx.el.span(icon("turn"), class_name="turn inline"),
            rx.el.h2("Version ", found.number),
            rx.el.span(found.by, class_name="quiet"),
            rx.el.span(result_badge(found.result), class_name="end"),
            class_name="card-head",
        ),
        _body(found),
        class_name="card",
        key=found.number,
    )


def _body(found: Any) -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.cond(
                found.reason != "",
                callout(rx.el.strong("Corrected: "), found.reason),
            ),
            rx.el.p(found.summary, class_name="said"),
            rx.cond(
                found.harm != "",
                rx.el.p(badge("Harm now", "late"), " ", found.harm, class_name="said"),
            ),
            rx.el.p(found.why, " By ", found.by, ".", class_name="hint"),
            class_name="card-body stack",
        ),
        rx.el.ul(rx.foreach(found.scores, _score), class_name="found"),
        rx.cond(found.tasks.length() > 0, _tasks(found)),
        rx.cond(found.said.length() > 0, _thread(found)),
    )


def _score(each: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.strong(each.word),
            rx.el.span(each.text, class_name="sub"),
            rx.cond(each.comment != "", rx.el.p(each.comment, class_name="said")),
        ),
        status_badge(each.score, SCORES),  # type: ignore[arg-type]
    )


def _tasks(found: Any) -> rx.Component:
    def line(each: Any) -> rx.Component:
        return rx.el.li(
            rx.el.div(
                rx.cond(each.is_harm, rx.fragment(badge("Harm now", "late"), " ")),
                rx.el.span(each.what),
                rx.el.span("By ", each.due, class_name="sub"),
            ),
            rx.match(
                each.state,
                ("done", badge("Done", "good")),
                ("open", badge("To do")),
                rx.fragment(),
            ),
        )

    return rx.fragment(
        rx.el.h3("To be done", class_name="found-head"),
        rx.el.ul(rx.foreach(found.tasks, line), class_name="found"),
    )


def _thread(found: Any) -> rx.Component:
    def line(each: Any) -> rx.Component:
        return rx.el.li(
            rx.el.div(
                rx.el.span(each.who, class_name="sub"),
                rx.el.strong(each.word),
                rx.cond(each.body != "", rx.el.p(each.body, class_name="said")),
            )
        )

    return rx.fragment(
        rx.el.h3("What was said to it", class_name="found-head"),
        rx.el.ul(rx.foreach(found.said, line), class_name="found"),
    )
