"""Offers from the newest budget sheet: priority debts first, the rest shared to the exact penny.

The advisor decides each priority offer. Offers are saved by `record_offers` alone, all of a sheet
together, so that they always add up; what is shown is always worked out anew from the debts and
the budget, and said to be stale where it differs from what was saved.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator
from sqlalchemy import select
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import CmaError, Conflict, Invalid
from cma_app.rules.dates import add_months
from cma_app.rules.entries import Entry, parse_entry
from cma_app.rules.financial_statement import NIL, available_for_priority
from cma_app.rules.frequencies import monthly
from cma_app.rules.offers import (
    BadOffer,
    DebtForOffer,
    Plan,
    plan_offers,
    review_date,
)
from cma_app.rules.parameters import parameter
from cma_app.services.cases import read_case
from cma_app.services.forms import Day, Form
from cma_app.services.locking import locked
from cma_app.session import CentreSession
from models import BudgetSheet, Case, Creditor, Debt, Offer

MOST_ENTERED: Final = Decimal("999999.99")  # the width of an offer as entered
NOT_OFFERED: Final = {
    "disputed": "Disputed: no offer until it is settled what is owed.",
    "not_liable": "Not liable: nobody in this household has to pay it.",
    "settled": "Settled: nothing is left to pay.",
    "written_off": "Written off: the creditor no longer asks for it.",
}
"""Why a debt has no offer, by its status or liability."""


def _in_time(asked: date | None) -> date | None:
    """Refuse a review day that is not after today or later than the rules allow."""
    last = add_months(today(), int(parameter("offer_review_months_most").on(today())))
    if asked is not None and not today() < asked <= last:
        said = f"{last.day} {last:%b %Y}"
        raise ValueError(f"Choose a day after today and not later than {said}.")
    return asked


class ReviewForm(Form):
    """When the offers are looked at again, as it is typed."""

    review_date: Annotated[Day, AfterValidator(_in_time)] = None


@dataclass(frozen=True, slots=True)
class OfferDebt:
    """A debt as the offers page lists it; `entered` is the advisor's decision, if there is one."""

    id: int
    creditor: str
    debt_type: str
    is_priority: bool
    liability: str
    owed_by: str
    balance: Decimal
    arrears: Decimal | None
    status: str
    entered: Entry | None

    @property
    def why_not(self) -> str:
        """Return why nothing is offered, or an empty text."""
        return NOT_OFFERED.get(self.status) or NOT_OFFERED.get(self.liability, "")


@dataclass(frozen=True, slots=True)
class CaseOffers:
    """The plan of a case's newest sheet; no sheet gives no plan.

    `problem` is a sentence where the saved priority offers no longer fit; the plan is then
    without them. `is_stale` says that the saved offers are not what would be offered now.
    """

    sheet: BudgetSheet | None
    debts: list[OfferDebt]
    plan: Plan | None
    review_on: date
    problem: str = ""
    is_saved: bool = False
    is_stale: bool = False
    saved_at: datetime | None = None


def read_offers(session: CentreSession, case_id: int) -> CaseOffers:
    """Return what can be offered now on each debt of a case, beside what was saved."""
    case = read_case(session, case_id)
    session.authorize(Act.CASE_OPEN, case)
    return _offers(session, case_id)


def record_offers(
    session: CentreSession,
    case_id: int,
    *,
    decided: Mapping[int, str] | None = None,
    review_on: date | None = None,
    seen: Mapping[int, str] | None = None,
) -> CaseOffers:
    """Save all offers of a case's newest sheet and return them as they are now.

    `decided` holds the priority offers just typed, by debt (`12w` for £12 weekly; an empty text
    undecides); those typed before stay. Invalid has a sentence under `offer-<debt id>` or
    `review_date`. `seen` is what the editor saw in these boxes, as `entered_text` writes it: where
    another person's decision came between, Conflict has theirs and nothing is saved.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.OFFER_RECORD, case)
    locked(session, Case, case_id)
    sheet = _newest_sheet(session, case_id)
    if sheet is None:
        raise Conflict("There is no budget sheet yet. Enter the budget first.")
    debts = {debt.id: debt for debt in _debts(session, case_id)}
    entries = _entries(debts, decided or {}, seen or {})
    try:
        plan = _plan(sheet, debts.values(), entries)
    except BadOffer as error:
        boxes = [f"offer-{debt_id}" for debt_id in decided or () if debt_id in entries]
        raise Invalid(dict.fromkeys(boxes or ["offers"], error.sentence)) from None
    on = _review(review_on, _saved_review(session, sheet))
    _save(session, sheet, entries, plan=plan, on=on)
    session.flush()
    return _offers(session, case_id)


def _entries(
    debts: dict[int, OfferDebt], decided: Mapping[int, str], seen: Mapping[int, str]
) -> dict[int, Entry]:
    """Return every priority debt's decision: what was typed now over what was decided before."""
    entries = {debt.id: debt.entered for debt in debts.values() if debt.entered is not None}
    wrong: dict[str, str] = {}
    theirs: dict[str, str] = {}
    for debt_id, typed in decided.items():
        debt = debts.get(debt_id)
        if debt is None or not debt.is_priority or debt.why_not:
            raise Conflict("This debt takes no offer of its own any more. Load the page again.")
        now_stored = _entry_text(debt.entered)
        if debt_id in seen and seen[debt_id] != now_stored:
            theirs[f"offer-{debt_id}"] = now_stored
            continue
        entries.pop(debt_id, None)
        if typed.strip():
            try:
                entries[debt_id] = _decision(debt, typed)
            except CmaError as error:
                wrong[f"offer-{debt_id}"] = error.sentence
    if theirs:
        raise Conflict("Somebody changed this offer in the meantime.", theirs)
    if wrong:
        raise Invalid(wrong)
    return entries


def _decision(debt: OfferDebt, typed: str) -> Entry:
    entry = parse_entry(typed)
    most = max(debt.balance, debt.arrears or NIL)
    if entry.amount > MOST_ENTERED or monthly(entry.amount, entry.frequency) > most:
        raise BadOffer(
            f"The offer for {debt.creditor} is more than is owed. Enter £{most:,.2f} or less."
        )
    return entry


def _entry_text(entry: Entry | None) -> str:
    return f"{entry.amount} {entry.frequency}" if entry is not None else ""


def _review(asked: date | None, saved: date | None) -> date:
    """Return when to look again: later than today, and within the most the rules allow."""
    if asked is None:
        return saved if saved is not None and saved > today() else review_date(today())
    try:
        return _in_time(asked) or asked
    except ValueError as error:
        raise Invalid({"review_date": str(error)}) from None


def _save(
    session: CentreSession, sheet: BudgetSheet, entries: dict[int, Entry], *, plan: Plan, on: date
) -> None:
    """Write one row for each debt of the plan; what is no longer offered becomes nil."""
    saved = _saved(session, sheet)
    for line in plan.lines:
        debt_id = int(line.key)
        offer = saved.pop(debt_id, None) or Offer(
            case_id=sheet.case_id, budget_sheet_id=sheet.id, debt_id=debt_id
        )
        entry = entries.get(debt_id) if line.priority else None
        offer.amount = line.offer or NIL
        offer.entered_amount = entry.amount if entry else None
        offer.entered_frequency = entry.frequency if entry else None
        offer.method = _method(plan, is_priority=line.priority)
        offer.review_date = on
        session.add(offer)
    for offer in saved.values():
        offer.amount, offer.method = NIL, "nil"
        offer.entered_amount, offer.entered_frequency = None, None


def _method(plan: Plan, *, is_priority: bool) -> str:
    if plan.in_deficit:
        return "nil"
    return "manual" if is_priority else "pro_rata_balance"


def _offers(session: CentreSession, case_id: int) -> CaseOffers:
    sheet = _newest_sheet(session, case_id)
    debts = _debts(session, case_id)
    if sheet is None:
        return CaseOffers(None, debts, None, review_on=review_date(today()))
    entries = {debt.id: debt.entered for debt in debts if debt.entered is not None}
    problem = ""
    try:
        plan = _plan(sheet, debts, entries)
    except BadOffer as error:
        problem = error.sentence
        plan = _plan(sheet, debts, {})
    saved = _saved(session, sheet)
    now_offered = {int(line.key): line.offer or NIL for line in plan.lines}
    were_offered = {debt_id: offer.amount for debt_id, offer in saved.items()}
    stamps = [offer.updated_at for offer in saved.values()]
    return CaseOffers(
        sheet=sheet,
        debts=debts,
        plan=plan,
        problem=problem,
        review_on=_review(None, _saved_review(session, sheet)),
        is_saved=bool(saved),
        is_stale=bool(saved) and (bool(problem) or _nonzero(now_offered) != _nonzero(were_offered)),
        saved_at=max(stamps, default=None),
    )


def _nonzero(offers: dict[int, Decimal]) -> dict[int, Decimal]:
    return {debt_id: amount for debt_id, amount in offers.items() if amount}


def _plan(sheet: BudgetSheet, debts: Iterable[OfferDebt], entries: Mapping[int, Entry]) -> Plan:
    """Work out every offer by the rules; BadOffer where the decisions do not fit."""
    on = sheet.statement_date or today()
    available = available_for_priority(
        sheet.total_income, sheet.total_expenses, sheet.savings, sheet.debt_admin_fee
    )
    asked = [_for_offer(debt, entries.get(debt.id), on) for debt in debts if not debt.why_not]
    return plan_offers(available, asked, on)


def _for_offer(debt: OfferDebt, entry: Entry | None, on: date) -> DebtForOffer:
    return DebtForOffer(
        key=str(debt.id),
        balance=debt.balance,
        priority=debt.is_priority,
        arrears=debt.arrears,
        manual_offer=monthly(entry.amount, entry.frequency, on)
        if entry and debt.is_priority
        else None,
        name=debt.creditor,
    )


def _newest_sheet(session: CentreSession, case_id: int) -> BudgetSheet | None:
    newest = (
        select(col(BudgetSheet.id))
        .where(
            col(BudgetSheet.centre_id) == session.actor.centre_id,
            col(BudgetSheet.case_id) == case_id,
            col(BudgetSheet.deleted_at).is_(None),
        )
        .order_by(col(BudgetSheet.sheet_no).desc())
        .limit(1)
    )
    found = session.execute(newest).scalar_one_or_none()
    return session.require(BudgetSheet, found) if found is not None else None


def _saved(session: CentreSession, sheet: BudgetSheet) -> dict[int, Offer]:
    """Return the offers saved from a sheet, by debt."""
    rows = session.exec(
        sqlmodel_select(Offer).where(
            col(Offer.centre_id) == sheet.centre_id,
            col(Offer.case_id) == sheet.case_id,
            col(Offer.budget_sheet_id) == sheet.id,
        )
    )
    return {offer.debt_id: offer for offer in rows}


def _saved_review(session: CentreSession, sheet: BudgetSheet) -> date | None:
    return max(
        (offer.review_date for offer in _saved(session, sheet).values() if offer.review_date),
        default=None,
    )


def _decisions(session: CentreSession, case_id: int) -> dict[int, Entry]:
    """Return each debt's last decision, from the newest sheet that has one for it."""
    past = (
        select(col(Offer.debt_id), col(Offer.entered_amount), col(Offer.entered_frequency))
        .where(col(Offer.centre_id) == session.actor.centre_id, col(Offer.case_id) == case_id)
        .order_by(col(Offer.budget_sheet_id))
    )
    found: dict[int, Entry] = {}
    for debt_id, entered, frequency in session.execute(past):
        found.pop(debt_id, None)
        if entered is not None and frequency:
            found[debt_id] = Entry(entered, frequency)
    return found


def _debts(session: CentreSession, case_id: int) -> list[OfferDebt]:
    listed = (
        select(
            col(Debt.id),
            col(Creditor.creditor_name),
            col(Debt.debt_type),
            col(Debt.is_priority),
            col(Debt.liability),
            col(Debt.owed_by),
            col(Debt.balance),
            col(Debt.arrears),
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
    past = _decisions(session, case_id)
    return [
        OfferDebt(
            id=row.id,
            creditor=row.creditor_name,
            debt_type=row.debt_type,
            is_priority=row.is_priority,
            liability=row.liability,
            owed_by=row.owed_by,
            balance=row.balance,
            arrears=row.arrears,
            status=row.status,
            entered=past.get(row.id),
        )
        for row in session.execute(listed)
    ]
