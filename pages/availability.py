"""When people work and are away, and the rooms: kept by each for themselves, and by a manager."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.working_hours import WEEKDAYS
from pages import routes
from pages.components.covers import covers_card, nobody_covers, who_covers
from pages.components.empty import empty
from pages.components.form import button, error_summary, field, form, form_foot, submit
from pages.components.note_dialog import saved_mark
from pages.components.status import badge, callout
from pages.components.table import card, dialog, link, opens, row_button
from pages.layout import page_head, screen, when_may
from state.availability import AvailabilityState
from state.calendar_feeds import FeedState
from state.covers import CoverState

STATE: Any = AvailabilityState
VIEW: Any = AvailabilityState.view
FEED: Any = FeedState.feed


@screen(
    "Hours, leave and rooms",
    route=routes.AVAILABILITY,
    act=Act.APPOINTMENT_SEE,
    section="calendar",
    on_load=[AvailabilityState.open, CoverState.open, FeedState.open],
)
def availability() -> rx.Component:
    """Return one person's hours and leave, and the centre's rooms."""
    who = rx.el.div(
        rx.el.label("Whose", html_for="whose"),
        rx.el.select(
            rx.foreach(STATE.people, lambda pair: rx.el.option(pair[1], value=pair[0])),
            default_value=VIEW.user_id.to_string(),
            class_name="box w20",
            on_change=STATE.choose,
            custom_attrs={"id": "whose"},
        ),
        class_name="field",
        key=f"{STATE.filled}-{VIEW.user_id}",
    )
    return rx.el.div(
        page_head(
            "Hours, leave and rooms",
            link("Back to the calendar", to=routes.CALENDAR, class_name="button"),
        ),
        rx.el.div(who, class_name="filters"),
        rx.el.div(
            _week(),
            rx.el.div(
                _leave(),
                covers_card(),
                _rooms(),
                rx.cond(FEED.may_see, _feed()),
                class_name="stack",
            ),
            class_name="halves",
        ),
        _rename_dialog(),
        class_name="page",
    )


def _week() -> rx.Component:
    theirs = callout(
        rx.el.p(rx.el.strong("Somebody recorded hours in the meantime. "), "Stored now:"),
        rx.el.ul(
            rx.foreach(STATE.theirs, lambda pair: rx.el.li(pair[0], ": ", pair[1])),
            class_name="stack close",
        ),
        rx.el.p("Save again to keep what you typed."),
    )
    usual = rx.el.p(
        "No hours are recorded yet: Monday to Friday, 09:00 to 17:00, is taken to be right.",
        class_name="hint",
    )
    boxes = [
        field(
            word,
            word.lower(),
            error=STATE.week_errors[word.lower()],
            value=VIEW.typed[word.lower()],
            width="w20",
        )
        for word in WEEKDAYS
    ]
    filled = form(
        rx.el.div(
            error_summary(STATE.week_errors),
            rx.cond(STATE.theirs.length() > 0, theirs),
            rx.cond(VIEW.week_id == 0, usual),
            rx.el.p(
                "For example 9:00 to 12:30, 13:30 to 17:00. Leave a day empty where nobody works.",
                class_name="hint",
            ),
            rx.el.div(*boxes, class_name="stack close week-hours"),
            field(
                "These hours hold from",
                "valid_from",
                type="date",
                error=STATE.week_errors["valid_from"],
                value=VIEW.typed["valid_from"],
                width="w12",
            ),
            class_name="card-body stack",
        ),
        form_foot(submit("Save hours")),
        on_submit=STATE.save_week,
        on_check=STATE.check_week,
        key=f"{VIEW.user_id}-{STATE.filled}",
    )
    read = rx.el.div(
        rx.cond(VIEW.week_id == 0, usual),
        rx.el.dl(
            rx.foreach(
                VIEW.days,
                lambda pair: rx.el.div(rx.el.dt(pair[0]), rx.el.dd(pair[1], class_name="fig")),
            ),
            class_name="answers wide",
        ),
        class_name="card-body stack",
    )
    planned = rx.el.ul(rx.foreach(VIEW.planned, rx.el.li), class_name="card-body stack close")
    return card(
        rx.Var.create(f"Hours of {VIEW.name}"),
        rx.cond(VIEW.planned.length() > 0, planned),
        rx.cond(VIEW.may_record, filled, read),
        key="hours",
        end=rx.el.span(VIEW.since, class_name="quiet"),
    )


def _feed() -> rx.Component:
    """Return the private feed of the person on screen: made and renewed by themselves alone."""
    facts = rx.el.dl(
        rx.el.div(rx.el.dt("Made"), rx.el.dd(FEED.since)),
        rx.el.div(rx.el.dt("Last read"), rx.el.dd(FEED.fetched)),
        class_name="answers wide",
    )
    once = callout(
        rx.el.p(
            rx.el.strong("Copy this address now. "),
            "It is not shown again. Whoever has it can read these times.",
        ),
        rx.el.p(
            rx.el.code(FeedState.shown, class_name="said", custom_attrs={"id": "feed-address"})
        ),
    )
    renew = rx.cond(
        FEED.is_own,
        rx.cond(
            FEED.since != "",
            button("Renew the address", on_click=FeedState.renew, busy="Making it"),
            button("Make an address", on_click=FeedState.renew, busy="Making it"),
        ),
    )
    end = rx.cond(FEED.since != "", button("End it", on_click=FeedState.end, busy="Ending it"))
    return card(
        "Calendar feed",
        rx.el.div(
            rx.el.p(
                "An address for a calendar of your own, at home or on a telephone. It shows times"
                " and kinds of appointments, and no client. Renewing it ends the one before.",
                class_name="hint",
            ),
            rx.cond(FEED.since != "", facts, rx.el.p("There is none.", class_name="quiet")),
            rx.cond(FeedState.shown != "", once),
            when_may(Act.FEED_KEEP, rx.el.div(renew, end, class_name="chips")),
            class_name="card-body stack",
        ),
        key="feed",
    )


def _leave() -> rx.Component:
    errors = STATE.leave_errors
    adding = form(
        rx.el.div(
            error_summary(errors),
            rx.el.div(
                field(
                    "First day away",
                    "first_day",
                    type="date",
                    error=errors["first_day"],
                    width="w12",
                ),
                field(
                    "Last day away",
                    "last_day",
                    type="date",
                    error=errors["last_day"],
                    width="w12",
                ),
                class_name="pair",
            ),
            rx.el.p("One day alone needs no last day. Do not say why.", class_name="hint"),
            who_covers(errors["cover_id"]),
            rx.el.div(submit("Add leave")),
            class_name="card-body stack",
        ),
        on_submit=STATE.add_leave,
        on_check=STATE.check_leave,
        key=f"{VIEW.user_id}-{STATE.saved}",
    )
    return card(
        "Leave",
        rx.cond(
            VIEW.leave.length() > 0,
            rx.el.ul(rx.foreach(VIEW.leave, _away), class_name="rows"),
            empty("No leave is recorded from today on."),
        ),
        rx.cond(VIEW.may_record, adding),
        key="leave",
        count=VIEW.leave.length(),
    )


def _away(leave: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(leave.words, " ", nobody_covers(leave.id), class_name="fig"),
        rx.cond(
            VIEW.may_record,
            row_button("Take off", f", {leave.words}", on_click=STATE.remove_leave(leave.id)),
        ),
        key=leave.id,
    )


def _rooms() -> rx.Component:
    errors = STATE.room_errors
    adding = form(
        rx.el.div(
            error_summary(errors),
            field("New room", "name", error=errors["name"], max_length=100),
            rx.el.div(submit("Add room")),
            class_name="card-body stack",
        ),
        on_submit=STATE.add_room,
        on_check=STATE.check_room,
        key=STATE.saved,
    )
    return card(
        "Rooms",
        rx.cond(
            STATE.rooms.length() > 0,
            rx.el.ul(rx.foreach(STATE.rooms, _room), class_name="rows"),
            empty("No rooms yet. Appointments can be booked without one."),
        ),
        when_may(Act.ROOM_KEEP, adding),
        key="rooms",
        count=STATE.rooms.length(),
    )


def _room(room: Any) -> rx.Component:
    turn = rx.cond(
        room.is_open,
        row_button("Close", f" {room.name}", on_click=STATE.close_room(room.id)),
        row_button("Open", f" {room.name}", on_click=STATE.open_room(room.id)),
    )
    rename = row_button(
        "Rename",
        f" {room.name}",
        on_click=STATE.choose_room(room.id),
        custom_attrs=opens("rename-room", fills=True),
    )
    return rx.el.li(
        rx.el.span(room.name, " ", rx.cond(room.is_open, rx.fragment(), badge("Closed"))),
        when_may(Act.ROOM_KEEP, rx.el.span(rename, turn, class_name="chips")),
        key=room.id,
    )


def _rename_dialog() -> rx.Component:
    errors = STATE.rename_errors
    return dialog(
        "rename-room",
        "Rename the room",
        form(
            saved_mark(STATE.saved),
            error_summary(errors),
            field(
                "Name",
                "name",
                error=errors["name"],
                value=STATE.renaming.name,
                max_length=100,
                key="rename-",
            ),
            form_foot(submit("Rename room")),
            on_submit=STATE.rename_room,
            key=f"{STATE.renaming.id}-{STATE.renaming.version}",
        ),
    )
