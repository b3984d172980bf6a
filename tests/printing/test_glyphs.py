"""What may stand on a page: letters with a shape, and no text that could stop or turn it."""

import random
import unicodedata
from dataclasses import replace

import pytest

from cma_app.printing.glyphs import clean, covered, printable
from cma_app.printing.letter_content import Block
from cma_app.printing.letters import letter_pdf
from tests.printing.letter_samples import offer_letter


def test_the_fonts_cover_the_letters_of_names_in_britain() -> None:
    for name in ("Siân", "Łukasz", "Nguyễn", "Ólafur", "Müller", "Şahin", "Ђорђе", "Αθηνά"):
        assert printable(name) == name
    assert printable("שלום مرحبا") == "שלום مرحبا"
    assert {ord(letter) for letter in "£€−×÷·•“”’□"} <= covered()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\tb\x00c\x1b[0m", "a bc[0m"),
        ("total \u202e00.94\u202c", "total 00.94"),
        ("e\u0301", "é"),
        ("\ufeffa", "a"),
        ("\ud800x", "x"),
        ("  a  ", "a"),
    ],
)
def test_controls_and_turned_directions_are_left_out(typed: str, shown: str) -> None:
    assert clean(typed) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("😀 ok", "□ ok"),
        ("日本", "□□"),
        ("👨\u200d👩", "□\u200d□"),
        ("❤\ufe0f", "□"),
        ("\u0301a", "a"),
        ("W" * 30, "\u200b".join(("W" * 12, "W" * 12, "W" * 6))),
        ("Featherstonehaugh-Cholmondeley", "Featherstonehaugh-Cholmondeley"),
    ],
)
def test_what_no_font_has_becomes_a_box(typed: str, shown: str) -> None:
    assert printable(typed) == shown


def test_every_letter_and_mark_the_fonts_have_can_be_set_in_any_order() -> None:
    letters = sorted(covered())
    marks = [code for code in letters if unicodedata.category(chr(code)).startswith("M")]
    chance = random.Random(22)
    texts = [
        " ".join(map(chr, letters)),
        "\n".join(map(chr, marks)),
        *(" ".join(base + chr(mark) for mark in marks) for base in "a1(א\u0627□ "),
        *("".join(chr(chance.choice(letters)) for _ in range(1500)) for _ in range(8)),
        *("".join(chr(chance.randrange(0xD800)) for _ in range(1500)) for _ in range(8)),
    ]
    for text in texts:
        assert letter_pdf(replace(offer_letter(), body=(Block(text=text),)))[:5] == b"%PDF-"
