"""What a provider says of itself, believed only where it is exactly what was set.

What it says is kept for ten minutes, since the start of a sign-in is anybody's to ask for; its keys
likewise, and they are fetched again early where a token names one that is not among them.
"""

import time
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from cma_app.identity.fetching import fetch_json, require_https
from cma_app.identity.troubles import NotProven

ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
"""Signatures with a key that only the provider holds; none without one, none with a shared one."""
KEPT_SECONDS: Final = 600
KEYS_ANEW_SECONDS: Final = 30
"""The least time between two looks at a provider's keys, whatever the tokens name."""
MOST_KEPT: Final = 500


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as a centre set it; `repr` shows no secret."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    max_age_minutes: int | None = None
    acr: str | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a provider says of itself, checked."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    algorithms: tuple[str, ...]
    auth_method: str
    promises_iss: bool
    end_session_endpoint: str | None


FAILED_SECONDS: Final = 15
"""How long a provider that failed is left alone, however many begin a sign-in meanwhile."""

_lock: Final = Lock()
_metadata: Final[dict[str, tuple[float, Metadata]]] = {}
_failures: Final[dict[str, tuple[float, str]]] = {}
_keys: Final[dict[str, tuple[float, KeySet]]] = {}


def metadata_of(issuer: str, *, fresh: bool = False) -> Metadata:
    """Return what the provider of this issuer says of itself; NotProven with what is wrong."""
    found, moment = _metadata.get(issuer), time.monotonic()
    if found is None or fresh or found[0] < moment - KEPT_SECONDS:
        failed = _failures.get(issuer)
        if failed is not None and not fresh and failed[0] > moment - FAILED_SECONDS:
            raise NotProven(failed[1])
        try:
            found = (moment, _fetched(issuer))
        except NotProven as error:
            _keep(_failures, issuer, (time.monotonic(), error.reason))
            raise
        _keep(_metadata, issuer, found)
    return found[1]


def keys_of(metadata: Metadata, *, fresh: bool = False) -> KeySet:
    """Return the provider's keys, without those that are shared secrets."""
    found = _keys.get(metadata.jwks_uri)
    age = time.monotonic() - found[0] if found else KEPT_SECONDS
    if found is None or age >= KEPT_SECONDS or (fresh and age >= KEYS_ANEW_SECONDS):
        found = (time.monotonic(), _fetched_keys(metadata.jwks_uri))
        _keep(_keys, metadata.jwks_uri, found)
    return found[1]


def _keep(kept: dict[str, Any], name: str, found: Any) -> None:
    with _lock:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[name] = found


def _fetched(issuer: str) -> Metadata:
    require_https(issuer)
    said = fetch_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if said.get("issuer") != issuer:
        raise NotProven("other_issuer")
    if "code" not in _words(said, "response_types_supported", ["code"]):
        raise NotProven("no_code_flow")
    # Microsoft's says nothing of PKCE and takes it: only a list without S256 is a no
    if "S256" not in _words(said, "code_challenge_methods_supported", ["S256"]):
        raise NotProven("no_pkce")
    offered = _words(said, "id_token_signing_alg_values_supported", ["RS256"])
    algorithms = tuple(each for each in ALGORITHMS if each in offered)
    if not algorithms:
        raise NotProven("no_algorithm")
    methods = _words(said, "token_endpoint_auth_methods_supported", ["client_secret_basic"])
    preferred = ("client_secret_basic", "client_secret_post")
    return Metadata(
        issuer=issuer,
        authorization_endpoint=_address(said, "authorization_endpoint"),
        token_endpoint=_address(said, "token_endpoint"),
        jwks_uri=_address(said, "jwks_uri"),
        algorithms=algorithms,
        auth_method=next((each for each in preferred if each in methods), preferred[0]),
        promises_iss=said.get("authorization_response_iss_parameter_supported") is True,
        end_session_endpoint=(
            _address(said, "end_session_endpoint") if said.get("end_session_endpoint") else None
        ),
    )


def _fetched_keys(address: str) -> KeySet:
    found = fetch_json(address).get("keys")
    if not isinstance(found, list):
        raise NotProven("no_keys")
    usable = [each for each in found[:100] if _is_usable(each)]
    try:
        keys = KeySet.import_key_set({"keys": usable})
    except (JoseError, ValueError, TypeError, KeyError):
        raise NotProven("no_keys") from None
    if not keys.keys:
        raise NotProven("no_keys")
    return keys


def _is_usable(key: Any) -> bool:
    """Say whether a key can be one that signs: public, and not meant for something else."""
    return (
        isinstance(key, dict)
        and key.get("kty") in {"RSA", "EC", "OKP"}
        and key.get("use", "sig") == "sig"
        and key.get("alg", ALGORITHMS[0]) in ALGORITHMS
    )


def _words(said: dict[str, Any], name: str, default: list[str]) -> list[str]:
    found = said.get(name, default)
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def _address(said: dict[str, Any], name: str) -> str:
    found = said.get(name)
    if not isinstance(found, str) or len(found) > 1000:
        raise NotProven("no_endpoint")
    require_https(found)
    return found
