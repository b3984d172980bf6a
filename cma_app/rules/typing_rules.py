"""The rules by which a browser shows a sheet's sums while its lines are typed.

They are the dated data of a sheet's day in whole numbers: sums in pence, factors and the share of
savings as fractions. `assets/budget_sums.js` reads boxes and adds up by them, exactly; what it
shows is replaced by the server's figures once a line is saved. `tests/browser/test_budget_sums.py`
holds the two equal.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from cma_app.rules.entries import DIGIT_FORMS, LONGEST, MOST, STARTS, TYPED
from cma_app.rules.financial_statement import MOST as MOST_A_MONTH
from cma_app.rules.frequencies import ALL
from cma_app.rules.parameters import parameter
from cma_app.rules.payslips import MOST_PAYSLIPS


@dataclass(frozen=True, slots=True)
class TypingRules:
    """What holds on a sheet's day; `chosen` is the advisor's savings, in pence, or None."""

    factors: dict[str, list[int]]
    words: dict[str, str]
    starts: list[str]
    digit_forms: list[str]
    longest: int
    most_payslips: int
    most: int
    most_a_month: int
    share: list[int]
    cap: int
    whole_pounds: bool
    chosen: int | None
    fee: int


def pence(amount: Decimal) -> int:
    """Return pounds as whole pence; a part of a penny raises ValueError."""
    exact = Fraction(amount) * 100
    if exact.denominator != 1:
        raise ValueError("An amount here is whole pence.")
    return exact.numerator


def typing_rules(on: date, *, chosen: Decimal | None, fee: Decimal) -> TypingRules:
    """Return the rules of a day, with a sheet's own savings and fee in pounds."""
    factors = {code: each.factor_on(on) for code, each in ALL.items()}
    share = Fraction(parameter("savings_share").on(on))
    return TypingRules(
        factors={code: [each.numerator, each.denominator] for code, each in factors.items()},
        words=TYPED,
        starts=list(STARTS),
        digit_forms=sorted(DIGIT_FORMS),
        longest=LONGEST,
        most_payslips=MOST_PAYSLIPS,
        most=pence(MOST),
        most_a_month=pence(MOST_A_MONTH),
        share=[share.numerator, share.denominator],
        cap=pence(parameter("savings_cap").on(on)),
        whole_pounds=parameter("savings_rounding").choice_on(on) == "whole_pound_down",
        chosen=None if chosen is None else pence(chosen),
        fee=pence(fee),
    )
