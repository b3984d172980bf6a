"""What is looked at before a step is signed off, and when it has waited too long."""

from datetime import date

import pytest

from cma_app.rules.sign_offs import is_late, late_since, points_for, working_days_waited
from cma_app.rules.workflow import Stage, passes_sign_off
from cma_app.services.sign_off_steps import STEPS

THURSDAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("since", "on", "days", "late"),
    [
        (THURSDAY, THURSDAY, 0, False),
        (date(2026, 11, 23), THURSDAY, 3, False),
        (date(2026, 11, 20), THURSDAY, 4, True),
        (date(2026, 11, 22), THURSDAY, 4, True),  # a Sunday: Monday is the first day after it
        (date(2026, 11, 24), date(2026, 11, 29), 3, False),  # the weekend does not count
        (date(2026, 12, 24), date(2026, 12, 31), 3, False),  # nor do Christmas and its substitute
        (date(2026, 12, 24), date(2027, 1, 1), 3, False),
        (date(2026, 12, 24), date(2027, 1, 4), 4, True),
    ],
)
def test_three_working_days_are_counted_by_the_nations_calendar(
    since: date, on: date, days: int, late: bool
) -> None:
    assert working_days_waited(since, on, "england") == days
    assert is_late(since, on, "england") == late
    assert (since <= late_since(on, "england")) == late


def test_every_step_has_its_points_and_every_point_a_step() -> None:
    asked = {code: [each.code for each in points_for(code, THURSDAY)] for code in STEPS}
    assert all(asked.values())
    assert "figures" in asked["issue_letter"]
    assert asked["remove_vulnerability"] == ["reason", "client"]
    with pytest.raises(LookupError):
        points_for("close_case", date(1999, 1, 1))


@pytest.mark.parametrize("stage", Stage)
def test_a_move_acts_on_advice_where_it_leads_past_it(stage: Stage) -> None:
    past = stage in {Stage.ACTION, Stage.REVIEW}
    assert passes_sign_off(stage, Stage.ACTION) == (not past)
    assert passes_sign_off(stage, Stage.REVIEW) == (not past)
    assert not passes_sign_off(stage, Stage.ADVICE)
    assert not passes_sign_off(stage, Stage.CLOSING)
