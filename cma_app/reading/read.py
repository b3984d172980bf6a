"""Reads a document: its own text first, then its picture, changed only where it asks for that."""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pypdfium2
from PIL import Image, ImageOps, ImageSequence

from cma_app.reading import pictures
from cma_app.reading.layer import LARGEST_SIDE, layer_of, picture_of
from cma_app.reading.marks import Grey, ink_of, marks_of
from cma_app.reading.tesseract import DPI, TooSlow, confidence_of, recognise
from cma_app.reading.words import Page, Reading, Word

MOST_PAGES: Final = 60
"""Pages of one document that are read; the rest can be looked at."""
PAGE_SECONDS: Final = 40.0
"""What a page may take in all."""
LAYER_COVERS: Final = 0.55
"""The share of a page's marks that its own text must lie on to be the page's text."""

Told = Callable[[int, int], None]
"""Called with the pages done and the pages there are."""


def read_document(
    content: bytes, mime_type: str, *, told: Told = lambda *_: None, pages: int = MOST_PAGES
) -> Reading:
    """Return what a PDF or a picture says, page by page; ValueError where it cannot be opened."""
    found: list[Page] = []
    total = 0
    for number, total, grey, layer in _sheets(content, mime_type):
        if number > pages:
            break
        told(number - 1, min(total, pages))
        found.append(_in_time(grey, layer, number))
    told(len(found), min(total, pages))
    return Reading(tuple(found), total)


def _in_time(grey: Grey, layer: tuple[Word, ...], number: int) -> Page:
    """Return a page as it was read; one that takes too long is unread, and the rest goes on."""
    try:
        return read_page(grey, layer, number)
    except TooSlow:
        return Page(number, grey.shape[1], grey.shape[0], "none", coverage=0.0)


def _sheets(content: bytes, mime_type: str) -> Iterator[tuple[int, int, Grey, tuple[Word, ...]]]:
    """Yield each page's number, how many there are, its picture and its own text."""
    if mime_type == "application/pdf":
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            raise ValueError("not a PDF that can be opened") from error
        with closing(document):
            for index in range(len(document)):
                with closing(document[index]) as page:
                    picture = picture_of(page, DPI)
                    yield index + 1, len(document), picture, layer_of(page, DPI)
        return
    try:
        with Image.open(io.BytesIO(content)) as image:
            total = getattr(image, "n_frames", 1)
            for index, frame in enumerate(ImageSequence.Iterator(image)):
                yield index + 1, total, _grey(frame), ()
    except OSError as error:
        raise ValueError("not a picture that can be opened") from error


def _grey(frame: Image.Image) -> Grey:
    """Return a photo or a scan in grey, upright as its camera says, on white where it is clear."""
    upright = ImageOps.exif_transpose(frame)
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        clear = upright.convert("RGBA")
        upright = Image.new("RGBA", clear.size, "white")
        upright.alpha_composite(clear)
    flat = upright.convert("L")
    flat.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    return np.asarray(flat, dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class _Try:
    """One way of reading a page, and what came of it."""

    grey: Grey
    words: tuple[Word, ...]
    coverage: float | None
    turned: int = 0
    skew: float = 0.0
    scale: float = 1.0
    steps: tuple[str, ...] = ()

    @property
    def worth(self) -> float:
        """How much was read: letters, each by how sure its word is."""
        return sum(word.sure**2 * _letters(word.text) for word in self.words)

    def as_page(self, number: int) -> Page:
        """Return it as the page's reading, in pixels of the page before it was enlarged."""
        high, wide = self.grey.shape
        return Page(
            number,
            round(wide / self.scale),
            round(high / self.scale),
            "picture" if self.words else "none",
            tuple(_scaled(word, 1 / self.scale) for word in self.words),
            _rounded(confidence_of(self.words)),
            _rounded(self.coverage),
            self.turned,
            self.skew,
            self.steps,
        )


def read_page(grey: Grey, layer: tuple[Word, ...] = (), number: int = 1) -> Page:
    """Return a page as it was read: by its own text where that lies on its marks."""
    ends = time.monotonic() + PAGE_SECONDS
    if layer:
        coverage = marks_of(ink_of(grey)).letters.share_inside(layer)
        if coverage is None or coverage >= LAYER_COVERS:
            high, wide = grey.shape
            return Page(number, wide, high, "layer", layer, 1.0, _rounded(coverage))
    return _read_picture(grey, ends).as_page(number)


def _read_picture(grey: Grey, ends: float) -> _Try:
    """Read a page plainly made ready, then in the ways that help a page that read badly."""
    best = _attempt(_ready(grey), ends)
    if _is_empty(best):
        return best
    for another in (_turned, _in_black_and_white):
        if not best.as_page(0).is_poor or time.monotonic() > ends:
            break
        other = another(best, ends)
        if other is not None and other.worth > best.worth * 1.05:
            best = other
    return best


def _ready(grey: Grey) -> _Try:
    """Do to a page what it asks for: light on dark, uneven light, small letters, a slant."""
    steps: list[str] = []
    scale = 1.0
    if pictures.is_dark(grey):
        grey = (255 - grey).astype(np.uint8)
        steps.append("inverted")
    if pictures.is_uneven(grey):
        grey = pictures.even_out(grey)
        steps.append("light evened")
    ink = ink_of(grey)
    height = pictures.letter_height(ink)
    if height is not None and height < pictures.SMALL:
        scale = min(2.0, LARGEST_SIDE / max(grey.shape))
        grey, steps = pictures.enlarge(grey, scale), [*steps, "enlarged"]
    skew = pictures.skew_of(ink)
    if abs(skew) > pictures.LEAST_SKEW:
        grey = pictures.straighten(grey, skew)
        steps.append("straightened")
    else:
        skew = 0.0
    return _Try(grey, (), None, skew=skew, scale=scale, steps=tuple(steps))


def _attempt(ready: _Try, ends: float, layout: str = "page") -> _Try:
    left = ends - time.monotonic()
    words = recognise(ready.grey, seconds=left, layout=layout, dpi=round(DPI * ready.scale))
    marks = marks_of(ink_of(ready.grey)).letters
    return replace(ready, words=words, coverage=marks.share_inside(words))


def _is_empty(tried: _Try) -> bool:
    return tried.coverage is None and not tried.words


def _turned(best: _Try, ends: float) -> _Try | None:
    """Return the page read as it lies after the quarter turns that read most, if any does."""
    middle = best.grey[best.grey.shape[0] // 4 : best.grey.shape[0] * 3 // 4]
    tried = {}
    for quarters in (2, 1, 3):
        if time.monotonic() > ends:
            break
        part = replace(best, grey=pictures.turn(middle, quarters), words=())
        tried[quarters] = _attempt(part, ends).worth
        if quarters == 2 and tried[2] > 2 * max(_worth_of_middle(best), 20):
            break
    quarters = max(tried, key=lambda turn: tried[turn], default=0)
    if not quarters or tried[quarters] <= 1.2 * _worth_of_middle(best):
        return None
    turned = replace(
        best,
        grey=pictures.turn(best.grey, quarters),
        turned=quarters,
        steps=(*best.steps, "turned"),
    )
    return _attempt(turned, ends)


def _worth_of_middle(best: _Try) -> float:
    top, bottom = best.grey.shape[0] / 4, best.grey.shape[0] * 3 / 4
    middle = tuple(word for word in best.words if top <= word.y <= bottom)
    return replace(best, words=middle).worth


def _in_black_and_white(best: _Try, ends: float) -> _Try:
    flat = pictures.threshold(best.grey)
    return _attempt(replace(best, grey=flat, steps=(*best.steps, "black and white")), ends)


def _scaled(word: Word, times: float) -> Word:
    if times == 1:
        return word
    box = (word.x, word.y, word.width, word.height)
    x, y, width, height = (round(side * times) for side in box)
    return replace(word, x=x, y=y, width=max(1, width), height=max(1, height))


def _letters(text: str) -> int:
    return sum(letter.isalnum() for letter in text)


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 2)
