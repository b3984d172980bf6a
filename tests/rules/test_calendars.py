from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.rules.calendars import add_working_days, bank_holidays, is_working_day
from cma_app.rules.dates import add_months
from cma_app.rules.nations import NATIONS
from tests.rules.cases import cases

EXAMPLES = cases("calendars")
LISTS = EXAMPLES["bank_holidays"]
PUBLISHED = {
    "england": LISTS["england_and_wales"],
    "wales": LISTS["england_and_wales"],
    "scotland": LISTS["scotland"],
    "northern_ireland": LISTS["northern_ireland"],
}
DAYS = st.dates(datetime(2024, 1, 1).date(), datetime(2030, 12, 31).date())  # noqa: DTZ001


@pytest.mark.parametrize(
    ("nation", "year"), [(nation, year) for nation in NATIONS for year in (2026, 2027, 2028)]
)
def test_bank_holidays_are_as_published(nation, year):
    published = {
        datetime.strptime(f"{day} {year}", "%d %b %Y").date()  # noqa: DTZ007
        for day in PUBLISHED[nation][year].split(", ")
    }
    assert bank_holidays(year, nation) == published


@pytest.mark.parametrize("case", EXAMPLES["working_days"], ids=lambda case: case["source"])
def test_worked_examples(case):
    assert add_working_days(case["from"], case["add"], "england") == case["gives"]


@pytest.mark.parametrize("case", EXAMPLES["by_nation"], ids=lambda case: str(case["from"]))
def test_a_working_day_depends_on_the_nation(case):
    assert {nation: add_working_days(case["from"], 1, nation) for nation in NATIONS} == {
        nation: case[nation] for nation in NATIONS
    }


def test_an_unknown_nation_has_no_calendar():
    with pytest.raises(LookupError, match="no calendar for France"):
        bank_holidays(2026, "France")


@given(DAYS, st.integers(1, 40), st.sampled_from(list(NATIONS)))
def test_counting_on_passes_exactly_that_many_working_days(day, n, nation):
    end = add_working_days(day, n, nation)
    passed = [day + timedelta(days=1 + step) for step in range((end - day).days)]
    assert sum(is_working_day(each, nation) for each in passed) == n
    assert is_working_day(end, nation)


@given(DAYS, st.integers(1, 40), st.sampled_from(list(NATIONS)))
def test_counting_back_undoes_counting_on_from_a_working_day(day, n, nation):
    start = add_working_days(day, 1, nation)
    assert add_working_days(add_working_days(start, n, nation), -n, nation) == start


def test_months_end_on_a_day_that_exists():
    january = datetime(2028, 1, 31).date()  # noqa: DTZ001
    assert add_months(january, 1).isoformat() == "2028-02-29"
    assert add_months(january, -2).isoformat() == "2027-11-30"
    assert add_months(january, 12).isoformat() == "2029-01-31"
