"""Reading a table of spending guidelines that a centre pastes or uploads, cell by cell."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from cma_app.errors import CmaError
from cma_app.rules.entries import BadAmount, parse_money
from cma_app.rules.guidelines import Guideline, flexible_groups

AMOUNTS: Final = (
    "first_adult",
    "each_additional_adult",
    "each_child_under_16",
    "each_child_16_18",
)
COLUMNS: Final = ("version", "valid_from", "group", *AMOUNTS)
"""What the header may say; version and date may also be given beside the table."""

BESIDE: Final = {"version", "valid_from"}
ALIASES: Final = {
    "additional_adult": "each_additional_adult",
    "each_more_adult": "each_additional_adult",
    "child_under_16": "each_child_under_16",
    "children_under_16": "each_child_under_16",
    "child_16_18": "each_child_16_18",
    "child_16_to_18": "each_child_16_18",
    "children_16_18": "each_child_16_18",
    "children_16_to_18": "each_child_16_18",
    "each_child_16_to_18": "each_child_16_18",
    "first_day": "valid_from",
}
"""Other headings that people give the same columns."""

MOST: Final = Decimal("99999.99")  # more than any household spends on a group in a month
LONGEST: Final = 20_000
MOST_ROWS: Final = 50
LONGEST_VERSION: Final = 50
DAY_FORMS: Final = ("%Y-%m-%d", "%d/%m/%Y", "%d %b %Y", "%d %B %Y")


@dataclass(frozen=True, slots=True)
class BadCell:
    """What is wrong in one place; the header is row 1, and `column` is empty for a whole row."""

    row: int
    column: str
    sentence: str


class BadTable(CmaError):
    """A table that cannot be taken in; `cells` has a sentence for each place that is wrong."""

    def __init__(self, cells: Sequence[BadCell]) -> None:
        self.cells = tuple(cells)
        super().__init__(" ".join(cell.sentence for cell in cells[:10]))


@dataclass(frozen=True, slots=True)
class PreviewCell:
    """One cell as it was typed, and what is wrong with it; empty where nothing is."""

    text: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row: its group and its four amounts, and what is wrong with the row as a whole."""

    number: int
    cells: tuple[PreviewCell, ...]
    said: str = ""


@dataclass(frozen=True, slots=True)
class TablePreview:
    """A table as it would be taken in; with a fault anywhere there are no `guidelines`.

    `lacks` names what was given neither in the table nor beside it: version, valid_from.
    """

    rows: tuple[PreviewRow, ...]
    faults: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    guidelines: tuple[Guideline, ...] = ()


def preview_table(
    text: str, *, version: str | None = None, valid_from: date | None = None
) -> TablePreview:
    """Return a table's rows with each fault beside its cell, or all of it as it would be kept.

    Faults that have no cell, such as a missing column or group, stand in `faults`.
    """
    try:
        found = parse_guidelines(text, version=version, valid_from=valid_from)
    except BadTable as refused:
        return _with_faults(text, refused.cells)
    labels = flexible_groups(date.max)
    rows = tuple(
        PreviewRow(
            number,
            tuple(
                PreviewCell(word)
                for word in (
                    labels[each.group],
                    *(f"£{getattr(each, column):,.2f}" for column in AMOUNTS),
                )
            ),
        )
        for number, each in enumerate(found, start=2)
    )
    return TablePreview(rows, guidelines=tuple(found))


def parse_guidelines(
    text: str, *, version: str | None = None, valid_from: date | None = None
) -> list[Guideline]:
    """Return the guidelines of a table: comma or tab between cells, a header, a row for each group.

    Columns are found by name, in any order; £ signs and thousands commas are taken off. `version`
    and `valid_from` stand in for columns the table lacks. Each flexible group is needed once.
    BadTable has every fault with its row and column; nothing is taken in by halves.
    """
    rows = _rows(text)
    header = _header(rows[0], version, valid_from)
    faults: list[BadCell] = []
    found: dict[int, dict[str, str | date | Decimal]] = {}
    for number, cells in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in cells):
            found[number] = _row(number, cells, header, faults)
    given = {"version": version, "valid_from": valid_from}
    faults += _one_version(found, header)
    faults += _each_group_once(found)
    if faults:
        raise BadTable(sorted(faults, key=lambda fault: (fault.row, fault.column)))
    order = list(flexible_groups(date.max))
    guidelines = [Guideline(**{**given, **row}) for row in found.values()]  # type: ignore[arg-type]
    return sorted(guidelines, key=lambda each: order.index(each.group))


def _rows(text: str) -> list[list[str]]:
    if len(text) > LONGEST:
        raise BadTable([BadCell(1, "", "This is too long for a table of guidelines.")])
    tidy = text.replace("\ufeff", "").replace("\u00a0", " ").strip("\r\n")
    if not tidy.strip():
        raise BadTable([BadCell(1, "", "Paste the table with its header row.")])
    lines = tidy.splitlines()
    between = "\t" if "\t" in lines[0] else ","
    try:
        rows = list(csv.reader(lines, delimiter=between, strict=True))
    except csv.Error:
        said = "A quotation mark has no partner. Check the marks around the cells."
        raise BadTable([BadCell(1, "", said)]) from None
    if len(rows) > MOST_ROWS:
        raise BadTable([BadCell(MOST_ROWS, "", f"Use at most {MOST_ROWS} rows.")])
    return rows


def _header(cells: Sequence[str], version: str | None, valid_from: date | None) -> list[str]:
    names = [_column(cell) for cell in cells]
    needed = [name for name in COLUMNS if name not in names]
    if version is not None:
        needed = [name for name in needed if name != "version"]
    if valid_from is not None:
        needed = [name for name in needed if name != "valid_from"]
    faults = [BadCell(1, name, f"Row 1: the column “{name}” is missing.") for name in needed]
    for place, name in enumerate(names):
        if name not in COLUMNS:
            said = f"Row 1: there is no column “{cells[place].strip()[:40]}” in a guideline table."
            faults.append(BadCell(1, cells[place].strip()[:40], said))
        elif name in names[:place]:
            faults.append(BadCell(1, name, f"Row 1: the column “{name}” is there twice."))
    if faults:
        raise BadTable(faults)
    return names


def _column(heading: str) -> str:
    name = re.sub(r"[\s\-\u2010-\u2013]+", "_", heading.strip().lower())
    return ALIASES.get(name, name)


def _row(
    number: int, cells: Sequence[str], header: Sequence[str], faults: list[BadCell]
) -> dict[str, str | date | Decimal]:
    """Return what a row says by column, leaving out what is wrong and noting it in `faults`."""
    if len(cells) != len(header):
        said = (
            f"Row {number}: {len(cells)} cells where the header has {len(header)}. "
            "Put quotation marks around a figure with a comma."
        )
        faults.append(BadCell(number, "", said))
        return {}
    found: dict[str, str | date | Decimal] = {}
    for column, cell in zip(header, cells, strict=True):
        try:
            found[column] = _cell(column, cell.strip())
        except CmaError as error:
            said = f"Row {number}, {column}: {error.sentence}"
            faults.append(BadCell(number, column, said))
    return found


def _cell(column: str, typed: str) -> str | date | Decimal:
    if column == "group":
        return _group(typed)
    if column == "version":
        return _version(typed)
    if column == "valid_from":
        return _day(typed)
    amount = parse_money(typed)
    if amount > MOST:
        raise BadAmount(f"Enter an amount of £{MOST:,} or less.")
    return amount


def _group(typed: str) -> str:
    groups = flexible_groups(date.max)
    by_word = {label.lower(): key for key, label in groups.items()}
    word = typed.lower()
    key = by_word.get(word, re.sub(r"[\s_]+", "-", word))
    if key not in groups:
        known = ", ".join(groups)
        raise CmaError(f"There is no flexible group “{typed[:40]}”. Use one of: {known}.")
    return key


def _version(typed: str) -> str:
    if not typed:
        raise CmaError("Enter the version, like 2026/27.")
    if len(typed) > LONGEST_VERSION:
        raise CmaError(f"Use at most {LONGEST_VERSION} characters.")
    return typed


def _day(typed: str) -> date:
    for form in DAY_FORMS:
        try:
            return datetime.strptime(typed, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise CmaError("Enter the date like 2026-04-06 or 6 Apr 2026.")


def _one_version(
    found: Mapping[int, Mapping[str, object]], header: Sequence[str]
) -> Iterator[BadCell]:
    for column in ("version", "valid_from"):
        values = [(row, cells[column]) for row, cells in found.items() if column in cells]
        if column in header and values:
            for row, value in values[1:]:
                if value != values[0][1]:
                    said = f"Row {row}, {column}: one table has one {column.replace('_', ' ')}."
                    yield BadCell(row, column, said)


def _each_group_once(found: Mapping[int, Mapping[str, object]]) -> Iterator[BadCell]:
    seen: set[object] = set()
    for row, cells in found.items():
        key = cells.get("group")
        if key in seen:
            yield BadCell(row, "group", f"Row {row}, group: “{key}” is there twice.")
        if key is not None:
            seen.add(key)
    last = max(found, default=1) + 1
    for key in flexible_groups(date.max):
        if key not in seen and all("group" in cells for cells in found.values()):
            yield BadCell(last, "group", f"The group “{key}” is missing.")


def _with_faults(text: str, faults: Sequence[BadCell]) -> TablePreview:
    """Return the rows as they were typed, each fault beside its cell, its row, or above them."""
    try:
        typed = _rows(text)
    except BadTable:
        return TablePreview((), tuple(fault.sentence for fault in faults))
    names, rows = [_column(cell) for cell in typed[0]], []
    placed: set[BadCell] = set()
    for number, cells in enumerate(typed[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        said = {fault.column: fault for fault in faults if fault.row == number}
        said = {
            column: fault for column, fault in said.items() if "is missing" not in fault.sentence
        }
        placed |= set(said.values())
        whole = [said[column] for column in said if column not in ("group", *AMOUNTS)]
        rows.append(
            PreviewRow(
                number,
                tuple(
                    PreviewCell(
                        _typed(cells, names, column),
                        _alone(said[column]) if column in said else "",
                    )
                    for column in ("group", *AMOUNTS)
                ),
                " ".join(_alone(fault) for fault in whole),
            )
        )
    lacking = [each for each in faults if each.row == 1 and each.column in BESIDE - set(names)]
    placed |= set(lacking)
    above = tuple(fault.sentence for fault in faults if fault not in placed)
    return TablePreview(tuple(rows), above, tuple(fault.column for fault in lacking))


def _typed(cells: Sequence[str], names: Sequence[str], column: str) -> str:
    place = names.index(column) if column in names else len(cells)
    return cells[place].strip()[:40] if place < len(cells) else ""


def _alone(fault: BadCell) -> str:
    """Return a fault's sentence without its place, which stands beside it."""
    return re.sub(r"^Row \d+(, \w+)?: ", "", fault.sentence)
