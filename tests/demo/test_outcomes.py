"""What Harbour's manager reads of the autumn: the files that ended, and what leaves the centre."""

from datetime import date
from decimal import Decimal

import pytest

from cma_app.rules.report_periods import Days
from cma_app.services.outcome_export import sheets_of
from cma_app.services.outcomes import Report, read_report
from tests.demo.conftest import Told

pytestmark = pytest.mark.database

AUTUMN = Days(date(2026, 9, 1), date(2026, 10, 31))


@pytest.fixture
def found(told: Told, morning: object) -> Report:
    with told.open("ruth") as session:
        return read_report(session, AUTUMN)


def test_the_files_that_ended_are_counted_with_what_came_of_them(found: Report) -> None:
    assert found.cells["cases_ended"].value == 6
    assert found.cells["ended_by_solution/offers"].value == 2
    assert [found.cells[f"saved_{each}"].value for each in ("home", "fuel", "liberty")] == [2, 2, 1]
    assert found.cells["written_off:sum"].value == Decimal(3600)
    assert found.cells["gained_once:sum"].value == Decimal(229)
    assert found.cells["gained_yearly:sum"].value > Decimal(7000)
    assert found.cells["started_by_kind/management_plan"].value == 1  # against the advice
    assert found.cells["feedback_mean:sum"].value == Decimal("4.4")


def test_what_leaves_keeps_small_numbers_back(found: Report) -> None:
    rows = {(row[1], row[2]): row[4] for row in sheets_of(found)[1].rows}
    assert rows["Cases ended", "All"] == 6
    assert rows["Home kept", "All"] == "fewer than 5"
    assert rows["Solution at the end", "Repayment offers to creditors"] == "fewer than 5"
    assert {said for (figure, _), said in rows.items() if figure == "Ratings"} == {"not shown"}
    means = [row[6] for row in sheets_of(found)[1].rows if row[1] == "Mean rating"]
    assert means == [Decimal("4.4")]


def test_the_next_centre_has_its_own(told: Told, morning: object) -> None:
    with told.open("eleri") as session:
        assert read_report(session, AUTUMN).cells["cases_ended"].value == 0
