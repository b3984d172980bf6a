"""The calendar by day, week and list, and the form that books an appointment."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.access.topics import Topic
from pages import routes
from pages.components.appointment_form import CalendarGrid, appointment_fields, intent
from pages.components.case_appointments import STATUS_BADGES
from pages.components.empty import empty
from pages.components.form import button, error_summary, form, form_foot, submit
from pages.components.icons import icon
from pages.components.status import status_badge
from pages.components.table import column, link, table
from pages.components.watch import watch
from pages.layout import main_link, page_head, screen, when_may
from state.booking import BookingState
from state.calendar import CalendarState
from state.calendar_views import EVERYBODY

VIEW: Any = CalendarState.view
BOOK: Any = BookingState


@screen(
    "Calendar",
    route=routes.CALENDAR,
    act=Act.APPOINTMENT_SEE,
    section="calendar",
    on_load=CalendarState.open,
)
def calendar() -> rx.Component:
    """Return some days of the calendar with the ways to others above."""
    book = main_link("Book appointment", routes.BOOKING, "plus")
    hours = link("Hours, leave and rooms", to=routes.AVAILABILITY, class_name="button")
    return rx.el.div(
        page_head(
            "Calendar",
            link("Call list", to=routes.CALL_LIST, class_name="button"),
            hours,
            when_may(Act.APPOINTMENT_BOOK, book),
            lead=VIEW.title,
            live=watch(Topic.APPOINTMENTS, CalendarState.refresh),
        ),
        _ways(),
        rx.el.section(
            rx.cond(VIEW.view == "list", _list(), _grid()),
            class_name="card",
            aria_label="Appointments",
        ),
        rx.cond(
            VIEW.view != "list",
            rx.el.p(
                "Press a time to book it, or an appointment to open it. Dragging an appointment"
                " onto another time opens the form that moves it.",
                class_name="hint",
            ),
        ),
        class_name="page",
    )


def _ways() -> rx.Component:
    steps = rx.el.nav(
        link("Previous", to=VIEW.links["back"], class_name="button"),
        link("Today", to=VIEW.links["today"], class_name="button"),
        link("Next", to=VIEW.links["next"], class_name="button"),
        class_name="chips",
        aria_label="Days",
    )
    views = rx.el.nav(
        *[
            rx.cond(
                VIEW.view == view,
                link(
                    word,
                    to=VIEW.links[view],
                    class_name="chip",
                    custom_attrs={"aria-current": "true"},
                ),
                link(word, to=VIEW.links[view], class_name="chip"),
            )
            for view, word in (("day", "Day"), ("week", "Week"), ("list", "List"))
        ],
        class_name="chips",
        aria_label="View",
    )
    day = rx.el.div(
        rx.el.label("Day", html_for="calendar-day"),
        rx.el.input(
            type="date",
            default_value=VIEW.day,
            class_name="box w12",
            on_change=CalendarState.turn_to,
            custom_attrs={"id": "calendar-day"},
        ),
        class_name="field",
        key=VIEW.day,
    )
    who = rx.el.div(
        rx.el.label("Whose", html_for="calendar-who"),
        rx.el.select(
            rx.el.option("Everybody's", value=EVERYBODY),
            rx.foreach(VIEW.people, lambda pair: rx.el.option(pair[1], value=pair[0])),
            default_value=VIEW.who,
            class_name="box w12",
            on_change=CalendarState.choose,
            custom_attrs={"id": "calendar-who"},
        ),
        class_name="field",
        key=CalendarState.filled,
    )
    return rx.el.div(who, day, steps, views, class_name="filters")


def _grid() -> rx.Component:
    return CalendarGrid.create(
        times=VIEW.times,
        columns=VIEW.columns,
        label=rx.Var.create(f"Calendar, {VIEW.title}"),
    )


def _list() -> rx.Component:
    book = when_may(
        Act.APPOINTMENT_BOOK, link("Book appointment", to=routes.BOOKING, class_name="button")
    )
    return table(
        "Appointments of these days",
        [
            column("When"),
            column("Whom"),
            column("What for"),
            column("With"),
            column("Where"),
            column("Status"),
        ],
        VIEW.lines,
        _entry,
        when_empty=empty("No appointments in these two weeks.", book),
        kind="piled free",
    )


def _entry(entry: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.cond(
                entry.id > 0,
                link(entry.day, ", ", entry.when, to=routes.appointment_path(entry.id)),
                rx.el.span(entry.day, ", ", entry.when),
            ),
            scope="row",
        ),
        rx.el.td(entry.client, rx.el.span(entry.reference, class_name="sub")),
        rx.el.td(entry.what),
        rx.el.td(entry.advisor),
        rx.el.td(entry.place),
        rx.el.td(status_badge(entry.status, STATUS_BADGES)),
    )


@screen(
    "Book an appointment",
    route=routes.BOOKING,
    act=Act.APPOINTMENT_BOOK,
    section="calendar",
    on_load=BookingState.open,
)
def booking() -> rx.Component:
    """Return the plain form that books: for whom, when, with whom, where."""
    foot = form_foot(
        submit("Book appointment", busy="Booking"),
        rx.el.button("Show the next free times", type="submit", value="free", class_name="button"),
        link("Back to the calendar", to=routes.CALENDAR),
    )
    return rx.el.div(
        page_head("Book an appointment"),
        rx.el.section(
            _whom(),
            form(
                intent(),
                rx.el.div(
                    error_summary(BOOK.errors),
                    *appointment_fields(BOOK, key=""),
                    class_name="card-body stack",
                ),
                foot,
                on_submit=BookingState.book,
                on_check=BookingState.check,
                key=BookingState.form_number,
                custom_attrs={"data-intents": "save"},
            ),
            class_name="card",
            aria_label="The appointment",
        ),
        class_name="page",
    )


def _whom() -> rx.Component:
    chosen = rx.el.div(
        rx.el.p("For ", rx.el.strong(BOOK.case_name)),
        button("Somebody else", on_click=BookingState.unpick, kind="small"),
        class_name="between",
    )
    finder = rx.el.div(
        rx.el.label("For whom", html_for="case"),
        rx.el.p(
            "Part of a name, or a case's reference",
            class_name="hint",
            custom_attrs={"id": "case-hint"},
        ),
        rx.cond(
            BOOK.errors["case"],
            rx.el.p(
                icon("late"),
                BOOK.errors["case"],
                class_name="field-error",
                custom_attrs={"id": "case-error"},
            ),
        ),
        rx.el.input(
            type="search",
            class_name="box w20",
            on_change=BookingState.find,
            max_length=100,
            custom_attrs={
                "id": "case",
                "autoComplete": "off",
                "aria-describedby": "case-hint case-error",
            },
        ),
        rx.el.div(
            rx.cond(
                BOOK.searched != "",
                rx.cond(
                    BOOK.found.length() > 0,
                    rx.el.ul(rx.foreach(BOOK.found, _case), class_name="stack close"),
                    rx.el.p("No open case is found by that.", class_name="hint"),
                ),
            ),
            role="status",
        ),
        class_name="field",
    )
    return rx.el.div(
        rx.cond(BOOK.case_id_chosen > 0, chosen, finder), class_name="card-body booking-whom"
    )


def _case(case: Any) -> rx.Component:
    return rx.el.li(
        button(case.words, on_click=BookingState.pick(case.id), kind="small"), key=case.id
    )
