"""Pages are read: by their own text, else by their picture, and one that reads badly says so."""

import contextlib
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

from cma_app.reading import pictures
from cma_app.reading.apart import ReadingFailed, read_apart
from cma_app.reading.marks import ink_of, marks_of
from cma_app.reading.read import read_document, read_page
from cma_app.reading.words import Page, Reading, Word
from cma_app.settings import Settings, settings, use_settings
from tests.platform.waiting import until
from tests.reading.pages import (
    LETTER,
    drawn,
    light_on_dark,
    pdf_of,
    score,
    skewed,
    typed_pdf,
    unevenly_lit,
)

PDF = "application/pdf"


def at_work(group: int) -> list[str]:
    """Return the processes of a group that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            state, _, of_group = path.read_text().rpartition(")")[2].split()[:3]
            if int(of_group) == group and state != "Z":
                found.append(path.parent.name)
    return found


@pytest.fixture
def home(tmp_path: Path) -> Any:
    """A place of this test's own for the private folders of reading processes."""
    before = settings()
    use_settings(Settings(CMA_HOME=tmp_path))
    yield tmp_path
    use_settings(before)


def page(*words: Word, **over: Any) -> Page:
    usual: dict[str, Any] = {"number": 1, "width": 100, "height": 100, "source": "picture"}
    return Page(**usual | over | {"words": words})


class TestLayer:
    def test_a_file_that_has_its_text_is_not_read_by_its_picture(self) -> None:
        found = read_document(typed_pdf(LETTER), "application/pdf")
        (only,) = found.pages
        assert (only.source, only.confidence, only.is_poor) == ("layer", 1.0, False)
        assert score(LETTER, found.text).words > 0.98
        heading = next(word for word in only.words if word.text == "ENFORCEMENT")
        assert 0 < heading.x < only.width / 2
        assert 0 < heading.y < only.height / 2


class TestPicture:
    """Each reads a page or more by tesseract: a second or two."""

    def test_askew_unevenly_lit_and_with_a_layer_that_leaves_most_of_it_out(self) -> None:
        stamp = Word("Page", 140, 150, 100, 30, line=0)
        found = read_page(unevenly_lit(skewed(-6)(drawn("letter"))), (stamp,))
        assert found.source == "picture"
        assert set(found.steps) >= {"light evened", "straightened"}
        assert found.skew == pytest.approx(6, abs=0.4)  # falls to the right by as much
        assert score(LETTER, found.text).words > 0.9
        assert not found.is_poor

    def test_upside_down(self) -> None:
        found = read_page(np.ascontiguousarray(np.rot90(drawn("letter"), 2)))
        assert (found.turned, found.is_poor) == (2, False)
        assert score(LETTER, found.text).words > 0.95
        first = next(word for word in found.words if word.text == "Falcon")
        assert first.y < found.height / 4

    def test_what_cannot_be_made_out_says_so(self) -> None:
        blot = Image.fromarray(drawn("letter")[:640]).filter(ImageFilter.GaussianBlur(5))
        found = read_page(np.asarray(blot))
        assert score(LETTER, found.text).words < 0.3
        assert found.is_poor

    def test_an_empty_page_is_empty_and_not_poor(self) -> None:
        found = read_page(np.full((900, 700), 250, dtype=np.uint8))
        assert (found.words, found.coverage, found.is_poor) == ((), None, False)


class TestWhatThePageAsksFor:
    def test_slant(self) -> None:
        for degrees in (-8.0, -2.0, 3.0, 8.0):
            ink = ink_of(skewed(degrees)(drawn("letter")))
            assert pictures.skew_of(ink) == pytest.approx(-degrees, abs=0.3)
        assert abs(pictures.skew_of(ink_of(drawn("letter")))) <= pictures.LEAST_SKEW

    def test_light(self) -> None:
        assert pictures.is_uneven(unevenly_lit(drawn("letter")))
        assert not pictures.is_uneven(drawn("letter"))
        assert pictures.is_dark(light_on_dark(drawn("letter")))
        assert not pictures.is_dark(drawn("letter"))

    def test_the_share_of_marks_inside_words_tells_what_was_left_out(self) -> None:
        grey = drawn("letter")
        marks = marks_of(ink_of(grey)).letters
        assert 500 < len(marks.boxes) < 1200
        top = Word("all of the top", 0, 0, grey.shape[1], 900, line=0)
        unsure = Word("a guess", 0, 0, grey.shape[1], grey.shape[0], line=0, sure=0.1)
        everything = Word("all", 0, 0, grey.shape[1], grey.shape[0], line=0)
        share = marks.share_inside([top])
        assert share is not None
        assert 0.2 < share < 0.9
        assert marks.share_inside([unsure]) == 0
        assert marks.share_inside([everything]) == 1


class TestApart:
    def test_two_pages_told_as_they_come(self, home: Path) -> None:
        said: list[tuple[int, int]] = []
        content = typed_pdf(LETTER + "\n" * 40 + LETTER)
        found = read_apart(
            content, "application/pdf", seconds=60, told=lambda *each: said.append(each)
        )
        assert [page.source for page in found.pages] == ["layer", "layer"]
        assert said == [(0, 2), (1, 2), (2, 2)]
        assert list((home / "reading").iterdir()) == []

    def test_one_that_takes_too_long_is_ended_with_what_it_started(self, home: Path) -> None:
        content = pdf_of(*[drawn("statement")] * 4)
        child: list[Any] = []
        began = time.monotonic()
        with pytest.raises(ReadingFailed, match="slow"):
            read_apart(content, "application/pdf", seconds=1.5, began=child.append)
        assert time.monotonic() - began < 20
        until(lambda: at_work(child[0].pid) == [], what="the end of all it started")
        assert list((home / "reading").iterdir()) == []

    def test_what_is_no_document_is_unreadable_and_what_a_killed_process_left_is_cleared(
        self, home: Path
    ) -> None:
        left = home / "reading" / "999999-left"
        left.mkdir(parents=True)
        (left / "page.png").write_bytes(b"a page")
        with pytest.raises(ReadingFailed, match="unreadable"):
            read_apart(b"%PDF-1.7 no more", "application/pdf", seconds=30)
        assert not left.exists()


@pytest.mark.parametrize(
    ("content", "mime_type"), [(b"", "image/png"), (b"GIF89a", "image/jpeg"), (b"", PDF)]
)
def test_what_is_no_document_is_told_so(content: bytes, mime_type: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        read_document(content, mime_type)


class TestReading:
    def test_comes_back_from_json_as_it_was(self) -> None:
        word = Word("£12.50", 1, 2, 3, 4, line=5, sure=0.5)
        kept = page(word, confidence=0.5, coverage=0.9, steps=("turned",), turned=1, skew=1.5)
        assert Page.from_json(kept.to_json()) == kept

    def test_one_unread_page_does_not_hide_behind_good_ones(self) -> None:
        good = page(Word("fine", 0, 0, 9, 9, line=0), confidence=0.95, coverage=0.99)
        bad = page(Word("?", 0, 0, 9, 9, line=0), number=2, confidence=0.9, coverage=0.2)
        found = Reading((good, bad), 2)
        assert found.poor_pages == (2,)
        assert float(found.coverage or 0) == 0.2

    def test_certainty_alone_is_no_gate(self) -> None:
        sure = page(Word("sure", 0, 0, 9, 9, line=0), confidence=0.92, coverage=0.4)
        assert sure.is_poor
