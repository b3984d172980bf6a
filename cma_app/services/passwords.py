"""Passwords: how they are kept, and which are good enough."""

import secrets
from datetime import timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cma_app.errors import Invalid

LEAST_LENGTH = 12  # length counts, not composition (NIST SP 800-63B, 3.1.1.2)
MOST_LENGTH = 200
ONE_TIME_VALID: Final = timedelta(hours=72)
"""How long a one-time password works, whoever issues it."""
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that can be misread from paper

_hasher = PasswordHasher()
_DUMMY = _hasher.hash(secrets.token_hex(16))


def hashed(password: str) -> str:
    """Return the argon2id hash to keep."""
    return _hasher.hash(_bytes(password))


def matches(password: str, password_hash: str | None) -> bool:
    """Say whether a password is right; an unknown person costs the same time as a known one."""
    try:
        right = _hasher.verify(password_hash or _DUMMY, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")  # whatever was sent, an answer and no error


def one_time_password() -> str:
    """Return a random password to hand over once, in three groups that can be read aloud."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(3))


def good_password(password: str, *, field: str, unlike: tuple[str, ...] = ()) -> str:
    """Return the password if it is good enough; raise Invalid with what to change."""
    if len(password) < LEAST_LENGTH:
        raise Invalid({field: f"Use at least {LEAST_LENGTH} characters. Three words work well."})
    if len(password) > MOST_LENGTH:
        raise Invalid({field: f"Use at most {MOST_LENGTH} characters."})
    if len(set(password)) < 5:
        raise Invalid({field: "Use more different characters."})
    if any(word and word.lower() in password.lower() for word in unlike):
        raise Invalid({field: "Leave your name and username out of it."})
    return password
