"""What every answer carries and every request must: origins, hosts, headers, the content policy."""

import re
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from cma_app.intake.refusals import MOST_BYTES
from cma_app.settings import settings
from cma_app.web.built import scripts_of
from state.base import places
from state.gate import UNREACHABLE

log = structlog.get_logger(__name__)

SOCKET: Final = "/_event"
CLOSED: Final = ("/_upload", "/_all_routes", "/_health", "/ping", "/auth-codespace")
"""Reflex's own addresses that nobody of ours needs; they answer 404."""
UNGUARDED: Final = ("/healthz", "/readyz")
"""Asked by machines that know no host name."""
LARGEST_POST: Final = 64_000
"""Bytes of a form posted to a route of ours."""
UPLOADS: Final = re.compile(r"/cases/[0-9]+/documents|/documents/[0-9]+/versions")
"""Where a file may come in, and be larger."""

_ALWAYS: Final = {
    "x-content-type-options": "nosniff",
    # Not no-referrer: with it a browser sends "Origin: null" with a form, which we refuse.
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",  # for browsers that do not know frame-ancestors
}
_PAGES: Final = {
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}


_PLAIN: Final = re.compile(r"(?:[a-z_-]{0,24}|[0-9]{1,19})(?:\.[a-z]{1,5})?")
"""A part of an address that is a word of ours or a number; a secret is longer."""


def _told(path: str) -> str:
    """Return an address as a log may have it: of a part that could be a secret only that it is."""
    return "/".join(part if _PLAIN.fullmatch(part) else "…" for part in path.split("/"))


def policy(host: str, scripts: tuple[str, ...] | None) -> str:
    """Return the content security policy of a page with these inline scripts (None: no script).

    No unsafe-inline and no unsafe-eval, for scripts or for styles: see
    docs/decisions/0008-content-policy.md.
    """
    socket = "wss" if settings().https else "ws"
    rules = {
        "default-src": "'none'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self' data:",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    if scripts is not None:
        rules["script-src"] = " ".join(("'self'", *(f"'{each}'" for each in scripts)))
        rules["connect-src"] = f"'self' {socket}://{host}"
    return "; ".join(f"{name} {value}" for name, value in rules.items())


class Walls:
    """Refuses foreign origins and unknown hosts, and puts the headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 or 404 to what may not pass, else hand on."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = _refusal(scope, headers)
        if refused is None:
            await self._hand_on(scope, receive, _with_headers(scope, headers, send))
        elif scope["type"] == "websocket":
            await WebSocketClose(code=1008)(scope, receive, send)
        else:
            answer = PlainTextResponse(*refused)
            await answer(scope, receive, _with_headers(scope, headers, send))

    async def _hand_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on; where it fails, log where and never what, and say so plainly."""
        begun = False

        async def watching(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, watching)
        except Exception as error:
            log.error(  # noqa: TRY400 - an error's text may hold what was typed
                "request_failed",
                path=_told(scope["path"]),
                error=type(error).__name__,
                at=places(error.__traceback__),
            )
            if scope["type"] == "http" and not begun:
                answer = PlainTextResponse(UNREACHABLE, 503, {"retry-after": "30"})
                await answer(scope, receive, send)


def _refusal(scope: Scope, headers: Headers) -> tuple[str, int] | None:  # noqa: PLR0911 - a list
    path = scope["path"]
    if path in UNGUARDED:
        return None
    origins = settings().allowed_origins
    if headers.get("host", "").lower() not in {urlsplit(each).netloc for each in origins}:
        return "This address is not served here.", 421
    if any(path == each or path.startswith(f"{each}/") for each in CLOSED):
        return "Not found", 404
    if scope["type"] == "http" and (path == SOCKET or path.startswith(f"{SOCKET}/")):
        return "Not found", 404
    reads = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
    if not reads and headers.get("origin") not in origins:
        return "This page was not asked for from here.", 403
    most = MOST_BYTES if scope["type"] == "http" and UPLOADS.fullmatch(path) else LARGEST_POST
    if not reads and scope["type"] == "http" and not _small(headers, most):
        return "Too large", 413
    return None


def _small(headers: Headers, most: int) -> bool:
    length = headers.get("content-length", "")
    return length.isascii() and length.isdigit() and int(length) <= most


def _with_headers(scope: Scope, asked: Headers, send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            _mark(MutableHeaders(scope=message), scope, asked, found=message["status"] < 400)
        await send(message)

    return sending


def _mark(headers: MutableHeaders, scope: Scope, asked: Headers, *, found: bool) -> None:
    for name, value in _ALWAYS.items():
        headers[name] = value
    if scope.get("cma.secret_address"):
        headers["referrer-policy"] = "strict-origin"
    if settings().https:
        headers["strict-transport-security"] = "max-age=31536000"
    path: str = scope["path"]
    if headers.get("content-type", "").startswith("text/html"):
        for name, value in _PAGES.items():
            headers[name] = value
        scripts = scope["cma.scripts"] if "cma.scripts" in scope else scripts_of(path)
        headers["content-security-policy"] = policy(asked.get("host", ""), scripts)
        headers["cache-control"] = "no-store"
    elif path.startswith("/assets/") and found:
        headers["cache-control"] = "public, max-age=31536000, immutable"
    elif "cache-control" not in headers:
        headers["cache-control"] = "no-cache" if _is_file(path) else "no-store"


def _is_file(path: str) -> bool:
    return "." in path.rsplit("/", 1)[-1]


def server_made(scope: Any, *, scripted: bool = False) -> None:
    """Mark an answer as a page of our own making: with no script at all, or with files of ours."""
    scope["cma.scripts"] = () if scripted else None


def secret_address(scope: Any) -> None:
    """Mark an answer whose address holds a secret: no request that it leads to names it.

    The origin alone is sent, and a form of the page still says whose it is.
    """
    scope["cma.secret_address"] = True
