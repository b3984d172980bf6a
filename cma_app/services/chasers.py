"""Which letters wait for an answer, when each is chased, and the next action that says so."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlmodel import col
from sqlmodel import select as sqlmodel_select

from cma_app.access.acts import Act
from cma_app.clock import local, now, today
from cma_app.rules.parameters import parameter
from cma_app.services.breathing_space_protection import held_creditors
from cma_app.services.locking import locked
from cma_app.services.next_actions import record_action
from cma_app.services.partners import people_here
from cma_app.session import CentreSession
from models import Case, Creditor, CreditorReply, Debt, Letter, NextAction

ANSWERED: Final = frozenset({"balance_request", "holding", "offer", "chaser"})
"""Kinds of letter that a creditor is to answer."""

CHASE: Final = "Chase creditors who have not answered"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An issued letter that nobody answered; `is_due` says that its chaser is.

    `hold_until` is the last day of a hold that the creditor granted; `chaser_id` a chaser that
    was begun. `is_protected` says that a debt to the creditor is in a breathing space today, until
    `protected_until` where its last day is known.
    """

    letter_id: int
    kind: str
    creditor_id: int
    creditor: str
    issued_at: datetime
    chase_on: date
    is_due: bool
    hold_until: date | None
    chaser_id: int
    is_protected: bool = False
    protected_until: date | None = None


def waiting_letters(session: CentreSession, case_id: int) -> list[Waiting]:
    """Return the letters of a case that wait for an answer, the first to be chased first."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    listed = (
        select(
            col(Letter.id),
            col(Letter.kind),
            col(Letter.creditor_id),
            col(Creditor.creditor_name),
            col(Letter.issued_at),
            col(Letter.chase_on),
        )
        .join(
            Creditor,
            (col(Creditor.id) == col(Letter.creditor_id))
            & (col(Creditor.centre_id) == col(Letter.centre_id)),
        )
        .where(
            col(Letter.centre_id) == case.centre_id,
            col(Letter.case_id) == case.id,
            col(Letter.status) == "issued",
            col(Letter.deleted_at).is_(None),
            col(Letter.chase_on).is_not(None),
            col(Letter.client_id).in_(people_here(session, case)),
        )
        .order_by(col(Letter.chase_on), col(Letter.id))
        .limit(500)
    )
    begun, held = _begun_chasers(session, case), _holds(session, case)
    protected = held_creditors(session, case.id)
    return [
        Waiting(
            letter_id=row.id,
            kind=row.kind,
            creditor_id=row.creditor_id,
            creditor=row.creditor_name,
            issued_at=row.issued_at,
            chase_on=row.chase_on,
            is_due=row.chase_on <= today(),
            hold_until=held.get((row.creditor_id, row.chase_on - timedelta(days=1))),
            chaser_id=begun.get(row.id, 0),
            is_protected=row.creditor_id in protected,
            protected_until=protected.get(row.creditor_id),
        )
        for row in session.execute(listed)
    ]


def _begun_chasers(session: CentreSession, case: Case) -> dict[int, int]:
    wanted = select(col(Letter.chases_id), col(Letter.id)).where(
        col(Letter.centre_id) == case.centre_id,
        col(Letter.case_id) == case.id,
        col(Letter.status) == "draft",
        col(Letter.deleted_at).is_(None),
        col(Letter.chases_id).is_not(None),
    )
    return {row.chases_id: row.id for row in session.execute(wanted)}


def _holds(session: CentreSession, case: Case) -> dict[tuple[int, date], date]:
    """Return the last days of holds by creditor, so that a chase after one can say so."""
    wanted = (
        select(col(Debt.creditor_id), col(CreditorReply.hold_until))
        .join(
            Debt,
            (col(Debt.id) == col(CreditorReply.debt_id))
            & (col(Debt.centre_id) == col(CreditorReply.centre_id)),
        )
        .where(
            col(CreditorReply.centre_id) == case.centre_id,
            col(CreditorReply.case_id) == case.id,
            col(CreditorReply.deleted_at).is_(None),
            col(CreditorReply.hold_until).is_not(None),
        )
    )
    return {(row.creditor_id, row.hold_until): row.hold_until for row in session.execute(wanted)}


def usual_chase_day(issued: date) -> date:
    """Return when a letter that nobody answers is chased: some days after its issue."""
    return issued + timedelta(days=int(parameter("letter_chase_days").on(issued)))


def settle_chasers(session: CentreSession, debt: Debt) -> None:
    """Set when each letter to a debt's creditor is chased, from the answers that stand."""
    letters = session.exec(
        sqlmodel_select(Letter)
        .where(
            col(Letter.case_id) == debt.case_id,
            col(Letter.creditor_id) == debt.creditor_id,
            col(Letter.status) == "issued",
            col(Letter.kind).in_(ANSWERED),
            col(Letter.chased_at).is_(None),
        )
        .with_for_update()
    ).all()
    answers = session.exec(
        sqlmodel_select(CreditorReply)
        .join(
            Debt,
            (col(Debt.id) == col(CreditorReply.debt_id))
            & (col(Debt.centre_id) == col(CreditorReply.centre_id)),
        )
        .where(
            col(CreditorReply.case_id) == debt.case_id, col(Debt.creditor_id) == debt.creditor_id
        )
        .order_by(col(CreditorReply.id))
    ).all()
    for letter in letters:
        since = letter.issued_at or now()
        mine = [each for each in answers if each.letter_id == letter.id or each.created_at > since]
        owed = _accounts(session, debt, since)
        letter.chase_on = _chase_day(since, {each.debt_id: each for each in mine}, owed)
    session.flush()
    plan_chasers(session, debt.case_id)


def _accounts(session: CentreSession, debt: Debt, since: datetime) -> set[int]:
    """Return the debts at a creditor that a letter was about: those that stood when it left."""
    wanted = select(col(Debt.id)).where(
        col(Debt.centre_id) == debt.centre_id,
        col(Debt.case_id) == debt.case_id,
        col(Debt.creditor_id) == debt.creditor_id,
        col(Debt.deleted_at).is_(None),
        col(Debt.status).in_(("active", "disputed")),
        col(Debt.created_at) <= since,
    )
    return set(session.execute(wanted).scalars())


def _chase_day(
    issued_at: datetime, answered: dict[int, CreditorReply], owed: set[int]
) -> date | None:
    """Return when a letter is chased: some days after its issue, after a hold, or never.

    Each account is answered by itself: by its newest answer. The letter waits while one of them
    has none, and is chased when the first hold has ended.
    """
    usual = usual_chase_day(local(issued_at).date())
    days = [usual] if owed - set(answered) else []
    holds = [each.hold_until for each in answered.values() if each.hold_until is not None]
    return min([*days, *(last + timedelta(days=1) for last in holds)], default=None)


def plan_chasers(session: CentreSession, case_id: int) -> None:
    """Keep one next action of a case at the day its first chaser is due; none where none waits."""
    case = session.require(Case, case_id)
    waiting = waiting_letters(session, case_id)
    planned = session.exec(
        sqlmodel_select(NextAction).where(
            col(NextAction.centre_id) == case.centre_id,
            col(NextAction.case_id) == case.id,
            col(NextAction.what) == CHASE,
            col(NextAction.done_at).is_(None),
            col(NextAction.deleted_at).is_(None),
        )
    ).first()
    if planned is None:
        if waiting:
            record_action(session, case.id, what=CHASE, due_date=waiting[0].chase_on, tells=False)
        return
    planned = locked(session, NextAction, planned.id)
    if waiting and planned.due_date != waiting[0].chase_on:
        planned.due_date = waiting[0].chase_on
    elif not waiting:
        planned.done_at, planned.done_by = now(), session.actor.user_id or None
    session.flush()
