"""The draft of a checklist's next version: its items edited without code, then put in force.

Two managers may work on one draft: each item is compared with what its editor saw, so that only
who changes the same item comes second and is told. Publishing and discarding are of the whole.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.errors import Conflict, Invalid
from cma_app.rules.checklist_changes import emptied_gates, in_words
from cma_app.rules.checklists import (
    DUE_FROM,
    EVIDENCE,
    GATES,
    LONGEST_TEXT,
    MOST_DAYS,
    MOST_ITEMS,
    WHO,
    Item,
    check_items,
    code_letters,
    conditions,
    in_order,
    proofs,
    read_items,
    stages,
    starting_items,
)
from cma_app.services.checklists import items_for, known_type
from cma_app.services.forms import Form, Tick, choice, given
from cma_app.services.locking import locked
from cma_app.session import CentreSession
from models import ChecklistVersion

GONE = "This item is not in the draft any more. Load the page again."
MEANTIME = "Somebody changed this draft in the meantime. Look at it as it is now."


def _no_days(value: Any) -> Any:
    return 0 if value is None or (isinstance(value, str) and not value.strip()) else value


class ItemForm(Form):
    """One item as a manager fills it in; `gate_...` say what waits for it."""

    text: Annotated[str, given("Say what is asked."), Field(max_length=LONGEST_TEXT)]
    stage: Annotated[str, BeforeValidator(choice(*stages()))]
    is_mandatory: Tick = False
    mandatory_when: Annotated[str, BeforeValidator(choice("", *conditions()))] = ""
    evidence: Annotated[str, BeforeValidator(choice(*EVIDENCE))] = "none"
    who: Annotated[str, BeforeValidator(choice(*WHO))] = "anyone"
    due_from: Annotated[str, BeforeValidator(choice("", *DUE_FROM))] = ""
    due_days: Annotated[int, Field(ge=0, le=MOST_DAYS), BeforeValidator(_no_days)] = 0
    proof: Annotated[str, BeforeValidator(choice("", *proofs()))] = ""
    gate_statement: Tick = False
    gate_advice: Tick = False

    def item(self, code: str, base: Item | None = None) -> Item:
        """Return the item that this says; Invalid where two answers do not go together."""
        ticked = {"statement": self.gate_statement, "advice": self.gate_advice}
        wrong: dict[str, str] = {}
        if any(ticked.values()) and not (self.is_mandatory or self.mandatory_when):
            wrong["is_mandatory"] = "A gate waits for mandatory items alone. Tick this, or no gate."
        if self.is_mandatory and self.mandatory_when:
            wrong["mandatory_when"] = "It is mandatory in every case. Take the tick out, or this."
        if self.due_days and not self.due_from:
            wrong["due_from"] = "Choose the day from which the days are counted."
        if wrong:
            raise Invalid(wrong)
        is_asked = self.is_mandatory or bool(self.mandatory_when)
        ticked["closing"] = base is not None and is_asked and "closing" in base.gates
        return Item(
            code=code,
            stage=self.stage,
            text=self.text,
            is_mandatory=self.is_mandatory,
            evidence=self.evidence,
            who=self.who,
            due_from=self.due_from,
            due_days=self.due_days,
            proof=self.proof,
            gates=tuple(gate for gate in GATES if ticked[gate]),
            mandatory_when=self.mandatory_when,
        )


def draft_checklist(session: CentreSession, case_type: str) -> ChecklistVersion:
    """Begin the next version as a copy of the list in force; where one is begun, return it."""
    session.authorize(Act.CHECKLIST_EDIT)
    known_type(case_type)
    begun = _draft_of(session, case_type)
    if begun is not None:
        return begun
    _, items = items_for(session, case_type)
    last = select(func.coalesce(func.max(col(ChecklistVersion.version_no)), 0)).where(
        col(ChecklistVersion.centre_id) == session.actor.centre_id,
        col(ChecklistVersion.case_type) == case_type,
    )
    draft = ChecklistVersion(
        case_type=case_type,
        version_no=session.execute(last).scalar_one() + 1,
        items=_kept(items),
    )
    session.add(draft)
    session.flush()
    return draft


def add_item(session: CentreSession, draft_id: int, data: Mapping[str, Any]) -> Item:
    """Add an item at the end of its stage, with the stage's next free code; return it."""
    draft = _to_edit(session, draft_id)
    items = read_items(draft.items)
    form = ItemForm.read(data)
    if len(items) >= MOST_ITEMS:
        raise Invalid({"text": f"A checklist has at most {MOST_ITEMS} items. Take one out first."})
    item = form.item(_next_code(session, form.stage))
    _store(session, draft, (*items, item))
    return item


def edit_item(
    session: CentreSession,
    draft_id: int,
    code: str,
    data: Mapping[str, Any],
    *,
    seen: Mapping[str, Any],
) -> Item:
    """Change one item of a draft. `seen` is the item as its editor saw it.

    Where somebody changed that item meanwhile, Conflict holds their words by form field; an item
    that goes to another stage stands at its end.
    """
    draft = _to_edit(session, draft_id)
    items = {item.code: item for item in read_items(draft.items)}
    form = ItemForm.read(data)
    stored = _unchanged(items, code, seen)
    item = form.item(code, stored)
    if item.stage != stored.stage:
        del items[code]
    items[code] = item
    _store(session, draft, items.values())
    return item


def move_item(session: CentreSession, draft_id: int, code: str, *, by: int) -> ChecklistVersion:
    """Move an item of a draft up or down by so many places within its stage."""
    draft = _to_edit(session, draft_id)
    items = read_items(draft.items)
    moving = next((item for item in items if item.code == code), None)
    if moving is None:
        raise Conflict(GONE)
    stage = [item for item in items if item.stage == moving.stage]
    here = stage.index(moving)
    stage.insert(max(0, min(len(stage) - 1, here + by)), stage.pop(here))
    return _store(session, draft, _with_stage(items, stage))


def remove_item(
    session: CentreSession, draft_id: int, code: str, *, seen: Mapping[str, Any]
) -> ChecklistVersion:
    """Take an item out of a draft; cases that have it keep it."""
    draft = _to_edit(session, draft_id)
    items = {item.code: item for item in read_items(draft.items)}
    _unchanged(items, code, seen)
    del items[code]
    if not items:
        raise Conflict("A checklist needs at least one item.")
    return _store(session, draft, items.values())


def put_back(session: CentreSession, draft_id: int, code: str) -> ChecklistVersion:
    """Give an item of the list in force back its words, settings and place in a draft."""
    draft = _to_edit(session, draft_id)
    _, in_force = items_for(session, draft.case_type)
    former = next((item for item in in_force if item.code == code), None)
    if former is None:
        raise Conflict("The list in use has no such item.")
    others = [item for item in read_items(draft.items) if item.code != code]
    stage = [item for item in others if item.stage == former.stage]
    before = {each.code for each in in_force[: in_force.index(former)]}
    place = max((n + 1 for n, item in enumerate(stage) if item.code in before), default=0)
    stage.insert(place, former)
    return _store(session, draft, _with_stage(others, stage))


def publish_checklist(
    session: CentreSession, draft_id: int, *, version: int, knowing: Iterable[str] = ()
) -> ChecklistVersion:
    """Put a draft in force for cases opened from now on; it never changes after this.

    A gate that something held and nothing would hold any more must be among `knowing`, else
    Invalid names it as `empty_<gate>`: no gate falls open by mistake.
    """
    draft = _to_edit(session, draft_id, version)
    items = read_items(draft.items)
    check_items(items)
    _, in_force = items_for(session, draft.case_type)
    unsaid = [gate for gate in emptied_gates(in_force, items) if gate not in set(knowing)]
    if unsaid:
        raise Invalid({f"empty_{gate}": _nothing_holds(gate) for gate in unsaid})
    if items == in_force:
        raise Conflict("This draft says the same as the list in use. Change something first.")
    draft.status = "published"
    draft.published_by, draft.published_at = session.actor.user_id or None, now()
    session.flush()
    return draft


def discard_draft(session: CentreSession, draft_id: int, *, version: int) -> ChecklistVersion:
    """Put a draft away: it is kept to read, and may be taken up again."""
    draft = _to_edit(session, draft_id, version)
    draft.status = "discarded"
    session.flush()
    return draft


def take_up_draft(session: CentreSession, draft_id: int) -> ChecklistVersion:
    """Go on with a draft that was discarded; Conflict where another is begun."""
    session.require(ChecklistVersion, draft_id)
    session.authorize(Act.CHECKLIST_EDIT)
    draft = locked(session, ChecklistVersion, draft_id)
    if draft.status != "discarded":
        raise Conflict("This version was not discarded. Load the page again.")
    if _draft_of(session, draft.case_type) is not None:
        raise Conflict("Another draft is begun. Publish or discard that one first.")
    draft.status = "draft"
    session.flush()
    return draft


def _nothing_holds(gate: str) -> str:
    return f"{GATES[gate]} would wait for nothing of the checklist. Tick this if you mean it."


def _next_code(session: CentreSession, stage: str) -> str:
    """Return the next code of a stage that no list of the centre ever used: one code, one item."""
    letter = code_letters()[stage]
    kept = select(col(ChecklistVersion.items)).where(
        col(ChecklistVersion.centre_id) == session.actor.centre_id
    )
    used = {str(item["code"]) for items in session.execute(kept).scalars() for item in items}
    used |= {item.code for item in starting_items("casework")}
    numbers = [int(code[1:]) for code in used if code[:1] == letter and code[1:].isdigit()]
    return f"{letter}{max(numbers, default=0) + 1}"


def _unchanged(items: Mapping[str, Item], code: str, seen: Mapping[str, Any]) -> Item:
    """Return the stored item; Conflict where it is gone or not what was seen."""
    stored = items.get(code)
    if stored is None:
        raise Conflict(GONE)
    if dict(seen) != stored.to_json():
        was = in_words(read_items([seen])[0]) if seen else {}
        theirs = {name: word for name, word in in_words(stored).items() if word != was.get(name)}
        raise Conflict("Somebody changed this item in the meantime.", theirs)
    return stored


def _with_stage(items: Iterable[Item], stage: list[Item]) -> list[Item]:
    """Return items with those of one stage in a new order."""
    return [*(item for item in items if item.stage != stage[0].stage), *stage]


def _store(
    session: CentreSession, draft: ChecklistVersion, items: Iterable[Item]
) -> ChecklistVersion:
    ordered = in_order(items)
    check_items(ordered)
    draft.items = _kept(ordered)
    session.flush()
    return draft


def _kept(items: Iterable[Item]) -> list[dict[str, Any]]:
    return [item.to_json() for item in items]


def _to_edit(session: CentreSession, draft_id: int, version: int | None = None) -> ChecklistVersion:
    """Return the draft, locked; with `version` Conflict unless it is the one that was seen."""
    session.require(ChecklistVersion, draft_id)
    session.authorize(Act.CHECKLIST_EDIT)
    draft = locked(session, ChecklistVersion, draft_id)
    if draft.status != "draft":
        raise Conflict("This version is not a draft any more. Load the page again.")
    if version is not None and draft.version != version:
        raise Conflict(MEANTIME)
    return draft


def _draft_of(session: CentreSession, case_type: str) -> ChecklistVersion | None:
    wanted = sqlmodel_select(ChecklistVersion).where(
        col(ChecklistVersion.centre_id) == session.actor.centre_id,
        col(ChecklistVersion.case_type) == case_type,
        col(ChecklistVersion.status) == "draft",
    )
    return session.exec(wanted).first()
