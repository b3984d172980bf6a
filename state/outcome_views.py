"""What the outcomes report shows, as text: figures, their parts as bars, how each is counted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from cma_app.clock import local, today
from cma_app.rules.outcomes import Figure, cell_name
from cma_app.rules.report_periods import Days, quick_choices
from cma_app.rules.suppression import Shown
from cma_app.services.outcome_export import in_words
from cma_app.services.outcomes import Report
from state.lists import address
from state.words import day_text, pounds

PATH: Final = "/outcomes"
LIST: Final = "/outcomes/list"
LEAVING: Final = "leaving"
BAR: Final = 400
"""The units of a bar's whole width."""
NONE: Final = "–"


@dataclass(frozen=True, slots=True)
class Told:
    """A number as it is shown: its words, and the address of its rows where they may be seen."""

    text: str = ""
    path: str = ""
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class StatView:
    """One figure by itself, with its sum or a word about it, and how it is counted."""

    key: str
    label: str
    number: Told
    also: str
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of a breakdown: its bar and its numbers."""

    key: str
    label: str
    width: int
    said: str
    number: Told
    money: Told


@dataclass(frozen=True, slots=True)
class TableView:
    """A breakdown as picture and table; `money` heads the sums where there are any."""

    key: str
    title: str
    counts: str
    money: str
    parts: list[PartView]
    whole: Told
    whole_money: Told
    none: str
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class CrossView:
    """One breakdown beside another: a row for each part of the first."""

    key: str
    title: str
    columns: list[str]
    rows: list[tuple[str, list[Told]]]
    words: str
    source: str


@dataclass(frozen=True, slots=True)
class SectionView:
    """A heading of the report with its figures."""

    key: str
    title: str
    stats: list[StatView]
    tables: list[TableView]
    crossed: list[CrossView]


@dataclass(frozen=True, slots=True)
class ReportView:
    """The whole report; `version` is empty until it was read."""

    version: str = ""
    days: str = ""
    made: str = ""
    limit: int = 0
    is_leaving: bool = False
    kept_back: str = ""
    sections: list[SectionView] = field(default_factory=list)
    not_counted: list[tuple[str, str]] = field(default_factory=list)
    quick: list[tuple[str, str, bool]] = field(default_factory=list)
    views: list[tuple[str, str, bool]] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, report: Report, view: str) -> "ReportView":
        """Return what is shown of a report, as the centre counts or as it leaves it."""
        shown = _Shown(report, is_leaving=view == LEAVING)
        made = local(report.made_at)
        return cls(
            version=report.definitions.version,
            days=days_words(report.days),
            made=f"{day_text(made.date())}, {made:%H:%M}",
            limit=report.limit,
            is_leaving=shown.is_leaving,
            kept_back=f"{len(report.kept_back)} of {len(report.leaving)}",
            sections=[
                shown.section(key, title) for key, title in report.definitions.sections.items()
            ],
            not_counted=list(report.definitions.not_counted),
            quick=_quick(report.days, view),
            views=[
                (word, address(PATH, {**days_said(report.days), "view": each}), each == view)
                for each, word in (("", "As the centre counts"), (LEAVING, "As it leaves"))
            ],
            files=[
                (word, address(f"{PATH}.{ending}", days_said(report.days)))
                for ending, word in (("xlsx", "Excel"), ("csv", "CSV"))
            ],
        )


def days_said(days: Days) -> dict[str, str]:
    """Return a period as an address says it."""
    return {"from": days.first.isoformat(), "to": days.last.isoformat()}


def days_words(days: Days) -> str:
    """Return 1 Oct 2026 to 31 Oct 2026, or one day."""
    first, last = day_text(days.first), day_text(days.last)
    return first if first == last else f"{first} to {last}"


def _quick(days: Days, view: str) -> list[tuple[str, str, bool]]:
    return [
        (word, address(PATH, {**days_said(each), "view": view}), each == days)
        for word, each in quick_choices(today()).items()
    ]


class _Shown:
    """A report while it is put into words: what may be seen of each cell."""

    def __init__(self, report: Report, *, is_leaving: bool) -> None:
        self.report, self.is_leaving = report, is_leaving

    def section(self, key: str, title: str) -> SectionView:
        """Return a heading with its figures, those by themselves first."""
        figures = self.report.definitions.in_section(key)
        return SectionView(
            key=key,
            title=title,
            stats=[self._stat(each) for each in figures if not each.of],
            tables=[self._table(each) for each in figures if each.of and not each.across],
            crossed=[self._crossed(each) for each in figures if each.across],
        )

    def _stat(self, figure: Figure) -> StatView:
        money = self._told(figure, money=True)
        if figure.sum_alone:
            return self._stat_of(figure, money, "")
        if figure.counts == "gains":  # what was gained is the figure, not how often
            number = self._told(figure)
            return self._stat_of(figure, money, f"{number.text} {figure.counts}")
        also = f"{figure.money}: {money.text}" if figure.money else ""
        if figure.code == "appointments":
            also = self._missed()
        return self._stat_of(figure, self._told(figure), also)

    def _stat_of(self, figure: Figure, number: Told, also: str) -> StatView:
        return StatView(
            figure.code, figure.label, number, also, figure.words, figure.reference.title
        )

    def _missed(self) -> str:
        """Return how many in a hundred appointments were missed, of those kept or missed."""
        names = [cell_name("appointments_by_result", part) for part in ("kept", "late", "missed")]
        if any(self._kept_back(name) for name in names):
            return ""
        kept, late, missed = (int(self.report.cells[name].value) for name in names)
        due = kept + late + missed
        return f"{round(100 * missed / due)}% of those due were missed" if due else ""

    def _table(self, figure: Figure) -> TableView:
        parts = self._parts(figure)
        of = self.report.definitions.figures[figure.of]
        return TableView(
            key=figure.code,
            title=figure.label,
            counts=figure.counts.capitalize(),
            money=figure.sum_head,
            parts=parts,
            whole=self._told(of) if parts else Told(),
            whole_money=self._told(of, money=True) if parts and figure.money else Told(),
            none=self._none(figure),
            words=figure.words,
            source=figure.reference.title,
        )

    def _none(self, figure: Figure) -> str:
        if figure.opens:
            return "Nothing to count in these days."
        if not self.report.days.is_whole_months:
            return "Counted for whole calendar months alone."
        return "Nobody has answered, or too few people were seen."

    def _parts(self, figure: Figure) -> list[PartView]:
        named = [
            (part, word)
            for part, word in self._named(figure)
            if self._is_worth_a_line(cell_name(figure.code, part))
        ]
        most = max(
            (
                int(self.report.cells[name].value)
                for part, _ in named
                if not self._kept_back(name := cell_name(figure.code, part))
            ),
            default=0,
        )
        return [self._part(figure, part, word, most or 1) for part, word in named]

    def _named(self, figure: Figure) -> Iterable[tuple[str, str]]:
        parts = self.report.parts(figure)
        if figure.parts == "advisor" and self.is_leaving:
            return [(part, f"Advisor {number}") for number, (part, _) in enumerate(parts, 1)]
        return parts

    def _is_worth_a_line(self, name: str) -> bool:
        cell = self.report.cells.get(name)
        return cell is not None and (bool(cell.value) or self._kept_back(name))

    def _part(self, figure: Figure, part: str, word: str, most: int) -> PartView:
        name = cell_name(figure.code, part)
        number = self._told(figure, part)
        value = 0 if self._kept_back(name) else int(self.report.cells[name].value)
        return PartView(
            key=f"{figure.code}-{part}",
            label=word,
            width=value * BAR // most,
            said=f"{word}: {number.text}",
            number=number,
            money=self._told(figure, part, money=True),
        )

    def _crossed(self, figure: Figure) -> CrossView:
        rows, columns = self.report.words[figure.of], self.report.words[figure.across]
        shown = [
            (word, [self._told(figure, f"{row}/{column}") for column in columns])
            for row, word in rows.items()
            if any(self._is_worth_a_line(cell_name(figure.code, row, column)) for column in columns)
        ]
        return CrossView(
            figure.code,
            figure.label,
            list(columns.values()),
            shown,
            figure.words,
            figure.reference.title,
        )

    def _told(self, figure: Figure, part: str = "", *, money: bool = False) -> Told:
        name = cell_name(figure.code, part, money=money)
        cell = self.report.cells.get(name)
        if cell is None:
            return Told(NONE)
        if self._kept_back(name):
            return Told(self._kept_words(name).capitalize(), is_kept=True)
        text = _text(cell.value, figure, money=money, in_table=bool(part) or bool(figure.of))
        if not cell.people:
            return Told(NONE if figure.median or figure.mean else text)
        if self.is_leaving or not figure.opens:
            return Told(text)
        said = {**days_said(self.report.days), "figure": figure.code, "part": part}
        return Told(text, address(LIST, said))

    def _kept_back(self, name: str) -> bool:
        """Say whether a number is not shown: inside, that is of answers for monitoring alone."""
        return self._how().get(name, "shown") != "shown"

    def _how(self) -> Mapping[str, Shown]:
        return self.report.leaving if self.is_leaving else self.report.monitored

    def _kept_words(self, name: str) -> str:
        return in_words(self._how()[name], self.report.limit)


def _text(value: int | Decimal, figure: Figure, *, money: bool, in_table: bool) -> str:
    if figure.median:
        return f"{int(value)} days"
    if figure.mean:
        return f"{value:.1f} {figure.unit}"
    if not money:
        return f"{value:,}"
    if figure.unit != "£":
        return f"{value:,.1f}"
    return pounds(Decimal(value), sign=not in_table)
