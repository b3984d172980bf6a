"""The weights of a caseload: every stage has one, each is dated and says where it comes from."""

from datetime import date
from decimal import Decimal

import pytest

from cma_app.rules.caseload_weights import weights_on
from cma_app.rules.workflow import Stage

DAY = date(2026, 11, 25)


def test_every_stage_has_a_weight_and_the_weights_a_source() -> None:
    weights = weights_on(DAY)
    assert set(weights.stages) == set(Stage)
    assert all(weight > 0 for weight in weights.stages.values())
    assert weights.reference.title
    assert weights.certainty == "low"


def test_weighs_cases_by_stage_and_adds_for_an_emergency() -> None:
    weights = weights_on(DAY)
    assert weights.weigh("advice", cases=2, emergencies=0) == Decimal("4.0")
    assert weights.weigh("waiting", cases=3, emergencies=1) == Decimal("4.0")
    assert weights.weigh("closing", cases=0, emergencies=0) == 0


def test_before_the_first_there_are_none() -> None:
    with pytest.raises(LookupError):
        weights_on(date(2019, 12, 31))
