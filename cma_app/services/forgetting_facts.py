"""What the list of who is to be forgotten is judged from: numbers, days and what holds, no names.

The worker reads it: it sees restricted files, which the manager who looks at the list may not.
"""

from collections import defaultdict
from datetime import date
from typing import Any, Final

from sqlalchemy import ARRAY, Date, Table, Text, cast, func, or_, select

from cma_app.clock import local, today
from cma_app.rules.forgetting import SOON, CaseFacts, PersonFacts, last_days
from cma_app.rules.requests import request_kind, request_kinds
from cma_app.rules.rights import ERASURE
from cma_app.rules.workflow import AT_WORK
from cma_app.services.retention import HOLD_LABELS
from cma_app.session import CentreSession
from models import metadata

IN_PART: Final = "Erasure was agreed in part: it is done by hand"
ENDS: Final = ["closing_date", "deleted_at", "status"]
"""What of a case says when it ended."""
COUNTED: Final = ("case_notes", "documents", "letters", "appointments", "debts")
"""The tables whose rows the list counts for each person."""


def read_facts(session: CentreSession) -> tuple[list[PersonFacts], list[CaseFacts]]:
    """Return every person and case of the centre as `judge` wants them, removed ones too."""
    cases = _cases(session)
    holds, erasures = _holds(session), _erasures(session)
    clients = _table("clients")
    wanted = select(clients.c.id, clients.c.anonymised_at).where(_here(session, clients))
    last = _last_contacts(session)
    people = []
    for number, anonymised_at in session.execute(wanted):
        erase_on, in_part = erasures.get(number, (None, False))
        people.append(
            PersonFacts(
                number,
                (*sorted(holds[number]), *([IN_PART] if in_part else [])),
                erase_on,
                last.get(number),
                frozenset({"case"}) if anonymised_at is not None else frozenset(),
            )
        )
    return people, cases


def count_rows(session: CentreSession, case_ids: list[int]) -> dict[int, dict[str, int]]:
    """Return how many rows of each counted table every case has."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for name in COUNTED:
        table = _table(name)
        wanted = (
            select(table.c.case_id, func.count())
            .where(_here(session, table), table.c.case_id.in_(case_ids))
            .group_by(table.c.case_id)
        )
        for case_id, number in session.execute(wanted):
            found[case_id][name] = number
    return found


def undated_cases(session: CentreSession, held: set[int]) -> list[int]:
    """Return ended cases without a date though nobody of them is held: they ended while one was."""
    cases = _table("cases")
    wanted = select(cases.c.id).where(
        _here(session, cases),
        cases.c.deleted_at.is_(None),
        cases.c.status.not_in([each.value for each in AT_WORK]),
        cases.c.closing_date.is_not(None),
        cases.c.retention_date.is_(None),
        cases.c.id.not_in(held),
        cases.c.client_id.not_in(_anonymous(session)),
    )
    return list(session.execute(wanted.order_by(cases.c.id)).scalars())


def _last_contacts(session: CentreSession) -> dict[int, date]:
    """Return when anything was last recorded of each person who never had a case."""
    clients, cases, joined = _table("clients"), _table("cases"), _table("case_people")
    of_case = select(cases.c.id).where(
        cases.c.centre_id == clients.c.centre_id, cases.c.client_id == clients.c.id
    )
    of_two = select(joined.c.id).where(
        joined.c.centre_id == clients.c.centre_id, joined.c.client_id == clients.c.id
    )
    day = func.cma_last_contact(clients.c.centre_id, clients.c.id, type_=Date)
    wanted = select(clients.c.id, day).where(
        _here(session, clients), ~of_case.exists(), ~of_two.exists()
    )
    return {number: last for number, last in session.execute(wanted) if last is not None}


def _anonymous(session: CentreSession) -> Any:
    clients = _table("clients")
    return select(clients.c.id).where(_here(session, clients), clients.c.anonymised_at.is_not(None))


def _table(name: str) -> Table:
    return metadata.tables[name]


def _here(session: CentreSession, table: Table) -> Any:
    return table.c.centre_id == session.actor.centre_id


def _cases(session: CentreSession) -> list[CaseFacts]:
    cases, joined = _table("cases"), _table("case_people")
    seconds: dict[int, set[int]] = defaultdict(set)
    wanted = select(joined.c.case_id, joined.c.client_id).where(_here(session, joined))
    for case_id, client_id in session.execute(wanted):
        seconds[case_id].add(client_id)
    rows = session.execute(
        select(
            cases.c.id, cases.c.client_id, cases.c.status, cases.c.closing_date, cases.c.deleted_at
        ).where(_here(session, cases))
    )
    at_work = {each.value for each in AT_WORK}
    people, ends = {}, {}
    for row in rows:
        ended = None if row.status in at_work else row.closing_date
        if ended is None and row.deleted_at is not None:
            ended = local(row.deleted_at).date()
        people[row.id], ends[row.id] = frozenset({row.client_id, *seconds[row.id]}), ended
    late = _changed_since(session, {number: day for number, day in ends.items() if day is not None})
    return [CaseFacts(each, people[each], late.get(each, ends[each])) for each in people]


def _changed_since(session: CentreSession, ends: dict[int, date]) -> dict[int, date]:
    """Return on which later day, by the log, the end of a case was last changed.

    The database asks the same of the log before it forgets. Only what could stand on the list is
    looked up.
    """
    log, soon = _table("audit_logs"), today() + SOON
    old = [number for number, ended in ends.items() if last_days(ended)["case"] < soon]
    wanted = (
        select(log.c.record_id, func.max(log.c.timestamp))
        .where(
            _here(session, log),
            log.c.table_name == "cases",
            log.c.record_id.in_(old),
            log.c.old_values.has_any(cast(ENDS, ARRAY(Text))),
        )
        .group_by(log.c.record_id)
    )
    found = {number: local(moment).date() for number, moment in session.execute(wanted)}
    return {number: day for number, day in found.items() if day > ends[number]}


def _holds(session: CentreSession) -> dict[int, set[str]]:
    """Return what holds each person, in the words of our lists; what holds is never told itself."""
    found: dict[int, set[str]] = defaultdict(set)
    holds = _table("legal_holds")
    standing = select(holds.c.client_id, holds.c.kind).where(
        _here(session, holds), holds.c.ended_at.is_(None)
    )
    for client_id, kind in session.execute(standing):
        found[client_id].add(HOLD_LABELS.get(kind) or str(kind))
    asked = _table("rights_requests")
    open_ones = select(asked.c.client_id).where(
        _here(session, asked), asked.c.outcome.is_(None), asked.c.deleted_at.is_(None)
    )
    for client_id in session.execute(open_ones).scalars():
        found[client_id].add("A request about their data is open")
    _hold_by_case(session, found)
    return found


def _hold_by_case(session: CentreSession, found: dict[int, set[str]]) -> None:
    """Add the open requests of cases, for whom each case is about now."""
    asked, cases, joined = _table("request_deadlines"), _table("cases"), _table("case_people")
    holding = [each.code for each in request_kinds() if each.holds]
    open_ones = [
        _here(session, asked),
        asked.c.kind.in_(holding),
        asked.c.done_on.is_(None),
        asked.c.deleted_at.is_(None),
    ]
    of_case = (cases.c.centre_id == asked.c.centre_id) & (cases.c.id == asked.c.case_id)
    of_two = (joined.c.centre_id == asked.c.centre_id) & (joined.c.case_id == asked.c.case_id)
    for wanted in (
        select(cases.c.client_id, asked.c.kind).join(asked, of_case).where(*open_ones),
        select(joined.c.client_id, asked.c.kind)
        .join(asked, of_two)
        .where(*open_ones, joined.c.left_on.is_(None)),
    ):
        for client_id, kind in session.execute(wanted):
            found[client_id].add(f"Open in their case: {request_kind(kind).label.lower()}")


def _erasures(session: CentreSession) -> dict[int, tuple[date | None, bool]]:
    """Return on which day a granted erasure is done, and whether it was agreed in part alone."""
    asked = _table("rights_requests")
    wanted = (
        select(asked.c.client_id, asked.c.outcome, asked.c.action_on)
        .where(
            _here(session, asked),
            asked.c.kind == ERASURE,
            asked.c.deleted_at.is_(None),
            or_(asked.c.outcome == "fulfilled", asked.c.outcome == "partly"),
        )
        .order_by(asked.c.id)
    )
    return {
        row.client_id: (row.action_on, row.outcome == "partly") for row in session.execute(wanted)
    }
