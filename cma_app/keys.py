"""The keys that stay outside the database and its backup, and what they are used for.

Each key is a file of 32 random bytes in `CMA_HOME/keys`, readable by our user alone. A copy of
the database or of a backup shows no National Insurance number without them.
"""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cma_app.errors import CmaError
from cma_app.settings import settings

KEY_BYTES = 32
NONCE_BYTES = 12  # what AES-GCM takes, NIST SP 800-38D 5.2.1.1
VERSION = "v1"


class KeyTrouble(CmaError):
    """A key is missing, damaged or not the one a value was written with."""

    sentence = "A stored value cannot be read with the keys of this machine."


@dataclass(frozen=True)
class Keys:
    """The keys in force; `repr` shows none of them."""

    field_encryption: bytes = field(repr=False)
    field_index: bytes = field(repr=False)

    def encrypt(self, plain: str, *, context: str) -> str:
        """Return `plain` under AES-256-GCM, bound to `context` (table, column, owner's id)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self.field_encryption).encrypt(nonce, plain.encode(), context.encode())
        return f"{VERSION}:{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def decrypt(self, stored: str, *, context: str) -> str:
        """Return what `encrypt` was given; KeyTrouble for other keys, context or bytes."""
        version, _, body = stored.partition(":")
        if version != VERSION:
            raise KeyTrouble
        try:
            raw = base64.b64decode(body, altchars=b"-_", validate=True)
            if base64.urlsafe_b64encode(raw).decode() != body:
                raise KeyTrouble  # other letters for the same bytes: somebody changed them
            opened = AESGCM(self.field_encryption).decrypt(
                raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()
            )
        except (InvalidTag, ValueError):
            raise KeyTrouble from None
        return opened.decode()

    def index(self, plain: str) -> str:
        """Return the keyed hash (hex) by which equal values are found without reading them."""
        return hmac.new(self.field_index, plain.encode(), hashlib.sha256).hexdigest()

    def for_purpose(self, purpose: str) -> str:
        """Return a key of 32 bytes (hex) that only this machine can make again, for one purpose."""
        mark = f"cma key for: {purpose}".encode()
        return hmac.new(self.field_index, mark, hashlib.sha256).hexdigest()

    def fingerprint(self) -> str:
        """Return a name for this set of keys that gives neither away, for backups to carry."""
        parts = (self.field_encryption, self.field_index)
        marks = [hmac.new(part, b"cma key fingerprint", hashlib.sha256).digest() for part in parts]
        return hashlib.sha256(b"".join(marks)).hexdigest()[:32]


def load_or_make_keys(home: Path) -> Keys:
    """Return the keys of `home`, made on first use; KeyTrouble when one is damaged."""
    return Keys(
        field_encryption=_key(home, "field_encryption"), field_index=_key(home, "field_index")
    )


def keys_present(home: Path) -> bool:
    """Whether both keys are there, without making any."""
    return all((home / "keys" / name).exists() for name in ("field_encryption", "field_index"))


def secret_file(path: Path, fresh: bytes) -> bytes:
    """Return the file's bytes; the first caller, across processes, sets them to `fresh`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    if not path.exists():
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")  # 0600 from birth
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(fresh)
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):  # another process was first: its bytes count
                os.link(name, path)
        finally:
            Path(name).unlink()
    return path.read_bytes()


def _key(home: Path, name: str) -> bytes:
    path = home / "keys" / name
    key = secret_file(path, secrets.token_bytes(KEY_BYTES))
    if len(key) != KEY_BYTES:
        raise KeyTrouble(
            f"The key in {path} is damaged: it has {len(key)} bytes and not {KEY_BYTES}."
            " Put it back from where the keys are kept."
        )
    return key


@cache
def _keys_of(home: Path) -> Keys:
    return load_or_make_keys(home)


def encrypt_field(plain: str, *, context: str) -> str:
    """Return `plain` encrypted with this machine's key; `context` must be given to read it."""
    return _keys_of(settings().home).encrypt(plain, context=context)


def decrypt_field(stored: str, *, context: str) -> str:
    """Return what `encrypt_field` was given; KeyTrouble when key, context or bytes differ."""
    return _keys_of(settings().home).decrypt(stored, context=context)


def match_index(plain: str) -> str:
    """Return the keyed hash (64 hex characters) that equal values share; normalise first."""
    return _keys_of(settings().home).index(plain)


def key_for(purpose: str) -> str:
    """Return this machine's key (64 hex characters) for one purpose, always the same."""
    return _keys_of(settings().home).for_purpose(purpose)
