"""The first page: what to do next."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.empty import empty
from pages.components.standing_in import standing_lines
from pages.components.status import badge
from pages.components.table import card, link
from pages.layout import main_link, page_head, screen, when_may
from state.home import HomeState
from state.standing_in import StandingInState


@screen(
    "My day",
    route=routes.HOME,
    act=Act.HOME_SEE,
    section="home",
    on_load=[HomeState.open, StandingInState.open],
)
def home() -> rx.Component:
    """Return the day and what it asks for, by role."""
    walk_in = main_link("New walk-in", routes.WALK_IN, "walk-in")
    return rx.el.div(
        page_head("My day", when_may(Act.CLIENT_RECORD, walk_in), lead=HomeState.view.day),
        standing_lines(),
        _numbers(),
        rx.match(
            HomeState.view.kind,
            ("work", _work()),
            ("admin", _admin()),
            rx.fragment(),
        ),
        class_name="page",
    )


def _numbers() -> rx.Component:
    numbers: Any = HomeState.view.numbers
    return rx.cond(
        numbers.length() > 0,
        rx.el.section(
            rx.el.dl(rx.foreach(numbers, _number), class_name="stats"),
            class_name="card",
            aria_label="In numbers",
        ),
    )


def _number(number: Any) -> rx.Component:
    also = rx.cond(number.path != "", link(number.also, to=number.path), number.also)
    return rx.el.div(
        rx.el.dt(number.word),
        rx.el.dd(number.figure),
        rx.el.dd(also, class_name="also"),
        class_name="stat",
    )


def _work() -> rx.Component:
    view: Any = HomeState.view
    return rx.cond(
        view.is_clear,
        rx.el.section(
            empty(
                "Nothing is waiting for you.",
                when_may(
                    Act.CLIENT_RECORD,
                    link("Take in a walk-in", to=routes.WALK_IN, class_name="button"),
                ),
            ),
            class_name="card",
            aria_label="Nothing to do",
        ),
        rx.el.div(
            rx.el.div(
                rx.cond(
                    view.emergencies.total > 0,
                    _group("Emergencies", "emergencies", view.emergencies, "", f"{routes.CASES}"),
                ),
                rx.cond(
                    view.legal_dates.total > 0,
                    _group("Legal dates, next 7 days", "legal", view.legal_dates, "", routes.CASES),
                ),
                _group(
                    "Appointments",
                    "appointments",
                    view.appointments,
                    "No appointment today.",
                    routes.CALENDAR,
                    all_word="Open calendar",
                ),
                rx.cond(
                    view.calls.total > 0,
                    _group(
                        "To call about an appointment",
                        "calls",
                        view.calls,
                        "",
                        routes.MY_CALLS,
                        all_word="Open call list",
                    ),
                ),
                _group(
                    "Today and overdue",
                    "actions",
                    view.actions,
                    "Nothing is due today.",
                    routes.CASES,
                ),
                _group(
                    "Reviews due",
                    "reviews",
                    view.reviews,
                    "No review falls due in the next 7 days.",
                    routes.CASES,
                ),
                class_name="stack",
            ),
            rx.el.div(
                rx.cond(
                    view.shows_referrals,
                    _group(
                        "Referrals waiting",
                        "referrals",
                        view.referrals,
                        "Nobody is waiting to be seen.",
                        routes.REFERRALS,
                    ),
                ),
                _group(
                    "New cases of yours",
                    "new",
                    view.new_cases,
                    "No new case waits for its fact find.",
                    routes.CASES,
                ),
                class_name="stack",
            ),
            class_name="halves",
        ),
    )


def _admin() -> rx.Component:
    return rx.el.section(
        empty(
            "An admin adds centres and people, and sees no client.",
            rx.el.div(
                link("Add a person", to=routes.PEOPLE, class_name="button main"),
                link("Add a centre", to=routes.CENTRES, class_name="button"),
                class_name="chips",
            ),
        ),
        class_name="card",
        aria_label="What to do next",
    )


def _group(
    title: str, key: str, group: Any, nothing: str, to: str, *, all_word: str = ""
) -> rx.Component:
    see_all = rx.cond(group.total > group.rows.length(), link("See all", to=to))
    return card(
        title,
        rx.cond(
            group.total > 0,
            rx.el.ul(rx.foreach(group.rows, _line), class_name="agenda"),
            empty(nothing),
        ),
        key=key,
        count=group.total,
        end=link(all_word, to=to) if all_word else see_all,
    )


def _line(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            line.when, rx.el.span(line.when_more, class_name="sub small"), class_name="when"
        ),
        rx.el.span(
            link(line.who, to=line.path, class_name="who"),
            rx.el.span(line.what, " ", _mark(line.mark), class_name="sub"),
        ),
        link(
            line.step,
            rx.el.span(" for ", line.who, class_name="sr"),
            to=line.path,
            class_name="button small",
        ),
    )


def _mark(mark: rx.Var[str]) -> rx.Component:
    return rx.match(  # pyright: ignore[reportReturnType]
        mark,
        ("Overdue", badge("Overdue", "late")),
        ("Today", badge("Today", "soon")),
        ("Emergency", badge("Emergency", "soon")),
        ("Outcome missing", badge("Outcome missing", "late")),
        ("May not have been sent", badge("May not have been sent", "soon")),
        ("", rx.fragment()),
        badge(mark),
    )
