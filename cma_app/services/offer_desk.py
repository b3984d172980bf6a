"""Where offers are worked out: a case's newest sheet, its debts, and how they share the rest."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import Conflict, Invalid
from cma_app.rules.dates import add_months
from cma_app.rules.financial_statement import available_for_priority
from cma_app.rules.full_and_final import Settlement, full_and_final
from cma_app.rules.offers import BadOffer, Plan, plan_offers, review_date
from cma_app.rules.parameters import parameter
from cma_app.services.budgets import FROZEN
from cma_app.services.locking import locked
from cma_app.services.offer_debts import OfferDebt, list_debts
from cma_app.services.offer_records import (
    in_plan,
    in_rows,
    issued_plan,
    issued_settlement,
    keep_offers,
    saved_at,
    saved_offers,
    saved_review,
)
from cma_app.services.offer_settings import BY_BALANCE, Sharing
from cma_app.session import CentreSession
from models import BudgetSheet, Case

CHANGED_SINCE: Final = (
    "The debts changed after the statement was issued. Revise the budget to offer anew."
)


@dataclass(frozen=True, slots=True)
class CaseOffers:
    """The plan of a case's newest sheet; no sheet gives no plan.

    `settlement` is there where a lump sum is offered in full and final settlement. `problem` is a
    sentence where what was entered no longer fits; the plan is then without it. `is_stale` says
    that the saved offers are not what would be offered now.
    """

    sheet: BudgetSheet | None
    debts: list[OfferDebt]
    plan: Plan | None
    review_on: date
    nation: str | None = None
    sharing: Sharing = BY_BALANCE
    settlement: Settlement | None = None
    problem: str = ""
    is_saved: bool = False
    is_stale: bool = False
    is_frozen: bool = False
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What offers are worked out from: a sheet of a case, its debts and how they share."""

    sheet: BudgetSheet
    nation: str | None
    debts: list[OfferDebt]
    sharing: Sharing

    @property
    def on(self) -> date:
        """Return the day whose rules hold."""
        return self.sheet.statement_date or today()

    @property
    def available(self) -> Decimal:
        """Return what the budget leaves for debts, in pounds a month; below nil in a deficit."""
        sheet = self.sheet
        return available_for_priority(
            sheet.total_income, sheet.total_expenses, sheet.savings, sheet.debt_admin_fee
        )

    def plan(self) -> tuple[Plan, Settlement | None]:
        """Work out every offer by the rules; BadOffer where what was entered does not fit."""
        in_deficit, sharing = self.available <= 0, self.sharing
        asked = [
            debt.for_offer(sharing, self.on, in_deficit=in_deficit)
            for debt in self.debts
            if not debt.why_not
        ]
        once = sharing.lump_sum
        plan = plan_offers(
            self.available,
            asked,
            self.on,
            method=sharing.method if once is None else "nil",
            whole_pounds=sharing.in_pounds,
            minimum=sharing.minimum,
            token_offers=sharing.tokens and once is None,
            nation=self.nation,
        )
        if once is None:
            return plan, None
        sharers = {str(debt.id) for debt in self.debts if debt.shares()}
        return plan, full_and_final(once, [each for each in asked if each.key in sharers])

    def without_entries(self) -> "Desk":
        """Return the same as if nothing had been entered."""
        return replace(self, debts=[replace(debt, entered=None) for debt in self.debts])


def open_desk(session: CentreSession, case_id: int) -> tuple[Case, Desk]:
    """Return what may be worked on, the case locked; Conflict where there is nothing such."""
    case = session.require(Case, case_id)
    session.authorize(Act.OFFER_RECORD, case)
    locked(session, Case, case_id)
    sheet = _newest_sheet(session, case)
    if sheet is None:
        raise Conflict("There is no budget sheet yet. Enter the budget first.")
    if sheet.frozen_at is not None:
        raise Conflict(FROZEN)
    return case, _desk(session, case, sheet)


def _desk(
    session: CentreSession, case: Case, sheet: BudgetSheet, *, besides: Collection[int] = ()
) -> Desk:
    on = sheet.statement_date or today()
    debts = list_debts(session, sheet.case_id, on, besides=besides)
    return Desk(sheet, case.nation, debts, Sharing.of(sheet))


def keep(session: CentreSession, desk: Desk, review_on: date | None) -> None:
    """Save every offer as it is worked out; without a day the review stays, or is the usual."""
    plan, settlement = desk.plan()
    saved = saved_offers(session, desk.sheet)
    on = checked_review(review_on, saved_review(saved))
    keep_offers(session, desk.sheet, desk.debts, plan=plan, settlement=settlement, review_on=on)


def checked_review(asked: date | None, saved: date | None) -> date:
    """Return when to look again: later than today, and within the most the rules allow."""
    if asked is None:
        return saved if saved is not None and saved > today() else review_date(today())
    try:
        return in_time(asked) or asked
    except ValueError as error:
        raise Invalid({"review_date": str(error)}) from None


def in_time(asked: date | None) -> date | None:
    """Refuse a review day that is not after today or later than the rules allow."""
    last = add_months(today(), int(parameter("offer_review_months_most").on(today())))
    if asked is not None and not today() < asked <= last:
        said = f"{last.day} {last:%b %Y}"
        raise ValueError(f"Choose a day after today and not later than {said}.")
    return asked


def offers_now(session: CentreSession, case: Case) -> CaseOffers:
    """Return what can be offered now, or was issued; whoever calls has asked for the case."""
    sheet = _newest_sheet(session, case)
    if sheet is None:
        debts = list_debts(session, case.id or 0, today())
        return CaseOffers(None, debts, None, review_on=review_date(today()))
    saved = saved_offers(session, sheet)
    is_frozen = sheet.frozen_at is not None
    desk = _desk(session, case, sheet)
    problem = ""
    try:
        plan, settlement = desk.plan()
    except BadOffer as error:
        problem = error.sentence
        plan, settlement = desk.without_entries().plan()
    is_stale = bool(saved) and (bool(problem) or in_plan(plan, settlement) != in_rows(saved))
    if is_frozen:
        desk = _desk(session, case, sheet, besides=list(saved))
        plan = issued_plan(desk.available, desk.debts, saved, sheet=sheet, on=desk.on)
        once = sheet.lump_sum
        settlement = None if once is None else issued_settlement(once, desk.debts, saved)
        problem = CHANGED_SINCE if is_stale else ""
    return CaseOffers(
        sheet=sheet,
        debts=desk.debts,
        plan=plan,
        review_on=saved_review(saved) or today()
        if is_frozen
        else checked_review(None, saved_review(saved)),
        nation=case.nation,
        sharing=desk.sharing,
        settlement=settlement,
        problem=problem,
        is_saved=bool(saved),
        is_stale=is_stale,
        is_frozen=is_frozen,
        saved_at=saved_at(saved, sheet),
    )


def _newest_sheet(session: CentreSession, case: Case) -> BudgetSheet | None:
    newest = (
        select(col(BudgetSheet.id))
        .where(
            col(BudgetSheet.centre_id) == session.actor.centre_id,
            col(BudgetSheet.case_id) == case.id,
            col(BudgetSheet.deleted_at).is_(None),
        )
        .order_by(col(BudgetSheet.sheet_no).desc())
        .limit(1)
    )
    found = session.execute(newest).scalar_one_or_none()
    return session.require(BudgetSheet, found) if found is not None else None
