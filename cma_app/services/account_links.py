"""Links to choose a password: who is invited, who asked for another password, and using a link.

A link's secret is in the letter alone (`link_sending`): here and in the database there is its hash.
A dead, used, old and unknown link are one and the same answer. Whoever chose a password signs in
with it afterwards, as at any other time; a link signs nobody in.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import select, text
from sqlmodel import col

from cma_app.access.actor import Origin
from cma_app.access.acts import Act, Role
from cma_app.clock import now
from cma_app.database import app_engine
from cma_app.errors import Conflict, NotFound, Refused
from cma_app.services.passwords import OwnWords, good_password, hashed
from cma_app.session import CentreSession, hash_token
from cma_app.settings import settings
from models import AccountLink, Centre, User

VALID: Final = {"invitation": timedelta(hours=72), "reset": timedelta(minutes=30)}
"""How long a link works, from the moment its letter is written."""
ASKED_WITHIN: Final = timedelta(hours=1)
MOST_FOR_ACCOUNT: Final = 3
MOST_FROM_ADDRESS: Final = 30
"""How often a new password is asked for in that time; a whole centre may share one address."""

NO_MAIL: Final = "No mail server is set up. Give a one-time password instead."

ELSEWHERE: Final = "This centre signs in with its organisation. Give a linking code."

_MAY_USE_PASSWORD: Final = text("SELECT cma_may_use_password(:user)")
_FIND: Final = text("SELECT * FROM cma_find_link(:token_hash, :at)")
_USE: Final = text(
    "SELECT cma_use_link(:token_hash, :password_hash, :at, cast(:address AS inet), :agent)"
)
_ASK: Final = text(
    "SELECT cma_ask_reset(:identifier, :subject, :at, :since, :expires, :most_subject,"
    " :most_address, cast(:address AS inet), :agent)"
)

InviteState = Literal["none", "waiting", "sent", "unknown", "failed", "old", "ended"]


@dataclass(frozen=True, slots=True)
class Invite:
    """How it stands with a person's latest invitation; `at` is when it went, or was asked for.

    `old`: its time ran out. `ended`: somebody took it back. `reason` says why a letter failed.
    """

    state: InviteState = "none"
    at: datetime | None = None
    until: datetime | None = None
    reason: str = ""
    made_at: datetime | None = None


NOT_INVITED: Final = Invite()


@dataclass(frozen=True, slots=True)
class OpenLink:
    """Whose link it is, while it works: what the page that it opens may show."""

    kind: Literal["invitation", "reset"]
    username: str
    own: OwnWords


def mail_is_on() -> bool:
    """Say whether letters can be sent at all."""
    return settings().smtp_host is not None


def invite(session: CentreSession, user_id: int, *, centre_id: int | None = None) -> User:
    """Have a letter sent to somebody who is not in yet.

    An earlier link of theirs ends, and so does a one-time password that was not used.
    """
    session.authorize(Act.USER_ADD)
    if not mail_is_on():
        raise Conflict(NO_MAIL)
    with session.in_centre(centre_id):
        person = _not_in_yet(session, user_id)
        _refuse_closed(session)
        if not session.execute(_MAY_USE_PASSWORD, {"user": person.id}).scalar_one():
            raise Conflict(ELSEWHERE)
        _end(session, person.id, "invitation")
        person.password_expires_at = now()
        asked = AccountLink(
            user_id=person.id,
            kind="invitation",
            due_at=now(),
            expires_at=now() + VALID["invitation"],
        )
        session.add(asked)
        session.flush()
    return person


def withdraw(session: CentreSession, user_id: int, *, centre_id: int | None = None) -> User:
    """Take an invitation back: its link works no more. Conflict where none is open."""
    session.authorize(Act.USER_ADD)
    with session.in_centre(centre_id):
        person = _not_in_yet(session, user_id)
        if not _end(session, person.id, "invitation"):
            raise Conflict(f"{person.full_name} has no invitation that is open.")
    return person


def invites_of(session: CentreSession, user_ids: Collection[int]) -> dict[int, Invite]:
    """Return the latest invitation of each of these people who has one that was not used."""
    session.authorize(Act.USER_LIST)
    rows = session.execute(
        select(AccountLink)
        .where(col(AccountLink.user_id).in_(user_ids), col(AccountLink.kind) == "invitation")
        .order_by(col(AccountLink.id))
    ).scalars()
    latest = {row.user_id: row for row in rows}
    return {who: _told(row) for who, row in latest.items() if row.used_at is None}


def ask_for_reset(identifier: str, origin: Origin) -> None:
    """Have a letter with a link sent to whoever this username or address belongs to, if anybody.

    It answers nothing. Too many for one account or from one address are let drop. A newer link
    ends an older one. Somebody who has not chosen a password yet gets none: a manager helps them.
    """
    plain = identifier.replace("\x00", "").encode("utf-8", "replace").decode()
    name = plain.strip().lower()[:255]
    moment = now()
    with app_engine().begin() as connection:
        connection.execute(
            _ASK,
            {
                "identifier": name,
                "subject": hashlib.sha256(f"reset:{name}".encode()).hexdigest(),
                "at": moment,
                "since": moment - ASKED_WITHIN,
                "expires": moment + VALID["reset"],
                "most_subject": MOST_FOR_ACCOUNT,
                "most_address": MOST_FROM_ADDRESS,
                "address": origin.ip_address,
                "agent": origin.user_agent,
            },
        )


def find_link(token: str) -> OpenLink:
    """Return whose a link is while it works, without using it up; NotFound otherwise."""
    with app_engine().begin() as connection:
        asked = {"token_hash": hash_token(token), "at": now()}
        row = connection.execute(_FIND, asked).one_or_none()
    if row is None:
        raise NotFound
    own = OwnWords(
        username=row.username,
        email=row.email,
        names=(row.first_name or "", row.last_name or ""),
        centre=row.centre_name,
        code=row.centre_code,
    )
    return OpenLink(row.kind, row.username, own)


def choose_password(token: str, new: str, origin: Origin) -> None:
    """Use a link up: its person's password is the new one, and all their sign-ins have ended.

    Invalid, with the link still good, where the password is not; NotFound where the link is dead.
    """
    link = find_link(token)
    password_hash = hashed(good_password(new, field="new", own=link.own))
    with app_engine().begin() as connection:
        used = connection.execute(
            _USE,
            {
                "token_hash": hash_token(token),
                "password_hash": password_hash,
                "at": now(),
                "address": origin.ip_address,
                "agent": origin.user_agent,
            },
        ).scalar_one()
    if not used:
        raise NotFound


def _not_in_yet(session: CentreSession, user_id: int) -> User:
    """Return somebody who is active and has never chosen a password."""
    person = session.require(User, user_id)
    if session.actor.role == Role.MANAGER and person.role == Role.ADMIN:
        raise Refused("Only an admin can change an admin's account.")
    if not person.is_active:
        raise Conflict("This person is not active. Reactivate them instead.")
    if not person.must_change_password:
        raise Conflict(f"{person.full_name} has a password already.")
    return person


def _refuse_closed(session: CentreSession) -> None:
    """Refuse to invite somebody to a centre that nobody can sign in to."""
    centre = session.get(Centre, session.actor.centre_id)
    if centre is not None and centre.status != "active":
        raise Conflict("This centre is closed. Reopen it under Centres first.")


def _end(session: CentreSession, user_id: int, kind: str) -> bool:
    """End the living link of that kind; False where there is none."""
    living = session.execute(
        select(AccountLink)
        .where(
            col(AccountLink.user_id) == user_id,
            col(AccountLink.kind) == kind,
            col(AccountLink.used_at).is_(None),
            col(AccountLink.ended_at).is_(None),
        )
        .with_for_update()
    ).scalar_one_or_none()
    if living is None:
        return False
    living.ended_at = now()
    session.flush()
    return True


def _told(row: AccountLink) -> Invite:
    state, since, until = _state(row)
    return Invite(state, since, until, row.reason or "", row.created_at)


def _state(row: AccountLink) -> tuple[InviteState, datetime, datetime | None]:
    """Return how a link that was not used stands, since when, and until when it works."""
    went = row.sent_at or row.created_at
    if row.ended_at is not None:
        return "ended", row.ended_at, None
    if row.status == "failed":
        return "failed", went, None
    if row.expires_at <= now():
        return "old", went, row.expires_at
    if row.status == "unknown":
        return "unknown", went, row.expires_at
    return ("sent" if row.status == "sent" else "waiting"), went, row.expires_at
