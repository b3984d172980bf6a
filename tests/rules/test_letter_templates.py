"""Letters' words: dated, whole, and filled with text that stays text."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.rules.letter_templates import (
    TABLE,
    UnknownLetter,
    fill,
    for_several_accounts,
    has_table,
    letter_kinds,
    letter_template,
    letter_template_of,
    still_to_write,
    sums_said,
)
from models.letters import LETTER_KINDS, RECIPIENTS

DAY = date(2026, 11, 22)
FACTS = dict.fromkeys(
    (
        "client",
        "creditor",
        "reference",
        "balance",
        "offer",
        "statement_date",
        "review_date",
        "hold_days",
        "answer_by",
        "last_letter",
        "advisor",
        "centre",
        "centre_phone",
        "appointment_when",
        "appointment_where",
        "outcome",
    ),
    "a fact",
)


class TestLetterTemplate:
    def test_there_is_one_for_each_kind_that_the_table_knows(self) -> None:
        assert set(letter_kinds()) == set(LETTER_KINDS)
        assert {letter_template(kind, DAY).recipient for kind in letter_kinds()} <= set(RECIPIENTS)

    def test_none_held_before_the_first_day(self) -> None:
        assert letter_template("offer", date(2026, 1, 1)).version == "2026-11"
        with pytest.raises(UnknownLetter):
            letter_template("offer", date(2025, 12, 31))

    def test_a_version_is_found_whenever_it_held(self) -> None:
        assert "{table}" not in letter_template_of("offer", "2026-11").body
        assert "{table}" in letter_template_of("offer", "2026-11-24").body
        for kind, version in (("offer", "1999"), ("love", "2026-11")):
            with pytest.raises(UnknownLetter):
                letter_template_of(kind, version)

    def test_an_unknown_kind_is_said(self) -> None:
        with pytest.raises(UnknownLetter):
            letter_template("love", DAY)

    def test_only_offers_and_closing_carry_advice(self) -> None:
        carrying = {kind for kind in letter_kinds() if letter_template(kind, DAY).carries_advice}
        assert carrying == {"offer", "closing"}


class TestFill:
    @pytest.mark.parametrize("kind", letter_kinds())
    def test_leaves_no_name_unfilled(self, kind: str) -> None:
        filled = fill(letter_template(kind, DAY), FACTS)
        assert not re.findall(r"\{(?!table)", filled.subject + filled.body)
        assert filled.missing == ()

    def test_says_what_is_still_to_write(self) -> None:
        filled = fill(letter_template("appointment", DAY), FACTS | {"appointment_when": " "})
        assert filled.missing == ("the day and time",)
        assert "[the day and time]" in filled.body
        assert still_to_write(filled.body) == ["the day and time"]

    def test_a_fact_that_looks_like_a_name_stays_text(self) -> None:
        filled = fill(letter_template("authority", DAY), FACTS | {"client": "{centre} {table}"})
        assert "I, {centre} {table}, authorise a fact" in filled.body
        assert sum(part.strip() == TABLE for part in filled.body.split("\n\n")) == 1


class TestForSeveralAccounts:
    def test_lists_them_below_the_first_paragraph(self) -> None:
        body = for_several_accounts(letter_template("holding", DAY)).body
        assert body.split("\n\n")[2] == TABLE
        assert has_table(body)

    def test_a_letter_with_a_table_keeps_its_own(self) -> None:
        offer = letter_template("offer", date(2026, 11, 25))
        assert for_several_accounts(offer) == offer
        assert has_table(offer.body)


class TestSumsSaid:
    @pytest.mark.parametrize(
        ("said", "sums"),
        [
            ("They owe £1,430.00, and offer £17.52.", {"£1,430.00": "1430.00", "£17.52": "17.52"}),
            ("GBP 20 or £ 5", {"GBP 20": "20", "£ 5": "5"}),
            ("£12,5 and £12, later", {"£12,5": "125", "£12": "12"}),
            ("20 pounds, ref 1430", {}),
        ],
    )
    def test_finds_what_is_written_as_money(self, said: str, sums: dict[str, str]) -> None:
        assert sums_said(said) == {name: Decimal(value) for name, value in sums.items()}

    @given(st.decimals(min_value=0, max_value=10**8, places=2))
    def test_finds_any_sum_as_we_write_it(self, amount: Decimal) -> None:
        assert list(sums_said(f"They offer £{amount:,.2f}, from May.").values()) == [amount]
