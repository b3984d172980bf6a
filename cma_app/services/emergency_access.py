"""Emergency access: an admin opens one centre's clients for reading, and its managers watch.

The database makes and ends a grant by its own functions (migration 0037): it tells the managers in
the same transaction, and asks for the grant itself at every statement of a visitor's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field
from sqlalchemy import and_, func, or_, select, text
from sqlmodel import col

from cma_app.access.acts import Act, Role
from cma_app.clock import now
from cma_app.errors import Conflict, NotFound, Refused
from cma_app.paging import Page, offset_of
from cma_app.rules.emergency_access import (
    KINDS,
    LEAST_WORDS,
    MINUTES,
    MOST_WORDS,
    PROVED_WITHIN,
)
from cma_app.services import forms
from cma_app.services.second_factors import NO_FACTOR, confirm, has_factor, proved_lately
from cma_app.session import CentreSession, count
from models import AccessGrant, AuditLog, Case, Centre, Client, User

SIZE: Final = 20
MOST_OPENED: Final = 200
"""The most clients and cases that are listed of one grant; the log has them all."""
OVER: Final = "This emergency access has ended already."
_OPEN: Final = text("SELECT cma_open_access(:centre, :kind, :reason, :minutes)")
_END: Final = text("SELECT cma_end_access(:grant)")


def _own_words(value: str) -> str:
    if len(value) < LEAST_WORDS:
        raise ValueError(
            f"Use at least {LEAST_WORDS} characters to say why. The centre's manager reads it."
        )
    return value


class AccessForm(forms.Form):
    """Why an admin needs a centre's clients, and for how long; no client is named in it."""

    kind: Annotated[
        str, BeforeValidator(forms.choice(*KINDS)), forms.given("Choose what it is about.")
    ]
    reason: Annotated[
        str,
        forms.given("Say why you need it. The centre's manager reads it."),
        Field(max_length=MOST_WORDS),
        AfterValidator(_own_words),
    ]
    minutes: Annotated[
        int,
        BeforeValidator(forms.choice(*(str(each) for each in MINUTES))),
        forms.given("Choose how long it lasts."),
    ]


@dataclass(frozen=True, slots=True)
class Asked:
    """The centre that emergency access is asked for; `managers` are told when it is opened."""

    centre_id: int
    name: str
    managers: list[str]
    has_factor: bool
    is_proved: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A client or a case that was looked at; 0 where a client was opened outside a case."""

    name: str
    reference: str
    client_id: int
    case_id: int
    first_at: datetime


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One grant as its centre's manager reads it; `ended_how` is a word of the rules."""

    id: int
    admin: str
    kind: str
    reason: str
    opened_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    ended_how: str
    is_open: bool
    opened: list[Opened] = field(default_factory=list)
    lists: int = 0


def ask_for_access(session: CentreSession, centre_id: int) -> Asked:
    """Return the open centre that an admin asks for, who of it would be told, and what is proved.

    NotFound where the centre is closed or absent.
    """
    session.authorize(Act.ACCESS_OPEN)
    proof = has_factor(session), proved_lately(session, PROVED_WITHIN)
    with session.in_centre(centre_id):
        centre = session.get(Centre, centre_id)
        if centre is None or centre.status != "active":
            raise NotFound
        names = session.execute(_managers()).scalars()
        return Asked(centre.id, centre.name, list(names), *proof)


def open_access(session: CentreSession, centre_id: int, answers: Mapping[str, Any]) -> int:
    """Open emergency access to a centre's clients for this sign-in, and return the grant's id.

    Raises Invalid by the field, `code` among them; Refused where there is no second factor yet;
    NotFound where the centre is closed or absent. The managers are told in the same transaction.
    From the next event on the sign-in reads that centre.
    """
    session.authorize(Act.ACCESS_OPEN)
    form = AccessForm.read(answers)
    if not has_factor(session):
        raise Refused(NO_FACTOR)
    if answers.get("code") or not proved_lately(session, PROVED_WITHIN):
        confirm(session, answers)
    made = session.execute(
        _OPEN,
        {
            "centre": centre_id,
            "kind": form.kind,
            "reason": form.reason,
            "minutes": form.minutes,
        },
    ).scalar_one()
    if made is None:
        raise NotFound
    return int(made)


def leave(session: CentreSession) -> None:
    """End one's own emergency access at once."""
    session.authorize(Act.ACCESS_LEAVE)
    visit = session.actor.visit
    if visit is not None:
        session.execute(_END, {"grant": visit.grant_id})


def revoke(session: CentreSession, grant_id: int) -> str:
    """End somebody's emergency access to this centre at once, and return whose it was."""
    session.authorize(Act.ACCESS_REVOKE)
    found = session.require(AccessGrant, grant_id)
    if not session.execute(_END, {"grant": grant_id}).scalar_one():
        raise Conflict(OVER)
    return found.admin_name


def list_access(session: CentreSession, number: int = 1) -> Page[AccessRow]:
    """Return who had emergency access to this centre and what they opened, the newest first.

    A file that the reader may not see is not told of here either.
    """
    session.authorize(Act.ACCESS_SEE)
    total = count(session, select(col(AccessGrant.id)))
    number = min(max(number, 1), Page([], total, size=SIZE).pages)
    grants = session.scalars(
        select(AccessGrant)
        .order_by(col(AccessGrant.opened_at).desc(), col(AccessGrant.id).desc())
        .offset(offset_of(number, SIZE))
        .limit(SIZE)
    ).all()
    opened, lists = _looked_at(session, [each.id for each in grants])
    rows = [_row(each, opened.get(each.id, []), lists.get(each.id, 0)) for each in grants]
    return Page(rows, total, number, SIZE)


def _row(grant: AccessGrant, opened: list[Opened], lists: int) -> AccessRow:
    return AccessRow(
        grant.id,
        grant.admin_name,
        grant.kind,
        grant.reason,
        grant.opened_at,
        grant.expires_at,
        grant.ended_at,
        grant.ended_how or "",
        grant.ended_at is None and grant.expires_at > now(),
        opened,
        lists,
    )


def _looked_at(
    session: CentreSession, grants: list[int]
) -> tuple[dict[int, list[Opened]], dict[int, int]]:
    """Return what was opened under each grant, and how often lists were looked at."""
    first = func.min(col(AuditLog.timestamp))
    found = session.execute(
        select(
            col(AuditLog.access_grant_id).label("grant_id"),
            col(AuditLog.case_id),
            col(AuditLog.client_id),
            first.label("first_at"),
            func.count().label("times"),
        )
        .where(
            col(AuditLog.access_grant_id).in_(grants),
            or_(
                col(AuditLog.case_id).is_not(None),
                col(AuditLog.client_id).is_not(None),
                col(AuditLog.action).in_((Act.CLIENT_FIND, Act.CASE_LIST, Act.COMPLIANCE_SEE)),
            ),
        )
        .group_by(col(AuditLog.access_grant_id), col(AuditLog.case_id), col(AuditLog.client_id))
        .order_by(first)
    ).all()
    cases = _named_cases(session, {row.case_id for row in found if row.case_id})
    clients = _named_clients(session, {row.client_id for row in found if row.client_id})
    opened: dict[int, dict[tuple[int, int], Opened]] = {}
    lists: dict[int, int] = {}
    for row in found:
        if row.case_id is None and row.client_id is None:
            lists[row.grant_id] = row.times
            continue
        case = cases.get(row.case_id or 0)
        client_id = case[0] if case else row.client_id or 0
        name, reference = case[1:] if case else clients.get(client_id, ("", ""))
        of_grant = opened.setdefault(row.grant_id, {})
        key = (row.case_id or 0, 0 if case else client_id)
        if name and len(of_grant) < MOST_OPENED:
            of_grant.setdefault(key, Opened(name, reference, client_id, key[0], row.first_at))
    return {grant: list(each.values()) for grant, each in opened.items()}, lists


def _named_cases(session: CentreSession, ids: Iterable[int]) -> dict[int, tuple[int, str, str]]:
    rows = session.execute(
        select(
            col(Case.id),
            col(Client.id).label("client_id"),
            _name().label("name"),
            col(Case.case_reference),
        )
        .join(
            Client,
            and_(
                col(Client.centre_id) == col(Case.centre_id), col(Client.id) == col(Case.client_id)
            ),
        )
        .where(col(Case.id).in_(set(ids)))
    )
    return {row.id: (row.client_id, row.name, row.case_reference) for row in rows}


def _named_clients(session: CentreSession, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    rows = session.execute(
        select(col(Client.id), _name().label("name"), col(Client.client_reference)).where(
            col(Client.id).in_(set(ids))
        )
    )
    return {row.id: (row.name, row.client_reference) for row in rows}


def _managers() -> Any:
    return (
        select(func.concat_ws(" ", col(User.first_name), col(User.last_name)))
        .where(
            col(User.role) == Role.MANAGER.value,
            col(User.is_active),
            col(User.deleted_at).is_(None),
        )
        .order_by(col(User.last_name), col(User.id))
    )


def _name() -> Any:
    return func.concat_ws(" ", col(Client.first_name), col(Client.last_name))
