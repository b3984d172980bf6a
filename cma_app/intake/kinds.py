"""What a file is, by its first bytes; its name may only agree."""

import re
import unicodedata
from typing import Final

import puremagic

from cma_app.intake.refusals import FileRefused

PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
KEPT: Final = {PDF: "pdf", JPEG: "jpg", PNG: "png"}
"""What is kept, and the ending of its name; everything taken in becomes one of these."""

PICTURES: Final = frozenset({"jpeg", "png", "webp", "tiff", "heif"})
ENDINGS: Final = {
    "pdf": frozenset({"pdf"}),
    "picture": frozenset(
        {"jpg", "jpeg", "jpe", "jfif", "png", "webp", "tif", "tiff", "heic", "heif", "hif"}
    ),
}
_TELLING_WORDS: Final = (
    "exe com bat cmd ps1 vbs js jar msi scr dll lnk hta html htm svg xhtml php sh py docm xlsm"
    " doc docx xls xlsx zip rar 7z iso apk app swf"
)
_TELLING: Final = frozenset(_TELLING_WORDS.split())
"""Endings that name another kind for certain."""
ACCEPT: Final = (
    "application/pdf,image/jpeg,image/png,image/webp,image/tiff,image/heic,image/heif"
    ",.pdf,.jpg,.jpeg,.png,.heic,.heif"
)
"""What a browser's own file chooser offers."""

_HEIC: Final = frozenset({b"heic", b"heix", b"heim", b"heis"})
"""What a camera's HEIC calls itself, or what it says that it may be read as (ISO/IEC 23008-12)."""
_REFUSED: Final = (
    (b"PK\x03\x04", "archive"),
    (b"PK\x05\x06", "archive"),
    (b"\xd0\xcf\x11\xe0", "office"),
    (b"{\\rtf", "office"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"#!", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
)
_OFFICE_INSIDE: Final = (b"word/", b"xl/", b"ppt/", b"[Content_Types].xml", b"mimetypeapplication/")
_LONGEST_NAME: Final = 120


def kind_of(content: bytes) -> str:
    """Return `pdf`, `jpeg`, `png`, `webp`, `tiff` or `heif`; FileRefused for everything else."""
    head = content[:16]
    if not content:
        raise FileRefused("empty")
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head[:4] in {b"II*\x00", b"MM\x00*"}:
        return "tiff"
    if _is_heic(content):
        return "heif"
    raise FileRefused(_why(content))


def _is_heic(content: bytes) -> bool:
    """Say whether the first box of a file names a picture in HEIC: by itself or among its kin."""
    size = int.from_bytes(content[:4], "big")
    if content[4:8] != b"ftyp" or not 16 <= size <= 256:
        return False
    kin = content[16:size]
    return not _HEIC.isdisjoint(
        {content[8:12], *(kin[at : at + 4] for at in range(0, len(kin), 4))}
    )


def is_whole(content: bytes) -> bool:
    """Say whether the boxes of a HEIC end where the file does: it was not cut off."""
    at = 0
    while at + 8 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(content[at + 8 : at + 16], "big")
        if size == 0:  # the last one: to the end
            return True
        at += max(size, 8)
    return at == len(content)


def _why(content: bytes) -> str:
    """Return the code of the sentence for a file of another kind."""
    for start, code in _REFUSED:
        if content.startswith(start):
            inside = code == "archive" and any(mark in content[:4096] for mark in _OFFICE_INSIDE)
            return "office" if inside else code
    if content[4:8] == b"ftyp":
        return "kind"
    start = content[:1024].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<svg", b"<?xml", b"<script", b"<")):
        return "page"
    try:
        known = puremagic.from_string(content[:4096])
    except (puremagic.PureError, ValueError, IndexError):
        return "kind"
    return "program" if known in {".exe", ".dll", ".class", ".swf", ".jar"} else "kind"


def agree(name: str, kind: str) -> None:
    """Let a name without an ending, or with one of the file's own kind, pass."""
    family = "pdf" if kind == "pdf" else "picture"
    _, dot, ending = name.rpartition(".")
    ending = ending.strip().lower()
    if dot and re.fullmatch(r"[a-z0-9]{1,8}", ending) and not ending.isdigit():
        plain = ending in ENDINGS[family]
        known = any(ending in each for each in ENDINGS.values()) or ending in _TELLING
        if known and not plain:
            raise FileRefused("name")


def tidy_name(given: str) -> str:
    """Return a name to show: no path, no ending, no control or hidden characters; never empty."""
    name = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    name = "".join(" " if each in "\r\n\t" else each for each in name)
    name = "".join(
        each
        for each in name
        if not unicodedata.category(each).startswith("C") and each not in '<>"|'
    )
    stem, dot, ending = name.rpartition(".")
    if dot and stem and ending.lower() in ENDINGS["pdf"] | ENDINGS["picture"] | _TELLING:
        name = stem
    name = re.sub(r"\s+", " ", name).strip(" .")
    return name[:_LONGEST_NAME].strip() or "Document"
