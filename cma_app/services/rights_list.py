"""Requests about data as lists: of a client, of a case's dates, of my day, and of the centre."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Select, func, or_, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.paging import PAGE_SIZE, Page, offset_of
from cma_app.rules.legal_dates import left
from cma_app.rules.rights import Clock, right
from cma_app.services.compliance_rows import names_of
from cma_app.services.covers import whose_work
from cma_app.services.legal_dates import AHEAD, LegalDate
from cma_app.services.partners import people_here
from cma_app.services.rights import clock_of, nation_here
from cma_app.services.rights_holds import duty_words, what_holds
from cma_app.session import CentreSession, count
from models import Case, CasePerson, Client, RightsRequest

SOON: Final = timedelta(days=14)
"""How far ahead the last day of a request is near: half of a month to answer in."""
STATES: Final = {
    "open": "Open",
    "late": "Late",
    "waiting": "Clock stands",
    "decided": "Answered",
    "all": "All",
}


@dataclass(frozen=True, slots=True)
class RightsRow:
    """One request with its clock, whose it is, and who recorded and decided it, by name."""

    row: RightsRequest
    clock: Clock
    nation: str
    client: str
    reference: str
    recorded_by: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class ClientRights:
    """All requests of a client, the open ones first; and what holds the record, in sentences."""

    rows: list[RightsRow]
    holds: list[tuple[str, int]]
    duty: str


@dataclass(frozen=True, slots=True)
class RightsFilter:
    """Which requests of the centre are listed: a state of `STATES`, a kind or every kind."""

    state: str = "open"
    kind: str = ""
    number: int = 1


@dataclass(frozen=True, slots=True)
class RightsList:
    """A page of the centre's requests, and how many there are in each state."""

    page: Page[RightsRow]
    counts: dict[str, int]


def list_rights(session: CentreSession, client_id: int) -> ClientRights:
    """Return the requests of a client: the open ones, soonest first, then those decided."""
    client = session.require(Client, client_id)
    session.authorize(Act.CLIENT_OPEN, client)
    wanted = (
        _rows()
        .where(col(RightsRequest.client_id) == client.id)
        .order_by(
            col(RightsRequest.decided_on).desc().nulls_first(),
            col(RightsRequest.due_date),
            col(RightsRequest.id),
        )
        .limit(200)
    )
    holds = [(each.sentence, each.case_id) for each in what_holds(session, client)]
    return ClientRights(_told(session, session.execute(wanted)), holds, duty_words(session, client))


def list_all_rights(session: CentreSession, asked: RightsFilter) -> RightsList:
    """Return the requests of the whole centre, the most pressing first. A manager may."""
    session.authorize(Act.RIGHTS_SEE_ALL)
    conditions = _states()
    wanted = _rows().where(conditions.get(asked.state, conditions["open"]))
    if asked.kind:
        wanted = wanted.where(col(RightsRequest.kind) == asked.kind)
    total = count(session, wanted)
    ordered = wanted.order_by(
        col(RightsRequest.decided_on).desc().nulls_first(),
        col(RightsRequest.due_date).nulls_last(),
        col(RightsRequest.id),
    )
    rows = session.execute(ordered.limit(PAGE_SIZE).offset(offset_of(asked.number)))
    told = _told(session, rows)
    counted = session.execute(
        select(
            *[func.count().filter(each).label(name) for name, each in conditions.items()]
        ).select_from(RightsRequest)
    ).one()
    return RightsList(
        Page(told, total, max(asked.number, 1)), dict(zip(conditions, counted, strict=True))
    )


def my_rights(session: CentreSession, *, most: int) -> tuple[list[RightsRow], int]:
    """Return open requests whose last day is near, of clients whose case is mine; and how many.

    Who answers for the centre sees all of its.
    """
    session.authorize(Act.HOME_SEE)
    wanted = _rows().where(
        col(RightsRequest.outcome).is_(None),
        col(RightsRequest.paused_since).is_(None),
        col(RightsRequest.due_date) <= today() + AHEAD,
    )
    if not session.actor.may(Act.RIGHTS_SEE_ALL):
        mine = col(Case.advisor_id).in_(whose_work(session))
        here = (col(Case.centre_id) == session.actor.centre_id, mine)
        joined = (
            select(col(CasePerson.client_id))
            .join(
                Case,
                (col(Case.centre_id) == col(CasePerson.centre_id))
                & (col(Case.id) == col(CasePerson.case_id)),
            )
            .where(*here, col(CasePerson.left_on).is_(None))
        )
        wanted = wanted.where(
            or_(
                col(RightsRequest.client_id).in_(select(col(Case.client_id)).where(*here)),
                col(RightsRequest.client_id).in_(joined),
            )
        )
    total = count(session, wanted)
    ordered = wanted.order_by(col(RightsRequest.due_date), col(RightsRequest.id)).limit(most)
    return _told(session, session.execute(ordered)), total


def rights_of_case(session: CentreSession, case: Case) -> list[LegalDate]:
    """Return the open requests of the people whom a case is about, as its legal dates."""
    session.authorize(Act.CASE_OPEN, case)
    nation = nation_here(session)
    wanted = (
        _rows()
        .where(
            col(RightsRequest.client_id).in_(people_here(session, case)),
            col(RightsRequest.outcome).is_(None),
            col(RightsRequest.paused_since).is_(None),
            col(RightsRequest.due_date).is_not(None),
        )
        .order_by(col(RightsRequest.due_date), col(RightsRequest.id))
    )
    return [
        LegalDate(
            case.id,
            "rights",
            right(row.kind).label,
            name,
            None,
            row.client_id,
            left(row.due_date, today(), nation),
        )
        for row, name, _ in session.execute(wanted)
        if row.due_date is not None
    ]


def read_right(session: CentreSession, request_id: int) -> RightsRow:
    """Return one request with whose it is."""
    found = session.require(RightsRequest, request_id)
    session.authorize(Act.CLIENT_OPEN, session.require(Client, found.client_id))
    return _told(session, session.execute(_rows().where(col(RightsRequest.id) == found.id)))[0]


def _states() -> dict[str, Any]:
    is_open = col(RightsRequest.outcome).is_(None)
    runs = col(RightsRequest.paused_since).is_(None)
    return {
        "open": is_open,
        "late": is_open & runs & (col(RightsRequest.due_date) < today()),
        "waiting": is_open & ~runs,
        "decided": ~is_open,
        "all": col(RightsRequest.id) > 0,
    }


def _rows() -> Select[*tuple[Any, ...]]:
    return select(
        RightsRequest,
        func.concat_ws(" ", col(Client.first_name), col(Client.last_name)),
        col(Client.client_reference),
    ).join(
        Client,
        (col(Client.centre_id) == col(RightsRequest.centre_id))
        & (col(Client.id) == col(RightsRequest.client_id)),
    )


def _told(session: CentreSession, found: Iterable[Any]) -> list[RightsRow]:
    rows, nation = list(found), nation_here(session)
    people = {who for row, *_ in rows for who in (row.created_by, row.decided_by)}
    names = names_of(session, people - {None})
    return [
        RightsRow(
            row,
            clock_of(row, nation),
            nation,
            client,
            reference,
            names.get(row.created_by or 0, ""),
            names.get(row.decided_by or 0, ""),
        )
        for row, client, reference in rows
    ]


def days_left(row: RightsRequest, nation: str) -> LegalDate | None:
    """Return the last day of an open request as a legal date; None where none runs."""
    day: date | None = row.due_date
    if row.outcome is not None or row.paused_since is not None or day is None:
        return None
    when = left(day, today(), nation)
    return LegalDate(0, "rights", right(row.kind).label, "", None, row.client_id, when)
