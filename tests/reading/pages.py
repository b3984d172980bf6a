"""Pages to read, drawn here with what they say, and the ways in which a paper comes badly."""

import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from cma_app.reading.marks import Grey
from cma_app.settings import ROOT

FONTS = ROOT / "cma_app" / "printing" / "fonts"
SIZE = (1654, 2339)
"""A sheet of A4 at 200 dots an inch."""

LETTER = """Falcon Enforcement Services
Unit 4, Dock Road, Ashdown AS1 2QD

Mr Gordon Tait
12 Harbour Terrace
Ashdown AS3 9LM

Date of notice: 5 November 2026
Our reference: FE-2209817

NOTICE OF ENFORCEMENT

Dear Mr Tait,

We hold a liability order against you for council tax owed to Ashdown
Borough Council. The sum outstanding is £450.00. A compliance fee of £75.00
has been added, so the total amount due is £525.00.

If you do not pay in full or agree an arrangement by 19 November 2026 at
6 am, an enforcement agent may visit your home and take control of your
goods. Further fees of £235.00 and £110.00 may then be charged.

If you are finding it hard to pay, or someone in your home is ill, pregnant
or over 65, tell us now. You can get free and independent advice from a
debt advice centre. We will hold your account for thirty days if you ask
us to while you take advice.

Yours sincerely,
P. Judd, certificated enforcement agent"""

STATEMENT = """Northgate Bank plc            Statement of your current account
Account number: 40217755      Sort code 00-11-22      Sheet 14

Statement date: 31 October 2026

Date        Description                      Money out    Money in     Balance
01 Oct      Balance brought forward                                     212.40
03 Oct      Direct debit Brightwell Energy       92.00                  120.40
05 Oct      Card payment Greens Market           38.12                   82.28
09 Oct      Cash machine High Street             40.00                   42.28
12 Oct      Universal Credit                                731.21      773.49
14 Oct      Standing order Millrace Homes       410.00                  363.49
16 Oct      Direct debit Greenholm Water         31.00                  332.49
20 Oct      Card payment Kestrel Mobile          12.99                  319.50
24 Oct      Faster payment M Petty                           50.00      369.50
28 Oct      Direct debit Marchester council      86.00                  283.50
30 Oct      Unpaid transaction fee                6.23                  277.27

Closing balance                                                         £277.27
Arranged overdraft limit £500.00. Interest at 39.9% EAR variable.
Your deposits are protected by the compensation scheme."""

PAYSLIP = """Gorse Care Homes Ltd                    PAYSLIP
Employee: Shanice Bright     Employee number 0091     Tax code 1257L
Pay date: 27 October 2026    Period 7                 Paid by BACS

Payments                 Hours       Rate        Amount
Basic pay               120.00      11.44      1,372.80
Overtime                  8.00      17.16        137.28
Gross pay                                       £1,510.08

Deductions
PAYE tax                                          92.40
National Insurance                                37.02
Pension                                           45.30
Total deductions                                £174.72

Net pay                                         £1,335.36

Year to date: taxable pay 10,533.20, tax paid 644.80, employee NI 259.14"""

PAPERS = {"letter": LETTER, "statement": STATEMENT, "payslip": PAYSLIP}


@cache
def drawn(name: str, size: int = 30) -> Grey:
    """Return a paper drawn in black on white; columns of a table stand below each other."""
    page = Image.new("L", SIZE, 255)
    pen = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(FONTS / "Inter-Regular.ttf"), size)
    across = pen.textlength("n", font=font)
    for number, line in enumerate(PAPERS[name].split("\n")):
        at, y = 0, 150 + number * round(size * 1.55)
        for piece in _pieces(line):
            pen.text((140 + at * across, y), piece.strip(), fill=0, font=font)
            at += len(piece)
    return np.asarray(page)


def _pieces(line: str) -> list[str]:
    """Split a line where two or more spaces part it: each piece begins at its own column."""
    pieces, start, place = [], 0, 0
    while place < len(line):
        if line[place : place + 2] == "  ":
            while place < len(line) and line[place] == " ":
                place += 1
            pieces.append(line[start:place])
            start = place
        else:
            place += 1
    return [*pieces, line[start:]]


def skewed(degrees: float) -> Callable[[Grey], Grey]:
    """Return how a paper lies askew on the glass."""

    def change(grey: Grey) -> Grey:
        turned = Image.fromarray(grey).rotate(
            degrees, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255
        )
        return np.asarray(turned)

    return change


def unevenly_lit(grey: Grey) -> Grey:
    """Return a paper photographed with the window at one corner."""
    rows, columns = grey.shape
    down = np.linspace(0, 1, rows)[:, None]
    across = np.linspace(0, 1, columns)[None, :]
    light = 1.0 - 0.82 * np.clip((down + across) / 2, 0, 1) ** 0.8
    return np.clip(grey * light + 6, 0, 255).astype(np.uint8)


def pale(grey: Grey) -> Grey:
    """Return a faint print: grey on nearly as light a grey."""
    return (grey.astype(np.float32) / 255 * 60 + 170).astype(np.uint8)


def light_on_dark(grey: Grey) -> Grey:
    """Return light writing on a dark ground, as on a picture of a screen."""
    return (235 - grey.astype(np.float32) / 255 * 200).astype(np.uint8)


def blurred(grey: Grey) -> Grey:
    """Return a paper out of focus."""
    return np.asarray(Image.fromarray(grey).filter(ImageFilter.GaussianBlur(2.2)))


def small(grey: Grey) -> Grey:
    """Return a scan at half the dots: 100 an inch."""
    half = (grey.shape[1] // 2, grey.shape[0] // 2)
    return np.asarray(Image.fromarray(grey).resize(half, Image.Resampling.LANCZOS))


def noisy(grey: Grey) -> Grey:
    """Return a grainy picture, much compressed."""
    grain = np.random.default_rng(7).normal(0, 22, grey.shape)
    kept = io.BytesIO()
    Image.fromarray(np.clip(grey + grain, 0, 255).astype(np.uint8)).save(kept, "JPEG", quality=30)
    return np.asarray(Image.open(kept))


WAYS: dict[str, Callable[[Grey], Grey]] = {
    "as drawn": lambda grey: grey,
    "askew by 3 degrees": skewed(3),
    "askew by 8 degrees": skewed(-8),
    "uneven light": unevenly_lit,
    "upside down": lambda grey: np.ascontiguousarray(np.rot90(grey, 2)),
    "on its side": lambda grey: np.ascontiguousarray(np.rot90(grey, 1)),
    "pale": pale,
    "light on dark": light_on_dark,
    "out of focus": blurred,
    "100 dots an inch": small,
    "grainy": noisy,
}


@dataclass(frozen=True)
class Score:
    """How much of a text was read: the share of its words, and of its amounts."""

    words: float
    amounts: float


def score(truth: str, read: str) -> Score:
    """Return how much of a text stands in what was read, each word as often as it comes."""
    wanted, got = Counter(_words(truth)), Counter(_words(read))
    found = wanted & got
    sums = {word for word in wanted if _is_amount(word)}
    owed = sum(wanted[word] for word in sums)
    return Score(
        found.total() / max(1, wanted.total()),
        sum(found[word] for word in sums) / owed if owed else 1.0,
    )


def _words(text: str) -> list[str]:
    return [word.strip(".,:;()").lower() for word in text.split() if word.strip(".,:;()")]


def _is_amount(word: str) -> bool:
    return word.lstrip("£").replace(",", "").replace(".", "", 1).isdigit() and "." in word


def png(grey: Grey) -> bytes:
    """Return a page as a picture file."""
    kept = io.BytesIO()
    Image.fromarray(grey).save(kept, "PNG", dpi=(200, 200))
    return kept.getvalue()


def pdf_of(*pages: Grey) -> bytes:
    """Return pages as a scanned PDF, without a text layer."""
    kept = io.BytesIO()
    first, *rest = [Image.fromarray(page) for page in pages]
    first.save(kept, "PDF", resolution=200, save_all=True, append_images=rest)
    return kept.getvalue()


def typed_pdf(text: str) -> bytes:
    """Return a PDF that has its own text."""
    import typst

    lines: list[Any] = [line.replace("\\", "\\\\").replace('"', '\\"') for line in text.split("\n")]
    source = '#set page(paper: "a4")\n#set text(size: 10pt, font: "Inter")\n' + "".join(
        f'#raw("{line}") \\\n' for line in lines
    )
    made = typst.compile(source.encode(), font_paths=[str(FONTS)])
    assert isinstance(made, bytes)
    return made


def scans(folder: Path) -> list[tuple[str, Grey, str]]:
    """Return the pictures of a folder that have their text beside them: name, page and text."""
    found = []
    for path in sorted(folder.iterdir()):
        text = path.with_suffix(".txt")
        if path.suffix.lower() in {".png", ".tif", ".jpg"} and text.exists():
            grey = np.asarray(Image.open(path).convert("L"))
            found.append((path.name, grey, text.read_text(encoding="utf-8")))
    return found
