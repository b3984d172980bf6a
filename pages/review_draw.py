"""Drawing files for review: the days, what would be asked of whom, and the draw itself."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.empty import skeleton
from pages.components.form import error_summary, field, form, form_foot, submit, text_area
from pages.components.status import callout
from pages.components.table import card, link
from pages.layout import page_head, screen
from pages.reviews import line_table
from state.review_draw import ReviewDrawState

STATE: Any = ReviewDrawState


@screen(
    "Draw files",
    route=routes.REVIEWS_DRAW,
    act=Act.REVIEW_DRAW,
    section="reviews",
    on_load=ReviewDrawState.open,
)
def review_draw() -> rx.Component:
    """Return the days of a draw and what it would ask."""
    return rx.el.div(
        page_head(
            "Draw files",
            link("Back to file reviews", to=routes.REVIEWS, class_name="button"),
        ),
        rx.cond(
            STATE.ready, rx.fragment(_days(), rx.cond(STATE.is_shown, _preview())), skeleton(3)
        ),
        class_name="page",
    )


def _days() -> rx.Component:
    errors = STATE.errors
    return card(
        "Which days",
        form(
            rx.el.div(
                error_summary(errors),
                rx.el.div(
                    field(
                        "First day",
                        "first_day",
                        type="date",
                        value=STATE.typed["first_day"],
                        error=errors["first_day"],
                        width="w12",
                    ),
                    field(
                        "Last day",
                        "last_day",
                        type="date",
                        value=STATE.typed["last_day"],
                        error=errors["last_day"],
                        width="w12",
                    ),
                    class_name="pair",
                ),
                rx.el.p(
                    "Every file that was open on one of these days can be drawn, of whoever held"
                    " it at their end. Files that wait for an advisor cannot.",
                    class_name="hint",
                ),
                rx.el.div(submit("Show what would be asked", busy="Counting")),
                class_name="card-body stack",
            ),
            on_submit=STATE.preview,
        ),
        key="days",
    )


def _preview() -> rx.Component:
    errors = STATE.draw_errors
    before = rx.el.div(
        callout(
            rx.el.p(rx.el.strong("Some of these days were drawn before. ")),
            rx.el.ul(
                rx.foreach(STATE.earlier, lambda one: rx.el.li(one.name, ". ", one.drawn)),
                class_name="stack close",
            ),
            rx.el.p("Those draws stay, and your reason stands beside this one."),
        ),
        text_area(
            "Why they are drawn again", "reason", error=errors["reason"], rows=2, max_length=500
        ),
        class_name="stack",
    )
    return card(
        "What would be asked",
        line_table("Files that would be asked of each advisor", STATE.lines, is_drawn=False),
        form(
            rx.el.div(
                error_summary(errors),
                rx.cond(STATE.earlier.length() > 0, before),
                rx.el.p(
                    "Files at risk come on top: by the rules, each with its reason. Which files"
                    " are drawn nobody sees beforehand, and a draw cannot be taken back.",
                    class_name="hint",
                ),
                class_name="card-body stack",
            ),
            form_foot(submit("Draw the files", busy="Drawing")),
            on_submit=STATE.draw,
        ),
        key="preview",
        end=rx.el.span(
            "At random: ", rx.el.strong(STATE.asked, class_name="fig"), class_name="quiet"
        ),
    )
