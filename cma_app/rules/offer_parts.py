"""What an offer is made of: a debt as the offers see it, its line, a plan, and what refuses one."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cma_app.rules.offer_shares import NIL, BadOffer

BY_BALANCE: Final = "pro_rata_balance"
BY_CONTRACT: Final = "pro_rata_contractual"
METHODS: Final[dict[str, str]] = {
    BY_BALANCE: "By balance",
    BY_CONTRACT: "By contractual payment",
    "equal": "Equal",
    "manual": "Each typed",
    "nil": "Nil",
}
"""How the debts that are not priority share what is left, in the words of a menu."""

SURPLUS, TOKEN, DEDUCTION, NONE = "surplus", "token", "deduction", "none"
SOURCE_WORDS: Final[dict[str, str]] = {
    SURPLUS: "",
    TOKEN: "Not from surplus",
    DEDUCTION: "Paid by deduction",
    NONE: "",
}
"""What a line says about where its money comes from."""


class OffersAboveAvailable(BadOffer):
    """The decided offers come to more than there is; `over_by` is by how many pounds."""

    def __init__(
        self, offered: Decimal, available: Decimal, which: str = "Priority offers"
    ) -> None:
        self.over_by = offered - available
        super().__init__(
            f"{which} come to £{offered:,.2f} but only £{available:,.2f} a month is "
            f"available. Lower them by £{self.over_by:,.2f}."
        )


@dataclass(frozen=True, slots=True)
class DebtForOffer:
    """A debt as the offers see it, in pounds and pounds a month.

    `manual_offer` is what the advisor decided; `arrears` is what a priority offer has to clear,
    where that is known. `contractual` is the payment agreed at first, `court_instalment` the one a
    court ordered, `deduction` what is taken anyway from wages or benefits: such a debt takes no
    offer. With `token` the debt gets a token that is not from the surplus, whatever was decided.
    `interest_rate` is in per cent a year.
    """

    key: str
    balance: Decimal
    priority: bool
    arrears: Decimal | None = None
    manual_offer: Decimal | None = None
    included: bool = True
    name: str = ""
    contractual: Decimal | None = None
    court_instalment: Decimal | None = None
    deduction: Decimal | None = None
    token: bool = False
    interest_rate: Decimal | None = None

    def to_clear(self) -> Decimal:
        """Return what the offer is to clear: the arrears of a priority debt, or the balance."""
        return self.arrears if self.priority and self.arrears else self.balance

    def takes_offer(self) -> bool:
        """Say whether anything can be offered: it is included and not paid by deduction."""
        return self.included and self.deduction is None


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One debt's offer; `share` and `exact` are only for debts that share what is left.

    `exact` is in pounds to four places, `share` in per cent to two; both are before caps, a minimum
    and whole pounds. `offer` is None where a debt waits for a decision. `months` is None where
    nothing is paid or owed. `source` says where the money comes from: surplus, token, deduction or
    none; `method` how it came about: a word of METHODS, token or deduction.
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
    source: str = SURPLUS
    method: str = BY_BALANCE
    deduction: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the advisor has to do about one debt, in a sentence."""

    key: str
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All offers of a case: `available` is always `from_surplus` plus `unallocated`.

    `left_for_others` is what the priority offers leave; `left_to_share` is what is left of that
    once `fixed_total`, decided for some of the rest, is taken too. `missing` lists those of the
    rest that share nothing because their contractual payment is not known.
    """

    available: Decimal
    lines: tuple[PlanLine, ...]
    priority_total: Decimal
    left_for_others: Decimal
    other_total: Decimal
    unallocated: Decimal
    in_deficit: bool
    to_decide: tuple[str, ...]
    method: str = BY_BALANCE
    fixed_total: Decimal = NIL
    left_to_share: Decimal = NIL
    from_surplus: Decimal = NIL
    tokens_total: Decimal = NIL
    deductions_total: Decimal = NIL
    missing: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def line(self, key: str) -> PlanLine:
        """Return the line of one debt; an unknown key raises KeyError."""
        return {line.key: line for line in self.lines}[key]
