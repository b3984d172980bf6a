"""What a person handed on today, read from the log, and giving it back: on any page, all day.

The log knows who held a case before, and which actions and appointments went along. Nothing is
offered whose case went on to somebody else since, has ended, or was given back already.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import LONDON, today
from cma_app.errors import Conflict
from cma_app.rules.workflow import AT_WORK
from cma_app.services.caseload_moves import MOST_MOVED, Moved, MoveRow, undo_moves
from cma_app.session import CentreSession
from models import AuditLog, Case, Client, User

WENT_ALONG: Final = {"next_actions": "owner_id", "appointments": "advisor_id"}
"""What goes along with a case, by table: the column that says whose it is."""


@dataclass(frozen=True, slots=True)
class RecentMove:
    """A case that this person handed on today and that stands so: from whom, to whom, when."""

    case_id: int
    reference: str
    client: str
    before: str
    after: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Logged:
    case_id: int
    before: int
    after: int
    at: datetime


def moves_today(session: CentreSession) -> list[RecentMove]:
    """Return what this person handed on today and could take back, the newest first."""
    session.authorize(Act.CASE_ASSIGN)
    found = _standing(session)
    people = _names(session, {who for each in found for who in (each.before, each.after)})
    wanted = (
        select(
            col(Case.id),
            col(Case.case_reference),
            func.concat_ws(" ", col(Client.first_name), col(Client.last_name)).label("client"),
        )
        .join(
            Client,
            (col(Client.centre_id) == col(Case.centre_id))
            & (col(Client.id) == col(Case.client_id)),
        )
        .where(col(Case.id).in_([each.case_id for each in found]))
    )
    cases = {row.id: row for row in session.execute(wanted)}
    return [
        RecentMove(
            each.case_id,
            cases[each.case_id].case_reference,
            cases[each.case_id].client,
            people.get(each.before, ""),
            people.get(each.after, ""),
            each.at,
        )
        for each in found
        if each.case_id in cases
    ]


def undo_recent(session: CentreSession, case_ids: Sequence[int]) -> list[MoveRow]:
    """Give back cases that this person handed on today, with what went along.

    Conflict where nothing of it stands any more.
    """
    session.authorize(Act.CASE_ASSIGN)
    chosen = [each for each in _standing(session) if each.case_id in set(case_ids)]
    if not chosen:
        raise Conflict("This was given back, or moved on, in the meantime.")
    moved = [
        Moved(
            each.case_id,
            each.before,
            each.after,
            _along(session, each, "next_actions"),
            _along(session, each, "appointments"),
        )
        for each in chosen
    ]
    return undo_moves(session, moved)


def _standing(session: CentreSession) -> list[_Logged]:
    """Return the newest move of each case that stands as this person left it today."""
    wanted = (
        _changes(session, "cases", "advisor_id")
        .where(col(AuditLog.timestamp) >= datetime.combine(today(), time.min, LONDON))
        .order_by(col(AuditLog.timestamp).desc())
        .limit(MOST_MOVED * 4)
    )
    by_case: dict[int, list[_Logged]] = {}
    for row in session.execute(wanted):
        move = _Logged(row.case_id, row.before, row.after, row.timestamp)
        by_case.setdefault(row.case_id, []).append(move)
    holders = session.execute(
        select(col(Case.id), col(Case.advisor_id)).where(
            col(Case.id).in_(list(by_case)), col(Case.status).in_(AT_WORK)
        )
    )
    holds = {row.id: row.advisor_id for row in holders}
    newest = [moves[0] for moves in by_case.values() if not _was_given_back(moves)]
    return [each for each in newest if holds.get(each.case_id) == each.after][:MOST_MOVED]


def _was_given_back(moves: Sequence[_Logged]) -> bool:
    """Say whether the newest move of a case takes back the one before it."""
    if len(moves) < 2:
        return False
    newest, earlier = moves[0], moves[1]
    return (newest.before, newest.after) == (earlier.after, earlier.before)


def _along(session: CentreSession, move: _Logged, table: str) -> tuple[int, ...]:
    """Return what went along with a case: changed after it, from the same person to the same."""
    wanted = _changes(session, table, WENT_ALONG[table]).where(
        col(AuditLog.case_id) == move.case_id, col(AuditLog.timestamp) >= move.at
    )
    rows = session.execute(wanted).all()
    return tuple(
        row.record_id for row in rows if (row.before, row.after) == (move.before, move.after)
    )


def _changes(session: CentreSession, table: str, column: str) -> Any:
    """Return a select of this person's changes of a column that names a person."""
    was, becomes = col(AuditLog.old_values)[column], col(AuditLog.new_values)[column]
    return select(
        col(AuditLog.case_id),
        col(AuditLog.record_id),
        col(AuditLog.timestamp),
        was.as_integer().label("before"),
        becomes.as_integer().label("after"),
    ).where(
        col(AuditLog.centre_id) == session.actor.centre_id,
        col(AuditLog.user_id) == session.actor.user_id,
        col(AuditLog.table_name) == table,
        was.as_integer().is_not(None),
        becomes.as_integer().is_not(None),
    )


def _names(session: CentreSession, ids: set[int]) -> dict[int, str]:
    people = session.execute(select(User).where(col(User.id).in_(sorted(ids)))).scalars()
    return {each.id: each.full_name for each in people}
