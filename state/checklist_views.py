"""A checklist put into words for its manager: versions, items by stage, changes, gates."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cma_app.rules.checklist_changes import (
    Change,
    gates_in_words,
    holding,
)
from cma_app.rules.checklists import EVIDENCE, GATES, WHO, Item, conditions, proofs, stages
from cma_app.services.cases import TYPES
from cma_app.services.checklists import ChecklistPage, VersionLine
from state.lists import address
from state.words import moment_text, several

STANDINGS: Final = {
    "draft": "Draft",
    "in_use": "In use",
    "earlier": "Earlier",
    "discarded": "Discarded",
}
SINCE: Final = {"opening": "opening", "advice": "first advice"}
CHANGES: Final = {"added": "New", "removed": "Removed", "changed": "Changed", "moved": "Moved"}
DID: Final = {
    "draft": "Changed",
    "in_use": "Published",
    "earlier": "Published",
    "discarded": "Discarded",
}
SAME: Final = "no item, answer or date of theirs changes."
PATH: Final = "/checklists"
PLAIN: Final = {"type": "casework", "version": "", "view": "items"}


def to_version(case_type: str, version: int | str = "", view: str = "items") -> str:
    """Return the address of a version of a case type; without one, of the draft or what is used."""
    return address(PATH, {"type": case_type, "version": str(version), "view": view}, PLAIN)


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version in the list of them."""

    id: int
    name: str
    standing: str
    word: str
    said: str
    cases: str
    path: str
    is_shown: bool

    @classmethod
    def of(cls, line: VersionLine, page: ChecklistPage) -> "VersionView":
        """Return what is shown of a version."""
        by = f"{DID[line.standing]} by {line.who}" if line.who else ""
        return cls(
            id=line.id,
            name=line.name,
            standing=line.standing,
            word=STANDINGS[line.standing],
            said=" · ".join(
                part for part in (several(line.items, "item"), by, moment_text(line.since)) if part
            ),
            cases=several(line.open_cases, "open case") if line.open_cases else "",
            path=to_version(page.case_type, line.id),
            is_shown=line.id == page.shown.id,
        )


@dataclass(frozen=True, slots=True)
class LineView:
    """One item of the version on screen."""

    code: str
    text: str
    said: str
    ticks: str
    holds: str
    is_mandatory: bool
    change: str

    @classmethod
    def of(cls, item: Item, change: str) -> "LineView":
        """Return what is shown of an item."""
        evidence = f"evidence: {EVIDENCE[item.evidence].lower()}" if item.evidence != "none" else ""
        said = (
            "Mandatory" if item.is_mandatory else _asked_where(item) or "Optional",
            evidence,
            WHO[item.who].lower() if item.who != "anyone" else "",
            _due(item),
        )
        return cls(
            code=item.code,
            text=item.text,
            said=" · ".join(part for part in said if part),
            ticks=f"Ticks itself: {proofs()[item.proof].met}" if item.proof else "",
            holds=gates_in_words(item) if item.may_be_asked else "",
            is_mandatory=item.is_mandatory,
            change=change,
        )


def _asked_where(item: Item) -> str:
    return f"Mandatory where {conditions()[item.mandatory_when]}" if item.mandatory_when else ""


def _due(item: Item) -> str:
    """Return an item's due rule as short as a list has room for, empty where it has none."""
    if not item.due_from:
        return ""
    since = SINCE[item.due_from]
    days = several(item.due_days, "working day")
    return f"due {days} after {since}" if item.due_days else f"due on the day of {since}"


@dataclass(frozen=True, slots=True)
class GroupView:
    """The items of one stage."""

    key: str
    word: str
    count: str
    rows: list[LineView]


@dataclass(frozen=True, slots=True)
class PartView:
    """One setting that changes."""

    name: str
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One item that differs from the list in use."""

    code: str
    text: str
    kind: str
    parts: list[PartView]

    @classmethod
    def of(cls, change: Change) -> "ChangeView":
        """Return what is shown of a change."""
        parts = [PartView(part.name, part.was, part.becomes) for part in change.parts]
        return cls(change.code, change.text, change.kind, parts)


@dataclass(frozen=True, slots=True)
class GateHeld:
    """One gate: how many items hold it, and how many do in the list in use."""

    gate: str
    word: str
    said: str
    is_emptied: bool

    @classmethod
    def of(cls, gate: str, page: ChecklistPage) -> "GateHeld":
        """Return what is shown of a gate."""
        here, before = len(holding(page.items, gate)), len(holding(page.in_use, gate))
        each = "every mandatory item, " if gate == "closing" and here else ""
        now = f"waits for {each}{several(here, 'item')}" if here else "waits for nothing"
        was = f"; in use now: {before}" if page.shown.standing == "draft" and here != before else ""
        return cls(gate, GATES[gate], f"{now}{was}", gate in page.emptied)


@dataclass(frozen=True, slots=True)
class ChecklistsView:
    """The page: a case type's versions, and the one on screen in full."""

    case_type: str = ""
    type_word: str = ""
    versions: list[VersionView] = field(default_factory=list)
    id: int = 0
    version: int = 0
    name: str = ""
    standing: str = ""
    standing_word: str = ""
    has_draft: bool = False
    draft_to: str = ""
    groups: list[GroupView] = field(default_factory=list)
    changes: list[ChangeView] = field(default_factory=list)
    gates: list[GateHeld] = field(default_factory=list)
    emptied: list[GateHeld] = field(default_factory=list)
    tabs: list[tuple[str, str, str]] = field(default_factory=list)
    sums: str = ""
    keeping: str = ""

    @classmethod
    def of(cls, page: ChecklistPage) -> "ChecklistsView":
        """Return what is shown of a case type's checklist."""
        changed = {change.code: change.kind for change in page.changes}
        gates = [GateHeld.of(gate, page) for gate in GATES]
        return cls(
            case_type=page.case_type,
            type_word=TYPES[page.case_type],
            versions=[VersionView.of(line, page) for line in page.lines],
            id=page.shown.id,
            version=page.version,
            name=page.shown.name,
            standing=page.shown.standing,
            standing_word=STANDINGS[page.shown.standing],
            has_draft=any(line.standing == "draft" for line in page.lines),
            draft_to=to_version(page.case_type),
            groups=_groups(page.items, changed),
            changes=[ChangeView.of(change) for change in page.changes],
            gates=gates,
            emptied=[gate for gate in gates if gate.is_emptied],
            tabs=_tabs(page),
            sums=_sums(page.changes),
            keeping=_keeping(sum(line.open_cases for line in page.lines)),
        )


def _groups(items: Sequence[Item], changed: dict[str, str]) -> list[GroupView]:
    return [
        GroupView(
            key=key,
            word=word,
            count=several(len(here), "item"),
            rows=[LineView.of(item, changed.get(item.code, "")) for item in here],
        )
        for key, word in stages().items()
        for here in [[item for item in items if item.stage == key]]
    ]


def _tabs(page: ChecklistPage) -> list[tuple[str, str, str]]:
    """Return the views of a version: key, word, address; what changes is a draft's alone."""
    words = {"items": "Items", "changes": f"Changes ({len(page.changes)})", "preview": "Preview"}
    return [
        (view, word, to_version(page.case_type, page.shown.id, view))
        for view, word in words.items()
        if view != "changes" or page.shown.standing == "draft"
    ]


def _sums(changes: Sequence[Change]) -> str:
    """Return "2 items new, 1 removed, 3 changed"; "nothing changed" where none is."""
    kinds = [change.kind for change in changes]
    said = [
        f"{kinds.count(kind)} {word.lower()}"  # type: ignore[arg-type]
        for kind, word in CHANGES.items()
        if kind in kinds
    ]
    return ", ".join(said) or "nothing changed yet"


def _keeping(open_cases: int) -> str:
    if not open_cases:
        return "No open case of this kind has a list yet."
    if open_cases == 1:
        return f"The one open case of this kind keeps the list it was opened with: {SAME}"
    return f"The {open_cases:,} open cases of this kind keep the list they were opened with: {SAME}"


@dataclass(frozen=True, slots=True)
class ItemEdit:
    """The item in the dialog as its boxes begin; `code` is empty for a new one."""

    code: str = ""
    title: str = "Add an item"
    text: str = ""
    stage: str = "intake"
    is_mandatory: bool = True
    mandatory_when: str = ""
    evidence: str = "none"
    who: str = "anyone"
    due_from: str = ""
    due_days: str = ""
    proof: str = ""
    gate_statement: bool = False
    gate_advice: bool = False

    @classmethod
    def of(cls, item: Item) -> "ItemEdit":
        """Return an item as its dialog begins."""
        return cls(
            code=item.code,
            title=f"Edit {item.code}",
            text=item.text,
            stage=item.stage,
            is_mandatory=item.is_mandatory,
            mandatory_when=item.mandatory_when,
            evidence=item.evidence,
            who=item.who,
            due_from=item.due_from,
            due_days=str(item.due_days) if item.due_from else "",
            proof=item.proof,
            gate_statement=item.may_be_asked and "statement" in item.gates,
            gate_advice=item.may_be_asked and "advice" in item.gates,
        )
