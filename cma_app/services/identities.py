"""Whose identity at the provider is whose account: linking one's own, codes for it, and unlinking.

Nobody is ever matched by an e-mail address, and no account is made from an answer of a provider.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from cma_app.access.acts import Act, Role
from cma_app.clock import now
from cma_app.errors import Conflict, Refused
from cma_app.identity.tokens import Proven
from cma_app.services.factor_setup import ask_fresh
from cma_app.services.identity_providers import INSTEAD
from cma_app.services.passwords import one_time_password
from cma_app.services.sign_in import end_other_sign_ins
from cma_app.services.single_sign_on import code_hash
from cma_app.session import CentreSession
from models import Centre, Identity, IdentityProvider, LinkingCode, User

CODE_VALID: Final = timedelta(hours=72)
ADMINS: Final = "An admin signs in with a password: no centre's provider opens every centre."
NONE_HERE: Final = "Your centre does not sign in with an organisation."


@dataclass(frozen=True, slots=True)
class OwnIdentity:
    """How a person signs in; `host` names their centre's provider, empty where there is none."""

    host: str
    centre_code: str
    linked_at: datetime | None
    passwords: bool


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A linking code, returned once."""

    name: str
    username: str
    centre_code: str
    code: str = field(repr=False)
    valid_until: datetime


def own_identity(session: CentreSession) -> OwnIdentity:
    """Return whether one's own account is linked; an admin's never is."""
    session.authorize(Act.OWN_SIGN_IN_END)
    provider = provider_here(session)
    if provider is None or session.actor.role == Role.ADMIN:
        return OwnIdentity("", session.actor.centre_code, None, passwords=True)
    found = _living(session, session.actor.user_id)
    is_current = found is not None and found.issuer == provider.issuer
    return OwnIdentity(
        host_of(provider.issuer),
        session.actor.centre_code,
        found.linked_at if found is not None and is_current else None,
        passwords=provider.passwords != INSTEAD,
    )


def link_own(session: CentreSession, proven: Proven) -> None:
    """Link one's own account to the identity that the provider has just proved.

    It is another way in, so that it asks for a proof of the last quarter of an hour, as a second
    factor does: whoever finds a desk unlocked has an identity at the same provider.
    """
    ask_fresh(session)
    session.authorize(Act.OWN_IDENTITY_LINK)
    provider = provider_here(session)
    if provider is None or provider.issuer != proven.issuer:
        raise Conflict(NONE_HERE)
    before = _living(session, session.actor.user_id)
    if before is not None and (before.issuer, before.subject) == (proven.issuer, proven.subject):
        return
    if before is not None and before.issuer == proven.issuer:
        raise Conflict("Your account is linked to another identity. Ask your manager to unlink it.")
    if before is not None:  # the centre has another provider since
        _end(session, before)
    made = Identity(user_id=session.actor.user_id, issuer=proven.issuer, subject=proven.subject)
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError:
        raise Conflict(
            "This identity opens another account of your centre. Sign out at your organisation,"
            " then link again with your own."
        ) from None


def unlink_own(session: CentreSession) -> None:
    """Unlink one's own account; refused where there would be no way in."""
    session.authorize(Act.OWN_IDENTITY_LINK)
    provider = provider_here(session)
    if provider is not None and provider.passwords == INSTEAD:
        raise Refused("Your centre signs in this way alone. Ask your manager to unlink it.")
    found = _living(session, session.actor.user_id)
    if found is None:
        raise Conflict("Your account is not linked.")
    _end(session, found)


def unlink(session: CentreSession, user_id: int, *, centre_id: int | None = None) -> User:
    """Unlink a person's account; they are signed out everywhere."""
    session.authorize(Act.USER_LINK)
    with session.in_centre(centre_id):
        person = _looked_after(session, user_id)
        found = _living(session, person.id)
        if found is None:
            raise Conflict("This account is not linked.")
        _end(session, found)
        end_other_sign_ins(session, person.id)
    return person


def issue_code(session: CentreSession, user_id: int, *, centre_id: int | None = None) -> IssuedCode:
    """Return a new linking code for a person, once; older ones of theirs open nothing more."""
    session.authorize(Act.USER_LINK)
    with session.in_centre(centre_id):
        person = _looked_after(session, user_id)
        provider = provider_here(session)
        if provider is None:
            raise Conflict("This centre has no active sign-in with an organisation.")
        linked = _living(session, person.id)
        if linked is not None and linked.issuer == provider.issuer:
            raise Conflict("This account is linked already. Unlink it first.")
        if linked is not None:  # to a provider that the centre has no more
            _end(session, linked)
        if not person.is_active:
            raise Conflict("This person is not active. Reactivate them first.")
        return make_code(session, person)


def make_code(session: CentreSession, person: User) -> IssuedCode:
    """Make a linking code for a person, for verbs that have asked."""
    _end_codes(session, person.id)
    plain, until = one_time_password(), now() + CODE_VALID
    session.add(LinkingCode(user_id=person.id, code_hash=code_hash(plain), expires_at=until))
    session.flush()
    code = session.get_one(Centre, person.centre_id).code
    return IssuedCode(person.full_name, person.username, code, plain, until)


def end_link(session: CentreSession, user_id: int) -> None:
    """Unlink whoever leaves, for verbs that have asked; who comes back links anew."""
    _end_codes(session, user_id)
    found = _living(session, user_id)
    if found is not None:
        _end(session, found)


def way_in_here(session: CentreSession, *, centre_id: int | None = None) -> str:
    """Return how a centre's people sign in: "beside" or "instead" of passwords; empty: by those."""
    session.authorize(Act.USER_LIST)
    with session.in_centre(centre_id):
        provider = provider_here(session)
    return provider.passwords if provider is not None else ""


def provider_here(session: CentreSession) -> IdentityProvider | None:
    """Return the active provider of the centre at hand, for verbs that have asked."""
    return session.exec(
        select(IdentityProvider).where(col(IdentityProvider.is_active).is_(True))
    ).one_or_none()


def host_of(issuer: str) -> str:
    """Return the name by which people know a provider: its host."""
    return urlsplit(issuer).hostname or issuer


def _living(session: CentreSession, user_id: int) -> Identity | None:
    return session.exec(
        select(Identity).where(col(Identity.user_id) == user_id, col(Identity.ended_at).is_(None))
    ).one_or_none()


def _end_codes(session: CentreSession, user_id: int) -> None:
    """Let the linking codes that a person has open nothing more."""
    session.execute(
        update(LinkingCode)
        .where(col(LinkingCode.user_id) == user_id, col(LinkingCode.used_at).is_(None))
        .values(used_at=now())
    )


def _end(session: CentreSession, found: Identity) -> None:
    found.ended_at = now()
    if session.actor.role != Role.ADMIN:  # who may be of another centre; the log says who it was
        found.ended_by = session.actor.user_id
    session.flush()


def _looked_after(session: CentreSession, user_id: int) -> User:
    person = session.require(User, user_id)
    if person.role == Role.ADMIN:
        raise Refused(ADMINS)
    return person
