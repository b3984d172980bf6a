"""Full and final offers: one lump sum shared among the debts by balance, once and for all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cma_app.rules.frequencies import to_penny
from cma_app.rules.offer_shares import NIL, BadOffer, share
from cma_app.rules.offers import DebtForOffer


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """One debt's part of a lump sum, in pounds; `percent` of its balance to two places.

    `percent` is None where nothing is owed.
    """

    key: str
    owed: Decimal
    offer: Decimal
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Settlement:
    """A lump sum shared out: `lump_sum` is always `total` plus `unallocated`.

    `percent` is the total as a part of all that is owed.
    """

    lump_sum: Decimal
    lines: tuple[SettlementLine, ...]
    owed: Decimal
    total: Decimal
    unallocated: Decimal
    percent: Decimal | None

    def line(self, key: str) -> SettlementLine:
        """Return the line of one debt; an unknown key raises KeyError."""
        return {line.key: line for line in self.lines}[key]


def full_and_final(lump_sum: Decimal, debts: Sequence[DebtForOffer]) -> Settlement:
    """Return a lump sum shared by balance to the penny among the debts that are included.

    No debt gets more than is owed on it. A sum that is not above nil raises BadOffer.
    """
    if lump_sum <= 0:
        raise BadOffer("Enter the lump sum, like 1,500.")
    balances = {debt.key: debt.balance for debt in debts if debt.included}
    return settlement_of(lump_sum, balances, share(lump_sum, balances))


def settlement_of(
    lump_sum: Decimal, balances: Mapping[str, Decimal], offers: Mapping[str, Decimal]
) -> Settlement:
    """Return a lump sum as it is offered, or was, with each offer as a part of its balance."""
    total, owed = sum(offers.values(), NIL), sum(balances.values(), NIL)
    return Settlement(
        lump_sum=lump_sum,
        lines=tuple(
            SettlementLine(key, balances[key], offer, _percent(offer, balances[key]))
            for key, offer in offers.items()
        ),
        owed=owed,
        total=total,
        unallocated=lump_sum - total,
        percent=_percent(total, owed),
    )


def _percent(offer: Decimal, owed: Decimal) -> Decimal | None:
    return to_penny(Fraction(offer) / Fraction(owed) * 100) if owed else None
