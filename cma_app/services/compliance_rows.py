"""The items of a case's checklist as they stand: a person's answers, and the record's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.rules.checklists import Item, Standing, as_asked, proofs, read_items
from cma_app.services.compliance_proofs import proven
from cma_app.session import CentreSession
from models import Case, CaseCompliance, Document, User


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One item of a case as it stands: `why` is the record's word where it proves the item."""

    id: int
    version: int
    standing: Standing
    is_proven: bool
    why: str
    tab: str
    is_late: bool
    may_answer: bool
    notes: str
    remedial_action: str
    evidence_document_id: int | None
    evidence: str
    checked_by: str
    checked_at: datetime | None


def standing_rows(session: CentreSession, case: Case) -> list[CheckRow]:
    """Return every item of a case as it stands now, in the list's order."""
    rows = rows_of(session, case)
    if not rows:
        return []
    facts = proven(session, [case.id]).get(case.id, set())
    people = _names(session, rows)
    papers = _papers(session, rows)
    return [_check_row(session, case, row, facts, people=people, papers=papers) for row in rows]


def _check_row(
    session: CentreSession,
    case: Case,
    row: CaseCompliance,
    facts: set[str],
    *,
    people: Mapping[int, str],
    papers: Mapping[int, str],
) -> CheckRow:
    item = as_asked(item_of(row), facts)
    standing = Standing(item, answer_of(row.answer, item, facts), row.deadline_date)
    proof = proofs().get(item.proof)
    holds = proof is not None and item.proof in facts
    return CheckRow(
        id=row.id,
        version=row.version,
        standing=standing,
        is_proven=holds and row.answer != "not_applicable",
        why="" if proof is None else proof.met if holds else proof.unmet,
        tab="" if proof is None else proof.tab,
        is_late=standing.is_late(today()),
        may_answer=session.actor.may(Act.COMPLIANCE_ANSWER) and not why_not(session, case, item),
        notes=row.notes or "",
        remedial_action=row.remedial_action or "",
        evidence_document_id=row.evidence_document_id,
        evidence=papers.get(row.evidence_document_id or 0, ""),
        checked_by=people.get(row.checked_by or 0, ""),
        checked_at=row.checked_at,
    )


def answer_of(said: str, item: Item, facts: set[str]) -> str:
    """Return how an item stands: by the record where it has a proof, else as a person said."""
    if not item.proof or said == "not_applicable":
        return said
    return "met" if item.proof in facts else "unknown"


def why_not(session: CentreSession, case: Case, item: Item) -> str:
    """Return why this person may not answer an item, or an empty text."""
    if item.who == "advisor" and session.actor.role == "trainee":
        return "An advisor answers this one. Ask your supervisor."
    if item.who == "supervisor" and (
        session.actor.role == "trainee" or case.advisor_id == session.actor.user_id
    ):
        return "Another advisor or a manager answers this one."
    return ""


def item_of(row: CaseCompliance) -> Item:
    """Return the words and settings a row was opened with."""
    return read_items([row.item])[0]


def rows_of(session: CentreSession, case: Case) -> list[CaseCompliance]:
    """Return the rows of a case's checklist; those of before there were items are left out."""
    wanted = (
        sqlmodel_select(CaseCompliance)
        .where(
            col(CaseCompliance.centre_id) == case.centre_id,
            col(CaseCompliance.case_id) == case.id,
            col(CaseCompliance.item) != {},
        )
        .order_by(col(CaseCompliance.position), col(CaseCompliance.id))
    )
    return list(session.exec(wanted))


def _names(session: CentreSession, rows: list[CaseCompliance]) -> dict[int, str]:
    return names_of(session, {row.checked_by for row in rows})


def names_of(session: CentreSession, ids: set[int | None]) -> dict[int, str]:
    """Return people's names by their ids."""
    wanted = {each for each in ids if each}
    if not wanted:
        return {}
    return {each: session.require(User, each).full_name for each in wanted}


def _papers(session: CentreSession, rows: list[CaseCompliance]) -> dict[int, str]:
    """Return the names of the documents that show the items, as far as this person may see them."""
    ids = {row.evidence_document_id for row in rows if row.evidence_document_id}
    wanted = sqlmodel_select(Document).where(col(Document.id).in_(ids))
    return {each.id: each.document_name for each in session.exec(wanted)} if ids else {}
