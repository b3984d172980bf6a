"""What a document can be, what it may prove, and when one that is missing is asked for again."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from cma_app.rules.parameters import read_yaml

UNKNOWN: Final = "Not sorted yet"


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A kind of document: its words, the group it is listed in, and what it may stand for.

    `proves` holds `income`, `spending` and `balance`.
    """

    code: str
    label: str
    group: str
    proves: frozenset[str]


@dataclass(frozen=True, slots=True)
class Chase:
    """How a missing document is chased: every so many days, at most so often, and why."""

    days: int
    most: int
    source: str


@cache
def _read() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_name("document_types.yaml"))


@cache
def document_types() -> dict[str, DocumentType]:
    """Return every type by its code, in the order they are listed."""
    groups = _read()["groups"]
    return {
        code: DocumentType(code, each["label"], groups[each["group"]], frozenset(each["proves"]))
        for code, each in _read()["types"].items()
    }


def type_label(code: str | None) -> str:
    """Return a type's words."""
    known = document_types().get(code or "")
    return known.label if known else UNKNOWN


def chase_on(day: date) -> Chase:
    """Return how a missing document is chased by the practice of that day."""
    known = [each for each in _read()["chase"] if each["from"] <= day] or _read()["chase"][:1]
    newest = max(known, key=lambda each: each["from"])
    return Chase(int(newest["days"]), int(newest["most"]), str(newest["source"]))


def next_chaser(last: date, times: int) -> date | None:
    """Return when to ask again, `times` chasers after the last word; None: a person decides."""
    chase = chase_on(last)
    return None if times >= chase.most else last + timedelta(days=chase.days)
