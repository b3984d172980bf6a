"""The budget sheet's lines as they stood on a day, and its sums."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from cma_app.errors import CmaError
from cma_app.rules.frequencies import PENNY, monthly_from_pay
from cma_app.rules.parameters import Reference, parameter, read_yaml, reference_of
from cma_app.rules.payslips import mean_of

FOLDER: Final = Path(__file__).with_name("statement_lines")
NIL: Final = Decimal("0.00")
MOST: Final = Decimal("999999.99")  # the width of a case's monthly surplus
INCOME: Final = "income"
FIXED: Final = "fixed"
FLEXIBLE: Final = "flexible"

Details = Mapping[str, Mapping[str, Any]]


class UnknownLine(CmaError):
    """A budget line that the statement of that day does not have."""


class TooLarge(CmaError):
    """Sums that no household has; most likely a decimal point is missing."""

    sentence = (
        f"These figures come to more than £{MOST:,} a month. Check for a missing decimal point."
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the statement; `until` is the last day it is shown.

    A `partner` line belongs to a joint statement alone.
    """

    key: str
    label: str
    group: str
    section: str
    hint: str = ""
    likely: bool = False
    repeatable: bool = False
    partner: bool = False
    default_frequency: str = "monthly"
    until: date | None = None
    nation_labels: tuple[tuple[str, str], ...] = ()

    def label_in(self, nation: str | None) -> str:
        """Return what the line is called in a nation (Rates in Northern Ireland)."""
        return dict(self.nation_labels).get(nation or "", self.label)


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that share a subtotal, in the order of the page."""

    key: str
    label: str
    section: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class StatementLines:
    """One version of the statement as it stands on a day."""

    version: str
    on: date
    reference: Reference
    groups: tuple[Group, ...]
    ended: tuple[Line, ...] = ()
    by_key: Mapping[str, Line] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_key", {line.key: line for line in self.lines()})

    def in_section(self, section: str) -> tuple[Group, ...]:
        """Return the groups of income, fixed or flexible, in order."""
        return tuple(group for group in self.groups if group.section == section)

    def lines(self) -> tuple[Line, ...]:
        """Return every line shown on the day, in order."""
        return tuple(line for group in self.groups for line in group.lines)

    def line(self, code: str) -> Line:
        """Return a line by its code; a line that may repeat has `code:2`, `code:3` and so on.

        A line that is not there raises UnknownLine, with the day it ended where it had one.
        """
        key, colon, number = code.partition(":")
        line = self.by_key.get(key)
        if line is not None and (not colon or (line.repeatable and number.isdecimal())):
            return line
        for line in self.ended:
            if line.key == code and line.until:
                raise UnknownLine(f"{line.label} ended on {line.until.day} {line.until:%b %Y}.")
        raise UnknownLine(f"The budget sheet has no line “{code[:60]}”.")


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of one budget sheet, in pounds a month; a deficit is a negative surplus."""

    income: Mapping[str, Decimal]
    fixed: Mapping[str, Decimal]
    flexible: Mapping[str, Decimal]
    total_income: Decimal
    total_fixed: Decimal
    total_flexible: Decimal
    total_outgoings: Decimal
    surplus: Decimal
    savings: Decimal
    debt_admin_fee: Decimal
    available: Decimal


@cache
def _versions() -> tuple[dict[str, Any], ...]:
    return tuple(sorted(map(read_yaml, FOLDER.glob("*.yaml")), key=lambda each: each["from"]))


def _line(content: dict[str, Any], group: dict[str, Any]) -> Line:
    labels = tuple(content.get("nation_labels", {}).items())
    known = {name: value for name, value in content.items() if name != "nation_labels"}
    return Line(**known, group=group["key"], section=group["section"], nation_labels=labels)


@cache
def statement_lines(on: date) -> StatementLines:
    """Return the statement's lines as they stand on a day: the newest version begun by then.

    A line whose last day has passed is left out. A day before the first version raises LookupError.
    """
    begun = [version for version in _versions() if version["from"] <= on]
    if not begun:
        raise LookupError(f"There are no statement lines before {_versions()[0]['from']}.")
    groups, ended = [], []
    for group in begun[-1]["groups"]:
        lines = [_line(content, group) for content in group["lines"]]
        shown = tuple(line for line in lines if line.until is None or on <= line.until)
        ended += [line for line in lines if line not in shown]
        groups.append(Group(group["key"], group["label"], group["section"], shown))
    newest = begun[-1]
    return StatementLines(newest["version"], on, reference_of(newest), tuple(groups), tuple(ended))


def check_lines(income_codes: Iterable[str], expense_codes: Iterable[str], on: date) -> None:
    """Raise UnknownLine for a code the statement lacks or that stands on the wrong side."""
    known = statement_lines(on)
    for codes, is_income in ((income_codes, True), (expense_codes, False)):
        for code in codes:
            line = known.line(code)
            if (line.section == INCOME) != is_income:
                side = "income" if line.section == INCOME else "an outgoing"
                raise UnknownLine(f"{line.label} is {side}: enter it on that side.")


def line_entry(
    code: str,
    amount: Decimal,
    frequency: str,
    note: str = "",
    on: date | None = None,
    *,
    payslips: Sequence[Decimal] = (),
) -> dict[str, Any]:
    """Return one line as it is stored: what was entered, and the month's sum beside it.

    With `payslips` the month is their mean, converted and rounded once; they are stored under
    `payslips` as texts, in the order given, and `amount` is their mean to the penny, to be shown.
    """
    if on is not None:
        statement_lines(on).line(code)
    entered = list(payslips) or [amount]
    if min(entered) < 0:
        raise CmaError("Enter an amount of nil or more, without a minus sign.")
    by_month = monthly_from_pay(entered, frequency, on)
    if by_month > MOST:
        raise TooLarge
    stored: dict[str, Any] = {
        "amount": f"{mean_of(entered):.2f}",
        "frequency": frequency,
        "monthly": f"{by_month:.2f}",
        "note": note.strip(),
    }
    if payslips:
        stored["payslips"] = [f"{payslip:.2f}" for payslip in payslips]
    return stored


def entries_on(details: Details, on: date) -> dict[str, dict[str, Any]]:
    """Return stored lines as they are converted on another day, by the factors of that day.

    A line that the statement of that day does not have raises UnknownLine.
    """
    return {
        code: line_entry(
            code,
            Decimal(stored["amount"]),
            stored["frequency"],
            stored.get("note", ""),
            on,
            payslips=[Decimal(slip) for slip in stored.get("payslips", ())],
        )
        for code, stored in details.items()
    }


def partner_lines(codes: Iterable[str], on: date) -> list[Line]:
    """Return those of a sheet's lines that a joint statement alone has."""
    lines = statement_lines(on)
    return [line for code in codes if (line := lines.line(code)).partner]


def is_line_reconciled(stored: Mapping[str, Any], on: date | None = None) -> bool:
    """Say whether a stored line's month still follows from what was entered."""
    entered = [Decimal(str(each)) for each in stored.get("payslips") or [stored["amount"]]]
    return monthly_from_pay(entered, stored["frequency"], on) == Decimal(str(stored["monthly"]))


def savings_for(surplus: Decimal, on: date, chosen: Decimal | None = None) -> Decimal:
    """Return the savings of a month: nil without a surplus, else a share of it up to a cap.

    An advisor may choose any sum from nil to the cap; more raises CmaError. A choice is never
    above the surplus itself, which moves while the budget is typed.
    """
    cap = parameter("savings_cap").on(on)
    if chosen is not None and not 0 <= chosen <= cap:
        raise CmaError(f"Savings can be from nil to £{cap} a month.")
    if surplus <= 0:
        return NIL
    if chosen is not None:
        return min(chosen, surplus).quantize(PENNY)
    share = min(surplus * parameter("savings_share").on(on), cap)
    if parameter("savings_rounding").choice_on(on) == "whole_pound_down":
        return share.quantize(Decimal(1), ROUND_DOWN).quantize(PENNY)
    return share.quantize(PENNY, ROUND_HALF_UP)


def available_for_priority(
    total_income: Decimal,
    total_outgoings: Decimal,
    savings: Decimal,
    debt_admin_fee: Decimal = NIL,
) -> Decimal:
    """Return what is left for debts, in pounds a month; negative in a deficit."""
    return total_income - total_outgoings - savings - debt_admin_fee


def available_for_non_priority(available: Decimal, priority_offers: Iterable[Decimal]) -> Decimal:
    """Return what is left for the other debts once the priority offers are made."""
    return available - sum(priority_offers, NIL)


def _by_group(lines: StatementLines, section: str, details: Details) -> dict[str, Decimal]:
    sums = {group.key: NIL for group in lines.in_section(section)}
    for code, value in details.items():
        line = lines.line(code)
        if line.section == section:
            sums[line.group] += Decimal(str(value["monthly"]))
    return sums


def totals(
    income_details: Details,
    expense_details: Details,
    on: date,
    debt_admin_fee: Decimal = NIL,
    savings: Decimal | None = None,
) -> Totals:
    """Return a sheet's sums from its stored lines: each rounded by the month, then added.

    `savings` is the advisor's choice, or None for the usual share. An unknown line raises
    UnknownLine; sums that no household has raise TooLarge.
    """
    check_lines(income_details, expense_details, on)
    lines = statement_lines(on)
    income = _by_group(lines, INCOME, income_details)
    fixed = _by_group(lines, FIXED, expense_details)
    flexible = _by_group(lines, FLEXIBLE, expense_details)
    return totals_of_groups(
        income, fixed, flexible, on=on, debt_admin_fee=debt_admin_fee, savings=savings
    )


def totals_of_groups(
    income: Mapping[str, Decimal],
    fixed: Mapping[str, Decimal],
    flexible: Mapping[str, Decimal],
    *,
    on: date,
    debt_admin_fee: Decimal = NIL,
    savings: Decimal | None = None,
) -> Totals:
    """Return a sheet's sums from its groups' totals, as the printed summary gives them."""
    total_income = sum(income.values(), NIL)
    total_fixed = sum(fixed.values(), NIL)
    total_flexible = sum(flexible.values(), NIL)
    outgoings = total_fixed + total_flexible
    if max(total_income, outgoings) > MOST:
        raise TooLarge
    surplus = total_income - outgoings
    saved = savings_for(surplus, on, savings)
    return Totals(
        income=income,
        fixed=fixed,
        flexible=flexible,
        total_income=total_income,
        total_fixed=total_fixed,
        total_flexible=total_flexible,
        total_outgoings=outgoings,
        surplus=surplus,
        savings=saved,
        debt_admin_fee=debt_admin_fee,
        available=available_for_priority(total_income, outgoings, saved, debt_admin_fee),
    )
