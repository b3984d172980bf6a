"""What an ID token must be before anybody is believed to be anybody.

authlib's own checks come first (`CodeIDToken`). Those after it are ours: it takes a token for other
audiences where `azp` is us, answers of another issuer, and an answer without any token.
"""

import hmac
from dataclasses import dataclass, field
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from cma_app.clock import now
from cma_app.identity.provider import Metadata, Provider, keys_of
from cma_app.identity.troubles import NotProven

LEEWAY: Final = 60
"""Seconds that two clocks may differ."""
OLDEST: Final = 600
"""Seconds since a token was made: it comes straight from the provider's own answer."""
MOST_TOKEN: Final = 20_000
"""Characters of a token."""


@dataclass(frozen=True, slots=True)
class Proven:
    """Who a provider says somebody is; the token is for signing out there and for nothing else."""

    issuer: str
    subject: str
    id_token: str = field(repr=False)


def proven(answer: dict[str, Any], *, provider: Provider, metadata: Metadata, nonce: str) -> Proven:
    """Return who the provider's answer proves somebody is; NotProven with the reason otherwise."""
    raw = answer.get("id_token")
    if not isinstance(raw, str) or not raw or len(raw) > MOST_TOKEN:
        raise NotProven("no_id_token")
    header = _header(raw, metadata)
    try:
        token = jwt.decode(raw, key=_keys_for(header, metadata), registry=_registry(metadata))
        claims = CodeIDToken(
            token.claims,
            token.header,
            {"iss": {"essential": True, "value": metadata.issuer}},
            {
                "nonce": nonce,
                "client_id": provider.client_id,
                "access_token": answer.get("access_token"),
                "max_age": provider.max_age_minutes,
            },
        )
        claims.validate(leeway=LEEWAY)
    except InvalidKeyIdError:
        raise NotProven("unknown_key") from None
    except JoseError as error:
        raise NotProven(f"claims_{error.error}"[:40]) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        raise NotProven("malformed") from None
    _check_parties(claims, provider, metadata)
    _check_nonce(claims, nonce)
    _check_times(claims)
    _check_level(claims, provider)
    return Proven(metadata.issuer, _subject(claims), raw)


def _registry(metadata: Metadata) -> JWSRegistry:
    return JWSRegistry(algorithms=list(metadata.algorithms), strict_check_header=False)


def _header(raw: str, metadata: Metadata) -> dict[str, Any]:
    """Return a token's header; a key it brings or points to is never looked at."""
    try:
        header = jws.extract_compact(raw.encode("ascii")).headers()
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise NotProven("malformed") from None
    if header.get("alg") not in metadata.algorithms:
        raise NotProven("algorithm")
    if header.keys() & {"jwk", "jku", "x5u", "x5c", "crit"}:
        raise NotProven("brings_its_key")
    return header


def _keys_for(header: dict[str, Any], metadata: Metadata) -> KeySet:
    """Return the keys that may have signed: the one named, or all where none is named."""
    keys = keys_of(metadata)
    named = header.get("kid")
    if named is None:
        return keys
    if not isinstance(named, str):
        raise NotProven("malformed")
    if all(key.kid != named for key in keys.keys):
        keys = keys_of(metadata, fresh=True)
    if all(key.kid != named for key in keys.keys):
        raise NotProven("unknown_key")
    return keys


def _check_parties(claims: dict[str, Any], provider: Provider, metadata: Metadata) -> None:
    """From exactly this provider, for us and for nobody else beside."""
    if claims.get("iss") != metadata.issuer:
        raise NotProven("issuer")
    meant = claims.get("aud")
    for_us = [meant] if isinstance(meant, str) else meant
    if for_us != [provider.client_id]:
        raise NotProven("audience")
    if "azp" in claims and claims["azp"] != provider.client_id:
        raise NotProven("authorised_party")


def _check_nonce(claims: dict[str, Any], nonce: str) -> None:
    found = claims.get("nonce")
    if not isinstance(found, str) or not hmac.compare_digest(found.encode(), nonce.encode()):
        raise NotProven("nonce")


def _check_times(claims: dict[str, Any]) -> None:
    moment = now().timestamp()
    made, ends = _moment(claims, "iat"), _moment(claims, "exp")
    if not moment - OLDEST <= made <= moment + LEEWAY or ends < moment - LEEWAY or ends < made:
        raise NotProven("time")
    if "nbf" in claims and _moment(claims, "nbf") > moment + LEEWAY:
        raise NotProven("time")


def _check_level(claims: dict[str, Any], provider: Provider) -> None:
    """Where a fresh sign-in or a level was asked for, that is what it was."""
    if provider.max_age_minutes is not None:
        proved = _moment(claims, "auth_time")
        oldest = now().timestamp() - provider.max_age_minutes * 60 - LEEWAY
        if not oldest <= proved <= now().timestamp() + LEEWAY:
            raise NotProven("auth_time")
    if provider.acr is not None and claims.get("acr") not in provider.acr.split():
        raise NotProven("level")


def _moment(claims: dict[str, Any], name: str) -> float:
    found = claims.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 < found < 1e11:
        raise NotProven("time")
    return float(found)


def _subject(claims: dict[str, Any]) -> str:
    """Return the subject: OpenID Connect Core 2 says at most 255 ASCII characters."""
    found = claims.get("sub")
    if not isinstance(found, str) or not found.strip() or len(found) > 255:
        raise NotProven("subject")
    if not found.isascii() or not found.isprintable():
        raise NotProven("subject")
    return found
