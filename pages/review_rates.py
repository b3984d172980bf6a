"""How many files are drawn of whom: the centre's rates by level, and each advisor's level."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.review_sampling import levels
from pages import routes
from pages.components.empty import empty
from pages.components.form import error_summary, field, form, form_foot, select, submit
from pages.components.note_dialog import saved_mark
from pages.components.status import callout
from pages.components.table import anchor, card, column, dialog, link, opens, row_button, table
from pages.layout import page_head, screen
from state.review_rates import ReviewRatesState

STATE: Any = ReviewRatesState
VIEW: Any = ReviewRatesState.view
ERRORS: Any = ReviewRatesState.errors
LEVEL = "level-of"


@screen(
    "Rates and levels",
    route=routes.REVIEWS_RATES,
    act=Act.REVIEW_SET_RATES,
    section="reviews",
    on_load=ReviewRatesState.open,
)
def review_rates() -> rx.Component:
    """Return the rates and everybody's level."""
    return rx.el.div(
        page_head(
            "Rates and levels",
            link("Back to file reviews", to=routes.REVIEWS, class_name="button"),
        ),
        rx.el.div(_rates(), _levels(), class_name="halves"),
        _level_dialog(),
        class_name="page",
    )


def _rates() -> rx.Component:
    ours = callout(
        rx.el.p(rx.el.strong("Your centre has not set its own. "), VIEW.source),
        rx.cond(
            VIEW.href != "",
            rx.el.p(anchor("Read the source", href=VIEW.href)),
        ),
    )
    coming = rx.el.ul(
        rx.foreach(VIEW.coming, rx.el.li), class_name="stack close", aria_label="Rates to come"
    )
    return card(
        "Rates",
        form(
            rx.el.div(
                error_summary(ERRORS),
                rx.cond(VIEW.source != "", ours),
                rx.cond(VIEW.coming.length() > 0, coming),
                *[_rate(level, word) for level, word in levels().items()],
                field(
                    "These rates hold from",
                    "valid_from",
                    type="date",
                    value=STATE.typed["valid_from"],
                    error=ERRORS["valid_from"],
                    width="w12",
                ),
                class_name="card-body stack",
            ),
            form_foot(submit("Save rates")),
            on_submit=STATE.keep,
            on_check=STATE.check,
            key=STATE.filled,
        ),
        key="rates",
        end=rx.el.span(VIEW.since, class_name="quiet"),
    )


def _rate(level: str, word: str) -> rx.Component:
    def box(label: str, name: str) -> rx.Component:
        return field(
            label,
            f"{level}_{name}",
            value=STATE.typed[f"{level}_{name}"],
            error=ERRORS[f"{level}_{name}"],
            width="w4",
            inputmode="numeric",
            max_length=3,
        )

    return rx.el.fieldset(
        rx.el.legend(word, class_name="label"),
        rx.el.div(
            box("Percent of the files", "percent"),
            box("At least a month", "at_least"),
            class_name="pair",
        ),
        class_name="field",
    )


def _levels() -> rx.Component:
    def row(person: Any) -> rx.Component:
        change = row_button(
            "Change",
            f" level of {person.name}",
            on_click=STATE.choose(person.id),
            custom_attrs=opens(LEVEL, fills=True),
        )
        return rx.el.tr(
            rx.el.th(person.name, rx.el.span(person.role, class_name="sub"), scope="row"),
            rx.el.td(person.word, rx.el.span(person.since, class_name="sub")),
            rx.el.td(rx.cond(person.may_change, change), class_name="num"),
        )

    return card(
        "Levels",
        table(
            "The level of each advisor",
            [column("Advisor"), column("Level"), column("")],
            STATE.people,
            row,
            when_empty=empty("Nobody at your centre holds cases yet."),
        ),
        rx.el.p(
            "A trainee's level is their role. Somebody without a level counts as newly qualified."
            " Somebody newly qualified counts as experienced from the day named beside them.",
            class_name="hint card-body",
        ),
        key="levels",
    )


def _level_dialog() -> rx.Component:
    errors = STATE.level_errors
    return dialog(
        LEVEL,
        "Level of an advisor",
        form(
            saved_mark(STATE.saved),
            error_summary(errors),
            rx.el.p(rx.el.strong(STATE.person.name)),
            select(
                "Level",
                "level",
                [pair for pair in levels().items() if pair[0] != "trainee"],
                value=STATE.person.level,
                error=errors["level"],
                key="level-",
            ),
            field(
                "From",
                "valid_from",
                type="date",
                value=STATE.typed["valid_from"],
                error=errors["valid_from"],
                width="w12",
                key="level-",
            ),
            form_foot(submit("Save level")),
            on_submit=STATE.say_level,
            on_check=STATE.check_level,
            key=f"{STATE.person.id}-{STATE.saved}",
        ),
    )
