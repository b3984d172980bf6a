"""Cases: begun, opened, moved through their stages, handed on, closed and reopened.

An opening is written to the audit log once a visit: `open_case` writes a row, `read_case` writes
one only where this sign-in has not opened the case today, as the session does for every other read
of it (`cma_app/openings.py`): a person who walks through the tabs leaves one row, and a person who
comes by a tab's own address cannot come unseen.
"""

import json
from collections.abc import Collection
from datetime import date, time
from typing import Any, Final

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import Conflict, Invalid, NotFound
from cma_app.rules import workflow
from cma_app.rules.workflow import Stage
from cma_app.services.compliance import begin_checklist
from cma_app.services.intake import SOURCES
from cma_app.services.notifications import notify
from cma_app.session import CentreSession
from models import Case, Client, NextAction, User

TYPES: Final = {
    "casework": "Casework",
    "one_off": "One-off advice",
    "debt_relief_order": "Debt relief order",
    "review": "Review only",
}
"""What kind of work a case is, by stored word."""
PRIORITY_LABELS: Final = {"low": "Low", "medium": "Medium", "high": "High", "urgent": "Urgent"}
PRIORITY_ORDER: Final = {word: place for place, word in enumerate(PRIORITY_LABELS)}
NATION_LABELS: Final = {
    "england": "England",
    "wales": "Wales",
    "scotland": "Scotland",
    "northern_ireland": "Northern Ireland",
}
HOLDERS: Final = ("advisor", "trainee", "manager")
"""The roles that may hold a case; a manager holds the waiting ones."""


def start_case(
    session: CentreSession,
    client: Client,
    *,
    nation: str | None,
    source: str | None = None,
    referred_by: str | None = None,
    emergency: str | None = None,
    emergency_date: date | None = None,
    emergency_time: time | None = None,
    advisor_id: int | None = None,
) -> Case:
    """Begin a case for a client and return it; who gives it to somebody else must be a manager.

    A manager's own is waiting until an advisor takes it. An emergency makes the case urgent and
    its date, which never rolls, the first next action. `nation` None means England. `source` and
    `referred_by` say who sent them.
    """
    session.authorize(Act.CASE_START, client)
    if client.anonymised_at is not None:
        raise Conflict("This record is anonymous: record the client anew first.")
    holder = find_holder(session, advisor_id or session.actor.user_id)
    if holder.id != session.actor.user_id and session.actor.user_id:
        session.authorize(Act.CASE_ASSIGN)
        session.authorize(Act.CASE_START, client)
    stage = Stage.WAITING if holder.role == "manager" else Stage.FACT_FIND
    what = (emergency or "").strip()
    if emergency_date and not what:
        what = "Emergency"
    session.flush()
    case = Case(
        case_reference=session.next_reference("case"),
        client_id=client.id,
        advisor_id=holder.id,
        nation=known(nation or "england", NATION_LABELS, "nation"),
        source=known(source, SOURCES, "source") if source else None,
        referred_by=referred_by,
        stage=stage,
        status=workflow.status_of(stage),
        stage_since=today(),
        opening_date=today(),
        priority="urgent" if what else "medium",
        priority_reason=what[:500] or None,
        emergency=what[:200] or None,
        emergency_date=emergency_date,
        emergency_time=emergency_time,
    )
    session.add(case)
    session.flush()
    begin_checklist(session, case)
    if what:
        session.add(new_emergency(case))
        session.flush()
    notify(session, holder.id, kind="case_assigned", case_id=case.id)
    return case


def open_case(session: CentreSession, case_id: int) -> Case:
    """Return a case and write that it was opened."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    session.record_opening(case, again=True)
    return case


def read_case(session: CentreSession, case_id: int) -> Case:
    """Return a case; write the opening only where this sign-in has not opened it today."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    session.record_opening(case)
    return case


def find_holder(session: CentreSession, user_id: int) -> User:
    """Return a person of the centre who may hold a case; Invalid beside `advisor_id` otherwise."""
    try:
        person = session.require(User, user_id)
    except NotFound:
        raise Invalid({"advisor_id": "Choose an advisor of your centre."}) from None
    if person.role not in HOLDERS or not person.is_active:
        raise Invalid({"advisor_id": "Choose an advisor who works at your centre now."})
    return person


def known(value: str, words: Collection[str], field: str) -> str:
    """Return a word that is one of these; Invalid beside its field otherwise."""
    if value not in words:
        raise Invalid({field: "Choose one of the answers."})
    return value


def new_emergency(case: Case) -> NextAction:
    """Return the next action that an emergency is: its date never rolls."""
    return NextAction(
        case_id=case.id,
        owner_id=case.advisor_id,
        kind="emergency",
        what=case.emergency or "Emergency",
        due_date=case.emergency_date,
        due_time=case.emergency_time,
    )


def write_event(session: CentreSession, action: str, case: Case, values: dict[str, Any]) -> None:
    """Write to the audit log what no column of a case says, such as why it was reopened."""
    session.record_event(
        action,
        record=case,
        client_id=case.client_id,
        case_id=case.id,
        values=json.dumps(values),
    )
