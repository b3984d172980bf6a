"""Hours as people type them, and the free times they leave."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.errors import CmaError
from cma_app.rules.free_slots import Free, is_free, is_within, next_free
from cma_app.rules.local_time import end_of, moment_at
from cma_app.rules.working_hours import hours_text, kept, parse_hours, spans_of

MONDAY = date(2026, 11, 30)
NINE_TO_FIVE = [(time(9), time(17))]


class TestParse:
    @pytest.mark.parametrize(
        "typed",
        [
            "09:00 to 12:30, 13:00 to 17:15",
            "9-12:30, 13-17:15",
            "9am to 12.30pm and 1pm to 5:15 pm",
            "13:00–17:15; 0900–1230",
            " 900 - 1230 \n 1300 - 1715 ",
        ],
    )
    def test_reads_what_people_type(self, typed):
        spans = [(time(9), time(12, 30)), (time(13), time(17, 15))]
        assert parse_hours(typed) == spans

    def test_nothing_is_a_day_off(self):
        assert parse_hours("  ") == []

    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ("nine to five", "Enter hours like"),
            ("9", "Enter hours like"),
            ("25-26", "Enter hours like"),
            ("9-17pm", "Enter hours like"),
            ("-9--5", "Enter hours like"),
            ("17-9", "ends before it begins"),
            ("9-9", "ends before it begins"),
            ("9-12, 11-17", "overlap"),
            ("9-10, 10-11, 11-12, 12-13, 13-14", "at most 4"),
            ("£9 to £17", "Enter hours like"),
            ("x" * 10_000, "Enter hours like"),
        ],
    )
    def test_says_what_is_wrong(self, typed, says):
        with pytest.raises(CmaError, match=says):
            parse_hours(typed)

    @given(st.lists(st.integers(0, 24 * 60 - 1), min_size=2, max_size=8, unique=True))
    def test_what_is_written_is_read_again(self, minutes):
        at = [time(*divmod(each, 60)) for each in sorted(minutes)]
        spans = list(zip(at[::2], at[1::2], strict=False))
        assert parse_hours(hours_text(spans)) == spans
        assert spans_of(kept({0: spans}), MONDAY) == spans


def test_who_recorded_no_week_works_the_usual_one():
    assert spans_of(None, MONDAY) == NINE_TO_FIVE
    assert spans_of(None, MONDAY + timedelta(days=5)) == []
    assert spans_of({}, MONDAY) == []


class TestNextFree:
    def test_begins_on_a_quarter_within_a_span(self):
        found = next_free(
            lambda _: [(time(9, 10), time(10)), (time(10, 50), time(12))],
            [],
            earliest=moment_at(MONDAY, time(8)),
            first_day=MONDAY,
            minutes=45,
        )
        assert found == [
            Free(MONDAY, time(9, 15)),
            Free(MONDAY, time(11)),
            Free(MONDAY + timedelta(days=1), time(9, 15)),
        ]

    def test_finds_nothing_where_nobody_works(self):
        assert (
            next_free(
                lambda _: [],
                [],
                earliest=moment_at(MONDAY, time(8)),
                first_day=MONDAY,
                minutes=5,
            )
            == []
        )

    def test_passes_the_hour_that_is_skipped(self):
        spring = date(2026, 3, 29)
        found = next_free(
            lambda day: [(time(0, 30), time(3))] if day == spring else [],
            [],
            earliest=datetime(2026, 3, 29, tzinfo=UTC),
            first_day=spring,
            minutes=60,
        )
        assert found == [Free(spring, time(0, 30))]

    @given(
        st.lists(st.tuples(st.integers(0, 3 * 24 * 60), st.integers(1, 240)), max_size=12),
        st.integers(5, 240),
        st.integers(0, 24 * 60 - 1),
    )
    def test_offers_only_what_is_free_and_the_earliest_of_it(self, drawn, minutes, now):
        midnight = moment_at(MONDAY, time(0))
        earliest = midnight + timedelta(minutes=now)
        taken = [
            (midnight + timedelta(minutes=begins), midnight + timedelta(minutes=begins + lasts))
            for begins, lasts in drawn
        ]
        found = next_free(
            lambda _: NINE_TO_FIVE, taken, earliest=earliest, first_day=MONDAY, minutes=minutes
        )
        assert len(found) == 3
        ends = earliest
        for each in found:
            starts = moment_at(each.day, each.at)
            assert starts >= ends
            ends = end_of(each.day, each.at, minutes)
            assert is_within(each.day, each.at, minutes, NINE_TO_FIVE)
            assert is_free(starts, ends, taken)
        first = moment_at(found[0].day, found[0].at)
        step = midnight
        while step < first:
            local = step.time()  # winter: local time is UTC
            fits = is_within(step.date(), local, minutes, NINE_TO_FIVE) and step >= earliest
            assert not (fits and is_free(step, step + timedelta(minutes=minutes), taken))
            step += timedelta(minutes=15)
