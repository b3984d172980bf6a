"""What a printed statement says, frozen: nothing is looked up when it is printed.

Labels, sentences and versions are kept beside the figures, so that an issued statement prints the
same years later, after lines, rates and words have moved. Money is pounds a month unless it is a
balance. `layout` names the edition of the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, get_args

from cma_app.printing import frozen

LAYOUT: Final = 1
NIL: Final = Decimal("0.00")

OfferKind = Literal["surplus", "token", "deduction", "lump_sum", "none"]
GuidelineStatus = Literal["within", "over_explained", "over_unexplained", "none_loaded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """The agency that made the statement, as a creditor has to write to it."""

    name: str
    address: tuple[str, ...] = ()
    contact: str = ""  # who to ask, or the team's name
    phone: str = ""
    email: str = ""
    membership_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A client or a partner; `employment` holds codes and `employment_labels` their words."""

    name: str
    date_of_birth: date | None = None
    employment: tuple[str, ...] = ()
    employment_labels: tuple[str, ...] = ()
    employment_other: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """Who lives on the budget; `tenure` is a code and `tenure_label` its words."""

    children_under_16: int = 0
    children_16_to_18: int = 0
    other_dependants: int = 0
    non_dependants: int = 0
    total: int = 1
    vehicles: int = 0
    tenure: str = ""
    tenure_label: str = ""
    tenure_other: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: what was entered and how often, the month's sum beside it, and its note.

    `frequency` is a code of the frequencies; `payslips` are the sums whose mean was entered, where
    pay varies. A repeated line has `key` with a number: `other-essential-costs:2`.
    """

    key: str
    label: str
    amount: Decimal
    frequency: str
    frequency_label: str
    monthly: Decimal
    note: str = ""
    payslips: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guideline:
    """How a flexible group stands to the spending guideline of `version`."""

    status: str  # a GuidelineStatus
    version: str = ""
    amount: Decimal | None = None
    explanation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Lines that share a subtotal; `section` is income, fixed or flexible."""

    key: str
    label: str
    section: str
    total: Decimal
    lines: tuple[Line, ...] = ()
    guideline: Guideline | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The sums as they are printed; a deficit is a negative surplus.

    `priority_offers` and `non_priority_offers` are monthly offers out of the surplus alone:
    tokens, deductions and lump sums are not in them. What is available for priority debts is
    their sum plus `unallocated`.
    """

    income: Decimal
    fixed: Decimal
    flexible: Decimal
    outgoings: Decimal
    surplus: Decimal
    savings: Decimal
    debt_admin_fee: Decimal = NIL
    available_for_priority: Decimal
    priority_offers: Decimal
    available_for_non_priority: Decimal
    non_priority_offers: Decimal
    unallocated: Decimal
    token_offers: Decimal = NIL


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """One debt with its offer; `offer` is None where none is made.

    `kind` says what the offer is: `surplus` (monthly, out of what is available), `token` (not from
    surplus), `deduction` (taken anyway, from what `deducted_from` says), `lump_sum` (full and
    final, once) or `none`. `months` is the time to clear. `debt_id` says which debt of the case it
    is, and is not printed; 0 in statements that were frozen before it was kept.
    """

    creditor: str
    reference: str = ""
    balance: Decimal
    arrears: Decimal | None = None
    offer: Decimal | None = None
    kind: str = "surplus"  # an OfferKind
    ccj: bool = False
    joint: bool = False
    note: str = ""
    months: int | None = None
    long_term: bool = False
    deducted_from: str = ""
    debt_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Who confirmed that the statement is accurate, when, and how (signed, by phone...)."""

    by: str
    on: date
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementContent:
    """Everything a printed statement says, to be kept and printed again as it was."""

    layout: int = LAYOUT
    number: str  # of the statement: HMA-2026-000012/2
    case_reference: str
    statement_date: date
    review_date: date | None = None
    status_label: str = ""  # printed under the title: "Draft: not for sending"
    lines_version: str = ""
    centre: Centre
    client: Person
    partner: Person | None = None
    is_joint: bool = False
    address: tuple[str, ...] = ()
    household: Household
    groups: tuple[Group, ...]
    totals: Totals
    priority_debts: tuple[Debt, ...] = ()
    non_priority_debts: tuple[Debt, ...] = ()
    deduction_debts: tuple[Debt, ...] = ()
    savings_considered: bool = False
    assets_considered: bool = False
    debt_admin_fee_note: str = ""
    offer_method: str = ""  # "Shared by balance, to the penny"
    notes: tuple[str, ...] = ()
    how_we_convert: str = ""
    confirmation: Confirmation | None = None
    advisor: str = ""
    verified_by: str = ""
    verified_on: date | None = None

    def __post_init__(self) -> None:
        for group in self.groups:
            if group.section not in ("income", "fixed", "flexible"):
                raise ValueError(f"unknown section {group.section}")
            if group.guideline and group.guideline.status not in get_args(GuidelineStatus):
                raise ValueError(f"unknown guideline status {group.guideline.status}")
        for debt in (*self.priority_debts, *self.non_priority_debts, *self.deduction_debts):
            if debt.kind not in get_args(OfferKind):
                raise ValueError(f"unknown kind of offer {debt.kind}")

    def in_section(self, section: str) -> tuple[Group, ...]:
        """Return the groups of income, fixed or flexible, in order."""
        return tuple(group for group in self.groups if group.section == section)

    def line(self, key: str) -> Line | None:
        """Return a line by its key, or None where the statement has none."""
        return next(
            (line for group in self.groups for line in group.lines if line.key == key), None
        )

    def to_json(self) -> dict[str, Any]:
        """Return the content as dictionaries, lists and strings, to be kept as JSONB."""
        return frozen.to_json(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "StatementContent":
        """Return the content that `to_json` made; another shape raises Unreadable."""
        return frozen.from_json(cls, dict(content))
