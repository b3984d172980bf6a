"""Cover: who does whose work while they are away.

An advisor says who covers them, a manager for everybody. A cover shows work and gives no right: row
security does not know of it, and a restricted file stays closed to whom it does not name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from sqlalchemy import Select, exists, func, select
from sqlmodel import col

from cma_app.access.acts import Act, Role
from cma_app.clock import now, today
from cma_app.errors import Invalid, NotFound
from cma_app.services.availability import (
    Leave,
    LeaveForm,
    add_leave,
    authorized_person,
    may_record,
    one_at_a_time,
    refuse_far,
)
from cma_app.services.forms import Blank, Day, Form, RecordId, given, read_record_id
from cma_app.services.notifications import notify
from cma_app.services.people_list import SUPERVISES
from cma_app.session import CentreSession
from models import Cover, StaffLeave, User


class CoverForm(Form):
    """A cover as a form sends it; one day alone needs no last one."""

    cover_id: Annotated[int, given("Choose who covers."), BeforeValidator(read_record_id)]
    first_day: Annotated[Day, given("Give the first day.")]
    last_day: Day = None
    note: Annotated[str | None, Field(max_length=200), Blank] = None


class CoveredLeaveForm(LeaveForm):
    """Days away, and who covers them, which may be nobody yet."""

    cover_id: RecordId = None


@dataclass(frozen=True, slots=True)
class CoverRow:
    """Days on which somebody covers somebody, both ends included; `is_today` while it runs."""

    id: int
    absent: str
    cover: str
    first_day: date
    last_day: date
    note: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class CoverNow:
    """Who covers somebody today, and until when."""

    cover_id: int
    name: str
    until: date


@dataclass(frozen=True, slots=True)
class Covered:
    """Somebody whose work the acting person does today as well, and until when."""

    id: int
    name: str
    until: date
    note: str


@dataclass(frozen=True, slots=True)
class Covers:
    """The covers that are not over of one person: when others cover them, and they others.

    `uncovered` are the leaves of theirs on which nobody does; `suggested` says who could, and why.
    """

    away: list[CoverRow]
    covering: list[CoverRow]
    uncovered: list[int]
    choices: list[tuple[int, str]]
    may_set: bool
    suggested: str = ""


def set_cover(session: CentreSession, absent_id: int, data: Mapping[str, Any]) -> CoverRow:
    """Say who covers a person between two days; on each day one person does."""
    person = authorized_person(session, absent_id)
    form = CoverForm.read(data)
    first: date = form.first_day  # type: ignore[assignment]
    last = form.last_day or first
    refuse_far("last_day", last)
    if last < first:
        raise Invalid({"last_day": "The last day comes before the first."})
    if last < today():
        raise Invalid({"first_day": "These days are over."})
    covering = _who_may_cover(session, form.cover_id, person)
    one_at_a_time(session, person.id)
    if other := session.execute(_crossing(person.id, first, last)).scalars().first():
        said = f"{other.first_day.day} {other.first_day:%b %Y}"
        raise Invalid({"first_day": f"Cover from {said} is set for some of these days."})
    row = Cover(
        absent_id=person.id, cover_id=covering.id, first_day=first, last_day=last, note=form.note
    )
    session.add(row)
    session.flush()
    notify(session, covering.id, kind="cover_given", case_id=None)
    return _row(row, person.full_name, covering.full_name)


def add_covered_leave(
    session: CentreSession, user_id: int, data: Mapping[str, Any]
) -> tuple[Leave, int, CoverRow | None]:
    """Record days away and, where somebody is named, that they cover them: both or neither."""
    form = CoveredLeaveForm.read(data)
    leave, standing = add_leave(session, user_id, data)
    if form.cover_id is None:
        return leave, standing, None
    try:
        return leave, standing, set_cover(session, user_id, data)
    except Invalid as error:  # the days are right: what is wrong is who covers them
        raise Invalid({"cover_id": next(iter(error.fields.values()))}) from None


def remove_cover(session: CentreSession, cover_id: int) -> Cover:
    """Take a cover off: from this moment nobody is shown the other's work."""
    row = session.require(Cover, cover_id)
    authorized_person(session, row.absent_id)
    row.deleted_at = now()
    session.flush()
    return row


def list_covers(session: CentreSession, user_id: int) -> Covers:
    """Return the covers of a person that run or are to come, and who could cover them."""
    session.authorize(Act.APPOINTMENT_SEE)
    person = session.require(User, user_id)
    away = _listed(session, col(Cover.absent_id) == person.id)
    covering = _listed(session, col(Cover.cover_id) == person.id)
    choices = session.execute(
        select(col(User.id), _name(User))
        .where(col(User.is_active).is_(True), col(User.role).in_(SUPERVISES))
        .where(col(User.id) != person.id)
        .order_by(col(User.first_name), col(User.last_name), col(User.id))
        .limit(500)
    ).all()
    return Covers(
        away,
        covering,
        _uncovered(session, person.id),
        [(row[0], row[1]) for row in choices],
        may_set=may_record(session, person.id),
        suggested=_suggested(session, person),
    )


def _suggested(session: CentreSession, person: User) -> str:
    """Return who would cover somebody: who supervises a trainee, else who did it last."""
    if person.role == Role.TRAINEE:
        found, why = person.stand_in_id or person.supervisor_id, "who supervises them as well"
    else:
        last = select(col(Cover.cover_id)).where(col(Cover.absent_id) == person.id)
        last = last.order_by(col(Cover.last_day).desc(), col(Cover.id).desc()).limit(1)
        found, why = session.execute(last).scalar_one_or_none(), "who covered last"
    who = session.require(User, found) if found is not None else None
    covers = who is not None and who.is_active and who.role in SUPERVISES
    return f"{who.full_name}, {why}" if who is not None and covers else ""


def covers_today(session: CentreSession) -> dict[int, CoverNow]:
    """Return who covers whom in the centre today, by the absent person."""
    rows = session.execute(
        select(col(Cover.absent_id), col(Cover.cover_id), _name(User), col(Cover.last_day))
        .join(User, _of_cover(col(Cover.cover_id)))
        .where(*_runs_today())
    ).all()
    return {row[0]: CoverNow(row[1], row[2], row[3]) for row in rows}


def covered_people(session: CentreSession) -> list[Covered]:
    """Return whose work the acting person does today as well, by name."""
    session.authorize(Act.HOME_SEE)
    return _covered(session)


def covered_ids(session: CentreSession) -> list[int]:
    """Return the ids of the people whom the acting person covers today."""
    return [each.id for each in _covered(session)]


def whose_work(session: CentreSession) -> list[int]:
    """Return oneself and whom one covers today: whose cases stand among one's own."""
    return [session.actor.user_id, *covered_ids(session)]


def _covered(session: CentreSession) -> list[Covered]:
    if session.actor.role not in SUPERVISES:
        return []
    rows = session.execute(
        select(col(Cover.absent_id), _name(User), col(Cover.last_day), col(Cover.note))
        .join(User, _of_cover(col(Cover.absent_id)))
        .where(
            col(Cover.cover_id) == session.actor.user_id,
            col(Cover.first_day) <= today(),
            col(Cover.last_day) >= today(),
        )
        .order_by(col(User.first_name), col(User.last_name), col(User.id))
    ).all()
    return [Covered(row[0], row[1], row[2], row[3] or "") for row in rows]


def _runs_today() -> tuple[Any, ...]:
    """Return that a cover runs today, and that who covers is still one who may."""
    return (
        col(Cover.first_day) <= today(),
        col(Cover.last_day) >= today(),
        col(User.is_active).is_(True),
        col(User.role).in_(SUPERVISES),
    )


def _of_cover(who: Any) -> Any:
    return (col(User.centre_id) == col(Cover.centre_id)) & (col(User.id) == who)


def _name(table: type[User]) -> Any:
    return func.concat_ws(" ", col(table.first_name), col(table.last_name)).label("name")


def _listed(session: CentreSession, whose: Any) -> list[CoverRow]:
    wanted = (
        select(Cover)
        .where(whose, col(Cover.last_day) >= today())
        .order_by(col(Cover.first_day), col(Cover.id))
        .limit(100)
    )
    rows = session.execute(wanted).scalars().all()
    who = {row.absent_id for row in rows} | {row.cover_id for row in rows}
    named = session.execute(select(col(User.id), _name(User)).where(col(User.id).in_(who))).all()
    names = {row[0]: row[1] for row in named}
    return [_row(row, names[row.absent_id], names[row.cover_id]) for row in rows]


def _uncovered(session: CentreSession, user_id: int) -> list[int]:
    """Return the leaves that are not over and on no day of which somebody covers."""
    crossed = exists().where(
        col(Cover.centre_id) == col(StaffLeave.centre_id),
        col(Cover.absent_id) == col(StaffLeave.user_id),
        col(Cover.first_day) <= col(StaffLeave.last_day),
        col(Cover.last_day) >= col(StaffLeave.first_day),
        col(Cover.deleted_at).is_(None),
    )
    wanted = select(col(StaffLeave.id)).where(
        col(StaffLeave.user_id) == user_id, col(StaffLeave.last_day) >= today(), ~crossed
    )
    return list(session.execute(wanted).scalars())


def _row(row: Cover, absent: str, cover: str) -> CoverRow:
    runs = row.first_day <= today() <= row.last_day
    return CoverRow(row.id, absent, cover, row.first_day, row.last_day, row.note or "", runs)


def _crossing(absent_id: int, first: date, last: date) -> Select[*tuple[Any, ...]]:
    return select(Cover).where(
        col(Cover.absent_id) == absent_id,
        col(Cover.first_day) <= last,
        col(Cover.last_day) >= first,
    )


def _who_may_cover(session: CentreSession, cover_id: int, absent: User) -> User:
    try:
        person = session.require(User, cover_id)
    except NotFound:
        person = None
    if person is None or not person.is_active or person.role not in SUPERVISES:
        raise Invalid({"cover_id": "Choose an advisor or a manager of this centre."})
    if person.id == absent.id:
        raise Invalid({"cover_id": "Choose somebody else: nobody covers themselves."})
    return person
