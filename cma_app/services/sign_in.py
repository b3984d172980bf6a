"""Signing in and out. Before a centre is known, the owner's functions are asked (migration 0005).

Unknown and known people get equal answers in equal time; failures slow the next try down and
never lock anybody out for good.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final, Literal

from sqlalchemy import text

from cma_app.access.actor import Actor, Origin
from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.database import app_engine
from cma_app.errors import Invalid, Refused, SignedOut
from cma_app.services.passwords import OwnWords, good_password, hashed, matches
from cma_app.services.second_factors import prove, stamp_proof
from cma_app.services.slowing import note_event, subject_of, too_many, wait_left
from cma_app.session import CentreSession, hash_token, open_waiting, resume, resume_waiting
from cma_app.settings import settings
from models import User

WAITS: Final = timedelta(minutes=5)
"""How long a sign-in waits for its second factor."""
Method = Literal["password", "sso", "passkey"]
WRONG = "The username or password is not right. Check both and try again."

_TURNS: Final = tuple(Lock() for _ in range(64))
"""Tries for one name are made in turn, in the one web process: many at once are not all free."""

_FIND = text("SELECT * FROM cma_find_sign_in(:identifier)")
_OPEN = text(
    "SELECT cma_open_sign_in(:user, :token_hash, :expires, :waits, cast(:address AS inet),"
    " :agent, :method)"
)
_MAY_USE_PASSWORD = text("SELECT cma_may_use_password(:user)")
_FINISH = text("SELECT cma_finish_sign_in(:waiting, :token_hash, :expires, :second)")
_END = text("SELECT cma_end_sign_in(:token_hash)")
_LEFT = text("SELECT * FROM cma_sign_in_left(:token_hash, :idle)")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The token for the cookie, once, and who it belongs to.

    One that `waits` opens no page and no event: it is good for giving the second factor alone.
    """

    token: str = field(repr=False)
    actor: Actor
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Remaining:
    """Seconds until a sign-in idles out, and until it ends whatever happens."""

    idle_seconds: int
    absolute_seconds: int


def sign_in(identifier: str, password: str, origin: Origin) -> SignedIn:
    """Sign a person in by username or e-mail; raise Refused with one and the same sentence."""
    plain = identifier.replace("\x00", "").encode("utf-8", "replace").decode()
    identifier = plain.strip().lower()[:255]
    subject = subject_of("sign-in", identifier)
    with _TURNS[int(subject[:8], 16) % len(_TURNS)]:
        return _sign_in(identifier, password, subject, origin)


def _sign_in(identifier: str, password: str, subject: str, origin: Origin) -> SignedIn:
    with app_engine().begin() as connection:
        wait = wait_left(connection, subject, origin)
        found = connection.execute(_FIND, {"identifier": identifier}).one_or_none()
        asked = {"user": found.user_id if found else 0}
        may = connection.execute(_MAY_USE_PASSWORD, asked).scalar_one()
    if wait:
        raise Refused(too_many(wait))
    right = matches(password[:1000], found.password_hash if found else None)
    if not (found and right and found.may_sign_in and may):
        with app_engine().begin() as connection:
            note_event(connection, "sign_in_failed", subject, origin)
        raise Refused(WRONG)
    with app_engine().begin() as connection:
        note_event(connection, "sign_in", subject, origin)
    return admit(found.user_id, origin)


def admit(user_id: int, origin: Origin, *, method: Method = "password") -> SignedIn:
    """Open a sign-in for somebody who has proved who they are, however they did it.

    Where the person has a second factor the sign-in `waits` for it: its token belongs into the
    same cookie, and the doorway asks for the factor. A passkey alone is proof enough.
    """
    token = secrets.token_urlsafe(32)
    with app_engine().begin() as connection:
        waits = connection.execute(
            _OPEN,
            {
                "user": user_id,
                "token_hash": hash_token(token),
                "expires": _expires(),
                "waits": now() + WAITS,
                "address": origin.ip_address,
                "agent": origin.user_agent,
                "method": method,
            },
        ).scalar_one()
    if waits:
        return SignedIn(token, resume_waiting(hash_token(token), origin), waits=True)
    return SignedIn(token, resume(hash_token(token), origin, touch=False))


def finish(waiting_hash: str, answer: Mapping[str, Any], origin: Origin) -> SignedIn:
    """Finish a sign-in that waits, with a new token; SignedOut where it waits no more.

    Invalid says that the proof is wrong, in one and the same sentence, and the sign-in waits on.
    """
    token = secrets.token_urlsafe(32)
    with open_waiting(waiting_hash, origin) as session:
        session.authorize(Act.OWN_FACTOR_PROVE)
        second = prove(session, answer)
        done = session.execute(
            _FINISH,
            {
                "waiting": waiting_hash,
                "token_hash": hash_token(token),
                "expires": _expires(),
                "second": second,
            },
        ).scalar_one()
        if not done:
            raise SignedOut
    return SignedIn(token, resume(hash_token(token), origin, touch=False))


def _expires() -> datetime:
    return now() + timedelta(hours=settings().absolute_hours)


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
    """Change one's own password; every other sign-in of this person ends.

    A wrong current one counts as at signing in: whoever finds a desk unlocked guesses no further.
    """
    session.authorize(Act.OWN_PASSWORD_CHANGE)
    person = session.require(User, session.actor.user_id)
    _ask_own(session, person, current, "current", "This is not your current password.")
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


def prove_password(session: CentreSession, password: str) -> None:
    """Show by the password once more that it is oneself; a wrong one counts as at signing in."""
    session.authorize(Act.OWN_FACTOR_PROVE)
    person = session.require(User, session.actor.user_id)
    _ask_own(session, person, password, "password", "This is not your password.")
    stamp_proof(session)


def _ask_own(session: CentreSession, person: User, typed: str, field: str, wrong: str) -> None:
    """Raise Invalid unless this is the person's password; a wrong one is counted."""
    subject = subject_of("sign-in", person.username)
    if wait := wait_left(session, subject, Origin()):
        raise Invalid({field: too_many(wait)})
    if not matches(typed[:1000], person.password_hash):
        note_event(session, "sign_in_failed", subject, Origin())
        session.commit()
        raise Invalid({field: wrong})


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
