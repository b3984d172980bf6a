"""Telling a centre's managers of emergency access by e-mail too, where mail is configured.

Inside the app they are told in the transaction that opens it; this is what reaches who is not
signed in. The letter names the admin and no client, and not the reason, which may tell of one.
"""

from typing import Final

from sqlalchemy import select, text, update
from sqlmodel import col

from cma_app.access.acts import Act, Role
from cma_app.clock import local, now
from cma_app.mail import Message
from cma_app.rules.emergency_access import KINDS
from cma_app.session import CentreSession
from models import AccessGrant, Centre, User

SUBJECT: Final = "Emergency access to your centre's clients"
_UNMAILED: Final = text("SELECT * FROM cma_unmailed_access()")


def unmailed(session: CentreSession) -> list[tuple[int, int]]:
    """Return the centre and the number of each grant of the last day that nobody was written of."""
    session.authorize(Act.ACCESS_SEE)
    return [(row.centre_id, row.grant_id) for row in session.execute(_UNMAILED)]


def claim_letters(session: CentreSession, grant_id: int) -> list[Message]:
    """Take a grant's letters, one to each manager; none where another worker took them."""
    session.authorize(Act.ACCESS_SEE)
    taken = session.execute(
        update(AccessGrant)
        .where(col(AccessGrant.id) == grant_id, col(AccessGrant.mailed_at).is_(None))
        .values(mailed_at=now())
        .returning(col(AccessGrant.id))
        .execution_options(synchronize_session=False)
    ).one_or_none()
    centre = session.get(Centre, session.actor.centre_id)
    if taken is None or centre is None:
        return []
    grant = session.require(AccessGrant, grant_id)
    addresses = session.execute(
        select(col(User.email)).where(
            col(User.role) == Role.MANAGER.value,
            col(User.is_active),
            col(User.deleted_at).is_(None),
        )
    ).scalars()
    # the centre's own address is for a centre whose last manager has left
    whom = list(addresses) or ([centre.email] if centre.email else [])
    body = _letter(grant, centre.name)
    return [Message(address, centre.name, SUBJECT, body) for address in whom]


def put_back(session: CentreSession, grant_id: int) -> None:
    """Let a grant's letters go in the next round: the mail server could not be reached."""
    session.authorize(Act.ACCESS_SEE)
    session.execute(
        update(AccessGrant)
        .where(col(AccessGrant.id) == grant_id)
        .values(mailed_at=None)
        .execution_options(synchronize_session=False)
    )


def _letter(grant: AccessGrant, centre: str) -> str:
    opened, ends = local(grant.opened_at), local(grant.expires_at)
    return (
        f"{grant.admin_name} opened emergency access to the clients of {centre} at {opened:%H:%M}"
        f" on {opened.day} {opened:%B %Y}. It lasts until {ends:%H:%M} at the latest.\n\n"
        f"What it is about: {KINDS[grant.kind]}.\n\n"
        "Sign in and open Emergency access to read the reason, to see what is looked at, and to"
        " end it.\n"
    )
