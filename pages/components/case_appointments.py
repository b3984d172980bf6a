"""A case's appointments as its overview shows them, and the badges of an appointment's status."""

from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.appointments import STATUSES
from pages import routes
from pages.components.empty import empty
from pages.components.status import Tone, badge, status_badge
from pages.components.table import card, link
from pages.layout import when_may
from state.appointments import CaseAppointmentsState
from state.case_bar import CaseBarState

CASE: Any = CaseAppointmentsState
_TONES: Final[dict[str, Tone]] = {
    "confirmed": "good",
    "attended": "good",
    "late": "good",
    "did_not_attend": "soon",
}
STATUS_BADGES: Final[dict[str, tuple[str, Tone]]] = {
    **{status: (word, _TONES.get(status, "")) for status, word in STATUSES.items()},
    "taken": ("Taken", ""),
}


def case_appointments() -> rx.Component:
    """Return the card of a case's overview: its next and its past appointments."""
    book = rx.cond(
        CaseBarState.bar.is_at_work,
        when_may(
            Act.APPOINTMENT_BOOK,
            link(
                "Book",
                to=rx.Var.create(f"/calendar/book?case={CaseBarState.bar.case_id}"),
                class_name="button small",
            ),
        ),
    )
    past = rx.el.details(
        rx.el.summary(rx.Var.create(f"Past and cancelled ({CASE.past.length()})")),
        rx.el.ul(rx.foreach(CASE.past, _line), class_name="agenda"),
        class_name="past-appointments",
    )
    return card(
        "Appointments",
        rx.cond(
            CASE.missed > 1,
            rx.el.p(
                badge(rx.Var.create(f"Missed {CASE.missed} times"), "soon"), class_name="card-body"
            ),
        ),
        rx.cond(
            CASE.ahead.length() > 0,
            rx.el.ul(rx.foreach(CASE.ahead, _line), class_name="agenda"),
            empty("No appointment is booked."),
        ),
        rx.cond(CASE.past.length() > 0, past),
        key="appointments",
        count=CASE.ahead.length(),
        end=book,
    )


def _line(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(line.when, rx.el.span(line.sub, class_name="sub small"), class_name="when"),
        rx.el.span(
            link(line.what, to=routes.appointment_path(line.id), class_name="who"),
            rx.el.span(line.more, class_name="sub"),
        ),
        status_badge(line.status, STATUS_BADGES),
        key=line.id,
    )
