"""A centre's own checklists, by case type: the versions there are, and what each asks.

Without a published version a case type has the list that every centre starts from. Publishing
changes no case that is open: each keeps the items of its day.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, func, select, true
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from cma_app.access.acts import Act
from cma_app.errors import Invalid, NotFound
from cma_app.rules.checklist_changes import Change, differences, emptied_gates
from cma_app.rules.checklists import Item, first_version, read_items, starting_items
from cma_app.rules.workflow import AT_WORK
from cma_app.services.compliance_rows import names_of
from cma_app.session import CentreSession
from models import Case, CaseCompliance, ChecklistVersion

BUILT_IN: Final = 0
"""The id by which the list that every centre starts from is asked for."""
OPEN_WORDS: Final = tuple(sorted(status.value for status in AT_WORK))


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in a list of them; `standing` is draft, in_use, earlier or discarded."""

    id: int
    name: str
    standing: str
    items: int
    open_cases: int
    since: datetime | None = None
    who: str = ""


@dataclass(frozen=True, slots=True)
class ChecklistPage:
    """A case type's versions, and one of them in full with what it changes.

    `changes`, `emptied` and `version` (of the row, for two managers) are a draft's alone.
    """

    case_type: str
    lines: list[VersionLine]
    shown: VersionLine
    items: tuple[Item, ...]
    in_use: tuple[Item, ...]
    version: int = 0
    changes: list[Change] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)


def items_for(session: CentreSession, case_type: str) -> tuple[int | None, tuple[Item, ...]]:
    """Return the id and the items of the newest published list of a case type (id None: ours)."""
    wanted = (
        sqlmodel_select(ChecklistVersion)
        .where(
            col(ChecklistVersion.centre_id) == session.actor.centre_id,
            col(ChecklistVersion.case_type) == case_type,
            col(ChecklistVersion.status) == "published",
        )
        .order_by(col(ChecklistVersion.version_no).desc())
        .limit(1)
    )
    newest = session.exec(wanted).first()
    if newest is None:
        return None, starting_items(case_type)
    return newest.id, read_items(newest.items)


def read_checklists(
    session: CentreSession, case_type: str, *, version_id: int | None = None
) -> ChecklistPage:
    """Return a case type's versions and the one asked for: else the draft, else what is in use."""
    session.authorize(Act.CHECKLIST_EDIT)
    known_type(case_type)
    rows = _versions(session, case_type)
    in_use_id, in_use = items_for(session, case_type)
    lines = _lines(session, case_type, rows, in_use_id)
    shown = _chosen(lines, version_id)
    row = next((each for each in rows if each.id == shown.id), None)
    items = starting_items(case_type) if row is None else read_items(row.items)
    is_draft = shown.standing == "draft"
    return ChecklistPage(
        case_type=case_type,
        lines=lines,
        shown=shown,
        items=items,
        in_use=in_use,
        version=row.version if row is not None else 0,
        changes=differences(in_use, items) if is_draft else [],
        emptied=emptied_gates(in_use, items) if is_draft else [],
    )


def known_type(case_type: str) -> None:
    """Raise Invalid where there is no such case type."""
    try:
        starting_items(case_type)
    except LookupError:
        raise Invalid({"case_type": "Choose one of the answers."}) from None


def _versions(session: CentreSession, case_type: str) -> list[ChecklistVersion]:
    wanted = (
        sqlmodel_select(ChecklistVersion)
        .where(
            col(ChecklistVersion.centre_id) == session.actor.centre_id,
            col(ChecklistVersion.case_type) == case_type,
        )
        .order_by(col(ChecklistVersion.version_no).desc())
    )
    return list(session.exec(wanted))


def _lines(
    session: CentreSession, case_type: str, rows: list[ChecklistVersion], in_use: int | None
) -> list[VersionLine]:
    """Return a line a version: the draft, what is in use, earlier ones, what was discarded."""
    people = names_of(session, {row.updated_by for row in rows})
    cases = _open_cases(session, case_type)
    lines = [
        VersionLine(
            id=row.id,
            name=f"Version {row.version_no}",
            standing=_standing(row, in_use),
            items=len(row.items),
            open_cases=cases.get(row.id, 0),
            since=row.published_at or row.updated_at,
            who=people.get(row.updated_by or 0, ""),
        )
        for row in rows
    ]
    ours = VersionLine(
        id=BUILT_IN,
        name=f"Built in, {first_version()}",
        standing="in_use" if in_use is None else "earlier",
        items=len(starting_items(case_type)),
        open_cases=cases.get(None, 0),
    )
    order = ("draft", "in_use", "earlier", "discarded")
    return sorted([*lines, ours], key=lambda line: order.index(line.standing))


def _standing(row: ChecklistVersion, in_use: int | None) -> str:
    if row.status == "published":
        return "in_use" if row.id == in_use else "earlier"
    return row.status


def _chosen(lines: list[VersionLine], version_id: int | None) -> VersionLine:
    if version_id is None:
        return lines[0] if lines[0].standing in {"draft", "in_use"} else lines[-1]
    found = next((line for line in lines if line.id == version_id), None)
    if found is None:
        raise NotFound
    return found


def _open_cases(session: CentreSession, case_type: str) -> dict[int | None, int]:
    """Return how many open cases hold each version; one row of a case tells which it has."""
    one: Any = (
        select(col(CaseCompliance.checklist_id).label("checklist_id"))
        .where(
            col(CaseCompliance.centre_id) == col(Case.centre_id),
            col(CaseCompliance.case_id) == col(Case.id),
            col(CaseCompliance.item) != {},
        )
        .limit(1)
        .correlate(Case)
        .lateral("one")
    )
    counted = (
        select(one.c.checklist_id, func.count().label("open_cases"))
        .select_from(Case)
        .join(one, true())
        .where(
            and_(
                col(Case.centre_id) == session.actor.centre_id,
                col(Case.status).in_(OPEN_WORDS),
                col(Case.case_type) == case_type,
            )
        )
        .group_by(one.c.checklist_id)
    )
    return {row.checklist_id: row.open_cases for row in session.execute(counted)}
