"""Dividing a sum in whole units by weight, so that the parts add up exactly.

Largest remainder: each part gets the whole units of its exact share; the units left over go one
each to the largest remainders. Equal remainders go to the larger weight, then to the larger `ties`
where they are given, then to the one named first: the same debts in the same order always give the
same offers, and another order only changes which of two alike gets the last unit.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

K = TypeVar("K")


def apportion(
    total: int,
    weights: Mapping[K, int],
    least: Mapping[K, int],
    most: Mapping[K, int],
    ties: Mapping[K, int] | None = None,
) -> dict[K, int]:
    """Return whole units for each key by weight, each within its least and most.

    The parts add up to the total, or to all the mosts where the total is more than they hold. Where
    the total cannot pay every least, the leasts are set aside and the weights alone decide. A key
    without weight gets nothing.
    """
    most = {key: most[key] if weights[key] > 0 else 0 for key in weights}
    least = {key: min(least[key], most[key]) for key in weights}
    total = max(0, min(total, sum(most.values())))
    tie = ties or dict.fromkeys(weights, 0)
    if sum(least.values()) > total:
        least = dict.fromkeys(weights, 0)
    exact = _within_bounds(Fraction(total), weights, least, most)
    parts = {key: int(share) for key, share in exact.items()}
    order = {key: place for place, key in enumerate(weights)}
    by_remainder = sorted(
        weights, key=lambda key: (parts[key] - exact[key], -weights[key], -tie[key], order[key])
    )
    for key in by_remainder[: total - sum(parts.values())]:
        parts[key] += 1
    return parts


def _within_bounds(
    total: Fraction, weights: Mapping[K, int], least: Mapping[K, int], most: Mapping[K, int]
) -> dict[K, Fraction]:
    """Return exact shares; those beyond a bound stay at it and the rest share what is left.

    Each round fixes the shares that are out of bounds on the heavier side, until none is.
    """
    shares = {key: Fraction(0) for key in weights}
    open_keys = [key for key in weights if weights[key] > 0 and most[key] > 0]
    left = total
    while open_keys:
        weight = sum(weights[key] for key in open_keys)
        shares |= {key: left * weights[key] / weight for key in open_keys}
        fixed = _out_of_bounds(open_keys, shares, least, most)
        shares |= fixed
        if not fixed:
            break
        left -= sum(fixed.values())
        open_keys = [key for key in open_keys if key not in fixed]
    return shares


def _out_of_bounds(
    keys: Sequence[K],
    shares: Mapping[K, Fraction],
    least: Mapping[K, int],
    most: Mapping[K, int],
) -> dict[K, Fraction]:
    low = {key: Fraction(least[key]) for key in keys if shares[key] < least[key]}
    high = {key: Fraction(most[key]) for key in keys if shares[key] > most[key]}
    short = sum((low[key] - shares[key] for key in low), Fraction(0))
    excess = sum((shares[key] - high[key] for key in high), Fraction(0))
    if excess > short:
        return high
    return low if short > excess else low | high
