"""What was read: words with their places, pages with how well they were read, and the text."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any, Final, Literal

Source = Literal["layer", "picture", "none"]
"""Where a page's words come from: the file's own text, its picture, or nowhere."""

GOOD_CONFIDENCE: Final = 0.70
GOOD_COVERAGE: Final = 0.70
"""Below either a page was read badly: measured on degraded pages, see decision 0028."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word, its box in pixels of the page as it was read, its line, and how sure the reader is.

    `sure` is 0 to 1, and 1 for the file's own text.
    """

    text: str
    x: int
    y: int
    width: int
    height: int
    line: int
    sure: float = 1.0

    def to_list(self) -> list[Any]:
        """Return the word as a short list for JSON; `from_list` gives it back."""
        return [self.text, self.x, self.y, self.width, self.height, self.line, round(self.sure, 2)]

    @classmethod
    def from_list(cls, kept: list[Any]) -> "Word":
        """Return the word that `to_list` kept."""
        return cls(*kept)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was read: its size in pixels, how it was turned first, and its words.

    `confidence` is the mean of the words' (letters weigh), None where nothing was recognised;
    `coverage` is the share of text-sized marks that lie inside recognised words, None on an empty
    page. `turned` is in quarter turns clockwise, `skew` in degrees that were taken out.
    """

    number: int
    width: int
    height: int
    source: Source
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    coverage: float | None = None
    turned: int = 0
    skew: float = 0.0
    steps: tuple[str, ...] = field(default=())

    @property
    def is_poor(self) -> bool:
        """Say whether the page read badly: marks that nothing recognised, or little certainty."""
        if self.coverage is None:
            return False
        sure = self.confidence or 0.0
        return self.coverage < GOOD_COVERAGE or sure < GOOD_CONFIDENCE

    @property
    def text(self) -> str:
        """Return the words by line."""
        return "\n".join(" ".join(word.text for word in line) for line in lines_of(self.words))

    def to_json(self) -> dict[str, Any]:
        """Return the page for JSON; `from_json` gives it back."""
        return asdict(self) | {
            "words": [word.to_list() for word in self.words],
            "steps": list(self.steps),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Page":
        """Return the page that `to_json` kept."""
        words = tuple(Word.from_list(word) for word in kept["words"])
        return cls(**kept | {"words": words, "steps": tuple(kept["steps"])})


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole document as it was read."""

    pages: tuple[Page, ...]
    page_count: int
    """How many pages it has; more than were read where it is longer than the cap."""

    @property
    def text(self) -> str:
        """Return the text of all pages, a blank line between two."""
        return "\n\n".join(page.text for page in self.pages if page.words)

    @property
    def confidence(self) -> Decimal | None:
        """Return the mean confidence over pages with marks, by their words; None without any."""
        return _mean((page.confidence, len(page.words)) for page in self.pages)

    @property
    def coverage(self) -> Decimal | None:
        """Return the worst page's ink coverage: one unread page must not hide behind good ones."""
        known = [page.coverage for page in self.pages if page.coverage is not None]
        return Decimal(str(round(min(known), 2))) if known else None

    @property
    def poor_pages(self) -> tuple[int, ...]:
        """Return the numbers of the pages that read badly."""
        return tuple(page.number for page in self.pages if page.is_poor)


def lines_of(words: Iterable[Word]) -> list[list[Word]]:
    """Return the words by line, in reading order."""
    return [list(line) for _, line in groupby(words, key=lambda word: word.line)]


def _mean(pairs: Iterable[tuple[float | None, int]]) -> Decimal | None:
    known = [(value, weight) for value, weight in pairs if value is not None and weight]
    if not known:
        return None
    total = sum(weight for _, weight in known)
    return Decimal(str(round(sum(value * weight for value, weight in known) / total, 2)))
