"""The call list: whom to ring about an appointment and why, and what became of the others."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, func, or_, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.rules.appointments import STANDS
from cma_app.services.contact_routes import SafeRouteValue, route_value
from cma_app.services.covers import whose_work
from cma_app.session import CentreSession
from models import Appointment, Case, Client, ContactRoute, Reminder, User
from models.clients import ROUTES

MOST: Final = 200
AHEAD: Final = timedelta(days=14)
"""How far ahead the list of the other reminders looks."""
TO_DECIDE: Final = ("call", "unknown")


@dataclass(frozen=True, slots=True)
class CallLine:
    """An appointment with its reminder; `phone` is empty where the client may not be rung."""

    id: int
    appointment_id: int
    case_id: int
    day: date
    at: time
    mode: str
    client: str
    client_id: int
    reference: str
    advisor: str
    status: str
    due_at: datetime
    reason: str
    reply_code: int
    calls: int
    called_at: datetime | None
    sent_at: datetime | None
    result: str
    phone: str = ""
    routes: tuple[SafeRouteValue, ...] = ()


@dataclass(frozen=True, slots=True)
class CallList:
    """Whom to ring, what may not have been sent, and what became of the reminders of two weeks."""

    calls: list[CallLine]
    unknown: list[CallLine]
    others: list[CallLine]


def read_call_list(session: CentreSession, *, mine: bool = False) -> CallList:
    """Return the call list of the centre, or of one's own appointments and cases."""
    session.authorize(Act.APPOINTMENT_SEE)
    wanted = _wanted(session, mine=mine)
    decide = wanted.where(col(Reminder.status).in_(TO_DECIDE)).limit(MOST)
    found = _with_routes(session, _lines(session, decide))
    others = wanted.where(
        col(Reminder.status).not_in((*TO_DECIDE, "dropped")),
        col(Appointment.scheduled_date) <= today() + AHEAD,
    )
    return CallList(
        calls=[line for line in found if line.status == "call"],
        unknown=[line for line in found if line.status == "unknown"],
        others=_lines(session, others.limit(MOST)),
    )


def my_calls(session: CentreSession, *, most: int) -> tuple[list[CallLine], int]:
    """Return whom the signed-in person has to ring or decide on, the first few, and how many."""
    session.authorize(Act.APPOINTMENT_SEE)
    decide = _wanted(session, mine=True).where(col(Reminder.status).in_(TO_DECIDE))
    total = session.execute(select(func.count()).select_from(decide.subquery())).scalar_one()
    return _lines(session, decide.limit(most)), total


def _wanted(session: CentreSession, *, mine: bool) -> Select[*tuple[Any, ...]]:
    wanted: Select[*tuple[Any, ...]] = (
        select(
            col(Reminder.id),
            col(Appointment.id).label("appointment_id"),
            col(Appointment.case_id),
            col(Appointment.scheduled_date),
            col(Appointment.scheduled_time),
            col(Appointment.meeting_mode),
            func.concat_ws(" ", col(Client.first_name), col(Client.last_name)).label("client"),
            col(Client.id).label("client_id"),
            col(Case.case_reference),
            func.concat_ws(" ", col(User.first_name), col(User.last_name)).label("advisor"),
            col(Reminder.status),
            col(Reminder.due_at),
            func.coalesce(col(Reminder.reason), "").label("reason"),
            func.coalesce(col(Reminder.reply_code), 0).label("reply_code"),
            col(Reminder.calls),
            col(Reminder.called_at),
            col(Reminder.sent_at),
            func.coalesce(col(Reminder.result), "").label("result"),
        )
        .select_from(Reminder)
        .join(Appointment, _on(Appointment, Reminder.appointment_id, Reminder))
        .join(Case, _on(Case, Appointment.case_id, Appointment))
        .join(Client, _on(Client, Appointment.client_id, Appointment))
        .join(User, _on(User, Appointment.advisor_id, Appointment))
        .where(
            col(Reminder.is_current),
            col(Appointment.status).in_(STANDS),
            col(Reminder.starts_at) > now(),
        )
        .order_by(
            col(Appointment.scheduled_date), col(Appointment.scheduled_time), col(Reminder.id)
        )
    )
    if mine:
        ours = whose_work(session)
        wanted = wanted.where(
            or_(col(Appointment.advisor_id).in_(ours), col(Case.advisor_id).in_(ours))
        )
    return wanted


def _on(table: Any, column: Any, child: Any) -> Any:
    return and_(col(table.centre_id) == col(child.centre_id), col(table.id) == col(column))


def _lines(session: CentreSession, wanted: Select[*tuple[Any, ...]]) -> list[CallLine]:
    return [CallLine(*row) for row in session.execute(wanted)]


def _with_routes(session: CentreSession, lines: list[CallLine]) -> list[CallLine]:
    """Return the lines with each client's safe routes, and a number where they may be rung."""
    clients = {line.client_id for line in lines}
    rows = session.execute(
        select(ContactRoute).where(col(ContactRoute.client_id).in_(clients))
    ).scalars()
    by_client: dict[int, dict[str, ContactRoute]] = {}
    for row in rows:
        by_client.setdefault(row.client_id, {})[row.route] = row
    phones = dict(
        session.execute(
            select(col(Client.id), col(Client.phone_primary)).where(col(Client.id).in_(clients))
        ).all()
    )
    return [
        _known(line, by_client.get(line.client_id, {}), phones.get(line.client_id) or "")
        for line in lines
    ]


def _known(line: CallLine, routes: dict[str, ContactRoute], phone: str) -> CallLine:
    said = tuple(route_value(name, routes.get(name)) for name in ROUTES)
    may_ring = any(each.route == "call" and each.answer == "yes" for each in said)
    return replace(line, routes=said, phone=phone if may_ring else "")
