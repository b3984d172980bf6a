"""Reminders of appointments: planned when one is booked or moved, and what a person decides.

A reminder is of one beginning. Another beginning has another reminder, and the old one counts no
more. What a letter was nobody knows the end of is for a person: sent again, or left.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field
from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import Conflict
from cma_app.rules.appointments import STANDS
from cma_app.rules.local_time import moment_at
from cma_app.rules.reminders import (
    NO_ANSWER,
    RESULTS,
    by_day,
    goes_at,
    is_late,
    tells,
    why_call,
)
from cma_app.services.contact_routes import SafeRouteValue, safe_routes
from cma_app.services.forms import Blank, Form, choice, given
from cma_app.services.locking import locked
from cma_app.services.reminder_timings import record_timing, timing_rule
from cma_app.session import CentreSession
from cma_app.settings import settings
from models import Appointment, Case, Centre, Client, Reminder, ReminderTiming, User

OPEN: Final = ("waiting", "claimed", "call", "unknown", "left")
"""What is over as soon as the appointment has another time."""
CALLABLE: Final = frozenset({"waiting", "call", "unknown", "left"})
"""The statuses in which a person may say that they reached the client."""
TOLD: Final = frozenset({"sent", "unknown", "left", "called"})
"""The statuses of which the client knows, or may know, what the appointment was then."""
PASSED: Final = "Somebody dealt with this reminder in the meantime."
TOO_LATE: Final = "It is too late for an e-mail. Call the client."
OVER: Final = "This appointment is over or no longer stands."


class CallForm(Form):
    """What came of calling a client, as a form sends it."""

    result: Annotated[
        str,
        BeforeValidator(choice(*RESULTS)),
        given("Say what came of it."),
        Field(validate_default=True),  # nothing chosen sends nothing
    ] = ""
    note: Annotated[str | None, Field(max_length=500), Blank] = None


@dataclass(frozen=True, slots=True)
class ReminderNow:
    """What became of an appointment's reminder, or will; moments in UTC.

    `foreseen` is why a waiting one will be a call as things stand, by a code of WHY_CALL.
    """

    id: int
    status: str
    due_at: datetime | None = None
    reason: str = ""
    reply_code: int = 0
    foreseen: str = ""
    sent_at: datetime | None = None
    calls: int = 0
    called_at: datetime | None = None
    called_by: str = ""
    result: str = ""
    note: str = ""


def plan_reminder(session: CentreSession, appointment: Appointment) -> Reminder:
    """Plan the reminder of an appointment's time, unless that is planned already."""
    starts = moment_at(appointment.scheduled_date, appointment.scheduled_time)
    there = current_reminder(session, appointment.id)
    if there is not None and there.starts_at == starts:
        return there
    if there is not None:
        there.is_current = False
        if there.status in OPEN:
            there.status = "dropped"
        session.flush()  # before the new one: an appointment has one at a time
    row = Reminder(
        appointment_id=appointment.id,
        client_id=appointment.client_id,
        case_id=appointment.case_id,
        starts_at=starts,
    )
    _planner(session)(row, appointment, now())
    session.add(row)
    session.flush()
    return row


def ring_about_change(session: CentreSession, appointment: Appointment) -> None:
    """Have somebody ring where a client was told another way of meeting, or another length.

    Of a letter that is with the mail server just now, this is done when its end is known.
    """
    found = current_reminder(session, appointment.id)
    row = locked(session, Reminder, found.id) if found is not None else None
    if row is None or row.status not in {*TOLD, "sending"}:
        return
    row.reason = "changed"
    if row.status in TOLD:
        row.status, row.calls, row.result, row.note = "call", 0, None, None
    session.flush()


def _planner(session: CentreSession) -> Callable[[Reminder, Appointment, datetime], None]:
    """Return what says when a reminder goes, by when its time was settled.

    None is needed where that was too near it. What it depends on is read once.
    """
    rule = timing_rule(session)
    centre = session.get(Centre, session.actor.centre_id)
    nation = centre.nation if centre is not None else "england"

    def plan(row: Reminder, appointment: Appointment, made: datetime) -> None:
        day, at = appointment.scheduled_date, appointment.scheduled_time
        due = goes_at(day, at, made=made, timing=rule(day), nation=nation)
        row.due_at, row.status = due or made, "waiting" if due else "none"

    return plan


def keep_timing(
    session: CentreSession, data: Mapping[str, Any], *, seen: tuple[int, int] = (0, 0)
) -> ReminderTiming:
    """Record when reminders go from a day on, and plan anew those that wait."""
    kept = record_timing(session, data, seen=seen)
    waiting = session.execute(
        select(Reminder, Appointment)
        .join(Appointment, col(Appointment.id) == col(Reminder.appointment_id))
        .where(
            col(Reminder.is_current),
            col(Reminder.status).in_(("waiting", "none")),
            col(Reminder.attempts) == 0,
            col(Appointment.status).in_(STANDS),
            col(Appointment.scheduled_date) >= kept.valid_from,
            col(Reminder.starts_at) > now(),
        )
        .with_for_update(of=Reminder, skip_locked=True)  # what is going out just now goes as it was
    ).all()
    plan = _planner(session)
    for row, appointment in waiting:
        plan(row, appointment, row.created_at)
    session.flush()
    return kept


def read_reminder(session: CentreSession, appointment_id: int) -> ReminderNow | None:
    """Return what became of an appointment's reminder; None where it has none yet."""
    appointment = session.require(Appointment, appointment_id)
    session.authorize(Act.APPOINTMENT_SEE, session.require(Case, appointment.case_id or 0))
    row = current_reminder(session, appointment_id)
    if row is None:
        return None
    foreseen = ""
    if row.status == "waiting":
        foreseen = why_not_by_mail(session, appointment.client_id)[0]
        session.authorize(Act.APPOINTMENT_SEE)
    caller = session.get(User, _key(session, row.called_by)) if row.called_by else None
    return ReminderNow(
        id=row.id,
        status=row.status,
        due_at=row.due_at,
        reason=row.reason or "",
        reply_code=row.reply_code or 0,
        foreseen=foreseen,
        sent_at=row.sent_at,
        calls=row.calls,
        called_at=row.called_at,
        called_by=caller.full_name if caller is not None else "",
        result=row.result or "",
        note=row.note or "",
    )


def why_not_by_mail(session: CentreSession, client_id: int) -> tuple[str, str]:
    """Return why a client is not written to, empty where they may be, and their address."""
    client = session.require(Client, client_id)
    mail: SafeRouteValue = next(
        each for each in safe_routes(session, client_id) if each.route == "email"
    )
    chosen = settings()
    why = why_call(client.email, mail.answer, has_hours=bool(mail.from_time or mail.to_time))
    if not why and not chosen.smtp_host:
        why = "no_server"
    if not why and tells(chosen.smtp_sender or "", today()):
        why = "sender"
    return why, client.email or ""


def record_call(session: CentreSession, reminder_id: int, data: Mapping[str, Any]) -> Reminder:
    """Record what came of calling a client about an appointment; unanswered, it stays listed."""
    row = _mine(session, reminder_id)
    form = CallForm.read(data)
    if row.status not in CALLABLE:
        raise Conflict(PASSED)
    row.calls += 1
    row.called_at, row.called_by = now(), session.actor.user_id
    row.result, row.note = form.result, form.note
    if form.result != NO_ANSWER:
        row.status = "called"
    session.flush()
    return row


def send_again(session: CentreSession, reminder_id: int) -> Reminder:
    """Send what may not have been sent once more: within a minute, at night in the morning.

    Whoever sends it, the letter may ring in somebody's bedroom. Conflict where it comes too late.
    """
    row = _mine(session, reminder_id)
    if row.status not in {"unknown", "left"}:
        raise Conflict(PASSED)
    goes = by_day(now())
    if is_late(goes, row.starts_at):
        raise Conflict(TOO_LATE)
    row.status, row.due_at, row.attempts, row.reason = "waiting", goes, 0, None
    session.flush()
    return row


def leave(session: CentreSession, reminder_id: int) -> Reminder:
    """Leave what may not have been sent as it is: somebody decided that it is well so."""
    row = _mine(session, reminder_id)
    if row.status != "unknown":
        raise Conflict(PASSED)
    row.status = "left"
    session.flush()
    return row


def current_reminder(session: CentreSession, appointment_id: int) -> Reminder | None:
    """Return the reminder of the time that an appointment has now."""
    wanted = select(Reminder).where(
        col(Reminder.appointment_id) == appointment_id, col(Reminder.is_current)
    )
    return session.execute(wanted).scalar_one_or_none()


def _mine(session: CentreSession, reminder_id: int) -> Reminder:
    """Return a reminder to be decided on, held, once the act was allowed in its case."""
    row = session.require(Reminder, reminder_id)
    appointment = session.require(Appointment, row.appointment_id)
    session.authorize(Act.APPOINTMENT_REMIND, session.require(Case, appointment.case_id or 0))
    row = locked(session, Reminder, reminder_id)
    if not row.is_current:
        raise Conflict(PASSED)
    if appointment.status not in STANDS or row.starts_at <= now():
        raise Conflict(OVER)
    return row


def _key(session: CentreSession, record_id: int) -> dict[str, int]:
    return {"centre_id": session.actor.centre_id, "id": record_id}
