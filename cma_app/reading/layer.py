"""The pages of a PDF: their own text where they have one, and their pictures."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from cma_app.reading.marks import Grey
from cma_app.reading.words import Word

LARGEST_SIDE: Final = 5000
"""A page is never drawn larger than this, in pixels, whatever size it says it has."""


def scale_of(page: pypdfium2.PdfPage, dpi: int) -> float:
    """Return by how much the page's points are enlarged for so many dots an inch."""
    longest = max(page.get_size())
    return min(dpi / 72, LARGEST_SIDE / longest) if longest > 0 else 1.0


def picture_of(page: pypdfium2.PdfPage, dpi: int) -> Grey:
    """Return the page drawn in grey."""
    scale: Any = scale_of(page, dpi)  # its annotation says int, its words say float
    bitmap = page.render(scale=scale, grayscale=True)
    return np.ascontiguousarray(bitmap.to_numpy().squeeze()).astype(np.uint8)


def layer_of(page: pypdfium2.PdfPage, dpi: int) -> tuple[Word, ...]:
    """Return the words of the page's own text, in pixels of its picture at the same dots."""
    text = page.get_textpage()
    try:
        return tuple(_words(text, page, scale_of(page, dpi)))
    finally:
        text.close()


def _words(text: pypdfium2.PdfTextPage, page: pypdfium2.PdfPage, scale: float) -> Iterator[Word]:
    height = page.get_size()[1]
    letters: list[str] = []
    box: tuple[float, float, float, float] | None = None
    line, is_new_line = 0, False
    for number in range(text.count_chars()):
        letter = chr(pdfium.FPDFText_GetUnicode(text, number))
        left, bottom, right, top = text.get_charbox(number)
        here = (left, height - top, right, height - bottom)
        is_gap = letter.isspace() or letter in "\x00\ufffe\uffff"
        jumps = box is not None and not is_gap and _is_elsewhere(box, here)
        if letters and box is not None and (is_gap or jumps):
            yield _word(letters, box, line, scale)
            letters, box = [], None
        if letter in "\r\n" or jumps:
            is_new_line = True
        if is_gap:
            continue
        if is_new_line:
            line, is_new_line = line + 1, False
        letters.append(letter)
        box = here if box is None else _around(box, here)
    if letters and box is not None:
        yield _word(letters, box, line, scale)


def _is_elsewhere(
    box: tuple[float, float, float, float], here: tuple[float, float, float, float]
) -> bool:
    """Say whether a letter stands on another line than the word so far."""
    middle = (here[1] + here[3]) / 2
    return here[3] > here[1] and not box[1] - 2 <= middle <= box[3] + 2


def _around(
    box: tuple[float, float, float, float], here: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    return (
        min(box[0], here[0]),
        min(box[1], here[1]),
        max(box[2], here[2]),
        max(box[3], here[3]),
    )


def _word(
    letters: list[str], box: tuple[float, float, float, float], line: int, scale: float
) -> Word:
    left, top, right, bottom = (round(side * scale) for side in box)
    return Word(
        "".join(letters), left, top, max(1, right - left), max(1, bottom - top), line=line, sure=1.0
    )
