"""The files drawn for review: what was asked of whom, which wait, and what they came to."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.review_criteria import results, scores
from cma_app.services.review_results import STATES
from pages import routes
from pages.components.empty import empty, skeleton
from pages.components.form import error_summary, field, form, form_foot, select, submit
from pages.components.note_dialog import saved_mark
from pages.components.review_bars import bars
from pages.components.review_parts import result_badge
from pages.components.status import badge, callout
from pages.components.table import card, cell, chip, column, dialog, link, list_pager, opens, table
from pages.layout import main_link, page_head, screen
from state.reviews import EVERY, ReviewsState

STATE: Any = ReviewsState
SHOWN: Any = ReviewsState.shown
DRAW: Any = ReviewsState.draw
ADD = "add-file"


@screen(
    "File reviews",
    route=routes.REVIEWS,
    act=Act.REVIEW_SEE_ALL,
    section="reviews",
    on_load=ReviewsState.open,
)
def reviews() -> rx.Component:
    """Return the draw that is shown, its files, and the results."""
    nothing = empty(
        "No files were drawn yet. A draw takes some of each advisor's files at random, and those"
        " at risk besides.",
        link("Draw files", to=routes.REVIEWS_DRAW, class_name="button main"),
    )
    shown = rx.fragment(
        _filters(),
        rx.cond(DRAW.id > 0, _draw()),
        rx.el.section(_chips(), _table(), _pager(), class_name="card", aria_label="Files drawn"),
        rx.el.div(_advisors(), _criteria(), class_name="stack"),
        _add_dialog(),
    )
    return rx.el.div(
        page_head(
            "File reviews",
            link("Rates and levels", to=routes.REVIEWS_RATES, class_name="button"),
            main_link("Draw files", routes.REVIEWS_DRAW),
        ),
        rx.cond(
            STATE.ready,
            rx.cond(STATE.draws.length() > 0, shown, nothing),
            skeleton(6),
        ),
        class_name="page",
    )


def _filters() -> rx.Component:
    def chooser(word: str, name: str, first: rx.Component, options: Any) -> rx.Component:
        return rx.el.div(
            rx.el.label(word, html_for=name),
            rx.el.select(
                first,
                rx.foreach(options, lambda pair: rx.el.option(pair[1], value=pair[0])),
                name=name,
                default_value=SHOWN[name],
                class_name="box w20",
                on_change=lambda value: STATE.choose(name, value),
                custom_attrs={"id": name},
            ),
            class_name="field",
        )

    return rx.el.div(
        chooser("Draw", "draw", rx.el.option("Every draw", value=EVERY), STATE.draws),
        chooser("Advisor", "who", rx.el.option("Everybody", value=""), STATE.holders),
        class_name="filters",
        role="search",
        key=STATE.filled,
    )


def _draw() -> rx.Component:
    again = rx.cond(
        DRAW.reason != "",
        rx.el.div(
            callout(rx.el.strong("These days were drawn before. "), DRAW.reason),
            class_name="card-body",
        ),
    )
    add = rx.el.button(
        "Add a file", type="button", class_name="button small", custom_attrs=opens(ADD)
    )
    return card(
        "What was asked of whom",
        again,
        line_table("Files asked and drawn of each advisor", DRAW.lines, is_drawn=True),
        rx.el.p(
            DRAW.drawn,
            ". The draw can be repeated from its seed ",
            rx.el.span(DRAW.seed, class_name="ref seed"),
            ".",
            class_name="hint card-body",
        ),
        key="draw",
        end=add,
    )


def line_table(caption: str, lines: Any, *, is_drawn: bool) -> rx.Component:
    """Return what is asked of each advisor; `is_drawn` also what was drawn."""

    def row(line: Any) -> rx.Component:
        apart = rx.cond(line.apart != "", rx.el.span("and ", line.apart, class_name="sub"))
        drawn = [
            cell("Drawn at random", line.drawn, apart, class_name="num"),
            cell("By risk alone", line.risks, class_name="num"),
        ]
        return rx.el.tr(
            rx.el.th(line.name, rx.el.span(line.level, class_name="sub"), scope="row"),
            cell("Rate", line.rate, class_name="fig"),
            cell("Could be drawn", line.pool, class_name="num"),
            cell("Asked", line.asked, class_name="num"),
            *(drawn if is_drawn else []),
            rx.el.td(line.why),
        )

    more = [column("Drawn at random", num=True), column("By risk alone", num=True)]
    return table(
        caption,
        [
            column("Advisor"),
            column("Rate"),
            column("Could be drawn", num=True),
            column("Asked", num=True),
            *(more if is_drawn else []),
            column("Why fewer"),
        ],
        lines,
        row,
        when_empty=empty("Nobody at your centre holds cases yet."),
        kind="piled",
    )


def _chips() -> rx.Component:
    return rx.el.div(
        *[
            chip(
                word,
                pressed=SHOWN["state"] == state,
                count=STATE.counts[state],
                on_click=STATE.choose("state", state),
            )
            for state, word in STATES.items()
        ],
        class_name="chips card-body",
        role="group",
        aria_label="Filters",
    )


def _table() -> rx.Component:
    def row(line: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(
                link(line.client, to=routes.review_path(line.id)),
                rx.el.span(line.reference, class_name="sub ref"),
                scope="row",
            ),
            cell("Advisor then", line.holder),
            rx.el.td(line.why, class_name="wraps"),
            cell("Reviewer", line.reviewer),
            rx.el.td(
                result_badge(line.result),
                rx.cond(line.is_disputed, badge("Disputed", "soon")),
                rx.el.span(line.answer, class_name="sub"),
            ),
        )

    return table(
        "Files drawn for review",
        [
            column("Client"),
            column("Advisor then"),
            column("Why this file"),
            column("Reviewer"),
            column("Result"),
        ],
        STATE.rows,
        row,
        when_empty=empty("No file matches. Choose another draw, advisor or state."),
        kind="piled",
    )


def _pager() -> rx.Component:
    return rx.cond(
        STATE.rows.length() > 0,
        list_pager(STATE.foot, on_back=STATE.step(-1), on_next=STATE.step(1)),
    )


def _advisors() -> rx.Component:
    words = (*results().values(), "Waiting")
    return card(
        "Results by advisor",
        bars("Results by advisor", "Advisor", words, STATE.advisors, "No file matches."),
        key="by-advisor",
    )


def _criteria() -> rx.Component:
    return card(
        "Results by criterion",
        bars(
            "Results by criterion",
            "Criterion",
            tuple(scores().values()),
            STATE.criteria,
            "No review is finished yet.",
        ),
        key="by-criterion",
    )


def _add_dialog() -> rx.Component:
    errors = STATE.add_errors
    return dialog(
        ADD,
        "Add a file to this draw",
        form(
            saved_mark(STATE.saved),
            error_summary(errors),
            field(
                "Reference of the case",
                "case_reference",
                hint="A file that was open in these days.",
                error=errors["case_reference"],
                max_length=50,
                key="add-",
            ),
            select(
                "What for",
                "code",
                (("complaint", "A complaint"), ("by_hand", "Another reason")),
                error=errors["code"],
                key="add-",
            ),
            field("Why this file", "why", error=errors["why"], max_length=200, key="add-"),
            form_foot(submit("Add file", busy="Adding")),
            on_submit=STATE.add,
            key=f"{DRAW.id}-{STATE.saved}",
        ),
    )
