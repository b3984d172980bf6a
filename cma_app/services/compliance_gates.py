"""Gates: three deeds that wait for the checklist, and a manager's reason to let one through.

A note, an emergency, an action or a letter without advice never waits.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from cma_app.access.acts import Act
from cma_app.clock import local, now, today
from cma_app.errors import Conflict, Invalid
from cma_app.rules.checklists import GATES, waits_for
from cma_app.services.compliance_rows import CheckRow, names_of, standing_rows
from cma_app.services.forms import Form
from cma_app.session import CentreSession
from models import Case, GateOverride, Letter


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


def pass_gate(
    session: CentreSession, case: Case, gate: str, *, letter: Letter | None = None
) -> None:
    """Let a case through a gate, or raise Conflict with what is missing.

    A case without a checklist passes. A manager's override is used up by the deed it was for,
    however often it was said; letters of one kind that lay ready by then are one deed that day.
    Whoever calls has locked the case, so that no two deeds use up the same override.
    """
    sentence, used_up = _judge(session, case, gate, letter)
    if sentence:
        raise Conflict(sentence)
    for override in used_up:
        override.used_at = now()
    session.flush()


def gate_sentence(
    session: CentreSession, case: Case, gate: str, *, letter: Letter | None = None
) -> str:
    """Return what a gate waits for in a sentence, empty where a case may pass it."""
    return _judge(session, case, gate, letter)[0]


def _judge(
    session: CentreSession, case: Case, gate: str, letter: Letter | None
) -> tuple[str, list[GateOverride]]:
    """Return what a gate waits for in a sentence, and the overrides that passing it uses up."""
    rows = standing_rows(session, case)
    if not rows:
        return "", []
    row, unused = gate_row(session, case, rows, gate), _overrides(session, case, gate)
    if letter is not None and _cover(row, _left_with(session, case, letter)):
        return "", []
    if not row.missing or _cover(row, unused):
        return "", unused
    first = "; ".join(each.standing.item.text for each in row.missing[:3])
    more = f" and {len(row.missing) - 3} more" if row.missing[3:] else ""
    return f"{GATES[gate]} waits for the checklist: {first}{more}.", []


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


def _cover(row: GateRow, overrides: list[GateOverride]) -> bool:
    """Say whether one of the overrides was said of all that is missing now."""
    missing = {each.standing.item.code for each in row.missing}
    return any(missing <= set(each.missing) for each in overrides)


def _override(session: CentreSession, case: Case, gate: str) -> GateOverride | None:
    """Return the newest override of a gate that no deed has used up yet."""
    return next(iter(_overrides(session, case, gate)), None)


def _overrides(session: CentreSession, case: Case, gate: str) -> list[GateOverride]:
    """Return the overrides of a gate that no deed has used up yet, the newest first."""
    wanted = (
        sqlmodel_select(GateOverride)
        .where(
            col(GateOverride.centre_id) == case.centre_id,
            col(GateOverride.case_id) == case.id,
            col(GateOverride.gate) == gate,
            col(GateOverride.used_at).is_(None),
        )
        .order_by(col(GateOverride.id).desc())
    )
    return list(session.exec(wanted))


def _left_with(session: CentreSession, case: Case, letter: Letter) -> list[GateOverride]:
    """Return what was used up today by a letter of the same kind, after this one was drafted."""
    wanted = (
        sqlmodel_select(GateOverride)
        .where(
            col(GateOverride.centre_id) == case.centre_id,
            col(GateOverride.case_id) == case.id,
            col(GateOverride.gate) == "advice",
            col(GateOverride.used_at) >= letter.created_at,
        )
        .order_by(col(GateOverride.id).desc())
    )
    return [
        each
        for each in session.exec(wanted)
        if each.used_at is not None
        and local(each.used_at).date() == today()
        and _kind_let_out(session, case, each.used_at) == letter.kind
    ]


def _kind_let_out(session: CentreSession, case: Case, used_at: datetime) -> str | None:
    """Return the kind of the letter that an override was used up for."""
    wanted = (
        select(col(Letter.kind))
        .where(
            col(Letter.centre_id) == case.centre_id,
            col(Letter.case_id) == case.id,
            col(Letter.issued_at) >= used_at,
        )
        .order_by(col(Letter.issued_at))
        .limit(1)
    )
    return session.execute(wanted).scalar_one_or_none()
