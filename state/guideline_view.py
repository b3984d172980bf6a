"""Spending guidelines as text: a centre's versions, a table to be loaded, one sheet's card."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from cma_app.clock import today
from cma_app.rules.financial_statement import NIL
from cma_app.rules.guideline_tables import AMOUNTS, TablePreview
from cma_app.rules.guidelines import (
    NONE_LOADED,
    STATUS_WORDS,
    UNEXPLAINED,
    GuidelineFinding,
    flexible_groups,
    year_word,
)
from cma_app.services.guideline_versions import LoadedVersions, VersionRow
from cma_app.services.guidelines import SheetGuidelines
from state.words import day_text, moment_text, pounds, several

BAR: Final = 1000  # units of a bar's width
COLUMNS: Final = ("Group", "First adult", "Each more adult", "Child under 16", "Child 16 to 18")


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version for the list: its figures as rows of text, the group first."""

    id: int
    version: str
    since: str
    is_sample: bool
    holds: bool
    kept: str
    loaded: str
    rows: list[list[str]]

    @classmethod
    def of(cls, row: VersionRow) -> "VersionView":
        """Return what is shown of a version."""
        labels = flexible_groups(today())
        kept = f"{several(row.sheets, 'budget sheet keeps', 'budget sheets keep')} it"
        by = f" by {row.loaded_by}" if row.loaded_by else ""
        return cls(
            id=row.id,
            version=row.version,
            since=f"From {day_text(row.valid_from)}",
            is_sample=row.is_sample,
            holds=row.holds,
            kept=kept if row.sheets else "",
            loaded=f"Loaded{by}, {_within(moment_text(row.loaded_at))}",
            rows=[
                [
                    labels.get(each.group, each.group),
                    *(pounds(getattr(each, column), sign=False) for column in AMOUNTS),
                ]
                for each in row.guidelines
            ],
        )


@dataclass(frozen=True, slots=True)
class VersionsView:
    """A centre's versions, and which first day is suggested for the next."""

    versions: list[VersionView] = field(default_factory=list)
    suggested: list[str] = field(default_factory=lambda: ["", "", ""])  # day, month, year
    suggested_day: str = ""
    suggested_word: str = ""
    overdue: str = ""
    may_load_sample: bool = False

    @classmethod
    def of(cls, found: LoadedVersions) -> "VersionsView":
        """Return what is shown of a centre's versions."""
        due = found.suggested
        return cls(
            versions=[VersionView.of(row) for row in found.versions],
            suggested=[str(due.day), str(due.month), str(due.year)],
            suggested_day=day_text(due),
            suggested_word=year_word(due),
            overdue=day_text(found.overdue),
            may_load_sample=not found.versions,
        )


def _within(moment: str) -> str:
    """Return a moment as it stands within a sentence: today, 14:02."""
    return moment.replace("Today", "today")


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell of a table before it is loaded, and what is wrong with it."""

    text: str
    said: str


@dataclass(frozen=True, slots=True)
class PreviewRowView:
    """One row of a table before it is loaded; `said` is of the row as a whole."""

    number: str
    cells: list[CellView]
    said: str


@dataclass(frozen=True, slots=True)
class PreviewView:
    """A table before it is loaded; nothing of it is stored."""

    is_shown: bool = False
    is_ready: bool = False
    title: str = ""
    summary: str = ""
    faults: list[str] = field(default_factory=list)
    rows: list[PreviewRowView] = field(default_factory=list)

    @classmethod
    def of(cls, found: TablePreview) -> "PreviewView":
        """Return what is shown of a table."""
        first = found.guidelines[0] if found.guidelines else None
        wrong = sum(bool(cell.said) for row in found.rows for cell in row.cells)
        wrong += len(found.faults) + sum(bool(row.said) for row in found.rows)
        return cls(
            is_shown=True,
            is_ready=first is not None,
            title=f"{first.version}, from {day_text(first.valid_from)}" if first else "",
            summary=f"{several(wrong, 'thing')} to put right. Nothing was stored." if wrong else "",
            faults=list(found.faults),
            rows=[
                PreviewRowView(
                    f"Row {row.number}",
                    [CellView(each.text, each.said) for each in row.cells],
                    row.said,
                )
                for row in found.rows
            ],
        )


@dataclass(frozen=True, slots=True)
class BesideView:
    """One flexible group beside its guideline; the bar's units are thousandths of its width."""

    group: str
    label: str
    amount: str
    guideline: str
    difference: str
    status: str
    word: str
    reason: str
    is_over: bool
    width: str
    mark: str
    over: str

    @classmethod
    def of(cls, finding: GuidelineFinding, reason: str) -> "BesideView":
        """Return what is shown of a group."""
        level = finding.guideline
        longest = max(finding.amount, level or NIL, Decimal(1)) * Decimal("1.15")
        return cls(
            group=finding.group,
            label=finding.label,
            amount=pounds(finding.amount),
            guideline=pounds(level, none="None"),
            difference=_difference(finding.difference),
            status=finding.status,
            word=STATUS_WORDS[finding.status],
            reason=reason,
            is_over=bool(finding.difference and finding.difference > 0),
            width=f"{finding.amount * BAR / longest:.1f}",
            mark=f"{(level or NIL) * BAR / longest:.1f}",
            over=f"{max(NIL, finding.difference or NIL) * BAR / longest:.1f}",
        )


def _difference(difference: Decimal | None) -> str:
    if difference is None:
        return "None"
    if not difference:
        return "At it"
    return f"{pounds(abs(difference))} {'over' if difference > 0 else 'under'}"


@dataclass(frozen=True, slots=True)
class GuidelineCard:
    """One sheet's flexible groups beside their guidelines; `sheet_id` is 0 where there is none."""

    sheet_id: int = 0
    version: str = ""
    since: str = ""
    is_sample: bool = False
    is_loaded: bool = False
    household: str = ""
    kept: str = ""
    groups: list[BesideView] = field(default_factory=list)
    missing: list[BesideView] = field(default_factory=list)

    @classmethod
    def of(cls, found: SheetGuidelines | None) -> "GuidelineCard":
        """Return what is shown of a sheet."""
        if found is None:
            return cls()
        groups = [BesideView.of(each, found.reasons.get(each.group, "")) for each in found.findings]
        loaded = [each for each in found.findings if each.status != NONE_LOADED]
        one = loaded[0] if loaded else None
        return cls(
            sheet_id=found.sheet_id,
            version=(one.version or "") if one else "",
            since=day_text(one.valid_from) if one else "",
            is_sample=one is not None and one.is_sample,
            is_loaded=one is not None,
            household=_household(found),
            kept="The sheet keeps this version: a statement was completed with it."
            if found.is_kept
            else "",
            groups=groups,
            missing=[each for each in groups if each.status == UNEXPLAINED],
        )


def _household(found: SheetGuidelines) -> str:
    home = found.household
    said = [several(home.adults, "adult")]
    if home.children_under_16:
        said.append(several(home.children_under_16, "child under 16", "children under 16"))
    if home.children_16_18:
        said.append(several(home.children_16_18, "child of 16 to 18", "children of 16 to 18"))
    counted = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    if found.is_household_asked:
        return counted
    return f"{counted}, until the household is recorded"
