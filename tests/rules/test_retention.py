"""Until when a record is kept: whole years by dated rules, and every table in one class."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.rules.retention import keep_until, tables_by_class
from models import CASEWORK

YEARS = {"case": 6, "financial": 7, "audit": 10}


def test_six_seven_and_ten_years_with_their_sources() -> None:
    found = {each.covers: each for each in keep_until(date(2026, 11, 26))}
    assert {code: each.years for code, each in found.items()} == YEARS
    assert found["case"].keep_until == date(2032, 11, 26)
    assert found["financial"].keep_until == date(2033, 11, 26)
    assert found["audit"].keep_until == date(2036, 11, 26)
    assert all(each.rule and each.certainty in {"H", "M", "L"} for each in found.values())


@pytest.mark.parametrize(
    ("ended", "until"),
    [
        (date(2028, 2, 29), date(2034, 2, 28)),  # no such day six years on
        (date(2026, 2, 28), date(2032, 2, 28)),  # a leap year: the day stays
        (date(2024, 2, 29), date(2030, 2, 28)),
        (date(2026, 12, 31), date(2032, 12, 31)),
    ],
)
def test_a_leap_day_ends_on_the_last_of_february(ended: date, until: date) -> None:
    assert keep_until(ended)[0].keep_until == until


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_never_shorter_than_its_years_by_more_than_the_leap_day(ended: date) -> None:
    for each in keep_until(ended):
        whole = date(ended.year + each.years, ended.month, min(ended.day, 28))
        assert timedelta(0) <= each.keep_until - whole <= timedelta(3)


def test_every_table_with_something_of_a_client_is_in_one_class() -> None:
    classes = tables_by_class()
    listed = [table for tables in classes.values() for table in tables]
    assert len(listed) == len(set(listed))
    assert set(listed) == {*CASEWORK, "audit_logs"}
