"""Debts: who is owed, by whom, and how much; the database keeps each creditor's and case's sums.

A joint debt counts once for the household and in full for each of the two people. A debt that
nobody in the household is liable for is listed and not counted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.errors import CmaError, Conflict, Invalid, NotFound
from cma_app.rules import debt_types
from cma_app.services.cases import read_case
from cma_app.services.chasers import settle_chasers
from cma_app.services.debt_events import has_open_event
from cma_app.services.debt_forms import MOST_PAID, DebtForm, FileForm
from cma_app.services.debt_marks import Marks, marks_of
from cma_app.services.locking import locked
from cma_app.services.partners import debts_that_left, joined_person
from cma_app.session import CentreSession
from models import Case, Creditor, Debt

NIL: Final = Decimal("0.00")
MOST_OWED: Final = Decimal("99999999.99")  # the width of a creditor's kept balance
COUNTED: Final = ("active", "disputed")


@dataclass(frozen=True, slots=True)
class DebtRow:
    """A debt as the grid lists it, in pounds."""

    id: int
    version: int
    creditor: str
    debt_type: str
    is_priority: bool
    priority_reason: str | None
    liability: str
    owed_by: str
    balance: Decimal
    arrears: Decimal | None
    monthly_payment: Decimal | None
    account_number: str | None
    status: str


@dataclass(frozen=True, slots=True)
class DebtTotals:
    """What is owed, in pounds: a joint debt once for the household, in full for each person."""

    household: Decimal
    priority: Decimal
    non_priority: Decimal
    arrears: Decimal
    payments: Decimal
    client: Decimal
    partner: Decimal
    has_partner: bool


@dataclass(frozen=True, slots=True)
class CaseDebts:
    """All debts of a case with their sums; `marks` says by a debt's id what stands out about it."""

    nation: str
    rows: list[DebtRow]
    totals: DebtTotals
    marks: dict[int, Marks]


def list_debts(session: CentreSession, case_id: int) -> CaseDebts:
    """Return the debts of a case in the order they were entered, with their totals."""
    case = read_case(session, case_id)
    session.authorize(Act.CASE_OPEN, case)
    rows = _rows(session, case_id)
    return CaseDebts(case.nation, rows, _totals(rows), marks_of(session, case))


def add_debt(session: CentreSession, case_id: int, data: Mapping[str, Any]) -> Debt:
    """Record one more debt of a case; Invalid says beside which box something is wrong."""
    case = session.require(Case, case_id)
    session.authorize(Act.DEBT_RECORD, case)
    values = _values(DebtForm.read(data), case)
    locked(session, Case, case_id)
    _refuse_too_much(session, case_id, values, besides=None)
    creditor = _creditor(session, case_id, values.pop("creditor"), values["debt_type"])
    last = select(func.coalesce(func.max(col(Debt.position)), 0)).where(
        col(Debt.case_id) == case_id
    )
    place = session.execute(last).scalar_one() + 1
    debt = Debt(case_id=case_id, creditor_id=creditor.id, position=place, **values)
    session.add(debt)
    session.flush()
    return debt


def change_debt(
    session: CentreSession,
    debt_id: int,
    data: Mapping[str, Any],
    *,
    version: int,
    form: type[DebtForm] = DebtForm,
) -> Debt:
    """Record a debt anew; where another person changed it since `version`, Conflict has theirs.

    `form` says which of its boxes were on screen: the grid's row, or the whole page of it. A new
    balance has to be verified again, and a new month's payment takes the place of what was said.
    """
    debt = session.require(Debt, debt_id)
    case = session.require(Case, debt.case_id)
    session.authorize(Act.DEBT_RECORD, case)
    values = _values(form.read(data), case)
    locked(session, Case, case.id)
    debt = locked(session, Debt, debt_id)
    if debt.version != version:
        raise Conflict(
            "Somebody changed this debt in the meantime.", _theirs(session, debt, values)
        )
    _refuse_too_much(session, case.id, values, besides=debt_id)
    creditor = _renamed(session, debt, values.pop("creditor"), values["debt_type"])
    debt.creditor_id = creditor.id
    values |= _carried(debt, values)
    settled = debt.status != values["status"]
    for name, value in values.items():
        setattr(debt, name, value)
    session.flush()
    if settled:
        settle_chasers(session, debt)
    return debt


def remove_debt(session: CentreSession, debt_id: int) -> Debt:
    """Take a debt off the list; its history stays, and `restore_debt` brings it back.

    With it go its emergencies: who may not end those may not remove it.
    """
    debt = session.require(Debt, debt_id)
    case = session.require(Case, debt.case_id)
    if has_open_event(session, debt):
        session.authorize(Act.EMERGENCY_END, case)
    session.authorize(Act.DEBT_REMOVE, case)
    locked(session, Case, case.id)
    debt.deleted_at = now()
    session.flush()
    settle_chasers(session, debt)
    return debt


def restore_debt(session: CentreSession, debt_id: int) -> int:
    """Bring a removed debt back as it was and return its case; NotFound where none was removed.

    What left the case with a second person stays away.
    """
    table = Debt.__table__  # type: ignore[attr-defined]
    removed = (table.c.centre_id == session.actor.centre_id, table.c.id == debt_id)
    case_id = session.execute(
        select(table.c.case_id).where(*removed, table.c.deleted_at.is_not(None))
    ).scalar_one_or_none()
    if case_id is None:
        raise NotFound
    session.authorize(Act.DEBT_REMOVE, session.require(Case, case_id))
    case = locked(session, Case, case_id)
    if joined_person(session, case) is None and debt_id in debts_that_left(session, case):
        raise NotFound
    session.execute(
        update(table)
        .where(*removed)
        .values(
            deleted_at=None,
            version=table.c.version + 1,
            updated_at=now(),
            updated_by=session.actor.user_id or None,
        )
    )
    settle_chasers(session, session.require(Debt, debt_id))
    return case_id


def _values(form: DebtForm, case: Case) -> dict[str, Any]:
    """Return the columns of a debt, and the creditor's name, from what was typed."""
    values = form.model_dump(exclude={"priority", "priority_reason"})
    if isinstance(form, FileForm):
        values["monthly_payment"] = form.payment_a_month()
    try:
        by_type = debt_types.is_priority(form.debt_type, case.nation)
    except CmaError as error:
        raise Invalid({"debt_type": error.sentence}) from None
    chosen = by_type if form.priority == "by_type" else form.priority == "priority"
    if chosen != by_type and not form.priority_reason:
        raise Invalid({"priority_reason": "Say why this debt is treated differently."})
    if (values["monthly_payment"] or NIL) > MOST_PAID:
        box = "payment_amount" if isinstance(form, FileForm) else "monthly_payment"
        raise Invalid({box: f"Enter a payment of £{MOST_PAID:,} a month or less."})
    if form.liability == "joint" or (form.owed_by == "joint" and form.liability == "sole"):
        values |= {"liability": "joint", "owed_by": "joint"}
    if form.liability == "disputed" and form.status == "active":
        values["status"] = "disputed"
    return values | {
        "is_priority": chosen,
        "priority_reason": form.priority_reason if chosen != by_type else None,
    }


def _carried(debt: Debt, values: dict[str, Any]) -> dict[str, Any]:
    """Return what follows from other values than those that are stored."""
    follows: dict[str, Any] = {}
    if debt.is_balance_verified and values["balance"] != debt.balance:
        follows["is_balance_verified"] = False
    if "payment_amount" not in values and values["monthly_payment"] != debt.monthly_payment:
        follows |= {"payment_amount": None, "payment_frequency": None}
    return follows


def _refuse_too_much(
    session: CentreSession, case_id: int, values: dict[str, Any], *, besides: int | None
) -> None:
    """Refuse sums that no household has, before they are too wide for the kept totals."""
    others = [row for row in _rows(session, case_id) if row.id != besides]
    owed = sum((row.balance for row in others), values["balance"])
    arrears = sum((row.arrears or NIL for row in others), values["arrears"] or NIL)
    paid = sum((row.monthly_payment or NIL for row in others), values["monthly_payment"] or NIL)
    wrong = {}
    for name, total, most in (
        ("balance", owed, MOST_OWED),
        ("arrears", arrears, MOST_OWED),
        ("monthly_payment", paid, MOST_PAID),
    ):
        if total > most:
            wrong[name] = f"With the other debts this comes to more than £{most:,}. Check it."
    if "payment_amount" in values and "monthly_payment" in wrong:
        wrong["payment_amount"] = wrong.pop("monthly_payment")
    if wrong:
        raise Invalid(wrong)


def _creditor(session: CentreSession, case_id: int, name: str, kind: str) -> Creditor:
    """Return the case's creditor of that name, however its letters are cased, or a new one."""
    known = select(col(Creditor.id), col(Creditor.creditor_name)).where(
        col(Creditor.case_id) == case_id, col(Creditor.centre_id) == session.actor.centre_id
    )
    for creditor_id, known_name in session.execute(known):
        if known_name.casefold() == name.casefold():
            return session.require(Creditor, creditor_id)
    creditor = Creditor(case_id=case_id, creditor_name=name, creditor_type=kind)
    session.add(creditor)
    session.flush()
    return creditor


def _renamed(session: CentreSession, debt: Debt, name: str, kind: str) -> Creditor:
    """Return the creditor for a name: the same one, renamed where no other debt is owed to it."""
    creditor = session.require(Creditor, debt.creditor_id)
    if creditor.creditor_name == name:
        return creditor
    shared = select(func.count()).where(
        col(Debt.creditor_id) == creditor.id,
        col(Debt.centre_id) == debt.centre_id,
        col(Debt.deleted_at).is_(None),
    )
    is_shared = session.execute(shared).scalar_one() > 1
    if creditor.creditor_name.casefold() == name.casefold() or not is_shared:
        other = _creditor_named(session, debt, name)
        if other is not None:
            return other
        creditor.creditor_name = name
        session.flush()
        return creditor
    return _creditor(session, debt.case_id, name, kind)


def _creditor_named(session: CentreSession, debt: Debt, name: str) -> Creditor | None:
    """Return another creditor of the case that has the name already."""
    others = select(col(Creditor.id), col(Creditor.creditor_name)).where(
        col(Creditor.case_id) == debt.case_id,
        col(Creditor.centre_id) == debt.centre_id,
        col(Creditor.id) != debt.creditor_id,
    )
    for creditor_id, known_name in session.execute(others):
        if known_name.casefold() == name.casefold():
            return session.require(Creditor, creditor_id)
    return None


def _theirs(session: CentreSession, debt: Debt, typed: dict[str, Any]) -> dict[str, str]:
    """Return what is stored now, by box, where it differs from what was typed."""
    creditor = session.require(Creditor, debt.creditor_id)
    stored = {name: getattr(debt, name) for name in typed if name != "creditor"}
    stored["creditor"] = creditor.creditor_name
    return {
        name: "" if value is None else str(value)
        for name, value in stored.items()
        if value != typed[name]
    }


def _rows(session: CentreSession, case_id: int) -> list[DebtRow]:
    listed = (
        select(
            col(Debt.id),
            col(Debt.version),
            col(Creditor.creditor_name),
            col(Debt.debt_type),
            col(Debt.is_priority),
            col(Debt.priority_reason),
            col(Debt.liability),
            col(Debt.owed_by),
            col(Debt.balance),
            col(Debt.arrears),
            col(Debt.monthly_payment),
            col(Debt.account_number),
            col(Debt.status),
        )
        .join(
            Creditor,
            (col(Creditor.id) == col(Debt.creditor_id))
            & (col(Creditor.centre_id) == col(Debt.centre_id)),
        )
        .where(
            col(Debt.centre_id) == session.actor.centre_id,
            col(Debt.case_id) == case_id,
            col(Debt.deleted_at).is_(None),
        )
        .order_by(col(Debt.position), col(Debt.id))
    )
    return [DebtRow(*row) for row in session.execute(listed)]


def _totals(rows: Iterable[DebtRow]) -> DebtTotals:
    owed = [row for row in rows if row.status in COUNTED and row.liability != "not_liable"]

    def add(amounts: Iterable[Decimal | None]) -> Decimal:
        return sum((amount or NIL for amount in amounts), NIL)

    return DebtTotals(
        household=add(row.balance for row in owed),
        priority=add(row.balance for row in owed if row.is_priority),
        non_priority=add(row.balance for row in owed if not row.is_priority),
        arrears=add(row.arrears for row in owed),
        payments=add(row.monthly_payment for row in owed),
        client=add(row.balance for row in owed if row.owed_by in {"client", "joint"}),
        partner=add(row.balance for row in owed if row.owed_by in {"partner", "joint"}),
        has_partner=any(row.owed_by != "client" for row in owed),
    )
