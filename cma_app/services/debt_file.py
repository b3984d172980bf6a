"""One debt, whole: who is owed, what, since when, where it stands, and what is done about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.errors import NotFound
from cma_app.rules import debt_types
from cma_app.rules.court_stages import Stage, court_stage, how_to_vary
from cma_app.rules.inclusion import Inclusion, inclusion, solutions
from cma_app.rules.limitation import LimitationFlag
from cma_app.services.cases import read_case
from cma_app.services.debt_events import EventRow, list_events
from cma_app.services.debt_forms import FileForm
from cma_app.services.debt_marks import age_of
from cma_app.services.debts import change_debt
from cma_app.services.document_suggestions import Suggestion, suggest_for_debt
from cma_app.services.emergencies import OpenEmergency, of_debts
from cma_app.session import CentreSession
from models import AuditLog, Creditor, Debt, Offer, User


@dataclass(frozen=True, slots=True)
class Verified:
    """Who said last that a balance was checked, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DebtFile:
    """A debt with all that is told beside its own columns; sums in pounds.

    `offer` is the newest one, None where nothing is offered. `vary` says how an order to pay is
    changed in this nation. `suggested` is what papers of the case say otherwise than the debt.
    """

    debt: Debt
    creditor: str
    nation: str
    consequence: str
    first_by_type: bool
    stage: Stage
    vary: str
    events: list[EventRow]
    emergencies: list[OpenEmergency]
    age: LimitationFlag
    solutions: dict[str, str]
    inclusions: dict[str, Inclusion]
    verified: Verified | None
    offer: Decimal | None
    suggested: list[Suggestion]


def read_debt(session: CentreSession, case_id: int, debt_id: int) -> DebtFile:
    """Return one debt of a case; NotFound where it is another case's."""
    case = read_case(session, case_id)
    session.authorize(Act.CASE_OPEN, case)
    debt = session.require(Debt, debt_id)
    if debt.case_id != case.id:
        raise NotFound
    events = list_events(session, case.id, debt_id=debt.id)
    named = solutions(case.nation)
    open_ones = of_debts(session, [case.id]).get(case.id, [])
    return DebtFile(
        debt=debt,
        creditor=session.require(Creditor, debt.creditor_id).creditor_name,
        nation=case.nation,
        consequence=debt_types.consequence(debt.debt_type, case.nation),
        first_by_type=debt_types.is_priority(debt.debt_type, case.nation),
        stage=court_stage(debt.court_stage),
        vary=how_to_vary(case.nation),
        events=events,
        emergencies=[each for each in open_ones if each.debt_id == debt.id],
        age=age_of(debt, events, case.nation),
        solutions=named,
        inclusions={code: inclusion(debt.debt_type, case.nation, code) for code in named},
        verified=_verified(session, debt) if debt.is_balance_verified else None,
        offer=_offer(session, debt),
        suggested=suggest_for_debt(session, debt),
    )


def record_debt(
    session: CentreSession, debt_id: int, data: Mapping[str, Any], *, version: int
) -> Debt:
    """Record the whole page of a debt; Conflict has what another person stored since `version`."""
    return change_debt(session, debt_id, data, version=version, form=FileForm)


def _verified(session: CentreSession, debt: Debt) -> Verified | None:
    """Return who ticked that the balance was checked: the audit log knows."""
    wanted = (
        select(
            func.concat_ws(" ", col(User.first_name), col(User.last_name)),
            col(AuditLog.timestamp),
        )
        .join(
            User,
            (col(User.centre_id) == col(AuditLog.centre_id))
            & (col(User.id) == col(AuditLog.user_id)),
        )
        .where(
            col(AuditLog.centre_id) == debt.centre_id,
            col(AuditLog.case_id) == debt.case_id,
            col(AuditLog.table_name) == Debt.__tablename__,
            col(AuditLog.record_id) == debt.id,
            col(AuditLog.new_values)["is_balance_verified"].as_boolean(),
        )
        .order_by(col(AuditLog.id).desc())
        .limit(1)
    )
    row = session.execute(wanted).first()
    return Verified(*row) if row is not None else None


def _offer(session: CentreSession, debt: Debt) -> Decimal | None:
    newest = (
        select(col(Offer.amount))
        .where(
            col(Offer.centre_id) == debt.centre_id,
            col(Offer.debt_id) == debt.id,
            col(Offer.deleted_at).is_(None),
        )
        .order_by(col(Offer.budget_sheet_id).desc(), col(Offer.id).desc())
        .limit(1)
    )
    return session.execute(newest).scalar_one_or_none()
