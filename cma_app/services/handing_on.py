"""Handing a case to another person: its open actions go along, and its appointments where asked."""

from collections.abc import Collection
from dataclasses import dataclass

from cma_app.access.acts import Act
from cma_app.errors import CmaError
from cma_app.services.appointments import move_appointment
from cma_app.services.case_steps import assign_case
from cma_app.services.closings import standing_appointments
from cma_app.session import CentreSession
from models import Appointment, Case


@dataclass(frozen=True, slots=True)
class HandedOn:
    """What became of the appointments that whoever held the case had with its client."""

    moved: int = 0
    stays: tuple[str, ...] = ()


def hand_on(
    session: CentreSession,
    case_id: int,
    *,
    advisor_id: int,
    seen: int | None = None,
    moves: bool = False,
    only: Collection[int] | None = None,
) -> HandedOn:
    """Give a case to another person, with the appointments to come where `moves`.

    `only` are the numbers of those that may go along; without it all may. An appointment stays
    where it was if the new holder is away or busy then; `stays` names it.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_ASSIGN, case)
    before = case.advisor_id
    assign_case(session, case_id, advisor_id=advisor_id, seen=seen)
    theirs = [row for row in standing_appointments(session, case) if row.advisor_id == before]
    if only is not None:
        theirs = [row for row in theirs if row.id in only]
    stays = [row for row in theirs if not moves or not _moved(session, row, advisor_id)]
    session.authorize(Act.CASE_ASSIGN, case)
    return HandedOn(len(theirs) - len(stays), tuple(_when(row) for row in stays))


def _moved(session: CentreSession, row: Appointment, advisor_id: int) -> bool:
    """Say whether an appointment could be made the new holder's."""
    said = {
        "appointment_type": row.appointment_type,
        "meeting_mode": row.meeting_mode,
        "advisor_id": advisor_id,
        "room_id": row.room_id,
        "scheduled_date": row.scheduled_date,
        "scheduled_time": row.scheduled_time,
        "duration_minutes": row.duration_minutes,
        "location": row.location,
        "preparation_notes": row.preparation_notes,
        "anyway": False,
    }
    try:
        with session.begin_nested():
            move_appointment(session, row.id, said, version=row.version)
    except CmaError:
        session.refresh(row)
        return False
    return True


def _when(row: Appointment) -> str:
    return f"{row.scheduled_date:%a %-d %b}, {row.scheduled_time:%H:%M}"
