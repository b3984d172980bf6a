"""A pasted table as its page shows it: the proposed rows box by box, and its columns."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from cma_app.rules import debt_types
from cma_app.rules.creditor_list import plain_name
from cma_app.rules.pasted_cells import Cell, tidy
from cma_app.rules.pasted_columns import Column
from cma_app.rules.pasted_debts import ProposedDebt
from cma_app.rules.pasted_words import FIELDS
from cma_app.services.debt_forms import LIABILITY_LABELS, OWED_BY_LABELS
from cma_app.services.pasted_debts import KEPT_BESIDE, MOST_ADDED, MOST_PASTED, Pasted, PastedForm
from state.words import pounds

LONGEST_BOX: Final = 300  # of what could not be read
BOXES: Final = (
    *("creditor", "debt_type", "liability", "owed_by", "balance", "arrears"),
    *("monthly_payment", "account_number"),
)


@dataclass(frozen=True, slots=True)
class ProposedRow:
    """One proposed debt: the text of each box, what is wrong with it, and what is only said.

    `said` and `notes` are by box. `like` is what it may repeat; `suggest` the name by which the
    directory knows its creditor; `row` a sentence about the whole row.
    """

    line: int
    boxes: dict[str, str]
    said: dict[str, str]
    notes: dict[str, str]
    like: str = ""
    suggest: str = ""
    row: str = ""

    @classmethod
    def of(cls, debt: ProposedDebt, pasted: Pasted, known: dict[str, str]) -> "ProposedRow":
        """Return what is shown of a proposal; `known` are the directory's names, plainly."""
        boxes = {name: _text(debt.cell(name)) for name in BOXES}
        boxes |= {cell.field: _text(cell) for cell in debt.cells if cell.field in KEPT_BESIDE}
        cells = [cell for cell in debt.cells if cell.field in boxes]
        notes = {cell.field: cell.note for cell in cells if cell.note}
        joint = debt.cell("liability").value == "joint"
        boxes["owed_by"] = "joint" if joint else "client"
        unread = bool(debt.cell("liability").problem)
        boxes["liability"] = "" if unread else boxes["liability"] or "sole"
        boxes["debt_type"], because = _kind(debt, pasted, known)
        if because:
            notes["debt_type"] = because
        said = {name: PastedForm.sentence_for(name, boxes[name]) or "" for name in boxes}
        said |= {cell.field: cell.problem for cell in cells if cell.problem}
        said["debt_type"] = "" if boxes["debt_type"] else debt.debt_type.because
        return cls(
            line=debt.line,
            boxes=boxes,
            said={name: sentence for name, sentence in said.items() if sentence},
            notes=notes,
            like=" ".join(debt.duplicates),
            suggest=_suggested(boxes["creditor"], debt.directory_name or "", known),
            row=" ".join(each for each in debt.problems if not each.startswith("Enter ")),
        )


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column, what it is taken for, and a sentence where that is doubtful."""

    index: str
    heading: str
    example: str
    field: str
    said: str

    @classmethod
    def of(cls, column: Column) -> "ColumnRow":
        """Return what is shown of a column."""
        heading = column.heading or f"Column {column.index + 1}"
        said = "" if column.how == "chosen" else column.said
        return cls(str(column.index), heading, column.example, column.field or "", said)


@dataclass(frozen=True, slots=True)
class PastedView:
    """All that the page shows of a text; without rows and columns it was not read yet."""

    text: str = ""
    typed: str = ""
    is_read: bool = False
    rows: list[ProposedRow] = field(default_factory=list)
    columns: list[ColumnRow] = field(default_factory=list)
    skipped: list[list[str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)
    edits: dict[str, str] = field(default_factory=dict)
    nation: str = ""

    @classmethod
    def of(cls, pasted: Pasted) -> "PastedView":
        """Return what is shown of a text."""
        if pasted.table is None:
            return cls(text=pasted.text, typed=pasted.text, nation=pasted.nation)
        table = pasted.table
        known = {plain_name(name): name for name in pasted.kinds}
        return cls(
            text=pasted.text,
            typed=pasted.typed or pasted.text,
            is_read=True,
            rows=[ProposedRow.of(debt, pasted, known) for debt in table.debts],
            columns=[ColumnRow.of(column) for column in table.columns],
            skipped=[[str(row.line), row.text, row.reason] for row in table.skipped],
            problems=list(table.problems),
            mapping={str(index): name for index, name in pasted.mapping.items()},
            edits=pasted.edits,
            nation=pasted.nation,
        )


def options(nation: str) -> dict[str, Any]:
    """Return the choices of the page's lists, as they are in a nation, and its limits."""
    return {
        "types": [[kind.code, kind.label] for kind in debt_types.debt_types(nation)],
        "liabilities": [list(pair) for pair in LIABILITY_LABELS.items()],
        "owedBy": [list(pair) for pair in OWED_BY_LABELS.items()],
        "fields": [list(pair) for pair in FIELDS.items()],
        "beside": [[name, FIELDS[name]] for name in KEPT_BESIDE],
        "most": MOST_PASTED,
        "mostRows": MOST_ADDED,
    }


def _text(cell: Cell) -> str:
    """Return what a box says: the value as it was read, or what was pasted where it was not."""
    value = cell.value
    if cell.problem or value is None:
        raw = tidy(cell.raw) if cell.problem else ""
        return raw[:LONGEST_BOX]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return pounds(value, sign=False)
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    return str(value)


def _kind(debt: ProposedDebt, pasted: Pasted, known: dict[str, str]) -> tuple[str, str]:
    """Return the kind of debt of a row and, where it is a guess, why it is guessed."""
    guess = debt.debt_type
    if guess.confidence == "certain":
        return guess.code or "", ""
    name = str(debt.cell("creditor").value or "")
    usual = pasted.kinds.get(known.get(plain_name(name), ""), "")
    if guess.code is None and usual:
        kind = debt_types.debt_type(usual)
        if pasted.nation in kind.nations:
            return usual, f"A guess: it is what {name} is usually owed for here. Check it."
    return guess.code or "", guess.because if guess.code else ""


def _suggested(name: str, listed: str, known: dict[str, str]) -> str:
    """Return the directory's name for a creditor, where it is written otherwise."""
    there = known.get(plain_name(name), listed)
    return there if there.casefold() != name.casefold() else ""
