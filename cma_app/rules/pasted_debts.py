"""Debts pasted from a spreadsheet or a credit report, proposed for an advisor to correct.

Nothing is stored and nothing is invented: each row is a proposal with, for every cell, what was
pasted, what it was read as, and a sentence where it could not be read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from cma_app.errors import CmaError
from cma_app.rules.creditor_list import by_name, plain_name
from cma_app.rules.pasted_cells import Cell, read_cell
from cma_app.rules.pasted_columns import Column, headings_in, name_columns
from cma_app.rules.pasted_layout import MOST_COLUMNS, Layout, Row, is_rule, lay_out
from cma_app.rules.pasted_words import FIELDS, TypeGuess, guess_type, is_blank, is_section, is_total

MOST_CHARACTERS: Final = 200_000
MOST_ROWS: Final = 500
SHOWN: Final = 120  # characters of a skipped row


class BadMapping(CmaError):
    """A choice of columns that cannot be; the sentence says why."""


@dataclass(frozen=True, slots=True)
class KnownDebt:
    """A debt the case has already, for comparing: the last four of its account, pounds owed."""

    creditor: str
    account_last_4: str = ""
    balance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ProposedDebt:
    """One row as a debt: a cell for each field that has a column, the creditor's first.

    `directory_name` is the creditor's name in the shipped list, if it is there. `problems` are
    about the row, beside those of its cells; `duplicates` say what it may repeat.
    """

    line: int
    cells: tuple[Cell, ...]
    debt_type: TypeGuess
    directory_name: str | None
    problems: tuple[str, ...]
    duplicates: tuple[str, ...]

    def cell(self, field: str) -> Cell:
        """Return the cell of a field, an empty one where the table has no such column."""
        return next((cell for cell in self.cells if cell.field == field), Cell(field, ""))

    def is_ready(self) -> bool:
        """Say whether nothing has to be put right before the row can be accepted."""
        settled = not self.problems and not any(cell.problem for cell in self.cells)
        return settled and self.debt_type.code is not None


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that is not proposed, with the reason."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class PastedTable:
    """What pasted text was read as.

    `layout` is tabs, pipes, semicolons, commas, spaces or blocks; `problems` are about the whole.
    """

    layout: str
    columns: tuple[Column, ...]
    debts: tuple[ProposedDebt, ...]
    skipped: tuple[SkippedRow, ...]
    problems: tuple[str, ...]


def read_table(
    text: str,
    *,
    nation: str | None,
    on: date,
    mapping: Mapping[int, str] | None = None,
    existing: Sequence[KnownDebt] = (),
) -> PastedTable:
    """Return the debts that pasted text proposes; any text is read, however odd.

    `mapping` is an advisor's choice: a column's number, from 0, and its field, empty for none; the
    other columns stay as found. A field that does not exist, or twice, raises BadMapping. `on` is
    the day the table is read.
    """
    chosen = _checked(mapping or {})
    if len(text) > MOST_CHARACTERS:
        most = (
            f"This is {len(text):,} characters long. Paste at most {MOST_CHARACTERS:,} at a time."
        )
        return PastedTable("commas", (), (), (), (most,))
    layout = lay_out(text)
    problems, layout = _within_width(layout)
    head, headings = headings_in(layout)
    rows, skipped, beyond = _debt_rows(layout, head, headings)
    if beyond:
        problems.append(
            f"Only the first {MOST_ROWS} rows are shown; {beyond:,} more follow. Paste them next."
        )
    columns = name_columns(headings, [row.cells for row in rows], chosen, on=on)
    rows, sums = _without_sums(rows, columns, on)
    debts = [_proposed(row, columns, nation, on) for row in rows]
    if not debts:
        problems.append("No debts were found in this. Paste a table with one debt on each row.")
    elif not any(column.field == "creditor" for column in columns):
        problems.append("No column says who is owed. Choose which one does.")
    skipped = sorted([*skipped, *sums], key=lambda row: row.line)
    if len(skipped) > MOST_ROWS:
        more = len(skipped) - MOST_ROWS
        problems.append(f"{more:,} more rows are not debts; the first {MOST_ROWS} are listed.")
    return PastedTable(
        layout.name,
        columns,
        tuple(_compared(debts, existing)),
        tuple(skipped[:MOST_ROWS]),
        tuple(problems),
    )


def _checked(mapping: Mapping[int, str]) -> dict[int, str]:
    fields = [field for field in mapping.values() if field]
    for field in fields:
        if field not in FIELDS:
            raise BadMapping("Choose what the column is from the list.")
        if fields.count(field) > 1:
            raise BadMapping(f"Two columns are chosen as “{FIELDS[field]}”. Choose one.")
    return dict(mapping)


def _within_width(layout: Layout) -> tuple[list[str], Layout]:
    widest = max((len(row.cells) for row in [*layout.rows, Row(0, layout.headings)]), default=0)
    if widest <= MOST_COLUMNS:
        return [], layout
    rows = [Row(row.line, row.cells[:MOST_COLUMNS]) for row in layout.rows]
    sentence = f"Only the first {MOST_COLUMNS} columns were read."
    headings = layout.headings[:MOST_COLUMNS]
    return [sentence], Layout(layout.name, rows, headings, layout.left_over)


# Rows that are not debts


def _debt_rows(
    layout: Layout, head: int | None, headings: list[str]
) -> tuple[list[Row], list[SkippedRow], int]:
    """Return the rows that may be debts, the others with the reason, and how many are too many."""
    kept: list[Row] = []
    skipped = [_skipped(row, "This line has no label.") for row in layout.left_over]
    blank: list[Row] = []
    beyond = 0
    again = [cell.casefold() for cell in headings]
    for place, row in enumerate(layout.rows):
        if not any(cell.strip() for cell in row.cells):
            blank.append(row)
            continue
        if len(kept) == MOST_ROWS:
            beyond += 1
            continue
        skipped += _blank(blank)
        blank = []
        reason = _why_not(row, place, head, again, len(headings))
        if reason:
            skipped.append(_skipped(row, reason))
        else:
            kept.append(row)
    return kept, skipped + _blank(blank), beyond


def _why_not(row: Row, place: int, head: int | None, again: list[str], width: int) -> str:
    """Return why a row is not a debt, or nothing where it may be one."""
    if head is not None and place <= head:
        return "These are the headings." if place == head else "It stands above the headings."
    if again and [cell.casefold() for cell in row.cells] == again:
        return "These are the headings again."
    return _why_not_by_content([cell for cell in row.cells if cell.strip()], width)


def _why_not_by_content(filled: list[str], width: int) -> str:
    if is_rule(filled):
        return "This is a line drawn between rows."
    if is_total(filled[0]):
        return "This is a total."
    if len(filled) == 1 and width != 1 and (is_section(filled[0]) or filled[0].endswith(":")):
        return "This is a heading over a group of debts."
    return ""


def _skipped(row: Row, reason: str) -> SkippedRow:
    text = " | ".join(cell for cell in row.cells[:MOST_COLUMNS] if cell)[: SHOWN + 1]
    return SkippedRow(row.line, text if len(text) <= SHOWN else f"{text[:SHOWN]}…", reason)


def _blank(rows: list[Row]) -> list[SkippedRow]:
    if not rows:
        return []
    many = f"{len(rows):,} blank lines." if len(rows) > 1 else "Blank."
    return [SkippedRow(rows[0].line, "", many)]


def _without_sums(
    rows: list[Row], columns: tuple[Column, ...], on: date
) -> tuple[list[Row], list[SkippedRow]]:
    """Take out rows without a creditor whose balance is what the rows above come to."""
    places = {column.field: column.index for column in columns if column.field}
    if not {"creditor", "balance"} <= places.keys():
        return rows, []
    kept, sums, so_far, count = [], [], Decimal(0), 0
    for row in rows:
        balance = _read(row, "balance", places["balance"], on).value
        creditor = _at(row, places["creditor"])
        if is_blank(creditor) and count > 1 and balance == so_far:
            reason = "It names no creditor, and its balance is the sum of the rows above."
            sums.append(_skipped(row, reason))
            continue
        kept.append(row)
        if isinstance(balance, Decimal):
            so_far, count = so_far + balance, count + 1
    return kept, sums


# Rows that are


def _at(row: Row, index: int) -> str:
    return row.cells[index] if index < len(row.cells) else ""


def _read(row: Row, field: str, index: int, on: date) -> Cell:
    return read_cell(field, _at(row, index), on=on)


def _proposed(row: Row, columns: tuple[Column, ...], nation: str | None, on: date) -> ProposedDebt:
    places = {column.field: column.index for column in columns if column.field}
    cells = tuple(_read(row, field, places[field], on) for field in FIELDS if field in places)
    said = {cell.field: str(cell.value or "") for cell in cells}
    names = [said.get(each, "") for each in ("original_creditor", "creditor", "collector")]
    listed = by_name(names[1])
    problems = []
    if not names[1]:
        problems.append("Enter who is owed.")
    balance = next((cell for cell in cells if cell.field == "balance"), None)
    if balance is None or (balance.value is None and not balance.problem):
        problems.append("Enter what is owed. Enter 0 if it is not yet known.")
    if any(cell.strip() for cell in row.cells[len(columns) :]):
        problems.append("This row has more cells than there are columns. Check each one.")
    return ProposedDebt(
        line=row.line,
        cells=cells,
        debt_type=guess_type(said.get("debt_type", ""), names, nation=nation),
        directory_name=listed.name if listed else None,
        problems=tuple(problems),
        duplicates=(),
    )


# Twice


@dataclass(frozen=True, slots=True)
class _Seen:
    creditor: str
    last_4: str
    balance: Decimal | None
    sentence: str


def _last_4(number: str) -> str:
    letters = "".join(each for each in number.upper() if each.isalnum())
    return letters[-4:] if len(letters) >= 4 else ""


def _same_name(name: str) -> str:
    listed = by_name(name)
    return plain_name(listed.name) if listed else plain_name(name)


def _compared(debts: Iterable[ProposedDebt], existing: Sequence[KnownDebt]) -> list[ProposedDebt]:
    """Return the debts with what each may repeat: of the case, and of the rows above it."""
    known = _Register()
    for each in existing:
        known.add(_known_debt(each))
    pasted = _Register()
    compared = []
    for debt in debts:
        seen = _pasted_debt(debt)
        found = [each.sentence for register in (known, pasted) for each in register.like(seen)]
        pasted.add(seen)
        compared.append(replace(debt, duplicates=tuple(found)))
    return compared


def like_known(
    creditor: str, account: str, balance: Decimal | None, existing: Sequence[KnownDebt]
) -> str:
    """Return the sentence about the debt of the case that one may repeat, empty where none."""
    known = _Register()
    for each in existing:
        known.add(_known_debt(each))
    alike = known.like(_Seen(_same_name(creditor), _last_4(account), balance, ""))
    return alike[0].sentence if alike else ""


def _known_debt(debt: KnownDebt) -> _Seen:
    last_4 = _last_4(debt.account_last_4)
    ending = f", account ending {last_4}" if last_4 else ""
    owed = f", £{debt.balance:,.2f}" if debt.balance is not None else ""
    sentence = f"Possibly already on the list: {debt.creditor}{ending}{owed}."
    return _Seen(_same_name(debt.creditor), last_4, debt.balance, sentence)


def _pasted_debt(debt: ProposedDebt) -> _Seen:
    balance = debt.cell("balance").value
    creditor = str(debt.cell("creditor").value or "")
    return _Seen(
        _same_name(creditor),
        _last_4(str(debt.cell("account_number").value or "")),
        balance if isinstance(balance, Decimal) else None,
        f"Possibly already on the list: it is like line {debt.line} of what was pasted.",
    )


class _Register:
    """Debts by what makes two alike: creditor and account, creditor and sum, account and sum."""

    def __init__(self) -> None:
        self.by_account: dict[tuple[str, str], _Seen] = {}
        self.by_sum: dict[tuple[str, Decimal], list[_Seen]] = {}
        self.sold: dict[tuple[str, Decimal], _Seen] = {}

    def add(self, debt: _Seen) -> None:
        if debt.creditor and debt.last_4:
            self.by_account.setdefault((debt.creditor, debt.last_4), debt)
        if debt.balance:
            if debt.creditor:
                self.by_sum.setdefault((debt.creditor, debt.balance), []).append(debt)
            if debt.last_4:
                self.sold.setdefault((debt.last_4, debt.balance), debt)

    def like(self, debt: _Seen) -> list[_Seen]:
        """Return the first debt that may be the same one, or nothing.

        Two accounts of one creditor with different last fours are two debts, whatever is owed.
        """
        if (debt.creditor, debt.last_4) in self.by_account:
            return [self.by_account[debt.creditor, debt.last_4]]
        if not debt.balance:
            return []
        if (debt.last_4, debt.balance) in self.sold:
            return [self.sold[debt.last_4, debt.balance]]
        same_sum = self.by_sum.get((debt.creditor, debt.balance), [])
        return [each for each in same_sum if not (each.last_4 and debt.last_4)][:1]
