"""What stands out about each debt of a case, for a list: its court step, emergencies and age."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from cma_app.clock import today
from cma_app.rules.court_stages import JUDGED, court_stage
from cma_app.rules.limitation import LimitationFacts, LimitationFlag, limitation_flag
from cma_app.services.debt_events import EventRow, list_events, newest_step
from cma_app.services.emergencies import of_debts
from cma_app.session import CentreSession
from models import Case, Debt


@dataclass(frozen=True, slots=True)
class Marks:
    """What a list says of one debt beside its figures; empty where there is nothing to say.

    `court` is the newest step in the nation's words with its date, `age` the flag of limitation.
    """

    court: str
    court_date: date | None
    emergencies: tuple[str, ...]
    age: LimitationFlag
    deduction: str | None
    secured_on: str | None


def marks_of(session: CentreSession, case: Case) -> dict[int, Marks]:
    """Return by its id what stands out about each debt of a case."""
    events: dict[int, list[EventRow]] = defaultdict(list)
    for event in list_events(session, case.id):
        events[event.debt_id].append(event)
    urgent: dict[int, list[str]] = defaultdict(list)
    for emergency in of_debts(session, [case.id]).get(case.id, []):
        urgent[emergency.debt_id].append(emergency.words)
    wanted = select(
        col(Debt.id),
        col(Debt.debt_type),
        col(Debt.court_stage),
        col(Debt.court_stage_date),
        col(Debt.last_payment_date),
        col(Debt.last_acknowledged_date),
        col(Debt.agreement_date),
        col(Debt.default_date),
        col(Debt.deduction_source),
        col(Debt.secured_on),
    ).where(
        col(Debt.centre_id) == case.centre_id,
        col(Debt.case_id) == case.id,
        col(Debt.deleted_at).is_(None),
    )
    return {
        row.id: Marks(
            court=""
            if row.court_stage == "none"
            else court_stage(row.court_stage).label_for(case.nation),
            court_date=row.court_stage_date,
            emergencies=tuple(urgent[row.id]),
            age=age_of(row, events[row.id], case.nation),
            deduction=row.deduction_source,
            secured_on=row.secured_on,
        )
        for row in session.execute(wanted)
    }


def age_of(debt: Any, events: Sequence[EventRow], nation: str) -> LimitationFlag:
    """Return whether a debt may be too old, from its dates and what courts did: a flag only."""
    judged = [event for event in events if event.kind in JUDGED]
    newest = newest_step(events)
    cleared = newest is not None and newest.kind == "none"
    days = [event.event_date for event in judged if event.kind == "judgment" and event.event_date]
    facts = LimitationFacts(
        nation=nation,
        debt_type=debt.debt_type,
        last_payment=debt.last_payment_date,
        last_acknowledgement=debt.last_acknowledged_date,
        agreement=debt.agreement_date,
        default=debt.default_date,
        has_judgment="no" if cleared else "yes" if judged else "unknown",
        judgment=min(days, default=None) if not cleared else None,
    )
    return limitation_flag(facts, today())
