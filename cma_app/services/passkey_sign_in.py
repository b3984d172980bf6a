"""Signing in by a passkey alone: it is something one has, opened by a finger, a face or a PIN.

Nobody is known before the answer, so what was asked waits in this process, the one web process:
for minutes, for one answer, and for the browser that holds its ticket. A restart loses nothing but
a click.
"""

import secrets
from collections import OrderedDict
from datetime import datetime
from threading import Lock
from typing import Final

from sqlalchemy import text
from sqlmodel import col, select

from cma_app.access.actor import Actor, Origin
from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.database import app_engine
from cma_app.errors import Refused
from cma_app.services.passkeys import (
    CHALLENGE_FOR,
    Site,
    credential_in,
    is_proof,
    options_to_prove,
)
from cma_app.services.sign_in import SignedIn, admit
from cma_app.session import open_as
from models import SecondFactor

WRONG: Final = "The passkey was not accepted. Sign in with your username and password."
MOST_ASKED: Final = 10_000
"""Questions that wait at a time; beyond that the oldest is forgotten."""

_FIND = text("SELECT * FROM cma_find_passkey(:credential)")
_asked: Final[OrderedDict[str, tuple[bytes, datetime]]] = OrderedDict()
_turn: Final = Lock()


def ask_for_passkey(site: Site) -> tuple[str, str]:
    """Return a ticket for this browser alone, and what the browser is asked, as JSON."""
    ticket, challenge = secrets.token_urlsafe(24), secrets.token_bytes(32)
    with _turn:
        _asked[ticket] = challenge, now() + CHALLENGE_FOR
        while len(_asked) > MOST_ASKED:
            _asked.popitem(last=False)
    return ticket, options_to_prove(site, challenge)


def sign_in_by_passkey(ticket: str, answer: str, site: Site, origin: Origin) -> SignedIn:
    """Sign in whose passkey answered; raise Refused with one and the same sentence."""
    with _turn:
        challenge, until = _asked.pop(ticket, (b"", now()))
    with app_engine().begin() as connection:
        found = connection.execute(_FIND, {"credential": credential_in(answer)}).one_or_none()
    if until <= now() or found is None or not found.may_sign_in:
        raise Refused(WRONG)
    person = Actor(found.user_id, found.centre_id, found.role, "", "", "")
    with open_as(person, origin) as session:
        session.authorize(Act.OWN_FACTOR_PROVE)
        mine = select(SecondFactor).where(col(SecondFactor.id) == found.factor_id)
        factor = session.exec(mine.with_for_update()).one_or_none()
        if factor is None or not is_proof(answer, site, challenge, factor):
            raise Refused(WRONG)
    return admit(found.user_id, origin, method="passkey")
