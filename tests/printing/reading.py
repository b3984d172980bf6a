"""Reads a PDF of ours back: its text, its tags, and, where asked for, its pages as pictures."""

import os
import re
from io import BytesIO
from pathlib import Path

import pypdfium2
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject


def text_of(pdf: bytes) -> str:
    """Return the text of every page, each run of spaces as one, without invisible breaks."""
    pages = [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
    return re.sub(r"\s+", " ", " ".join(pages).replace("\u200b", ""))


def pages_of(pdf: bytes) -> int:
    return len(PdfReader(BytesIO(pdf)).pages)


def tags_of(pdf: bytes) -> list[str]:
    """Return the tag of every part of the document, in reading order."""
    found: list[str] = []

    def walk(node: object) -> None:
        node = node.get_object() if isinstance(node, IndirectObject) else node
        if isinstance(node, ArrayObject):
            for part in node:
                walk(part)
        elif isinstance(node, DictionaryObject) and "/S" in node:
            found.append(str(node["/S"]).lstrip("/"))
            walk(node.get("/K"))

    walk(PdfReader(BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"].get("/K"))
    return found


def keep_pictures(name: str, pdf: bytes) -> None:
    """Put each page as a picture into the folder CMA_SHOTS names; without it do nothing."""
    folder = os.environ.get("CMA_SHOTS")  # noqa: TID251 - a switch of the tests, not of the app
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    document = pypdfium2.PdfDocument(pdf)
    try:
        for number in range(len(document)):
            picture = document[number].render(scale=1.5).to_pil()
            picture.save(Path(folder) / f"{name}-{number + 1}.png")
    finally:
        document.close()
