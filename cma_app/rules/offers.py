"""What each creditor can be offered: priority arrears first, the rest shared by a chosen method.

The advisor decides each priority offer, because what stops a possession or a liability order is
what that creditor or court will take, not a share. A priority debt nobody has decided yet has no
offer (None), is listed in `to_decide`, and takes nothing from what is shared. An offer decided for
one of the rest is kept as it is, and the others share what is left.

Money comes from the surplus alone. A token offer and a deduction that is made anyway are shown
beside it and never taken from it: available = from_surplus + unallocated, in every method.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil
from typing import Final

from cma_app.rules.dates import add_months
from cma_app.rules.frequencies import to_penny
from cma_app.rules.offer_findings import findings_of
from cma_app.rules.offer_parts import (
    BY_BALANCE,
    BY_CONTRACT,
    DEDUCTION,
    METHODS,
    NONE,
    SOURCE_WORDS,
    SURPLUS,
    TOKEN,
    DebtForOffer,
    Finding,
    OffersAboveAvailable,
    Plan,
    PlanLine,
)
from cma_app.rules.offer_shares import NIL, BadOffer, in_pence, in_pounds, share, share_by
from cma_app.rules.parameters import parameter

__all__ = [
    "METHODS",
    "SOURCE_WORDS",
    "BadOffer",
    "DebtForOffer",
    "Finding",
    "OffersAboveAvailable",
    "Plan",
    "PlanLine",
    "is_long_term",
    "months_to_clear",
    "plan_offers",
    "review_date",
    "share",
]

FOUR_PLACES: Final = Decimal("0.0001")


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
    method: str = BY_BALANCE,
    whole_pounds: bool = False,
    minimum: Decimal | None = None,
    token_offers: bool = False,
    nation: str | None = None,
) -> Plan:
    """Return every debt's offer from what is available, in the order the debts were given.

    `method` is a word of METHODS and is for the debts that are not priority. In a deficit every
    offer is nil. With `token_offers` each of the rest gets a token where there is nothing to share:
    in a deficit, after the decided offers, or with the method nil; one decided as nil stays nil.
    Decided offers above what is available raise OffersAboveAvailable; one above its own debt or
    below nil, and any figure below nil, raise BadOffer.
    """
    _check(debts, method)
    in_deficit = available <= 0
    decided = _decided(available, debts, method)
    priority = {debt.key for debt in debts if debt.priority}
    priority_total = sum((decided[key] for key in decided if key in priority), NIL)
    decided_total = sum(decided.values(), NIL)
    left = max(NIL, available - decided_total)
    open_debts = [d for d in debts if d.takes_offer() and not d.token and d.key not in decided]
    rest = [debt for debt in open_debts if not debt.priority]
    tokens = _tokens(debts, rest if token_offers and (method == "nil" or not left) else (), on)
    sharing = [debt for debt in rest if debt.key not in tokens]
    weights = _weights(sharing, method)
    balances = {debt.key: debt.balance for debt in sharing if debt.key in weights}
    shared = share_by(weights, left, balances, whole_pounds=whole_pounds, minimum=minimum)
    waiting = () if in_deficit else tuple(_waiting(open_debts, tokens, method))
    offers = decided | tokens | shared
    payable = sum((balances[key] for key in balances if weights[key]), NIL)
    lines = tuple(
        _line(
            debt,
            None if debt.key in waiting else offers.get(debt.key, NIL),
            part=_part(debt.key, weights),
            to_share=min(left, payable),
            source=_source(debt, tokens),
            method=_method(debt, decided, method, tokens=tokens, in_deficit=in_deficit),
            on=on,
        )
        for debt in debts
    )
    from_surplus = decided_total + sum(shared.values(), NIL)
    return Plan(
        available=available,
        lines=lines,
        priority_total=priority_total,
        left_for_others=max(NIL, available - priority_total),
        other_total=from_surplus - priority_total,
        unallocated=available - from_surplus,
        in_deficit=in_deficit,
        to_decide=waiting,
        method=method,
        fixed_total=decided_total - priority_total,
        left_to_share=left,
        from_surplus=from_surplus,
        tokens_total=sum(tokens.values(), NIL),
        deductions_total=sum((line.deduction or NIL for line in lines), NIL),
        missing=_missing(sharing, method),
        findings=tuple(findings_of(debts, lines, nation)),
    )


def _check(debts: Sequence[DebtForOffer], method: str) -> None:
    if method not in METHODS:
        known = ", ".join(word.lower() for word in METHODS.values())
        raise BadOffer(f"Choose how the offers are shared from: {known}.")
    if len({debt.key for debt in debts}) < len(debts):
        raise ValueError("two debts have the same key")
    for debt in debts:
        for figure in (debt.balance, debt.contractual, debt.court_instalment, debt.deduction):
            if figure is not None and figure < 0:
                raise BadOffer(f"A figure of {debt.name or 'this debt'} is below nil.")
        if debt.included and debt.deduction is not None and debt.manual_offer:
            raise BadOffer(f"{debt.name or 'This debt'} is paid by deduction. Take its offer away.")


def _decided(available: Decimal, debts: Sequence[DebtForOffer], method: str) -> dict[str, Decimal]:
    """Return the offers the advisor decided; in a deficit those that are nil."""
    given = {
        debt.key: _checked(debt, debt.manual_offer)
        for debt in debts
        if debt.takes_offer() and not debt.token and debt.manual_offer is not None
    }
    first = {debt.key for debt in debts if debt.priority}
    priority = sum((given[key] for key in given if key in first), NIL)
    total = sum(given.values(), NIL)
    if available <= 0:
        if method == "manual" and total > priority:
            raise BadOffer(
                f"Offers come to £{total - priority:,.2f} but the budget has nothing left. "
                "Offer nil, or a token."
            )
        return {key: offer for key, offer in given.items() if not offer}
    if priority > available:
        raise OffersAboveAvailable(priority, available)
    if total > available:
        which = "Priority and other decided offers" if priority else "The offers"
        raise OffersAboveAvailable(total, available, which)
    return given


def _checked(debt: DebtForOffer, offer: Decimal) -> Decimal:
    name = debt.name or "this debt"
    if offer < 0:
        raise BadOffer(f"The offer for {name} cannot be below nil.")
    most = max(debt.balance, debt.arrears or NIL) if debt.priority else debt.balance
    if offer > most:
        raise BadOffer(f"The offer for {name} is more than is owed. Enter £{most:,.2f} or less.")
    return in_pounds(in_pence(offer))


def _tokens(
    debts: Sequence[DebtForOffer], rest: Iterable[DebtForOffer], on: date
) -> dict[str, Decimal]:
    """Return the token of each debt marked for one and of the rest given, never above what is owed.

    A token is customary, not a share of anything, so it is never taken from what is available.
    """
    token = parameter("token_offer").on(on)
    marked = [debt for debt in debts if debt.takes_offer() and debt.token]
    return {debt.key: min(token, debt.balance) for debt in (*marked, *rest)}


def _weights(rest: Sequence[DebtForOffer], method: str) -> dict[str, Decimal]:
    if method == BY_BALANCE:
        return {debt.key: debt.balance for debt in rest}
    if method == BY_CONTRACT:
        return {debt.key: debt.contractual or NIL for debt in rest}
    return {debt.key: Decimal(1) for debt in rest} if method == "equal" else {}


def _missing(rest: Sequence[DebtForOffer], method: str) -> tuple[str, ...]:
    if method != BY_CONTRACT:
        return ()
    return tuple(debt.key for debt in rest if not debt.contractual)


def _waiting(
    open_debts: Sequence[DebtForOffer], tokens: Mapping[str, Decimal], method: str
) -> Iterable[str]:
    for debt in open_debts:
        if debt.priority or (method == "manual" and debt.key not in tokens):
            yield debt.key


def _part(key: str, weights: Mapping[str, Decimal]) -> Fraction | None:
    total = sum(weights.values(), NIL)
    return Fraction(weights[key]) / Fraction(total) if key in weights and total else None


def _source(debt: DebtForOffer, tokens: Mapping[str, Decimal]) -> str:
    if not debt.included:
        return NONE
    if debt.deduction is not None:
        return DEDUCTION
    return TOKEN if debt.key in tokens else SURPLUS


def _method(
    debt: DebtForOffer,
    decided: Mapping[str, Decimal],
    method: str,
    *,
    tokens: Mapping[str, Decimal],
    in_deficit: bool,
) -> str:
    source = _source(debt, tokens)
    if source in (TOKEN, DEDUCTION):
        return source
    if in_deficit or source == NONE:
        return "nil"
    return "manual" if debt.priority or debt.key in decided else method


def _line(
    debt: DebtForOffer,
    offer: Decimal | None,
    *,
    part: Fraction | None,
    to_share: Decimal,
    source: str,
    method: str,
    on: date,
) -> PlanLine:
    deduction = debt.deduction if source == DEDUCTION else None
    months = months_to_clear(debt.to_clear(), deduction or offer or NIL)
    return PlanLine(
        key=debt.key,
        priority=debt.priority,
        included=debt.included,
        owed=debt.balance,
        share=None if part is None else to_penny(part * 100),
        exact=None if part is None else _to_places(part * Fraction(to_share)),
        offer=offer,
        months=months,
        long_term=is_long_term(months, on),
        source=source,
        method=method,
        deduction=deduction,
    )


def _to_places(exact: Fraction) -> Decimal:
    pounds = Decimal(exact.numerator) / Decimal(exact.denominator)
    return pounds.quantize(FOUR_PLACES, ROUND_HALF_UP)
