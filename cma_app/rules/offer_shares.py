"""Sharing a sum of money among debts to the penny, by whatever weight they have.

The largest remainder settles the last pennies (see `sharing`). No debt ever gets more than is owed
on it; what one cannot take is shared among the rest.
"""

from collections.abc import Mapping
from decimal import Decimal
from math import ceil
from typing import Final, TypeVar

from cma_app.errors import CmaError
from cma_app.rules.sharing import apportion

K = TypeVar("K")
NIL: Final = Decimal("0.00")


class BadOffer(CmaError):
    """An offer that cannot be made; the sentence says what to change."""


def share(
    available: Decimal,
    balances: Mapping[K, Decimal],
    *,
    whole_pounds: bool = False,
    minimum: Decimal | None = None,
) -> dict[K, Decimal]:
    """Return each debt's offer by its balance, to the penny, never above what it is owed.

    The offers add up to the smaller of what is available and what is owed; nothing available gives
    nil to all. Ties are settled as `sharing` says. With `whole_pounds` the pence stay unallocated
    until everything can be paid. Each debt gets at least `minimum` (or its balance) where there is
    enough for all to have it; where there is not, the balances alone decide.
    """
    return share_by(balances, available, balances, whole_pounds=whole_pounds, minimum=minimum)


def share_by(
    weights: Mapping[K, Decimal],
    available: Decimal,
    balances: Mapping[K, Decimal],
    *,
    whole_pounds: bool = False,
    minimum: Decimal | None = None,
) -> dict[K, Decimal]:
    """Return each debt's offer by its weight, as `share` does; no weight gets nothing.

    A balance or weight below nil, and parts of a penny, raise BadOffer.
    """
    if any(balance < 0 for balance in balances.values()):
        raise BadOffer("A balance cannot be below nil.")
    if any(weight < 0 for weight in weights.values()):
        raise BadOffer("A contractual payment cannot be below nil.")
    if minimum is not None and minimum < 0:
        raise BadOffer("The least for each debt cannot be below nil.")
    weighed = {key: in_pence(weights[key]) for key in balances}
    owed = {key: in_pence(balances[key]) for key in balances}
    pence = max(0, in_pence(available))
    payable = sum(owed[key] for key in owed if weighed[key])
    unit = 100 if whole_pounds and pence < payable else 1
    most = {key: balance // unit for key, balance in owed.items()}
    wanted = ceil(in_pence(minimum or NIL) / unit)
    least = {key: min(wanted, limit) for key, limit in most.items()}
    parts = apportion(pence // unit, weighed, least, most, ties=owed)
    return {key: in_pounds(part * unit) for key, part in parts.items()}


def in_pence(pounds: Decimal) -> int:
    """Return whole pence; parts of a penny raise BadOffer."""
    pence = pounds * 100
    if pence != int(pence):
        raise BadOffer("Enter pounds and pence: two figures at most after the point.")
    return int(pence)


def in_pounds(pence: int) -> Decimal:
    """Return pounds and pence, exact."""
    return Decimal(pence).scaleb(-2)
