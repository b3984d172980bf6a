"""Separating two people: the case stays with its client, the other leaves it without a trace.

What is joint stays listed in full for each. What is of one of them alone goes with that one, and
from then on neither file, nor anything made of it, tells of the other.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import or_, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import Conflict
from cma_app.rules.workflow import AT_WORK
from cma_app.services.breathing_space import leave_with
from cma_app.services.budgets import record_line, revise_sheet
from cma_app.services.cases import start_case
from cma_app.services.chasers import plan_chasers
from cma_app.services.households import answers_in, keep_household, newest_household
from cma_app.services.locking import locked
from cma_app.services.partners import joined_person
from cma_app.services.statement_checks import newest_sheet_of
from cma_app.services.statements import begin_again
from cma_app.session import CentreSession
from models import Case, CasePerson, Client, Creditor, Debt, DebtEvent, Letter

APART: Final = "The two are separated already, or there never was a second person."
NEVER_COPIED: Final = frozenset(
    {"id", "case_id", "creditor_id", "debt_id", "version", "notes", "strategy"}
    | {"priority_reason", "included_in", "detail", "ended_how"}
    | {"created_at", "created_by", "updated_at", "updated_by", "deleted_at"}
)
"""What a copy for the other person begins without: keys, stamps, and what somebody wrote freely."""
THEIR_LINES: Final = ("partner-salary-or-wages",)


@dataclass(frozen=True, slots=True)
class OwedLine:
    """A debt as the question before a separation lists it, in pounds."""

    creditor: str
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Parting:
    """What a separation would do to the debts of a case."""

    joint: list[OwedLine]
    theirs: list[OwedLine]


def foresee_parting(session: CentreSession, case_id: int) -> Parting:
    """Return which debts would stay for both and which would leave with the second person."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    wanted = (
        select(col(Debt.owed_by), col(Creditor.creditor_name), col(Debt.balance))
        .join(
            Creditor,
            (col(Creditor.centre_id) == col(Debt.centre_id))
            & (col(Creditor.id) == col(Debt.creditor_id)),
        )
        .where(*_of(case), col(Debt.owed_by).in_(("joint", "partner")))
        .order_by(col(Debt.position), col(Debt.id))
    )
    rows = session.execute(wanted).all()
    return Parting(
        joint=[OwedLine(name, balance) for owed_by, name, balance in rows if owed_by == "joint"],
        theirs=[OwedLine(name, balance) for owed_by, name, balance in rows if owed_by != "joint"],
    )


def separate_people(session: CentreSession, case_id: int, *, opens_case: bool) -> Case | None:
    """Let the second person leave a case, and return the case of their own where one is opened.

    The joint debts are copied there with their court steps, and what only they owe moves there.
    Without a case of their own, what only they owe is on no list any more. Where the case is at
    work, a budget sheet made for two is kept as it was and revised for one, and a statement that
    was not issued begins again from there. No button undoes it: they would be joined anew.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_SEPARATE, case)
    locked(session, Case, case.id)
    joined = joined_person(session, case)
    if joined is None:
        raise Conflict(APART)
    partner = session.require(Client, joined.client_id)
    own = _own_case(session, case, partner) if opens_case else None
    if case.status in AT_WORK:
        _revise_for_one(session, case)
    session.authorize(Act.CASE_SEPARATE, case)
    _household_of_one(session, case)
    leave_with(session, case, partner.id, own)
    _leave_with_their_debts(session, case, joined)
    plan_chasers(session, case.id)
    return own


def _of(case: Case) -> tuple[Any, ...]:
    return (
        col(Debt.centre_id) == case.centre_id,
        col(Debt.case_id) == case.id,
        col(Debt.deleted_at).is_(None),
    )


def _leave_with_their_debts(session: CentreSession, case: Case, joined: CasePerson) -> None:
    """End the joining, and take off the list what is theirs alone, and who is owed only that."""
    joined.left_on = today()
    theirs = _debts(session, case, "partner")
    told = {debt.creditor_id for debt in (*theirs, *_debts(session, case, "joint"))}
    for letter in _unsent(session, case, joined.client_id, told):
        letter.deleted_at = now()
    for debt in theirs:
        debt.deleted_at = now()
    session.flush()
    still = select(col(Debt.creditor_id)).where(*_of(case))
    owed_more = set(session.execute(still).scalars())
    left = {debt.creditor_id for debt in theirs} - owed_more
    for creditor_id in left:
        session.require(Creditor, creditor_id).deleted_at = now()
    session.flush()


def _unsent(
    session: CentreSession, case: Case, client_id: int, creditor_ids: set[int]
) -> list[Letter]:
    """Return the letters not yet issued that are theirs, or tell a creditor of them."""
    wanted = select(Letter).where(
        col(Letter.centre_id) == case.centre_id,
        col(Letter.case_id) == case.id,
        col(Letter.status) == "draft",
        col(Letter.deleted_at).is_(None),
        or_(col(Letter.client_id) == client_id, col(Letter.creditor_id).in_(creditor_ids)),
    )
    return list(session.execute(wanted).scalars())


def _revise_for_one(session: CentreSession, case: Case) -> None:
    """Begin a sheet for one where the newest was made for two."""
    newest = newest_sheet_of(session, case)
    if newest is None:
        return
    sheet = revise_sheet(session, newest.id)
    sheet.is_joint = False
    for code in [code for code in sheet.income_details if code.partition(":")[0] in THEIR_LINES]:
        record_line(session, sheet.id, code=code, typed="")
    session.flush()
    begin_again(session, case, sheet)


def _household_of_one(session: CentreSession, case: Case) -> None:
    newest = newest_household(session, case)
    if newest is None or not newest.has_partner:
        return
    alone = {
        "has_partner": False,
        "partner_client_id": None,
        "partner_employment": [],
        "partner_employment_note": None,
        "adults": max(newest.adults - 1, 1),
    }
    keep_household(session, case, answers_in(newest) | alone)


def _own_case(session: CentreSession, case: Case, partner: Client) -> Case:
    """Open a case for the person who leaves, with what they owe."""
    own = start_case(session, partner, nation=case.nation)
    session.authorize(Act.DEBT_RECORD, own)
    creditors: dict[int, Creditor] = {}
    owed = [*_debts(session, case, "joint"), *_debts(session, case, "partner")]
    for place, debt in enumerate(owed, start=1):
        if debt.creditor_id not in creditors:
            known = session.require(Creditor, debt.creditor_id)
            fresh = Creditor(
                case_id=own.id,
                creditor_name=known.creditor_name,
                creditor_type=known.creditor_type,
            )
            session.add(fresh)
            session.flush()
            creditors[debt.creditor_id] = fresh
        copy = Debt(case_id=own.id, creditor_id=creditors[debt.creditor_id].id, **_values(debt))
        copy.position = place
        copy.owed_by = "client" if debt.owed_by == "partner" else "joint"
        session.add(copy)
        session.flush()
        for event in _events(session, debt):
            session.add(DebtEvent(case_id=own.id, debt_id=copy.id, **_values(event)))
    session.flush()
    return own


def _values(row: Debt | DebtEvent) -> dict[str, Any]:
    return {name: getattr(row, name) for name in set(type(row).model_fields) - NEVER_COPIED}


def _debts(session: CentreSession, case: Case, owed_by: str) -> list[Debt]:
    wanted = select(Debt).where(*_of(case), col(Debt.owed_by) == owed_by)
    return list(session.execute(wanted.order_by(col(Debt.position), col(Debt.id))).scalars())


def _events(session: CentreSession, debt: Debt) -> list[DebtEvent]:
    wanted = select(DebtEvent).where(
        col(DebtEvent.centre_id) == debt.centre_id,
        col(DebtEvent.debt_id) == debt.id,
        col(DebtEvent.deleted_at).is_(None),
    )
    return list(session.execute(wanted.order_by(col(DebtEvent.id))).scalars())
