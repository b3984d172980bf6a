"""A passkey without a browser: it signs what a browser would, and also what none would."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url, encode_cbor

from cma_app.services.passkeys import Site

HERE = Site("http://localhost:8000", "localhost")
PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One passkey; `over` in a call says what it claims in place of what was asked."""

    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0

    def __post_init__(self) -> None:
        """Make its key."""
        self._key = generate_private_key(SECP256R1())

    def make(self, asked: str, **over: Any) -> str:
        """Answer what a site asks in order to make a passkey."""
        public = self._key.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32), -3: public.y.to_bytes(32)}
        about = bytes(16) + len(self.credential).to_bytes(2) + self.credential + encode_cbor(key)
        held = self._data(HAS_KEY, over) + about
        sealed = encode_cbor({"fmt": "none", "attStmt": {}, "authData": held})
        told = {"attestationObject": sealed, "clientDataJSON": _client("create", asked, over)}
        return self._answer(told)

    def prove(self, asked: str, **over: Any) -> str:
        """Answer what a site asks in order to prove who one is."""
        self.count = over.get("count", self.count + 1)
        held, client = self._data(0, over), _client("get", asked, over)
        signed = self._key.sign(held + hashlib.sha256(client).digest(), ECDSA(SHA256()))
        told = {"authenticatorData": held, "clientDataJSON": client, "signature": signed}
        return self._answer(told)

    def _data(self, flags: int, over: dict[str, Any]) -> bytes:
        host = over.get("host", HERE.host).encode()
        said = over.get("flags", PRESENT | VERIFIED) | flags
        return hashlib.sha256(host).digest() + bytes([said]) + self.count.to_bytes(4)

    def _answer(self, told: dict[str, bytes]) -> str:
        name = bytes_to_base64url(self.credential)
        response = {each: bytes_to_base64url(value) for each, value in told.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def _client(kind: str, asked: str, over: dict[str, Any]) -> bytes:
    said = {
        "type": f"webauthn.{kind}",
        "challenge": over.get("challenge", json.loads(asked)["challenge"]),
        "origin": over.get("origin", HERE.origin),
        "crossOrigin": False,
    }
    return json.dumps(said).encode()
