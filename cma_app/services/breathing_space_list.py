"""The breathing spaces of a case as they stand."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.rules.breathing_space import Clock, clock, next_application, notices_by
from cma_app.rules.inclusion import inclusion
from cma_app.services.breathing_space_debts import OWED, SOLUTION
from cma_app.services.debts import list_debts
from cma_app.services.partners import partner_of
from cma_app.session import CentreSession
from models import BreathingSpace, BreathingSpaceDebt, Case, Client, User


@dataclass(frozen=True, slots=True)
class CoveredDebt:
    """A debt of the case as a breathing space has it; `version` is 0 where nobody decided yet.

    `part` is all or arrears. `rule` is what its kind of debt says, to be compared.
    """

    debt_id: int
    creditor: str
    debt_type: str
    balance: Decimal
    is_in: bool
    is_decided: bool
    effective_on: date | None
    reason: str
    part: str
    rule: str
    version: int


@dataclass(frozen=True, slots=True)
class Space:
    """One breathing space with its clock; `state` is coming, running or over.

    `next_application` is the first day of a standard one after it; `told_by` the working day by
    which the register and the creditors were to be told, where the application's day is known.
    """

    row: BreathingSpace
    name: str
    nation: str
    state: str
    last_day: date | None
    days: Clock
    next_application: date | None
    told_by: date | None
    recorded_by: str
    reviewed_by: str
    ended_by: str
    debts: list[CoveredDebt]


@dataclass(frozen=True, slots=True)
class CaseSpaces:
    """What a case has: its spaces, the newest first, and who may have one."""

    nation: str
    spaces: list[Space]
    people: list[tuple[int, str]]
    is_at_work: bool


def read_spaces(session: CentreSession, case_id: int) -> CaseSpaces:
    """Return the breathing spaces of the people of a case, the newest first."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    people = _people(session, case)
    names = dict(people)
    wanted = (
        select(BreathingSpace)
        .where(
            col(BreathingSpace.centre_id) == case.centre_id,
            col(BreathingSpace.case_id) == case.id,
            col(BreathingSpace.client_id).in_(list(names)),
        )
        .order_by(col(BreathingSpace.start_date).desc(), col(BreathingSpace.id).desc())
        .limit(50)
    )
    rows = list(session.execute(wanted).scalars())
    covered = _covered(session, case, rows)
    who = _users(
        session, {each for row in rows for each in (row.created_by, row.reviewed_by, row.ended_by)}
    )
    return CaseSpaces(
        nation=case.nation,
        spaces=[_space(row, case, names, covered[row.id], who) for row in rows],
        people=people,
        is_at_work=case.status in ("open", "in_progress"),
    )


def _people(session: CentreSession, case: Case) -> list[tuple[int, str]]:
    client, partner = session.require(Client, case.client_id), partner_of(session, case)
    both = [client, *([partner] if partner is not None else [])]
    return [(each.id, each.full_name) for each in both]


def _users(session: CentreSession, ids: set[int | None]) -> dict[int, str]:
    wanted = select(
        col(User.id), func.concat_ws(" ", col(User.first_name), col(User.last_name))
    ).where(col(User.centre_id) == session.actor.centre_id, col(User.id).in_([i for i in ids if i]))
    return {row[0]: row[1] for row in session.execute(wanted)}


def _space(
    row: BreathingSpace,
    case: Case,
    names: dict[int, str],
    debts: list[CoveredDebt],
    who: dict[int, str],
) -> Space:
    last = row.ended_on or row.protected_until
    coming = row.start_date > today()
    over = last is not None and last < today()
    return Space(
        row=row,
        name=names[row.client_id],
        nation=case.nation,
        state="coming" if coming else "over" if over else "running",
        last_day=last,
        days=clock(row.kind, row.start_date, case.nation, treatment_ended=row.treatment_ended),
        next_application=next_application(last) if row.kind == "standard" and last else None,
        told_by=notices_by(row.submitted_on, case.nation) if row.submitted_on else None,
        recorded_by=who.get(row.created_by or 0, ""),
        reviewed_by=who.get(row.reviewed_by or 0, ""),
        ended_by=who.get(row.ended_by or 0, ""),
        debts=debts,
    )


def _covered(
    session: CentreSession, case: Case, rows: list[BreathingSpace]
) -> dict[int, list[CoveredDebt]]:
    """Return each space's debts: those decided about, and those the person owes beside them."""
    if not rows:
        return {}
    wanted = select(BreathingSpaceDebt).where(
        col(BreathingSpaceDebt.centre_id) == case.centre_id,
        col(BreathingSpaceDebt.breathing_space_id).in_([row.id for row in rows]),
    )
    decided: dict[tuple[int, int], BreathingSpaceDebt] = {
        (each.breathing_space_id, each.debt_id): each for each in session.execute(wanted).scalars()
    }
    listed = list_debts(session, case.id).rows
    found: dict[int, list[CoveredDebt]] = {}
    for row in rows:
        whose = ("joint", "client" if row.client_id == case.client_id else "partner")
        found[row.id] = [
            _covered_debt(debt, case.nation, decided.get((row.id, debt.id)))
            for debt in listed
            if (row.id, debt.id) in decided or (debt.owed_by in whose and debt.status in OWED)
        ]
    return found


def _covered_debt(debt: Any, nation: str, row: BreathingSpaceDebt | None) -> CoveredDebt:
    found = inclusion(debt.debt_type, nation, SOLUTION)
    return CoveredDebt(
        debt_id=debt.id,
        creditor=debt.creditor,
        debt_type=debt.debt_type,
        balance=debt.balance,
        is_in=row.is_in if row is not None else False,
        is_decided=row is not None,
        effective_on=row.effective_on if row is not None else None,
        reason=(row.reason or "") if row is not None else "",
        part=found.part,
        rule=found.why,
        version=row.version if row is not None else 0,
    )
