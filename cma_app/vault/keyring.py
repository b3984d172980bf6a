"""The keys that wrap each document's own key: files beside the others, one of them current.

A document's row names the key that wrapped it, so that a new one can come while people work and
the old one goes once nothing names it.
"""

import base64
import os
import re
import secrets
import tempfile
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cma_app.clock import now
from cma_app.keys import KEY_BYTES, NONCE_BYTES, KeyTrouble, secret_file
from cma_app.settings import settings

LOCK: Final = "cma document keys"
"""The name of the database's lock: shared by who stores, whole for who changes the keys."""
_CURRENT: Final = "current"
_ID: Final = re.compile(r"documents-[0-9]{8}-[0-9a-f]{8}")


class KeyGone(KeyTrouble):
    """The key that a row names is not here: it was wrapped anew meanwhile, or the key is lost."""


def current_key_id() -> str:
    """Return the key that new documents are wrapped with; the first is made when there is none."""
    pointer = _folder() / _CURRENT
    if not pointer.exists():
        made = make_key()
        if secret_file(pointer, made.encode()) != made.encode():
            (_folder() / made).unlink()  # another process was first
    return _known(pointer.read_text("ascii").strip())


def make_key() -> str:
    """Make a key that is not current yet, and return its name."""
    name = f"documents-{now():%Y%m%d}-{secrets.token_hex(4)}"
    secret_file(_folder() / name, secrets.token_bytes(KEY_BYTES))
    return name


def make_current(name: str) -> None:
    """Wrap with this key from now on, in every process."""
    folder = _folder()
    handle, new = tempfile.mkstemp(dir=folder, prefix=".new-")
    with os.fdopen(handle, "wb") as file:
        file.write(_known(name).encode())
        file.flush()
        os.fsync(file.fileno())
    Path(new).replace(folder / _CURRENT)


def key_names() -> set[str]:
    """Return the names of all keys here."""
    return {path.name for path in _folder().iterdir() if _ID.fullmatch(path.name)}


def drop_key(name: str) -> None:
    """Remove a key for good; the current one stays."""
    if name != current_key_id():
        (_folder() / _known(name)).unlink(missing_ok=True)


def wrap(own_key: bytes, *, key_id: str, context: str) -> str:
    """Return a document's own key under the key of that name, bound to its context."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(_key(key_id)).encrypt(nonce, own_key, _bound(key_id, context))
    return base64.b64encode(nonce + sealed).decode()


def unwrap(wrapped: str, *, key_id: str, context: str) -> bytes:
    """Return what `wrap` was given; KeyGone without the key, KeyTrouble where it does not fit."""
    try:
        raw = base64.b64decode(wrapped, validate=True)
        return AESGCM(_key(key_id)).decrypt(
            raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound(key_id, context)
        )
    except (InvalidTag, ValueError):
        raise KeyTrouble from None


def _bound(key_id: str, context: str) -> bytes:
    return f"key {key_id} of {context}".encode()


def _folder() -> Path:
    folder = settings().home / "keys" / "documents"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _known(name: str) -> str:
    if not _ID.fullmatch(name):
        raise KeyTrouble
    return name


def _key(name: str) -> bytes:
    try:
        key = (_folder() / _known(name)).read_bytes()
    except FileNotFoundError:
        raise KeyGone from None
    if len(key) != KEY_BYTES:
        raise KeyTrouble
    return key
