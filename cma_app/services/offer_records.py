"""The rows of a sheet's offers: what was saved, how a plan is saved, and what was issued."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from cma_app.rules.full_and_final import Settlement, settlement_of
from cma_app.rules.offers import Plan, PlanLine, is_long_term, months_to_clear
from cma_app.services.offer_debts import OfferDebt
from cma_app.session import CentreSession
from models import BudgetSheet, Offer

NIL = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Offered:
    """What one debt is offered: pounds a month, whether that is a token, and pounds once."""

    amount: Decimal = NIL
    is_token: bool = False
    lump_sum: Decimal | None = None


def saved_offers(session: CentreSession, sheet: BudgetSheet) -> dict[int, Offer]:
    """Return the offers saved from a sheet, by debt."""
    rows = session.exec(
        sqlmodel_select(Offer).where(
            col(Offer.centre_id) == sheet.centre_id,
            col(Offer.case_id) == sheet.case_id,
            col(Offer.budget_sheet_id) == sheet.id,
        )
    )
    return {offer.debt_id: offer for offer in rows}


def saved_review(saved: Mapping[int, Offer]) -> date | None:
    """Return when saved offers are looked at again."""
    return max((offer.review_date for offer in saved.values() if offer.review_date), default=None)


def saved_at(saved: Mapping[int, Offer], sheet: BudgetSheet) -> datetime | None:
    """Return the moment of the last saving of offers or of how they are shared."""
    stamps = [offer.updated_at for offer in saved.values()]
    return max([*stamps, sheet.updated_at]) if stamps else None


def in_plan(plan: Plan, settlement: Settlement | None) -> dict[int, Offered]:
    """Return what a plan offers each debt, without those that get nothing."""
    once = {line.key: line.offer for line in settlement.lines} if settlement else {}
    made = {
        int(line.key): Offered(line.offer or NIL, line.source == "token", once.get(line.key))
        for line in plan.lines
    }
    return {debt_id: offered for debt_id, offered in made.items() if offered != Offered()}


def in_rows(saved: Mapping[int, Offer]) -> dict[int, Offered]:
    """Return what was saved for each debt, without those that get nothing."""
    made = {
        debt_id: Offered(offer.amount, offer.is_token, offer.lump_sum)
        for debt_id, offer in saved.items()
    }
    return {debt_id: offered for debt_id, offered in made.items() if offered != Offered()}


def keep_offers(
    session: CentreSession,
    sheet: BudgetSheet,
    debts: Iterable[OfferDebt],
    *,
    plan: Plan,
    settlement: Settlement | None,
    review_on: date,
) -> None:
    """Write one row for each debt of the plan; what is no longer offered becomes nil."""
    saved = saved_offers(session, sheet)
    offered = in_plan(plan, settlement)
    by_id = {debt.id: debt for debt in debts}
    for line in plan.lines:
        debt_id = int(line.key)
        offer = saved.pop(debt_id, None) or _row(sheet, debt_id)
        is_once = settlement is not None and line.key in {each.key for each in settlement.lines}
        _enter(offer, by_id[debt_id])
        _make(offer, offered.get(debt_id, Offered()), "full_and_final" if is_once else line.method)
        offer.review_date = review_on
        session.add(offer)
    for offer in saved.values():
        _make(offer, Offered(), "nil")


def keep_entries(session: CentreSession, sheet: BudgetSheet, debts: Iterable[OfferDebt]) -> None:
    """Write what the advisor entered and leave the amounts: together they do not fit yet."""
    saved = saved_offers(session, sheet)
    for debt in debts:
        if debt.entered is not None or debt.id in saved:
            offer = saved.get(debt.id) or _row(sheet, debt.id)
            _enter(offer, debt)
            session.add(offer)


def _row(sheet: BudgetSheet, debt_id: int) -> Offer:
    return Offer(
        case_id=sheet.case_id, budget_sheet_id=sheet.id or 0, debt_id=debt_id, method="nil"
    )


def _enter(offer: Offer, debt: OfferDebt) -> None:
    entry = debt.entered
    offer.entered_amount = entry.amount if entry else None
    offer.entered_frequency = entry.frequency if entry else None
    offer.is_fixed = debt.is_fixed


def _make(offer: Offer, made: Offered, method: str) -> None:
    offer.amount, offer.is_token, offer.lump_sum = made.amount, made.is_token, made.lump_sum
    offer.method = method


def issued_plan(
    available: Decimal,
    debts: Sequence[OfferDebt],
    saved: Mapping[int, Offer],
    *,
    sheet: BudgetSheet,
    on: date,
) -> Plan:
    """Return a frozen sheet's offers as they were issued; owed is what is owed now."""
    lines = tuple(_issued(debt, saved[debt.id], on) for debt in debts if debt.id in saved)
    own = [line for line in lines if line.source == "surplus"]
    first = sum((line.offer or NIL for line in own if line.priority), NIL)
    others = sum((line.offer or NIL for line in own if not line.priority), NIL)
    tokens = sum((line.offer or NIL for line in lines if line.source == "token"), NIL)
    return Plan(
        available=available,
        lines=lines,
        priority_total=first,
        left_for_others=max(NIL, available - first),
        other_total=others,
        unallocated=available - first - others,
        in_deficit=available <= 0,
        to_decide=(),
        method=sheet.offer_method,
        from_surplus=first + others,
        tokens_total=tokens,
        deductions_total=sum((line.deduction or NIL for line in lines), NIL),
    )


def _issued(debt: OfferDebt, offer: Offer, on: date) -> PlanLine:
    source = "token" if offer.is_token else "surplus"
    deduction = None
    if offer.method == "deduction":
        source, deduction = "deduction", debt.deduction or NIL
    to_clear = debt.arrears if debt.is_priority and debt.arrears else debt.balance
    months = months_to_clear(to_clear, deduction or offer.amount)
    return PlanLine(
        key=str(debt.id),
        priority=debt.is_priority,
        included=True,
        owed=debt.balance,
        share=None,
        exact=None,
        offer=offer.amount,
        months=months,
        long_term=is_long_term(months, on),
        source=source,
        method=offer.method,
        deduction=deduction,
    )


def issued_settlement(
    lump_sum: Decimal, debts: Sequence[OfferDebt], saved: Mapping[int, Offer]
) -> Settlement:
    """Return the full and final offers as they were issued."""
    once = {
        str(debt.id): (debt.balance, saved[debt.id].lump_sum or NIL)
        for debt in debts
        if debt.id in saved and saved[debt.id].lump_sum is not None
    }
    return settlement_of(
        lump_sum,
        {key: owed for key, (owed, _) in once.items()},
        {key: offer for key, (_, offer) in once.items()},
    )
