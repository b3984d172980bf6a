"""A case's debts as its offers see them, each with what the advisor entered for it last."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import or_, select
from sqlmodel import col

from cma_app.rules.entries import Entry
from cma_app.rules.frequencies import monthly
from cma_app.rules.offers import DebtForOffer
from cma_app.services.offer_settings import Sharing
from cma_app.session import CentreSession
from models import Creditor, Debt, Offer

NOT_OFFERED: Final = {
    "disputed": "Disputed: no offer until it is settled what is owed.",
    "not_liable": "Not liable: nobody in this household has to pay it.",
    "settled": "Settled: nothing is left to pay.",
    "written_off": "Written off: the creditor no longer asks for it.",
}
"""Why a debt has no offer, by its status or liability."""


@dataclass(frozen=True, slots=True)
class OfferDebt:
    """A debt as the offers page lists it; `entered` is the advisor's own offer, if there is one.

    `is_fixed` says that it holds whatever the sheet's way of sharing. `agreed`, `ordered` and
    `deduction` are pounds a month; a `deduction` of None beside a source is not known.
    """

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
    is_fixed: bool = False
    agreed: Decimal | None = None
    ordered: Decimal | None = None
    interest_rate: Decimal | None = None
    deduction_source: str = ""
    deduction: Decimal | None = None

    @property
    def why_not(self) -> str:
        """Return why nothing is offered, or an empty text."""
        return NOT_OFFERED.get(self.status) or NOT_OFFERED.get(self.liability, "")

    @property
    def is_deducted(self) -> bool:
        """Say whether it is paid by deduction, so that nothing is offered."""
        return bool(self.deduction_source) or self.deduction is not None

    def shares(self) -> bool:
        """Say whether it takes part in what the priority offers leave."""
        return not (self.is_priority or self.is_deducted or self.why_not)

    def entry_under(self, sharing: Sharing) -> Entry | None:
        """Return the advisor's own offer where it counts; kept from before it is None."""
        counts = self.is_priority or self.is_fixed or sharing.method == "manual"
        if sharing.is_full_and_final and not self.is_priority:
            counts = False
        return self.entered if counts else None

    def for_offer(self, sharing: Sharing, on: date, *, in_deficit: bool) -> DebtForOffer:
        """Return the debt as the rules take it.

        In a deficit an offer above nil that was entered for a debt that is not priority waits.
        """
        entry = None if self.is_deducted else self.entry_under(sharing)
        offer = monthly(entry.amount, entry.frequency, on) if entry is not None else None
        if in_deficit and offer and not self.is_priority:
            offer = None
        return DebtForOffer(
            key=str(self.id),
            balance=self.balance,
            priority=self.is_priority,
            arrears=self.arrears,
            manual_offer=offer,
            name=self.creditor,
            contractual=self.agreed,
            court_instalment=self.ordered,
            deduction=(self.deduction or Decimal("0.00")) if self.is_deducted else None,
            interest_rate=self.interest_rate,
        )


@dataclass(frozen=True, slots=True)
class Entered:
    """What was entered for one debt the last time, and whether it holds whatever the sharing."""

    entry: Entry
    is_fixed: bool


def list_debts(
    session: CentreSession, case_id: int, on: date, *, besides: Collection[int] = ()
) -> list[OfferDebt]:
    """Return a case's debts in their order, and of the removed ones those in `besides`.

    `on` is the day whose rules make months of weeks. Whoever calls has asked for the case.
    """
    past = _entered(session, case_id)
    return [
        _debt(row, past.get(row.id), on)
        for row in session.execute(_listed(session, case_id, besides))
    ]


def _debt(row: Any, past: Entered | None, on: date) -> OfferDebt:
    taken = row.deduction_amount
    return OfferDebt(
        id=row.id,
        creditor=row.creditor_name,
        debt_type=row.debt_type,
        is_priority=row.is_priority,
        liability=row.liability,
        owed_by=row.owed_by,
        balance=row.balance,
        arrears=row.arrears,
        status=row.status,
        entered=past.entry if past else None,
        is_fixed=past is not None and past.is_fixed,
        agreed=row.monthly_payment,
        ordered=row.ordered_payment,
        interest_rate=row.interest_rate,
        deduction_source=row.deduction_source or "",
        deduction=None
        if taken is None
        else monthly(taken, row.deduction_frequency or "monthly", on),
    )


def _listed(session: CentreSession, case_id: int, besides: Collection[int]) -> Any:
    debts, creditors = Debt.__table__, Creditor.__table__  # type: ignore[attr-defined]
    wanted = debts.c.deleted_at.is_(None)
    if besides:
        wanted = or_(wanted, debts.c.id.in_(besides))
    return (
        select(debts, creditors.c.creditor_name)
        .join(
            creditors,
            (creditors.c.id == debts.c.creditor_id) & (creditors.c.centre_id == debts.c.centre_id),
        )
        .where(debts.c.centre_id == session.actor.centre_id, debts.c.case_id == case_id, wanted)
        .order_by(debts.c.position, debts.c.id)
    )


def _entered(session: CentreSession, case_id: int) -> dict[int, Entered]:
    """Return each debt's last entry, from the newest sheet that has a row for it."""
    past = (
        select(
            col(Offer.debt_id),
            col(Offer.entered_amount),
            col(Offer.entered_frequency),
            col(Offer.is_fixed),
        )
        .where(col(Offer.centre_id) == session.actor.centre_id, col(Offer.case_id) == case_id)
        .order_by(col(Offer.budget_sheet_id))
    )
    found: dict[int, Entered] = {}
    for debt_id, entered, frequency, is_fixed in session.execute(past):
        found.pop(debt_id, None)
        if entered is not None and frequency:
            found[debt_id] = Entered(Entry(entered, frequency), is_fixed)
    return found
