from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.rules import identifiers
from cma_app.rules.identifiers import (
    BadIdentifier,
    email,
    masked_ni_number,
    nation_of_postcode,
    national_insurance_number,
    phone,
    phone_digits,
    postcode,
    reference,
)
from cma_app.rules.parameters import read_yaml
from tests.rules.cases import cases

EXAMPLES = cases("identifiers")
NI_NUMBERS = EXAMPLES["national_insurance_number"]
POSTCODES = EXAMPLES["postcode"]


class TestNationalInsuranceNumber:
    @pytest.mark.parametrize("text", NI_NUMBERS["valid"])
    def test_is_kept_without_spaces_in_capitals(self, text):
        assert national_insurance_number(text) == text.replace(" ", "").upper()

    @pytest.mark.parametrize("text", NI_NUMBERS["invalid"])
    def test_refuses_what_was_never_issued(self, text):
        with pytest.raises(BadIdentifier, match="National Insurance number"):
            national_insurance_number(text)

    @pytest.mark.parametrize("text", NI_NUMBERS["temporary"])
    def test_says_when_it_is_a_temporary_reference(self, text):
        with pytest.raises(BadIdentifier, match="temporary reference number"):
            national_insurance_number(text)

    def test_the_sentence_names_the_wrong_letters(self):
        with pytest.raises(BadIdentifier, match="starts with QQ"):
            national_insurance_number("QQ123456A")

    def test_a_mask_shows_three_characters(self):
        assert masked_ni_number("CZ615546D") == "•• •• •• 46 D"
        assert masked_ni_number("") == "•• •• ••  "

    @given(st.from_regex(r"[A-Z]{2}[0-9]{6}[A-D]", fullmatch=True))
    def test_any_number_is_kept_or_refused_and_read_twice_the_same(self, text):
        try:
            number = national_insurance_number(text)
        except BadIdentifier:
            assert set(text[:2]) & set("DFIQUV") or text[1] == "O" or text[:2] in {
                "BG", "GB", "KN", "NK", "NT", "TN", "ZZ",
            }  # fmt: skip
        else:
            assert national_insurance_number(number.lower()) == number == text


class TestPostcode:
    @pytest.mark.parametrize(("text", "code"), POSTCODES["valid"].items())
    def test_has_capitals_and_one_space(self, text, code):
        assert postcode(text) == code
        assert postcode(code.lower()) == code

    @pytest.mark.parametrize("text", POSTCODES["invalid"])
    def test_refuses_another_form(self, text):
        with pytest.raises(BadIdentifier, match="full postcode"):
            postcode(text)


class TestNationOfPostcode:
    @pytest.mark.parametrize(
        ("code", "nation"),
        [
            (code, None if nation == "none" else nation)
            for nation, codes in EXAMPLES["nation"].items()
            for code in codes
        ],
    )
    def test_is_suggested_where_the_area_is_in_one(self, code, nation):
        assert nation_of_postcode(code) == nation

    def test_all_121_areas_are_listed_once(self):
        lists = read_yaml(Path(str(identifiers.__file__)).with_name("postcode_areas.yaml"))
        areas = [
            area
            for name in ("straddling", "england", "wales", "scotland", "northern_ireland")
            for area in lists[name]
        ]
        assert len(areas) == len(set(areas)) == 121


class TestPhone:
    @pytest.mark.parametrize(("text", "written"), EXAMPLES["phone"]["valid"].items())
    def test_is_written_as_here_and_compared_with_its_country(self, text, written):
        assert [phone(text), phone_digits(text)] == written

    @pytest.mark.parametrize("text", EXAMPLES["phone"]["invalid"])
    def test_refuses_what_cannot_be_one(self, text):
        with pytest.raises(BadIdentifier, match=r"[Pp]hone number"):
            phone(text)


class TestEmail:
    @pytest.mark.parametrize(("text", "address"), EXAMPLES["email"]["valid"].items())
    def test_is_kept_in_its_usual_form(self, text, address):
        assert email(text) == address

    @pytest.mark.parametrize("text", [*EXAMPLES["email"]["invalid"], "a" * 300 + "@example.org"])
    def test_refuses_another_form(self, text):
        with pytest.raises(BadIdentifier, match="e-mail address"):
            email(text)


class TestReference:
    def test_carries_centre_year_and_number(self):
        assert reference("HMA", 2026, 101) == "HMA-2026-000101"

    @pytest.mark.parametrize(("code", "number"), [("HMA", 0), ("HMA", 1_000_000), ("h a", 1)])
    def test_refuses_what_would_not_be_unique(self, code, number):
        with pytest.raises(ValueError, match="no reference"):
            reference(code, 2026, number)


@given(st.text(max_size=60))
def test_any_text_is_accepted_or_refused_with_a_sentence(text):
    for check in (national_insurance_number, postcode, phone, email):
        try:
            kept = check(text)
        except BadIdentifier as refused:
            sentence = refused.sentence
        else:
            sentence = "Kept."
            assert check(kept) == kept
        assert sentence.endswith(".")
