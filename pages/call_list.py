"""The call list: whom to ring about an appointment and why, and what became of other reminders."""

from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from pages import routes
from pages.components.empty import empty, skeleton
from pages.components.form import error_summary, field, form, submit
from pages.components.reminders import CALL, REMINDER_BADGES, call_dialog
from pages.components.safe_routes import safe_routes
from pages.components.status import callout, status_badge
from pages.components.table import card, column, link, opens, row_button, table
from pages.layout import page_head, screen, when_may
from state.call_list import CallListState
from state.reminder_views import UNKNOWN

STATE: Any = CallListState
VIEW: Any = CallListState.view
TIMING: Any = CallListState.timing


@screen(
    "Call list",
    route=routes.CALL_LIST,
    act=Act.APPOINTMENT_SEE,
    section="calendar",
    on_load=CallListState.open,
)
def call_list() -> rx.Component:
    """Return whom to ring, what to decide on, and what became of the reminders."""
    shown = rx.fragment(
        rx.el.div(
            rx.el.div(
                rx.cond(VIEW.unknown.length() > 0, _unknown()),
                _calls(),
                _others(),
                class_name="stack",
            ),
            _timing(),
            class_name="split",
        ),
        call_dialog(
            errors=STATE.call_errors,
            on_submit=STATE.record,
            on_check=STATE.check,
            saved=STATE.saved,
            key=f"{STATE.chosen}-{STATE.saved}",
            whom=STATE.chosen_name,
        ),
    )
    return rx.el.div(
        page_head(
            "Call list",
            link("Back to the calendar", to=routes.CALENDAR, class_name="button"),
            lead="Whom to call about an appointment, because no e-mail tells them how it stands.",
        ),
        _ways(),
        rx.cond(STATE.ready, shown, skeleton(6)),
        class_name="page",
    )


def _ways() -> rx.Component:
    def way(word: str, to: str, *, current: Any) -> rx.Component:
        return rx.cond(
            current,
            link(word, to=to, class_name="chip", aria_current="page"),
            link(word, to=to, class_name="chip"),
        )

    return rx.el.nav(
        way("Everybody's", routes.CALL_LIST, current=~VIEW.is_mine),
        way("Mine", routes.MY_CALLS, current=VIEW.is_mine),
        class_name="chips",
        aria_label="Whose appointments",
    )


def _whom(line: Any, *more: rx.Component) -> rx.Component:
    return rx.el.span(
        link(line.client, to=routes.appointment_path(line.appointment_id), class_name="who"),
        rx.el.span(line.what, class_name="sub"),
        *more,
    )


def _when(line: Any) -> rx.Component:
    return rx.el.span(line.when, rx.el.span(line.sub, class_name="sub small"), class_name="when")


def _record(line: Any, kind: str = "") -> rx.Component:
    return row_button(
        "Record call",
        f", {line.client}",
        on_click=STATE.choose(line.id),
        kind=kind,
        custom_attrs=opens(CALL, fills=True),
    )


def _calls() -> rx.Component:
    return card(
        "To call",
        rx.cond(
            VIEW.calls.length() > 0,
            rx.el.ul(rx.foreach(VIEW.calls, _call), class_name="agenda calls"),
            empty("Nobody has to be called."),
        ),
        key="calls",
        count=VIEW.calls.length(),
    )


def _call(line: Any) -> rx.Component:
    ring = rx.cond(
        line.phone != "",
        rx.el.strong(line.phone, class_name="fig"),
        rx.el.span("No number that is safe to call", class_name="quiet"),
    )
    return rx.el.li(
        _when(line),
        _whom(
            line,
            rx.el.span(line.why, ". ", ring, class_name="why"),
            rx.cond(line.tried != "", rx.el.span(line.tried, class_name="sub")),
            safe_routes(line.routes, f"Safe ways to reach {line.client}"),
        ),
        when_may(Act.APPOINTMENT_REMIND, _record(line, "main")),
        key=line.id,
    )


def _unknown() -> rx.Component:
    return card(
        "May not have been sent",
        rx.el.p(
            UNKNOWN + " Nothing is sent again by itself: you decide.", class_name="card-body hint"
        ),
        rx.el.ul(rx.foreach(VIEW.unknown, _decide), class_name="agenda calls"),
        key="unknown",
        count=VIEW.unknown.length(),
    )


def _decide(line: Any) -> rx.Component:
    steps = rx.el.span(
        row_button("Send again", f" to {line.client}", on_click=STATE.send_again(line.id)),
        row_button("Leave it", f" for {line.client}", on_click=STATE.leave(line.id)),
        _record(line),
        class_name="chips",
    )
    return rx.el.li(
        _when(line),
        _whom(
            line,
            rx.cond(
                line.phone != "", rx.el.span("Call ", rx.el.strong(line.phone, class_name="fig"))
            ),
            safe_routes(line.routes, f"Safe ways to reach {line.client}"),
        ),
        when_may(Act.APPOINTMENT_REMIND, steps),
        key=line.id,
    )


def _others() -> rx.Component:
    heads = ("Appointment", "Client", "Reminder")
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Other reminders of the next two weeks", custom_attrs={"id": "others-title"}),
            rx.el.span(VIEW.others.length(), class_name="count"),
            class_name="card-head",
        ),
        table(
            "Other reminders of the next two weeks",
            [column(word) for word in heads],
            VIEW.others,
            _other,
            when_empty=empty("No other appointment is booked for the next two weeks."),
        ),
        class_name="card",
        aria_labelledby="others-title",
    )


def _other(line: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(line.when, to=routes.appointment_path(line.appointment_id)),
            rx.el.span(line.sub, class_name="sub"),
            scope="row",
        ),
        rx.el.td(line.client, rx.el.span(line.what, class_name="sub")),
        rx.el.td(
            status_badge(line.status, REMINDER_BADGES),
            rx.el.span(line.why, class_name="sub"),
        ),
        key=line.id,
    )


def _timing() -> rx.Component:
    facts = rx.el.div(
        rx.el.dl(
            rx.el.div(rx.el.dt("They go"), rx.el.dd(TIMING.rule)),
            rx.el.div(rx.el.dt("Since"), rx.el.dd(TIMING.since)),
            rx.el.div(rx.el.dt("From"), rx.el.dd(TIMING.sender)),
            class_name="answers",
        ),
        rx.cond(
            TIMING.planned.length() > 0,
            rx.el.ul(rx.foreach(TIMING.planned, rx.el.li), class_name="stack close"),
        ),
        class_name="card-body stack",
    )
    return card(
        "When reminders go", facts, when_may(Act.REMINDER_TIMING_KEEP, _change()), key="timing"
    )


def _change() -> rx.Component:
    errors = STATE.timing_errors
    theirs = callout(
        rx.el.p(rx.el.strong("Somebody recorded this day in the meantime. "), "Stored now:"),
        rx.el.ul(
            rx.foreach(STATE.theirs, lambda pair: rx.el.li(pair[0], ": ", pair[1])),
            class_name="stack close",
        ),
        rx.el.p("Save again to keep what you typed."),
    )
    filled = form(
        error_summary(errors),
        rx.cond(STATE.theirs.length() > 0, theirs),
        field(
            "Working days before",
            "working_days",
            error=errors["working_days"],
            value=TIMING.typed["working_days"],
            width="w4",
            inputmode="numeric",
            max_length=2,
            key="timing-",
        ),
        field(
            "At",
            "at_time",
            type="time",
            error=errors["at_time"],
            value=TIMING.typed["at_time"],
            width="w12",
            key="timing-",
        ),
        field(
            "Name it comes from",
            "sender",
            hint="Others may read it: no word of what you do. Empty: the centre's own, if it can.",
            error=errors["sender"],
            value=TIMING.typed["sender"],
            width="full",
            max_length=60,
            key="timing-",
        ),
        field(
            "For appointments from",
            "valid_from",
            type="date",
            error=errors["valid_from"],
            value=TIMING.typed["valid_from"],
            width="w12",
            key="timing-",
        ),
        rx.el.div(submit("Save")),
        on_submit=STATE.save_timing,
        on_check=STATE.check_timing,
        key=STATE.filled,
    )
    return rx.el.details(
        rx.el.summary("Change"), rx.el.div(filled, class_name="card-body"), class_name="change"
    )
