"""How often a sum is paid, and what it comes to in a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from cma_app.errors import CmaError
from cma_app.rules.parameters import Reference, read_yaml, reference_of

PENNY: Final = Decimal("0.01")


class UnknownFrequency(CmaError):
    """A word for how often that we do not know; the sentence lists those we do."""


@dataclass(frozen=True, slots=True)
class Factor:
    """The fraction that makes a month of one payment, from a day on."""

    start: date
    numerator: int
    denominator: int
    reference: Reference
    certainty: str


@dataclass(frozen=True, slots=True)
class Frequency:
    """One way of paying: its words and its factors, oldest first."""

    code: str
    label: str
    typed: tuple[str, ...]
    factors: tuple[Factor, ...]

    def factor_on(self, day: date | None) -> Factor:
        """Return the factor that holds on a day, or the newest where no day is given."""
        started = [factor for factor in self.factors if day is None or factor.start <= day]
        if not started:
            raise LookupError(f"No {self.label.lower()} factor before {self.factors[0].start}.")
        return started[-1]


def _frequency(code: str, content: dict[str, Any]) -> Frequency:
    factors = [
        Factor(
            part["from"],
            part["numerator"],
            part["denominator"],
            reference_of(part),
            part["certainty"],
        )
        for part in content["values"]
    ]
    factors.sort(key=lambda factor: factor.start)
    return Frequency(code, content["label"], tuple(content["typed"]), tuple(factors))


ALL: Final[dict[str, Frequency]] = {
    code: _frequency(code, content)
    for code, content in read_yaml(Path(__file__).with_name("frequencies.yaml")).items()
}
FREQUENCIES: Final[dict[str, str]] = {code: each.label for code, each in ALL.items()}


def known_frequency(code: str) -> Frequency:
    """Return a frequency by its code; an unknown one raises UnknownFrequency."""
    if code not in ALL:
        known = ", ".join(label.lower() for label in FREQUENCIES.values())
        raise UnknownFrequency(f"Choose how often from: {known}.")
    return ALL[code]


def to_penny(exact: Fraction) -> Decimal:
    """Return an exact sum of pounds to the penny, halves going up (away from nil)."""
    with localcontext(prec=60):
        return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(
            PENNY, ROUND_HALF_UP
        )


def monthly(amount: Decimal, frequency: str, on: date | None = None) -> Decimal:
    """Return what a payment comes to in a month, in pounds, rounded once to the penny.

    Multiplied first, then divided (52/12, not 4.33). Without a day the newest factor is used.
    """
    return monthly_from_pay([amount], frequency, on)


def monthly_from_pay(amounts: Sequence[Decimal], frequency: str, on: date | None = None) -> Decimal:
    """Return the month's pay from several payslips: their mean, converted, rounded once."""
    if not amounts:
        raise CmaError("Enter at least one payslip.")
    factor = known_frequency(frequency).factor_on(on)
    total = sum((Fraction(amount) for amount in amounts), Fraction(0))
    return to_penny(total * factor.numerator / (len(amounts) * factor.denominator))


def a_year(amount: Decimal, frequency: str, on: date | None = None) -> Decimal:
    """Return what a payment comes to in a year, in pounds: twelve exact months, rounded once.

    £85 weekly is £4,420.00, not twelve times its rounded month. Without a day the newest factor; a
    day before the first has the first.
    """
    known = known_frequency(frequency)
    factor = known.factor_on(max(on, known.factors[0].start) if on is not None else None)
    return to_penny(Fraction(amount) * factor.numerator * 12 / factor.denominator)


def how_we_convert(on: date | None = None) -> str:
    """Return the one line under a statement that says how sums become a month's."""
    parts = [
        f"{each.label.lower()} × {factor.numerator} ÷ {factor.denominator}"
        for each in ALL.values()
        if (factor := each.factor_on(on)).denominator == 12 and factor.numerator > 1
    ]
    return f"How we convert: {', '.join(parts)}. Each line is rounded to the penny, then added."
