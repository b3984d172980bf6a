"""A document's bytes under AES-256-GCM with a key of its own, bound to centre, id and version.

Bytes that stand in another document's place, or were changed, do not open.
"""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cma_app.errors import CmaError
from cma_app.keys import KEY_BYTES, NONCE_BYTES

MARK: Final = b"CMADOC1\n"
"""How our sealed bytes begin."""


class Damaged(CmaError):
    """Stored bytes are not what was sealed for this place, or are gone."""

    sentence = (
        "This document cannot be opened: its stored copy is missing or was changed. Tell your"
        " manager; the copy of the last backup may be whole."
    )


def context_of(centre_id: int, document_id: int, version_number: int) -> str:
    """Return what binds bytes to their place."""
    return f"document {centre_id}/{document_id}/{version_number}"


def new_key() -> bytes:
    """Return a key for one version of one document."""
    return secrets.token_bytes(KEY_BYTES)


def seal(content: bytes, *, key: bytes, context: str) -> bytes:
    """Return the bytes sealed."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return MARK + nonce + AESGCM(key).encrypt(nonce, content, context.encode())


def unseal(stored: bytes, *, key: bytes, context: str) -> bytes:
    """Return what was sealed with this key for this place; Damaged otherwise."""
    start = len(MARK) + NONCE_BYTES
    try:
        if not stored.startswith(MARK):
            raise Damaged
        return AESGCM(key).decrypt(stored[len(MARK) : start], stored[start:], context.encode())
    except (InvalidTag, ValueError):
        raise Damaged from None
