"""What a printed page looks like, so far as it can be measured: where each word and sum stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import pypdfium2
import pytest

from cma_app.printing.statements import full, summary
from tests.printing.reading import keep_pictures
from tests.printing.samples import in_deficit, joint, leanne, marek, settling

SUM = re.compile(r"[−-]?[\d,]+\.\d\d")
MARGIN = 18 / 25.4 * 72
"""What is left free on either side of a page, in points."""
STRAY = 0.75
"""Points by which a glyph's own box may stand off from where its column ends."""
APART = 4.0
"""Points between the right edges of two columns of sums, at the least."""
PAGES = (
    (leanne, full, 3, 3),
    (leanne, summary, 2, 3),
    (joint, full, 3, 3),
    (joint, summary, 2, 3),
    (in_deficit, full, 3, 3),
    (in_deficit, summary, 2, 3),
    (settling, full, 3, 3),
    (settling, summary, 2, 3),
    (marek, full, 3, 4),
)
"""Each household, in each layout, with its pages and the most columns of sums on one of them.

A table that stood off from the others on its page would make one more column.
"""


@dataclass(frozen=True)
class Printed:
    """A PDF, how many pages it has, and how many columns of sums at most on one of them."""

    pdf: bytes
    pages: int
    columns: int


@dataclass(frozen=True)
class Words:
    """A run of text on one line, and its box in points from the page's lower left."""

    text: str
    left: float
    bottom: float
    right: float
    top: float

    def lies_over(self, other: "Words") -> bool:
        """Say whether two boxes cover some of the same paper, more than their edges."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.top, other.top) - max(self.bottom, other.bottom)
        return across > STRAY and down > STRAY

    def goes_on_in(self, other: "Words") -> bool:
        """Say whether another run follows on the same line, a space away."""
        is_level = min(self.top, other.top) - max(self.bottom, other.bottom) > STRAY
        return is_level and 0 <= other.left - self.right < APART


def pages_in(pdf: bytes) -> Iterator[tuple[tuple[float, float], list[Words]]]:
    """Yield the size of each page and its runs of text."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            text = page.get_textpage()
            boxes = [text.get_rect(each) for each in range(text.count_rects())]
            yield page.get_size(), [Words(text.get_text_bounded(*box), *box) for box in boxes]
    finally:
        document.close()


def columns_of(words: list[Words]) -> list[list[Words]]:
    """Return the sums of a page by the column they end in, from the left.

    A sum that goes on in words, `165.00 weekly`, is part of a sentence and ends no column.
    """
    found = [each for each in words if SUM.fullmatch(each.text.strip())]
    ending = [each for each in found if not any(each.goes_on_in(other) for other in words)]
    columns: list[list[Words]] = []
    for each in sorted(ending, key=lambda one: one.right):
        if columns and each.right - columns[-1][-1].right < APART:
            columns[-1].append(each)
        else:
            columns.append([each])
    return columns


def ids(case: tuple) -> str:
    return f"{case[0].__name__}-{case[1].__name__}"


@pytest.fixture(params=PAGES, ids=ids)
def printed(request: pytest.FixtureRequest) -> Printed:
    """Return a household's pages as they are printed, and what there should be of them."""
    household, layout, pages, columns = request.param
    pdf = layout(household())
    keep_pictures(ids(request.param), pdf)
    return Printed(pdf, pages, columns)


class TestPages:
    def test_are_as_many_as_they_were(self, printed: Printed) -> None:
        assert len(list(pages_in(printed.pdf))) == printed.pages

    def test_hold_every_word_between_their_margins(self, printed: Printed) -> None:
        for (width, height), words in pages_in(printed.pdf):
            assert words
            for each in words:
                assert each.left >= MARGIN - STRAY, each
                assert each.right <= width - MARGIN + STRAY, each
                assert 0 < each.bottom < each.top < height, each

    def test_print_no_word_over_another(self, printed: Printed) -> None:
        for _, words in pages_in(printed.pdf):
            over = [
                (one.text, other.text)
                for one, other in combinations(words, 2)
                if one.lies_over(other)
            ]
            assert over == []

    def test_end_each_column_of_sums_at_one_edge(self, printed: Printed) -> None:
        for _, words in pages_in(printed.pdf):
            columns = columns_of(words)
            assert len(columns) <= printed.columns
            for column in columns:
                assert column[-1].right - column[0].right <= STRAY, column
