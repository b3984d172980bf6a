"""Signing in by a centre's identity provider, before a person is known: what stands between.

The owner's functions of migration 0034 answer, each one question. What the browser keeps on its way
to the provider and back is sealed here; that it comes back once, the database sees to.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text

from cma_app.access.actor import Origin
from cma_app.clock import now
from cma_app.database import app_engine
from cma_app.errors import Refused
from cma_app.identity.asking import Journey
from cma_app.identity.provider import Provider
from cma_app.keys import KeyTrouble, decrypt_field, encrypt_field
from cma_app.services.passwords import hashed, one_time_password
from cma_app.services.sign_in import note_event, too_many, wait_left

WAY_VALID: Final = timedelta(minutes=10)
"""How long a person may take at the provider, and to enter a linking code after it."""
UNKNOWN_CODE: Final = (
    "There is no sign-in with an organisation under this code. Check the code, or sign in with"
    " your password."
)
WRONG_LINKING_CODE: Final = (
    "This linking code is not right, was used, or is too old. Check it, or ask your manager for a"
    " new one."
)

_OFFERED = text("SELECT cma_single_sign_on_offered()")
_PROVIDER = text("SELECT * FROM cma_identity_provider(:code)")
_PERSON = text("SELECT cma_linked_person(:centre, :issuer, :subject)")
_SPEND = text("SELECT cma_spend_sign_in(:hash, :expires)")
_LINK = text(
    "SELECT cma_link_by_code(:centre, :issuer, :subject, :code_hash, :password_hash,"
    " cast(:address AS inet), :agent)"
)


@dataclass(frozen=True, slots=True)
class CentresProvider:
    """A centre's provider; `code` is the centre's."""

    centre_id: int
    code: str
    provider: Provider


@dataclass(frozen=True, slots=True)
class Way:
    """What goes with a browser to the provider and must come back with it.

    `person` is 0 for a sign-in; a person who links their own account is named.
    """

    code: str
    person: int
    following: str
    ends: int
    going: Journey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stranger:
    """An identity that a provider has proved and that is nobody's account yet."""

    code: str
    issuer: str
    subject: str
    following: str
    ends: int


def offered() -> bool:
    """Say whether any centre signs in by a provider; the sign-in page then names the way."""
    with app_engine().begin() as connection:
        return bool(connection.execute(_OFFERED).scalar_one())


def provider_of(code: str) -> CentresProvider:
    """Return the provider of a centre by its code, or by any reference that begins with it.

    Refused with one and the same sentence where there is no such centre and where it has none.
    """
    plain = code.replace("\x00", "").strip().upper().partition("-")[0][:10]
    with app_engine().begin() as connection:
        row = connection.execute(_PROVIDER, {"code": plain}).one_or_none()
    if row is None:
        raise Refused(UNKNOWN_CODE)
    secret = decrypt_field(row.application_secret, context=secret_place(row.centre_id))
    found = Provider(row.issuer, row.application_id, secret, row.max_age_minutes, row.acr)
    return CentresProvider(row.centre_id, plain, found)


def secret_place(centre_id: int) -> str:
    """Return what a provider's sealed secret is bound to."""
    return f"identity_providers.application_secret:{centre_id}"


def seal(kept: Way | Stranger | dict[str, Any], *, purpose: str) -> str:
    """Return what a browser keeps without reading it; `ends` of it says until when."""
    plain = kept if isinstance(kept, dict) else _plain(kept)
    return encrypt_field(json.dumps(plain), context=f"single sign-on {purpose}")


def unseal(stored: str, *, purpose: str) -> Any:
    """Return what was sealed for a purpose; None for anything else, and for what is too old."""
    try:
        plain = decrypt_field(stored[:8000], context=f"single sign-on {purpose}")
        found = json.loads(plain)
    except (KeyTrouble, ValueError, UnicodeError):
        return None
    return found if isinstance(found, dict) and found["ends"] > now().timestamp() else None


def way_in(stored: str) -> Way | None:
    """Return the way that a browser kept, None where it kept none of ours."""
    found = unseal(stored, purpose="way")
    return None if found is None else Way(**{**found, "going": Journey(**found["going"])})


def stranger_in(stored: str) -> Stranger | None:
    """Return the proved identity that a browser kept, None where it kept none of ours."""
    found = unseal(stored, purpose="stranger")
    return None if found is None else Stranger(**found)


def ends_soon() -> int:
    """Return when what a browser keeps from now on is too old, in seconds of the epoch."""
    return int((now() + WAY_VALID).timestamp())


def spend(way: Way) -> bool:
    """Use a way up; False where it was used before, in this browser or in another."""
    expires = datetime.fromtimestamp(way.ends, tz=now().tzinfo) + WAY_VALID
    with app_engine().begin() as connection:
        spent = connection.execute(_SPEND, {"hash": _hash(way.going.state), "expires": expires})
        return bool(spent.scalar_one())


def linked_person(centre_id: int, issuer: str, subject: str) -> int | None:
    """Return whose account an identity opens in this centre, None where it is nobody's."""
    with app_engine().begin() as connection:
        asked = {"centre": centre_id, "issuer": issuer, "subject": subject}
        return connection.execute(_PERSON, asked).scalar_one()


def link_by_code(stranger: Stranger, linking_code: str, origin: Origin) -> int:
    """Link a proved identity to the account a manager's code is for, and return whose it is."""
    found = provider_of(stranger.code)
    subject = _hash(f"linking:{stranger.code}:{stranger.issuer}:{stranger.subject}")
    with app_engine().begin() as connection:
        wait = wait_left(connection, subject, origin)
    if wait:
        raise Refused(too_many(wait))
    asked = {
        "centre": found.centre_id,
        "issuer": stranger.issuer,
        "subject": stranger.subject,
        "code_hash": code_hash(linking_code),
        "password_hash": hashed(one_time_password() + one_time_password()),  # nobody's
        "address": origin.ip_address,
        "agent": origin.user_agent,
    }
    with app_engine().begin() as connection:
        person = connection.execute(_LINK, asked).scalar_one()
    if person is None:
        with app_engine().begin() as connection:
            note_event(connection, "sign_in_failed", subject, origin)
        raise Refused(WRONG_LINKING_CODE)
    note("linked", stranger.code, origin)
    return int(person)


def code_hash(linking_code: str) -> str:
    """Return what is kept of a linking code; how it was typed does not matter."""
    plain = "".join(each for each in linking_code.lower()[:100] if each.isalnum())
    return _hash(f"linking code:{plain}")


def note(what: str, code: str, origin: Origin) -> None:
    """Write to the log of security what became of a sign-in with a centre's organisation."""
    with app_engine().begin() as connection:
        note_event(connection, f"sso_{what}"[:50], _hash(f"centre:{code}"), origin)


def _plain(kept: Way | Stranger) -> dict[str, Any]:
    if isinstance(kept, Stranger):
        return {name: getattr(kept, name) for name in Stranger.__slots__}
    going = {name: getattr(kept.going, name) for name in Journey.__slots__}
    return {name: getattr(kept, name) for name in Way.__slots__} | {"going": going}


def _hash(plain: str) -> str:
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()
