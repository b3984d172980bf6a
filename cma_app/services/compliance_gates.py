"""Gates: three deeds that wait for the checklist, and a manager's reason to let one through.

A note, an emergency, an action or a letter without advice never waits.
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.errors import Conflict, Invalid
from cma_app.rules.checklists import GATES, waits_for
from cma_app.services.compliance_rows import CheckRow, names_of, standing_rows
from cma_app.services.forms import Form
from cma_app.session import CentreSession
from models import Case, GateOverride


class OverrideForm(Form):
    """Why a manager lets a case through a gate."""

    reason: Annotated[str, Field(min_length=1, max_length=500)] = ""


@dataclass(frozen=True, slots=True)
class GateRow:
    """One gate: what it still waits for, and the manager's reason where it was opened."""

    gate: str
    missing: list[CheckRow]
    opened_because: str = ""
    opened_by: str = ""


def open_gate(session: CentreSession, case_id: int, *, gate: str, reason: str) -> GateOverride:
    """Let a case through a gate once with items missing: a manager, with a reason that is kept."""
    case = session.require(Case, case_id)
    session.authorize(Act.GATE_OVERRIDE, case)
    if gate not in GATES:
        raise Invalid({"gate": "Choose one of the gates."})
    if not reason.strip():
        raise Invalid({"reason": "Say why it may go on without them."})
    said = OverrideForm.read({"reason": reason}).reason
    missing = gate_row(session, case, standing_rows(session, case), gate).missing
    if not missing:
        raise Conflict("Nothing is missing: this gate is open.")
    opened = GateOverride(
        case_id=case.id, gate=gate, reason=said, missing=[row.standing.item.code for row in missing]
    )
    session.add(opened)
    session.flush()
    return opened


def pass_gate(session: CentreSession, case: Case, gate: str) -> None:
    """Let a case through a gate, or raise Conflict with what is missing.

    A case without a checklist passes. A manager's override is used up by the deed it was for.
    """
    if sentence := gate_sentence(session, case, gate):
        raise Conflict(sentence)
    override = _override(session, case, gate)
    if override is not None:
        override.used_at = now()
        session.flush()


def gate_sentence(session: CentreSession, case: Case, gate: str) -> str:
    """Return what a gate waits for in a sentence, empty where a case may pass it."""
    rows = standing_rows(session, case)
    if not rows:
        return ""
    row = gate_row(session, case, rows, gate)
    override = _override(session, case, gate)
    is_covered = override is not None and _missing_codes(row) <= set(override.missing)
    if not row.missing or is_covered:
        return ""
    first = "; ".join(each.standing.item.text for each in row.missing[:3])
    more = f" and {len(row.missing) - 3} more" if row.missing[3:] else ""
    return f"{GATES[gate]} waits for the checklist: {first}{more}."


def gate_row(session: CentreSession, case: Case, rows: list[CheckRow], gate: str) -> GateRow:
    """Return what one gate waits for, and who opened it by hand."""
    missing = {each.item.code for each in waits_for([row.standing for row in rows], gate)}
    override = _override(session, case, gate)
    return GateRow(
        gate=gate,
        missing=[row for row in rows if row.standing.item.code in missing],
        opened_because=override.reason if override else "",
        opened_by=names_of(session, {override.created_by}).get(override.created_by or 0, "")
        if override
        else "",
    )


def _missing_codes(row: GateRow) -> set[str]:
    return {each.standing.item.code for each in row.missing}


def _override(session: CentreSession, case: Case, gate: str) -> GateOverride | None:
    """Return the newest override of a gate that no deed has used up yet."""
    wanted = (
        sqlmodel_select(GateOverride)
        .where(
            col(GateOverride.centre_id) == case.centre_id,
            col(GateOverride.case_id) == case.id,
            col(GateOverride.gate) == gate,
            col(GateOverride.used_at).is_(None),
        )
        .order_by(col(GateOverride.id).desc())
        .limit(1)
    )
    return session.exec(wanted).first()
