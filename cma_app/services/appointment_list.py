"""Appointments read: the calendar of some days, one with its notes, a case's, and a person's day.

What a reader may not see is in the calendar as a time that is taken, without a name.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import local, now, today
from cma_app.rules.appointments import STANDS
from cma_app.rules.local_time import moment_at
from cma_app.services.appointment_slots import read_busy
from cma_app.services.availability import Diary, read_diary
from cma_app.services.cases import read_case
from cma_app.services.covers import whose_work
from cma_app.services.next_actions import Holder, list_holders
from cma_app.services.reminders import ReminderNow, read_reminder
from cma_app.services.rooms import RoomRow, list_rooms
from cma_app.session import CentreSession
from models import Appointment, AppointmentNote, Case, Client, Room, User

MOST: Final = 1000
"""Appointments of one calendar page: a month of a big centre."""
SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One appointment of a list, by local date and time; `id` 0 is a time that is taken."""

    id: int
    day: date
    at: time
    minutes: int
    advisor_id: int
    advisor: str
    room: str = ""
    location: str = ""
    case_id: int = 0
    client: str = ""
    reference: str = ""
    kind: str = ""
    mode: str = ""
    status: str = "scheduled"

    @property
    def stands(self) -> bool:
        """Say whether it still holds its time."""
        return self.status in STANDS


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """Some days of the calendar: appointments, people, rooms, and when people work."""

    lines: list[Line]
    people: list[Holder]
    rooms: list[RoomRow]
    diary: Diary


@dataclass(frozen=True, slots=True)
class Noted:
    """A note on an appointment, by whom and when in UTC."""

    id: int
    body: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenAppointment:
    """One appointment with its notes, and who and which rooms could take it over."""

    line: Line
    row: Appointment
    notes: list[Noted]
    people: list[Holder]
    rooms: list[RoomRow]
    has_begun: bool
    reminder: ReminderNow | None
    is_shadowed: bool


@dataclass(frozen=True, slots=True)
class CaseAppointments:
    """A case's appointments: those to come, the next first, and the past ones, newest first."""

    ahead: list[Line]
    past: list[Line]


@dataclass(frozen=True, slots=True)
class MyAppointments:
    """A person's appointments of today, and earlier ones of which nobody said what came."""

    today: list[Line]
    unsaid: list[Line]
    unsaid_count: int


def read_calendar(
    session: CentreSession, first: date, last: date, *, advisor_id: int | None = None
) -> CalendarPage:
    """Return the calendar from one day to another, of one advisor or of the whole centre."""
    session.authorize(Act.APPOINTMENT_SEE)
    where: list[Any] = [col(Appointment.scheduled_date).between(first, last)]
    if advisor_id is not None:
        where.append(col(Appointment.advisor_id) == advisor_id)
    order = (col(Appointment.scheduled_date), col(Appointment.scheduled_time), col(Appointment.id))
    lines = _lines(session, _select().where(*where).order_by(*order).limit(MOST))
    people = list_holders(session)
    hidden = _hidden(session, first, last, lines, {each.id: each.name for each in people})
    shown = [each for each in hidden if advisor_id in (None, each.advisor_id)]
    return CalendarPage(
        lines=sorted([*lines, *shown], key=lambda line: (line.day, line.at, line.advisor)),
        people=people,
        rooms=list_rooms(session),
        diary=read_diary(session, [each.id for each in people], first, last),
    )


def _hidden(
    session: CentreSession, first: date, last: date, lines: list[Line], names: dict[int, str]
) -> list[Line]:
    seen = {line.id for line in lines}
    midnight, end = moment_at(first, time(0)), moment_at(last + timedelta(days=1), time(0))
    busy = [row for row in read_busy(session, midnight, end) if row.starts >= midnight]
    if not {row.appointment_id for row in busy} - seen:
        return []
    # of one advisor's calendar the others' are not lines, though they may be seen
    visible = set(
        session.execute(
            select(col(Appointment.id))
            .join(Case, _on(Case, Appointment.case_id))
            .where(col(Appointment.scheduled_date).between(first, last))
        ).scalars()
    )
    return [
        Line(
            id=0,
            day=local(row.starts).date(),
            at=local(row.starts).time(),
            minutes=int((row.ends - row.starts).total_seconds()) // 60,
            advisor_id=row.advisor_id,
            advisor=names.get(row.advisor_id, ""),
        )
        for row in busy
        if row.appointment_id not in visible
    ]


def read_appointment(session: CentreSession, appointment_id: int) -> OpenAppointment:
    """Return one appointment with its notes; whoever opens it is written down with its case."""
    row = session.require(Appointment, appointment_id)
    case = read_case(session, row.case_id or 0)
    session.authorize(Act.APPOINTMENT_SEE, case)
    (line,) = _lines(session, _select().where(col(Appointment.id) == row.id))
    noted = session.execute(
        select(AppointmentNote, User)
        .outerjoin(User, col(User.id) == col(AppointmentNote.created_by))
        .where(col(AppointmentNote.appointment_id) == row.id)
        .order_by(col(AppointmentNote.id).desc())
        .limit(100)
    )
    return OpenAppointment(
        line=line,
        row=row,
        notes=[
            Noted(note.id, note.body, by.full_name if by else "", note.created_at)
            for note, by in noted
        ],
        people=list_holders(session),
        rooms=[room for room in list_rooms(session) if room.is_open or room.id == row.room_id],
        has_begun=moment_at(row.scheduled_date, row.scheduled_time) <= now(),
        reminder=read_reminder(session, row.id),
        is_shadowed=session.shadows().hold(row),
    )


def list_case_appointments(session: CentreSession, case_id: int) -> CaseAppointments:
    """Return a case's appointments, those to come and the past ones."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    when = (col(Appointment.scheduled_date), col(Appointment.scheduled_time), col(Appointment.id))
    mine = _select().where(col(Appointment.case_id) == case.id)
    ahead = and_(col(Appointment.scheduled_date) >= today(), col(Appointment.status).in_(STANDS))
    return CaseAppointments(
        ahead=_lines(session, mine.where(ahead).order_by(*when).limit(SHOWN)),
        past=_lines(
            session, mine.where(~ahead).order_by(*[each.desc() for each in when]).limit(SHOWN)
        ),
    )


def list_my_appointments(session: CentreSession) -> MyAppointments:
    """Return the signed-in person's appointments of today, and earlier ones without an outcome.

    Today's are also those of whom they cover.
    """
    session.authorize(Act.APPOINTMENT_SEE)
    when = (col(Appointment.scheduled_date), col(Appointment.scheduled_time), col(Appointment.id))
    mine = _select().where(col(Appointment.advisor_id) == session.actor.user_id)
    ours = _select().where(col(Appointment.advisor_id).in_(whose_work(session)))
    stands = col(Appointment.status).in_(STANDS)
    day = col(Appointment.scheduled_date)
    unsaid = mine.where(stands, day < today())
    count = session.execute(select(func.count()).select_from(unsaid.subquery())).scalar_one()
    return MyAppointments(
        today=_lines(
            session,
            ours.where(day == today(), col(Appointment.status) != "cancelled").order_by(*when),
        ),
        unsaid=_lines(session, unsaid.order_by(*when).limit(SHOWN)),
        unsaid_count=count,
    )


def _select() -> Select[*tuple[Any, ...]]:
    wanted: Select[*tuple[Any, ...]] = (
        select(
            col(Appointment.id),
            col(Appointment.scheduled_date),
            col(Appointment.scheduled_time),
            col(Appointment.duration_minutes),
            col(Appointment.advisor_id),
            func.concat_ws(" ", col(User.first_name), col(User.last_name)).label("advisor"),
            func.coalesce(col(Room.name), "").label("room"),
            func.coalesce(col(Appointment.location), "").label("location"),
            col(Appointment.case_id),
            func.concat_ws(" ", col(Client.first_name), col(Client.last_name)).label("client"),
            col(Case.case_reference),
            col(Appointment.appointment_type),
            col(Appointment.meeting_mode),
            col(Appointment.status),
        )
        .select_from(Appointment)
        .join(Case, _on(Case, Appointment.case_id))
        .join(Client, _on(Client, Appointment.client_id))
        .join(User, _on(User, Appointment.advisor_id))
        .outerjoin(Room, _on(Room, Appointment.room_id))
    )
    return wanted


def _on(table: Any, column: Any) -> Any:
    return and_(col(table.centre_id) == col(Appointment.centre_id), col(table.id) == col(column))


def _lines(session: CentreSession, wanted: Select[*tuple[Any, ...]]) -> list[Line]:
    return [Line(*row) for row in session.execute(wanted)]
