"""Setting up a passkey of one's own: the browser makes it, and it counts at once."""

from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from cma_app.errors import Conflict, Invalid
from cma_app.services.factor_setup import ask_fresh, count_in, good_name, refuse_more
from cma_app.services.passkeys import (
    Site,
    new_challenge,
    options_to_register,
    registered,
    take_challenge,
)
from cma_app.session import CentreSession
from models import SecondFactor, User

PASSKEY_NAME: Final = "Passkey"
NOT_MADE: Final = "The passkey was not made. Begin again; nothing was changed."
KNOWN: Final = "This passkey is known already. Use another device, or keep the one you have."


def begin_passkey(session: CentreSession, site: Site) -> str:
    """Return what the browser is asked in order to make a passkey, as JSON."""
    ask_fresh(session)
    refuse_more(session)
    if not site.takes_passkeys:
        raise Conflict(
            "A passkey belongs to a name and not to a number. Open this system by its name first."
        )
    mine = select(SecondFactor).where(
        col(SecondFactor.user_id) == session.actor.user_id, col(SecondFactor.kind) == "passkey"
    )
    person = session.require(User, session.actor.user_id)
    return options_to_register(person, site, new_challenge(session), list(session.exec(mine)))


def finish_passkey(
    session: CentreSession, site: Site, *, answer: object, name: str = ""
) -> list[str]:
    """Keep the passkey that the browser made; return new recovery codes with the first factor.

    Other sign-ins of the person end. Invalid says what is wrong with `passkey` or `name`.
    """
    ask_fresh(session)
    refuse_more(session)
    called = good_name(name, PASSKEY_NAME)
    challenge = take_challenge(session)
    made = registered(answer, site, challenge) if challenge is not None else None
    if made is None:
        session.commit()  # the challenge is spent
        raise Invalid({"passkey": NOT_MADE})
    row = SecondFactor(
        user_id=session.actor.user_id,
        kind="passkey",
        name=called,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        transports=made.transports or None,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        raise Invalid({"passkey": KNOWN}) from None
    return count_in(session, row)
