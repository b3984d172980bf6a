"""Local times and their moments, on clock changes above all."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from cma_app.clock import LONDON
from cma_app.rules.local_time import NoSuchTime, comes_twice, end_of, moment_at

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@pytest.mark.parametrize("at", [time(1), time(1, 30), time(1, 59)])
def test_a_skipped_time_is_none(at):
    with pytest.raises(NoSuchTime, match="The clocks go forward on 29 Mar 2026"):
        moment_at(SPRING, at)


def test_around_the_skipped_hour_time_runs_on():
    before, after = moment_at(SPRING, time(0, 59)), moment_at(SPRING, time(2))
    assert after - before == timedelta(minutes=1)


@pytest.mark.parametrize("at", [time(1), time(1, 30), time(1, 59)])
def test_of_a_time_that_comes_twice_it_is_the_first(at):
    assert comes_twice(AUTUMN, at)
    assert moment_at(AUTUMN, at) == datetime.combine(AUTUMN, at, UTC) - timedelta(hours=1)


@pytest.mark.parametrize(
    ("day", "at"), [(AUTUMN, time(0, 59)), (AUTUMN, time(2)), (SPRING, time(1, 30))]
)
def test_other_times_come_once(day, at):
    assert not comes_twice(day, at)


def test_minutes_are_real_ones():
    assert end_of(AUTUMN, time(1, 30), 120) == moment_at(AUTUMN, time(2, 30))
    assert end_of(SPRING, time(0, 30), 60) == moment_at(SPRING, time(2, 30))


@given(DAYS, TIMES)
def test_a_moment_reads_as_the_local_time_it_was_made_of(day, at):
    try:
        there = moment_at(day, at).astimezone(LONDON)
    except NoSuchTime:
        assert day.month == 3
        return
    assert (there.date(), there.time()) == (day, at)


@given(st.lists(st.tuples(DAYS, TIMES), min_size=1, max_size=50))
def test_the_database_thinks_the_same(owner: Engine, drawn):
    drawn = [*drawn, (SPRING, time(2)), (AUTUMN, time(1, 30)), (AUTUMN, time(2))]
    with owner.connect() as connection:
        for day, at in drawn:
            said = connection.execute(
                text("SELECT cma_uk_moment(cast(:local AS timestamp))"),
                {"local": datetime.combine(day, at)},
            ).scalar_one()
            try:
                assert moment_at(day, at) == said
            except NoSuchTime:
                assert said.astimezone(LONDON).time() != at
