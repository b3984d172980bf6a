"""A case at a glance: its debts with their offers, and what is left each month."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.rules.workflow import AT_WORK
from cma_app.services.advice_nation import OldNation, old_nation
from cma_app.services.next_actions import ActionRow, list_actions
from cma_app.services.timeline import Event, read_timeline
from cma_app.session import CentreSession
from models import BudgetSheet, Case, Creditor, Debt, Offer

SHOWN: int = 8


@dataclass(frozen=True, slots=True)
class DebtLine:
    """One debt with the newest sheet's offer, in pounds; None where nothing is offered yet."""

    id: int
    creditor: str
    debt_type: str
    is_priority: bool
    status: str
    balance: Decimal
    offer: Decimal | None


@dataclass(frozen=True, slots=True)
class MoneyLeft:
    """The current budget sheet's totals in pounds a month; offers are None before any is made."""

    sheet_no: int
    income: Decimal
    outgoings: Decimal
    surplus: Decimal
    savings: Decimal
    offers: Decimal | None
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """What the first tab of a case shows of its money."""

    debts: list[DebtLine]
    debt_count: int
    total: Decimal
    priority_total: Decimal
    money: MoneyLeft | None


@dataclass(frozen=True, slots=True)
class Workspace:
    """All that the first tab of a case shows below its bar.

    `old_nation` says which advice of a case at work is for another nation's rules.
    """

    overview: Overview
    actions: list[ActionRow]
    events: list[Event]
    old_nation: OldNation | None = None


def read_workspace(session: CentreSession, case_id: int, *, most: int = 30) -> Workspace:
    """Return a case's money, its open actions and `most` events of its timeline."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    return Workspace(
        read_overview(session, case_id),
        list_actions(session, case_id),
        read_timeline(session, case_id, most=most),
        old_nation(session, case) if case.status in AT_WORK else None,
    )


def read_overview(session: CentreSession, case_id: int) -> Overview:
    """Return a case's debts (priority first, the first few), and its current budget's totals."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    sheet = _current_sheet(session, case)
    count, total, priority = _sums(session, case)
    return Overview(
        debts=_debts(session, case, sheet),
        debt_count=count,
        total=total,
        priority_total=priority,
        money=_left(session, sheet) if sheet is not None else None,
    )


def _current_sheet(session: CentreSession, case: Case) -> BudgetSheet | None:
    newest = (
        select(BudgetSheet)
        .where(col(BudgetSheet.centre_id) == case.centre_id, col(BudgetSheet.case_id) == case.id)
        .where(col(BudgetSheet.deleted_at).is_(None))
        .order_by(col(BudgetSheet.sheet_no).desc())
        .limit(1)
    )
    return session.execute(newest).scalars().first()


def _sums(session: CentreSession, case: Case) -> tuple[int, Decimal, Decimal]:
    owed = col(Debt.status).in_(("active", "disputed"))
    zero = Decimal("0.00")
    figures = select(
        func.count(),
        func.coalesce(func.sum(col(Debt.balance)).filter(owed), zero),
        func.coalesce(func.sum(col(Debt.balance)).filter(owed, col(Debt.is_priority)), zero),
    ).where(*_of(case))
    row = session.execute(figures).one()
    return row[0], row[1], row[2]


def _of(case: Case) -> tuple[Any, ...]:
    return (
        col(Debt.centre_id) == case.centre_id,
        col(Debt.case_id) == case.id,
        col(Debt.deleted_at).is_(None),
    )


def _debts(session: CentreSession, case: Case, sheet: BudgetSheet | None) -> list[DebtLine]:
    offered = and_(
        col(Offer.centre_id) == col(Debt.centre_id),
        col(Offer.debt_id) == col(Debt.id),
        col(Offer.deleted_at).is_(None),
        col(Offer.budget_sheet_id) == (sheet.id if sheet is not None else None),
    )
    creditor = and_(
        col(Creditor.centre_id) == col(Debt.centre_id), col(Creditor.id) == col(Debt.creditor_id)
    )
    wanted = (
        select(
            col(Debt.id),
            col(Creditor.creditor_name),
            col(Debt.debt_type),
            col(Debt.is_priority),
            col(Debt.status),
            col(Debt.balance),
            col(Offer.amount),
        )
        .join(Creditor, creditor)
        .outerjoin(Offer, offered)
        .where(*_of(case))
        .order_by(col(Debt.is_priority).desc(), col(Debt.position), col(Debt.id))
        .limit(SHOWN)
    )
    return [DebtLine(*row) for row in session.execute(wanted)]


def _left(session: CentreSession, sheet: BudgetSheet) -> MoneyLeft:
    offers = select(func.sum(col(Offer.amount))).where(
        col(Offer.centre_id) == sheet.centre_id,
        col(Offer.budget_sheet_id) == sheet.id,
        col(Offer.deleted_at).is_(None),
        col(Offer.is_token).is_(False),  # a token is not from the surplus
    )
    return MoneyLeft(
        sheet_no=sheet.sheet_no,
        income=sheet.total_income,
        outgoings=sheet.total_expenses,
        surplus=sheet.surplus_deficit,
        savings=sheet.savings,
        offers=session.execute(offers).scalar_one(),
        is_verified=sheet.verification_status == "verified",
    )
