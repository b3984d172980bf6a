"""How a sheet's offers are shared: its settings as they are read, changed and put into words."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from cma_app.errors import CmaError, Conflict, Invalid
from cma_app.rules.entries import parse_money
from cma_app.rules.full_and_final import Settlement
from cma_app.rules.offers import METHODS
from cma_app.services.forms import Form, Pounds, Tick, given
from models import BudgetSheet

MOST_MINIMUM: Final = Decimal("999999.99")  # the width of the column
SETTINGS: Final = ("method", "in_pounds", "minimum", "tokens")
"""What `changed` changes, each by itself."""
NOT_BORROWED: Final = (
    "A full and final offer must not be made with new borrowing. Tick this only if it is not."
)


@dataclass(frozen=True, slots=True)
class Sharing:
    """How the debts that are not priority share what is left.

    `minimum` is in pounds for each debt. With `lump_sum` they are offered that, once and in full
    and final settlement, instead of monthly payments.
    """

    method: str = "pro_rata_balance"
    in_pounds: bool = False
    minimum: Decimal | None = None
    tokens: bool = False
    lump_sum: Decimal | None = None
    lump_sum_source: str = ""

    @classmethod
    def of(cls, sheet: BudgetSheet) -> "Sharing":
        """Return the settings of a sheet."""
        return cls(
            method=sheet.offer_method,
            in_pounds=sheet.offers_in_pounds,
            minimum=sheet.offer_minimum,
            tokens=sheet.makes_token_offers,
            lump_sum=sheet.lump_sum,
            lump_sum_source=sheet.lump_sum_source or "",
        )

    @property
    def is_full_and_final(self) -> bool:
        """Say whether a lump sum is offered instead of monthly payments."""
        return self.lump_sum is not None

    def stored(self, name: str) -> str:
        """Return one setting as a browser sends it."""
        return {
            "method": self.method,
            "in_pounds": "on" if self.in_pounds else "",
            "minimum": "" if self.minimum is None else f"{self.minimum:.2f}",
            "tokens": "on" if self.tokens else "",
            "lump_sum": "" if self.lump_sum is None else f"{self.lump_sum:.2f}",
        }[name]

    def said(self, name: str) -> str:
        """Return one setting in words."""
        if name == "method":
            return METHODS[self.method]
        if name in ("minimum", "lump_sum"):
            amount = getattr(self, name)
            return f"£{amount:,.2f}" if amount else "nothing"
        return "yes" if self.stored(name) else "no"

    def words(self, *, in_deficit: bool = False) -> str:
        """Return how the offers came about, for a statement: "By balance, in whole pounds"."""
        if self.is_full_and_final:
            return "Full and final, by balance"
        if in_deficit:
            return "Token payments" if self.tokens else "Nil, because nothing is available"
        words = [METHODS[self.method]]
        if self.method not in ("manual", "nil"):
            words += ["in whole pounds"] * self.in_pounds
            words += [f"at least £{self.minimum:,.2f} each"] if self.minimum else []
        return ", ".join(words)


BY_BALANCE: Final = Sharing()


def lump_sum_note(settlement: Settlement, source: str) -> str:
    """Return where the money of full and final offers comes from, as creditors have to know it."""
    left = f" £{settlement.unallocated:,.2f} of it is not offered." * bool(settlement.unallocated)
    return (
        f"Full and final offers out of one sum of £{settlement.lump_sum:,.2f}, paid once. "
        f"Source: {source.rstrip('.')}. It is not new borrowing.{left}"
    )


def change_setting(sheet: BudgetSheet, name: str, typed: str, seen: str | None) -> None:
    """Set one of SETTINGS as it was typed or chosen; Invalid has a sentence under its name.

    `seen` is what the editor saw: where another person changed it since, Conflict has theirs.
    """
    if name not in SETTINGS:
        raise Conflict("This page is out of date. Load it again.")
    stored = Sharing.of(sheet)
    if seen is not None and seen != stored.stored(name) != typed:
        raise Conflict("Somebody changed this in the meantime.", {name: stored.said(name)})
    if name == "method":
        if typed not in METHODS:
            raise Invalid({"method": "Choose how the offers are shared from the list."})
        sheet.offer_method = typed
    elif name == "in_pounds":
        sheet.offers_in_pounds = typed == "on"
    elif name == "tokens":
        sheet.makes_token_offers = typed == "on"
    else:
        sheet.offer_minimum = _minimum(typed)


def _minimum(typed: str) -> Decimal | None:
    if not typed.strip():
        return None
    try:
        least = parse_money(typed)
    except CmaError as error:
        raise Invalid({"minimum": error.sentence}) from None
    if least > MOST_MINIMUM:
        raise Invalid({"minimum": f"Enter £{MOST_MINIMUM:,} or less."})
    return least or None


def _some(amount: Decimal | None) -> Decimal | None:
    if amount is not None and amount <= 0:
        raise ValueError("Enter a lump sum above nil, like 1,500.")
    return amount


def _not_borrowed(ticked: bool) -> bool:  # noqa: FBT001 - what a tick box says
    if not ticked:
        raise ValueError(NOT_BORROWED)
    return ticked


class LumpSumForm(Form):
    """One sum for full and final offers, and where it comes from."""

    lump_sum: Annotated[Pounds, AfterValidator(_some), given("Enter the lump sum, like 1,500.")]
    lump_sum_source: Annotated[
        str, Field(max_length=400), given("Say where the money comes from, like a gift.")
    ]
    not_borrowed: Annotated[Tick, AfterValidator(_not_borrowed), Field(validate_default=True)] = (
        False
    )
