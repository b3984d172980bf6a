from itertools import product

import pytest

from cma_app.rules.workflow import (
    STAGE_LABELS,
    STATUS_LABELS,
    Stage,
    Status,
    next_stages,
    refuse_move,
    refuse_status,
    status_of,
)


def test_the_schema_has_five_statuses_and_the_work_nine_stages():
    assert [status.value for status in Status] == [
        "open",
        "in_progress",
        "closed",
        "referred",
        "cancelled",
    ]
    assert len(Stage) == 9
    assert set(STAGE_LABELS) == set(Stage)
    assert set(STATUS_LABELS) == set(Status)


def test_a_case_is_open_until_its_fact_find():
    assert [stage for stage in Stage if status_of(stage) == "open"] == ["referral", "waiting"]
    assert status_of("closing") == Status.IN_PROGRESS


@pytest.mark.parametrize(
    ("stage", "following"),
    [
        ("referral", ["waiting", "fact_find", "closing"]),
        ("waiting", ["fact_find", "closing"]),
        ("fact_find", ["waiting", "evidence", "advice", "closing"]),
        ("evidence", ["waiting", "fact_find", "advice", "closing"]),
        ("advice", ["waiting", "fact_find", "evidence", "approval", "action", "closing"]),
        ("approval", ["waiting", "fact_find", "evidence", "advice", "action", "closing"]),
        (
            "action",
            ["waiting", "fact_find", "evidence", "advice", "approval", "review", "closing"],
        ),
        (
            "review",
            ["waiting", "fact_find", "evidence", "advice", "approval", "action", "closing"],
        ),
        (
            "closing",
            ["waiting", "fact_find", "evidence", "advice", "approval", "action", "review"],
        ),
    ],
)
def test_which_stages_may_follow(stage, following):
    assert next_stages(stage) == following


def test_each_refusal_is_a_sentence():
    for here, there, status in product(Stage, Stage, Status):
        refusal = refuse_move(here, there, status)
        assert refusal is None or refusal.endswith(".")
    assert refuse_move("fact_find", "action") == (
        "A case cannot go from fact find to action. Next can be evidence or advice or closing."
    )
    assert refuse_move("advice", "advice") == "The case is already in advice."


def test_a_case_that_is_over_does_not_move():
    for status in ("closed", "referred", "cancelled"):
        assert next_stages("closing", status) == []
        assert "Reopen it" in (refuse_move("closing", "review", status) or "")


class TestRefuseStatus:
    def test_closing_is_free_from_its_stage_and_needs_a_reason_from_another(self):
        assert refuse_status("in_progress", "closed", stage="closing") is None
        assert "Say why" in (refuse_status("in_progress", "closed", stage="advice") or "")
        assert refuse_status("open", "closed", stage="waiting", reason="Moved away") is None
        assert refuse_status("open", "closed", stage="waiting", reason="  ") is not None

    @pytest.mark.parametrize("status", ["referred", "cancelled"])
    def test_referring_and_cancelling_need_a_reason(self, status):
        assert refuse_status("open", status, stage="closing") == f"Say why the case is {status}."
        assert refuse_status("open", status, stage="waiting", reason="Asked to") is None

    @pytest.mark.parametrize("status", ["closed", "referred", "cancelled"])
    def test_a_case_that_is_over_can_only_be_reopened(self, status):
        for other in Status:
            if other in (Status.IN_PROGRESS, status):
                continue
            refusal = refuse_status(status, other, stage="closing", reason="Any")
            assert "only be reopened" in (refusal or "")
        assert "Say why" in (refuse_status(status, "in_progress", stage="closing") or "")
        assert refuse_status(status, "in_progress", stage="closing", reason="New debt") is None

    def test_the_stage_decides_between_open_and_in_progress(self):
        assert refuse_status("open", "in_progress", stage="fact_find") is None
        assert "Move its stage" in (refuse_status("open", "in_progress", stage="waiting") or "")
        assert "already open" in (refuse_status("open", "open", stage="waiting") or "")

    def test_an_unknown_word_is_an_error(self):
        with pytest.raises(ValueError, match="nowhere"):
            refuse_move("nowhere", "advice")
