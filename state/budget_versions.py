"""Two versions of a budget as text, side by side, and the choice of which two."""

from dataclasses import dataclass, field
from decimal import Decimal

import reflex as rx

from cma_app.access.acts import Act
from cma_app.errors import NotFound
from cma_app.rules.frequencies import FREQUENCIES
from cma_app.rules.payslips import typed_pay
from cma_app.services.budget_versions import (
    CaseVersions,
    Comparison,
    Entered,
    FactPair,
    GroupPair,
    LinePair,
    SumPair,
    VersionHead,
    compare_sheets,
)
from cma_app.services.budgets import TYPE_LABELS
from state.base import CentreState, act, load
from state.budget_parts import Offered, PartView
from state.lists import address
from state.words import day_text, pounds

SECTIONS = {"income": "Income", "fixed": "Fixed costs", "flexible": "Flexible costs"}
CHANGES = {"same": "", "added": "Added", "changed": "Changed", "removed": "Removed"}
ONLY_CHANGES = "changes"


@dataclass(frozen=True, slots=True)
class VersionView:
    """The head of one version's columns."""

    number: str = ""
    title: str = ""
    on: str = ""
    is_verified: bool = False

    @classmethod
    def of(cls, head: VersionHead) -> "VersionView":
        """Return what is shown of a version."""
        title = f"Sheet {head.number}, {head.kind.lower()}"
        return cls(str(head.number), title, day_text(head.on), head.is_verified)


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line: as it was entered in each version, its months, and the difference."""

    key: str
    label: str
    change: str
    before: str
    before_month: str
    after: str
    after_month: str
    difference: str
    note: str

    @classmethod
    def of(cls, pair: LinePair) -> "LineRow":
        """Return what is shown of a line."""
        return cls(
            key=pair.code,
            label=pair.label,
            change=CHANGES[pair.change],
            before=_entered(pair.before),
            before_month=_month(pair.before),
            after=_entered(pair.after),
            after_month=_month(pair.after),
            difference=_signed(pair.difference),
            note=_note(pair),
        )


@dataclass(frozen=True, slots=True)
class SumRow:
    """A sum in both versions, or an answer in words."""

    key: str
    label: str
    before: str
    after: str
    difference: str
    is_changed: bool

    @classmethod
    def of_sum(cls, pair: SumPair) -> "SumRow":
        """Return what is shown of a sum."""
        before, after = (pounds(each, sign=False) for each in (pair.before, pair.after))
        is_changed = pair.difference != 0
        return cls(pair.key, pair.label, before, after, _signed(pair.difference), is_changed)

    @classmethod
    def of_fact(cls, pair: FactPair) -> "SumRow":
        """Return what is shown of an answer."""
        return cls(pair.key, pair.label, pair.before, pair.after, "", pair.before != pair.after)


@dataclass(frozen=True, slots=True)
class GroupRows:
    """A group's lines and its subtotal."""

    key: str
    label: str
    total: SumRow
    rows: list[LineRow]

    @classmethod
    def of(cls, pair: GroupPair, *, only_changes: bool) -> "GroupRows":
        """Return what is shown of a group."""
        rows = [LineRow.of(each) for each in pair.lines]
        shown = [row for row in rows if row.change or not only_changes]
        label = f"{SECTIONS[pair.section]}: {pair.sum.label}"
        return cls(pair.sum.key, label, SumRow.of_sum(pair.sum), shown)


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part of both bars in the table under them."""

    key: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """Two versions side by side; `is_there` is false where the case has not two."""

    is_there: bool = False
    before: VersionView = field(default_factory=VersionView)
    after: VersionView = field(default_factory=VersionView)
    changes: int = 0
    facts: list[SumRow] = field(default_factory=list)
    groups: list[GroupRows] = field(default_factory=list)
    sums: list[SumRow] = field(default_factory=list)
    bar_before: list[PartView] = field(default_factory=list)
    bar_after: list[PartView] = field(default_factory=list)
    parts: list[PartRow] = field(default_factory=list)
    choices: list[list[str]] = field(default_factory=list)

    @classmethod
    def of(cls, found: CaseVersions, *, only_changes: bool) -> "ComparisonView":
        """Return what is shown of two versions, or of the changes between them alone."""
        choices = [
            [str(row.sheet_no), f"Sheet {row.sheet_no}, {TYPE_LABELS[row.sheet_type].lower()}"]
            for row in found.sheets
        ]
        pair = found.comparison
        if pair is None:
            return cls(choices=choices)
        groups = [GroupRows.of(each, only_changes=only_changes) for each in pair.groups]
        facts = [SumRow.of_fact(each) for each in pair.facts]
        bars = _bars(pair)
        return cls(
            is_there=True,
            before=VersionView.of(pair.before),
            after=VersionView.of(pair.after),
            changes=pair.changes,
            facts=[fact for fact in facts if fact.is_changed or not only_changes],
            groups=[group for group in groups if group.rows],
            sums=[SumRow.of_sum(each) for each in pair.sums],
            bar_before=bars[0],
            bar_after=bars[1],
            parts=_parts(*bars),
            choices=choices,
        )


def _bars(pair: Comparison) -> tuple[list[PartView], list[PartView]]:
    """Return both bars in one scale, so that a longer one is more money."""
    heads = (pair.before, pair.after)
    whole = max(max(head.totals.total_income, head.totals.total_outgoings) for head in heads)
    before, after = (
        PartView.all_of(
            head.totals, Offered(head.offered_first, head.offered_others), whole=whole or None
        )
        for head in heads
    )
    return before, after


def _parts(before: list[PartView], after: list[PartView]) -> list[PartRow]:
    then = {part.key: part for part in before}
    later = {part.key: part for part in after}
    return [
        PartRow(
            key,
            (then.get(key) or later[key]).label,
            then[key].amount if key in then else "0.00",
            later[key].amount if key in later else "0.00",
        )
        for key in sorted({*then, *later})
    ]


def _entered(entered: Entered | None) -> str:
    """Return what was entered, as a person would say it: 1,108.50 four-weekly."""
    if entered is None:
        return ""
    often = FREQUENCIES[entered.frequency].lower()
    if entered.payslips:
        return f"{typed_pay(entered.payslips)} {often}, mean"
    return f"{pounds(entered.amount, sign=False)} {often}"


def _month(entered: Entered | None) -> str:
    return pounds(entered.monthly, sign=False) if entered is not None else ""


def _note(pair: LinePair) -> str:
    """Return a line's note, both where they differ."""
    before = pair.before.note if pair.before else ""
    after = pair.after.note if pair.after else ""
    if before == after or not before or pair.after is None:
        return after or before
    return f"{after or 'no note'} (before: {before})"


def _signed(difference: Decimal) -> str:
    if not difference:
        return ""
    return f"{'+' if difference > 0 else ''}{pounds(difference, sign=False)}"


class BudgetVersionsState(CentreState):
    """Two of a case's budget sheets, which ones its address says."""

    found: ComparisonView = ComparisonView()
    only_changes: bool = False
    opened: int = 0

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show the two sheets that the address names, or the two newest."""
        case_id = self.route_id("case_id")
        only = self.query("show") == ONLY_CHANGES
        found = await self.ask(
            compare_sheets, case_id, first=self._number("from"), second=self._number("to")
        )
        self.found = ComparisonView.of(found, only_changes=only)
        self.only_changes, self.opened = only, case_id

    @act(Act.CASE_OPEN)
    def choose(self, name: str, value: str):
        """Go on with another sheet (`from`, `to`) or with the changes alone (`show`)."""
        now = {
            "from": self.found.before.number,
            "to": self.found.after.number,
            "show": ONLY_CHANGES if self.only_changes else "",
        }
        if name not in now:
            return None
        path = f"/cases/{self.opened}/budget/compare"
        return rx.redirect(address(path, now | {name: value[:10]}), replace=True)

    def _number(self, name: str) -> int | None:
        said = self.query(name)
        if said and not (said.isascii() and said.isdigit() and len(said) < 6):
            raise NotFound
        return int(said) if said else None
