"""Tables that leave the centre: read back by other programs, no cell is ever a formula."""

import csv
import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from cma_app.printing.sheets import Sheet, harmless, to_csv, to_xlsx

NASTY = [
    *("=1+1", "=HYPERLINK('http://x.example','Ann')", "+44 7700 900123", "-2+3", "@SUM(A1)"),
    *("\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\ufeff=1", "\u200b=1", "'=1", '"=1'),
    *("＝1+1", "＋1", "－1", "＠SUM(A1)", "|calc", "%x", "=cmd|' /C calc'!A0", "{=1+1}"),
    *("https://x.example", "mailto:a@b.example", "internal:'Sheet'!A1", "1e9", "007", "TRUE"),
    *("O'Neill", "a,b;c", "line\none", "nul\x00byte", "half \ud83d pair", "é 漢字 🏠"),
    *("x" * 40_000, ""),
]
SHEET = Sheet("Names", [("Name", "Number", "£"), *[(name, 3, Decimal("12.50")) for name in NASTY]])


@pytest.mark.parametrize("name", NASTY)
def test_what_could_run_is_quoted_and_what_could_not_is_left(name: str) -> None:
    said = harmless(name)
    plain = said.lstrip(" \u00a0\u200b\ufeff")
    assert plain[:1] not in set("=+-@|%\t\r\n＝＋－＠")
    assert said in (name, f"'{name}")


def test_a_workbook_holds_texts_and_numbers_alone() -> None:
    book = load_workbook(io.BytesIO(to_xlsx([SHEET])))
    cells = [cell for row in book["Names"].iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not [cell for cell in cells if cell.hyperlink]
    kept = [row[0] for row in book["Names"].iter_rows(min_row=2, values_only=True)]
    assert kept[0] == "=1+1"
    assert kept[NASTY.index("007")] == "007"
    assert len(kept) == len(NASTY)
    assert {row[2] for row in book["Names"].iter_rows(min_row=2, values_only=True)} == {12.5}


def test_a_csv_file_has_every_cell_quoted_and_none_that_runs() -> None:
    said = to_csv([SHEET, Sheet("More", [("a", "b")])]).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(said, newline="")))
    assert len(lines) == len(NASTY) + 3
    assert [line[1:] for line in lines[1 : len(NASTY) + 1]] == [["3", "12.50"]] * len(NASTY)
    for line in lines:
        for cell in line:
            assert cell.lstrip(" \u00a0\u200b\ufeff")[:1] not in set("=+-@|%\t\r\n")
    assert lines[-1] == ["a", "b"]
