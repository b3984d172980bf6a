"""Signing in and out. Before a centre is known, the owner's functions are asked (migration 0005).

Unknown and known people get equal answers in equal time; failures slow the next try down and
never lock anybody out for good.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from sqlalchemy import Connection, text

from cma_app.access.actor import Actor, Origin
from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.database import app_engine
from cma_app.errors import Invalid, Refused, SignedOut
from cma_app.services.passwords import OwnWords, good_password, hashed, matches
from cma_app.session import CentreSession, hash_token, resume
from cma_app.settings import settings
from models import User

WINDOW = timedelta(minutes=15)
FREE_TRIES = 5
ADDRESS_TRIES = 100  # a whole centre may share one address
WRONG = "The username or password is not right. Check both and try again."

_TURNS: Final = tuple(Lock() for _ in range(64))
"""Tries for one name are made in turn, in the one web process: many at once are not all free."""

_FIND = text("SELECT * FROM cma_find_sign_in(:identifier)")
_FAILURES = text("SELECT * FROM cma_recent_failures(:subject, cast(:address AS inet), :since)")
_EVENT = text("SELECT cma_record_security_event(:kind, :subject, cast(:address AS inet), :agent)")
_OPEN = text(
    "SELECT cma_open_sign_in(:user, :token_hash, :expires, cast(:address AS inet), :agent)"
)
_END = text("SELECT cma_end_sign_in(:token_hash)")
_LEFT = text("SELECT * FROM cma_sign_in_left(:token_hash, :idle)")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The token for the cookie, once, and who it belongs to."""

    token: str = field(repr=False)
    actor: Actor


@dataclass(frozen=True, slots=True)
class Remaining:
    """Seconds until a sign-in idles out, and until it ends whatever happens."""

    idle_seconds: int
    absolute_seconds: int


def sign_in(identifier: str, password: str, origin: Origin) -> SignedIn:
    """Sign a person in by username or e-mail; raise Refused with one and the same sentence."""
    plain = identifier.replace("\x00", "").encode("utf-8", "replace").decode()
    identifier = plain.strip().lower()[:255]
    subject = hashlib.sha256(f"sign-in:{identifier}".encode()).hexdigest()
    with _TURNS[int(subject[:8], 16) % len(_TURNS)]:
        return _sign_in(identifier, password, subject, origin)


def _sign_in(identifier: str, password: str, subject: str, origin: Origin) -> SignedIn:
    with app_engine().begin() as connection:
        wait = _wait(connection, subject, origin)
        found = connection.execute(_FIND, {"identifier": identifier}).one_or_none()
    if wait:
        raise Refused(f"Too many tries. Wait {_spoken(wait)} and try again.")
    right = matches(password[:1000], found.password_hash if found else None)
    if not (found and right and found.may_sign_in):
        with app_engine().begin() as connection:
            _note(connection, "sign_in_failed", subject, origin)
        raise Refused(WRONG)
    with app_engine().begin() as connection:
        _note(connection, "sign_in", subject, origin)
    return admit(found.user_id, origin)


def admit(user_id: int, origin: Origin) -> SignedIn:
    """Open a sign-in for somebody who has proved who they are, however they did it."""
    token = secrets.token_urlsafe(32)
    with app_engine().begin() as connection:
        connection.execute(
            _OPEN,
            {
                "user": user_id,
                "token_hash": hash_token(token),
                "expires": now() + timedelta(hours=settings().absolute_hours),
                "address": origin.ip_address,
                "agent": origin.user_agent,
            },
        )
    return SignedIn(token, resume(hash_token(token), origin, touch=False))


def sign_out(token_hash: str) -> None:
    """End a sign-in at once, wherever its pages are open."""
    with app_engine().begin() as connection:
        connection.execute(_END, {"token_hash": token_hash})


def remaining(token_hash: str) -> Remaining:
    """Return how long a sign-in lasts without counting as activity; raise SignedOut if it ended."""
    with app_engine().begin() as connection:
        idle = timedelta(minutes=settings().idle_minutes)
        row = connection.execute(_LEFT, {"token_hash": token_hash, "idle": idle}).one_or_none()
    if row is None:
        raise SignedOut
    return Remaining(row.idle_seconds, row.absolute_seconds)


def change_own_password(session: CentreSession, *, current: str, new: str) -> None:
    """Change one's own password; every other sign-in of this person ends."""
    session.authorize(Act.OWN_PASSWORD_CHANGE)
    person = session.require(User, session.actor.user_id)
    if not matches(current, person.password_hash):
        raise Invalid({"current": "This is not your current password."})
    own = OwnWords(
        username=person.username,
        email=person.email,
        names=(person.first_name or "", person.last_name or ""),
        centre=session.actor.centre_name,
        code=session.actor.centre_code,
    )
    person.password_hash = hashed(good_password(new, field="new", own=own))
    if matches(current, person.password_hash):
        raise Invalid({"new": "Choose a password that differs from the current one."})
    person.must_change_password = False
    person.password_expires_at = None
    end_other_sign_ins(session, person.id, keep=session.actor.session_id)


def end_other_sign_ins(session: CentreSession, user_id: int, *, keep: int | None = None) -> None:
    """Revoke a person's sign-ins, but for the one to keep."""
    session.flush()
    session.execute(
        text(
            "UPDATE sessions SET revoked_at = now() WHERE centre_id = :centre"
            " AND user_id = :user AND revoked_at IS NULL AND id IS DISTINCT FROM :keep"
        ),
        {"centre": session.actor.centre_id, "user": user_id, "keep": keep},
    )


def _wait(connection: Connection, subject: str, origin: Origin) -> timedelta:
    """Return how long this person or address still has to wait after its failures."""
    moment = now()
    failures = connection.execute(
        _FAILURES, {"subject": subject, "address": origin.ip_address, "since": moment - WINDOW}
    ).one()
    if failures.for_address >= ADDRESS_TRIES:
        return timedelta(minutes=1)
    extra = failures.for_subject - FREE_TRIES
    if extra < 0:
        return timedelta(0)
    pause = min(timedelta(seconds=5 * 2**extra), WINDOW)
    latest: datetime = failures.latest
    return max(latest + pause - moment, timedelta(0))


def _note(connection: Connection, kind: str, subject: str, origin: Origin) -> None:
    connection.execute(
        _EVENT,
        {
            "kind": kind,
            "subject": subject,
            "address": origin.ip_address,
            "agent": origin.user_agent,
        },
    )


def _spoken(wait: timedelta) -> str:
    seconds = int(wait.total_seconds()) + 1
    if seconds < 60:
        return f"{seconds} seconds"
    minutes = -(-seconds // 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
