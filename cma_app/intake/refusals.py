"""Why a file is not taken in: each reason has one sentence that says what to do instead."""

from typing import Final

MEGABYTE: Final = 1024 * 1024
MOST_BYTES: Final = 25 * MEGABYTE
"""The largest file that is taken in; a few dozen scanned pages fit."""
MOST_PAGES: Final = 200
MOST_PIXELS: Final = 60_000_000
"""Of one picture, and of one page of a TIFF."""
CLEAN_SECONDS: Final = 60
"""How long making one file safe may take."""

SENTENCES: Final[dict[str, str]] = {
    "empty": "This file is empty. Open it where it is kept to see whether it was saved.",
    "too_large": (
        f"This file is larger than {MOST_BYTES // MEGABYTE} MB. Save it smaller, or take a"
        " picture of each page."
    ),
    "kind": (
        "This kind of file is not kept here. Save it as a PDF, or take a picture of it, and add"
        " that."
    ),
    "office": "This is a Word, Excel or other office file. Save it as a PDF and add that.",
    "archive": "This is a packed folder. Unpack it and add the files in it.",
    "page": "This is a web page. Print it to PDF and add that.",
    "program": "This is a program, not a document. It was not kept.",
    "name": (
        "The name says one kind of file and the content is another. Save it again under its true"
        " kind and add that."
    ),
    "password": "This PDF asks for a password. Save a copy without one and add that.",
    "cut_off": "This file is not complete: its end is missing. Fetch or scan it again.",
    "broken": "This file is damaged and cannot be opened. Fetch or scan it again.",
    "pages": f"This document has more than {MOST_PAGES} pages. Add it in parts.",
    "pixels": (
        f"This picture has more than {MOST_PIXELS // 1_000_000} million pixels. Save it smaller"
        " and add that."
    ),
    "too_much": (
        "This file is far larger inside than it looks, or takes too long to open. Print it to PDF"
        " or take a picture of it, and add that."
    ),
    "virus": "The virus scanner says this file is harmful. It was not kept. Tell your manager.",
    "scanner_away": (
        "The virus scanner does not answer, so nothing is taken in just now. Try again in a few"
        " minutes; if that fails, tell whoever runs the system."
    ),
}
"""By the reason's code."""

PASSING: Final = frozenset({"scanner_away"})
"""Reasons that may be gone in a few minutes: the same file is worth another try."""


class FileRefused(Exception):
    """A file is not taken in; `code` names the reason."""

    def __init__(self, code: str) -> None:
        self.code = code if code in SENTENCES else "broken"
        self.sentence = SENTENCES[self.code]
        super().__init__(self.sentence)
