"""An identity provider on loopback that is honest, or lies in one way for each address it has.

It signs with `cryptography` alone, so that what forges shares nothing with what reads.
"""

import base64
import gzip
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

CLIENT_ID = "cma-of-ashdown"
CLIENT_SECRET = "zqx-the-clients-own-secret"
CODE = "zqx-a-code-of-the-provider"
ACCESS_TOKEN = "zqx-an-access-token"
SUBJECT = "person-7"

Change = Callable[[dict[str, Any]], Any]


def nothing(_: dict[str, Any]) -> None:
    """Change nothing: what an honest provider does."""


@dataclass(frozen=True)
class Answer:
    """What the provider answers over the wire."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lie:
    """What a provider does otherwise than it should; each is one thing."""

    claims: Change = nothing
    header: dict[str, Any] = field(default_factory=dict)
    sign: str = "own"
    answer: Callable[[dict[str, Any]], Answer | None] = lambda _: None
    metadata: Change = nothing
    metadata_answer: Answer | None = None
    keys: list[str] = field(default_factory=lambda: ["own", "second"])
    keys_answer: Answer | None = None
    returns: Change = nothing
    """What the browser comes back with."""


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def as_json(said: object) -> bytes:
    return json.dumps(said).encode()


class Key:
    """One key of the provider's, or of somebody else's."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def jwk(self) -> dict[str, Any]:
        numbers = self.private.public_key().public_numbers()
        parts = {"n": numbers.n, "e": numbers.e}
        long = {
            name: b64(each.to_bytes((each.bit_length() + 7) // 8)) for name, each in parts.items()
        }
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, **long}

    @property
    def pem(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


class HostileProvider:
    """Each lie lives under an address of its own, which is its issuer."""

    def __init__(self) -> None:
        self.own, self.second, self.foreign = Key("own"), Key("second"), Key("foreign")
        self.lies: dict[str, Lie] = {}
        self.nonces: dict[str, str] = {}
        self.asked: list[str] = []
        self.origin = ""

    def issuer(self, name: str, lie: Lie) -> str:
        """Return the issuer under which a lie is told."""
        self.lies[name] = lie
        return f"{self.origin}/{name}"

    def token(self, name: str, nonce: str) -> str:
        """Return an ID token, with what is wrong about it."""
        lie, moment = self.lies[name], int(time.time())
        half = hashlib.sha256(ACCESS_TOKEN.encode()).digest()[:16]
        claims: dict[str, Any] = {
            "iss": f"{self.origin}/{name}",
            "sub": SUBJECT,
            "aud": CLIENT_ID,
            "exp": moment + 300,
            "iat": moment,
            "nonce": nonce,
            "at_hash": b64(half),
        }
        lie.claims(claims)
        header = {"alg": "RS256", "kid": "own", "typ": "JWT", **lie.header}
        header = {name: each for name, each in header.items() if each is not None}
        head = f"{b64(as_json(header))}.{b64(as_json(claims))}"
        return f"{head}.{self._signature(lie.sign, head)}"

    def _signature(self, how: str, head: str) -> str:
        shared = {"public_key": self.own.pem, "client_secret": CLIENT_SECRET.encode()}
        if how == "none":
            return ""
        if how in shared:
            return b64(hmac.new(shared[how], head.encode(), hashlib.sha256).digest())
        if how == "another_text":
            head += " "
        key: Key = self.foreign if how == "foreign" else self.own
        return b64(key.private.sign(head.encode(), padding.PKCS1v15(), hashes.SHA256()))

    def answer(self, path: str) -> Answer:
        """Return what is answered at a path."""
        self.asked.append(path)
        name, _, what = path.strip("/").partition("/")
        lie = self.lies.get(name)
        if lie is None:
            return Answer(b"{}", 404)
        if what == ".well-known/openid-configuration":
            return lie.metadata_answer or Answer(as_json(self._metadata(name, lie)))
        if what == "keys":
            shown = [getattr(self, each).jwk for each in lie.keys]
            return lie.keys_answer or Answer(as_json({"keys": shown}))
        if what == "token":
            said = {
                "access_token": ACCESS_TOKEN,
                "token_type": "Bearer",
                "id_token": self.token(name, self.nonces.get(name, "")),
            }
            return lie.answer(said) or Answer(as_json(said))
        return Answer(b"{}", 404)

    def _metadata(self, name: str, lie: Lie) -> dict[str, Any]:
        base = f"{self.origin}/{name}"
        said: dict[str, Any] = {
            "issuer": base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/keys",
            "end_session_endpoint": f"{base}/leave",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }
        lie.metadata(said)
        return said


def put(**said: Any) -> Change:
    """Put values in."""
    return lambda into: into.update(said)


def out(*names: str) -> Change:
    """Leave values out."""

    def leave(into: dict[str, Any]) -> None:
        for name in names:
            into.pop(name, None)

    return leave


def by(**shifts: int) -> Change:
    """Move times by seconds."""
    return lambda into: into.update({name: into["iat"] + each for name, each in shifts.items()})


def packed(said: dict[str, Any]) -> Answer:
    """Answer rightly, but packed: what is packed can unfold without end."""
    return Answer(gzip.compress(as_json(said)), headers={"content-encoding": "gzip"})


@contextmanager
def hostile_provider() -> Iterator[HostileProvider]:
    """Serve until the end of the block."""
    provider = HostileProvider()

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            answer = provider.answer(self.path.partition("?")[0])
            self.send_response(answer.status)
            for name, value in {"content-type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            try:
                self.wfile.write(answer.body)
            except OSError:
                self.close_connection = True  # they had enough

        do_GET = do_POST = _reply  # noqa: N815 - the library's names

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.origin = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
