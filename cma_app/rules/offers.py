"""What each creditor can be offered: priority arrears first, the rest shared by balance.

The advisor decides each priority offer, because what stops a possession or a liability order is
what that creditor or court will take, not a share. A priority debt nobody has decided yet has no
offer (None), is listed in `to_decide`, and takes nothing from what is shared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil
from typing import Final, TypeVar

from cma_app.errors import CmaError
from cma_app.rules.dates import add_months
from cma_app.rules.frequencies import to_penny
from cma_app.rules.parameters import parameter
from cma_app.rules.sharing import apportion

K = TypeVar("K")
NIL: Final = Decimal("0.00")
FOUR_PLACES: Final = Decimal("0.0001")


class BadOffer(CmaError):
    """An offer that cannot be made; the sentence says what to change."""


class OffersAboveAvailable(BadOffer):
    """The priority offers come to more than there is; `over_by` is by how many pounds."""

    def __init__(self, offered: Decimal, available: Decimal) -> None:
        self.over_by = offered - available
        super().__init__(
            f"Priority offers come to £{offered:,.2f} but only £{available:,.2f} a month is "
            f"available. Lower them by £{self.over_by:,.2f}."
        )


@dataclass(frozen=True, slots=True)
class DebtForOffer:
    """A debt as the offers see it, in pounds.

    `manual_offer` is what the advisor decided for a priority debt, by the month; it is not read
    for other debts. `arrears` is what a priority offer has to clear, where that is known.
    """

    key: str
    balance: Decimal
    priority: bool
    arrears: Decimal | None = None
    manual_offer: Decimal | None = None
    included: bool = True
    name: str = ""

    def to_clear(self) -> Decimal:
        """Return what the offer is to clear: the arrears of a priority debt, or the balance."""
        return self.arrears if self.priority and self.arrears else self.balance


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One debt's offer; shares are only for debts that are shared by balance.

    `exact` is in pounds to four places, `share` in per cent to two. `offer` is None where a
    priority debt waits for a decision. `months` is None where nothing is offered or owed.
    """

    key: str
    priority: bool
    included: bool
    owed: Decimal
    share: Decimal | None
    exact: Decimal | None
    offer: Decimal | None
    months: int | None
    long_term: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """All offers of a case: `available` is always their sum plus `unallocated`."""

    available: Decimal
    lines: tuple[PlanLine, ...]
    priority_total: Decimal
    left_for_others: Decimal
    other_total: Decimal
    unallocated: Decimal
    in_deficit: bool
    to_decide: tuple[str, ...]

    def line(self, key: str) -> PlanLine:
        """Return the line of one debt; an unknown key raises KeyError."""
        return {line.key: line for line in self.lines}[key]


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
    if any(balance < 0 for balance in balances.values()):
        raise BadOffer("A balance cannot be below nil.")
    owed = {key: _pence(balance) for key, balance in balances.items()}
    pence = max(0, _pence(available))
    unit = 100 if whole_pounds and pence < sum(owed.values()) else 1
    most = {key: balance // unit for key, balance in owed.items()}
    wanted = ceil(_pence(minimum or NIL) / unit)
    least = {key: min(wanted, limit) for key, limit in most.items()}
    parts = apportion(pence // unit, owed, least, most)
    return {key: _pounds(part * unit) for key, part in parts.items()}


def _pence(pounds: Decimal) -> int:
    pence = pounds * 100
    if pence != int(pence):
        raise BadOffer("Enter pounds and pence: two figures at most after the point.")
    return int(pence)


def _pounds(pence: int) -> Decimal:
    return Decimal(pence).scaleb(-2)


def months_to_clear(owed: Decimal, offer: Decimal) -> int | None:
    """Return the whole months an offer takes to clear a sum, or None where nothing is offered."""
    return ceil(Fraction(owed) / Fraction(offer)) if offer > 0 and owed > 0 else None


def is_long_term(months: int | None, on: date) -> bool:
    """Say whether a term is long enough to warn of."""
    limit = parameter("time_to_clear_warning_months").on(on)
    return months is not None and months > limit


def review_date(on: date) -> date:
    """Return when an offer made on a day is to be looked at again."""
    return add_months(on, int(parameter("offer_review_months").on(on)))


def plan_offers(
    available: Decimal,
    debts: Sequence[DebtForOffer],
    on: date,
    *,
    whole_pounds: bool = False,
    minimum: Decimal | None = None,
) -> Plan:
    """Return every debt's offer from what is available, in the order the debts were given.

    In a deficit every offer is nil. Priority offers above what is available raise
    OffersAboveAvailable; one above its own debt, or below nil, raises BadOffer.
    """
    in_deficit = available <= 0
    decided = {} if in_deficit else _priority_offers(available, debts)
    left = max(NIL, available - sum(decided.values(), NIL))
    pool = {debt.key: debt.balance for debt in debts if debt.included and not debt.priority}
    shared = share(left, pool, whole_pounds=whole_pounds, minimum=minimum)
    offers = decided | shared
    if in_deficit:
        offers = dict.fromkeys((debt.key for debt in debts), NIL)
    waiting = [] if in_deficit else [debt.key for debt in debts if _is_undecided(debt)]
    lines = [_line(debt, offers.get(debt.key), pool, left, on) for debt in debts]
    total = sum(offers.values(), NIL)
    return Plan(
        available=available,
        lines=tuple(lines),
        priority_total=sum(decided.values(), NIL),
        left_for_others=left,
        other_total=sum(shared.values(), NIL),
        unallocated=available - total,
        in_deficit=in_deficit,
        to_decide=tuple(waiting),
    )


def _is_undecided(debt: DebtForOffer) -> bool:
    return debt.priority and debt.included and debt.manual_offer is None


def _priority_offers(available: Decimal, debts: Sequence[DebtForOffer]) -> dict[str, Decimal]:
    offers = {
        debt.key: _checked(debt, debt.manual_offer)
        for debt in debts
        if debt.priority and debt.included and debt.manual_offer is not None
    }
    offered = sum(offers.values(), NIL)
    if offered > available:
        raise OffersAboveAvailable(offered, available)
    return offers


def _checked(debt: DebtForOffer, offer: Decimal) -> Decimal:
    name = debt.name or "this debt"
    if offer < 0:
        raise BadOffer(f"The offer for {name} cannot be below nil.")
    most = max(debt.balance, debt.arrears or NIL)
    if offer > most:
        raise BadOffer(f"The offer for {name} is more than is owed. Enter £{most:,.2f} or less.")
    return _pounds(_pence(offer))


def _line(
    debt: DebtForOffer,
    offer: Decimal | None,
    pool: Mapping[str, Decimal],
    left: Decimal,
    on: date,
) -> PlanLine:
    if offer is None and not _is_undecided(debt):
        offer = NIL
    owed = sum(pool.values(), NIL)
    part = Fraction(debt.balance) / Fraction(owed) if debt.key in pool and owed else None
    months = months_to_clear(debt.to_clear(), offer or NIL)
    return PlanLine(
        key=debt.key,
        priority=debt.priority,
        included=debt.included,
        owed=debt.balance,
        share=None if part is None else to_penny(part * 100),
        exact=None if part is None else _to_places(part * Fraction(min(left, owed))),
        offer=offer,
        months=months,
        long_term=is_long_term(months, on),
    )


def _to_places(exact: Fraction) -> Decimal:
    pounds = Decimal(exact.numerator) / Decimal(exact.denominator)
    return pounds.quantize(FOUR_PLACES, ROUND_HALF_UP)
