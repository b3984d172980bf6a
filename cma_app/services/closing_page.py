"""What the closing page of a case shows: what the gate asks, what stands, what was said so far."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import CmaError
from cma_app.rules.closing import (
    EndedDebt,
    Gain,
    Totals,
    totals,
    words_on,
)
from cma_app.rules.debt_types import debt_type
from cma_app.rules.retention import KeepUntil, keep_until
from cma_app.rules.workflow import AT_WORK
from cma_app.services.authorities import AuthorityRow, list_authorities
from cma_app.services.cases import read_case
from cma_app.services.chasers import Waiting, waiting_letters
from cma_app.services.closing_forms import ENDINGS
from cma_app.services.closings import (
    CLOSING_DRAFT,
    CaseDebt,
    closings_of,
    current_closing,
    debts_of,
    open_tasks,
    standing_appointments,
)
from cma_app.services.compliance_gates import gate_row
from cma_app.services.compliance_rows import CheckRow, names_of, standing_rows
from cma_app.services.drafts import kept_draft
from cma_app.services.emergencies import OpenEmergency, open_emergencies
from cma_app.services.recommendations import standing_advice, taken_of
from cma_app.services.retention import Hold, Kept, list_holds, list_kept, other_open_cases
from cma_app.session import CentreSession
from models import AuditLog, Case, CaseClosing, Client, ClosingDebt, ClosingGain, Letter

HERE: Final = frozenset({"outcome_per_debt", "totals_recorded"})
"""The facts that this page itself makes true: it does not ask for them."""


@dataclass(frozen=True, slots=True)
class DebtToEnd:
    """One debt as the form begins with it; what nobody recorded is None."""

    id: int
    creditor: str
    kind: str
    is_priority: bool
    outcome: str
    start: Decimal | None
    now: Decimal | None
    off: Decimal | None


@dataclass(frozen=True, slots=True)
class GainSaid:
    """One gain as it was recorded."""

    kind: str
    word: str
    detail: str
    amount: Decimal | None
    frequency: str
    counted: Decimal | None


@dataclass(frozen=True, slots=True)
class EndedDebtSaid:
    """One debt of a closing in the words of its day; a sum that is None is not known."""

    creditor: str
    outcome: str
    start: Decimal | None
    now: Decimal | None
    off: Decimal | None


@dataclass(frozen=True, slots=True)
class Revision:
    """One closing of a case, who wrote it, and when."""

    revision: int
    round_no: int
    word: str
    by: str
    at: datetime
    because: str


@dataclass(frozen=True, slots=True)
class Record:
    """How a case ended, as it stands; `words` are those of its day."""

    closing: CaseClosing
    words: Mapping[str, str]
    by: str
    debts: list[EndedDebtSaid]
    gains: list[GainSaid]
    totals: Totals


@dataclass(frozen=True, slots=True)
class Standing:
    """What still stands when a case is about to end: each may be dealt with from the page."""

    emergencies: list[OpenEmergency]
    meetings: list[tuple[int, date, str, str]]
    tasks: list[tuple[int, str, date | None]]
    waiting: list[Waiting]
    authorities: list[AuthorityRow]


@dataclass(frozen=True, slots=True)
class ClosingPage:
    """All of the page; `letter` says how the closing letter stands: issued, draft or none.

    `advised` is what the advice that stands says of the case's solution and of its outcome.
    """

    case_id: int
    client_id: int
    status: str
    is_at_work: bool
    may_close: bool
    may_amend: bool
    may_save: bool
    may_hold: bool
    may_lift: bool
    may_let_through: bool
    missing: list[CheckRow]
    let_through: str
    debts: list[DebtToEnd]
    gains: list[GainSaid]
    standing: Standing
    letter: str
    letter_id: int
    record: Record | None
    history: list[Revision]
    foreseen: list[KeepUntil]
    kept: list[Kept]
    client_until: date | None
    holds: list[Hold]
    other_cases: list[str]
    choices: dict[str, dict[str, str]]
    advised: dict[str, str]
    draft: dict[str, str]


def read_closing(session: CentreSession, case_id: int) -> ClosingPage:
    """Return the closing page of a case, open or ended."""
    case = read_case(session, case_id)
    session.authorize(Act.CASE_OPEN, case)
    record = read_record(session, case_id)
    debts = debts_of(session, case)
    gate = gate_row(session, case, standing_rows(session, case), "closing")
    letter_id, letter = _letter(session, case)
    return ClosingPage(
        case_id=case.id,
        client_id=case.client_id,
        status=case.status,
        is_at_work=case.status in AT_WORK,
        may_close=session.actor.may(Act.CASE_CLOSE) or session.actor.prepares(Act.CASE_CLOSE),
        may_amend=session.actor.may(Act.CLOSING_AMEND),
        may_save=session.actor.may(Act.DEBT_RECORD),
        may_hold=session.actor.may(Act.HOLD_PLACE),
        may_lift=session.actor.may(Act.HOLD_LIFT),
        may_let_through=session.actor.may(Act.GATE_OVERRIDE),
        missing=[row for row in gate.missing if row.standing.item.proof not in HERE],
        let_through=gate.opened_because,
        debts=_to_end(session, case, debts, record),
        gains=record.gains if record else [],
        standing=_standing(session, case),
        letter=letter,
        letter_id=letter_id,
        record=record,
        history=_history(session, case),
        foreseen=keep_until(case.closing_date or today()),
        kept=list_kept(session, case.id),
        client_until=session.require(Client, case.client_id).retention_date,
        holds=list_holds(session, case.id),
        other_cases=other_open_cases(session, case),
        choices=_choices(case),
        advised=_advised(session, case) if record is None else {},
        draft=kept_draft(session, CLOSING_DRAFT, record_id=case.id),
    )


def read_record(session: CentreSession, case_id: int) -> Record | None:
    """Return how a case ended, as it stands now; None while it is open or has no closing."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    closing = current_closing(session, case)
    if closing is None:
        return None
    debts = _parts(session, ClosingDebt, closing)
    gains = _parts(session, ClosingGain, closing)
    return Record(
        closing=closing,
        words=closing.words,
        by=names_of(session, {closing.created_by}).get(closing.created_by or 0, ""),
        debts=[
            EndedDebtSaid(
                each.creditor_name,
                each.outcome_word,
                each.owed_at_start,
                each.owed_at_closing,
                each.written_off,
            )
            for each in debts
        ],
        gains=[
            GainSaid(
                each.kind,
                each.kind_word,
                each.detail or "",
                each.amount,
                each.entered_frequency,
                each.counted,
            )
            for each in gains
        ],
        totals=_kept_totals(closing, debts, gains),
    )


def _parts(session: CentreSession, table: type[Any], closing: CaseClosing) -> list[Any]:
    wanted = (
        sqlmodel_select(table)
        .where(col(table.centre_id) == closing.centre_id, col(table.closing_id) == closing.id)
        .order_by(col(table.id))
    )
    return list(session.exec(wanted))


def _kept_totals(
    closing: CaseClosing, debts: list[ClosingDebt], gains: list[ClosingGain]
) -> Totals:
    """Return the sums of a closing as they were kept; how many are not known is counted."""
    counted = totals(
        [
            EndedDebt(each.outcome, each.owed_at_start, each.owed_at_closing, each.written_off)
            for each in debts
        ],
        [Gain(each.amount, each.entered_frequency) for each in gains],
        closing.closed_on,
    )
    return Totals(
        **{
            name: replace(getattr(counted, name), known=getattr(closing, name))
            for name in (
                *("owed_at_start", "owed_at_closing", "written_off", "arranged"),
                *("in_solution", "gained_a_year", "gained_once"),
            )
        },
        where=counted.where,
    )


def _to_end(
    session: CentreSession, case: Case, debts: list[CaseDebt], record: Record | None
) -> list[DebtToEnd]:
    """Return each debt as the form begins with it: what was closed, else what is recorded."""
    said = {}
    if record is not None:
        said = {each.debt_id: each for each in _parts(session, ClosingDebt, record.closing)}
    began = _first_balances(session, case)
    return [_one_to_end(each, said.get(each.debt.id), began.get(each.debt.id)) for each in debts]


def _one_to_end(each: CaseDebt, said: ClosingDebt | None, began: Decimal | None) -> DebtToEnd:
    debt = each.debt
    now = debt.balance if debt.balance or debt.is_balance_verified else None
    start = began
    off = debt.written_off_amount
    if said is not None:
        start, now, off = said.owed_at_start, said.owed_at_closing, said.written_off
    return DebtToEnd(
        id=debt.id,
        creditor=each.creditor,
        kind=_kind_word(debt.debt_type),
        is_priority=debt.is_priority,
        outcome=said.outcome if said is not None else debt.outcome or "",
        start=start,
        now=now,
        off=off,
    )


def _kind_word(code: str) -> str:
    try:
        return debt_type(code).label
    except CmaError:
        return code.replace("_", " ").capitalize()


def _first_balances(session: CentreSession, case: Case) -> dict[int, Decimal]:
    """Return the first balance above nil that the log has of each debt of a case."""
    wanted = (
        select(col(AuditLog.record_id), col(AuditLog.new_values)["balance"].astext)
        .where(
            col(AuditLog.centre_id) == case.centre_id,
            col(AuditLog.case_id) == case.id,
            col(AuditLog.table_name) == "debts",
            col(AuditLog.new_values)["balance"].astext.is_not(None),
        )
        .order_by(col(AuditLog.timestamp), col(AuditLog.id))
    )
    first: dict[int, Decimal] = {}
    for record_id, balance in session.execute(wanted):
        if Decimal(balance) > 0:
            first.setdefault(record_id, Decimal(balance))
    return first


def _standing(session: CentreSession, case: Case) -> Standing:
    meetings = standing_appointments(session, case)
    names = names_of(session, {each.advisor_id for each in meetings})
    return Standing(
        emergencies=open_emergencies(session, case),
        meetings=[
            (
                each.id,
                each.scheduled_date,
                f"{each.scheduled_time:%H:%M}",
                names.get(each.advisor_id, ""),
            )
            for each in meetings
        ],
        tasks=[(each.id, each.what, each.due_date) for each in open_tasks(session, case)],
        waiting=waiting_letters(session, case.id),
        authorities=[each for each in list_authorities(session, case.id) if each.is_live(today())],
    )


def _letter(session: CentreSession, case: Case) -> tuple[int, str]:
    """Return the newest closing letter of a case, and how it stands; 0 and none without one."""
    wanted = (
        select(col(Letter.id), col(Letter.status))
        .where(
            col(Letter.centre_id) == case.centre_id,
            col(Letter.case_id) == case.id,
            col(Letter.kind) == "closing",
            col(Letter.deleted_at).is_(None),
        )
        .order_by(col(Letter.id).desc())
        .limit(1)
    )
    row = session.execute(wanted).first()
    return (row.id, row.status) if row is not None else (0, "none")


def _history(session: CentreSession, case: Case) -> list[Revision]:
    rows = closings_of(session, case)
    names = names_of(session, {each.created_by for each in rows})
    return [
        Revision(
            revision=each.revision,
            round_no=each.round_no,
            word=each.words.get("status", ENDINGS[each.status]),
            by=names.get(each.created_by or 0, ""),
            at=each.created_at,
            because=each.amended_because or "",
        )
        for each in rows
    ]


def _advised(session: CentreSession, case: Case) -> dict[str, str]:
    """Return the boxes of a closing that follow from what was taken of the advice."""
    advice = standing_advice(session, case)
    if advice is None:
        return {}
    found = {}
    if advice.status in {"started", "completed"}:
        found["debt_solution"] = taken_of(advice)
        found["fca_outcome"] = "advice_followed"
    if advice.choice == "another":
        found["fca_outcome"] = "own_choice"
    words = {"debt_solution": "solutions", "fca_outcome": "fca_outcomes"}
    known = _choices(case)
    return {name: code for name, code in found.items() if code in known[words[name]]}


def _choices(case: Case) -> dict[str, dict[str, str]]:
    """Return what may be chosen today, by list; reasons by how the case ends."""
    on = today()
    return {
        "outcomes": words_on("outcomes", on, nation=case.nation),
        "solutions": words_on("solutions", on, nation=case.nation),
        "fca_outcomes": words_on("fca_outcomes", on),
        "gains": words_on("gains", on),
        "saved": words_on("saved", on),
        **{f"reasons of {each}": words_on("reasons", on, ending=each) for each in ENDINGS},
    }
