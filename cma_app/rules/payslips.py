"""Variable pay: several payslips typed into one box, for the month's pay that is their mean.

`1980; 1410; 2250`, `1,980 + 1,410 + 2,250 m` or one to a line. A comma belongs to the thousands, so
it never parts two payslips. How often may follow the last one, or each of them alike.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from cma_app.errors import CmaError
from cma_app.rules.entries import LONGEST, BadAmount, Entry, parse_entry
from cma_app.rules.frequencies import known_frequency, to_penny

MOST_PAYSLIPS: Final = 53  # a year of them by the week
BETWEEN: Final = re.compile(r"[;+\n]")


@dataclass(frozen=True, slots=True)
class Pay:
    """Payslips in pounds, in the order typed, and how often each is paid."""

    payslips: tuple[Decimal, ...]
    frequency: str

    def mean(self) -> Decimal:
        """Return the mean payslip to the penny, to be shown; no month is worked out from it."""
        return mean_of(self.payslips)


def mean_of(payslips: Sequence[Decimal]) -> Decimal:
    """Return the mean to the penny; no payslips at all raises CmaError."""
    if not payslips:
        raise CmaError("Enter at least one payslip.")
    return to_penny(sum(map(Fraction, payslips), Fraction(0)) / len(payslips))


def is_several(text: str) -> bool:
    """Say whether what was typed is meant as several payslips and not as one amount."""
    return BETWEEN.search(text.strip()) is not None


def parse_pay(text: str, default_frequency: str = "monthly") -> Pay:
    """Return the payslips and how often from what was typed; one alone is a payslip too.

    Raises BadAmount or UnknownFrequency with a sentence that says which payslip is meant.
    """
    if len(text) > MOST_PAYSLIPS * LONGEST:
        raise BadAmount("That is too long. Enter payslips like 1980; 1410; 2250.")
    parts = BETWEEN.split(text.strip().rstrip(";+").rstrip())
    if len(parts) > MOST_PAYSLIPS:
        raise BadAmount(f"Enter at most {MOST_PAYSLIPS} payslips.")
    last = _read(parts, len(parts), default_frequency)
    entries = [_read(parts, place, last.frequency) for place in range(1, len(parts) + 1)]
    if any(entry.frequency != last.frequency for entry in entries):
        often = known_frequency(last.frequency).label.lower()
        raise BadAmount(f"Payslips of one line are paid alike: is each of them {often}?")
    return Pay(tuple(entry.amount for entry in entries), last.frequency)


def _read(parts: Sequence[str], place: int, frequency: str) -> Entry:
    try:
        return parse_entry(parts[place - 1], frequency)
    except CmaError as error:
        if len(parts) == 1:
            raise
        raise type(error)(f"Payslip {place}: {error.sentence}") from None


def typed_pay(payslips: Sequence[Decimal | str]) -> str:
    """Return payslips as they would be typed, to show in the box again."""
    return "; ".join(f"{Decimal(each):.2f}".removesuffix(".00") for each in payslips)
