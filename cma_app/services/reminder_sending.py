"""What the worker does about a reminder: claim it, ask once more, and record what became of it.

Each step is a transaction of its own. `claimed`: nothing has left us, so it may be begun again.
`sending`: the letter may have left us, so that only a person may begin it again.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select, text, update
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.mail import Delivery, Message
from cma_app.rules.appointments import STANDS
from cma_app.rules.local_time import end_of
from cma_app.rules.reminders import RETRY, by_day, is_late, reminder_letter, tells
from cma_app.services.locking import locked
from cma_app.services.reminder_timings import sender_of, timing_rule
from cma_app.services.reminders import current_reminder, plan_reminder, why_not_by_mail
from cma_app.session import CentreSession
from models import Appointment, Centre, Reminder

AT_WORK: Final = ("claimed", "sending")
_DUE: Final = text("SELECT * FROM cma_due_reminders(:at)")


@dataclass(frozen=True, slots=True)
class Due:
    """An appointment that wants something of the worker: `plan`, `send` or `settle`."""

    centre_id: int
    appointment_id: int
    what: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A reminder that one worker took, and its letter."""

    reminder_id: int
    message: Message


def lock_name(centre_id: int, appointment_id: int) -> str:
    """Return the name of the lock that a worker holds while it is about a reminder."""
    return f"reminder/{centre_id}/{appointment_id}"


def due_reminders(session: CentreSession) -> list[Due]:
    """Return what there is to do in any centre, in numbers alone."""
    session.authorize(Act.APPOINTMENT_REMIND)
    return [Due(*row) for row in session.execute(_DUE, {"at": now()})]


def plan_missing(session: CentreSession, appointment_id: int) -> None:
    """Plan the reminder of an appointment that has none, such as one of an earlier version."""
    session.authorize(Act.APPOINTMENT_REMIND)
    appointment = locked(session, Appointment, appointment_id)
    if appointment.status in STANDS:
        plan_reminder(session, appointment)


def claim(session: CentreSession, appointment_id: int) -> Claim | None:
    """Take an appointment's waiting reminder; None where there is nothing to send.

    Who may not be written to goes to the call list with the reason. At night a letter waits for
    the morning, unless that would be too late for one.
    """
    session.authorize(Act.APPOINTMENT_REMIND)
    found = current_reminder(session, appointment_id)
    row = locked(session, Reminder, found.id) if found is not None else None
    if row is None or not row.is_current or row.status != "waiting" or row.due_at > now():
        return None
    appointment = session.require(Appointment, appointment_id)
    if appointment.status not in STANDS or row.starts_at <= now():
        row.status = "dropped"
        return None
    why, address = why_not_by_mail(session, appointment.client_id)
    session.authorize(Act.APPOINTMENT_REMIND)
    message = _letter(session, appointment, address)
    goes = by_day(now())
    if not why and is_late(goes, row.starts_at):
        why = "late"
    elif not why and row.attempts > len(RETRY):
        why = "unreachable"
    elif not why and _tells(message):
        why = "words"
    if why:
        row.status, row.reason = "call", why
        return None
    if goes > now():
        row.due_at = goes
        return None
    row.status, row.claimed_at, row.reason, row.reply_code = "claimed", now(), None, None
    row.attempts += 1
    return Claim(row.id, message)


def _letter(session: CentreSession, appointment: Appointment, address: str) -> Message:
    centre = session.get(Centre, session.actor.centre_id)
    day, at = appointment.scheduled_date, appointment.scheduled_time
    letter = reminder_letter(
        day,
        at,
        ends=end_of(day, at, appointment.duration_minutes),
        mode=appointment.meeting_mode,
        sender=sender_of(session, timing_rule(session)(day)),
        phone=(centre.phone or "") if centre is not None else "",
        on=today(),
    )
    return Message(address, letter.sender, letter.subject, letter.body)


def _tells(message: Message) -> bool:
    said = (message.sender, message.subject, message.body)
    return any(tells(each, today()) for each in said)


def hand_over(session: CentreSession, claimed: Claim) -> bool:
    """Say whether a claimed letter may still go, as the last thing before it does.

    Whatever changed since the claim counts: the appointment, the safe route, the address.
    """
    session.authorize(Act.APPOINTMENT_REMIND)
    row = locked(session, Reminder, claimed.reminder_id)
    if not row.is_current or row.status != "claimed":
        return False
    appointment = session.require(Appointment, row.appointment_id)
    if appointment.status not in STANDS or row.starts_at <= now():
        row.status = "dropped"
        return False
    why, address = why_not_by_mail(session, appointment.client_id)
    session.authorize(Act.APPOINTMENT_REMIND)
    if why:
        row.status, row.reason = "call", why
        return False
    if _letter(session, appointment, address) != claimed.message:
        row.status = "waiting"  # to the new address or in other words, in the next round
        return False
    row.status = "sending"
    return True


def record_delivery(session: CentreSession, claimed: Claim, came: Delivery) -> None:
    """Record what became of a letter; `reminder_sent` only where the server took it."""
    session.authorize(Act.APPOINTMENT_REMIND)
    appointment_id = session.require(Reminder, claimed.reminder_id).appointment_id
    locked(session, Appointment, appointment_id)  # first, as whoever moves one does
    row = locked(session, Reminder, claimed.reminder_id)
    was_changed = row.reason == "changed"
    row.reply_code = came.code or None
    if came.result == "sent":
        row.status, row.sent_at, row.reason = "sent", now(), None
        _mark_sent(session, row)
    elif row.status not in AT_WORK:
        return  # somebody moved the appointment, or the last look had stopped it
    elif came.result == "unknown":
        row.status = "unknown"
    elif came.result == "refused":
        row.status, row.reason = "call", "refused"
    elif came.result == "unreached":
        _try_later(row)
    _ring_if_changed(row, was_changed=was_changed)


def _mark_sent(session: CentreSession, row: Reminder) -> None:
    """Mark the appointment, without the version that a person may be editing."""
    if not row.is_current:
        return
    mine = update(Appointment).where(
        col(Appointment.centre_id) == row.centre_id, col(Appointment.id) == row.appointment_id
    )
    session.flush()
    session.execute(mine.values(reminder_sent=True).execution_options(synchronize_session=False))


def _ring_if_changed(row: Reminder, *, was_changed: bool) -> None:
    """Have somebody ring where a letter has, or may have, told what was changed meanwhile."""
    if was_changed and row.is_current and row.status in {"sent", "unknown"}:
        row.status, row.reason = "call", "changed"


def _try_later(row: Reminder) -> None:
    """Wait for the server some time, then leave it to a person."""
    if row.attempts > len(RETRY):
        row.status, row.reason = "call", "unreachable"
        return
    row.status, row.due_at = "waiting", now() + RETRY[row.attempts - 1]


def settle(session: CentreSession, appointment_id: int) -> None:
    """Say what is known of a reminder whose worker is gone; nothing where it is still at work.

    Whoever works on one holds its lock, and a process that ends, however it ends, lets go of it.
    """
    session.authorize(Act.APPOINTMENT_REMIND)
    name = lock_name(session.actor.centre_id, appointment_id)
    free = select(func.pg_try_advisory_xact_lock(func.hashtextextended(name, 0)))
    if not session.execute(free).scalar_one():
        return
    left = select(col(Reminder.id)).where(
        col(Reminder.appointment_id) == appointment_id, col(Reminder.status).in_(AT_WORK)
    )
    for reminder_id in session.execute(left).scalars().all():
        row = locked(session, Reminder, reminder_id)
        if row.status == "sending":
            row.status = "unknown"
            _ring_if_changed(row, was_changed=row.reason == "changed")
        elif row.status == "claimed":
            row.status = "waiting" if row.is_current else "dropped"
