"""What people are told of inside the app: made by the verb that does a thing, seen by its person.

A notification about a case that its reader may not see, now, is not there: the row's wall says so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import NotFound
from cma_app.paging import PAGE_SIZE, Page, offset_of
from cma_app.rules.notifications import KINDS, sentence
from cma_app.rules.parameters import parameter
from cma_app.session import CentreSession, count
from models import Case, Client, Notification, User


@dataclass(frozen=True, slots=True)
class Told:
    """A notification as its person reads it; `step` is the word of its click."""

    id: int
    kind: str
    said: str
    step: str
    case_id: int
    ref_id: int
    made_at: datetime
    is_seen: bool


def notify(
    session: CentreSession,
    user_id: int | None,
    *,
    kind: str,
    case_id: int | None,
    ref_id: int | None = None,
    what: str = "",
    own_deed: bool = False,
) -> None:
    """Tell a person of something that was just done; nobody is told of their own deeds.

    Unless it is an `own_deed` that somebody else may have done in their name.

    `kind` is a word of `rules/notifications.py`, `ref_id` the record its click leads to. `what`
    may add a few words of ours ("Budget sheet, version 2"); words that name the client are left
    out. What was told and not seen yet is not told again.
    """
    if kind not in KINDS:
        raise LookupError(f"No notification is called {kind}.")
    if not user_id or (user_id == session.actor.user_id and not own_deed):
        return
    session.flush()
    row = {
        "centre_id": session.actor.centre_id,
        "user_id": user_id,
        "kind": kind,
        "case_id": case_id,
        "ref_id": ref_id,
        "what": _plain(session, case_id, what) or None,
        "created_at": now(),
        "created_by": session.actor.user_id or None,
    }
    # without RETURNING: who tells may not read what another is told
    statement = insert(Notification).values(row).on_conflict_do_nothing().inline()
    session.execute(statement)


def _plain(session: CentreSession, case_id: int | None, what: str) -> str:
    """Return the words if they do not name the client, else none."""
    if not what or case_id is None:
        return what[:200]
    names = session.execute(
        select(col(Client.first_name), col(Client.last_name))
        .join(Case, and_(_same(Client, Case), col(Case.client_id) == col(Client.id)))
        .where(col(Case.id) == case_id)
    ).one_or_none()
    said = what.casefold()
    return "" if any(name and name.casefold() in said for name in names or ()) else what[:200]


def count_unread(session: CentreSession) -> int:
    """Return how many notifications the signed-in person has not seen."""
    session.authorize(Act.NOTIFICATION_SEE)
    return count(session, _mine(session).where(col(Notification.seen_at).is_(None)))


def list_notifications(session: CentreSession, number: int = 1) -> Page[Told]:
    """Return a page of what the signed-in person was told, the unseen first, newest first."""
    session.authorize(Act.NOTIFICATION_SEE)
    mine = _mine(session)
    total = count(session, mine)
    number = min(max(number, 1), Page([], total).pages)
    newest = mine.order_by(
        col(Notification.seen_at).is_not(None), col(Notification.id).desc()
    ).limit(PAGE_SIZE)
    rows = session.execute(newest.offset(offset_of(number)))
    return Page([_told(row) for row in rows], total, number)


def mark_seen(session: CentreSession, notification_id: int) -> Told:
    """Note that the signed-in person saw a notification, and return it; another's is not found."""
    session.authorize(Act.NOTIFICATION_SEE)
    row = session.execute(
        _mine(session).where(col(Notification.id) == notification_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.seen_at is None:
        _see(session, col(Notification.id) == notification_id)
    return _told(row)


def mark_all_seen(session: CentreSession) -> int:
    """Note that the signed-in person saw every notification there is; return how many were new."""
    session.authorize(Act.NOTIFICATION_SEE)
    return _see(session, col(Notification.seen_at).is_(None))


def _see(session: CentreSession, which: Any) -> int:
    done = session.execute(
        update(Notification)
        .where(col(Notification.user_id) == session.actor.user_id, which)
        .values(seen_at=now(), updated_at=now(), updated_by=session.actor.user_id)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(done, "rowcount", 0))


def forget_old(session: CentreSession) -> int:
    """Delete notifications older than the rule of today keeps them; return how many."""
    session.authorize(Act.NOTIFICATION_SEE)
    kept = timedelta(days=int(parameter("notification_days").on(today())))
    done = session.execute(
        delete(Notification)
        .where(col(Notification.created_at) < now() - kept)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(done, "rowcount", 0))


def _mine(session: CentreSession) -> Select[*tuple[Any, ...]]:
    """Return the person's own notifications, but those of a case that is out of sight."""
    wanted: Select[*tuple[Any, ...]] = (
        select(
            col(Notification.id),
            col(Notification.kind),
            col(Notification.what),
            func.coalesce(col(Notification.case_id), 0).label("case_id"),
            func.coalesce(col(Notification.ref_id), 0).label("ref_id"),
            func.coalesce(col(Case.case_reference), "").label("reference"),
            func.concat_ws(" ", col(User.first_name), col(User.last_name)).label("by"),
            col(Notification.created_at),
            col(Notification.seen_at),
        )
        .select_from(Notification)
        .outerjoin(Case, and_(_same(Case, Notification), col(Case.id) == col(Notification.case_id)))
        .outerjoin(
            User, and_(_same(User, Notification), col(User.id) == col(Notification.created_by))
        )
        .where(
            col(Notification.user_id) == session.actor.user_id,
            or_(col(Notification.case_id).is_(None), col(Case.id).is_not(None)),
        )
    )
    return wanted


def _same(one: Any, other: Any) -> Any:
    return col(one.centre_id) == col(other.centre_id)


def _told(row: Any) -> Told:
    kind = str(row.kind)
    said = sentence(kind, by=row.by, reference=row.reference) if kind in KINDS else ""
    return Told(
        id=row.id,
        kind=kind,
        said=" ".join(part for part in (said, row.what) if part),
        step=KINDS[kind].step if kind in KINDS else "Open case",
        case_id=row.case_id,
        ref_id=row.ref_id,
        made_at=row.created_at,
        is_seen=row.seen_at is not None,
    )
