"""The pages behind a link in a letter, and asking for one: made here, with no script at all.

Looking at a link does not use it up: programs that guard a mailbox open every link in it. What
somebody asked for is done after they were answered, so that the answer tells nothing, not even by
its time.
"""

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from html import escape
from threading import BoundedSemaphore
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cma_app.access.actor import Origin
from cma_app.errors import Invalid, NotFound
from cma_app.services import account_links as service
from cma_app.services.account_links import OpenLink, mail_is_on
from cma_app.services.link_sending import PLACES
from cma_app.services.passwords import HINT
from cma_app.web.doorway import FORGOTTEN, SIGN_IN, origin_of
from cma_app.web.gate_pages import box as _box
from cma_app.web.gate_pages import page as _page
from cma_app.web.gate_pages import summary as _summary
from cma_app.web.security import secret_address
from cma_app.web.sign_in import _HASHING

log = structlog.get_logger(__name__)

_ASKING: Final = ThreadPoolExecutor(1, thread_name_prefix="forgotten")
_ROOM: Final = BoundedSemaphore(50)
"""How many wait to be looked up: a flood fills no memory, and what does not fit is let drop."""


async def forgotten_page(request: Request) -> Response:
    """Ask for whom a new password is wanted, or say whom to ask where no mail goes out."""
    if not mail_is_on():
        return _page(request, "Forgotten your password", _NO_MAIL, 200, wrong=False)
    return _forgotten(request)


async def forgotten(request: Request) -> Response:
    """Have a link sent if there is such a person, and answer the same whoever was asked for."""
    async with request.form(max_files=0, max_fields=10) as form:
        identifier = str(form.get("identifier", ""))[:255]
    if not mail_is_on():
        return _page(request, "Forgotten your password", _NO_MAIL, 200, wrong=False)
    if not identifier.strip():
        return _forgotten(request, "Enter your username or your e-mail address.")
    if _ROOM.acquire(blocking=False):
        asked = _ASKING.submit(service.ask_for_reset, identifier, origin_of(request))
        asked.add_done_callback(_asked)
    return _page(request, "Look into your mail", _ASKED, 200, wrong=False)


async def link_page(request: Request) -> Response:
    """Show the form to choose a password, or that the link works no more; nothing is used up."""
    token = request.query_params.get("t", "")[:200]
    try:
        link = await asyncio.to_thread(service.find_link, token)
    except NotFound:
        return _dead(request)
    return _form(request, link, token, {})


async def choose(request: Request) -> Response:
    """Choose the password with the link, which is used up by it, or show what needs a change."""
    async with request.form(max_files=0, max_fields=10) as form:
        token = str(form.get("t", ""))[:200]
        new = str(form.get("new", ""))[:1000]
        again = str(form.get("again", ""))[:1000]
    run = asyncio.get_running_loop().run_in_executor
    try:
        link = await asyncio.to_thread(service.find_link, token)
        errors = {"again": "The two passwords are not the same."} if new != again else {}
        if not errors:
            errors = await run(_HASHING, _chosen, token, new, origin_of(request))
    except NotFound:
        return _dead(request)
    if errors:
        return _form(request, link, token, errors)
    secret_address(request.scope)
    return _page(request, "Your password is set", _DONE, 200, wrong=False)


ROUTES: Final = [
    Route(FORGOTTEN, forgotten_page, methods=["GET"]),
    Route(FORGOTTEN, forgotten, methods=["POST"]),
    *[Route(place, link_page, methods=["GET"]) for place in PLACES.values()],
    *[Route(place, choose, methods=["POST"]) for place in PLACES.values()],
]


def _chosen(token: str, new: str, origin: Origin) -> dict[str, str]:
    """Use the link up; return what is wrong with the password where it is not good enough."""
    try:
        service.choose_password(token, new, origin)
    except Invalid as error:
        return error.fields
    return {}


def _asked(done: Future[None]) -> None:
    _ROOM.release()
    if (error := done.exception()) is not None:
        log.warning("forgotten_failed", error=type(error).__name__)


def _forgotten(request: Request, sentence: str = "") -> Response:
    errors = {"identifier": sentence} if sentence else {}
    identifier = _box("identifier", "Username or e-mail address", auto="username", error=sentence)
    body = (
        f'<form class="card" method="post" action="{FORGOTTEN}"><div class="card-body stack">'
        f"<h1>Forgotten your password?</h1>{_summary(errors)}"
        "<p>We send a link to your e-mail address. It works once, for 30 minutes.</p>"
        f"{identifier}"
        '<button class="button main wide" type="submit">Send me a link</button>'
        f'<p><a href="{SIGN_IN}">Back to signing in</a></p></div></form>'
    )
    status = 422 if errors else 200
    return _page(request, "Forgotten your password", body, status, wrong=bool(errors))


def _form(request: Request, link: OpenLink, token: str, errors: dict[str, str]) -> Response:
    secret_address(request.scope)
    place = PLACES[link.kind]
    first = link.kind == "invitation"
    title = "Choose your password" if first else "Choose a new password"
    ends = "" if first else "<p>Everywhere you are signed in now, you are signed out.</p>"
    new = _box(
        "new",
        "New password",
        secret=True,
        auto="new-password",
        hint=HINT,
        error=errors.get("new", ""),
    )
    again = _box(
        "again",
        "New password again",
        secret=True,
        auto="new-password",
        error=errors.get("again", ""),
    )
    name = escape(link.username)
    body = (
        f'<form class="card" method="post" action="{place}"><div class="card-body stack">'
        f"<h1>{title}</h1>{_summary(errors)}"
        f"<p>Your username is <strong>{name}</strong>.</p>{ends}"
        f'<input type="hidden" name="t" value="{escape(token)}">'
        f'<input type="text" name="username" value="{name}" autocomplete="username" hidden>'
        f"{new}{again}"
        '<button class="button main wide" type="submit">Set password</button></div></form>'
    )
    return _page(request, title, body, 422 if errors else 200, wrong=bool(errors))


def _dead(request: Request) -> Response:
    secret_address(request.scope)
    return _page(request, "This link does not work", _DEAD, 404, wrong=False)


def _card(title: str, *lines: str) -> str:
    said = "".join(f"<p>{line}</p>" for line in lines)
    return f'<div class="card"><div class="card-body stack"><h1>{title}</h1>{said}</div></div>'


_TO_SIGN_IN: Final = f'<a class="button main wide" href="{SIGN_IN}">Sign in</a>'
_BACK: Final = f'<a href="{SIGN_IN}">Back to signing in</a>'
_NO_MAIL: Final = _card(
    "Forgotten your password?",
    "No mail goes out from here, so ask your manager for a one-time password. A manager or an"
    " admin asks an admin.",
    _BACK,
)
_ASKED: Final = _card(
    "Look into your mail",
    "If this is somebody's username or address here, a link to choose a new password is on its way"
    " to them. It works for 30 minutes; a newer one ends the one before.",
    "Nothing after a few minutes? Look among unwanted mail, then ask your manager for a one-time"
    " password.",
    _BACK,
)
_DEAD: Final = _card(
    "This link does not work",
    "It was used, is too old, was taken back, or is not whole.",
    "Were you invited? Ask whoever invited you to send the invitation again.",
    f'Do you have a password? <a href="{SIGN_IN}">Sign in</a>, or'
    f' <a href="{FORGOTTEN}">ask for another link</a>.',
)
_DONE: Final = _card(
    "Your password is set", "Sign in with your username and this password.", _TO_SIGN_IN
)
