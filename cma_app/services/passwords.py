"""Passwords: how they are kept, and which are good enough."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from cma_app.errors import Invalid

LEAST_LENGTH = 12  # length counts, not composition (NIST SP 800-63B, 3.1.1.2)
MOST_LENGTH = 200
LEAST_SCORE: Final = 3
"""Of the estimator's 0 to 4: below it a password falls within 100 million tries."""
LONGEST_LOOKED_AT: Final = 72
"""Characters that are estimated: what is good so far is good."""
SHORTEST_WORD: Final = 3
PRODUCT_WORDS: Final = ("casework", "caseload", "centre", "advice", "debt", "cma")
HINT: Final = (
    "At least 12 characters. Three words that have nothing to do with each other are good."
)
"""What stands beside each box for a new password."""
TRIED_FIRST: Final = (
    "This is too close to passwords that are tried first. Choose three words that have nothing to"
    " do with each other."
)
TOO_OWN: Final = (
    "Without your name and the words of your work too little is left. Add words that are about"
    " neither."
)
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


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What stands around a person and their work, and is therefore worth nothing in a password."""

    username: str
    email: str
    names: tuple[str, ...]
    centre: str
    code: str

    def spelled(self) -> list[str]:
        """Return the words, small and the longest first; what is too short says nothing."""
        parts = (self.username, self.email, self.email.partition("@")[0], *self.names, self.code)
        whole = (*parts, *self.centre.split(), "".join(self.centre.split()), *PRODUCT_WORDS)
        words = {word.strip().lower() for word in whole}
        return sorted((word for word in words if len(word) >= SHORTEST_WORD), key=len, reverse=True)


def good_password(password: str, *, field: str, own: OwnWords) -> str:
    """Return the password if it is good enough; raise Invalid with what to change.

    Length counts, and that it is none of those which are tried first: no rule asks for a capital or
    a digit. What is about the person or the work counts for nothing (docs/decisions/0031).
    """
    if len(password) < LEAST_LENGTH:
        raise Invalid({field: f"Use at least {LEAST_LENGTH} characters. Three words work well."})
    if len(password) > MOST_LENGTH:
        raise Invalid({field: f"Use at most {MOST_LENGTH} characters."})
    if _is_tried_first(password):
        raise Invalid({field: TRIED_FIRST})
    rest = password.lower()
    for word in own.spelled():
        rest = rest.replace(word, "\x00")
    if _is_tried_first(rest):
        raise Invalid({field: TOO_OWN})
    return password


def _is_tried_first(password: str) -> bool:
    """Say whether somebody who goes through lists of known passwords is there soon."""
    found = zxcvbn(password[:LONGEST_LOOKED_AT], max_length=LONGEST_LOOKED_AT)
    return int(found["score"]) < LEAST_SCORE
