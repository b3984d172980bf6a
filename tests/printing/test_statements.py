"""The printed statement: read back as text, as tags and as bytes."""

import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from cma_app.printing.content import LAYOUT, Guideline, Person, StatementContent
from cma_app.printing.statements import full, summary
from cma_app.printing.summary_page import fixed_rows
from cma_app.printing.typesetting import UnknownLayout, money
from tests.printing.reading import keep_pictures, pages_of, tags_of, text_of
from tests.printing.samples import enormous, in_deficit, leanne, marek, settling

HOSTILE = (
    "#panic()",
    "$x$ *bold* _it_ `raw` = Heading",
    "\\ \\u{41} \\#sys.inputs \" ' ] } ) //",
    "{{ 7 * 7 }} {% for x in y %} <b>&amp;</b>",
    '#import "/etc/passwd" @ref <label> ~ --- ...',
)
LAYOUTS = pytest.mark.parametrize("layout", [full, summary])


class TestFigures:
    def test_leanne_is_printed_to_the_penny(self) -> None:
        for layout in (full, summary):
            text = text_of(layout(leanne()))
            for figure in ("2,150.00", "1,985.00", "165.00", "16.00", "149.00", "100.00"):
                assert figure in text
            for figure in ("49.00", "52.00", "48.00", "17.52", "28.30", "3.18"):
                assert figure in text
            for balance in ("1,240.00", "860.00", "1,430.00", "2,310.00", "260.00"):
                assert balance in text

    def test_marek_is_printed_to_the_penny_with_the_long_term(self) -> None:
        for layout in (full, summary):
            text = text_of(layout(marek()))
            assert "117.22" in text
            for figure in ("1,880.00", "1,050.00"):
                assert (figure in text) == (layout is full)
            for figure in ("2,861.00", "186.22", "18.00", "95.00", "51.67", "21.55"):
                assert figure in text
            for figure in ("11.89", "9.66", "3,420.00", "620.00", "6,400.00", "5,200.00"):
                assert figure in text
        assert "539 months long term" in text_of(full(marek()))
        assert "£2,250.00" not in text_of(summary(marek()))

    def test_sums_offered_once_are_added_apart_from_what_is_paid_by_the_month(self) -> None:
        content = settling()
        first, *others = content.non_priority_debts
        by_the_month = replace(first, kind="surplus", offer=Decimal("12.00"))
        mixed = replace(content, non_priority_debts=(by_the_month, *others))
        for layout in (full, summary):
            assert "full and final: 50% of the balance" in text_of(layout(content))
            assert "Total 4,000.00 2,000.00 once" in text_of(layout(content))
            assert "Total 4,000.00 12.00 once: 1,285.00" in text_of(layout(mixed))

    def test_every_line_and_total_is_on_the_page(self) -> None:
        content = leanne()
        text = text_of(full(content))
        for group in content.groups:
            assert f"Total {group.label[0].lower()}{group.label[1:]} {money(group.total)}" in text
            for line in group.lines:
                assert f"{line.label} {money(line.amount)}" in text
                assert money(line.monthly) in text
        assert "121.50 in 10 instalments 101.25" in text
        assert "How we convert: daily × 365 ÷ 12, weekly × 52 ÷ 12" in text

    def test_the_summary_adds_up_and_tells_nothing_of_single_lines(self) -> None:
        content = leanne()
        rows = fixed_rows(content)
        assert sum(amount for _, amount in rows) == content.totals.fixed
        assert [name for name, _ in rows[:8]] == [
            "Rent",
            "Mortgage",
            "Other secured loans",
            "Council tax",
            "Other home and contents",
            "Gas",
            "Electricity",
            "Other utilities",
        ]
        text = text_of(summary(content))
        for hidden in (
            "Hairdressing",
            "Groceries",
            "TV licence",
            "Wages",
            "school shoes",
            "gluten",
        ):
            assert hidden not in text
        assert "Hours at work fell" in text

    def test_guidelines_are_named_with_their_version(self) -> None:
        text = text_of(full(leanne()))
        assert "Within guideline sample 2026/27: £180.00." in text
        assert "£38.84 over guideline sample 2026/27: £500.00. One child needs" in text
        assert "No spending guideline loaded." in text

    def test_a_missing_explanation_is_said(self) -> None:
        content = leanne()
        level = Guideline(status="over_unexplained", version="x", amount=Decimal("1.00"))
        groups = tuple(
            replace(group, guideline=level) if group.key == "personal" else group
            for group in content.groups
        )
        text = text_of(full(replace(content, groups=groups)))
        assert "£105.67 over guideline x: £1.00. Explanation missing." in text

    def test_a_deficit_is_shown_as_it_is_with_tokens_and_deductions_beside_it(self) -> None:
        for layout in (full, summary):
            text = text_of(layout(in_deficit()))
            assert "Deficit: outgoings are above income −84.69" in text
            assert "Available for priority debts (deficit) −84.69" in text
            assert "Token offers, not from surplus 3.00" in text
            assert text.count("token, not from surplus") == 3
            assert "Draft: not for sending" in text
        assert "None paid by deduction: £24.50 a month" in text_of(summary(in_deficit()))
        text = text_of(full(in_deficit()))
        assert "Debts paid by deduction" in text
        assert "24.50 from Universal Credit 17 months" in text

    def test_a_confirmation_stands_in_the_place_of_the_signature(self) -> None:
        confirmed = text_of(full(leanne()))
        assert "Leanne Whitmore confirmed on 20 Nov 2026 that" in confirmed
        assert "Signed:" not in confirmed
        assert "Signed: Leanne Whitmore Date" in text_of(full(leanne(confirmation=None)))

    def test_a_joint_statement_names_both_and_both_sign(self) -> None:
        both = leanne(
            partner=Person(name="Sam Whitmore", date_of_birth=date(1990, 2, 3)),
            is_joint=True,
            confirmation=None,
        )
        text = text_of(full(both))
        assert "Leanne Whitmore and Sam Whitmore" in text
        assert "3 Feb 1990" in text
        assert "Signed: Sam Whitmore" in text


class TestForEverybody:
    @LAYOUTS
    def test_it_is_tagged_and_says_its_language_and_title(self, layout) -> None:
        reader = PdfReader(BytesIO(layout(leanne())))
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value
        assert root["/Lang"] == "en-GB"
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert reader.metadata is not None
        assert reader.metadata.title.endswith("HMA-2026-000001/1")
        assert b"pdfuaid" in root["/Metadata"].get_object().get_data()

    @LAYOUTS
    def test_headings_go_down_by_one_and_tables_have_headings(self, layout) -> None:
        tags = tags_of(layout(leanne()))
        assert tags.count("H1") == 1
        assert tags.count("H2") >= 4
        assert not {"H3", "H4"} & set(tags)
        assert tags.count("TH") >= tags.count("Table") * 2
        assert tags.count("THead") == tags.count("Table")

    def test_only_our_own_fonts_are_in_it(self) -> None:
        reader = PdfReader(BytesIO(full(leanne(address=("שלום", "مرحبا")))))
        fonts = {
            font.get_object()["/BaseFont"].split("+")[1]
            for page in reader.pages
            for font in page["/Resources"]["/Font"].values()
        }
        assert fonts == {
            "Inter-Regular",
            "Inter-SemiBold",
            "NotoSansArabic-Regular",
            "NotoSansHebrew-Regular",
        }


class TestTheSameForEver:
    @LAYOUTS
    def test_the_same_content_gives_the_same_bytes(self, layout) -> None:
        kept = leanne().to_json()
        assert layout(StatementContent.from_json(kept)) == layout(leanne())

    @LAYOUTS
    def test_it_is_dated_by_the_statement_not_by_the_clock(self, layout) -> None:
        for day in (date(2026, 11, 22), date(2031, 1, 2)):
            made = PdfReader(BytesIO(layout(leanne(statement_date=day)))).metadata
            assert made is not None
            assert made.creation_date is not None
            assert made.creation_date.date() == day

    @LAYOUTS
    def test_a_layout_of_a_newer_edition_is_refused(self, layout) -> None:
        with pytest.raises(UnknownLayout):
            layout(leanne(layout=LAYOUT + 1))


class TestHostileText:
    @LAYOUTS
    def test_markup_is_printed_as_it_was_typed(self, layout) -> None:
        text = text_of(layout(leanne(notes=HOSTILE)))
        for words in HOSTILE:
            assert words in text

    def test_it_is_text_in_every_place(self) -> None:
        content = leanne()
        words = "#panic() *b* $x$ \\"
        client = replace(content.client, name=words, employment_labels=(words,))
        groups = tuple(
            replace(
                group,
                label=words,
                lines=tuple(replace(line, label=words, note=words) for line in group.lines),
            )
            for group in content.groups
        )
        debts = tuple(
            replace(debt, creditor=words, reference=words, note=words)
            for debt in content.non_priority_debts
        )
        hostile = replace(
            content,
            number=words,
            client=client,
            groups=groups,
            non_priority_debts=debts,
            address=(words, words),
            centre=replace(content.centre, name=words, contact=words),
            how_we_convert=words,
            advisor=words,
        )
        assert text_of(full(hostile)).count("#panic() *b* $x$") > 50
        assert text_of(summary(hostile)).count("#panic() *b* $x$") > 20

    @LAYOUTS
    def test_ten_thousand_letters_fill_pages_and_lose_no_figure(self, layout) -> None:
        content = leanne(notes=("long " * 2000, "W" * 10_000))
        debt = replace(content.non_priority_debts[0], creditor="C" * 300, note="n" * 10_000)
        pdf = layout(replace(content, non_priority_debts=(debt, *content.non_priority_debts[1:])))
        text = text_of(pdf).replace(" ", "")
        assert "17.52" in text
        assert text.count("W") >= 10_000
        assert pages_of(pdf) > 3

    @LAYOUTS
    def test_letters_without_a_shape_and_turned_directions_do_no_harm(self, layout) -> None:
        odd = (
            "Zoë \u202e00.94\u202c 😀👨‍👩‍👧 \x00\x07\ud800 日本 שלום مرحبا\n\r\nnext\tline\u2028end"
        )
        text = text_of(layout(leanne(notes=(odd,))))
        assert "Zoë 00.94 □" in text
        assert "next line end" in text
        assert "\u202e" not in text

    @settings(max_examples=25, deadline=None)
    @given(st.text(max_size=60))
    def test_no_text_stops_the_press(self, words: str) -> None:
        assert summary(leanne(notes=(words,), address=(words,)))[:5] == b"%PDF-"


class TestManyPages:
    def test_a_very_long_statement_is_whole(self) -> None:
        content = enormous()
        assert sum(len(group.lines) for group in content.groups) >= 120
        started = time.perf_counter()
        pdf = full(content)
        assert time.perf_counter() - started < 20
        text = text_of(pdf)
        pages = pages_of(pdf)
        for number in range(1, 97):
            assert f"Cost number {number}," in text
        for number in range(1, 41):
            assert f"company number {number} (assigned)" in text.lower()
        for page in range(1, pages + 1):
            assert f"Page {page} of {pages}" in text
        assert text.count("Creditor and reference") >= 2

    def test_no_heading_is_left_alone_at_the_foot_of_a_page(self) -> None:
        headings = {"Income", "Fixed outgoings", "Flexible outgoings", "Priority debts", "Notes"}
        headings |= {"Other debts", "Confirmation", "Overview"}
        for content in (leanne(), marek(), in_deficit(), enormous()):
            for layout in (full, summary):
                for page in PdfReader(BytesIO(layout(content))).pages:
                    lines = [line.strip() for line in page.extract_text().splitlines()]
                    body = [line for line in lines if line and "Page " not in line]
                    body = [line for line in body if not line.startswith("Financial statement")]
                    assert body[-1] not in headings
                    assert not body[0].startswith(("Total fixed outgoings", "Total flexible"))

    def test_pictures_to_look_at(self) -> None:
        for name, content in (
            ("leanne", leanne()),
            ("marek", marek()),
            ("deficit", in_deficit()),
            ("enormous", enormous()),
        ):
            for layout in (full, summary):
                pdf = layout(content)
                keep_pictures(f"{name}-{layout.__name__}", pdf)
                assert pdf[:5] == b"%PDF-"
