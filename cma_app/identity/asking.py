"""Going to a provider and coming back: the address to go to, and the trade of the code."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client

from cma_app.identity.fetching import Transport, errands, json_of
from cma_app.identity.provider import Metadata, Provider, keys_of, metadata_of
from cma_app.identity.tokens import Proven, proven
from cma_app.identity.troubles import NotProven
from cma_app.settings import settings

SCOPE: Final = "openid"
"""No e-mail address and no name: nobody is known by them."""
MOST_CODE: Final = 2000


@dataclass(frozen=True, slots=True)
class Journey:
    """What must come back as it went: kept by the browser, sealed; `repr` shows none of it."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


def journey() -> Journey:
    """Return the secrets of one sign-in."""
    return Journey(*(secrets.token_urlsafe(length) for length in (32, 32, 48)))


def address_to_go(provider: Provider, going: Journey, *, back: str) -> str:
    """Return where the browser goes; NotProven where the provider is not what was set."""
    metadata = metadata_of(provider.issuer)
    asked: dict[str, Any] = {"nonce": going.nonce}
    if provider.max_age_minutes is not None:
        asked["max_age"] = provider.max_age_minutes * 60
    if provider.acr is not None:
        asked["acr_values"] = provider.acr
    with _client(provider, metadata, back) as client:
        address, _ = client.create_authorization_url(
            metadata.authorization_endpoint,
            state=going.state,
            code_verifier=going.verifier,
            **asked,
        )
    return str(address)


def come_back(said: Mapping[str, str], provider: Provider, going: Journey, *, back: str) -> Proven:
    """Return who a provider says came back; NotProven with the reason otherwise."""
    state = said.get("state", "")
    if not hmac.compare_digest(state.encode(), going.state.encode()):
        raise NotProven("state")
    metadata = metadata_of(provider.issuer)
    names_itself = "iss" in said or metadata.promises_iss  # RFC 9207
    if names_itself and said.get("iss") != metadata.issuer:
        raise NotProven("response_issuer")
    if "error" in said:
        raise NotProven("said_no" if said["error"] == "access_denied" else "said_error")
    code = said.get("code", "")
    if not 0 < len(code) <= MOST_CODE:
        raise NotProven("no_code")
    answer = _traded(code, provider, metadata, going, back)
    return proven(answer, provider=provider, metadata=metadata, nonce=going.nonce)


def _traded(
    code: str, provider: Provider, metadata: Metadata, going: Journey, back: str
) -> dict[str, Any]:
    """Trade the code for the provider's answer."""
    with errands(), _client(provider, metadata, back) as client:
        client.register_compliance_hook("access_token_response", _plain)
        try:
            return dict(
                client.fetch_token(metadata.token_endpoint, code=code, code_verifier=going.verifier)
            )
        except AuthlibBaseError:
            raise NotProven("no_trade") from None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise NotProven("not_json") from None


def _plain(answer: Any) -> Any:
    """Refuse an answer that is a redirect, an error or no JSON, before authlib reads it."""
    json_of(answer)
    return answer


def address_to_leave(provider: Provider, *, id_token: str | None, back: str) -> str | None:
    """Return where the browser signs out at the provider, None where it offers no such place."""
    there = metadata_of(provider.issuer).end_session_endpoint
    if there is None:
        return None
    asked = {"client_id": provider.client_id, "post_logout_redirect_uri": back}
    if id_token is not None:
        asked["id_token_hint"] = id_token
    return f"{there}{'&' if urlsplit(there).query else '?'}{urlencode(asked)}"


@dataclass(frozen=True, slots=True)
class Tried:
    """What a provider said when its connection was tried."""

    algorithms: tuple[str, ...]
    keys: int
    signs_out: bool


def try_connection(issuer: str) -> Tried:
    """Ask a provider what it says of itself and for its keys, now; NotProven with what is wrong."""
    metadata = metadata_of(issuer, fresh=True)
    keys = keys_of(metadata, fresh=True)
    return Tried(metadata.algorithms, len(keys.keys), metadata.end_session_endpoint is not None)


def _client(provider: Provider, metadata: Metadata, back: str) -> Any:
    return OAuth2Client(
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        token_endpoint_auth_method=metadata.auth_method,
        scope=SCOPE,
        redirect_uri=back,
        code_challenge_method="S256",
        transport=Transport(settings().sso_seconds),
        follow_redirects=False,
        trust_env=False,
    )
