"""Taking a colleague's second factor away, for the day they lose the phone and the codes."""

from sqlalchemy import text

from cma_app.access.acts import Act
from cma_app.errors import Conflict, Refused
from cma_app.services.sign_in import end_other_sign_ins
from cma_app.services.users import managed_person
from cma_app.session import CentreSession

_RESET = text("SELECT cma_reset_factors(:user)")
_COUNTS = text("SELECT user_id, apps, passkeys FROM cma_people_with_factors()")


def reset_factors(session: CentreSession, user_id: int, *, centre_id: int | None = None) -> str:
    """Remove a person's second factors and recovery codes, and return their name.

    Their sign-ins end, and they are told at the next one. Nobody does it for themselves, and a
    manager does not for an admin.
    """
    session.authorize(Act.USER_RESET_FACTORS)
    if user_id == session.actor.user_id:
        raise Refused("Ask another manager or an admin: nobody resets their own second factor.")
    with session.in_centre(centre_id):
        person = managed_person(session, user_id)
        if not session.execute(_RESET, {"user": person.id}).scalar_one():
            raise Conflict(f"{person.full_name} has no second factor.")
        end_other_sign_ins(session, person.id)
    return person.full_name


def people_with_factors(session: CentreSession, *, centre_id: int | None = None) -> dict[int, str]:
    """Return who of a centre has a second factor, and of which kinds in words."""
    session.authorize(Act.USER_LIST)
    with session.in_centre(centre_id):
        rows = session.execute(_COUNTS).all()
    return {row.user_id: _words(row.apps, row.passkeys) for row in rows}


def _words(apps: int, passkeys: int) -> str:
    told = [(apps, "authenticator app"), (passkeys, "passkey")]
    return ", ".join(f"{n} {word}{'s' if n > 1 else ''}" for n, word in told if n)
