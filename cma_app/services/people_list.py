"""Reading the people of a centre: the list, and who can be chosen as a supervisor or a centre.

A manager reads the own centre; an admin names another by `centre_id`.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from cma_app.access.acts import Act, Role
from cma_app.clock import today
from cma_app.paging import PAGE_SIZE, Page, offset_of
from cma_app.services.account_links import NOT_INVITED, Invite, invites_of
from cma_app.session import CentreSession
from models import Centre, Cover, Identity, IdentityProvider, StaffLeave, User

SOON: Final = timedelta(days=28)
"""How far ahead leave is told of in the list of people."""
ONE_TIME_LEAST: Final = timedelta(hours=1)
"""An invited person's stored password ends as they are added; one that is handed over, days on."""
SUPERVISES: Final = (Role.MANAGER.value, Role.ADVISOR.value)
_IS_LINKED: Final = (
    select(col(Identity.id))
    .join(IdentityProvider, col(IdentityProvider.centre_id) == col(Identity.centre_id))
    .where(
        col(Identity.centre_id) == col(User.centre_id),
        col(Identity.user_id) == col(User.id),
        col(Identity.issuer) == col(IdentityProvider.issuer),
        col(Identity.ended_at).is_(None),
        col(IdentityProvider.is_active).is_(True),
    )
    .correlate(User)
    .exists()
)
_SORTS: Final = {
    "name": (col(User.last_name), col(User.first_name), col(User.id)),
    "role": (col(User.role), col(User.last_name), col(User.id)),
    "last_login": (col(User.last_login), col(User.id)),
}


@dataclass(frozen=True, slots=True)
class AwayFrom:
    """Days away that run or come next, both ends included, and who covers on the first of them."""

    first_day: date
    last_day: date
    is_today: bool
    cover: str


@dataclass(frozen=True, slots=True)
class Person:
    """A row of the list of people."""

    id: int
    name: str
    username: str
    email: str
    role: str
    supervisor: str
    stand_in: str
    is_active: bool
    waits_for_password: bool
    is_linked: bool
    last_login: datetime | None
    invite: Invite = NOT_INVITED
    leave: AwayFrom | None = None


@dataclass(frozen=True, slots=True)
class CentreChoice:
    """A centre that an admin may work in."""

    id: int
    name: str
    code: str


def list_people(
    session: CentreSession,
    *,
    centre_id: int | None = None,
    prefix: str = "",
    show: str = "active",
    sort: str = "name",
    number: int = 1,
) -> Page[Person]:
    """Return a page of a centre's people; `show` is active, inactive, unused or all."""
    session.authorize(Act.USER_LIST)
    supervisor, stand_in = aliased(User), aliased(User)
    wanted = _with_both(
        supervisor,
        stand_in,
        col(User.id),
        col(User.first_name),
        col(User.last_name),
        col(User.username),
        col(User.email),
        col(User.role),
        _name_of(supervisor).label("supervisor"),
        _name_of(stand_in).label("stand_in"),
        col(User.is_active),
        col(User.must_change_password),
        _IS_LINKED.label("is_linked"),
        col(User.password_expires_at),
        col(User.last_login),
    )
    conditions = {
        "active": [col(User.is_active).is_(True)],
        "inactive": [col(User.is_active).is_(False)],
        "unused": [col(User.is_active).is_(True), col(User.must_change_password).is_(True)],
    }.get(show, [])
    if sought := prefix.strip().lower()[:50]:
        conditions = [
            *conditions,
            func.lower(col(User.last_name)).startswith(sought, autoescape=True)
            | func.lower(col(User.first_name)).startswith(sought, autoescape=True)
            | col(User.username).startswith(sought, autoescape=True),
        ]
    with session.in_centre(centre_id):
        total = session.execute(select(func.count(col(User.id))).where(*conditions)).scalar_one()
        rows = session.execute(
            wanted.where(*conditions)
            .order_by(*_SORTS.get(sort, _SORTS["name"]))
            .offset(offset_of(number))
            .limit(PAGE_SIZE)
        ).all()
        ids = [row.id for row in rows]
        invites, away = invites_of(session, ids), _away(session, ids)
    people = [
        Person(
            row.id,
            " ".join(part for part in (row.first_name, row.last_name) if part) or row.username,
            row.username,
            row.email,
            row.role,
            row.supervisor or "",
            row.stand_in or "",
            row.is_active,
            row.must_change_password and row.is_active,
            row.is_linked,
            row.last_login,
            _invite(row, invites.get(row.id, NOT_INVITED)),
            away.get(row.id),
        )
        for row in rows
    ]
    return Page(people, total, number)


def _invite(row: Any, found: Invite) -> Invite:
    """Return how a person's invitation stands; none where they got a password since, or are in."""
    waits = row.must_change_password and row.is_active
    until = row.password_expires_at
    password_since = (
        until is None or found.made_at is None or until > found.made_at + ONE_TIME_LEAST
    )
    return NOT_INVITED if not waits or password_since else found


def _away(session: CentreSession, people: list[int]) -> dict[int, AwayFrom]:
    """Return the leave of each that runs or comes next; an admin is shown none of it."""
    cover = aliased(User)
    crosses = (
        (col(Cover.centre_id) == col(StaffLeave.centre_id))
        & (col(Cover.absent_id) == col(StaffLeave.user_id))
        & (col(Cover.first_day) <= col(StaffLeave.last_day))
        & (col(Cover.last_day) >= col(StaffLeave.first_day))
        & col(Cover.deleted_at).is_(None)
    )
    rows = session.execute(
        select(
            col(StaffLeave.user_id),
            col(StaffLeave.first_day),
            col(StaffLeave.last_day),
            _name_of(cover).label("cover"),
        )
        .outerjoin(Cover, crosses)
        .outerjoin(
            cover,
            (col(cover.centre_id) == col(Cover.centre_id)) & (col(cover.id) == col(Cover.cover_id)),
        )
        .where(
            col(StaffLeave.user_id).in_(people),
            col(StaffLeave.last_day) >= today(),
            col(StaffLeave.first_day) <= today() + SOON,
        )
        .order_by(col(StaffLeave.first_day).desc(), col(Cover.first_day).desc())
    ).all()
    return {
        row.user_id: AwayFrom(
            row.first_day, row.last_day, row.first_day <= today(), row.cover or ""
        )
        for row in rows
    }


def _with_both(
    supervisor: type[User], stand_in: type[User], *columns: Any
) -> Select[*tuple[Any, ...]]:
    """Return a select of people beside whom their supervisor and stand-in stand, if any."""

    def is_it(other: type[User], key: Any) -> Any:
        return (col(other.centre_id) == col(User.centre_id)) & (col(other.id) == key)

    return (
        select(*columns)
        .outerjoin(supervisor, is_it(supervisor, col(User.supervisor_id)))
        .outerjoin(stand_in, is_it(stand_in, col(User.stand_in_id)))
    )


def _name_of(person: type[User]) -> Any:
    return func.concat_ws(" ", col(person.first_name), col(person.last_name))


def choices_of_supervisor(
    session: CentreSession, *, centre_id: int | None = None
) -> list[tuple[int, str]]:
    """Return who may supervise a trainee in a centre: active advisors and managers."""
    session.authorize(Act.USER_LIST)
    with session.in_centre(centre_id):
        rows = session.execute(
            select(
                col(User.id),
                _name_of(User).label("name"),
            )
            .where(col(User.is_active).is_(True), col(User.role).in_(SUPERVISES))
            .order_by(col(User.last_name), col(User.first_name), col(User.id))
            .limit(500)
        ).all()
    return [(row.id, row.name) for row in rows]


def choices_of_centre(session: CentreSession) -> list[CentreChoice]:
    """Return the centres whose people one may look after: an admin all, a manager the own."""
    session.authorize(Act.USER_LIST)
    rows = session.execute(
        select(col(Centre.id), col(Centre.name), col(Centre.code))
        .order_by(col(Centre.name), col(Centre.id))
        .limit(500)
    ).all()
    return [CentreChoice(row.id, row.name, row.code) for row in rows]
