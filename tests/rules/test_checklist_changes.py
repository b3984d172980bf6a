"""What a draft changes: what was added, removed, changed, moved, and which gates fall open."""

from dataclasses import replace

import pytest

from cma_app.rules.checklist_changes import (
    differences,
    due_in_words,
    emptied_gates,
    gates_in_words,
    holding,
    in_words,
)
from cma_app.rules.checklists import GATES, Item, code_letters, in_order, stages, starting_items

ITEMS = starting_items("casework")
PLAIN = Item(code="P1", stage="intake", text="Asked")


def kinds(after: tuple[Item, ...]) -> dict[str, str]:
    return {each.code: each.kind for each in differences(ITEMS, after)}


class TestDifferences:
    def test_the_same_list_has_none(self) -> None:
        assert differences(ITEMS, ITEMS) == []

    def test_added_and_removed(self) -> None:
        assert kinds((PLAIN, *ITEMS[:-1])) == {"P1": "added", ITEMS[-1].code: "removed"}

    def test_a_changed_item_says_each_setting_in_words(self) -> None:
        after = (replace(ITEMS[0], text="New words", who="advisor", proof=""), *ITEMS[1:])
        (change,) = differences(ITEMS, after)
        assert change.kind == "changed"
        assert [(part.name, part.becomes) for part in change.parts] == [
            ("What is asked", "New words"),
            ("Who answers", "An advisor or manager"),
            ("Automatic check", "None"),
        ]

    def test_one_item_that_moved_is_one_change(self) -> None:
        assert kinds((*ITEMS[1:5], ITEMS[0], *ITEMS[5:])) == {"I1": "moved"}
        assert len(kinds((ITEMS[1], ITEMS[0], *ITEMS[2:]))) == 1

    def test_another_stage_is_a_change_of_that_item_alone(self) -> None:
        assert kinds(in_order((replace(ITEMS[0], stage="closure"), *ITEMS[1:]))) == {
            "I1": "changed"
        }


class TestWords:
    @pytest.mark.parametrize(
        ("due_from", "days", "said"),
        [
            ("", 0, "No date"),
            ("opening", 0, "On the day the case was opened"),
            ("opening", 1, "1 working day after the day the case was opened"),
            ("advice", 10, "10 working days after the day its advice stage began"),
        ],
    )
    def test_a_due_rule(self, due_from: str, days: int, said: str) -> None:
        assert due_in_words(replace(PLAIN, due_from=due_from, due_days=days)) == said

    def test_every_item_we_ship_has_words(self) -> None:
        for item in ITEMS:
            assert all(in_words(item).values())
        assert gates_in_words(replace(PLAIN, gates=GATES)) == "Issuing a statement, Issuing advice"


class TestGates:
    def test_closing_is_held_by_all_that_is_mandatory(self) -> None:
        assert holding(ITEMS, "closing") == [item for item in ITEMS if item.is_mandatory]
        assert {item.code for item in holding(ITEMS, "statement")} == {"I7", "B1", "B6"}

    def test_an_optional_item_holds_none(self) -> None:
        assert holding([replace(PLAIN, is_mandatory=False, gates=("advice",))], "advice") == []

    @pytest.mark.parametrize("gate", GATES)
    def test_a_gate_that_loses_its_last_item_is_emptied(self, gate: str) -> None:
        held = holding(ITEMS, gate)
        left = tuple(item for item in ITEMS if item not in held)
        assert gate in emptied_gates(ITEMS, left)
        assert gate not in emptied_gates(ITEMS, (*left, held[0]))
        assert gate not in emptied_gates(left, left)

    def test_what_we_ship_holds_no_gate_without_being_mandatory(self) -> None:
        for case_type in ("one_off", "review", "casework", "debt_relief_order"):
            for item in starting_items(case_type):
                assert item.is_mandatory or not item.gates


def test_every_stage_has_a_letter_and_the_order_is_the_stages() -> None:
    assert set(code_letters()) == set(stages())
    assert len(set(code_letters().values())) == len(stages())
    assert in_order(reversed(ITEMS))[0].stage == "intake"
    assert in_order(ITEMS) == ITEMS
