"""Breathing space day by day: SI 2020/1311 counts the day it starts as day 1."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.rules.breathing_space import (
    KINDS,
    NoBreathingSpace,
    added_days,
    clock,
    effects,
    end_reasons,
    last_of,
    latest_start,
    next_application,
    next_contact,
    notices_by,
    why_none,
)
from cma_app.rules.calendars import is_working_day
from cma_app.rules.legal_dates import act_by, last_acted_on, left, working_days_left

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

    def test_60_days_from_1_january_2020_are_over_with_29_february(self) -> None:
        # the count alone, as it is published: the scheme itself began in 2021
        assert last_of(date(2020, 1, 1), 60) == date(2020, 2, 29)
        start = date(2024, 1, 1)
        assert clock("standard", start, "wales").last_protected == last_of(start, 60)

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

    def test_the_last_protected_day_on_christmas_is_acted_on_the_day_before(self) -> None:
        start = date(2026, 10, 27)  # day 60 is Christmas Day, a Friday
        end = clock("standard", start, "wales").day("end")
        assert (end.day, end.act_by) == (date(2026, 12, 25), date(2026, 12, 24))

    def test_a_leap_year_has_its_29_february_among_the_days(self) -> None:
        assert clock("standard", date(2024, 1, 2), "england").last_protected == date(2024, 3, 1)
        assert clock("standard", date(2026, 1, 2), "england").last_protected == date(2026, 3, 2)

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            (date(2026, 3, 1), date(2026, 4, 29)),  # the clocks go on, on 29 March
            (date(2026, 10, 1), date(2026, 11, 29)),  # and back, on 25 October
        ],
    )
    def test_a_change_of_the_clocks_takes_no_day_and_gives_none(
        self, start: date, end: date
    ) -> None:
        found = clock("standard", start, "england")
        assert found.last_protected == end
        assert (end - start).days + 1 == 60

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

    def test_ends_with_thirty_days_of_which_the_first_is_that_treatment_stops_on(self) -> None:
        ended = date(2026, 6, 1)
        found = clock("crisis", date(2026, 3, 2), "wales", treatment_ended=ended)
        assert found.last_protected == date(2026, 6, 30)

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


class TestBarred:
    @pytest.mark.parametrize(
        ("ended", "first"),
        [
            (date(2025, 10, 15), date(2026, 10, 16)),
            (date(2024, 2, 29), date(2025, 3, 1)),
            (date(2025, 12, 31), date(2027, 1, 1)),
        ],
    )
    def test_the_next_one_is_applied_for_more_than_twelve_months_after(
        self, ended: date, first: date
    ) -> None:
        assert next_application(ended) == first

    def test_before_the_law_nothing_bars(self) -> None:
        with pytest.raises(NoBreathingSpace):
            next_application(date(2020, 1, 1))


class TestApplication:
    def test_a_debt_added_later_has_days_of_its_own_for_its_creditor_and_for_us(self) -> None:
        creditor, adviser = added_days(date(2026, 3, 20), "england")
        assert (creditor.day, creditor.act_by) == (date(2026, 4, 8), date(2026, 4, 8))
        assert (adviser.day, adviser.act_by) == (date(2026, 4, 23), date(2026, 4, 23))

    def test_where_they_are_no_working_days_the_work_comes_before(self) -> None:
        creditor, adviser = added_days(date(2026, 3, 16), "wales")  # Easter Saturday; a Sunday
        assert (creditor.day, creditor.act_by) == (date(2026, 4, 4), date(2026, 4, 2))
        assert (adviser.day, adviser.act_by) == (date(2026, 4, 19), date(2026, 4, 17))

    def test_none_was_added_before_the_law(self) -> None:
        with pytest.raises(NoBreathingSpace):
            added_days(date(2021, 5, 3), "england")

    def test_the_register_and_creditors_are_told_by_the_next_working_day(self) -> None:
        assert notices_by(date(2026, 4, 2), "england") == date(2026, 4, 7)  # over Easter
        assert latest_start(date(2026, 4, 2), "england") == date(2026, 4, 8)
        assert latest_start(date(2026, 11, 24), "wales") == date(2026, 11, 26)


class TestWords:
    def test_a_nation_without_it_says_what_it_has(self) -> None:
        assert [why_none(nation) for nation in ("england", "wales")] == ["", ""]
        assert "statutory moratorium" in why_none("scotland")
        assert why_none("northern_ireland")

    def test_each_kind_has_its_own_reasons_to_end(self) -> None:
        by_kind = {
            kind: {each.code for each in end_reasons() if kind in each.kinds} for kind in KINDS
        }
        assert "obligations" in by_kind["standard"] - by_kind["crisis"]
        assert "treatment_stopped" in by_kind["crisis"] - by_kind["standard"]
        assert len(end_reasons()) == 15

    def test_what_an_advisor_is_told_names_its_source(self) -> None:
        for kind in KINDS:
            assert all(each.text and each.reference.title for each in effects(kind))
        duties = [each for each in effects("standard") if each not in effects("crisis")]
        assert len(duties) == 2


class TestLeft:
    def test_counts_the_working_days_on_which_something_can_be_done(self) -> None:
        found = left(date(2026, 12, 26), date(2026, 12, 22), "england")  # Boxing Day, a Saturday
        assert (found.act_by, found.days, found.working_days) == (date(2026, 12, 24), 4, 2)
        assert found.rolls

    def test_nothing_is_left_once_it_has_passed(self) -> None:
        found = left(date(2026, 11, 20), date(2026, 11, 24), "england")
        assert (found.days, found.working_days) == (-4, 0)

    def test_each_nation_has_its_own_working_days(self) -> None:
        st_andrew = date(2026, 11, 30)
        assert act_by(st_andrew, "england") == st_andrew
        assert act_by(st_andrew, "scotland") == date(2026, 11, 27)

    @given(STARTS, st.sampled_from(["england", "scotland", "northern_ireland"]))
    def test_the_last_day_to_act_on_by_a_day_is_the_latest_of_them(
        self, by: date, nation: str
    ) -> None:
        latest = last_acted_on(by, nation)
        assert latest >= by
        assert act_by(latest, nation) <= by < act_by(latest + timedelta(1), nation)

    @given(STARTS, st.integers(0, 40))
    def test_never_more_working_days_than_days(self, on: date, ahead: int) -> None:
        day = on + timedelta(ahead)
        assert 0 <= working_days_left(on, day, "wales") <= ahead
