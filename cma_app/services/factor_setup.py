"""Setting up one's own second factor: an authenticator app, and the codes for a lost phone.

Whoever finds a desk unlocked must not make themselves at home: each step asks for a proof of the
last quarter of an hour, the second factor's where there is one and else the sign-in itself.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func
from sqlmodel import col, select

from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.errors import Conflict, Invalid, NotFound, Refused
from cma_app.keys import decrypt_field, encrypt_field
from cma_app.rules.one_time_codes import (
    app_address,
    grouped,
    new_recovery_codes,
    new_secret,
    plain_code,
    step_of,
)
from cma_app.services.notifications import notify
from cma_app.services.second_factors import (
    code_hash,
    has_factor,
    proved_lately,
    secret_context,
    stamp_proof,
)
from cma_app.services.sign_in import end_other_sign_ins
from cma_app.session import CentreSession
from models import RecoveryCode, SecondFactor, SignInSession, User

LATELY: Final = timedelta(minutes=15)
"""For how long a proof lets a person change their own factors."""
BEGUN_FOR: Final = timedelta(hours=1)
"""For how long the picture of an app that was not confirmed is shown again."""
MOST: Final = 10
"""Factors that one person keeps at the most."""
FULL: Final = "Ten are the most that one person keeps. Remove one that you no longer use first."
PROVE_FIRST: Final = "Show first that it is you: that is asked again after a quarter of an hour."
APP_NAME: Final = "Authenticator app"


@dataclass(frozen=True, slots=True)
class NewApp:
    """An app that is being set up: its secret, shown while it is not confirmed."""

    id: int
    secret: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OwnFactor:
    """One of a person's own second factors; times are moments in UTC."""

    id: int
    kind: str
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnFactors:
    """A person's own second factors, and how many recovery codes are left."""

    factors: list[OwnFactor]
    codes_left: int


def is_fresh(session: CentreSession) -> bool:
    """Say whether who acts has shown lately enough who they are, to change their factors."""
    session.authorize(Act.OWN_FACTOR_KEEP)
    number = session.actor.session_id
    if not number:
        return True  # no browser: an operator, the demo
    if has_factor(session):
        return proved_lately(session, LATELY)
    row = session.require(SignInSession, number)
    return max(row.created_at, row.proved_at or row.created_at) > now() - LATELY


def list_factors(session: CentreSession) -> OwnFactors:
    """Return one's own second factors, the oldest first."""
    session.authorize(Act.OWN_FACTOR_KEEP)
    rows = session.exec(
        select(SecondFactor)
        .where(
            col(SecondFactor.user_id) == session.actor.user_id,
            col(SecondFactor.confirmed_at).is_not(None),
        )
        .order_by(col(SecondFactor.id))
    )
    factors = [
        OwnFactor(row.id, row.kind, row.name, row.confirmed_at or row.created_at, row.last_used_at)
        for row in rows
    ]
    return OwnFactors(factors, _codes_left(session))


def begin_app(session: CentreSession) -> NewApp:
    """Begin to set up an authenticator app; what was begun before and not confirmed is dropped."""
    ask_fresh(session)
    refuse_more(session)
    for row in _unconfirmed(session):
        _drop(row)
    secret = new_secret()
    row = SecondFactor(
        user_id=session.actor.user_id,
        kind="app",
        name=APP_NAME,
        sealed_secret=encrypt_field(secret, context=secret_context(session)),
    )
    session.add(row)
    session.flush()
    return _new_app(session, row, secret)


def begun_app(session: CentreSession) -> NewApp | None:
    """Return the app that is being set up, to show its picture again; None where there is none."""
    ask_fresh(session)
    rows = [row for row in _unconfirmed(session) if row.created_at > now() - BEGUN_FOR]
    if not rows:
        return None
    sealed = rows[-1].sealed_secret or ""
    return _new_app(session, rows[-1], decrypt_field(sealed, context=secret_context(session)))


def finish_app(session: CentreSession, *, code: str, name: str = "") -> list[str]:
    """Let the app count once it gave a right code; return new recovery codes with the first factor.

    Other sign-ins of the person end. Invalid says what is wrong with `code` or `name`.
    """
    ask_fresh(session)
    rows = _unconfirmed(session)
    if not rows:
        raise Conflict("Nothing is being set up. Begin again.")
    row = rows[-1]
    row.name = good_name(name, APP_NAME)
    secret = decrypt_field(row.sealed_secret or "", context=secret_context(session))
    step = step_of(secret, plain_code(code), now(), after=0)
    if step is None:
        raise Invalid(
            {
                "code": "This is not the code that the app should show now. Check that the phone's"
                " clock is right, and type the newest code."
            }
        )
    row.last_step, row.last_used_at = step, now()
    return count_in(session, row)


def count_in(session: CentreSession, row: SecondFactor) -> list[str]:
    """Let a factor count: codes come with the first, and other sign-ins end."""
    first = not has_factor(session)
    row.confirmed_at = now()
    session.add(row)
    stamp_proof(session)  # whoever has just proved it need not prove it again
    _tell_of_change(session)
    return _new_codes(session) if first or not _codes_left(session) else []


def rename(session: CentreSession, factor_id: int, name: str) -> None:
    """Give one's own factor another name; NotFound where it is nobody's or another's."""
    session.authorize(Act.OWN_FACTOR_KEEP)
    row = _own(session, factor_id)
    row.name = good_name(name, row.name)


def remove(session: CentreSession, factor_id: int) -> None:
    """Take one's own factor away; with the last one the recovery codes go too.

    Other sign-ins of the person end. Who must have a second factor is led to set up another one
    before anything else.
    """
    ask_fresh(session)
    row = _own(session, factor_id)
    _drop(row)
    session.flush()
    if not has_factor(session):
        _void_codes(session)
    _tell_of_change(session)


def renew_codes(session: CentreSession) -> list[str]:
    """Return ten new recovery codes, once; the old ones stop working."""
    ask_fresh(session)
    if not has_factor(session):
        raise Conflict("Set up a second factor first: the codes come with it.")
    codes = _new_codes(session)
    _tell_of_change(session)
    return codes


def refuse_more(session: CentreSession) -> None:
    """Refuse another factor where a person keeps as many as they may."""
    if len(list_factors(session).factors) >= MOST:
        raise Conflict(FULL)


def good_name(typed: str, otherwise: str) -> str:
    """Return what a factor is called; Invalid where it is too long."""
    name = " ".join(typed.split())
    if len(name) > 60:
        raise Invalid({"name": "Use at most 60 characters."})
    return name or otherwise


def ask_fresh(session: CentreSession) -> None:
    """Refuse who has not shown lately that it is them; `is_fresh` says whether."""
    session.authorize(Act.OWN_FACTOR_KEEP)
    if not is_fresh(session):
        raise Refused(PROVE_FIRST)


def _tell_of_change(session: CentreSession) -> None:
    """End the person's other sign-ins, and tell them: it may have been somebody else."""
    me = session.actor
    end_other_sign_ins(session, me.user_id, keep=me.session_id)
    if me.may(Act.NOTIFICATION_SEE):
        notify(session, me.user_id, kind="factor_changed", case_id=None, own_deed=True)


def _new_app(session: CentreSession, row: SecondFactor, secret: str) -> NewApp:
    person = session.require(User, session.actor.user_id)
    return NewApp(row.id, grouped(secret), app_address(secret, person.username))


def _unconfirmed(session: CentreSession) -> list[SecondFactor]:
    mine = select(SecondFactor).where(
        col(SecondFactor.user_id) == session.actor.user_id,
        col(SecondFactor.confirmed_at).is_(None),
    )
    return list(session.exec(mine.order_by(col(SecondFactor.id)).with_for_update()))


def _own(session: CentreSession, factor_id: int) -> SecondFactor:
    row = session.require(SecondFactor, factor_id)
    if row.user_id != session.actor.user_id:
        raise NotFound
    return row


def _drop(row: SecondFactor) -> None:
    row.deleted_at = now()
    row.sealed_secret = row.credential_id = row.public_key = None


def _new_codes(session: CentreSession) -> list[str]:
    _void_codes(session)
    codes = new_recovery_codes()
    for code in codes:
        kept = code_hash(session, plain_code(code))
        session.add(RecoveryCode(user_id=session.actor.user_id, code_hash=kept))
    session.flush()
    return codes


def _void_codes(session: CentreSession) -> None:
    mine = select(RecoveryCode).where(col(RecoveryCode.user_id) == session.actor.user_id)
    for row in session.exec(mine):
        row.deleted_at = now()


def _codes_left(session: CentreSession) -> int:
    mine = select(func.count(col(RecoveryCode.id))).where(
        col(RecoveryCode.user_id) == session.actor.user_id, col(RecoveryCode.used_at).is_(None)
    )
    return session.exec(mine).one()
