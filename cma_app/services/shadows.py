"""Shadowing: a trainee follows a named case, reading all of it and changing nothing.

An advisor or a manager lets them, for a reason; it ends on its last day, by hand, or with the case.
What a shadow opens is row security's to say (migration 0026); nothing here opens anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field
from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act, Role
from cma_app.clock import now, today
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.rules.workflow import AT_WORK
from cma_app.services.forms import Day, Form, given, read_record_id
from cma_app.services.locking import locked
from cma_app.services.partners import partner_of
from cma_app.session import CentreSession
from models import Case, CaseShadow, Client, User

FARTHEST: Final = timedelta(days=365)
RESTRICTED: Final = "This file is restricted, so nobody can shadow the case."


class ShadowForm(Form):
    """A shadow as a form sends it; without a last day it ends with the case."""

    trainee_id: Annotated[
        int, given("Choose who shadows the case."), BeforeValidator(read_record_id)
    ]
    first_day: Annotated[Day, given("Give the first day.")]
    last_day: Day = None
    reason: Annotated[str, given("Say what they should learn."), Field(max_length=300)]


@dataclass(frozen=True, slots=True)
class ShadowRow:
    """A shadow that stands: who follows the case, from when to when, and why."""

    id: int
    trainee: str
    first_day: date
    last_day: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class CaseShadows:
    """Who follows a case; `choices` are the trainees who could, `barred` says why nobody can."""

    rows: list[ShadowRow]
    choices: list[tuple[int, str]]
    barred: str


def let_shadow(session: CentreSession, case_id: int, data: Mapping[str, Any]) -> CaseShadow:
    """Let a trainee read a case from a day on; Refused where its file is restricted."""
    session.authorize(Act.SHADOW_KEEP)
    case = locked(session, Case, case_id)
    session.authorize(Act.SHADOW_KEEP, case)
    form = ShadowForm.read(data)
    first: date = form.first_day  # type: ignore[assignment]
    if barred := _barred(session, case):
        raise Refused(barred, Act.SHADOW_KEEP)
    _refuse_days(first, form.last_day)
    trainee = _trainee(session, form.trainee_id, case)
    _make_room(session, case, trainee)
    shadow = CaseShadow(
        case_id=case.id,
        trainee_id=trainee.id,
        first_day=first,
        last_day=form.last_day,
        reason=form.reason,
    )
    session.add(shadow)
    session.flush()
    return shadow


def end_shadow(session: CentreSession, shadow_id: int) -> CaseShadow:
    """Close a case to whoever shadows it, at once."""
    session.authorize(Act.SHADOW_KEEP)
    shadow = session.require(CaseShadow, shadow_id)
    session.authorize(Act.SHADOW_KEEP, session.require(Case, shadow.case_id))
    if shadow.ended_at is not None:
        raise Conflict("This has ended already.")
    shadow.ended_at, shadow.ended_by = now(), session.actor.user_id or None
    session.flush()
    return shadow


def list_shadows(session: CentreSession, case_id: int) -> CaseShadows:
    """Return who follows a case and is not through with it, and who else could."""
    session.authorize(Act.SHADOW_KEEP)
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    session.authorize(Act.SHADOW_KEEP, case)
    rows = [
        ShadowRow(row.id, person.full_name, row.first_day, row.last_day, row.reason)
        for row, person in _open_rows(session, case)
        if not _is_over(row)
    ]
    trainees = session.execute(
        select(User)
        .where(col(User.role) == Role.TRAINEE.value, col(User.is_active).is_(True))
        .where(col(User.id) != case.advisor_id)
        .order_by(col(User.first_name), col(User.last_name), col(User.id))
        .limit(500)
    ).scalars()
    return CaseShadows(
        rows, [(each.id, each.full_name) for each in trainees], _barred(session, case)
    )


def _open_rows(session: CentreSession, case: Case) -> list[tuple[CaseShadow, User]]:
    """Return the shadows of a case that were not ended, those whose last day is over as well."""
    person = (col(User.centre_id) == col(CaseShadow.centre_id)) & (
        col(User.id) == col(CaseShadow.trainee_id)
    )
    found = session.execute(
        select(CaseShadow, User)
        .join(User, person)
        .where(col(CaseShadow.case_id) == case.id, col(CaseShadow.ended_at).is_(None))
        .order_by(col(CaseShadow.first_day), col(CaseShadow.id))
    )
    return [(shadow, trainee) for shadow, trainee in found]


def _is_over(shadow: CaseShadow) -> bool:
    return shadow.last_day is not None and shadow.last_day < today()


def _make_room(session: CentreSession, case: Case, trainee: User) -> None:
    """Refuse a second shadow of the same trainee; one whose days are over makes room."""
    for shadow, person in _open_rows(session, case):
        if person.id != trainee.id:
            continue
        if not _is_over(shadow):
            raise Invalid({"trainee_id": f"{trainee.full_name} shadows this case already."})
        shadow.ended_at = now()
    session.flush()


def _barred(session: CentreSession, case: Case) -> str:
    """Return why nobody can shadow a case; empty where somebody can."""
    if case.status not in AT_WORK:
        return "This case has ended, so there is nothing to follow."
    partner = partner_of(session, case)
    client = session.require(Client, case.client_id)
    restricted = client.is_restricted or (partner is not None and partner.is_restricted)
    return RESTRICTED if restricted else ""


def _refuse_days(first: date, last: date | None) -> None:
    if first > today() + FARTHEST:
        raise Invalid({"first_day": "Choose a day within the next year."})
    if last is not None and last < first:
        raise Invalid({"last_day": "The last day comes before the first."})
    if last is not None and last < today():
        raise Invalid({"last_day": "These days are over."})


def _trainee(session: CentreSession, trainee_id: int, case: Case) -> User:
    try:
        person = session.require(User, trainee_id)
    except NotFound:
        person = None
    if person is None or person.role != Role.TRAINEE or not person.is_active:
        raise Invalid({"trainee_id": "Choose a trainee of this centre."})
    if person.id == case.advisor_id:
        raise Invalid({"trainee_id": f"{person.full_name} holds this case already."})
    return person
