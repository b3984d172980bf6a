"""What letters about an account say: they name no client, and hold no secret but their link."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from cma_app.clock import local

Kind = Literal["invitation", "reset"]
PRODUCT: Final = "CMA"


@dataclass(frozen=True, slots=True)
class AccountLetter:
    """A letter as plain text: who it seems to be from, its subject and its lines."""

    sender: str
    subject: str
    body: str


def account_letter(
    kind: Kind, *, name: str, username: str, centre: str, address: str, until: datetime
) -> AccountLetter:
    """Return the letter that holds a link; `until` is the last moment at which it works."""
    wall = local(until)
    ends = f"{wall.day} {wall:%b %Y} at {wall:%H:%M}"
    lines = _INVITATION if kind == "invitation" else _RESET
    subject = f"Your account at {centre}" if kind == "invitation" else "Choose a new password"
    body = lines.format(
        name=name, username=username, centre=centre, product=PRODUCT, address=address, ends=ends
    )
    return AccountLetter(centre, _one_line(subject), body)


def _one_line(text: str) -> str:
    return " ".join(text.split())


_INVITATION: Final = """Hello {name},

{centre} has made an account for you in {product}. Choose your password here:

{address}

The link works once, until {ends}. Your username is {username}.

Did you expect no account? Then leave the link alone and tell {centre}.
"""
_RESET: Final = """Hello {name},

somebody asked for a new password for your account at {centre}. If that was you, choose it here:

{address}

The link works once, until {ends}. You sign in with the new password afterwards; everywhere you are
signed in now, you are signed out.

Was it not you? Then leave the link alone: your password stays as it is.
"""
