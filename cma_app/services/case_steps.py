"""What is done to a case once it is open: its steps, its priority, its holder; and reopening it.

A verb takes what the person saw (the `version`, or the stage or holder as `seen`). If somebody
else changed that since, Conflict carries what is stored now: the page shows both, nothing is lost.
"""

from datetime import date, time
from typing import Annotated, Any, Final

from pydantic import Field
from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import Conflict, Invalid
from cma_app.rules import workflow
from cma_app.rules.workflow import STAGE_LABELS, STATUS_LABELS, Stage, Status
from cma_app.services.alerts import alert_supervisor
from cma_app.services.cases import (
    NATION_LABELS,
    PRIORITY_LABELS,
    PRIORITY_ORDER,
    TYPES,
    find_holder,
    known,
    new_emergency,
    write_event,
)
from cma_app.services.compliance import count_from_advice
from cma_app.services.emergencies import is_put_off
from cma_app.services.forms import Form
from cma_app.services.locking import locked
from cma_app.services.notifications import notify
from cma_app.services.retention import recount
from cma_app.session import CentreSession
from models import Case, Client, FileAccess, NextAction, Referral, User

BEFORE_WORK: Final = ("referral", "waiting")
MOST_REASON: Final = 500
ANONYMOUS: Final = "Its years have passed and its record is anonymous. Begin a new case instead."


class RaiseForm(Form):
    """Why a priority is raised, where that was said."""

    reason: Annotated[str, Field(max_length=MOST_REASON)] = ""


def edit_case(
    session: CentreSession,
    case_id: int,
    *,
    version: int,
    nation: str,
    case_type: str,
    next_review_date: date | None = None,
) -> Case:
    """Change what a case is: its nation, its type and when it is next reviewed."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_EDIT, case)
    known(nation, NATION_LABELS, "nation")
    known(case_type, TYPES, "case_type")
    mine = {"nation": nation, "case_type": case_type, "next_review_date": next_review_date}
    _refuse_stale(case, version, mine)
    is_new = next_review_date != case.next_review_date
    if next_review_date is not None and is_new and next_review_date < today():
        raise Invalid({"next_review_date": "Choose today or a later day for the next review."})
    case.nation, case.case_type, case.next_review_date = nation, case_type, next_review_date
    session.flush()
    return case


def move_stage(
    session: CentreSession, case_id: int, *, stage: str, seen: str | None = None
) -> Case:
    """Move a case from the stage that was `seen`; Conflict says why a step may not follow."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_MOVE_STAGE, case)
    known(stage, STAGE_LABELS, "stage")
    if seen is not None and case.stage != seen:
        word = stored_word("stage", case.stage)
        raise Conflict(f"Somebody moved this case to {word.lower()} first.", theirs={"stage": word})
    refusal = workflow.refuse_move(case.stage, stage, case.status)
    if refusal is not None:
        raise Conflict(refusal)
    if workflow.passes_sign_off(case.stage, stage):
        session.authorize(Act.CASE_ACT_ON_ADVICE, case)
        session.authorize(Act.CASE_MOVE_STAGE, case)
    case.stage, case.stage_since = Stage(stage).value, today()
    case.status = workflow.status_of(stage).value
    if stage == Stage.ADVICE and case.advised_on is None:
        case.advised_on = today()
        count_from_advice(session, case)
    session.flush()
    return case


def raise_priority(
    session: CentreSession, case_id: int, *, priority: str, reason: str | None = None
) -> Case:
    """Raise a case's priority at once; anybody who works on it may."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_RAISE_PRIORITY, case)
    known(priority, PRIORITY_LABELS, "priority")
    if PRIORITY_ORDER[priority] <= PRIORITY_ORDER[case.priority]:
        raise Conflict(
            f"The priority is {PRIORITY_LABELS[case.priority].lower()} now. Choose a higher one."
        )
    said = (reason or "").strip()
    case.priority, case.priority_reason = priority, _reason(said) if said else None
    session.flush()
    if priority == "urgent":
        alert_supervisor(session, case, said or "no reason given")
    return case


def lower_priority(session: CentreSession, case_id: int, *, priority: str, reason: str) -> Case:
    """Lower a case's priority, and say why; a trainee may not."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_LOWER_PRIORITY, case)
    known(priority, PRIORITY_LABELS, "priority")
    if PRIORITY_ORDER[priority] >= PRIORITY_ORDER[case.priority]:
        raise Conflict(
            f"The priority is {PRIORITY_LABELS[case.priority].lower()} now. Choose a lower one."
        )
    case.priority, case.priority_reason = priority, _reason(reason)
    session.flush()
    return case


def record_emergency(
    session: CentreSession,
    case_id: int,
    *,
    what: str,
    on: date | None = None,
    at: time | None = None,
) -> Case:
    """Record an emergency: the case becomes urgent and the date, which never rolls, is an action.

    Another than stood there takes its place, and the action of the one before stays to be done. The
    same at another time moves with its action. To put one off a trainee has it signed off.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_EDIT, case)
    said = emergency_words(what)
    if puts_off_emergency(session, case_id, on=on, at=at):
        session.authorize(Act.CASE_LOWER_PRIORITY, case)
        session.authorize(Act.CASE_EDIT, case)
    standing = _own_emergency_actions(session, case)
    is_other = said.casefold() != (case.emergency or "").casefold()
    case.emergency, case.emergency_date, case.emergency_time = said, on, at
    case.priority, case.priority_reason = "urgent", case.emergency
    session.flush()
    if is_other or not standing:
        session.add(new_emergency(case))
    else:
        standing[0].what, standing[0].due_date, standing[0].due_time = said, on, at
    session.flush()
    alert_supervisor(session, case, case.emergency)
    return case


def emergency_words(what: str) -> str:
    """Return what an emergency is called, or Invalid where nothing is said."""
    said = what.strip()[:200]
    if not said:
        raise Invalid({"emergency": "Say what the emergency is, such as Eviction."})
    return said


def puts_off_emergency(
    session: CentreSession, case_id: int, *, on: date | None, at: time | None
) -> bool:
    """Say whether recording an emergency of this time puts off the one that stands."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_EDIT, case)
    stands = (case.emergency_date, case.emergency_time)
    return bool(case.emergency) and is_put_off(stands, (on, at))


def end_emergency(session: CentreSession, case_id: int, *, reason: str) -> Case:
    """Take an emergency and its actions off a case once it is over; a trainee may not."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_LOWER_PRIORITY, case)
    if not case.emergency:
        raise Conflict("There is no emergency on this case.")
    said = _reason(reason)
    write_event(session, "case:end_emergency", case, {"was": case.emergency, "reason": said})
    over = _own_emergency_actions(session, case)
    case.emergency, case.emergency_date, case.emergency_time = None, None, None
    for action in over:
        action.done_at, action.done_by = now(), session.actor.user_id
    session.flush()
    return case


def assign_case(
    session: CentreSession, case_id: int, *, advisor_id: int, seen: int | None = None
) -> Case:
    """Give a case to another person of the centre, with the open actions of who held it."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_ASSIGN, case)
    holder = find_holder(session, advisor_id)
    if seen is not None and case.advisor_id != seen:
        other = session.require(User, case.advisor_id).full_name
        raise Conflict(f"Somebody gave this case to {other} first.", theirs={"advisor_id": other})
    if holder.id == case.advisor_id:
        raise Conflict(f"{holder.full_name} holds this case already.")
    _refuse_unnamed(session, case, holder)
    before, case.advisor_id = case.advisor_id, holder.id
    session.flush()
    for action in _open_actions(session, case, owner_id=before):
        action.owner_id = holder.id
    session.flush()
    came = "referral_assigned" if _was_referred(session, case) else "case_assigned"
    notify(session, holder.id, kind=came, case_id=case.id)
    notify(session, before, kind="case_handed_on", case_id=case.id)
    return case


def _was_referred(session: CentreSession, case: Case) -> bool:
    """Say whether a case is a referral that still waits to be seen."""
    referred = select(col(Referral.id)).where(
        col(Referral.centre_id) == case.centre_id, col(Referral.case_id) == case.id
    )
    return case.stage in BEFORE_WORK and session.execute(referred).first() is not None


def reopen_case(session: CentreSession, case_id: int, *, reason: str) -> Case:
    """Reopen a case that was ended, at its review, and say why; a trainee may not.

    How it ended stays in its closings; until when its record is kept counts anew when it ends.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_REOPEN, case)
    case = locked(session, Case, case_id)
    if case.status in workflow.AT_WORK:
        raise Conflict("This case is open already.")
    if session.require(Client, case.client_id).anonymised_at is not None:
        raise Conflict(ANONYMOUS)
    said = _reason(reason)
    refusal = workflow.refuse_status(case.status, Status.IN_PROGRESS, stage=case.stage, reason=said)
    if refusal is not None:
        raise Conflict(refusal)
    write_event(session, "case:reopen", case, {"reason": said, "was": case.status})
    case.status, case.stage = Status.IN_PROGRESS.value, workflow.REOPENED_AT.value
    case.stage_since, case.closing_date, case.closure_reason = today(), None, None
    case.debt_solution, case.fca_outcome = None, None
    case.reopened_count += 1
    recount(session, case, f"Reopened: {said}")
    return case


def _reason(said: str) -> str:
    said = said.strip()
    if not said:
        raise Invalid({"reason": "Say why."})
    if len(said) > MOST_REASON:
        raise Invalid({"reason": f"Use at most {MOST_REASON} characters."})
    return said


def _refuse_stale(case: Case, version: int, mine: dict[str, Any]) -> None:
    """Raise Conflict with the stored words where somebody else's change came first."""
    if case.version == version:
        return
    theirs = {
        field: stored_word(field, getattr(case, field))
        for field, value in mine.items()
        if getattr(case, field) != value
    }
    if theirs:
        raise Conflict(theirs=theirs)


def stored_word(field: str, value: Any) -> str:
    """Return how a case's stored value reads on screen."""
    if value is None:
        return "Not set"
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    words: dict[str, dict[str, str]] = {
        "nation": NATION_LABELS,
        "case_type": TYPES,
        "stage": {stage.value: word for stage, word in STAGE_LABELS.items()},
        "status": {status.value: word for status, word in STATUS_LABELS.items()},
        "priority": PRIORITY_LABELS,
    }
    return words.get(field, {}).get(value, str(value))


def _refuse_unnamed(session: CentreSession, case: Case, holder: User) -> None:
    """Refuse to give a restricted file to somebody who could not open it."""
    if not session.require(Client, case.client_id).is_restricted:
        return
    named = (
        select(col(FileAccess.id))
        .where(col(FileAccess.client_id) == case.client_id)
        .where(col(FileAccess.user_id) == holder.id)
    )
    if session.execute(named).first() is None:
        raise Invalid(
            {"advisor_id": f"This file is restricted. Name {holder.full_name} on it first."}
        )


def _own_emergency_actions(session: CentreSession, case: Case) -> list[NextAction]:
    """Return the open actions of the case's own emergency; a debt's, or an earlier one's, stay."""
    return _open_actions(
        session,
        case,
        kind="emergency",
        what=case.emergency,
        due_date=case.emergency_date,
        due_time=case.emergency_time,
    )


def _open_actions(session: CentreSession, case: Case, **is_: Any) -> list[NextAction]:
    """Return the actions of a case that are still to do and have these values, oldest first."""
    matching = [getattr(NextAction, name) == value for name, value in is_.items()]
    wanted = (
        select(NextAction)
        .where(col(NextAction.case_id) == case.id, col(NextAction.done_at).is_(None), *matching)
        .order_by(col(NextAction.id))
    )
    return list(session.execute(wanted).scalars())
