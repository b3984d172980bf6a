"""What is submitted for sign-off, frozen: what was asked, line by line, with its hash."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is read, compared and commented on; whoever signs off may edit some."""

    key: str
    label: str
    text: str
    may_edit: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """An act as it was submitted; `bound` is the hash of what it carries beyond its lines."""

    step: str
    asked: Mapping[str, Any]
    lines: tuple[Line, ...] = ()
    bound: str = ""

    def to_text(self) -> str:
        """Return the canonical text that is kept, and that the hash is of."""
        said = {
            "step": self.step,
            "asked": dict(self.asked),
            "lines": [asdict(line) for line in self.lines],
            "bound": self.bound,
        }
        return json.dumps(said, sort_keys=True, ensure_ascii=True)

    @property
    def hash(self) -> str:
        """Return the SHA-256, in hex, of what was submitted."""
        return hash_of_text(self.to_text())

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the content that `to_text` made."""
        said = json.loads(text)
        lines = tuple(Line(**line) for line in said["lines"])
        return cls(said["step"], said["asked"], lines, said["bound"])


@dataclass(frozen=True, slots=True)
class Compared:
    """One line beside the version before: `old` is None where it was not there, as `new` is."""

    key: str
    label: str
    old: str | None
    new: str | None
    may_edit: bool = False
    comment: str = ""

    @property
    def is_changed(self) -> bool:
        """Say whether it differs from the version before."""
        return self.old != self.new


def hash_of_text(text: str) -> str:
    """Return the SHA-256, in hex, of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def compared(now: Content, before: Content | None, comments: Mapping[str, str]) -> list[Compared]:
    """Return each line with what it said in the version before and what was said beside it."""
    old = {line.key: line for line in before.lines} if before is not None else {}
    found = [
        Compared(
            line.key,
            line.label,
            old[line.key].text if line.key in old else None if before else line.text,
            line.text,
            line.may_edit,
            str(comments.get(line.key, "")),
        )
        for line in now.lines
    ]
    still = {line.key for line in now.lines}
    gone = [
        Compared(key, line.label, line.text, None, comment=str(comments.get(key, "")))
        for key, line in old.items()
        if key not in still
    ]
    return [*found, *gone]


def pounds(sum_: Decimal | None) -> str:
    """Return a sum as a line says it."""
    return "Not known" if sum_ is None else f"£{sum_:,.2f}"


def day_words(day: date | None, at: time | None = None) -> str:
    """Return a day as a line says it: the same on every day that it is read."""
    if day is None:
        return "Not known"
    return f"{day.day} {day:%b %Y}" + (f" at {at:%H:%M}" if at else "")
