"""The figures that a paper names: balance, arrears, payment, income, account number and date.

Each is only ever a suggestion, beside the field it would fill. Half of the amounts that a scan
gives are wrong in a figure, so nothing here is taken over without a person.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from cma_app.rules.parameters import read_yaml

_FILE: Final = Path(__file__).with_name("document_figures.yaml")
_MONEY: Final = re.compile(
    r"^[-(]?£?\s?(\d{1,3}(?:,\d{3})+|\d{1,7})[.](\d{2})(?:\s?(?:CR|DR))?[).,;]?$", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"^(?=.*\d)[A-Z0-9][A-Z0-9/-]{4,23}$", re.IGNORECASE)
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july",
         "aug august", "sep sept september", "oct october", "nov november", "dec december"), 1
    )
    for name in names.split()
}  # fmt: skip
_WRITTEN: Final = re.compile(
    r"\b(\d{1,2})(?:st|nd|rd|th)?\s+([a-z]{3,9})\.?,?\s+(\d{4})\b", re.IGNORECASE
)
_SHORT: Final = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})\b")
MONEY_KINDS: Final = ("balance", "arrears", "payment", "income")
MOST_OF_A_KIND: Final = 2
NEAR: Final = 6
"""How many words may stand between a label and its figure on one line."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A word with its box, in pixels of its page, and how sure the reader was of it."""

    text: str
    x: int
    y: int
    width: int
    height: int
    line: int
    sure: float


@dataclass(frozen=True, slots=True)
class Found:
    """A figure: its kind, its value as text (1240.00, 2026-11-05), its label, and where it is."""

    kind: str
    value: str
    label: str
    page: int
    x: int
    y: int
    width: int
    height: int
    sure: float


@cache
def _read() -> dict[str, Any]:
    kept: dict[str, Any] = read_yaml(_FILE)
    return kept


def income_line(document_type: str | None) -> str | None:
    """Return the budget line that income on such a paper would fill; None where it has none."""
    line = _read()["lines"].get(document_type or "")
    return None if line is None else str(line)


def find_figures(
    pages: Iterable[tuple[int, Sequence[Spot]]], document_type: str | None
) -> list[Found]:
    """Return the figures of a paper, at most two of a kind, the likeliest first."""
    ranked: list[tuple[int, Found]] = []
    for number, words in pages:
        for line, above in _with_above(words):
            ranked += _in_line(number, line, above)
    ranked.sort(key=lambda each: each[0])
    kept: list[Found] = []
    for _, found in ranked:
        same = [each for each in kept if each.kind == found.kind]
        if len(same) < MOST_OF_A_KIND and all(each.value != found.value for each in same):
            kept.append(found)
    return [each for each in kept if _fits(each.kind, document_type)]


def _fits(kind: str, document_type: str | None) -> bool:
    rules = _read()
    if kind == "income" and document_type not in rules["income_types"]:
        return False
    return kind not in rules["never_of"].get(document_type or "", ())


def _with_above(words: Sequence[Spot]) -> Iterable[tuple[list[Spot], list[Spot]]]:
    lines: dict[int, list[Spot]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    rows = _rows(list(lines.values()))
    for number, row in enumerate(rows):
        yield row, rows[number - 1] if number else []


def _rows(lines: list[list[Spot]]) -> list[list[Spot]]:
    """Join the reader's lines that stand beside each other: a table's columns are one row."""
    ordered = sorted(lines, key=lambda line: min(word.y for word in line))
    rows: list[list[Spot]] = []
    for line in ordered:
        middle = _middle(line)
        last = rows[-1] if rows else None
        if last is not None and abs(_middle(last) - middle) < 0.6 * max(w.height for w in line):
            last.extend(line)
        else:
            rows.append(list(line))
    return [sorted(row, key=lambda word: word.x) for row in rows]


def _middle(words: Sequence[Spot]) -> float:
    return sum(word.y + word.height / 2 for word in words) / len(words)


def _in_line(page: int, row: list[Spot], above: list[Spot]) -> list[tuple[int, Found]]:
    found: list[tuple[int, Found]] = []
    for place, word in enumerate(row):
        value = _money(word.text)
        if value is not None:
            label = _label(row, place, MONEY_KINDS) or _label_above(word, above, MONEY_KINDS)
            if label:
                found.append((label[2], _found(label, value, page, (word,))))
        elif _NUMBER.match(word.text.strip(".,:;")):
            label = _label(row, place, ("account_number",))
            if label:
                value = word.text.strip(".,:;")
                found.append((label[2], _found(label, value, page, (word,))))
    return found + _dates(page, row)


def _found(label: tuple[str, str, int], value: str, page: int, words: Sequence[Spot]) -> Found:
    left, top = min(word.x for word in words), min(word.y for word in words)
    return Found(
        label[0],
        value,
        label[1],
        page,
        left,
        top,
        max(word.x + word.width for word in words) - left,
        max(word.y + word.height for word in words) - top,
        min(word.sure for word in words),
    )


def _money(text: str) -> str | None:
    match = _MONEY.match(text.strip("*"))
    if match is None or (not text.lstrip("-(").startswith("£") and "." not in text):
        return None
    pounds = Decimal(f"{match.group(1).replace(',', '')}.{match.group(2)}")
    return f"{pounds:.2f}"


def _dates(page: int, row: list[Spot]) -> list[tuple[int, Found]]:
    text = " ".join(word.text for word in row)
    found = []
    for match in (*_WRITTEN.finditer(text), *_SHORT.finditer(text)):
        day = _day(*match.groups())
        if day is None:
            continue
        first = text[: match.start()].count(" ")
        words = row[first : first + match.group().count(" ") + 1]
        label = _label(row, first, ("dated",)) or ("dated", "", 900 + 50 * page + row[0].y // 200)
        found.append((label[2], _found(label, day.isoformat(), page, words)))
    return found


def _day(day: str, month: str, year: str) -> date | None:
    number = _MONTHS.get(month.lower()) if not month.isdigit() else int(month)
    whole = int(year) + (2000 if len(year) == 2 else 0)
    try:
        return date(whole, number or 0, int(day)) if 1990 <= whole <= 2100 else None
    except ValueError:
        return None


def _label(row: Sequence[Spot], place: int, kinds: Sequence[str]) -> tuple[str, str, int] | None:
    """Return the kind, label and rank (lower is likelier) that stand nearest before a word."""
    before = [word.text.strip(".,:;()").lower() for word in row[max(0, place - 12) : place]]
    best: tuple[str, str, int] | None = None
    for kind in kinds:
        for rank, label in enumerate(_read()["kinds"][kind]):
            parts = label.split()
            for start in range(len(before) - len(parts), -1, -1):
                if before[start : start + len(parts)] == parts:
                    gap = len(before) - start - len(parts)
                    between = row[place - gap : place]
                    if gap <= NEAR and not any(_money(word.text) for word in between):
                        score = rank + 12 * gap
                        if best is None or score < best[2]:
                            best = (kind, label, score)
                    break
    return best


def _label_above(
    word: Spot, above: Sequence[Spot], kinds: Sequence[str]
) -> tuple[str, str, int] | None:
    """Return the label that heads a figure's column, on the row above it."""
    over = [
        each
        for each in above
        if each.x < word.x + word.width + word.height * 2
        and each.x + each.width > word.x - word.height * 4
        and word.y - each.y < word.height * 4
    ]
    if not over or any(_money(each.text) for each in over):
        return None
    said = _label([*over, word], len(over), kinds)
    return None if said is None else (said[0], said[1], said[2] + 40)
