"""When people work and when they are away: weekly hours from a day on, and leave by whole days.

An advisor keeps their own; a manager keeps everybody's, a trainee's among them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Final

from pydantic import BeforeValidator
from sqlalchemy import func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import CmaError, Conflict, Invalid, NotFound
from cma_app.rules.appointments import STANDS
from cma_app.rules.calendars import bank_holidays
from cma_app.rules.working_hours import (
    WEEKDAYS,
    Span,
    hours_text,
    kept,
    parse_hours,
    spans_of,
)
from cma_app.services.cases import HOLDERS
from cma_app.services.forms import Day, Form, given
from cma_app.session import CentreSession
from models import Appointment, Centre, StaffLeave, User, WorkingWeek

FARTHEST: Final = timedelta(days=730)


def _hours(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if len(value) > 200:
        raise ValueError("Use at most 200 characters.")
    try:
        return parse_hours(value)
    except CmaError as error:
        raise ValueError(error.sentence) from None


Hours = Annotated[list[Span], BeforeValidator(_hours)]


class WeekForm(Form):
    """A working week as a form sends it: each day's hours, and from when they hold."""

    valid_from: Annotated[Day, given("Say from which day these hours hold.")]
    monday: Hours = []
    tuesday: Hours = []
    wednesday: Hours = []
    thursday: Hours = []
    friday: Hours = []
    saturday: Hours = []
    sunday: Hours = []


class LeaveForm(Form):
    """Days away as a form sends them; one day alone needs no last one."""

    first_day: Annotated[Day, given("Give the first day away.")]
    last_day: Day = None


@dataclass(frozen=True, slots=True)
class Week:
    """The hours that hold on a day; `id` and `version` are 0 where none were recorded."""

    id: int
    version: int
    valid_from: date | None
    days: tuple[str, ...]  # Monday first, as they are typed; empty for a day off


@dataclass(frozen=True, slots=True)
class Leave:
    """Days away, both ends included."""

    id: int
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Availability:
    """When one person works and is away; `planned` are hours of a later day on."""

    user_id: int
    name: str
    week: Week
    planned: list[Week]
    leave: list[Leave]
    may_record: bool


@dataclass(frozen=True, slots=True)
class Diary:
    """What is needed to say when people work: their weeks, their leave, the nation's holidays."""

    nation: str
    weeks: Mapping[int, Sequence[tuple[date, dict[str, Any]]]]  # newest first
    leave: Mapping[int, Sequence[tuple[date, date]]]

    def hours(self, user_id: int, day: date) -> list[Span]:
        """Return a person's hours of that weekday, leave and holidays aside."""
        days = next((days for since, days in self.weeks.get(user_id, ()) if since <= day), None)
        return spans_of(days, day)

    def is_away(self, user_id: int, day: date) -> bool:
        """Say whether a person is on leave that day."""
        return any(first <= day <= last for first, last in self.leave.get(user_id, ()))

    def is_holiday(self, day: date) -> bool:
        """Say whether the centre's nation has a bank holiday."""
        return day in bank_holidays(day.year, self.nation)

    def working(self, user_id: int) -> Callable[[date], list[Span]]:
        """Return what gives a person's spans of a day, none on leave and holidays."""

        def spans(day: date) -> list[Span]:
            shut = self.is_holiday(day) or self.is_away(user_id, day)
            return [] if shut else self.hours(user_id, day)

        return spans


def read_diary(session: CentreSession, people: Iterable[int], first: date, last: date) -> Diary:
    """Return when these people work between two days."""
    session.authorize(Act.APPOINTMENT_SEE)
    wanted = list(people)
    centre = session.get(Centre, session.actor.centre_id)
    weeks = session.execute(
        select(col(WorkingWeek.user_id), col(WorkingWeek.valid_from), col(WorkingWeek.days))
        .where(col(WorkingWeek.user_id).in_(wanted), col(WorkingWeek.valid_from) <= last)
        .order_by(col(WorkingWeek.valid_from).desc())
    ).all()
    leave = session.execute(
        select(col(StaffLeave.user_id), col(StaffLeave.first_day), col(StaffLeave.last_day)).where(
            col(StaffLeave.user_id).in_(wanted),
            col(StaffLeave.last_day) >= first,
            col(StaffLeave.first_day) <= last,
        )
    ).all()
    return Diary(
        nation=centre.nation if centre is not None else "england",
        weeks={each: [(row[1], row[2]) for row in weeks if row[0] == each] for each in wanted},
        leave={each: [(row[1], row[2]) for row in leave if row[0] == each] for each in wanted},
    )


def read_availability(session: CentreSession, user_id: int) -> Availability:
    """Return a person's hours of today and later on, and their leave that is not over."""
    session.authorize(Act.APPOINTMENT_SEE)
    person = _person(session, user_id)
    rows = session.execute(
        select(WorkingWeek)
        .where(col(WorkingWeek.user_id) == person.id)
        .order_by(col(WorkingWeek.valid_from))
    ).scalars()
    weeks = list(rows)
    past = [row for row in weeks if row.valid_from <= today()]
    leave = session.execute(
        select(StaffLeave)
        .where(col(StaffLeave.user_id) == person.id, col(StaffLeave.last_day) >= today())
        .order_by(col(StaffLeave.first_day), col(StaffLeave.id))
        .limit(100)
    ).scalars()
    return Availability(
        user_id=person.id,
        name=person.full_name,
        week=_week(past[-1] if past else None),
        planned=[_week(row) for row in weeks if row.valid_from > today()],
        leave=[Leave(row.id, row.first_day, row.last_day) for row in leave],
        may_record=may_record(session, person.id),
    )


def record_week(
    session: CentreSession, user_id: int, data: Mapping[str, Any], *, seen: tuple[int, int] = (0, 0)
) -> WorkingWeek:
    """Record a person's hours from a day on; `seen` is the id and version they were read as.

    Conflict, with what is stored, where somebody else recorded hours of that day in between.
    """
    person = authorized_person(session, user_id)
    form = WeekForm.read(data)
    since: date = form.valid_from  # type: ignore[assignment]
    refuse_far("valid_from", since)
    if since < today():
        raise Invalid({"valid_from": "Choose today or a later day: past hours stay as they were."})
    days = kept({number: getattr(form, word.lower()) for number, word in enumerate(WEEKDAYS)})
    one_at_a_time(session, person.id)
    there = session.execute(
        select(WorkingWeek).where(
            col(WorkingWeek.user_id) == person.id, col(WorkingWeek.valid_from) == since
        )
    ).scalar_one_or_none()
    if there is not None and (there.id, there.version) != seen:
        stored = _week(there).days
        raise Conflict(theirs={word.lower(): stored[n] or "Off" for n, word in enumerate(WEEKDAYS)})
    week = there or WorkingWeek(user_id=person.id, valid_from=since)
    week.days = days
    session.add(week)
    session.flush()
    return week


def add_leave(session: CentreSession, user_id: int, data: Mapping[str, Any]) -> tuple[Leave, int]:
    """Record days away; return them and how many appointments stand in them, to be moved."""
    person = authorized_person(session, user_id)
    form = LeaveForm.read(data)
    first: date = form.first_day  # type: ignore[assignment]
    last = form.last_day or first
    refuse_far("last_day", last)
    if last < first:
        raise Invalid({"last_day": "The last day comes before the first."})
    if last < today():
        raise Invalid({"first_day": "These days are over."})
    one_at_a_time(session, person.id)
    crossing = session.execute(
        select(StaffLeave).where(
            col(StaffLeave.user_id) == person.id,
            col(StaffLeave.first_day) <= last,
            col(StaffLeave.last_day) >= first,
        )
    ).scalars()
    other = crossing.first()
    if other is not None:
        said = f"{other.first_day.day} {other.first_day:%b %Y}"
        raise Invalid({"first_day": f"Leave from {said} is recorded for some of these days."})
    leave = StaffLeave(user_id=person.id, first_day=first, last_day=last)
    session.add(leave)
    session.flush()
    standing = select(func.count()).where(
        col(Appointment.advisor_id) == person.id,
        col(Appointment.scheduled_date).between(first, last),
        col(Appointment.status).in_(STANDS),
        col(Appointment.deleted_at).is_(None),
        col(Appointment.centre_id) == session.actor.centre_id,
    )
    return Leave(leave.id, first, last), session.execute(standing).scalar_one()


def remove_leave(session: CentreSession, leave_id: int) -> StaffLeave:
    """Take days away off the list: the person works then after all."""
    leave = session.require(StaffLeave, leave_id)
    authorized_person(session, leave.user_id)
    leave.deleted_at = now()
    session.flush()
    return leave


def authorized_person(session: CentreSession, user_id: int) -> User:
    """Return a person whose hours, leave and cover the acting person may record."""
    person = _person(session, user_id)
    session.authorize(_act_for(session, person.id))
    return person


def may_record(session: CentreSession, user_id: int) -> bool:
    """Say whether the acting person keeps somebody's hours, leave and cover."""
    return session.actor.may(_act_for(session, user_id))


def _act_for(session: CentreSession, user_id: int) -> Act:
    own = user_id == session.actor.user_id
    return Act.AVAILABILITY_RECORD if own else Act.AVAILABILITY_MANAGE


def _person(session: CentreSession, user_id: int) -> User:
    person = session.require(User, user_id)
    if person.role not in HOLDERS:
        raise NotFound
    return person


def one_at_a_time(session: CentreSession, user_id: int) -> None:
    """Let who records a person's hours or leave wait for whoever does just now."""
    name = f"availability/{session.actor.centre_id}/{user_id}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def refuse_far(name: str, day: date) -> None:
    """Refuse a day that is more than two years away."""
    if day > today() + FARTHEST:
        raise Invalid({name: "Choose a day within the next two years."})


def _week(row: WorkingWeek | None) -> Week:
    monday = date(2026, 1, 5)
    days = [
        hours_text(spans_of(row.days if row is not None else None, monday + timedelta(days=n)))
        for n in range(7)
    ]
    if row is None:
        return Week(0, 0, None, tuple(days))
    return Week(row.id, row.version, row.valid_from, tuple(days))
