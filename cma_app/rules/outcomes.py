"""The figures of the outcomes and funder report: how each is counted, as dated definitions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from cma_app.rules.parameters import Reference, read_yaml, reference_of
from cma_app.rules.suppression import Cell, Sum

UNKNOWN: Final = "unknown"
"""The part of a figure of which nothing is recorded."""


@dataclass(frozen=True, slots=True)
class Band:
    """A range of whole numbers up to `until`, both included; the last has no end."""

    until: int | None
    label: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, or one breakdown of a figure, and how it is counted, in words.

    `of` is the figure whose parts these are. `across` is a second breakdown beside the first.
    `money` says what its sum is, in pounds or in its `unit`; of a `median` it is the middle one, in
    days, of a `mean` their mean. With `sum_alone` its count is not shown.
    `opens` says that its rows may be looked at.
    """

    code: str
    section: str
    label: str
    words: str
    counts: str
    reference: Reference
    certainty: str
    of: str = ""
    parts: str = ""
    across: str = ""
    money: str = ""
    sum_alone: bool = False
    median: bool = False
    mean: bool = False
    opens: bool = True
    unit: str = "£"

    @property
    def sum_head(self) -> str:
        """Return what stands over a column of its sums; empty where it has none."""
        return f"{self.money}, {self.unit}" if self.money else ""


@dataclass(frozen=True, slots=True)
class Definitions:
    """All figures by one version, in the order they are shown."""

    start: date
    version: str
    sections: Mapping[str, str]
    figures: Mapping[str, Figure]
    bands: Mapping[str, tuple[Band, ...]]
    not_counted: tuple[tuple[str, str], ...]

    def in_section(self, section: str) -> list[Figure]:
        """Return the figures of a section."""
        return [each for each in self.figures.values() if each.section == section]


@cache
def _versions() -> tuple[Definitions, ...]:
    content = read_yaml(Path(__file__).with_name("outcomes.yaml"))
    found = [_definitions(each, content["sections"]) for each in content["versions"]]
    return tuple(sorted(found, key=lambda each: each.start))


def _definitions(said: dict[str, Any], sections: Mapping[str, str]) -> Definitions:
    return Definitions(
        start=said["from"],
        version=said["version"],
        sections=sections,
        figures={each["code"]: _figure(each) for each in said["figures"]},
        bands={
            name: tuple(Band(each.get("until"), each["label"]) for each in bands)
            for name, bands in said["bands"].items()
        },
        not_counted=tuple((each["what"], each["why"]) for each in said["not_counted"]),
    )


def _figure(said: dict[str, Any]) -> Figure:
    optional = ("of", "parts", "across", "money", "sum_alone", "median", "mean", "opens", "unit")
    return Figure(
        code=said["code"],
        section=said["section"],
        label=said["label"],
        words=said["words"],
        counts=said["counts"],
        reference=reference_of(said),
        certainty=said["certainty"],
        **{name: said[name] for name in optional if name in said},
    )


def definitions_on(day: date) -> Definitions:
    """Return the version in force on a day; the first for a day before there were any."""
    started = [each for each in _versions() if each.start <= day]
    return started[-1] if started else _versions()[0]


def cell_name(figure: str, part: str = "", other: str = "", *, money: bool = False) -> str:
    """Return the name of one cell: of a figure, of its part, of a part beside another's."""
    where = "/".join(each for each in (figure, part, other) if each)
    return f"{where}:sum" if money else where


def tables(definitions: Definitions, cells: Mapping[str, Cell]) -> list[Sum]:
    """Return what adds up to what among these cells, for whoever would work one out."""
    found: list[Sum] = []
    for figure in definitions.figures.values():
        if figure.across:
            found += _crossed(figure, cells)
        elif figure.of:
            for money in (False, True) if figure.money else (False,):
                total = cell_name(figure.of, money=money)
                parts = _parts(cells, figure.code, money=money)
                if total in cells and parts:
                    found.append(Sum(total, parts))
    return found


def _parts(cells: Mapping[str, Cell], figure: str, *, money: bool) -> tuple[str, ...]:
    begin = f"{figure}/"
    return tuple(
        name
        for name in cells
        if name.startswith(begin) and name.count("/") == 1 and name.endswith(":sum") == money
    )


def _crossed(figure: Figure, cells: Mapping[str, Cell]) -> Sequence[Sum]:
    """Return the rows and columns of a crossed table: each adds up to a part of its margins."""
    inside = [name.split("/")[1:] for name in cells if name.startswith(f"{figure.code}/")]
    rows, columns = {row for row, _ in inside}, {column for _, column in inside}
    by_row = [
        Sum(
            cell_name(figure.of, row),
            tuple(cell_name(figure.code, row, column) for column in sorted(columns)),
        )
        for row in sorted(rows)
    ]
    by_column = [
        Sum(
            cell_name(figure.across, column),
            tuple(cell_name(figure.code, row, column) for row in sorted(rows)),
        )
        for column in sorted(columns)
    ]
    return [*by_row, *by_column]
