"""What the words of a paper tell by themselves: odds for its type, and signs of a scam."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from cma_app.rules.parameters import read_yaml

_FILE: Final = Path(__file__).with_name("document_words.yaml")
_HOST: Final = re.compile(
    r"\b(?:https?://)?((?:[a-z0-9-]+\.)+(?:[a-z]{2,24}))(?:/\S*)?", re.IGNORECASE
)
_SENTENCE: Final = re.compile(r"[.!?]\s+|\n\n")
_MOST_WORDS: Final = 20_000
"""Characters of a paper that are looked at: the first pages say what it is."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of a scam that was found: its code, what it says, and the words that show it."""

    code: str
    says: str
    seen: str


@cache
def _read() -> dict[str, Any]:
    kept: dict[str, Any] = read_yaml(_FILE)
    return kept


def words_version() -> str:
    """Return the version of the words, as suggestions name it."""
    return str(_read()["version"])


@cache
def _patterns() -> dict[str, tuple[tuple[re.Pattern[str], float], ...]]:
    return {
        code: tuple((_any_of(rule["words"]), float(rule["times"])) for rule in rules)
        for code, rules in _read()["types"].items()
    }


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for any of the phrases, whole words, over line ends and many spaces."""
    each = (r"\s+".join(re.escape(part) for part in words.split()) for words in words)
    joined = "|".join(word.replace(r"\*", r"\w*") for word in each)
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)")


def odds_by_type(text: str) -> dict[str, float]:
    """Return by how much the odds of each type are multiplied; 1 where no phrase was found.

    Each rule counts once, however often its phrases come.
    """
    said = text[:_MOST_WORDS].lower()
    found = {}
    for code, rules in _patterns().items():
        odds = 1.0
        for pattern, times in rules:
            if pattern.search(said):
                odds *= times
        found[code] = odds
    return found


def scam_signs(text: str) -> list[Sign]:
    """Return the signs of a scam in a paper, none unless they weigh enough together."""
    rules = _read()["scam"]
    warns = _any_of(rules["warns"])
    said = text[:_MOST_WORDS].lower()
    kept = " . ".join(part for part in _SENTENCE.split(said) if not warns.search(part))
    found, points = [], 0
    for sign in rules["signs"]:
        seen = _false_host(kept, rules) if sign.get("hosts") else _phrase(kept, sign["words"])
        if seen:
            found.append(Sign(sign["code"], sign["says"], seen))
            points += sign["points"]
    return found if points >= rules["flag_at"] else []


def _phrase(text: str, words: list[str]) -> str:
    match = _any_of(words).search(text)
    return match.group() if match else ""


def _false_host(text: str, rules: dict[str, Any]) -> str:
    """Return a host that borrows a public body's name, or hides where it leads; else nothing."""
    names = _any_of(rules["names"])
    for match in _HOST.finditer(text):
        host = match.group(1)
        if host in rules["shorteners"]:
            return host
        parts = host.replace(".", " ").replace("-", " ")
        borrows = names.search(parts) or names.search(host.replace(".", " "))
        if borrows and not host.endswith(tuple(rules["real_hosts"])):
            return host
    return ""
