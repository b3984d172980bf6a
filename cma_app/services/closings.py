"""Ending a case, and amending how it ended: debts, gains, and what still stands.

A closing waits for the checklist's gate; a case that is referred on or cancelled does not. What was
written is never changed: an amendment is a new revision, by a manager, with its reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from cma_app.access.acts import Act
from cma_app.clock import local, now, today
from cma_app.errors import Conflict, Invalid, NotFound
from cma_app.rules import workflow
from cma_app.rules.appointments import STANDS
from cma_app.rules.closing import OTHER, UNKNOWN, Totals, label_of, totals
from cma_app.rules.workflow import STATUS_LABELS, Status
from cma_app.services.appointments import cancel_appointment
from cma_app.services.closing_forms import (
    ENDINGS,
    ClosingForm,
    DebtPart,
    GainPart,
    check_ending,
)
from cma_app.services.compliance_gates import pass_gate
from cma_app.services.compliance_rows import names_of
from cma_app.services.drafts import drop_draft
from cma_app.services.emergencies import open_emergencies
from cma_app.services.locking import locked
from cma_app.services.next_actions import complete_action
from cma_app.services.retention import lock_people, recount
from cma_app.session import CentreSession
from models import (
    Appointment,
    Case,
    CaseClosing,
    ClosingDebt,
    ClosingGain,
    Creditor,
    Debt,
    NextAction,
)

CLOSING_DRAFT: Final = "closing"
GONE: Final = "The case was closed."


@dataclass(frozen=True, slots=True)
class CaseDebt:
    """A debt of a case with who is owed."""

    debt: Debt
    creditor: str


def end_case(
    session: CentreSession,
    case_id: int,
    data: Mapping[str, Any],
    *,
    seen: Mapping[int, str] | None = None,
) -> CaseClosing:
    """End a case as closed, referred on or cancelled, and return what is kept of it.

    `seen` are the outcomes of its debts as the person read them. Raises Invalid beside a box, and
    Conflict where the gate waits, somebody ended the case first, or changed an outcome since.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_CLOSE, case)
    case = locked(session, Case, case_id)
    if case.status not in workflow.AT_WORK:
        raise Conflict(_ended_first(session, case))
    form, debts = ClosingForm.read(data), debts_of(session, case)
    check_ending(
        form,
        on=today(),
        nation=case.nation,
        debts={each.debt.id: each.debt.outcome for each in debts},
    )
    is_pressing = _settle(session, case, form)
    session.authorize(Act.CASE_CLOSE, case)
    _refuse_changed(debts, form, seen)
    closing = _write(
        session, case, form, debts, closed_on=today(), revision=1, is_pressing=is_pressing
    )
    _keep_outcomes(debts, form)
    _keep_on_case(case, closing)
    case.status, case.closing_date = closing.status, closing.closed_on
    session.flush()
    if closing.status == Status.CLOSED:
        pass_gate(session, case, "closing")
    lock_people(session, case)
    recount(session, case, GONE)
    drop_draft(session, CLOSING_DRAFT, record_id=case.id)
    session.authorize(Act.CASE_CLOSE, case)
    return closing


def save_outcomes(
    session: CentreSession,
    case_id: int,
    data: Mapping[str, Any],
    *,
    seen: Mapping[int, str] | None = None,
) -> int:
    """Keep on the debts what a closing will say of them, before the case ends; return how many.

    The closing letter and the checklist read it there. A debt without an outcome stays without.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.DEBT_RECORD, case)
    case = locked(session, Case, case_id)
    session.authorize(Act.DEBT_RECORD, case)
    form, debts = _outcomes_alone(data), debts_of(session, case)
    _refuse_changed(debts, form, seen)
    _keep_outcomes(debts, form)
    session.flush()
    return sum(each.debt.outcome is not None for each in debts)


def amend_closing(
    session: CentreSession, case_id: int, data: Mapping[str, Any], *, seen: int
) -> CaseClosing:
    """Write how a case ended anew, in the place of revision `seen`, with the reason; a manager.

    How and on which day it ended stay. With `seen` 0 a case that ended before there were closings
    gets its first.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.CLOSING_AMEND, case)
    case = locked(session, Case, case_id)
    if case.status in workflow.AT_WORK or case.closing_date is None:
        raise Conflict("This case is open. Close it instead.")
    newest = current_closing(session, case)
    if (newest.revision if newest else 0) != seen:
        raise Conflict(_amended_first(session, newest))
    form, debts = ClosingForm.read({**data, "status": case.status}), debts_of(session, case)
    if newest is not None and not form.ending.amended_because:
        raise Invalid({"amended_because": "Say why the closing is changed."})
    check_ending(
        form,
        on=today(),
        nation=case.nation,
        debts={each.debt.id: each.debt.outcome for each in debts},
    )
    is_pressing = bool(open_emergencies(session, case))
    session.authorize(Act.CLOSING_AMEND, case)
    closing = _write(
        session,
        case,
        form,
        debts,
        closed_on=case.closing_date,
        revision=seen + 1,
        is_pressing=is_pressing,
    )
    _keep_outcomes(debts, form)
    _keep_on_case(case, closing)
    session.flush()
    lock_people(session, case)
    recount(session, case, "The closing was amended")
    drop_draft(session, CLOSING_DRAFT, record_id=case.id)
    session.authorize(Act.CLOSING_AMEND, case)
    return closing


def current_closing(session: CentreSession, case: Case) -> CaseClosing | None:
    """Return how a case ended as it stands: of its last round the newest revision."""
    this_round = case.reopened_count + 1
    return next((row for row in closings_of(session, case) if row.round_no == this_round), None)


def closings_of(session: CentreSession, case: Case) -> list[CaseClosing]:
    """Return every closing of a case with its revisions, the newest first."""
    wanted = (
        sqlmodel_select(CaseClosing)
        .where(col(CaseClosing.centre_id) == case.centre_id, col(CaseClosing.case_id) == case.id)
        .order_by(col(CaseClosing.round_no).desc(), col(CaseClosing.revision).desc())
    )
    return list(session.exec(wanted))


def debts_of(session: CentreSession, case: Case) -> list[CaseDebt]:
    """Return the debts of a case with who is owed, in the order they were entered."""
    wanted = (
        select(Debt, col(Creditor.creditor_name))
        .join(
            Creditor,
            (col(Creditor.centre_id) == col(Debt.centre_id))
            & (col(Creditor.id) == col(Debt.creditor_id)),
        )
        .where(col(Debt.centre_id) == case.centre_id, col(Debt.case_id) == case.id)
        .order_by(col(Debt.position), col(Debt.id))
    )
    return [CaseDebt(debt, name) for debt, name in session.execute(wanted)]


def standing_appointments(session: CentreSession, case: Case) -> list[Appointment]:
    """Return the appointments of a case that are still to come."""
    wanted = (
        sqlmodel_select(Appointment)
        .where(
            col(Appointment.centre_id) == case.centre_id,
            col(Appointment.case_id) == case.id,
            col(Appointment.status).in_(STANDS),
            func.lower(col(Appointment.slot)) > now(),
        )
        .order_by(col(Appointment.scheduled_date), col(Appointment.scheduled_time))
    )
    return list(session.exec(wanted))


def open_tasks(session: CentreSession, case: Case) -> list[NextAction]:
    """Return what is still to do in a case, but for its emergencies."""
    wanted = (
        sqlmodel_select(NextAction)
        .where(
            col(NextAction.centre_id) == case.centre_id,
            col(NextAction.case_id) == case.id,
            col(NextAction.done_at).is_(None),
            col(NextAction.kind) != "emergency",
        )
        .order_by(col(NextAction.due_date), col(NextAction.id))
    )
    return list(session.exec(wanted))


def totals_of(form: ClosingForm, debts: list[CaseDebt], on: date) -> Totals:
    """Return the sums of a closing over all debts of its case."""
    parts = (form.debts.get(each.debt.id, DebtPart()) for each in debts)
    return totals([part.ended() for part in parts], [each.gain() for each in form.gains], on)


def _outcomes_alone(data: Mapping[str, Any]) -> ClosingForm:
    """Read the debts of a form; how the case ends is not decided yet."""
    own = {name: value for name, value in data.items() if name.startswith("debt-")}
    return ClosingForm.read({**own, "status": Status.CLOSED, "reason": OTHER})


def _settle(session: CentreSession, case: Case, form: ClosingForm) -> bool:
    """Deal with what stands: each appointment and action as was said, each emergency explained.

    Return whether an emergency is open.
    """
    is_pressing = bool(open_emergencies(session, case))
    meetings, tasks = standing_appointments(session, case), open_tasks(session, case)
    wrong = {
        f"meeting-{each.id}": "Say what happens to this appointment."
        for each in meetings
        if each.id not in form.meetings
    } | {
        f"task-{each.id}": "Say what happens to this."
        for each in tasks
        if each.id not in form.tasks
    }
    if is_pressing and not form.ending.emergency_words:
        wrong["emergency_words"] = (
            "Deal with the emergency first, or say why the case ends while it is open."
        )
    if wrong:
        raise Invalid(wrong)
    for each in meetings:
        if form.meetings[each.id] == "end":
            said = {"cancelled_by": "centre", "reason": f"The case is {form.ending.status}"}
            cancel_appointment(session, each.id, said, version=each.version)
    for each in tasks:
        if form.tasks[each.id] == "end":
            complete_action(session, each.id)
    return is_pressing


def _refuse_changed(
    debts: list[CaseDebt], form: ClosingForm, seen: Mapping[int, str] | None
) -> None:
    """Raise Conflict where somebody gave a debt another outcome since it was read."""
    theirs: dict[str, str] = {}
    for each in debts:
        stored, mine = each.debt.outcome or "", form.debts.get(each.debt.id, DebtPart()).outcome
        if seen is not None and stored not in ("", mine, seen.get(each.debt.id, "")):
            theirs[each.creditor] = label_of("outcomes", stored)
    if theirs:
        raise Conflict("Somebody changed an outcome in the meantime.", theirs)


def _write(
    session: CentreSession,
    case: Case,
    form: ClosingForm,
    debts: list[CaseDebt],
    *,
    closed_on: date,
    revision: int,
    is_pressing: bool,
) -> CaseClosing:
    """Write a closing with its debts and gains, and the words as they read today.

    Why it ended with an emergency open is kept where one is, `is_pressing`.
    """
    ending, sums = form.ending, totals_of(form, debts, closed_on)
    closing = CaseClosing(
        case_id=case.id,
        round_no=case.reopened_count + 1,
        revision=revision,
        amended_because=ending.amended_because if revision > 1 else None,
        status=Status(ending.status).value,
        closed_on=closed_on,
        reason=ending.reason,
        reason_words=ending.reason_words,
        referred_to=ending.referred_to if ending.status == Status.REFERRED else None,
        debt_solution=ending.debt_solution or UNKNOWN,
        fca_outcome=ending.fca_outcome or UNKNOWN,
        client_words=ending.client_words,
        what_next=ending.what_next,
        emergency_words=ending.emergency_words if is_pressing else None,
        saved=list(form.saved),
        owed_at_start=sums.owed_at_start.known,
        owed_at_closing=sums.owed_at_closing.known,
        written_off=sums.written_off.known,
        arranged=sums.arranged.known,
        in_solution=sums.in_solution.known,
        gained_a_year=sums.gained_a_year.known,
        gained_once=sums.gained_once.known,
    )
    closing.words = _words(closing)
    session.add(closing)
    session.flush()
    for each in debts:
        part = form.debts.get(each.debt.id, DebtPart())
        session.add(_ended_debt(closing, each, part))
    for gained in form.gains:
        session.add(_gain(closing, gained))
    session.flush()
    return closing


def _words(closing: CaseClosing) -> dict[str, str]:
    return {
        "status": ENDINGS[closing.status],
        "reason": reason_in_words(closing),
        "debt_solution": label_of("solutions", closing.debt_solution),
        "fca_outcome": label_of("fca_outcomes", closing.fca_outcome),
        "saved": "; ".join(label_of("saved", each) for each in closing.saved),
    }


def reason_in_words(closing: CaseClosing) -> str:
    """Return why a case ended: the word of the list, or the person's own."""
    said = closing.reason_words
    if closing.reason == OTHER and said:
        return said
    word = label_of("reasons", closing.reason)
    return f"{word}: {said}" if said else word


def _ended_debt(closing: CaseClosing, each: CaseDebt, part: DebtPart) -> ClosingDebt:
    ended = part.ended()
    return ClosingDebt(
        case_id=closing.case_id,
        closing_id=closing.id,
        debt_id=each.debt.id,
        creditor_name=each.creditor,
        debt_type=each.debt.debt_type,
        is_priority=each.debt.is_priority,
        outcome=ended.outcome,
        outcome_word=label_of("outcomes", ended.outcome),
        grouping=ended.group,
        owed_at_start=ended.owed_at_start,
        owed_at_closing=ended.owed_at_closing,
        written_off=ended.written_off if ended.may_be_written_off else None,
    )


def _gain(closing: CaseClosing, part: GainPart) -> ClosingGain:
    gain = part.gain()
    return ClosingGain(
        case_id=closing.case_id,
        closing_id=closing.id,
        kind=part.kind or OTHER,
        kind_word=label_of("gains", part.kind or OTHER),
        detail=part.detail,
        amount=gain.amount,
        entered_frequency=gain.frequency,
        counted=gain.counted(closing.closed_on),
    )


def _keep_outcomes(debts: list[CaseDebt], form: ClosingForm) -> None:
    """Keep on each debt the outcome that was chosen, and what was written off of it."""
    for each in debts:
        part = form.debts.get(each.debt.id)
        if part is None or part.outcome is None:
            continue
        each.debt.outcome = part.outcome
        each.debt.written_off_amount = part.off if part.ended().may_be_written_off else None


def _keep_on_case(case: Case, closing: CaseClosing) -> None:
    case.closure_reason = reason_in_words(closing)[:100]
    case.debt_solution, case.fca_outcome = closing.debt_solution, closing.fca_outcome


def _ended_first(session: CentreSession, case: Case) -> str:
    word, newest = STATUS_LABELS[Status(case.status)].lower(), current_closing(session, case)
    if newest is None:
        return f"This case is already {word}."
    who = names_of(session, {newest.created_by}).get(newest.created_by or 0, "Somebody")
    at = f"{local(newest.created_at):%H:%M on %-d %b %Y}"
    return f"This case is already {word}: {who} ended it at {at}. Nothing was changed."


def _amended_first(session: CentreSession, newest: CaseClosing | None) -> str:
    if newest is None:
        raise NotFound
    who = names_of(session, {newest.created_by}).get(newest.created_by or 0, "Somebody")
    return f"{who} changed this closing in the meantime. Read it, and change it again if need be."
