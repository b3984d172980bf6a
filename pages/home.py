"""The first page: what to do next."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.access.topics import Topic
from pages import routes
from pages.components.empty import empty, skeleton
from pages.components.form import button
from pages.components.home_dialogs import give_button, home_dialogs
from pages.components.standing_in import standing_lines
from pages.components.status import badge
from pages.components.table import card, link, opens, row_button
from pages.components.watch import watch
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
        page_head(
            "My day",
            when_may(Act.ACTION_RECORD, give_button()),
            when_may(Act.CLIENT_RECORD, walk_in),
            lead=HomeState.view.day,
            live=watch(Topic.MY_DAY, HomeState.refresh),
        ),
        standing_lines(),
        _numbers(),
        rx.match(
            HomeState.view.kind,
            ("work", _work()),
            ("admin", _admin()),
            skeleton(8),
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
    nothing = rx.el.section(
        empty(
            "Nothing is waiting for you.",
            when_may(
                Act.CLIENT_RECORD,
                link("Take in a walk-in", to=routes.WALK_IN, class_name="button"),
            ),
        ),
        class_name="card",
        aria_label="Nothing to do",
    )
    return rx.fragment(
        _undo(),
        rx.cond(
            view.is_clear,
            nothing,
            rx.el.div(
                rx.el.div(
                    rx.cond(view.overdue.total > 0, _group("Overdue", "overdue", view.overdue, "")),
                    _group("Today", "today", view.today, "Nothing is due today.", _calendar()),
                    _group("This week", "week", view.week, "Nothing more in the next 7 days."),
                    rx.cond(
                        view.later.total > 0,
                        _group("Emergencies after this week", "later", view.later, ""),
                    ),
                    _hidden(),
                    class_name="stack",
                ),
                rx.el.div(
                    rx.cond(view.shows_referrals, _referrals()),
                    _new_cases(),
                    class_name="stack",
                ),
                class_name="day",
            ),
        ),
        home_dialogs(),
    )


def _undo() -> rx.Component:
    """Return what was just done, with the way back."""
    undo: Any = HomeState.undo
    back = rx.cond(
        undo.kind == "task",
        button("Undo", on_click=HomeState.undo_task(undo.id), kind="small"),
        button("Undo", on_click=HomeState.undo_told(undo.id), kind="small"),
    )
    return rx.el.div(
        rx.cond(
            undo.id != 0,
            rx.el.p(rx.el.span(undo.said), back, class_name="between undo card"),
        ),
        role="status",
        class_name="says",
    )


def _calendar() -> rx.Component:
    return link("Open calendar", to=routes.CALENDAR)


def _hidden() -> rx.Component:
    view: Any = HomeState.view
    return rx.cond(
        view.hidden > 0,
        rx.el.p(
            view.hidden,
            " more are not shown here. ",
            link("Open your cases", to=routes.CASES),
            class_name="hint",
        ),
    )


def _see_all(group: Any, to: str) -> rx.Component:
    return rx.cond(group.total > group.rows.length(), link("See all", to=to))


def _referrals() -> rx.Component:
    group: Any = HomeState.view.referrals
    nothing = "Nobody is waiting to be seen."
    return _group(
        "Referrals waiting", "referrals", group, nothing, _see_all(group, routes.REFERRALS)
    )


def _new_cases() -> rx.Component:
    group: Any = HomeState.view.new_cases
    nothing = "No new case waits for its fact find."
    return _group("New cases of yours", "new", group, nothing, _see_all(group, routes.CASES))


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
    title: str, key: str, group: Any, nothing: str, end: rx.Component | None = None
) -> rx.Component:
    return card(
        title,
        rx.cond(
            group.total > 0,
            rx.el.ul(rx.foreach(group.rows, _line), class_name="agenda"),
            empty(nothing),
        ),
        key=key,
        count=group.total,
        end=end,
    )


def _line(line: Any) -> rx.Component:
    whose = rx.el.span(" for ", line.who, ": ", line.what, class_name="sr")
    return rx.el.li(
        rx.el.span(
            line.when, rx.el.span(line.when_more, class_name="sub small"), class_name="when"
        ),
        rx.el.span(
            link(line.who, to=line.path, class_name="who"),
            rx.el.span(
                rx.cond(line.word != "", rx.el.span(line.word, class_name="kind")),
                rx.cond((line.word != "") & (line.what != ""), rx.fragment(" · ")),
                line.what,
                rx.cond(
                    line.reference != "",
                    rx.fragment(" · ", rx.el.span(line.reference, class_name="ref")),
                ),
                " ",
                _mark(line.mark),
                class_name="sub",
            ),
            rx.cond(line.more != "", rx.el.span(line.more, class_name="sub small")),
        ),
        rx.el.span(
            rx.cond(line.may_wait, _put_off(line)),
            rx.match(
                line.does,
                ("task", _does(line, HomeState.finish(line.id), whose)),
                ("reply", _does(line, HomeState.told(line.id), whose)),
                link(line.step, whose, to=line.path, class_name="button small"),
            ),
            class_name="acts",
        ),
        key=f"{line.kind}-{line.id}",
    )


def _does(line: Any, on_click: Any, whose: rx.Component) -> rx.Component:
    return rx.el.button(
        line.step, whose, type="button", class_name="button small", on_click=on_click
    )


def _put_off(line: Any) -> rx.Component:
    return row_button(
        "Put off",
        f" for {line.who}: {line.what}",
        on_click=HomeState.choose(line.id),
        kind="plain",
        custom_attrs=opens("put-off", fills=True),
    )


def _mark(mark: rx.Var[str]) -> rx.Component:
    return rx.match(  # pyright: ignore[reportReturnType]
        mark,
        ("Emergency", badge("Emergency", "soon")),
        ("Waits too long", badge("Waits too long", "late")),
        ("Outcome missing", badge("Outcome missing", "late")),
        ("May not have been sent", badge("May not have been sent", "soon")),
        ("", rx.fragment()),
        badge(mark),
    )
