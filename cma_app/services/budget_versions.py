"""Two versions of a case's budget side by side: every line, its group, the totals, the household.

A plain structure of Decimals and words, for the screen that compares and for who signs off.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from cma_app.errors import NotFound
from cma_app.rules.financial_statement import (
    INCOME,
    NIL,
    Group,
    Line,
    StatementLines,
    Totals,
    statement_lines,
    totals,
)
from cma_app.services.budgets import (
    TYPE_LABELS,
    CaseBudget,
    SheetRow,
    read_budget,
)
from cma_app.services.households import EMPLOYMENTS, TENURES, Answers
from cma_app.services.partners import joined_person
from cma_app.services.sheet_day import sheet_day
from cma_app.session import CentreSession
from models import BudgetSheet, Case

Change = Literal["same", "added", "changed", "removed"]

COUNTED: Final = {
    "adults": "Adults",
    "children_under_16": "Children under 16",
    "children_16_to_18": "Children of 16 to 18",
    "other_dependants": "Other dependants",
    "non_dependants": "Non-dependants",
    "vehicles": "Vehicles",
}


@dataclass(frozen=True, slots=True)
class Entered:
    """One line as it was entered in one version, and its month in pounds."""

    amount: Decimal
    frequency: str
    monthly: Decimal
    note: str
    payslips: tuple[Decimal, ...] = ()

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Entered":
        """Return a stored line."""
        return cls(
            amount=Decimal(stored["amount"]),
            frequency=stored["frequency"],
            monthly=Decimal(stored["monthly"]),
            note=stored.get("note", ""),
            payslips=tuple(Decimal(slip) for slip in stored.get("payslips", ())),
        )


@dataclass(frozen=True, slots=True)
class LinePair:
    """One line in both versions; None where a version does not have it."""

    code: str
    label: str
    before: Entered | None
    after: Entered | None

    @property
    def change(self) -> Change:
        """Say what became of the line; another note alone is a change too."""
        if self.before == self.after:
            return "same"
        if self.before is None:
            return "added"
        return "changed" if self.after is not None else "removed"

    @property
    def difference(self) -> Decimal:
        """Return by how many pounds a month the later version is more."""
        return _month(self.after) - _month(self.before)


@dataclass(frozen=True, slots=True)
class SumPair:
    """One sum in both versions, in pounds a month."""

    key: str
    label: str
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        """Return by how many pounds the later version is more."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class GroupPair:
    """A group's lines that either version has, and its subtotal."""

    section: str
    sum: SumPair
    lines: tuple[LinePair, ...]


@dataclass(frozen=True, slots=True)
class FactPair:
    """An answer above the lines, or of the household, in words."""

    key: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class VersionHead:
    """Which version: its number, kind, day and whether it is verified."""

    sheet_id: int
    number: int
    kind: str
    on: date
    is_verified: bool
    totals: Totals
    offered_first: Decimal
    offered_others: Decimal


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of one case, `before` the one asked for first."""

    before: VersionHead
    after: VersionHead
    facts: tuple[FactPair, ...]
    groups: tuple[GroupPair, ...]
    sums: tuple[SumPair, ...]

    @property
    def changes(self) -> int:
        """Return how many lines and answers differ."""
        lines = sum(pair.change != "same" for group in self.groups for pair in group.lines)
        return lines + sum(fact.before != fact.after for fact in self.facts)


@dataclass(frozen=True, slots=True)
class CaseVersions:
    """A case's sheets, newest first, and two of them compared; None where there are not two."""

    sheets: list[SheetRow]
    comparison: Comparison | None


def compare_sheets(
    session: CentreSession,
    case_id: int,
    *,
    first: int | None = None,
    second: int | None = None,
) -> CaseVersions:
    """Return two of a case's sheets by number side by side; left out, the newest two.

    A sheet made for two is not compared unasked once one of them has left the case.
    A number that the case does not have is NotFound, as another centre's case is.
    """
    newest = read_budget(session, case_id)
    sheets = newest.sheets
    if len(sheets) < 2 and first is None and second is None:
        return CaseVersions(sheets, None)
    if not sheets:
        raise NotFound
    after = second if second is not None else sheets[0].sheet_no
    before = first if first is not None else max(1, after - 1)
    found = [read_budget(session, case_id, sheet_no=number) for number in (before, after)]
    if first is None and second is None and _is_of_who_left(session, case_id, found[0].sheet):
        return CaseVersions(sheets, None)
    return CaseVersions(sheets, _compared(*found))


def _is_of_who_left(session: CentreSession, case_id: int, sheet: BudgetSheet | None) -> bool:
    """Say whether a sheet was made for two of whom one has left the case."""
    case = session.require(Case, case_id)
    return sheet is not None and sheet.is_joint and joined_person(session, case) is None


def _compared(one: CaseBudget, other: CaseBudget) -> Comparison:
    before, after = one.sheet, other.sheet
    if before is None or after is None:
        raise LookupError("A sheet that was found is there.")
    heads = (_head(before, one), _head(after, other))
    facts = (*_facts(before, after), *_households(one.household, other.household))
    return Comparison(
        before=heads[0],
        after=heads[1],
        facts=facts,
        groups=tuple(_groups(before, after, heads, other.nation)),
        sums=tuple(_sums(heads[0].totals, heads[1].totals)),
    )


def _head(sheet: BudgetSheet, found: CaseBudget) -> VersionHead:
    on = sheet_day(sheet)
    return VersionHead(
        sheet_id=sheet.id,
        number=sheet.sheet_no,
        kind=TYPE_LABELS[sheet.sheet_type],
        on=on,
        is_verified=sheet.verification_status == "verified",
        totals=totals(
            sheet.income_details,
            sheet.expense_details,
            on,
            sheet.debt_admin_fee,
            savings=sheet.savings_chosen,
        ),
        offered_first=found.priority_offers,
        offered_others=found.other_offers,
    )


def _groups(
    before: BudgetSheet, after: BudgetSheet, heads: tuple[VersionHead, VersionHead], nation: str
) -> Iterator[GroupPair]:
    """Return the groups of both versions; a line that ended between them is in its group."""
    older, newer = statement_lines(heads[0].on), statement_lines(heads[1].on)
    for group in _both(newer, older):
        side = "income_details" if group.section == INCOME else "expense_details"
        stored = getattr(before, side), getattr(after, side)
        pairs = [
            LinePair(
                code,
                _label(line, code, nation),
                *(Entered.of(each[code]) if code in each else None for each in stored),
            )
            for line in group.lines
            for code in _codes(line, *stored)
        ]
        sums = [_of_group(head.totals, group).get(group.key, NIL) for head in heads]
        yield GroupPair(
            group.section, SumPair(group.key, group.label, sums[0], sums[1]), tuple(pairs)
        )


def _both(newer: StatementLines, older: StatementLines) -> Iterator[Group]:
    """Return the newer statement's groups with the older one's lines that are gone since."""
    before = {group.key: group for group in older.groups}
    for group in newer.groups:
        known = {line.key for line in group.lines}
        gone = [
            line
            for line in (before[group.key].lines if group.key in before else ())
            if line.key not in known
        ]
        yield Group(group.key, group.label, group.section, (*group.lines, *gone))
    yield from (group for key, group in before.items() if key not in {g.key for g in newer.groups})


def _codes(line: Line, *stored: Mapping[str, Any]) -> list[str]:
    """Return the codes under which either version has a line, `rent` or `other:2`, in order."""
    codes = {code for each in stored for code in each if code.partition(":")[0] == line.key}
    return sorted(codes, key=lambda code: int(code.partition(":")[2] or 1))


def _label(line: Line, code: str, nation: str) -> str:
    number = code.partition(":")[2]
    return f"{line.label_in(nation)}, {number}" if number else line.label_in(nation)


def _of_group(sums: Totals, group: Group) -> Mapping[str, Decimal]:
    sections = {"income": sums.income, "fixed": sums.fixed, "flexible": sums.flexible}
    return sections[group.section]


def _sums(before: Totals, after: Totals) -> Iterator[SumPair]:
    for key, label in (
        ("total_income", "Income"),
        ("total_fixed", "Fixed costs"),
        ("total_flexible", "Flexible costs"),
        ("total_outgoings", "Outgoings"),
        ("surplus", "Surplus or deficit"),
        ("savings", "Savings"),
        ("debt_admin_fee", "Debt administration fee"),
        ("available", "Available for debts"),
    ):
        yield SumPair(key, label, getattr(before, key), getattr(after, key))


def _facts(before: BudgetSheet, after: BudgetSheet) -> Iterator[FactPair]:
    def words(sheet: BudgetSheet) -> dict[str, str]:
        return {
            "Statement for": "Joint" if sheet.is_joint else "Single",
            "Savings considered": _yes(is_so=sheet.are_savings_considered),
            "Use of assets considered": _yes(is_so=sheet.are_assets_considered),
        }

    then, later = words(before), words(after)
    for label, said in then.items():
        yield FactPair(label, label, said, later[label])


def _households(before: Answers | None, after: Answers | None) -> Iterator[FactPair]:
    """Return the answers about the household that either version has, ages first."""
    then, later = _answers(before), _answers(after)
    for key, label in (
        ("ages", "Ages of the children"),
        *COUNTED.items(),
        ("tenure", "Home"),
        ("work", "Work"),
        ("partner_work", "Partner’s work"),
    ):
        if then[key] or later[key]:
            yield FactPair(key, label, then[key] or "Not asked", later[key] or "Not asked")


def _answers(row: Answers | None) -> dict[str, str]:
    """Return a household in words, empty for what was not asked."""
    if row is None:
        return dict.fromkeys(("ages", "tenure", "work", "partner_work", *COUNTED), "")
    said = {name: str(getattr(row, name)) for name in COUNTED}
    said["ages"] = ", ".join(map(str, row.child_ages))
    said["tenure"] = TENURES.get(row.tenure or "", row.tenure or "")
    said["work"] = ", ".join(EMPLOYMENTS.get(word, word) for word in row.employment)
    said["partner_work"] = ", ".join(EMPLOYMENTS.get(word, word) for word in row.partner_employment)
    return said


def _yes(*, is_so: bool) -> str:
    return "Yes" if is_so else "No"


def _month(entered: Entered | None) -> Decimal:
    return entered.monthly if entered is not None else NIL
