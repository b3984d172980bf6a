"""A checklist as an advisor would see it in a case that was opened today and has no answer yet."""

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.rules.checklist_changes import holding
from cma_app.rules.checklists import GATES, Item, Standing, deadline, proofs, whole_status
from cma_app.services.checklists import read_checklists
from cma_app.services.compliance import CaseChecklist
from cma_app.services.compliance_gates import GateRow
from cma_app.services.compliance_rows import CheckRow
from cma_app.session import CentreSession
from models import Centre


def preview_checklist(
    session: CentreSession, case_type: str, *, version_id: int | None = None
) -> CaseChecklist:
    """Return a version's items as the rows of a new case; nothing of it is stored."""
    session.authorize(Act.CHECKLIST_EDIT)
    items = read_checklists(session, case_type, version_id=version_id).items
    centre = session.get(Centre, session.actor.centre_id)
    nation = centre.nation if centre is not None else "england"
    rows = [_row(place, item, nation) for place, item in enumerate(items, 1)]
    by_code = {row.standing.item.code: row for row in rows}
    return CaseChecklist(
        rows=rows,
        status=whole_status([row.standing for row in rows], today()),
        gates=[
            GateRow(gate, [by_code[item.code] for item in holding(items, gate)]) for gate in GATES
        ],
        may_override=False,
    )


def _row(place: int, item: Item, nation: str) -> CheckRow:
    proof = proofs().get(item.proof)
    return CheckRow(
        id=place,
        version=0,
        standing=Standing(item, "unknown", deadline(item, nation, opened=today(), advised=None)),
        is_proven=False,
        why=proof.unmet if proof is not None else "",
        tab="",
        is_late=False,
        may_answer=False,
        notes="",
        remedial_action="",
        evidence_document_id=None,
        evidence="",
        checked_by="",
        checked_at=None,
    )
