"""Breathing space day by day: SI 2020/1311 counts the day it starts as day 1."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.rules.breathing_space import KINDS, NoBreathingSpace, clock, next_contact
from cma_app.rules.calendars import is_working_day

STARTS = st.dates(date(2021, 5, 4), date(2027, 10, 1))


def days_of(kind: str, start: date, **more: date) -> dict[str, date]:
    return {each.code: each.day for each in clock(kind, start, "england", **more).days}


class TestStandard:
    def test_the_demos_case_four(self) -> None:
        t = date(2026, 11, 25)
        found = clock("standard", t - timedelta(33), "england")
        assert found.day("midway_first").day == t - timedelta(8)
        assert found.day("midway_last").day == t + timedelta(1)
        assert found.last_protected == t + timedelta(26)

    def test_a_register_that_ran_from_1_january_to_29_february_2020_is_60_days(self) -> None:
        # the days of that pair, counted under the scheme's own start
        start = date(2024, 1, 1)
        assert clock("standard", start, "wales").last_protected == date(2024, 2, 29)

    def test_each_day_is_counted_with_the_first(self) -> None:
        start = date(2026, 3, 2)
        assert days_of("standard", start) == {
            "creditor_review": start + timedelta(19),
            "midway_first": start + timedelta(25),
            "adviser_answer": start + timedelta(34),
            "midway_last": start + timedelta(34),
            "court": start + timedelta(49),
            "end": start + timedelta(59),
        }

    def test_no_review_within_the_first_25_days(self) -> None:
        start = date(2026, 3, 2)
        found = clock("standard", start, "england")
        assert found.barred_until == start + timedelta(24)
        assert found.day("midway_first").day == found.barred_until + timedelta(1)

    def test_a_day_that_a_practitioner_must_confirm_says_so(self) -> None:
        found = clock("standard", date(2026, 3, 2), "england")
        assert [each.code for each in found.days if not each.is_confirmed] == ["court"]

    def test_a_last_day_on_a_weekend_is_acted_on_by_friday(self) -> None:
        start = date(2026, 3, 2)  # a Monday: day 20 is Saturday 21 March
        review = clock("standard", start, "england").day("creditor_review")
        assert (review.day, review.act_by) == (date(2026, 3, 21), date(2026, 3, 20))
        assert review.rolls

    def test_a_last_day_on_a_bank_holiday_is_acted_on_before_it(self) -> None:
        start = date(2026, 3, 16)  # day 20 is Easter Saturday; Good Friday is no working day either
        review = clock("standard", start, "england").day("creditor_review")
        assert (review.day, review.act_by) == (date(2026, 4, 4), date(2026, 4, 2))

    @given(STARTS)
    def test_legal_days_never_roll_and_are_acted_on_in_time(self, start: date) -> None:
        found = clock("standard", start, "england")
        assert found.last_protected == start + timedelta(59)
        assert [each.day for each in found.days] == sorted(each.day for each in found.days)
        for each in found.days:
            assert each.act_by <= each.day
            assert each.code == "midway_first" or is_working_day(each.act_by, "england")

    @given(STARTS, st.integers(-5, 70))
    def test_protected_from_the_first_day_to_the_last(self, start: date, after: int) -> None:
        found = clock("standard", start, "england")
        assert found.is_protected(start + timedelta(after)) == (0 <= after <= 59)

    def test_the_next_day_is_the_soonest_that_is_not_past(self) -> None:
        start = date(2026, 3, 2)
        found = clock("standard", start, "england")
        assert found.next_day(start).code == "creditor_review"
        assert found.next_day(start + timedelta(26)).code == "adviser_answer"
        assert found.next_day(start + timedelta(60)) is None


class TestCrisis:
    def test_has_no_midway_review_and_no_end_while_treatment_lasts(self) -> None:
        found = clock("crisis", date(2026, 3, 2), "wales")
        assert found.day("midway_last") is None
        assert found.last_protected is None
        assert found.is_protected(date(2027, 3, 2))

    def test_ends_thirty_days_after_treatment(self) -> None:
        ended = date(2026, 6, 1)
        found = clock("crisis", date(2026, 3, 2), "wales", treatment_ended=ended)
        assert found.last_protected == date(2026, 7, 1)

    def test_the_contact_is_asked_every_thirty_days(self) -> None:
        start = date(2026, 3, 2)
        assert next_contact(start, None) == date(2026, 4, 1)
        assert next_contact(start, date(2026, 4, 3)) == date(2026, 5, 3)


class TestElsewhere:
    @pytest.mark.parametrize("nation", ["scotland", "northern_ireland"])
    def test_there_is_none(self, nation: str) -> None:
        with pytest.raises(NoBreathingSpace):
            clock("standard", date(2026, 3, 2), nation)

    def test_there_was_none_the_day_before_the_law(self) -> None:
        with pytest.raises(NoBreathingSpace):
            clock("standard", date(2021, 5, 3), "england")
        assert clock("standard", date(2021, 5, 4), "england").last_protected == date(2021, 7, 2)

    def test_an_unknown_kind_is_an_error(self) -> None:
        assert set(KINDS) == {"standard", "crisis"}
        with pytest.raises(ValueError, match="other"):
            clock("other", date(2026, 3, 2), "england")
