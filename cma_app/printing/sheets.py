"""Tables as CSV and as an Excel workbook in which no cell is ever a formula or a link.

Whoever opens them may do so in a program that runs what begins with an equals sign: a text that
could be read so gets an apostrophe before it in CSV, and is a text cell in a workbook.
"""

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import xlsxwriter
from defusedcsv import csv

CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Value = str | int | Decimal
Rows = Sequence[Sequence[Value]]

_STARTS: Final = frozenset("=+-@|%\t\r\n")
_WIDEST: Final = 80
_CELL: Final = 32_000
"""The characters of a cell: a workbook holds 32,767."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its name in a workbook, and its rows; `head` is the row that names the columns."""

    name: str
    rows: Rows
    head: int | None = 0


def harmless(said: str) -> str:
    """Return a text that no spreadsheet reads as a formula: of one that it could, as a quotation.

    Leading spaces, and signs of the same shape such as a full-width equals sign, do not help it.
    """
    plain = unicodedata.normalize("NFKC", said)
    first = plain.lstrip(" \u00a0\u200b\ufeff'\"")[:1]
    return f"'{said}" if first in _STARTS and first else said


def to_csv(sheets: Sequence[Sheet]) -> bytes:
    """Return the tables one under the other with an empty line between, every cell quoted."""
    kept = io.StringIO()
    writer = csv.writer(kept, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for number, sheet in enumerate(sheets):
        if number:
            writer.writerow([])
        for row in sheet.rows:
            writer.writerow([_in_csv(each) for each in row])
    return kept.getvalue().encode("utf-8-sig")


def _in_csv(value: Value) -> str:
    if isinstance(value, str):
        return harmless(_clean(value))
    return str(value)


def to_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook with a sheet for each table; texts stay texts and numbers numbers."""
    kept = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(kept, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        pounds = book.add_format({"num_format": "#,##0.00", "valign": "top"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for at, width in enumerate(_widths(sheet.rows)):
                page.set_column(at, at, width)
            for line, row in enumerate(sheet.rows):
                for at, value in enumerate(row):
                    if isinstance(value, str):
                        said = _clean(value)
                        page.write_string(line, at, said, bold if line == sheet.head else plain)
                    elif isinstance(value, Decimal):
                        page.write_number(line, at, float(value), pounds)
                    else:
                        page.write_number(line, at, value, plain)
            if sheet.head is not None:
                page.freeze_panes(sheet.head + 1, 0)
    return kept.getvalue()


def _clean(said: str) -> str:
    """Return a text without what a workbook cannot hold, and no longer than a cell."""
    kept = "".join(each for each in said if each in "\t\n\r" or ord(each) >= 32)
    return kept.encode("utf-16", "surrogatepass").decode("utf-16", "replace")[:_CELL]


def _widths(rows: Rows) -> list[int]:
    many = max((len(row) for row in rows), default=0)
    return [
        min(_WIDEST, max((len(str(row[at])) for row in rows if at < len(row)), default=8) + 2)
        for at in range(many)
    ]
