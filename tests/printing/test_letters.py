"""The printed letter and its Word file: the same words, in their places, and only as text."""

import re
import zipfile
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree as ET

import pypdfium2
import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from pypdf import PdfReader

from cma_app.printing.letter_content import Block, LetterContent, Row, body_from_text
from cma_app.printing.letters import letter_docx, letter_pdf
from tests.printing.letter_samples import OFFERS, long_letter, offer_letter
from tests.printing.reading import keep_pictures, pages_of, tags_of, text_of

HOSTILE = "#panic() $x$ *b* \\ {{ 7 * 7 }} {% endfor %} {%p if x %} <w:p/> &amp; ]]> 😀"


def word_text(letter: LetterContent) -> str:
    document = Document(BytesIO(letter_docx(letter)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def hostile_letter() -> LetterContent:
    row = Row(cells=(HOSTILE, HOSTILE, HOSTILE))
    return replace(
        offer_letter(),
        recipient=(HOSTILE, HOSTILE),
        our_reference=HOSTILE,
        their_reference=HOSTILE,
        salutation=HOSTILE,
        subject=HOSTILE,
        body=(
            Block(text=HOSTILE),
            Block(kind="heading", text=HOSTILE),
            Block(kind="bullets", items=(HOSTILE,)),
            Block(kind="table", table=replace(OFFERS, rows=(row,), total=row)),
        ),
        closing=HOSTILE,
        signatory=HOSTILE,
        signatory_role=HOSTILE,
        enclosures=(HOSTILE,),
        copies_to=(HOSTILE,),
        status_label=HOSTILE,
    )


class TestPdf:
    def test_says_all_that_the_letter_says(self) -> None:
        text = text_of(letter_pdf(offer_letter()))
        for words in (
            "Harbour Money Advice",
            "Collections Department Marlow Bank PO Box 118 Leeds LS1 4AB",
            "22 November 2026",
            "Your reference CAR-20471",
            "Dear Sir or Madam",
            "an offer of payment",
            "Fernley Finance 2,310.00 28.30",
            "Total 4,000.00 49.00",
            "• accept £17.52 a month",
            "Yours faithfully Priya Nair Advisor",
            "Enclosures • Financial statement, summary",
            "Page 1 of 1",
        ):
            assert words in text

    def test_is_tagged_with_its_subject_as_title(self) -> None:
        reader = PdfReader(BytesIO(letter_pdf(offer_letter())))
        assert reader.metadata is not None
        assert reader.metadata.title == offer_letter().subject
        assert reader.trailer["/Root"]["/Lang"] == "en-GB"
        tags = tags_of(letter_pdf(offer_letter()))
        assert tags.count("H1") == 1
        assert {"Table", "TH", "TD", "L", "LI", "P"} <= set(tags)

    @pytest.mark.parametrize("is_long", [False, True])
    def test_the_address_shows_in_the_window(self, is_long: bool) -> None:
        letter = replace(long_letter(), recipient=offer_letter().recipient)
        document = pypdfium2.PdfDocument(letter_pdf(letter if is_long else offer_letter()))
        page = document[0]
        text = page.get_textpage()
        height = page.get_height()
        for words in offer_letter().recipient:
            index, count = text.search(words).get_next()
            for at in range(index, index + count):
                left, bottom, right, top = (side / 72 * 25.4 for side in text.get_charbox(at))
                assert 20 <= left <= right <= 100
                assert height / 72 * 25.4 - top >= 57
                assert height / 72 * 25.4 - bottom <= 81
        document.close()

    def test_a_long_letter_keeps_every_row_and_repeats_the_headings(self) -> None:
        pdf = letter_pdf(long_letter())
        text = text_of(pdf)
        assert pages_of(pdf) > 1
        for number in range(1, 41):
            assert f"The {number}th Long Named Consumer" in text
        assert text.index("Line 8 of a long address") < text.index("Dear Sir or Madam")

    def test_the_same_letter_gives_the_same_bytes(self) -> None:
        assert letter_pdf(offer_letter()) == letter_pdf(offer_letter())

    def test_hostile_text_is_printed_as_it_was_typed(self) -> None:
        text = text_of(letter_pdf(hostile_letter()))
        assert text.count("#panic() $x$ *b* \\ {{ 7 * 7 }} {% endfor %}") >= 12

    def test_pictures_to_look_at(self) -> None:
        for name, letter in (("offer", offer_letter()), ("long", long_letter())):
            pdf = letter_pdf(letter)
            keep_pictures(f"letter-{name}", pdf)
            assert pdf[:5] == b"%PDF-"


class TestWord:
    def test_says_what_the_pdf_says(self) -> None:
        words = re.sub(r"\s+", " ", word_text(offer_letter()))
        for part in offer_letter().body:
            for text in (part.text, *part.items):
                assert text in words
        for text in (*offer_letter().recipient, "22 November 2026", "Yours faithfully", "Advisor"):
            assert text in words
        assert "{{" not in words
        assert "{%" not in words

    def test_the_table_has_its_rows_its_headings_and_sums_to_the_right(self) -> None:
        table = Document(BytesIO(letter_docx(offer_letter()))).tables[0]
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        assert rows[0] == ["Creditor", "Balance, £", "Offer a month, £"]
        assert rows[-1] == ["Total", "4,000.00", "49.00"]
        assert len(rows) == 5
        right = WD_ALIGN_PARAGRAPH.RIGHT
        assert [cell.paragraphs[0].alignment for cell in table.rows[1].cells] == [
            None,
            right,
            right,
        ]

    def test_hostile_text_stays_text(self) -> None:
        words = word_text(hostile_letter())
        assert words.count(HOSTILE) >= 14
        assert "49" not in words.replace(HOSTILE, "")

    def test_ten_thousand_letters_and_controls_make_a_file_that_opens(self) -> None:
        odd = "W" * 10_000 + "\x00\x0b\ud800 \u202eend\nnew line"
        words = word_text(replace(offer_letter(), body=(Block(text=odd),)))
        assert "W" * 10_000 in words
        assert "\u202e" not in words
        assert re.search(r"end\s+new line", words)

    def test_the_same_letter_gives_the_same_bytes(self) -> None:
        assert letter_docx(offer_letter()) == letter_docx(offer_letter())

    def test_it_says_its_title_and_language(self) -> None:
        made = letter_docx(offer_letter())
        about = Document(BytesIO(made)).core_properties
        assert (about.title, about.language, about.comments) == (
            offer_letter().subject,
            "en-GB",
            "",
        )
        styles = ET.fromstring(zipfile.ZipFile(BytesIO(made)).read("word/styles.xml"))
        assert "en-GB" in ET.tostring(styles, encoding="unicode")


class TestBodyFromText:
    def test_an_empty_line_parts_and_a_dash_lists(self) -> None:
        assert body_from_text("One\ntwo\n\n# Head\n\n- a\n- b\n\n\n{{ x }}\r\n\r\nlast") == (
            Block(text="One\ntwo"),
            Block(kind="heading", text="Head"),
            Block(kind="bullets", items=("a", "b")),
            Block(text="{{ x }}"),
            Block(text="last"),
        )

    def test_nothing_is_no_block(self) -> None:
        assert body_from_text(" \n\n \n") == ()
