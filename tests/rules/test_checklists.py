"""The checklist every centre starts from, what it comes to, and what its gates wait for."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cma_app.errors import Invalid
from cma_app.rules.checklists import (
    ANSWERS,
    GATES,
    Item,
    Standing,
    as_asked,
    check_items,
    deadline,
    proofs,
    read_items,
    stages,
    starting_items,
    waits_for,
    whole_status,
    why_asked,
)
from cma_app.services.cases import TYPES

DAY = date(2026, 11, 25)
PLAIN = Item(code="P1", stage="intake", text="Asked")


def standing(answer: str = "unknown", due: date | None = None, **over: object) -> Standing:
    return Standing(replace(PLAIN, **over), answer, due)


class TestStartingItems:
    @pytest.mark.parametrize("case_type", TYPES)
    def test_every_case_type_has_a_list_that_can_be_used(self, case_type: str) -> None:
        items = starting_items(case_type)
        check_items(items)
        assert len(items) == 48
        assert {item.stage for item in items} == set(stages())

    def test_one_off_advice_asks_for_less(self) -> None:
        def mandatory(case_type: str) -> set[str]:
            return {item.code for item in starting_items(case_type) if item.is_mandatory}

        assert mandatory("one_off") < mandatory("casework")
        assert "B1" in mandatory("casework") - mandatory("one_off")

    def test_every_fact_is_used_and_every_gate_waits_for_something(self) -> None:
        items = starting_items("casework")
        assert {item.proof for item in items} - {""} == set(proofs())
        assert {gate for item in items for gate in item.gates} == set(GATES)

    def test_a_debt_relief_order_is_always_checked_by_a_second_advisor(self) -> None:
        def asked(case_type: str) -> bool:
            return next(
                each for each in starting_items(case_type) if each.code == "C5"
            ).is_mandatory

        assert [each for each in TYPES if asked(each)] == ["debt_relief_order"]

    def test_some_are_asked_under_a_condition_alone(self) -> None:
        def found(case_type: str) -> dict[str, str]:
            listed = starting_items(case_type)
            return {each.code: each.mandatory_when for each in listed if each.mandatory_when}

        trainee = "holder_is_trainee"
        later = {"C3": "has_breathing_space", "C5": "is_debt_relief_order"}
        assert found("casework") == {"B5": trainee, "A8": trainee, **later}
        assert found("one_off") == {"A8": trainee, **later}
        assert "C5" not in found("debt_relief_order")

    def test_an_unknown_type_is_an_error(self) -> None:
        with pytest.raises(LookupError, match="boat"):
            starting_items("boat")

    def test_is_kept_and_read_back_the_same(self) -> None:
        items = starting_items("casework")
        assert read_items(item.to_json() for item in items) == items


class TestCheckItems:
    @pytest.mark.parametrize(
        ("over", "said"),
        [
            ({"text": "  "}, "Say what is asked."),
            ({"text": "x" * 301}, "at most 300"),
            ({"stage": "dreams"}, "stage"),
            ({"evidence": "gold"}, "shows it"),
            ({"who": "nobody"}, "who may"),
            ({"due_from": "birth"}, "counted"),
            ({"due_days": -1}, "0 to 260"),
            ({"due_days": 10**9}, "0 to 260"),
            ({"proof": "magic"}, "fact"),
            ({"mandatory_when": "raining"}, "condition"),
            ({"gates": ("heaven",)}, "gate"),
            ({"code": ""}, "short code"),
        ],
    )
    def test_says_of_each_item_what_is_wrong(self, over: dict, said: str) -> None:
        wrong = replace(PLAIN, **over)
        with pytest.raises(Invalid) as refused:
            check_items([wrong])
        assert said in refused.value.fields[wrong.code]

    def test_refuses_none_too_many_and_twins(self) -> None:
        with pytest.raises(Invalid) as refused:
            check_items([])
        assert "at least one" in refused.value.fields["items"]
        with pytest.raises(Invalid) as refused:
            check_items([replace(PLAIN, code=f"P{number}") for number in range(121)])
        assert "at most 120" in refused.value.fields["items"]
        with pytest.raises(Invalid) as refused:
            check_items([PLAIN, PLAIN])
        assert "Two items" in refused.value.fields["P1"]


class TestDeadline:
    def test_counts_working_days_of_the_nation(self) -> None:
        item = replace(PLAIN, due_from="opening", due_days=2)
        friday = date(2026, 11, 27)
        assert deadline(item, "england", opened=friday, advised=None) == date(2026, 12, 1)
        # 30 November is Saint Andrew's Day
        assert deadline(item, "scotland", opened=friday, advised=None) == date(2026, 12, 2)

    def test_waits_for_the_stage_it_is_counted_from(self) -> None:
        item = replace(PLAIN, due_from="advice", due_days=10)
        assert deadline(item, "england", opened=DAY, advised=None) is None
        assert deadline(item, "england", opened=DAY, advised=DAY) == date(2026, 12, 9)

    def test_there_is_none_where_none_was_set(self) -> None:
        assert deadline(PLAIN, "wales", opened=DAY, advised=DAY) is None


class TestWholeStatus:
    def test_names_the_worst(self) -> None:
        yesterday = date(2026, 11, 24)
        assert whole_status([standing()], DAY) == "pending"
        assert whole_status([standing("met"), standing()], DAY) == "on_track"
        assert whole_status([standing("met"), standing(due=yesterday)], DAY) == "late"
        assert whole_status([standing(due=DAY)], DAY) == "pending"
        assert whole_status([standing("not_met"), standing(due=yesterday)], DAY) == "not_met"
        assert whole_status([standing("met"), standing("not_applicable")], DAY) == "met"

    def test_what_is_not_mandatory_is_never_late(self) -> None:
        past = standing(due=date(2026, 1, 1), is_mandatory=False)
        assert whole_status([standing("met"), past], DAY) == "met"

    @given(st.lists(st.sampled_from(list(ANSWERS)), min_size=1, max_size=12))
    def test_is_met_only_where_no_mandatory_item_is_open(self, answers: list[str]) -> None:
        found = whole_status([standing(answer) for answer in answers], DAY)
        assert (found == "met") == (set(answers) <= {"met", "not_applicable"})


class TestAsAsked:
    def test_a_condition_that_holds_makes_an_item_mandatory(self) -> None:
        item = replace(PLAIN, is_mandatory=False, mandatory_when="holder_is_trainee")
        assert not as_asked(item, set()).is_mandatory
        assert not as_asked(item, {"has_breathing_space"}).is_mandatory
        assert as_asked(item, {"holder_is_trainee"}).is_mandatory
        assert not as_asked(replace(PLAIN, is_mandatory=False), {""}).is_mandatory

    def test_says_why_or_when(self) -> None:
        item = replace(PLAIN, is_mandatory=False, mandatory_when="holder_is_trainee")
        assert why_asked(item) == "Asked where a trainee holds the case."
        asked = as_asked(item, {"holder_is_trainee"})
        assert why_asked(asked) == "Asked because a trainee holds the case."
        assert why_asked(PLAIN) == ""


class TestWaitsFor:
    def test_a_gate_waits_for_what_names_it_and_closing_for_all(self) -> None:
        named = standing(gates=("statement",), code="P2")
        other = standing(code="P3")
        done = standing("met", gates=("statement",), code="P4")
        given_up = standing("not_applicable", gates=("statement",), code="P5")
        all_ = [named, other, done, given_up]
        assert waits_for(all_, "statement") == [named]
        assert waits_for(all_, "advice") == []
        assert waits_for(all_, "closing") == [named, other]

    def test_what_is_not_mandatory_shuts_nothing(self) -> None:
        assert waits_for([standing(is_mandatory=False, gates=("advice",))], "advice") == []

    def test_an_unknown_gate_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="door"):
            waits_for([], "door")
