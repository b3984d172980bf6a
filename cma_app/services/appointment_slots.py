"""Who is taken when: what holds a time, as far as the reader may know, and the next free times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import func, select, text

from cma_app.access.acts import Act
from cma_app.clock import local, now, today
from cma_app.errors import Conflict, NotFound
from cma_app.rules.free_slots import LOOKED_AHEAD, Free, is_within, next_free
from cma_app.rules.local_time import end_of, moment_at
from cma_app.rules.working_hours import WEEKDAYS, hours_text
from cma_app.services.availability import Diary, read_diary
from cma_app.services.cases import NATION_LABELS
from cma_app.session import CentreSession
from models import Appointment, Case, Client, Room, User

MOST_OFFERED: Final = 3
_BUSY: Final = text("SELECT * FROM cma_busy(:first, :last)")


@dataclass(frozen=True, slots=True)
class Busy:
    """A time that is taken, by an appointment the reader may or may not see; moments in UTC."""

    appointment_id: int
    advisor_id: int
    room_id: int | None
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Whose and which time is wanted: an advisor, perhaps a room, local date and time."""

    advisor_id: int
    room_id: int | None
    day: date
    at: time
    minutes: int


class SlotTaken(Conflict):
    """The advisor or the room is taken then; `free` are the next times that are not."""

    def __init__(self, sentence: str, free: Sequence[Free]) -> None:
        super().__init__(sentence)
        self.free = list(free)


def read_busy(session: CentreSession, first: datetime, last: datetime) -> list[Busy]:
    """Return what is taken in the centre between two moments, hidden appointments included."""
    session.authorize(Act.APPOINTMENT_SEE)
    rows = session.execute(_BUSY, {"first": first, "last": last})
    return [Busy(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def find_free(
    session: CentreSession,
    *,
    advisor_id: int,
    minutes: int,
    day: date | None = None,
    room_id: int | None = None,
    but: int = 0,
) -> list[Free]:
    """Return the next three free times of an advisor, and of a room where one is named.

    From `day` on, never in the past; within working hours, without leave and bank holidays.
    `but` is an appointment that is being moved: what it holds is free for itself.
    """
    session.authorize(Act.APPOINTMENT_SEE)
    begin = max(day or today(), today())
    end = begin + LOOKED_AHEAD
    diary = read_diary(session, [advisor_id], begin, end)
    taken = [
        (busy.starts, busy.ends)
        for busy in read_busy(session, _midnight(begin), _midnight(end + timedelta(days=1)))
        if busy.appointment_id != but and _is_meant(busy, advisor_id, room_id)
    ]
    return next_free(
        diary.working(advisor_id),
        taken,
        earliest=now(),
        first_day=begin,
        minutes=minutes,
        most=MOST_OFFERED,
    )


def _midnight(day: date) -> datetime:
    return moment_at(day, time(0))


def _is_meant(busy: Busy, advisor_id: int, room_id: int | None) -> bool:
    return busy.advisor_id == advisor_id or (room_id is not None and busy.room_id == room_id)


def hold_slot(session: CentreSession, place: Place, *, but: int = 0) -> None:
    """Let bookings of one advisor or room come one after another; SlotTaken where it is taken.

    The constraints of the table are what refuses: this says who is there before they do, and keeps
    two bookings at once from waiting for each other.
    """
    names = [f"advisor/{place.advisor_id}", f"room/{place.room_id}" if place.room_id else ""]
    for name in sorted(filter(None, names)):
        key = f"appointments/{session.actor.centre_id}/{name}"
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    starts, ends = moment_at(place.day, place.at), end_of(place.day, place.at, place.minutes)
    clashes = [
        busy
        for busy in read_busy(session, starts, ends)
        if busy.appointment_id != but and _is_meant(busy, place.advisor_id, place.room_id)
    ]
    if clashes:
        clashes.sort(key=lambda busy: (busy.advisor_id != place.advisor_id, busy.starts))
        raise taken(session, place, clashes[0], but=but)


def taken(
    session: CentreSession, place: Place, clash: Busy | None = None, *, but: int = 0
) -> SlotTaken:
    """Return the error that says who holds a time, as far as one may know, and what is free."""
    session.authorize(Act.APPOINTMENT_SEE)
    free = find_free(
        session,
        advisor_id=place.advisor_id,
        minutes=place.minutes,
        day=place.day,
        room_id=place.room_id,
        but=but,
    )
    if clash is None:
        return SlotTaken("This time has just been taken. Choose another.", free)
    return SlotTaken(_who_holds(session, place, clash), free)


def _who_holds(session: CentreSession, place: Place, clash: Busy) -> str:
    when = f"{local(clash.starts):%H:%M} to {local(clash.ends):%H:%M}"
    whom = _client_of(session, clash.appointment_id)
    if clash.advisor_id == place.advisor_id:
        advisor = _name_of(session, clash.advisor_id)
        return f"{advisor} has {whom} from {when}." if whom else f"{advisor} is taken from {when}."
    room = session.require(Room, clash.room_id or 0).name
    if not whom:
        return f"{room} is taken from {when}."
    return f"{room} is taken from {when} by {_name_of(session, clash.advisor_id)} with {whom}."


def _client_of(session: CentreSession, appointment_id: int) -> str:
    """Return whose an appointment is; empty where the reader may not know."""
    try:
        row = session.require(Appointment, appointment_id)
        case = session.require(Case, row.case_id or 0)
        client = session.require(Client, row.client_id)
    except NotFound:
        return ""
    return f"{client.first_name} {client.last_name} ({case.case_reference})"


def _name_of(session: CentreSession, user_id: int) -> str:
    return session.require(User, user_id).full_name


def why_not_then(session: CentreSession, place: Place, diary: Diary) -> str:
    """Return why an advisor does not work at a time, as a sentence; empty where they do."""
    session.authorize(Act.APPOINTMENT_SEE)
    day, name = place.day, _name_of(session, place.advisor_id)
    if diary.is_holiday(day):
        nation = NATION_LABELS[diary.nation]
        return f"{day.day} {day:%b %Y} is a bank holiday in {nation}."
    spans = diary.hours(place.advisor_id, day)
    weekday = WEEKDAYS[day.weekday()]
    if not spans:
        return f"{name} does not work on a {weekday}."
    if not is_within(day, place.at, place.minutes, spans):
        return f"On a {weekday} {name} works {hours_text(spans)}."
    return ""
