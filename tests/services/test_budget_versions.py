"""Two versions of a budget side by side: what became of each line, group, sum and answer."""

from datetime import date
from decimal import Decimal

import pytest

from cma_app.errors import NotFound
from cma_app.services.budget_versions import Comparison, compare_sheets
from cma_app.services.budgets import record_line, revise_sheet, start_sheet
from cma_app.services.households import record_household
from cma_app.services.sheet_details import record_details
from tests.people import Cast
from tests.services.money import make_case

WAGES, RENT, FOOD, GAS = "client-salary-or-wages", "rent", "groceries", "gas"
TAX_CREDIT = "working-tax-credit"


@pytest.fixture
def case_id(cast: Cast) -> int:
    return make_case(cast, cast.amina)


def enter(cast: Cast, sheet_id: int, **lines: str) -> None:
    with cast.open(cast.amina) as session:
        for code, typed in lines.items():
            name = code.replace("wages", WAGES).replace("tax", TAX_CREDIT)
            record_line(session, sheet_id, code=name, typed=typed)


def started(cast: Cast, case_id: int, on: date | None = None, **lines: str) -> int:
    with cast.open(cast.amina) as session:
        sheet_id = start_sheet(session, case_id, statement_date=on).id
    enter(cast, sheet_id, **lines)
    return sheet_id


def revised(cast: Cast, sheet_id: int, **lines: str) -> int:
    with cast.open(cast.amina) as session:
        new = revise_sheet(session, sheet_id).id
    enter(cast, new, **lines)
    return new


def compared(cast: Cast, case_id: int, **which: int) -> Comparison:
    with cast.open(cast.amina) as session:
        found = compare_sheets(session, case_id, **which).comparison
        assert found is not None
        return found


class TestCompareSheets:
    def test_says_what_became_of_each_line(self, cast: Cast, case_id: int) -> None:
        first = started(cast, case_id, wages="1000m", rent="100w", groceries="300m")
        revised(cast, first, rent="110w", groceries="", gas="20w")
        found = compared(cast, case_id)
        lines = {pair.code: pair for group in found.groups for pair in group.lines}
        assert {code: pair.change for code, pair in lines.items()} == {
            WAGES: "same",
            RENT: "changed",
            GAS: "added",
            FOOD: "removed",
        }
        rent = lines[RENT]
        assert rent.before is not None
        assert rent.after is not None
        assert (rent.before.amount, rent.before.frequency) == (Decimal("100.00"), "weekly")
        assert (rent.before.monthly, rent.after.monthly) == (Decimal("433.33"), Decimal("476.67"))
        assert rent.difference == Decimal("43.34")
        assert lines[FOOD].difference == Decimal("-300.00")
        assert found.changes == 3

    def test_lines_groups_and_totals_add_up_to_each_other(self, cast: Cast, case_id: int) -> None:
        first = started(cast, case_id, wages="1980; 1410; 2250 m", rent="100w", gas="60q")
        revised(cast, first, rent="90w", groceries="71.13w")
        found = compared(cast, case_id)
        for group in found.groups:
            assert group.sum.difference == sum(pair.difference for pair in group.lines)
        sums = {pair.key: pair for pair in found.sums}
        outgoings = sum(each.sum.difference for each in found.groups if each.section != "income")
        assert sums["total_outgoings"].difference == outgoings
        assert sums["surplus"].difference == sums["total_income"].difference - outgoings
        assert sums["surplus"].after == found.after.totals.surplus

    def test_another_note_alone_is_a_change(self, cast: Cast, case_id: int) -> None:
        first = started(cast, case_id, rent="500m")
        new = revised(cast, first)
        with cast.open(cast.amina) as session:
            record_line(session, new, code=RENT, typed="500m", note="Includes water")
        found = compared(cast, case_id)
        pair = next(pair for group in found.groups for pair in group.lines)
        assert (pair.change, pair.difference) == ("changed", Decimal("0.00"))

    def test_a_line_that_ended_in_between_is_shown_as_removed(
        self, cast: Cast, case_id: int
    ) -> None:
        first = started(cast, case_id, on=date(2025, 4, 5), tax="52w", wages="900m")
        revised(cast, first)
        found = compared(cast, case_id)
        lines = {pair.code: pair.change for group in found.groups for pair in group.lines}
        assert lines == {TAX_CREDIT: "removed", WAGES: "same"}
        benefits = next(each for each in found.groups if each.sum.key == "benefits")
        assert benefits.sum.difference == Decimal("-225.33")

    def test_the_household_and_the_details_are_compared(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            record_household(session, case_id, {"adults": "1", "tenure": "owner"})
        first = started(cast, case_id)
        new = revised(cast, first)
        with cast.open(cast.amina) as session:
            record_household(session, case_id, {"adults": "2", "tenure": "owner"})
            head = {"sheet_type": "final", "statement_date": date(2026, 1, 5), "is_joint": "on"}
            record_details(session, new, head)
        facts = {fact.key: (fact.before, fact.after) for fact in compared(cast, case_id).facts}
        assert facts["adults"] == ("1", "2")
        assert facts["tenure"] == ("Owner", "Owner")
        assert facts["Statement for"] == ("Single", "Joint")

    def test_any_two_in_either_order(self, cast: Cast, case_id: int) -> None:
        first = started(cast, case_id, rent="100m")
        revised(cast, revised(cast, first, rent="150m"), rent="175m")
        found = compared(cast, case_id)
        assert (found.before.number, found.after.number) == (2, 3)
        found = compared(cast, case_id, first=3, second=1)
        assert (found.before.number, found.after.number) == (3, 1)
        assert found.sums[3].difference == Decimal("-75.00")

    def test_the_same_sheet_twice_has_no_changes(self, cast: Cast, case_id: int) -> None:
        started(cast, case_id, rent="100m")
        assert compared(cast, case_id, first=1, second=1).changes == 0

    def test_nothing_to_compare_yet(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session:
            assert compare_sheets(session, case_id).comparison is None
        started(cast, case_id)
        with cast.open(cast.amina) as session:
            assert compare_sheets(session, case_id).comparison is None

    def test_a_number_the_case_lacks_and_another_centre(self, cast: Cast, case_id: int) -> None:
        with cast.open(cast.amina) as session, pytest.raises(NotFound):
            compare_sheets(session, case_id, first=1, second=2)
        first = started(cast, case_id)
        revised(cast, first)
        with cast.open(cast.amina) as session, pytest.raises(NotFound):
            compare_sheets(session, case_id, first=1, second=9)
        with cast.open(cast.bea) as session, pytest.raises(NotFound):
            compare_sheets(session, case_id)

    def test_a_trainee_compares_only_their_own_cases(self, cast: Cast, case_id: int) -> None:
        started(cast, case_id)
        with cast.open(cast.tess) as session, pytest.raises(NotFound):
            compare_sheets(session, case_id, first=1, second=1)
