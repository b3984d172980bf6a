import pytest

from cma_app.rules.debt_types import UnknownDebtType, debt_types, is_priority
from cma_app.rules.inclusion import UnknownSolution, included_by_default, inclusion, solutions
from cma_app.rules.nations import NATIONS

SOLUTIONS = ["offers", "debt_relief_order", "breathing_space", "bankruptcy", "iva", "dmp"]


def left_out(solution: str, nation: str) -> set[str]:
    return {
        kind.code
        for kind in debt_types(nation)
        if not included_by_default(kind.code, nation, solution)
    }


def test_each_kind_has_an_answer_a_reason_and_a_source_for_each_solution_and_nation():
    for kind in debt_types():
        for nation in (*NATIONS, None):
            for solution in SOLUTIONS:
                found = inclusion(kind.code, nation, solution)
                assert found.why.endswith(".")
                assert len(found.reference.title) > 10
                assert found.certainty in {"H", "M", "L"}
                assert (found.part == "none") == (not found.included)


@pytest.mark.parametrize("nation", ["england", "wales", "northern_ireland"])
def test_what_a_debt_relief_order_leaves_out(nation):
    secured = {"mortgage", "secured_loan", "logbook_loan"}
    expected = secured | {"court_fine", "student_loan", "child_maintenance", "social_fund"}
    assert left_out("debt_relief_order", nation) == expected


def test_rent_qualifies_but_the_home_is_at_risk():
    found = inclusion("rent", "england", "debt_relief_order")
    assert found.included
    assert "possession" in found.why


def test_what_breathing_space_leaves_out_and_takes_the_arrears_of():
    expected = {"court_fine", "student_loan", "child_maintenance", "social_fund"}
    assert left_out("breathing_space", "england") == expected
    for kind in ("mortgage", "secured_loan", "council_tax"):
        assert inclusion(kind, "wales", "breathing_space").part == "arrears"
    assert inclusion("rent", "wales", "breathing_space").part == "all"


def test_what_survives_bankruptcy():
    secured = {"mortgage", "secured_loan", "logbook_loan"}
    survives = {"court_fine", "student_loan", "child_maintenance", "social_fund"}
    assert left_out("bankruptcy", "england") == secured | survives


def test_a_plan_is_for_what_is_not_priority():
    for nation in NATIONS:
        for kind in debt_types(nation):
            if is_priority(kind.code, nation):
                assert not included_by_default(kind.code, nation, "dmp")
    assert included_by_default("water", "england", "dmp")
    assert not included_by_default("water", "scotland", "dmp")
    assert included_by_default("credit_card", "scotland", "dmp")


def test_offers_are_made_on_all_but_student_loans():
    assert left_out("offers", "england") == {"student_loan"}
    assert inclusion("mortgage", "england", "offers").part == "arrears"


def test_a_nation_without_the_solution_takes_nothing_in():
    found = inclusion("credit_card", "scotland", "debt_relief_order")
    assert not found.included
    assert found.why == "There is no debt relief order in Scotland."
    assert "Northern Ireland" in inclusion("rent", "northern_ireland", "breathing_space").why


def test_solutions_of_a_nation():
    assert list(solutions()) == list(solutions("england")) == SOLUTIONS
    assert list(solutions("scotland")) == ["offers", "bankruptcy", "dmp"]
    assert solutions("scotland")["bankruptcy"] == "Sequestration"
    assert "breathing_space" not in solutions("northern_ireland")


def test_northern_ireland_cites_its_own_order():
    cited = inclusion("credit_card", "northern_ireland", "debt_relief_order").reference.title
    assert "Northern Ireland" in cited


def test_unknown_ones_are_errors():
    with pytest.raises(UnknownDebtType):
        included_by_default("yacht", "england", "dmp")
    with pytest.raises(UnknownSolution, match="from the list"):
        included_by_default("rent", "england", "miracle")
