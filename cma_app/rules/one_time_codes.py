"""One-time codes: of an authenticator app (RFC 6238), and for the day the phone is lost."""

import hmac
import secrets
from datetime import datetime
from typing import Final

from pyotp import random_base32
from pyotp.totp import TOTP

ISSUER: Final = "CMA casework"
STEP_SECONDS: Final = 30  # RFC 6238, 5.2: the recommended step
DIGITS: Final = 6
DRIFT: Final = 1
"""Steps to either side that a clock may be off: RFC 6238, 5.2, advises one at the most."""
RECOVERY_CODES: Final = 10
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that can be misread from paper


def new_secret() -> str:
    """Return a fresh secret of 160 bits, in the letters that an app takes (RFC 4226, 4)."""
    return random_base32(32)


def app_address(secret: str, person: str) -> str:
    """Return the address that the picture for an app holds: whose code it is, and of what."""
    return TOTP(secret).provisioning_uri(name=person, issuer_name=ISSUER)


def step_of(secret: str, code: str, moment: datetime, *, after: int) -> int | None:
    """Return the step whose code this is, later than the step `after`; None where it is none."""
    here = int(moment.timestamp()) // STEP_SECONDS
    app = TOTP(secret)
    found = None
    for step in range(here - DRIFT, here + DRIFT + 1):
        right = hmac.compare_digest(app.at(step * STEP_SECONDS), code)
        if right and step > after:
            found = step
    return found


def plain_code(typed: object) -> str:
    """Return what was typed without what people put between: blanks and dashes, at most 20."""
    text = typed if isinstance(typed, str) else ""
    return "".join(each for each in text[:100].lower() if each.isascii() and each.isalnum())[:20]


def is_app_code(plain: str) -> bool:
    """Say whether this looks like an app's code and not like a recovery code."""
    return len(plain) == DIGITS and plain.isdigit()


def new_recovery_codes() -> list[str]:
    """Return ten codes of some 50 bits each, in two groups that can be read aloud."""
    return [
        "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(2))
        for _ in range(RECOVERY_CODES)
    ]


def grouped(secret: str) -> str:
    """Return a secret in groups of four, for typing it where no picture can be taken."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
