"""What the worker does about a link: write its letter, and record what became of it.

The secret is made here, as the letter is written, and never kept: another try has another secret,
so that of two letters the later one's link works. The row is what is true, a job is a nudge.
"""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import func, select, text

from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.mail import Delivery, Message
from cma_app.rules.account_letters import account_letter
from cma_app.services.account_links import VALID
from cma_app.services.locking import locked
from cma_app.session import CentreSession, hash_token
from cma_app.settings import settings
from models import AccountLink, Centre, User

RETRY: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
"""When a server that did not take a letter is tried again."""
PLACES: Final = {"invitation": "/invitation", "reset": "/new-password"}
"""The pages that links open."""
_DUE: Final = text("SELECT * FROM cma_due_links(:at)")


@dataclass(frozen=True, slots=True)
class LinkClaim:
    """A link that one worker took, and its letter."""

    link_id: int
    message: Message = field(repr=False)


def lock_name(centre_id: int, link_id: int) -> str:
    """Return the name of the lock that a worker holds while it is about a link."""
    return f"link/{centre_id}/{link_id}"


def due_links(session: CentreSession) -> list[tuple[int, int, str]]:
    """Return which links of any centre want something: `send` or `settle`, in numbers alone."""
    session.authorize(Act.USER_ADD)
    return [(row[0], row[1], row[2]) for row in session.execute(_DUE, {"at": now()})]


def claim_link(session: CentreSession, link_id: int) -> LinkClaim | None:
    """Take a link that waits, make its secret and write its letter; None where it waits no more.

    Leaving ends a person's links. One that was asked for in that very moment fails here.
    """
    session.authorize(Act.USER_ADD)
    row = locked(session, AccountLink, link_id)
    if row.status != "waiting" or not _lives(row) or row.due_at > now():
        return None
    person = session.get(User, {"centre_id": row.centre_id, "id": row.user_id})
    centre = session.get(Centre, session.actor.centre_id)
    if centre is None:
        return None
    if person is None or not person.is_active or person.deleted_at is not None:
        row.status, row.reason = "failed", "left"
        return None
    if row.expires_at <= now():
        row.status, row.reason = "failed", "late"
        return None
    token = secrets.token_urlsafe(32)
    row.token_hash = hash_token(token)
    row.expires_at = now() + VALID[row.kind]
    row.status, row.attempts = "sending", row.attempts + 1
    letter = account_letter(
        "invitation" if row.kind == "invitation" else "reset",
        name=person.first_name or person.full_name,
        username=person.username,
        centre=centre.name,
        address=f"{settings().allowed_origins[0]}{PLACES[row.kind]}?t={token}",
        until=row.expires_at,
    )
    return LinkClaim(row.id, Message(person.email, letter.sender, letter.subject, letter.body))


def still_may(session: CentreSession, claimed: LinkClaim) -> bool:
    """Say whether a letter may go, as the last thing before it does: its link still lives."""
    session.authorize(Act.USER_ADD)
    row = locked(session, AccountLink, claimed.link_id)
    return row.status == "sending" and _lives(row)


def record_link(session: CentreSession, claimed: LinkClaim, came: Delivery) -> None:
    """Record what became of a letter; what a server did not take is tried again some times."""
    session.authorize(Act.USER_ADD)
    row = locked(session, AccountLink, claimed.link_id)
    if row.status != "sending":
        return
    if came.result == "sent":
        row.status, row.sent_at = "sent", now()
    elif came.result == "unknown":
        row.status, row.sent_at = "unknown", now()
    elif came.result == "refused":
        row.status, row.reason = "failed", "refused"
    elif row.attempts > len(RETRY):
        row.status, row.reason = "failed", "unreachable"
    else:
        row.status, row.due_at = "waiting", now() + RETRY[row.attempts - 1]


def settle_link(session: CentreSession, link_id: int) -> None:
    """Say of a letter whose worker is gone that it may have arrived; nothing while one is at it."""
    session.authorize(Act.USER_ADD)
    name = lock_name(session.actor.centre_id, link_id)
    free: Any = select(func.pg_try_advisory_xact_lock(func.hashtextextended(name, 0)))
    if not session.execute(free).scalar_one():
        return
    row = locked(session, AccountLink, link_id)
    if row.status == "sending":
        row.status, row.sent_at = "unknown", now()


def _lives(row: AccountLink) -> bool:
    return row.used_at is None and row.ended_at is None
