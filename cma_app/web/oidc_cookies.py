"""What a browser keeps for single sign-on, sealed: its way to the provider, and the way out.

Each is HttpOnly and Lax: it comes along when the provider sends the browser back, and no script of
a page reads it. One alone is plain: the code of the centre this browser last signed in for.
"""

import re
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from cma_app.clock import now
from cma_app.errors import CmaError
from cma_app.identity.asking import address_to_leave
from cma_app.identity.tokens import Proven
from cma_app.services.single_sign_on import WAY_VALID, provider_of, seal, unseal
from cma_app.settings import settings
from cma_app.web.doorway import SIGN_IN, who
from cma_app.web.outside import outside

Kept = Literal["way", "stranger", "leaving", "organisation"]

MOST_TOKEN: Final = 2400
"""Characters of an ID token that fit into a cookie; without it the provider asks the person."""
REMEMBERED_DAYS: Final = 180
_CODE: Final = re.compile(r"[A-Z0-9]{2,10}")


def _name(kept: Kept) -> str:
    return f"{'__Host-' if settings().https else ''}cma-{kept}"


def keep_cookie(answer: Response, kept: Kept, value: str, *, seconds: int) -> None:
    """Let the browser keep something for so long."""
    answer.set_cookie(
        _name(kept),
        value,
        max_age=seconds,
        path="/",
        secure=settings().https,
        httponly=kept != "organisation",
        samesite="lax",
    )


def forget_cookie(answer: Response, kept: Kept) -> None:
    """Let the browser forget it."""
    answer.delete_cookie(
        _name(kept), path="/", secure=settings().https, httponly=True, samesite="lax"
    )


def cookie_in(request: Request, kept: Kept) -> str:
    """Return what the browser kept, as it came; empty where it kept nothing."""
    return request.cookies.get(_name(kept), "")


def origin_here(request: Request) -> str:
    """Return the exact address of ours that a request came to, to be sent back to."""
    host = request.headers.get("host", "").lower()
    origins = settings().allowed_origins
    return next((each for each in origins if urlsplit(each).netloc == host), origins[0])


def remember_organisation(answer: Response, code: str) -> None:
    """Let the sign-in page name the centre's code by itself next time."""
    keep_cookie(answer, "organisation", code, seconds=REMEMBERED_DAYS * 86_400)


def organisation_in(request: Request) -> str:
    """Return the code of the centre that this browser last signed in for, if any."""
    found = cookie_in(request, "organisation")
    return found if _CODE.fullmatch(found) else ""


def keep_leaving(answer: Response, code: str, person: int, proven: Proven) -> None:
    """Keep what signing out at the provider needs, for as long as a sign-in may last."""
    seconds = settings().absolute_hours * 3600
    kept = {
        "code": code,
        "person": person,
        "id_token": proven.id_token if 0 < len(proven.id_token) <= MOST_TOKEN else None,
        "ends": int(now().timestamp()) + seconds,
    }
    keep_cookie(answer, "leaving", seal(kept, purpose="leaving"), seconds=seconds)


async def leaver(request: Request) -> dict[str, Any] | None:
    """Return what signing out at a provider needs, where whoever is signed in came from there."""
    stored = cookie_in(request, "leaving")
    kept = unseal(stored, purpose="leaving") if stored else None
    if kept is None:
        return None
    try:
        actor = await who(request, touch=False)
    except CmaError:
        return None
    return kept if actor.user_id == kept["person"] else None


async def way_out(request: Request, kept: dict[str, Any] | None) -> str | None:
    """Return where the browser signs out at the provider; None where there is no such place."""
    if kept is None:
        return None
    back = f"{origin_here(request)}{SIGN_IN}"

    def find() -> str | None:
        provider = provider_of(kept["code"]).provider
        return address_to_leave(provider, id_token=kept["id_token"], back=back)

    try:
        return await outside(find)
    except CmaError:  # ours has ended, whatever the provider does
        return None


WAY_SECONDS: Final = int(WAY_VALID.total_seconds())
