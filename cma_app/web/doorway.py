"""Before a built page is sent: who is not signed in goes to sign in, and comes back after.

The pages hold no data, so this is a courtesy; the gate before every event is the wall.
"""

import asyncio
from typing import Final
from urllib.parse import quote, unquote

from reflex_base.registry import RegistrationContext
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from cma_app.access.actor import Actor, Origin
from cma_app.errors import SignedOut
from cma_app.session import hash_token, resume, resume_waiting
from cma_app.settings import settings
from state.gate import token_in

SIGN_IN: Final = "/sign-in"
FORGOTTEN: Final = "/forgotten"
PASSWORD: Final = "/password"  # noqa: S105 - an address
SECOND: Final = "/sign-in/second"
FACTOR: Final = "/second-factor"


def origin_of(connection: HTTPConnection) -> Origin:
    """Return where a request came from; our own proxies' word is taken for the address."""
    peer = connection.client.host if connection.client else None
    agent = connection.headers.get("user-agent", "")[:400]
    hops = settings().trusted_proxy_hops
    forwarded = [
        part.strip() for part in connection.headers.get("x-forwarded-for", "").split(",") if part
    ]
    told = Origin(forwarded[-hops] if hops and len(forwarded) >= hops else None, agent)
    return told if told.ip_address else Origin(peer, agent)


def hash_in(headers: Headers) -> str | None:
    """Return the hash of the sign-in token in a request's cookie, if it has one."""
    token = token_in(headers.get("cookie", ""))
    return hash_token(token) if token is not None else None


async def who(connection: HTTPConnection, *, touch: bool) -> Actor:
    """Return who sent a request, read from the database; raise SignedOut if nobody."""
    hashed = hash_in(connection.headers)
    if hashed is None:
        raise SignedOut
    return await asyncio.to_thread(resume, hashed, origin_of(connection), touch=touch)


async def waits(connection: HTTPConnection) -> bool:
    """Say whether a request comes from a sign-in that waits for its second factor."""
    hashed = hash_in(connection.headers)
    if hashed is None:
        return False
    try:
        await asyncio.to_thread(resume_waiting, hashed, origin_of(connection))
    except SignedOut:
        return False
    return True


def page_at(path: str) -> str | None:
    """Return the route of the page at an address, or None: assets and other routes have none."""
    if len(path) > 400 or "\\" in path or "//" in path or not path.startswith("/"):
        return None
    route = RegistrationContext.get().app.router(path if path == "/" else path.rstrip("/"))
    return route if route not in {None, "404"} else None


def safe_next(address: str | None) -> str:
    """Return the page to go to after signing in: one of our own, or the first."""
    path, question, query = (address or "/").partition("?")
    plain = unquote(path)
    if any(ord(each) < 33 for each in plain + query) or page_at(plain) is None:
        return "/"
    return f"{quote(plain)}{question}{query}"


class Doorway:
    """Sends people who are not signed in to the sign-in page, and serves pages without a slash."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Redirect, or hand on."""
        asks_page = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
        path = scope.get("path", "")
        if not asks_page or page_at(path) is None:
            await self.app(scope, receive, send)
            return
        try:
            actor = await who(HTTPConnection(scope), touch=False)
        except SignedOut:
            asked = path + (
                f"?{query}" if (query := scope["query_string"].decode("latin-1")) else ""
            )
            door = SECOND if await waits(HTTPConnection(scope)) else SIGN_IN
            there = door if asked == "/" else f"{door}?next={quote(asked, safe='')}"
            await RedirectResponse(there, 303)(scope, receive, send)
            return
        if actor.is_held:
            there = PASSWORD if actor.must_change_password else FACTOR
            await RedirectResponse(there, 303)(scope, receive, send)
            return
        if path != "/" and not path.endswith("/"):
            # The file is <path>/index.html; the server would answer 307 to add the slash.
            scope = {**scope, "path": f"{path}/", "raw_path": f"{path}/".encode()}
        await self.app(scope, receive, send)
