"""The compliance checklist of a case: what was answered, what the record proves, what waits.

A case keeps the items it was opened with. Where an item has a proof, the record ticks it and
unticks it; a person may only say that it does not apply. What a whole checklist comes to is
derived, and kept on the case for its lists. Gates stop three deeds and never a note, an emergency
or a letter without advice; a manager may open one with a reason that is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field
from sqlalchemy import insert, select, update
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import Conflict, Invalid, Refused
from cma_app.rules.checklists import ANSWERS, GATES, STATUSES, Item, deadline, whole_status
from cma_app.services.checklists import items_for
from cma_app.services.compliance_gates import GateRow, gate_row
from cma_app.services.compliance_rows import (
    CheckRow,
    item_of,
    rows_of,
    standing_rows,
    why_not,
)
from cma_app.services.forms import Blank, Form, choice
from cma_app.services.locking import locked
from cma_app.session import CentreSession
from models import Case, CaseCompliance, Centre, Document

LONGEST: Final = 2000
NOT_PROVEN: Final = "The record ticks this by itself. You can only say that it does not apply."


class AnswerForm(Form):
    """One answer: `not_applicable` needs the reason, and `met` the evidence its item asks for."""

    answer: Annotated[str, BeforeValidator(choice(*ANSWERS))]
    notes: Annotated[str | None, Field(max_length=LONGEST), Blank] = None
    remedial_action: Annotated[str | None, Field(max_length=LONGEST), Blank] = None
    evidence_document_id: Annotated[int | None, Blank] = None


@dataclass(frozen=True, slots=True)
class CaseChecklist:
    """A case's checklist; without rows it was opened before there were checklists.

    `papers` are the case's documents, id and name, of which one can show that an item is met.
    """

    rows: list[CheckRow]
    status: str
    gates: list[GateRow]
    may_override: bool
    papers: list[tuple[int, str]] = field(default_factory=list)


def begin_checklist(session: CentreSession, case: Case) -> None:
    """Give a case the items of its centre's checklist, once, with their deadlines."""
    begun = select(col(CaseCompliance.id)).where(
        col(CaseCompliance.centre_id) == case.centre_id, col(CaseCompliance.case_id) == case.id
    )
    if session.execute(begun.limit(1)).first() is not None:
        return
    checklist_id, items = items_for(session, case.case_type)
    nation = _centre_nation(session, case)
    who = session.actor.user_id or None
    session.execute(
        insert(CaseCompliance).returning(col(CaseCompliance.id)),
        [
            {
                "centre_id": case.centre_id,
                "created_by": who,
                "updated_by": who,
                "case_id": case.id,
                "checklist_id": checklist_id,
                "compliance_type": item.code,
                "position": place,
                "item": item.to_json(),
                "deadline_date": deadline(
                    item, nation, opened=case.opening_date, advised=case.advised_on
                ),
            }
            for place, item in enumerate(items)
        ],
    )


def open_checklist(session: CentreSession, case_id: int) -> CaseChecklist:
    """Begin the checklist of a case that was opened before there were any, and return it."""
    case = session.require(Case, case_id)
    session.authorize(Act.COMPLIANCE_ANSWER, case)
    locked(session, Case, case_id)
    begin_checklist(session, case)
    return read_checklist(session, case_id)


def count_from_advice(session: CentreSession, case: Case) -> None:
    """Set the deadlines that are counted from the day the advice stage began."""
    nation = _centre_nation(session, case)
    for row in rows_of(session, case):
        item = item_of(row)
        if item.due_from == "advice" and row.deadline_date is None:
            row.deadline_date = deadline(
                item, nation, opened=case.opening_date, advised=case.advised_on
            )
    session.flush()


def read_checklist(session: CentreSession, case_id: int) -> CaseChecklist:
    """Return a case's checklist as it stands now; what it comes to is kept on the case."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    rows = standing_rows(session, case)
    status = whole_status([row.standing for row in rows], today())
    if rows:
        _keep(session, case, status)
    return CaseChecklist(
        rows=rows,
        status=status,
        gates=[gate_row(session, case, rows, gate) for gate in GATES] if rows else [],
        may_override=session.actor.may(Act.GATE_OVERRIDE),
        papers=_papers(session, case),
    )


def _papers(session: CentreSession, case: Case) -> list[tuple[int, str]]:
    wanted = (
        select(col(Document.id), col(Document.document_name))
        .where(col(Document.centre_id) == case.centre_id, col(Document.case_id) == case.id)
        .order_by(col(Document.document_name), col(Document.id))
    )
    return [(row.id, row.document_name) for row in session.execute(wanted)]


def answer_item(
    session: CentreSession, row_id: int, data: Mapping[str, Any], *, version: int
) -> CaseCompliance:
    """Answer one item of a case; where another person did meanwhile, Conflict has theirs."""
    row = session.require(CaseCompliance, row_id)
    case = session.require(Case, row.case_id)
    session.authorize(Act.COMPLIANCE_ANSWER, case)
    form = AnswerForm.read(data)
    row = locked(session, CaseCompliance, row_id)
    if row.version != version:
        raise Conflict("Somebody answered this in the meantime.", _theirs(row, form))
    item = item_of(row)
    why = why_not(session, case, item)
    if why:
        raise Refused(why, Act.COMPLIANCE_ANSWER.value)
    _refuse_answer(session, case, item, form)
    row.answer, row.requirement_met = form.answer, form.answer == "met"
    row.notes, row.remedial_action = form.notes, form.remedial_action
    row.evidence_document_id = form.evidence_document_id or _out_of_sight(session, row)
    row.evidence_provided = form.answer == "met" and item.evidence != "none"
    row.checked_by, row.checked_at = session.actor.user_id or None, now()
    row.check_date = today()
    session.flush()
    _keep(session, case, _whole(session, case))
    return row


def _out_of_sight(session: CentreSession, row: CaseCompliance) -> int | None:
    """Return the document that shows an item where this person may not see it: it stays."""
    if row.evidence_document_id is None:
        return None
    key = {"centre_id": row.centre_id, "id": row.evidence_document_id}
    return None if session.get(Document, key) is not None else row.evidence_document_id


def _whole(session: CentreSession, case: Case) -> str:
    return whole_status([row.standing for row in standing_rows(session, case)], today())


def _keep(session: CentreSession, case: Case, status: str) -> None:
    """Keep on the case what its checklist comes to; nobody's edit of the case is disturbed."""
    if case.compliance_status == status or status not in STATUSES:
        return
    table = Case.__table__  # type: ignore[attr-defined]
    session.execute(
        update(table)
        .where(table.c.centre_id == case.centre_id, table.c.id == case.id)
        .values(compliance_status=status)
    )
    session.refresh(case, ["compliance_status"])


def _refuse_answer(session: CentreSession, case: Case, item: Item, form: AnswerForm) -> None:
    wrong: dict[str, str] = {}
    if item.proof and form.answer in {"met", "not_met"}:
        wrong["answer"] = NOT_PROVEN
    if form.answer == "not_applicable" and not form.notes:
        wrong["notes"] = "Say why it does not apply."
    if form.answer == "not_met" and not form.remedial_action:
        wrong["remedial_action"] = "Say what will be done about it."
    if form.answer == "met" and item.evidence != "none" and not item.proof:
        if item.evidence == "note" and not form.notes:
            wrong["notes"] = "Write down what shows it."
        if item.evidence == "document" and not (form.evidence_document_id or form.notes):
            wrong["notes"] = "Choose the document that shows it, or say where the paper is."
    if form.evidence_document_id is not None:
        paper = session.require(Document, form.evidence_document_id)
        if paper.case_id != case.id:
            wrong["evidence_document_id"] = "Choose a document of this case."
    if wrong:
        raise Invalid(wrong)


def _theirs(row: CaseCompliance, form: AnswerForm) -> dict[str, str]:
    stored = {
        "answer": row.answer,
        "notes": row.notes or "",
        "remedial_action": row.remedial_action or "",
    }
    mine = form.model_dump()
    return {name: value for name, value in stored.items() if value != (mine[name] or "")}


def _centre_nation(session: CentreSession, case: Case) -> str:
    centre = session.get(Centre, case.centre_id)
    return centre.nation if centre is not None else case.nation


def soonest_deadline(rows: list[CheckRow]) -> date | None:
    """Return the soonest last day of what is mandatory and open."""
    open_days = [
        row.standing.deadline
        for row in rows
        if row.standing.deadline and row.standing.item.is_mandatory and not row.standing.is_done
    ]
    return min(open_days, default=None)
