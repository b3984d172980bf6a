"""Handing many cases on at once: what would become of each, doing it, and taking all of it back.

Each case stands by itself: one that may not be moved is named with its reason, the others move.
What would happen is found by doing it and rolling it back, so that a preview cannot say otherwise.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.errors import CmaError, Conflict, Invalid, NotFound
from cma_app.rules.workflow import AT_WORK, STATUS_LABELS, Status
from cma_app.services.cases import find_holder
from cma_app.services.closings import standing_appointments
from cma_app.services.handing_on import hand_on
from cma_app.services.locking import locked
from cma_app.session import CentreSession
from models import Case, Client, NextAction, User

MOST_MOVED: Final = 50
"""Cases that are handed on at once: as many as a page of the list has."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A case that was handed on: from whom to whom, with which actions and appointments."""

    case_id: int
    before: int
    after: int
    actions: tuple[int, ...] = ()
    appointments: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MoveRow:
    """What became, or would become, of one case; `refusal` says why it stays where it is.

    `seen` is the number of who held it. `stays` names appointments which stay with them.
    """

    case_id: int
    reference: str = ""
    client: str = ""
    holder: str = ""
    seen: int = 0
    refusal: str = ""
    appointments: int = 0
    stays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moves:
    """One row a case in the order asked, and what has to be known to take it back."""

    rows: list[MoveRow]
    done: list[Moved]


class _Preview(Exception):
    """Raised to roll back what was done only to see what would become of it."""


def preview_moves(
    session: CentreSession,
    case_ids: Sequence[int],
    *,
    advisor_id: int,
    appointments: bool = False,
) -> list[MoveRow]:
    """Return what would become of each case if it were given to another person; nothing changes.

    Invalid where that person cannot hold cases or too many were chosen.
    """
    session.authorize(Act.CASE_ASSIGN)
    find_holder(session, advisor_id)
    return [
        _tried(session, case_id, lambda row: _hand(session, row, advisor_id, appointments)[0])
        for case_id in _asked(case_ids)
    ]


def move_cases(
    session: CentreSession,
    seen: Sequence[tuple[int, int]],
    *,
    advisor_id: int,
    appointments: bool = False,
) -> Moves:
    """Give cases to another person, each from the holder that was `seen`: (case, holder)."""
    session.authorize(Act.CASE_ASSIGN)
    find_holder(session, advisor_id)
    held = dict(seen)
    done: list[Moved] = []

    def hand(row: MoveRow) -> MoveRow:
        if held[row.case_id] != row.seen:
            raise Conflict(f"Somebody gave this case to {row.holder} first.")
        handed, moved = _hand(session, row, advisor_id, appointments)
        done.append(moved)
        return handed

    return Moves([_done(session, case_id, hand) for case_id in _asked(list(held))], done)


def undo_moves(session: CentreSession, moved: Sequence[Moved]) -> list[MoveRow]:
    """Give cases back to who held them, with the actions and appointments that went along.

    A case that went on to somebody else since, or has ended, stays and says so.
    """
    session.authorize(Act.CASE_ASSIGN)
    by_case = {each.case_id: each for each in moved}

    def give_back(row: MoveRow) -> MoveRow:
        was = by_case[row.case_id]
        if row.seen != was.after:
            raise Conflict(f"Somebody gave this case to {row.holder} since.")
        _refuse_gone(session, was.before)
        own = [
            action
            for action in _open_actions(session, row.case_id, was.after)
            if action.id not in was.actions
        ]
        only = was.appointments
        handed, _ = _hand(session, row, was.before, bool(only), only)
        for action in own:
            action.owner_id = was.after
        session.flush()
        return handed

    return [_done(session, case_id, give_back) for case_id in _asked(list(by_case))]


def _asked(case_ids: Sequence[int]) -> list[int]:
    asked = list(dict.fromkeys(case_ids))
    if not asked:
        raise Invalid({"cases": "Choose a case first."})
    if len(asked) > MOST_MOVED:
        raise Invalid({"cases": f"Choose at most {MOST_MOVED} cases at once."})
    return asked


def _tried(session: CentreSession, case_id: int, work: Callable[[MoveRow], MoveRow]) -> MoveRow:
    """Return what a step would make of a case, and take the step back."""
    found: list[MoveRow] = []

    def step(row: MoveRow) -> MoveRow:
        found.append(work(row))
        raise _Preview

    try:
        return _done(session, case_id, step)
    except _Preview:
        return found[0]


def _done(session: CentreSession, case_id: int, work: Callable[[MoveRow], MoveRow]) -> MoveRow:
    """Return what a step made of a case; a refusal takes back that step alone, and is said."""
    row = MoveRow(case_id)
    try:
        with session.begin_nested():
            row = _row(session, case_id)
            return work(row)
    except NotFound:
        return replace(row, refusal="This case was not found. It may have been removed.")
    except CmaError as error:
        return replace(row, refusal=error.sentence)


def _row(session: CentreSession, case_id: int) -> MoveRow:
    """Return a case as it stands, locked until all is done."""
    case = locked(session, Case, case_id)
    client = session.require(Client, case.client_id)
    return MoveRow(
        case_id,
        case.case_reference,
        f"{client.first_name} {client.last_name}",
        session.require(User, case.advisor_id).full_name,
        case.advisor_id,
    )


def _hand(
    session: CentreSession,
    row: MoveRow,
    advisor_id: int,
    appointments: bool,  # noqa: FBT001 - what a tick box says
    only: Collection[int] | None = None,
) -> tuple[MoveRow, Moved]:
    """Give one case on; return what became of it, and what to know to take it back."""
    case = session.require(Case, row.case_id)
    if case.status not in AT_WORK:
        raise Conflict(f"This case is {STATUS_LABELS[Status(case.status)].lower()}.")
    actions = tuple(each.id for each in _open_actions(session, case.id, row.seen))
    theirs = [each for each in standing_appointments(session, case) if each.advisor_id == row.seen]
    handed = hand_on(
        session, case.id, advisor_id=advisor_id, seen=row.seen, moves=appointments, only=only
    )
    went = tuple(each.id for each in theirs if each.advisor_id == advisor_id)
    told = replace(row, appointments=handed.moved, stays=handed.stays)
    return told, Moved(case.id, row.seen, advisor_id, actions, went)


def _open_actions(session: CentreSession, case_id: int, owner_id: int) -> list[NextAction]:
    wanted = select(NextAction).where(
        col(NextAction.centre_id) == session.actor.centre_id,
        col(NextAction.case_id) == case_id,
        col(NextAction.owner_id) == owner_id,
        col(NextAction.done_at).is_(None),
    )
    return list(session.execute(wanted).scalars())


def _refuse_gone(session: CentreSession, user_id: int) -> None:
    """Refuse to give a case back to somebody who no longer holds any."""
    try:
        find_holder(session, user_id)
    except Invalid:
        name = session.require(User, user_id).full_name
        raise Conflict(f"{name} cannot hold cases any more.") from None
