"""Calendar files of appointments, and each person's private feed of their own.

A feed's address holds a secret that is shown once and kept as its hash. Whoever knows it reads
times and kinds: no client, no case, no place.
"""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import select, text, update
from sqlmodel import col

from cma_app.access.actor import Actor
from cma_app.access.acts import Act
from cma_app.clock import local, now, today
from cma_app.errors import Conflict, NotFound
from cma_app.printing.calendar_files import CalendarEvent, calendar_file
from cma_app.rules.appointments import TYPES
from cma_app.services.cases import HOLDERS
from cma_app.services.issued_files import Printed
from cma_app.services.locking import locked
from cma_app.session import CentreSession, hash_token
from models import Appointment, CalendarFeed, Case, User

MEDIA: Final = "text/calendar; charset=utf-8"
BACK: Final = timedelta(days=31)
AHEAD: Final = timedelta(days=366)
MOST: Final = 5000
SECRET_BYTES: Final = 32
LONGEST_SECRET: Final = 64
_OWNER: Final = text("SELECT * FROM cma_feed(:token_hash)")


@dataclass(frozen=True, slots=True)
class FeedNow:
    """A person's living feed: since when, and on which day a calendar last asked for it."""

    id: int
    user_id: int
    since: date
    fetched_on: date | None


def appointment_file(session: CentreSession, appointment_id: int) -> Printed:
    """Return one appointment's calendar file; that it was taken away is written down."""
    row = session.require(Appointment, appointment_id)
    case = session.require(Case, row.case_id or 0)
    session.authorize(Act.APPOINTMENT_SEE, case)
    if row.status == "cancelled":
        raise Conflict("This appointment was cancelled, so there is no file of it.")
    session.record_event(
        "appointment:file", record=row, client_id=row.client_id, case_id=row.case_id
    )
    return Printed(f"appointment-{row.scheduled_date}.ics", MEDIA, calendar_file([_event(row)]))


def _event(row: Any) -> CalendarEvent:
    return CalendarEvent(
        key=f"{row.centre_id}/{row.id}",
        sequence=row.version - 1,
        changed=row.updated_at,
        begins=row.slot.lower,
        ends=row.slot.upper,
        kind=TYPES[row.appointment_type],
        is_confirmed=row.status != "scheduled",
    )


def read_feed(session: CentreSession, user_id: int) -> FeedNow | None:
    """Return a person's living feed, one's own or as a manager; None where there is none."""
    _allowed(session, user_id)
    row = _living(session, user_id)
    if row is None:
        return None
    return FeedNow(row.id, row.user_id, local(row.created_at).date(), row.fetched_on)


def renew_feed(session: CentreSession) -> str:
    """Make one's own feed anew and return its secret, which nobody can read again.

    The address there was before is dead from now on.
    """
    session.authorize(Act.FEED_KEEP)
    user_id = session.actor.user_id
    locked(session, User, user_id)  # of two at once the second ends the first
    before = _living(session, user_id)
    if before is not None:
        before.revoked_at = now()
        session.flush()
    secret = secrets.token_urlsafe(SECRET_BYTES)
    session.add(CalendarFeed(user_id=user_id, token_hash=hash_token(secret)))
    session.flush()
    return secret


def revoke_feed(session: CentreSession, user_id: int) -> None:
    """End a person's feed: one's own, or anybody's as a manager."""
    _allowed(session, user_id)
    row = _living(session, user_id)
    if row is None:
        raise Conflict("There is no feed to end.")
    locked(session, CalendarFeed, row.id).revoked_at = now()
    session.flush()


def find_feed_owner(session: CentreSession, secret: str) -> Actor:
    """Return whose calendar a secret opens; NotFound where it is none, or was ended."""
    if len(secret) > LONGEST_SECRET:
        raise NotFound
    row = session.execute(_OWNER, {"token_hash": hash_token(secret)}).one_or_none()
    if row is None:
        raise NotFound
    return Actor(row.user_id, row.centre_id, row.role, row.name, row.centre_name, row.centre_code)


def feed_file(session: CentreSession) -> Printed:
    """Return one's own appointments as a calendar: times and kinds."""
    session.authorize(Act.FEED_READ)
    rows = session.execute(
        select(
            col(Appointment.centre_id),
            col(Appointment.id),
            col(Appointment.version),
            col(Appointment.updated_at),
            col(Appointment.slot),
            col(Appointment.appointment_type),
            col(Appointment.status),
        )
        .where(
            col(Appointment.centre_id) == session.actor.centre_id,
            col(Appointment.advisor_id) == session.actor.user_id,
            col(Appointment.status) != "cancelled",
            col(Appointment.deleted_at).is_(None),
            col(Appointment.scheduled_date).between(today() - BACK, today() + AHEAD),
        )
        .order_by(col(Appointment.scheduled_date), col(Appointment.id))
        .limit(MOST)
    )
    _note_fetched(session)
    file = calendar_file([_event(row) for row in rows], name="Appointments")
    return Printed("appointments.ics", MEDIA, file)


def _note_fetched(session: CentreSession) -> None:
    """Write down, once a day, that a calendar asked: it asks every few minutes."""
    mine = update(CalendarFeed).where(
        col(CalendarFeed.centre_id) == session.actor.centre_id,
        col(CalendarFeed.user_id) == session.actor.user_id,
        col(CalendarFeed.revoked_at).is_(None),
        col(CalendarFeed.fetched_on).is_distinct_from(today()),
    )
    session.execute(mine.values(fetched_on=today()).execution_options(synchronize_session=False))


def _allowed(session: CentreSession, user_id: int) -> None:
    person = session.require(User, user_id)
    if person.role not in HOLDERS:
        raise NotFound
    own = person.id == session.actor.user_id
    session.authorize(Act.FEED_KEEP if own else Act.AVAILABILITY_MANAGE)


def _living(session: CentreSession, user_id: int) -> CalendarFeed | None:
    wanted = select(CalendarFeed).where(
        col(CalendarFeed.user_id) == user_id, col(CalendarFeed.revoked_at).is_(None)
    )
    return session.execute(wanted).scalar_one_or_none()
