"""What a draft of a checklist changes: item by item, and which gates nothing would hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

from cma_app.rules.checklists import (
    DUE_FROM,
    EVIDENCE,
    GATES,
    WHO,
    Item,
    conditions,
    proofs,
    stages,
)

Kind = Literal["added", "removed", "changed", "moved"]

PARTS: Final[dict[str, str]] = {
    "text": "What is asked",
    "stage": "Stage",
    "is_mandatory": "Mandatory",
    "mandatory_when": "Mandatory where",
    "evidence": "Evidence",
    "who": "Who answers",
    "due": "Due",
    "proof": "Automatic check",
    "gates": "Waits for it",
}
"""The settings of an item as a manager reads them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One setting of an item that changes: its name, and both words."""

    name: str
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Change:
    """How one item of a draft differs from the list in use."""

    code: str
    text: str
    kind: Kind
    parts: tuple[Part, ...] = ()


def in_words(item: Item) -> dict[str, str]:
    """Return each setting of an item in words, by the names of `PARTS`."""
    return {
        "text": item.text,
        "stage": stages()[item.stage],
        "is_mandatory": "Yes" if item.is_mandatory else "No",
        "mandatory_when": when_in_words(item) or "No condition",
        "evidence": EVIDENCE[item.evidence],
        "who": WHO[item.who],
        "due": due_in_words(item),
        "proof": proofs()[item.proof].met.removesuffix(".") if item.proof else "None",
        "gates": gates_in_words(item) or "Nothing",
    }


def when_in_words(item: Item) -> str:
    """Return the condition under which an item is mandatory, empty where it has none."""
    return dict(conditions_in_words()).get(item.mandatory_when, "")


def conditions_in_words() -> tuple[tuple[str, str], ...]:
    """Return each condition with its words as a list shows them."""
    return tuple((code, word[:1].upper() + word[1:]) for code, word in conditions().items())


def due_in_words(item: Item) -> str:
    """Return an item's due rule, such as "2 working days after the day the case was opened"."""
    if not item.due_from:
        return "No date"
    since = DUE_FROM[item.due_from]
    if item.due_days == 0:
        return f"On {since}"
    return f"{item.due_days} working day{'' if item.due_days == 1 else 's'} after {since}"


def gates_in_words(item: Item) -> str:
    """Return which gates name an item, empty where none does; closing waits for all anyway."""
    return ", ".join(GATES[gate] for gate in GATES if gate in item.gates and gate != "closing")


def differences(before: Sequence[Item], after: Sequence[Item]) -> list[Change]:
    """Return what becomes of each item that differs, in the order of the new list."""
    old = {item.code: item for item in before}
    new = {item.code: item for item in after}
    moved = _moved(before, after)
    found = [_change(old.get(item.code), item, is_moved=item.code in moved) for item in after]
    gone = [Change(code, item.text, "removed") for code, item in old.items() if code not in new]
    return [*[each for each in found if each is not None], *gone]


def _change(old: Item | None, item: Item, *, is_moved: bool) -> Change | None:
    if old is None:
        return Change(item.code, item.text, "added")
    was, becomes = in_words(old), in_words(item)
    parts = tuple(
        Part(word, was[name], becomes[name])
        for name, word in PARTS.items()
        if was[name] != becomes[name]
    )
    if parts:
        return Change(item.code, item.text, "changed", parts)
    return Change(item.code, item.text, "moved") if is_moved else None


def _moved(before: Sequence[Item], after: Sequence[Item]) -> set[str]:
    """Return the codes that stand elsewhere among those that both lists have in a stage."""
    moved: set[str] = set()
    for stage in stages():
        here = [item.code for item in before if item.stage == stage]
        there = [item.code for item in after if item.stage == stage]
        both = set(here) & set(there)
        was, now = ([code for code in codes if code in both] for codes in (here, there))
        kept = SequenceMatcher(a=was, b=now, autojunk=False).get_matching_blocks()
        stayed = {code for block in kept for code in now[block.b : block.b + block.size]}
        moved |= both - stayed
    return moved


def holding(items: Iterable[Item], gate: str) -> list[Item]:
    """Return the items that a gate waits for in every case: for closing, all that are mandatory."""
    return [
        item for item in items if item.is_mandatory and (gate == "closing" or gate in item.gates)
    ]


def emptied_gates(before: Sequence[Item], after: Sequence[Item]) -> list[str]:
    """Return the gates that something held and nothing would hold any more."""
    return [gate for gate in GATES if holding(before, gate) and not holding(after, gate)]
