"""What the words of a pasted table mean: headings, kinds of debt, totals, marks for "not known"."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from cma_app.rules.creditor_list import by_start_of_name
from cma_app.rules.debt_types import debt_type, debt_types
from cma_app.rules.parameters import read_yaml

Confidence = Literal["certain", "guess", "none"]
LONGEST_HEADING: Final = 60  # characters; a longer cell is not read for words
LONGEST_WORDS: Final = 300
UNITS: Final = {"gbp", "pounds", "in"}  # "Balance (£)", "Balance in GBP"

FIELDS: Final[dict[str, str]] = {
    "creditor": "Creditor",
    "debt_type": "Kind of debt",
    "balance": "Balance",
    "balance_date": "Balance date",
    "account_number": "Account number",
    "arrears": "Arrears",
    "monthly_payment": "Monthly payment",
    "agreement_date": "Date of agreement",
    "default_date": "Default date",
    "last_payment_date": "Last payment date",
    "judgment": "Court judgment",
    "original_creditor": "Original creditor",
    "collector": "Collector",
    "collector_reference": "Collector's reference",
    "liability": "Liability",
    "interest_rate": "Interest rate",
}


@dataclass(frozen=True, slots=True)
class TypeGuess:
    """The kind of debt that words suggest; no code where nothing is suggested."""

    code: str | None
    confidence: Confidence
    because: str


@cache
def words() -> dict[str, Any]:
    """Return the whole file of words as it is written."""
    return read_yaml(Path(__file__).with_name("pasted_headings.yaml"))


def plain(text: str) -> str:
    """Return text for comparing: small letters, no accents or marks, one space between words."""
    return _plain(text[:LONGEST_WORDS])


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9?]+", " ", re.sub(r"['’]", "", bare)).strip()


@cache
def _fields_by_heading() -> dict[str, str]:
    known = {plain(each): "" for each in words()["ignored"]}
    for field, synonyms in words()["headings"].items():
        known |= {plain(each): field for each in synonyms}
    return known


@cache
def _most_words() -> int:
    return max(len(each.split()) for each in _fields_by_heading())


@lru_cache(maxsize=2048)
def field_of_heading(text: str) -> tuple[str, bool] | None:
    """Return the field a heading names and whether it is exactly one we know, or None.

    The field is empty where the heading is known and not taken in ("Credit limit").
    """
    if len(text) > LONGEST_HEADING:
        return None
    heading = plain(text)
    known = _fields_by_heading()
    without_unit = " ".join(word for word in heading.split() if word not in UNITS)
    for whole in (heading, without_unit):
        if whole in known:
            return known[whole], True
    parts = heading.split()
    for length in range(min(len(parts) - 1, _most_words()), 0, -1):
        for start in range(len(parts) - length + 1):
            inside = " ".join(parts[start : start + length])
            if inside in known and len(inside) > 2:
                return known[inside], False
    return None


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(plain(each) for each in words()[name])


def is_total(text: str) -> bool:
    """Say whether a row that begins with this text adds others up ("Total", never "Total Gas")."""
    return plain(text) in _set("totals")


def is_section(text: str) -> bool:
    """Say whether a text is a heading over a group of debts, like "Priority debts"."""
    return plain(text) in _set("sections")


def is_blank(text: str) -> bool:
    """Say whether a cell says that nothing is known: empty, a dash, "n/a", "unknown"."""
    return not text.strip(" \u00a0-–—−.*_") or plain(text) in _set("blanks")


def is_nothing(text: str) -> bool:
    """Say whether a cell says nought in words: "nil", "none"."""
    return plain(text) in _set("nothing")


def liability_of(text: str) -> str | None:
    """Return the liability that words say, as debts record it, or None."""
    said = plain(text)
    for code, synonyms in words()["liability"].items():
        if said in synonyms:
            return code
    return None


@cache
def _sure_types() -> dict[str, str]:
    sure = {plain(kind.label): kind.code for kind in debt_types()}
    sure |= {plain(kind.code): kind.code for kind in debt_types()}
    for code, parts in words()["types"].items():
        sure |= {plain(each): code for each in parts["sure"]}
    return sure


@cache
def _hints() -> tuple[tuple[str, str], ...]:
    hints = [
        (plain(each), code) for code, parts in words()["types"].items() for each in parts["hint"]
    ]
    return tuple(sorted(hints, key=lambda pair: (-len(pair[0]), pair[0])))


def sure_type(text: str) -> str | None:
    """Return the kind of debt a whole cell names, or None."""
    return _sure_types().get(plain(text))


def guess_type(kind: str, names: Iterable[str], *, nation: str | None) -> TypeGuess:
    """Return the kind of debt that a cell for the kind, or else the creditors' names, suggest.

    A kind that the nation does not have is never suggested.
    """
    found = _from_words(kind) if not is_blank(kind) else None
    for name in names:
        found = found or _from_name(name)
    if found is None:
        return TypeGuess(None, "none", "Nothing here says what kind of debt this is. Choose it.")
    if nation is not None and nation not in debt_type(found.code or "other").nations:
        label = debt_type(found.code or "other").label
        return TypeGuess(None, "none", f"“{label}” is not a debt of this nation. Choose the kind.")
    return found


def _from_words(text: str) -> TypeGuess | None:
    code = sure_type(text)
    if code is not None:
        return TypeGuess(code, "certain", f"The kind is given as “{_short(text)}”.")
    return _hinted(text)


def _hinted(text: str) -> TypeGuess | None:
    padded = f" {plain(text)} "
    for hint, code in _hints():
        if f" {hint} " in padded:
            return TypeGuess(code, "guess", f"A guess from “{hint}” in “{_short(text)}”. Check it.")
    return None


def _from_name(name: str) -> TypeGuess | None:
    listed = by_start_of_name(name) if not is_blank(name) else None
    if listed is None:
        return _hinted(name)
    if listed.debt_type == "other":
        return _hinted(name)
    because = f"A guess: it is what {listed.name} is usually owed for. Check it."
    return TypeGuess(listed.debt_type, "guess", because)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:39]}…"
