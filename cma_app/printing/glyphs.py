"""Which letters the project's own fonts can print, read from the fonts themselves.

A PDF for everybody may not hold a letter without a shape, so what no font has is printed as □.
"""

import re
import struct
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

FONTS: Final = Path(__file__).with_name("fonts")
MISSING: Final = "□"
_LONG: Final = re.compile(r"[^\s/-]{25,}")
_PIECES: Final = re.compile(r".{1,12}")
# These turn the reading direction for what follows: a name must not turn a sum round.
_DIRECTIONS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAK: Final = "\u200b"
_UNSPOKEN: Final = ("Cf", "Mn", "Me", "Mc")
_BYTE_ORDER: Final = "\ufeff"  # PDF/UA allows it in no text


def clean(text: str) -> str:
    """Return a text without what no page can hold: controls, half characters, turned direction.

    Lines stay lines; tabs and other spaces that would move a column become one space.
    """
    whole = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    whole = whole.replace("\u2028", "\n").replace("\u2029", "\n").replace("\x85", "\n")
    return "".join(
        letter
        for letter in unicodedata.normalize("NFC", whole)
        if letter == "\n" or _is_text(letter)
    ).strip()


def _is_text(letter: str) -> bool:
    if letter in _DIRECTIONS or letter == _BYTE_ORDER:
        return False
    return unicodedata.category(letter) not in ("Cc", "Cs", "Co", "Cn")


def printable(text: str) -> str:
    """Return a text as the fonts can print it; a very long word may break anywhere."""
    known = covered()
    shown = "".join(_shown(letter, known) for letter in clean(text))
    return _breakable(_STRAY_MARKS.sub(r"\1", shown))


def _shown(letter: str, known: frozenset[int]) -> str:
    if ord(letter) in known or letter == "\n":
        return letter
    if letter.isspace():
        return " "
    # A joiner or a mark that no font has says nothing alone.
    return "" if unicodedata.category(letter) in _UNSPOKEN else MISSING


def _breakable(text: str) -> str:
    return _LONG.sub(lambda word: _BREAK.join(_PIECES.findall(word[0])), text)


def _marks() -> str:
    return "".join(
        chr(code)
        for code in range(0x10000)
        if unicodedata.category(chr(code)) in ("Mn", "Me", "Mc")
    )


# A mark needs a letter, a figure or another mark before it; else it would stand on nothing.
_STRAY_MARKS: Final = re.compile(rf"(^|[^\w{_marks()}])[{_marks()}]+")


@cache
def covered() -> frozenset[int]:
    """Return every code point that one of the fonts has a shape for."""
    found: set[int] = set()
    for path in sorted(FONTS.glob("*-Regular.ttf")):
        found |= _characters(path.read_bytes())
    return frozenset(found)


def _characters(font: bytes) -> set[int]:
    """Return the code points of a font's table of characters (OpenType cmap, format 4)."""
    tables = struct.unpack_from(">H", font, 4)[0]
    records = (struct.unpack_from(">4sIII", font, 12 + 16 * n) for n in range(tables))
    cmap = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    count = struct.unpack_from(">H", font, cmap + 2)[0]
    found: set[int] = set()
    for n in range(count):
        start = cmap + struct.unpack_from(">HHI", font, cmap + 4 + 8 * n)[2]
        if struct.unpack_from(">H", font, start)[0] == 4:
            found |= _format_4(font, start)
    return found


def _format_4(font: bytes, start: int) -> set[int]:
    segments = struct.unpack_from(">H", font, start + 6)[0] // 2
    shape = f">{segments}H"
    ends = struct.unpack_from(shape, font, start + 14)
    starts_at = start + 16 + 2 * segments
    starts = struct.unpack_from(shape, font, starts_at)
    deltas = struct.unpack_from(shape, font, starts_at + 2 * segments)
    ranges_at = starts_at + 4 * segments
    ranges = struct.unpack_from(shape, font, ranges_at)
    found: set[int] = set()
    for n, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if ranges[n]:
                at = ranges_at + 2 * n + ranges[n] + 2 * (code - first)
                glyph = struct.unpack_from(">H", font, at)[0]
            if ranges[n] == 0 or glyph:
                glyph = (glyph + deltas[n]) & 0xFFFF
            if glyph:
                found.add(code)
    return found
