"""What each column of a pasted table is: by its heading, its content, or an advisor's choice."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from cma_app.rules.pasted_cells import read_cell, tidy
from cma_app.rules.pasted_layout import Layout
from cma_app.rules.pasted_words import (
    FIELDS,
    field_of_heading,
    is_blank,
    liability_of,
    plain,
    sure_type,
    words,
)

How = Literal["heading", "content", "chosen", "none"]
LOOKED_AT: Final = 100  # rows that decide what a column holds
HEADINGS_WITHIN: Final = 10  # rows among which the headings stand
ENOUGH: Final = 0.6  # of a column's filled cells
_Found = dict[int, tuple[str | None, How, str]]
NOT_TAKEN: Final[tuple[str | None, How, str]] = (
    None,
    "none",
    "This column is not taken in. Choose what it is, if it is needed.",
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its heading, the field it is taken for, how that is known, and an example.

    `field` is None where it is not taken in; `said` is then a sentence why.
    """

    index: int
    heading: str
    field: str | None
    how: How
    example: str
    said: str = ""


def headings_in(layout: Layout) -> tuple[int | None, list[str]]:
    """Return the place of the row that holds the headings, or None, and the headings."""
    if layout.name == "blocks":
        return None, layout.headings
    looked_at = 0
    for place, row in enumerate(layout.rows):
        if not any(cell.strip() for cell in row.cells):
            continue
        looked_at += 1
        if looked_at > HEADINGS_WITHIN:
            break
        if _are_headings(row.cells):
            return place, [tidy(cell[:200]) for cell in row.cells]
    return None, []


def _are_headings(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    found = [known for cell in filled if (known := field_of_heading(cell))]
    fields = {field for field, _ in found if field}
    exact = sum(is_exact for _, is_exact in found)
    if len(filled) == 1:
        return exact == 1 and "creditor" in fields
    if exact == len(filled) > 1 and fields:
        return True
    return len(fields) >= 2 and exact >= 1 and len(found) * 2 >= len(filled)


def name_columns(
    headings: list[str], rows: list[list[str]], chosen: dict[int, str], *, on: date
) -> tuple[Column, ...]:
    """Return every column with the field it is taken for; an advisor's choice comes first."""
    width = max((len(cells) for cells in rows), default=0)
    width = len(headings) if headings else width
    taken: _Found = {index: (field or None, "chosen", "") for index, field in chosen.items()}
    free = set(FIELDS) - {field for field in chosen.values() if field}
    filled = [_filled(rows, index) for index in range(width)]
    if headings:
        found = _by_heading(headings, free, set(chosen))
    else:
        found = _by_content(filled, free, set(chosen), on)
    columns = []
    for index in range(width):
        field, how, said = taken.get(index) or found.get(index) or NOT_TAKEN
        columns.append(
            Column(
                index=index,
                heading=headings[index] if index < len(headings) else "",
                field=field,
                how=how,
                example=tidy(filled[index][0][:200])[:60] if filled[index] else "",
                said=said,
            )
        )
    return tuple(columns)


def _filled(rows: list[list[str]], index: int) -> list[str]:
    cells = (cells[index] for cells in rows[:LOOKED_AT] if index < len(cells))
    return [cell for cell in cells if not is_blank(cell)]


def _by_heading(headings: list[str], free: set[str], settled: set[int]) -> _Found:
    """Return the field of each heading; an exact one wins over words inside a longer one."""
    known = {
        index: found
        for index, heading in enumerate(headings)
        if index not in settled and (found := field_of_heading(heading)) and found[0]
    }
    named: _Found = {}
    for index in sorted(known, key=lambda each: _doubt(headings[each], known[each])):
        field = known[index][0]
        if field in free:
            named[index] = (field, "heading", "")
            free = free - {field}
        else:
            said = f"Another column is taken for “{FIELDS[field]}”. Choose if this one is it."
            named[index] = (None, "none", said)
    return named


def _doubt(heading: str, found: tuple[str, bool]) -> int:
    """Return how far down the list of a field's headings one is; the vaguest stand last."""
    field, is_exact = found
    known, said = words()["headings"][field], plain(heading)
    return known.index(said) if is_exact and said in known else len(known)


def _by_content(filled: list[list[str]], free: set[str], settled: set[int], on: date) -> _Found:
    """Return a guess for each column from what is in it; dates are left for the advisor."""
    looks: dict[int, str] = {
        index: _looks_like(cells, on)
        for index, cells in enumerate(filled)
        if cells and index not in settled
    }
    named: _Found = {}
    if "name" not in looks.values():  # "Council tax" and the like stand for the creditor
        looks |= dict.fromkeys([i for i, look in looks.items() if look == "type"][:1], "name")
    for field, look in (
        ("creditor", "name"),
        ("debt_type", "type"),
        ("liability", "liability"),
        ("interest_rate", "rate"),
        ("account_number", "reference"),
    ):
        index = next((index for index, each in looks.items() if each == look), None)
        if index is not None and field in free:
            named[index] = (field, "content", "")
    sums = [index for index, look in looks.items() if look == "money"]
    if sums and "balance" in free:
        largest = max(sums, key=lambda index: (_sum(filled[index], on), -index))
        also = "The column with the largest amounts is taken for the balance." if sums[1:] else ""
        named[largest] = ("balance", "content", also)
    for index, look in looks.items():
        if index not in named and look in {"date", "money"}:
            kind = "dates" if look == "date" else "amounts"
            named[index] = (None, "none", f"These are {kind}. Choose which.")
    return named


def _sum(cells: list[str], on: date) -> Decimal:
    values = (read_cell("balance", cell, on=on).value for cell in cells)
    return sum((value for value in values if isinstance(value, Decimal)), Decimal(0))


def _looks_like(cells: list[str], on: date) -> str:
    """Return what most of a column's cells look like; names may be words for a kind of debt."""
    kinds = Counter(_kind(cell, on) for cell in cells)
    for look, alike in (
        ("date", ("date",)),
        ("type", ("type",)),
        ("liability", ("liability",)),
        ("rate", ("rate",)),
        ("money", ("money", "figures")),
        ("reference", ("reference", "figures")),
        ("name", ("name", "type", "liability")),
    ):
        if sum(kinds[kind] for kind in alike) >= len(cells) * ENOUGH:
            return look
    return "mixed"


def _kind(cell: str, on: date) -> str:
    """Return what one cell looks like."""
    text = tidy(cell[:200])
    if not any(each.isdigit() for each in text):
        word = "type" if sure_type(text) else "name"
        return "liability" if liability_of(text) else word
    if text.isdigit():
        return "figures" if len(text) <= 5 and not text.startswith("0") else "reference"
    if isinstance(read_cell("last_payment_date", text, on=on).value, date):
        return "date"
    if isinstance(read_cell("balance", text, on=on).value, Decimal) or "£" in text:
        return "money"
    return "rate" if text.endswith("%") else _name_or_reference(text)


def _name_or_reference(text: str) -> str:
    letters = sum(each.isalpha() for each in text)
    return "name" if letters * 2 > len(text) else "reference"
