"""Passkeys: what a browser is asked for, and whether what it answers proves the person.

The steps of WebAuthn that every use shares. A challenge is good for one answer, within minutes,
and belongs to one sign-in; the person is always verified by the passkey's own PIN or finger.
"""

import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from cma_app.clock import now
from cma_app.errors import Conflict
from cma_app.keys import match_index
from cma_app.rules.one_time_codes import ISSUER
from cma_app.session import CentreSession
from models import SecondFactor, SignInSession, User

CHALLENGE_FOR: Final = timedelta(minutes=5)
NOT_HERE: Final = "A passkey needs a browser's own sign-in. Sign in again."
_FAULTS: Final = (WebAuthnException, ValueError, LookupError, TypeError, OverflowError)
"""What a made-up answer raises, in the library or below it."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the browser stands: its exact origin, one of the settings', and the host of that."""

    origin: str
    host: str

    @property
    def takes_passkeys(self) -> bool:
        """Whether a passkey can belong to this host: to a name, never to a bare address."""
        try:
            ipaddress.ip_address(self.host.strip("[]"))
        except ValueError:
            return bool(self.host)
        return False


@dataclass(frozen=True, slots=True)
class Registered:
    """A passkey that a browser has just made."""

    credential_id: str
    public_key: str
    sign_count: int
    transports: str


def new_challenge(session: CentreSession) -> bytes:
    """Return a fresh challenge for the sign-in at hand; an older one is good no more."""
    row = _sign_in(session)
    fresh = secrets.token_bytes(32)
    row.challenge, row.challenge_until = bytes_to_base64url(fresh), now() + CHALLENGE_FOR
    session.flush()
    return fresh


def take_challenge(session: CentreSession) -> bytes | None:
    """Return the challenge of the sign-in at hand, once; None where there is none in time."""
    row = _sign_in(session)
    given, until = row.challenge, row.challenge_until
    row.challenge = row.challenge_until = None
    session.flush()
    return base64url_to_bytes(given) if given and until and until > now() else None


def options_to_register(
    person: User, site: Site, challenge: bytes, existing: Sequence[SecondFactor]
) -> str:
    """Return what a browser is asked in order to make a passkey, as JSON."""
    return options_to_json(
        generate_registration_options(
            rp_id=site.host,
            rp_name=ISSUER,
            user_id=user_handle(person.centre_id, person.id),
            user_name=person.username,
            user_display_name=person.full_name,
            challenge=challenge,
            exclude_credentials=_described(existing),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
    )


def options_to_prove(site: Site, challenge: bytes, existing: Sequence[SecondFactor] = ()) -> str:
    """Return what a browser is asked in order to prove with a passkey, as JSON."""
    return options_to_json(
        generate_authentication_options(
            rp_id=site.host,
            challenge=challenge,
            allow_credentials=_described(existing),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def registered(answer: object, site: Site, challenge: bytes) -> Registered | None:
    """Return the passkey that a browser made, or None where the answer proves none."""
    if not isinstance(answer, str):
        return None
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _FAULTS:
        return None
    return Registered(
        bytes_to_base64url(made.credential_id),
        bytes_to_base64url(made.credential_public_key),
        made.sign_count,
        _transports_in(answer),
    )


def credential_in(answer: object) -> str:
    """Return the id of the passkey that an answer speaks of, or an empty text."""
    try:
        read = parse_authentication_credential_json(answer) if isinstance(answer, str) else None
    except _FAULTS:
        return ""
    return bytes_to_base64url(read.raw_id) if read is not None else ""


def is_proof(answer: object, site: Site, challenge: bytes, factor: SecondFactor) -> bool:
    """Say whether an answer proves this passkey, and count it: a count that goes back proves none.

    The count is what tells a copied key from the one that was copied.
    """
    if not isinstance(answer, str) or factor.public_key is None:
        return False
    try:
        proved = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(factor.public_key),
            credential_current_sign_count=factor.sign_count,
            require_user_verification=True,
        )
    except _FAULTS:
        return False
    factor.sign_count, factor.last_used_at = proved.new_sign_count, now()
    return True


def user_handle(centre_id: int, user_id: int) -> bytes:
    """Return the name under which a passkey keeps a person: the same each time, telling nothing."""
    return bytes.fromhex(match_index(f"passkeys of {centre_id}/{user_id}"))


def _transports_in(answer: str) -> str:
    """Return the ways to reach a passkey that a browser told of, the known ones alone."""
    told = parse_registration_credential_json(answer).response.transports or []
    return ",".join(sorted({each.value for each in told}))


def _described(factors: Sequence[SecondFactor]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(each.credential_id),
            transports=[
                AuthenticatorTransport(word) for word in (each.transports or "").split(",") if word
            ]
            or None,
        )
        for each in factors
        if each.credential_id
    ]


def _sign_in(session: CentreSession) -> SignInSession:
    """Return the sign-in that a challenge belongs to; work without a browser has none."""
    if not session.actor.session_id:
        raise Conflict(NOT_HERE)
    return session.require(SignInSession, session.actor.session_id)
