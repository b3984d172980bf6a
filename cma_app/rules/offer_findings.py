"""What an advisor has to look at in a plan of offers, a sentence for each debt it is about."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from cma_app.rules.court_stages import how_to_vary
from cma_app.rules.frequencies import to_penny
from cma_app.rules.offer_parts import DebtForOffer, Finding, PlanLine
from cma_app.rules.offer_shares import NIL

MONTHS_OF_RATE = 1200  # a rate in per cent a year, as a part of the balance a month


def findings_of(
    debts: Sequence[DebtForOffer], lines: Sequence[PlanLine], nation: str | None
) -> Iterable[Finding]:
    """Return what to look at, debt by debt in their order.

    `apply_to_vary`: below what a court ordered. `above_agreed`: a debt that is not priority gets
    more than was agreed with its creditor. `never_cleared`: priority arrears without an offer, or
    interest that is no less than the offer.
    """
    for debt, line in zip(debts, lines, strict=True):
        if debt.takes_offer() and line.offer is not None:
            yield from _of(debt, line.offer, nation)


def _of(debt: DebtForOffer, offer: Decimal, nation: str | None) -> Iterable[Finding]:
    name = debt.name or "This debt"
    ordered, agreed = debt.court_instalment or NIL, debt.contractual or NIL
    if offer < ordered:
        yield Finding(
            debt.key,
            "apply_to_vary",
            f"{name}: the court ordered £{ordered:,.2f} a month and the offer is £{offer:,.2f}. "
            f"{how_to_vary(nation)}",
        )
    if not debt.priority and agreed and offer > agreed:
        yield Finding(
            debt.key,
            "above_agreed",
            f"{name}: the offer of £{offer:,.2f} is above the agreed payment of £{agreed:,.2f} a "
            f"month. Fix this offer at £{agreed:,.2f} or less and let the others share the rest.",
        )
    owed = debt.to_clear()
    interest = to_penny(Fraction(debt.interest_rate or NIL) * Fraction(owed) / MONTHS_OF_RATE)
    if debt.priority and not offer and owed:
        yield Finding(
            debt.key,
            "never_cleared",
            f"{name}: nothing is offered, so the £{owed:,.2f} is never cleared and may grow. "
            "Check what the creditor can do next, and when.",
        )
    elif offer and interest >= offer:
        yield Finding(
            debt.key,
            "never_cleared",
            f"{name}: at {debt.interest_rate}% about £{interest:,.2f} of interest is added a month "
            f"and the offer is £{offer:,.2f}, so it is never cleared. Ask the creditor to stop "
            "interest and charges.",
        )
