"""A compliance checklist as data: its items, which of them wait, and what a gate still needs.

The words and settings come from `checklist.yaml`, the list every centre starts from; a centre's
own versions have the same shape, so that `read_items` reads both.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from cma_app.errors import Invalid
from cma_app.rules.calendars import add_working_days
from cma_app.rules.parameters import read_yaml

ANSWERS: Final[dict[str, str]] = {
    "unknown": "Not answered",
    "met": "Met",
    "not_met": "Not met",
    "not_applicable": "Not applicable",
}
EVIDENCE: Final[dict[str, str]] = {"none": "None", "note": "A note", "document": "A document"}
WHO: Final[dict[str, str]] = {
    "anyone": "Anyone on the case",
    "advisor": "An advisor or manager",
    "supervisor": "Another advisor or a manager",
}
GATES: Final[dict[str, str]] = {
    "statement": "Issuing a statement",
    "advice": "Issuing advice",
    "closing": "Closing the case",
}
DUE_FROM: Final[dict[str, str]] = {
    "opening": "the day the case was opened",
    "advice": "the day its advice stage began",
}
STATUSES: Final[dict[str, str]] = {
    "pending": "Not answered yet",
    "on_track": "On track",
    "late": "Late",
    "not_met": "Not met",
    "met": "Met",
}
"""What a case's whole checklist comes to."""

LONGEST_TEXT: Final = 300
MOST_ITEMS: Final = 120
MOST_DAYS: Final = 260


@dataclass(frozen=True, slots=True)
class Proof:
    """A fact of the record that ticks an item by itself: its words, and the tab that mends it."""

    code: str
    met: str
    unmet: str
    tab: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a checklist.

    `due_days` are working days of the centre's nation after `due_from` (empty: no date). `proof`
    names a fact; `gates` what waits until it is met or not applicable; `mandatory_when` the
    condition of a case under which an item that is not mandatory becomes so (empty: none).
    """

    code: str
    stage: str
    text: str
    is_mandatory: bool = True
    evidence: str = "none"
    who: str = "anyone"
    due_from: str = ""
    due_days: int = 0
    proof: str = ""
    gates: tuple[str, ...] = ()
    mandatory_when: str = ""

    @property
    def may_be_asked(self) -> bool:
        """Say whether it is mandatory, always or in some cases."""
        return self.is_mandatory or bool(self.mandatory_when)

    def to_json(self) -> dict[str, Any]:
        """Return the item as it is kept in a version."""
        return asdict(self) | {"gates": list(self.gates)}


@dataclass(frozen=True, slots=True)
class Standing:
    """How one item of a case stands on a day."""

    item: Item
    answer: str
    deadline: date | None = None

    @property
    def is_done(self) -> bool:
        """Say whether nothing more is asked of it."""
        return self.answer in {"met", "not_applicable"}

    def is_late(self, on: date) -> bool:
        """Say whether a mandatory item is still open after its last day."""
        due = self.deadline
        return self.item.is_mandatory and not self.is_done and due is not None and due < on


@cache
def _content() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_name("checklist.yaml"))


@cache
def first_version() -> str:
    """Return the name of the list that every centre starts from."""
    return str(_content()["version"])


@cache
def stages() -> dict[str, str]:
    """Return the stages of a checklist with their words, in order."""
    return dict(_content()["stages"])


@cache
def proofs() -> dict[str, Proof]:
    """Return every fact that can tick an item, by its code."""
    return {code: Proof(code, **said) for code, said in _content()["proofs"].items()}


@cache
def conditions() -> dict[str, str]:
    """Return what can make an item mandatory, in words that follow "where" or "because"."""
    return dict(_content()["conditions"])


@cache
def starting_items(case_type: str) -> tuple[Item, ...]:
    """Return the list that a case type starts from; an unknown type raises LookupError."""
    kinds = _content()["kinds"]
    kind = next((name for name, types in kinds.items() if case_type in types), None)
    if kind is None:
        raise LookupError(f"There is no checklist for {case_type}.")
    return tuple(_item(each, {kind, case_type}) for each in _content()["items"])


def _item(content: Mapping[str, Any], kinds: set[str]) -> Item:
    due, when = content.get("due", {}), content.get("mandatory_when", {})
    is_mandatory = bool(kinds & set(content["mandatory"]))
    is_asked_when = not is_mandatory and bool(kinds & set(when.get("for", ())))
    return Item(
        code=content["code"],
        stage=content["stage"],
        text=content["text"],
        is_mandatory=is_mandatory,
        evidence=content["evidence"],
        who=content["who"],
        due_from=due.get("from", ""),
        due_days=due.get("working_days", 0),
        proof=content.get("proof", ""),
        # none waits for what is never asked
        gates=tuple(content.get("gates", ())) if is_mandatory or is_asked_when else (),
        mandatory_when=when["condition"] if is_asked_when else "",
    )


def read_items(kept: Iterable[Mapping[str, Any]]) -> tuple[Item, ...]:
    """Return the items of a version as it was kept."""
    return tuple(Item(**{**each, "gates": tuple(each["gates"])}) for each in kept)


def as_asked(item: Item, holding: Container[str]) -> Item:
    """Return an item as a case is asked it, by the conditions that hold for the case."""
    is_asked = bool(item.mandatory_when) and item.mandatory_when in holding
    return replace(item, is_mandatory=True) if is_asked else item


def why_asked(item: Item) -> str:
    """Return why a case is asked a conditional item, or when it would be; else an empty text."""
    if not item.mandatory_when:
        return ""
    word = "Asked because" if item.is_mandatory else "Asked where"
    return f"{word} {conditions()[item.mandatory_when]}."


@cache
def code_letters() -> dict[str, str]:
    """Return the letter with which the codes of each stage begin."""
    return {each["stage"]: each["code"][0] for each in _content()["items"]}


def in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """Return items by stage, in the order in which they stand within each."""
    places = list(stages())
    return tuple(sorted(items, key=lambda item: places.index(item.stage)))


def check_items(items: Iterable[Item]) -> None:
    """Refuse a list that could not be used: Invalid names each item by its code."""
    wrong: dict[str, str] = {}
    seen: set[str] = set()
    listed = list(items)
    for item in listed:
        sentence = "Two items have this code." if item.code in seen else _fault(item)
        if sentence:
            wrong[item.code] = sentence
        seen.add(item.code)
    if not listed:
        wrong["items"] = "A checklist needs at least one item."
    if len(listed) > MOST_ITEMS:
        wrong["items"] = f"A checklist has at most {MOST_ITEMS} items."
    if wrong:
        raise Invalid(wrong)


def _fault(item: Item) -> str:
    faults = (
        (not item.code or len(item.code) > 20, "Give each item a short code."),
        (not item.text.strip(), "Say what is asked."),
        (len(item.text) > LONGEST_TEXT, f"Use at most {LONGEST_TEXT} characters."),
        (item.stage not in stages(), "Choose a stage of the list."),
        (item.evidence not in EVIDENCE, "Choose what shows it."),
        (item.who not in WHO, "Choose who may answer."),
        (item.due_from not in {"", *DUE_FROM}, "Choose from when the days are counted."),
        (not 0 <= item.due_days <= MOST_DAYS, f"Enter 0 to {MOST_DAYS} working days."),
        (item.proof not in {"", *proofs()}, "Choose a fact of the list."),
        (item.mandatory_when not in {"", *conditions()}, "Choose a condition of the list."),
        (not set(item.gates) <= set(GATES), "Choose a gate of the list."),
    )
    return next((sentence for is_wrong, sentence in faults if is_wrong), "")


def deadline(item: Item, nation: str, *, opened: date, advised: date | None) -> date | None:
    """Return an item's last day by working days of the nation, or None where it has none yet."""
    since = {"opening": opened, "advice": advised}.get(item.due_from)
    return None if since is None else add_working_days(since, item.due_days, nation)


def whole_status(standings: Iterable[Standing], on: date) -> str:
    """Return what a whole checklist comes to on a day: the worst of what is asked.

    `not_met` where a mandatory item was answered so; `late` where one is past its day; `met` where
    nothing mandatory is open; `pending` where nothing was answered yet; else `on_track`.
    """
    asked = list(standings)
    mandatory = [each for each in asked if each.item.is_mandatory]
    if any(each.answer == "not_met" for each in mandatory):
        return "not_met"
    if any(each.is_late(on) for each in mandatory):
        return "late"
    if mandatory and all(each.is_done for each in mandatory):
        return "met"
    return "on_track" if any(each.answer != "unknown" for each in asked) else "pending"


def waits_for(standings: Iterable[Standing], gate: str) -> list[Standing]:
    """Return the mandatory items that keep a gate shut; an unknown gate raises ValueError.

    Closing waits for every mandatory item; the others for those that name them.
    """
    if gate not in GATES:
        raise ValueError(f"There is no gate named {gate}.")
    return [
        each
        for each in standings
        if each.item.is_mandatory
        and not each.is_done
        and (gate == "closing" or gate in each.item.gates)
    ]
