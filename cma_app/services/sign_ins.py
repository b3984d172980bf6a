"""Where a person is signed in: their own devices, each of which they may sign out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, select

from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.errors import NotFound
from cma_app.rules.devices import device_words
from cma_app.services.sign_in import end_other_sign_ins
from cma_app.session import CentreSession
from cma_app.settings import settings
from models import SignInSession

KEPT: Final = timedelta(days=30)
"""How far back a person looks at their own sign-ins."""
MOST: Final = 50


@dataclass(frozen=True, slots=True)
class OwnSignIn:
    """One of a person's own sign-ins; times are moments in UTC."""

    id: int
    device: str
    address: str
    began_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    is_this: bool


def list_sign_ins(session: CentreSession) -> list[OwnSignIn]:
    """Return one's own sign-ins of the last 30 days, the living first, then the latest."""
    session.authorize(Act.OWN_SIGN_IN_END)
    found = session.exec(
        select(SignInSession)
        .where(
            col(SignInSession.user_id) == session.actor.user_id,
            col(SignInSession.last_seen_at) > now() - KEPT,
            col(SignInSession.waits_until).is_(None),  # it never was one
        )
        .order_by(col(SignInSession.last_seen_at).desc(), col(SignInSession.id).desc())
        .limit(MOST)
    )
    rows = [_told(session, row) for row in found]
    return sorted(rows, key=lambda row: (row.ended_at is not None, not row.is_this))


def end_sign_in(session: CentreSession, sign_in_id: int) -> None:
    """Sign oneself out on another device, at once; NotFound where it is nobody's or another's."""
    session.authorize(Act.OWN_SIGN_IN_END)
    found = session.require(SignInSession, sign_in_id)
    if found.user_id != session.actor.user_id or found.id == session.actor.session_id:
        raise NotFound
    found.revoked_at = found.revoked_at or now()
    session.flush()


def end_all_others(session: CentreSession) -> None:
    """Sign oneself out everywhere but here, at once."""
    session.authorize(Act.OWN_SIGN_IN_END)
    end_other_sign_ins(session, session.actor.user_id, keep=session.actor.session_id)


def _told(session: CentreSession, row: SignInSession) -> OwnSignIn:
    idles_out = row.last_seen_at + timedelta(minutes=settings().idle_minutes)
    ends = min(row.revoked_at or row.expires_at, row.expires_at, idles_out)
    return OwnSignIn(
        id=row.id,
        device=device_words(row.user_agent),
        address=str(row.ip_address or ""),
        began_at=row.created_at,
        seen_at=row.last_seen_at,
        ended_at=ends if ends <= now() else None,
        is_this=row.id == session.actor.session_id,
    )
