"""A closing's words and sums: dated, in their nations, and exact to the penny."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.rules.closing import (
    GAIN_FREQUENCIES,
    GROUPS,
    ONCE,
    EndedDebt,
    Gain,
    Sum,
    contradictions,
    every_word,
    kind_of,
    totals,
    where_it_went,
    words_on,
)
from cma_app.rules.frequencies import a_year

DAY = date(2026, 11, 26)
PARTS = ("outcomes", "reasons", "solutions", "fca_outcomes", "gains")
pounds = st.decimals(Decimal(0), Decimal("99999999.99"), places=2)
known_or_not = st.none() | pounds
debts = st.builds(
    EndedDebt, st.sampled_from(sorted(every_word("outcomes"))), known_or_not, known_or_not,
    known_or_not,
)  # fmt: skip
gains = st.builds(Gain, known_or_not, st.sampled_from(sorted(GAIN_FREQUENCIES)))


class TestWords:
    @pytest.mark.parametrize("part", PARTS)
    def test_each_has_a_day_a_source_and_a_certainty(self, part) -> None:
        for code in every_word(part):
            kind = kind_of(part, code)
            assert kind is not None
            assert kind.start <= DAY
            assert kind.reference.title
            assert kind.certainty in {"H", "M", "L"}
            assert len(code) <= 30
            assert len(kind.label) <= 100

    def test_not_known_is_an_answer_wherever_one_is_asked(self) -> None:
        for part in ("outcomes", "solutions", "fca_outcomes"):
            assert words_on(part, DAY)["unknown"] == "Not known"

    def test_each_nation_has_its_own(self) -> None:
        scotland = words_on("outcomes", DAY, nation="scotland")
        england = words_on("outcomes", DAY, nation="england")
        assert {"das", "trust_deed"} <= set(scotland)
        assert not {"das", "trust_deed"} & set(england)
        assert "debt_relief_order" in england
        assert "debt_relief_order" not in scotland

    def test_an_old_debt_is_extinguished_in_scotland_and_elsewhere_not_enforced(self) -> None:
        scotland = words_on("outcomes", DAY, nation="scotland")
        assert "extinguished" in scotland
        assert "not_enforceable" not in scotland
        kind = kind_of("outcomes", "extinguished")
        assert kind is not None
        assert (kind.group, kind.writes_off) == ("written_off", "whole")
        for nation in ("england", "wales", "northern_ireland"):
            words = words_on("outcomes", DAY, nation=nation)
            assert "not_enforceable" in words
            assert "extinguished" not in words

    def test_before_its_day_nothing_may_be_chosen(self) -> None:
        assert words_on("outcomes", date(2014, 3, 31)) == {}
        assert "minimal_assets" not in words_on("solutions", date(2015, 3, 31))
        assert "minimal_assets" in words_on("solutions", date(2015, 4, 1), nation="scotland")

    def test_each_way_of_ending_has_reasons_of_its_own_and_another(self) -> None:
        for ending in ("closed", "referred", "cancelled"):
            reasons = words_on("reasons", DAY, ending=ending)
            assert len(reasons) > 3
            assert "other" in reasons
        assert "opened_in_error" not in words_on("reasons", DAY, ending="closed")

    def test_every_outcome_goes_to_a_place_in_the_sums(self) -> None:
        for code in every_word("outcomes"):
            assert EndedDebt(code).group in GROUPS


class TestSums:
    @given(st.lists(debts, max_size=30), st.lists(gains, max_size=12))
    def test_to_the_penny_and_what_is_not_known_is_counted(self, listed, gained) -> None:
        found = totals(listed, gained, DAY)
        starts = [each.owed_at_start for each in listed]
        assert found.owed_at_start.known == sum(x for x in starts if x is not None)
        assert found.owed_at_start.unknown == starts.count(None)
        assert sum(found.where.values()) == found.owed_at_start.known
        assert all(part >= 0 for part in found.where.values())
        assert found.first_year == found.gained_a_year.known + found.gained_once.known
        for each in (found.written_off, found.arranged, found.in_solution, found.gained_a_year):
            assert each.known == each.known.quantize(Decimal("0.01"))
        offs = [each for each in listed if each.may_be_written_off]
        assert found.written_off.known == sum(
            each.written_off for each in offs if each.written_off is not None
        )

    @given(st.lists(debts, max_size=20))
    def test_the_order_of_the_debts_does_not_matter(self, listed) -> None:
        assert totals(listed) == totals(reversed(listed))

    def test_nothing_known_is_nil_with_its_count(self) -> None:
        found = totals([EndedDebt("unknown"), EndedDebt("plan")])
        assert found.owed_at_closing == Sum(Decimal(0), 2)
        assert found.arranged == Sum(Decimal(0), 1)

    def test_what_was_written_off_by_nobody_knows_how_much_is_not_known(self) -> None:
        start = Decimal(900)
        assert where_it_went([EndedDebt("written_off", start)])["unknown"] == start
        half = EndedDebt("written_off", start, Decimal(0), Decimal("600.01"))
        went = where_it_went([half])
        assert (went["written_off"], went["paid"]) == (Decimal("600.01"), Decimal("299.99"))

    def test_more_written_off_than_was_owed_at_the_start_fills_the_bar_and_no_more(self) -> None:
        grown = EndedDebt("written_off", Decimal(100), Decimal(0), Decimal("112.50"))
        assert where_it_went([grown])["written_off"] == Decimal(100)
        assert totals([grown]).written_off.known == Decimal("112.50")


class TestGains:
    @pytest.mark.parametrize(
        ("amount", "frequency", "year"),
        [
            ("85", "weekly", "4420.00"),
            ("101.10", "four_weekly", "1314.30"),
            ("50", "monthly", "600.00"),
            ("33.33", "quarterly", "133.32"),
            ("1", "daily", "365.00"),
        ],
    )
    def test_a_year_is_by_the_factors_of_the_budget_rounded_once(
        self, amount, frequency, year
    ) -> None:
        assert a_year(Decimal(amount), frequency) == Decimal(year)
        assert Gain(Decimal(amount), frequency).counted() == Decimal(year)

    def test_once_is_itself_and_not_known_stays_so(self) -> None:
        assert Gain(Decimal("150.50"), ONCE).counted() == Decimal("150.50")
        assert Gain(None, "weekly").counted() is None


class TestContradictions:
    @pytest.mark.parametrize(
        ("outcome", "now", "off", "box"),
        [
            ("plan", "10", "5", "off"),
            ("written_off", "10", "5", "now"),
            ("partly_written_off", "1", "5", "now"),
            ("paid", "1", None, "now"),
            ("unknown", None, "1", "off"),
        ],
    )
    def test_are_told_beside_the_box(self, outcome, now, off, box) -> None:
        debt = EndedDebt(
            outcome, None, Decimal(now) if now else None, Decimal(off) if off else None
        )
        assert list(contradictions(debt)) == [box]

    @pytest.mark.parametrize("outcome", ["debt_relief_order", "disputed_won"])
    def test_a_solution_may_write_off_some_or_nothing(self, outcome) -> None:
        assert contradictions(EndedDebt(outcome, None, Decimal(5), Decimal(4))) == {}
        assert contradictions(EndedDebt(outcome)) == {}
