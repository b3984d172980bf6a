"""What can be recommended: each nation has its own, from its own day, with a source."""

from datetime import date, timedelta

import pytest

from cma_app.rules.closing import every_word
from cma_app.rules.nations import NATIONS
from cma_app.rules.solutions import (
    every_solution,
    solution_groups,
    solution_word,
    solutions_on,
)

DAY = date(2026, 11, 26)
LAWS = {
    "england": {
        *("breathing_space", "crisis_breathing_space", "debt_relief_order", "bankruptcy", "iva"),
        "administration_order",
    },
    "scotland": {
        *("moratorium", "das", "payment_break", "minimal_assets", "bankruptcy", "trust_deed"),
    },
    "northern_ireland": {"debt_relief_order", "bankruptcy", "iva"},
}


@pytest.mark.parametrize("nation", NATIONS)
def test_each_has_a_source_a_group_and_fits_its_columns(nation: str) -> None:
    found = solutions_on(DAY, nation)
    assert {each.group for each in found.values()} == set(solution_groups())
    for code, each in found.items():
        assert each.reference.title
        assert each.certainty in {"H", "M", "L"}
        assert len(code) <= 30
        assert len(each.label) <= 100


def test_each_nation_is_offered_its_own_law_alone() -> None:
    laws = {**LAWS, "wales": LAWS["england"]}
    for nation in NATIONS:
        found = solutions_on(DAY, nation)
        assert {code for code, each in found.items() if each.group == "law"} == laws[nation]
        assert next(iter(found)) == "income"
    shared = [set(solutions_on(DAY, nation)) - laws[nation] for nation in NATIONS]
    assert all(each == shared[0] for each in shared)


def test_a_word_may_differ_by_nation() -> None:
    assert solution_word("bankruptcy", "scotland").startswith("Sequestration")
    assert solution_word("bankruptcy", "wales") == solution_word("bankruptcy") == "Bankruptcy"
    assert solution_word("gone_since") == "Gone since"


def test_breathing_space_begins_on_its_day() -> None:
    begins = date(2021, 5, 4)
    assert "breathing_space" in solutions_on(begins, "england")
    assert "breathing_space" not in solutions_on(begins - timedelta(days=1), "england")


def test_what_is_not_in_force_is_not_offered() -> None:
    every = every_solution()
    assert len(every) == 27
    assert not {"debt_repayment_plan", "mental_health_moratorium"} & set(every)


def test_what_needs_regulated_advice_elsewhere_says_so() -> None:
    found = {code for code, each in solutions_on(DAY, "wales").items() if each.is_elsewhere}
    assert found == {
        *("consolidation", "remortgage", "sale_of_home", "pension_access", "third_party"),
    }


def test_a_closing_names_them_by_the_same_codes() -> None:
    assert set(every_word("solutions")) - {"unknown"} <= set(every_solution())
