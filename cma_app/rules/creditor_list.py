"""The shipped list of UK creditors and collectors, so that a well-known name is typed once.

Names and the usual kind of debt alone; what is said of a creditor here is only a suggestion.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from cma_app.rules.nations import NATIONS
from cma_app.rules.parameters import read_yaml

Kind = Literal["creditor", "collector", "both"]
LONGEST: Final = 100  # of what is searched for; the longest name is far shorter
COMPANY_WORDS: Final = {"plc", "ltd", "limited", "llp"}
SHORTEST_START: Final = 6  # letters of a listed name before a longer name is taken for it


@dataclass(frozen=True, slots=True)
class ListedCreditor:
    """A creditor or collector as the shipped list has it; `debt_type` is only the usual one."""

    name: str
    other_names: tuple[str, ...]
    debt_type: str
    kind: Kind
    nations: tuple[str, ...]


def plain_name(text: str) -> str:
    """Return a name for comparing: small letters, no accents, no punctuation, no plc or Ltd."""
    letters = unicodedata.normalize("NFKD", text[:LONGEST].casefold().replace("&", " and "))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = re.sub(r"['’.]", "", bare)
    words = re.sub(r"[^a-z0-9]+", " ", words).split()
    while len(words) > 1 and words[-1] in COMPANY_WORDS:
        words.pop()
    return " ".join(words)


def _listed(group: dict[str, Any], part: dict[str, Any]) -> ListedCreditor:
    return ListedCreditor(
        name=part["name"],
        other_names=tuple(part.get("also", ())),
        debt_type=group["debt_type"],
        kind=group["kind"],
        nations=tuple(part.get("nations", group.get("nations", NATIONS))),
    )


@cache
def listed_creditors() -> tuple[ListedCreditor, ...]:
    """Return the whole shipped list in alphabetical order."""
    content = read_yaml(Path(__file__).with_name("creditor_list.yaml"))
    listed = [_listed(group, part) for group in content["groups"] for part in group["creditors"]]
    return tuple(sorted(listed, key=lambda each: plain_name(each.name)))


@cache
def _by_plain_name() -> dict[str, ListedCreditor]:
    return {
        plain_name(name): each
        for each in listed_creditors()
        for name in (each.name, *each.other_names)
    }


@cache
def _searched() -> tuple[tuple[ListedCreditor, str, tuple[str, ...]], ...]:
    """Return each creditor with its plain names, a space before each, so words can be found."""
    return tuple(
        (each, f" {plain_name(each.name)}", tuple(f" {plain_name(o)}" for o in each.other_names))
        for each in listed_creditors()
    )


def find(prefix_or_word: str, limit: int = 8, *, nation: str | None = None) -> list[ListedCreditor]:
    """Return the creditors with a name or other name that has a word starting with the text.

    Names that start with it come first, then other names that do, then words inside; each in
    alphabetical order. An empty text finds nothing; a nation leaves out what is not there.
    """
    sought = f" {plain_name(prefix_or_word)}"
    if sought == " ":
        return []
    ranked = [
        (rank, each)
        for each, name, others in _searched()
        if (nation is None or nation in each.nations)
        and (rank := _rank(sought, name, others)) is not None
    ]
    return [each for _, each in sorted(ranked, key=lambda pair: pair[0])][: max(limit, 0)]


def _rank(sought: str, name: str, others: tuple[str, ...]) -> int | None:
    if name.startswith(sought):
        return 0 if name == sought else 1
    if any(other.startswith(sought) for other in others):
        return 1 if sought in others else 2
    if sought in name:
        return 3
    return 4 if any(sought in other for other in others) else None


def by_name(name: str) -> ListedCreditor | None:
    """Return the creditor with this name or other name, however it is cased, or None."""
    return _by_plain_name().get(plain_name(name))


def by_start_of_name(name: str) -> ListedCreditor | None:
    """Return the creditor a name is, or begins with ("Barclaycard Platinum"), or None.

    The longest listed name wins; short ones ("Next", "Sky") have to be the whole name.
    """
    whole = by_name(name)
    if whole is not None:
        return whole
    words = plain_name(name).split()
    for length in range(len(words) - 1, 0, -1):
        start = " ".join(words[:length])
        if len(start) >= SHORTEST_START and start in _by_plain_name():
            return _by_plain_name()[start]
    return None
