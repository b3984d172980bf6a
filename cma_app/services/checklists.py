"""A centre's own checklists: edited as a draft, published as a version that never changes.

Without a published version a case type has the list that every centre starts from. Publishing
changes no case that is open: each keeps the items of its day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.errors import Conflict, Invalid
from cma_app.rules.checklists import Item, check_items, first_version, read_items, starting_items
from cma_app.services.locking import locked
from cma_app.session import CentreSession
from models import ChecklistVersion


@dataclass(frozen=True, slots=True)
class ChecklistView:
    """A case type's list in force, and the draft of the next one where there is one."""

    case_type: str
    in_force: tuple[Item, ...]
    in_force_name: str  # "Version 3", or the name of the list every centre starts from
    in_force_since: datetime | None
    draft_id: int = 0
    draft_version: int = 0  # of the row, for two people editing
    draft: tuple[Item, ...] = ()


def items_for(session: CentreSession, case_type: str) -> tuple[int | None, tuple[Item, ...]]:
    """Return the id and the items of the newest published list of a case type (id None: ours)."""
    newest = _published(session, case_type)
    if newest is None:
        return None, starting_items(case_type)
    return newest.id, read_items(newest.items)


def read_checklists(session: CentreSession, case_type: str) -> ChecklistView:
    """Return the list of a case type with its draft."""
    session.authorize(Act.CHECKLIST_SEE)
    _known_type(case_type)
    newest, draft = _published(session, case_type), _draft(session, case_type)
    return ChecklistView(
        case_type=case_type,
        in_force=read_items(newest.items) if newest else starting_items(case_type),
        in_force_name=f"Version {newest.version_no}" if newest else f"Built in, {first_version()}",
        in_force_since=newest.published_at if newest else None,
        draft_id=draft.id if draft else 0,
        draft_version=draft.version if draft else 0,
        draft=read_items(draft.items) if draft else (),
    )


def draft_checklist(session: CentreSession, case_type: str) -> ChecklistVersion:
    """Begin the next version as a copy of the list in force; where one is begun, return it."""
    session.authorize(Act.CHECKLIST_EDIT)
    _known_type(case_type)
    begun = _draft(session, case_type)
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
        items=[item.to_json() for item in items],
    )
    session.add(draft)
    session.flush()
    return draft


def edit_item(
    session: CentreSession, draft_id: int, code: str, data: Mapping[str, Any], *, version: int
) -> ChecklistVersion:
    """Change one item of a draft, or add it where the code is new; Invalid is by field."""
    draft = _to_edit(session, draft_id, version)
    items = {item.code: item for item in read_items(draft.items)}
    known = {name: value for name, value in data.items() if name in Item.__dataclass_fields__}
    base = items.get(code) or Item(code=code, stage="intake", text="")
    try:
        item = replace(base, **{**known, "code": code})
    except TypeError:
        raise Invalid({"text": "Check this item."}) from None
    if item.due_from == "":
        item = replace(item, due_days=0)
    items[code] = item
    return _store(draft, session, tuple(items.values()))


def move_item(
    session: CentreSession, draft_id: int, code: str, *, by: int, version: int
) -> ChecklistVersion:
    """Move an item of a draft up or down by so many places."""
    draft = _to_edit(session, draft_id, version)
    items = list(read_items(draft.items))
    here = next((place for place, item in enumerate(items) if item.code == code), None)
    if here is None:
        raise Conflict("This item is not in the draft any more. Load the page again.")
    there = max(0, min(len(items) - 1, here + by))
    items.insert(there, items.pop(here))
    return _store(draft, session, tuple(items))


def remove_item(
    session: CentreSession, draft_id: int, code: str, *, version: int
) -> ChecklistVersion:
    """Take an item out of a draft; cases that have it keep it."""
    draft = _to_edit(session, draft_id, version)
    kept = tuple(item for item in read_items(draft.items) if item.code != code)
    return _store(draft, session, kept)


def publish_checklist(session: CentreSession, draft_id: int, *, version: int) -> ChecklistVersion:
    """Put a draft in force for cases opened from now on; it never changes after this."""
    draft = _to_edit(session, draft_id, version)
    check_items(read_items(draft.items))
    draft.status = "published"
    draft.published_by, draft.published_at = session.actor.user_id or None, now()
    session.flush()
    return draft


def _store(
    draft: ChecklistVersion, session: CentreSession, items: tuple[Item, ...]
) -> ChecklistVersion:
    check_items(items)
    draft.items = [item.to_json() for item in items]
    session.flush()
    return draft


def _to_edit(session: CentreSession, draft_id: int, version: int) -> ChecklistVersion:
    draft = session.require(ChecklistVersion, draft_id)
    session.authorize(Act.CHECKLIST_EDIT)
    draft = locked(session, ChecklistVersion, draft_id)
    if draft.status != "draft":
        raise Conflict("This version is published and stays as it is. Begin the next one.")
    if draft.version != version:
        raise Conflict("Somebody changed this draft in the meantime. Load the page again.")
    return draft


def _published(session: CentreSession, case_type: str) -> ChecklistVersion | None:
    return _newest(session, case_type, "published")


def _draft(session: CentreSession, case_type: str) -> ChecklistVersion | None:
    return _newest(session, case_type, "draft")


def _newest(session: CentreSession, case_type: str, status: str) -> ChecklistVersion | None:
    wanted = (
        sqlmodel_select(ChecklistVersion)
        .where(
            col(ChecklistVersion.centre_id) == session.actor.centre_id,
            col(ChecklistVersion.case_type) == case_type,
            col(ChecklistVersion.status) == status,
        )
        .order_by(col(ChecklistVersion.version_no).desc())
        .limit(1)
    )
    return session.exec(wanted).first()


def _known_type(case_type: str) -> None:
    try:
        starting_items(case_type)
    except LookupError:
        raise Invalid({"case_type": "Choose one of the answers."}) from None
