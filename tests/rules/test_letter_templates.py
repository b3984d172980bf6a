"""Letters' words: dated, whole, and filled with text that stays text."""

import re
from datetime import date

import pytest

from cma_app.rules.letter_templates import (
    TABLE,
    UnknownLetter,
    fill,
    letter_kinds,
    letter_template,
    still_to_write,
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
        assert letter_template("offer", date(2026, 11, 1)).version == "2026-11"
        with pytest.raises(UnknownLetter):
            letter_template("offer", date(2026, 10, 31))

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
