"""Requests about data: the last day by month ends, holidays of each nation, and pauses."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.rules.calendars import is_working_day
from cma_app.rules.nations import NATIONS
from cma_app.rules.requests import UnknownRequest, request_kind
from cma_app.rules.rights import (
    Pause,
    UnknownRight,
    clock,
    ground,
    grounds,
    grounds_of,
    pause_rules,
    pauses_of,
    right,
    rights,
)

CAME = st.dates(date(2026, 6, 19), date(2027, 9, 1))


def due(
    kind: str, came: date, *pauses: Pause, nation: str = "england", longer: bool = False
) -> date:
    return clock(kind, came, nation, pauses, extended=longer).due


class TestOneMonth:
    @pytest.mark.parametrize(
        ("came", "last"),
        [
            (date(2026, 3, 31), date(2026, 4, 30)),  # April has no 31st
            (date(2027, 1, 31), date(2027, 3, 1)),  # 28 February is a Sunday
            (date(2028, 1, 31), date(2028, 2, 29)),  # a leap year
            (date(2026, 9, 3), date(2026, 10, 5)),  # 3 October is a Saturday
            (date(2026, 11, 25), date(2026, 12, 29)),  # Christmas, a weekend, a substitute day
            (date(2026, 12, 1), date(2027, 1, 4)),  # New Year's Day, a weekend
        ],
    )
    @pytest.mark.parametrize("kind", ["access", "erasure", "rectification", "portability"])
    def test_ends_on_the_same_date_or_the_months_last_on_a_working_day(
        self, kind: str, came: date, last: date
    ) -> None:
        assert due(kind, came) == last

    @pytest.mark.parametrize(
        ("came", "last"),
        [
            (
                date(2026, 10, 30),  # 30 November is St Andrew's Day
                {"england": date(2026, 11, 30), "scotland": date(2026, 12, 1)},
            ),
            (
                date(2026, 12, 2),  # 2 January, a Saturday; Scotland has no substitute in 2027's
                {"england": date(2027, 1, 4), "northern_ireland": date(2027, 1, 4)},
            ),
            (
                date(2027, 2, 17),  # 17 March is St Patrick's Day
                {"wales": date(2027, 3, 17), "northern_ireland": date(2027, 3, 18)},
            ),
            (
                date(2026, 5, 15),  # 15 June 2026 is a Scottish holiday of its own
                {"england": date(2026, 6, 15), "scotland": date(2026, 6, 16)},
            ),
        ],
    )
    def test_by_the_holidays_of_the_centres_nation(self, came: date, last: dict[str, date]) -> None:
        assert {nation: due("access", came, nation=nation) for nation in last} == last

    @given(CAME, st.sampled_from(sorted(NATIONS)))
    def test_never_ends_on_a_day_without_work(self, came: date, nation: str) -> None:
        for each in rights():
            last = due(each.code, came, nation=nation)
            assert is_working_day(last, nation)
            assert timedelta(28) <= last - came <= timedelta(36)

    def test_a_complaint_is_acknowledged_within_thirty_days_from_june_2026(self) -> None:
        assert due("complaint", date(2026, 6, 19)) == date(2026, 7, 20)  # 19 July is a Sunday
        with pytest.raises(UnknownRight):
            clock("complaint", date(2026, 6, 18), "england")


class TestLonger:
    def test_two_further_months_are_three_in_all(self) -> None:
        found = clock("access", date(2026, 11, 30), "england", extended=True)
        assert (found.first, found.due) == (date(2026, 12, 30), date(2027, 3, 1))

    def test_a_complaint_has_no_longer_time(self) -> None:
        assert due("complaint", date(2026, 9, 1), longer=True) == due("complaint", date(2026, 9, 1))


class TestPauses:
    def test_clarification_adds_the_days_of_waiting_before_the_day_is_moved(self) -> None:
        waited = Pause("clarification", date(2026, 9, 10), date(2026, 9, 17))
        found = clock("access", date(2026, 9, 3), "england", [waited])
        # the same date is Saturday 3 October; a week later is Saturday 10, and Monday is 12
        assert (found.starts, found.paused, found.due) == (date(2026, 9, 3), 7, date(2026, 10, 12))

    def test_proof_of_who_they_are_starts_the_month(self) -> None:
        waited = Pause("identity", date(2026, 9, 4), date(2026, 9, 20))
        found = clock("erasure", date(2026, 9, 3), "england", [waited])
        assert (found.starts, found.due) == (date(2026, 9, 20), date(2026, 10, 20))

    def test_days_before_the_month_began_are_not_added_twice(self) -> None:
        both = [
            Pause("clarification", date(2026, 9, 10), date(2026, 9, 25)),
            Pause("identity", date(2026, 9, 4), date(2026, 9, 20)),
        ]
        found = clock("access", date(2026, 9, 3), "england", both)
        assert (found.starts, found.paused, found.due) == (date(2026, 9, 20), 5, date(2026, 10, 26))

    def test_answered_on_the_same_day_it_moves_nothing(self) -> None:
        same = Pause("clarification", date(2026, 9, 10), date(2026, 9, 10))
        assert due("access", date(2026, 9, 1), same) == due("access", date(2026, 9, 1))

    def test_while_it_stands_it_says_since_when(self) -> None:
        open_one = Pause("clarification", date(2026, 9, 10), None)
        found = clock("access", date(2026, 9, 1), "england", [open_one])
        assert (found.stands_since, found.paused) == (date(2026, 9, 10), 0)

    def test_the_law_of_the_day_it_came_says_what_stops_it(self) -> None:
        assert {each.code for each in pauses_of("access", date(2026, 2, 5))} == {
            "identity",
            "clarification",
        }
        assert pauses_of("access", date(2026, 2, 4)) == []
        assert [each.code for each in pauses_of("erasure", date(2026, 9, 1))] == ["identity"]
        assert pauses_of("complaint", date(2026, 9, 1)) == []
        waited = Pause("clarification", date(2026, 1, 10), date(2026, 1, 17))
        assert due("access", date(2026, 1, 5), waited) == date(2026, 2, 5)

    @given(CAME, st.integers(0, 40), st.integers(0, 40))
    def test_waiting_never_makes_it_shorter(self, came: date, after: int, waited: int) -> None:
        since = came + timedelta(after)
        for reason in ("identity", "clarification"):
            pause = Pause(reason, since, since + timedelta(waited))
            assert due("access", came, pause) >= due("access", came)


class TestFile:
    def test_each_kind_is_counted_by_a_rule_with_a_source(self) -> None:
        assert len(rights()) == 7
        for each in rights():
            assert request_kind(each.counted_as).holds
            assert each.reference.title
            assert grounds_of(each.code)
            if each.extended_as:
                assert request_kind(each.extended_as)
        with pytest.raises(UnknownRight):
            right("other")
        with pytest.raises(UnknownRequest):
            request_kind("access")

    def test_every_ground_and_pause_has_a_source(self) -> None:
        codes = {each.code for each in rights()}
        for each in grounds():
            assert each.source
            assert each.kinds <= codes
        for rule in pause_rules():
            assert rule.source
            assert rule.kinds <= codes
        assert ground("legal_duty") is not None
        assert ground("none") is None
