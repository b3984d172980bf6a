"""Requests: the last day of each kind, by the law of the day it was made."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.rules.calendars import is_working_day
from cma_app.rules.requests import COUNTED, UnknownRequest, last_day, request_kind, request_kinds

DAYS = st.dates(date(2026, 6, 19), date(2027, 10, 1))


class TestDataAccess:
    @pytest.mark.parametrize(
        ("came", "due"),
        [
            (date(2026, 9, 3), date(2026, 10, 5)),  # 3 October is a Saturday
            (date(2026, 3, 31), date(2026, 4, 30)),  # April has no 31st
            (date(2026, 1, 30), date(2026, 3, 2)),  # 28 February is a Saturday
            (date(2024, 1, 31), date(2024, 2, 29)),  # a leap year
            (date(2026, 11, 25), date(2026, 12, 29)),  # Christmas, a weekend, a substitute day
            (date(2026, 11, 24), date(2026, 12, 24)),
        ],
    )
    def test_one_month_from_the_day_it_came_rolled_to_a_working_day(
        self, came: date, due: date
    ) -> None:
        assert last_day("data_access", came, "england") == due

    def test_the_nation_says_which_day_is_a_working_day(self) -> None:
        came = date(2026, 10, 30)  # 30 November is a holiday in Scotland alone
        assert last_day("data_access", came, "england") == date(2026, 11, 30)
        assert last_day("data_access", came, "scotland") == date(2026, 12, 1)

    @given(DAYS)
    def test_never_falls_on_a_day_without_work(self, came: date) -> None:
        due = last_day("data_access", came, "wales")
        assert due is not None
        assert is_working_day(due, "wales")
        assert timedelta(28) <= due - came <= timedelta(36)


class TestOthers:
    def test_a_data_complaint_is_acknowledged_in_thirty_days_from_june_2026(self) -> None:
        # 19 July is a Sunday; Christmas, a weekend and a substitute day stand before 29 December
        assert last_day("data_complaint", date(2026, 6, 19), "england") == date(2026, 7, 20)
        assert last_day("data_complaint", date(2026, 11, 27), "england") == date(2026, 12, 29)
        assert request_kind("data_complaint").count_on(date(2026, 6, 18)) is None

    def test_a_complaint_has_eight_weeks_and_does_not_roll(self) -> None:
        assert last_day("complaint", date(2026, 11, 1), "england") == date(2026, 12, 27)

    def test_a_complaint_settled_at_once_is_so_by_the_third_working_day(self) -> None:
        code = "complaint_at_once"
        assert last_day(code, date(2026, 12, 23), "england") == date(2026, 12, 30)
        assert last_day(code, date(2026, 11, 20), "england") == date(2026, 11, 25)
        assert request_kind(code).is_ours is False

    @pytest.mark.parametrize(
        ("came", "due"),
        [
            (date(2026, 9, 3), date(2026, 12, 3)),
            (date(2026, 11, 30), date(2027, 3, 1)),  # 28 February is a Sunday
            (date(2026, 9, 25), date(2026, 12, 29)),  # Christmas, a weekend, a substitute day
        ],
    )
    def test_an_extended_access_has_three_months_in_all_and_rolls(
        self, came: date, due: date
    ) -> None:
        assert last_day("data_access_extended", came, "england") == due
        assert "in the first month" in request_kind("data_access_extended").consequence

    def test_an_agreement_is_counted_in_working_days(self) -> None:
        assert last_day("agreement", date(2026, 12, 18), "england") == date(2027, 1, 8)

    def test_a_paper_gives_its_own_day(self) -> None:
        for code in ("information", "answer"):
            assert last_day(code, date(2026, 11, 1), "england") is None

    def test_an_unknown_kind_is_an_error(self) -> None:
        with pytest.raises(UnknownRequest):
            request_kind("other")

    def test_every_count_has_a_source_and_a_certainty(self) -> None:
        assert len(request_kinds()) == 11
        for kind in request_kinds():
            for count in kind.counts:
                assert count.reference.title
                assert count.certainty in {"H", "M", "L"}
                assert count.unit in {"", *COUNTED}
