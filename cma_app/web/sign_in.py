"""Signing in and out, and one's own password: pages made here, not built."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from html import escape
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from cma_app.errors import CmaError, Invalid, Refused, SignedOut
from cma_app.services import sign_in as service
from cma_app.services.passwords import HINT
from cma_app.services.second_factors import kinds_of_own
from cma_app.services.single_sign_on import offered
from cma_app.session import hash_token, open_session, open_waiting
from cma_app.settings import settings
from cma_app.web.doorway import (
    FACTOR,
    FORGOTTEN,
    PASSWORD,
    SECOND,
    SIGN_IN,
    hash_in,
    origin_of,
    safe_next,
    who,
)
from cma_app.web.gate_pages import OR, SCRIPT, passkey_part, site_of
from cma_app.web.gate_pages import box as _box
from cma_app.web.gate_pages import page as _page
from cma_app.web.gate_pages import summary as _summary
from cma_app.web.oidc_cookies import forget_cookie, leaver, way_out
from state.gate import cookie_name, forget

BY_PASSKEY: Final = f"{SIGN_IN}/passkey"
ORGANISATION: Final = f"{SIGN_IN}/organisation"

_HASHING: Final = ThreadPoolExecutor(2, thread_name_prefix="sign-in")
"""Threads of their own for passwords, which are slow by design: a flood of tries delays no page."""


async def sign_in_page(request: Request) -> Response:
    """Show the sign-in form, or the first page to who is signed in already."""
    try:
        await who(request, touch=False)
    except SignedOut:
        following = safe_next(request.query_params.get("next"))
        with_organisation = await asyncio.to_thread(offered)
        return form_of_sign_in(request, following=following, with_organisation=with_organisation)
    return RedirectResponse(safe_next(request.query_params.get("next")), 303)


async def sign_in(request: Request) -> Response:
    """Sign a person in, or show the form again with one sentence; JSON to a page of ours."""
    async with request.form(max_files=0, max_fields=10) as form:
        identifier = str(form.get("identifier", ""))[:255]
        password = str(form.get("password", ""))[:1000]
        following = safe_next(str(form.get("next", "/")))
    in_place = request.headers.get("accept") == "application/json"
    try:
        signed_in = await asyncio.get_running_loop().run_in_executor(
            _HASHING, service.sign_in, identifier, password, origin_of(request)
        )
    except Refused as error:
        if in_place:
            return JSONResponse({"sentence": error.sentence}, 403)
        return form_of_sign_in(
            request,
            identifier,
            error.sentence,
            following,
            status=403,
            with_organisation=await asyncio.to_thread(offered),
        )
    answer = await let_in(request, signed_in, following, in_place=in_place)
    forget_cookie(answer, "leaving")  # this sign-in has nothing to end at a provider
    return answer


async def let_in(
    request: Request, signed_in: service.SignedIn, following: str, *, in_place: bool = False
) -> Response:
    """Answer whoever has just been admitted, however they proved who they are.

    Whose sign-in waits for a second factor is led to give it, and whoever must set something up
    is led there; a page of ours that asked in place is told which.
    """
    old = hash_in(request.headers)
    if old is not None and old != hash_token(signed_in.token):
        await asyncio.to_thread(service.sign_out, old)
    actor = signed_in.actor
    if in_place:
        said = {
            "person": actor.user_id,
            "must_change_password": actor.is_held,
            "waits": await asyncio.to_thread(_waits_for, request, signed_in),
        }
        return _with_cookie(JSONResponse(said), signed_in.token)
    return _with_cookie(RedirectResponse(_there(signed_in, following), 303), signed_in.token)


def _waits_for(request: Request, signed_in: service.SignedIn) -> list[str]:
    """Return the kinds of factors that a sign-in waits for; none where it waits for nothing."""
    if not signed_in.waits:
        return []
    with open_waiting(hash_token(signed_in.token), origin_of(request)) as session:
        return sorted(kinds_of_own(session))


def _there(signed_in: service.SignedIn, following: str) -> str:
    if signed_in.waits:
        return SECOND if following == "/" else f"{SECOND}?next={quote(following, safe='')}"
    if signed_in.actor.must_change_password:
        return PASSWORD
    return FACTOR if signed_in.actor.must_set_up_factor else following


async def sign_out(request: Request) -> Response:
    """End the sign-in, wipe what its pages held, and show the sign-in page.

    Who came by their organisation is signed out there as well, where it offers that.
    """
    hashed = hash_in(request.headers)
    kept = await leaver(request)
    if hashed is not None:
        await asyncio.to_thread(service.sign_out, hashed)
        await forget(hashed)
    there = await way_out(request, kept)
    if there is None:
        answer: Response = RedirectResponse(SIGN_IN, 303)
    else:
        answer = onward(
            request,
            "Signing out",
            "You are signed out here, and are being signed out of your organisation.",
            there,
        )
    forget_cookie(answer, "leaving")
    answer.delete_cookie(
        cookie_name(), path="/", secure=settings().https, httponly=True, samesite="lax"
    )
    return answer


async def session_left(request: Request) -> Response:
    """Tell a page how many seconds its sign-in lasts; asking does not lengthen it."""
    hashed = hash_in(request.headers)
    try:
        left = await asyncio.to_thread(service.remaining, hashed or "")
    except SignedOut:
        return JSONResponse({"seconds": 0}, 401)
    return JSONResponse({"seconds": min(left.idle_seconds, left.absolute_seconds)})


async def stay_signed_in(request: Request) -> Response:
    """Count as activity, and tell how many seconds the sign-in lasts now."""
    try:
        await who(request, touch=True)
    except SignedOut:
        return JSONResponse({"seconds": 0}, 401)
    return await session_left(request)


async def password_page(request: Request) -> Response:
    """Show the form to change one's own password."""
    try:
        actor = await who(request, touch=True)
    except SignedOut:
        return RedirectResponse(SIGN_IN, 303)
    return _password_form(request, {}, first=actor.must_change_password)


async def change_password(request: Request) -> Response:
    """Change one's own password and go on to the first page, or show what needs a change."""
    async with request.form(max_files=0, max_fields=10) as form:
        current = str(form.get("current", ""))[:1000]
        new = str(form.get("new", ""))[:1000]
        again = str(form.get("again", ""))[:1000]
    try:
        first = (await who(request, touch=True)).must_change_password
    except SignedOut:
        return RedirectResponse(SIGN_IN, 303)
    try:
        await asyncio.to_thread(_change, request, current, new, again)
    except Invalid as error:
        return _password_form(request, error.fields, first=first)
    except CmaError as error:
        return _password_form(request, {"": error.sentence}, first=first)
    return RedirectResponse("/", 303)


def _change(request: Request, current: str, new: str, again: str) -> None:
    if new != again:
        raise Invalid({"again": "The two new passwords are not the same."})
    with open_session(hash_in(request.headers) or "", origin_of(request)) as session:
        service.change_own_password(session, current=current, new=new)


ROUTES: Final = [
    Route(SIGN_IN, sign_in_page, methods=["GET"]),
    Route(SIGN_IN, sign_in, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
    Route(PASSWORD, password_page, methods=["GET"]),
    Route(PASSWORD, change_password, methods=["POST"]),
    Route("/session", session_left, methods=["GET"]),
    Route("/session/extend", stay_signed_in, methods=["POST"]),
]


def _with_cookie(answer: Response, token: str) -> Response:
    # Lax: a link in a mail to a case still finds the person signed in; posts and the socket
    # are checked for their origin besides.
    answer.set_cookie(
        cookie_name(), token, path="/", secure=settings().https, httponly=True, samesite="lax"
    )
    return answer


def form_of_sign_in(
    request: Request,
    identifier: str = "",
    sentence: str = "",
    following: str = "/",
    status: int = 200,
    *,
    with_organisation: bool = False,
) -> Response:
    """Return the form to sign in, with what was wrong with the last try."""
    other = f"{ORGANISATION}?next={quote(following, safe='')}"
    way = f'<p><a class="button wide" href="{other}">Sign in with your organisation</a></p>'
    minutes = settings().idle_minutes
    passkey = passkey_part(BY_PASSKEY, "Use a passkey", to=BY_PASSKEY, other=not with_organisation)
    body = (
        f'<form class="card" method="post" action="{SIGN_IN}"><div class="card-body stack">'
        f"<h1>Sign in</h1>{_summary({'': sentence} if sentence else {})}"
        f"{_box('identifier', 'Username or e-mail address', value=identifier, auto='username')}"
        f"{_box('password', 'Password', secret=True, auto='current-password')}"
        f'<input type="hidden" name="next" value="{escape(following)}">'
        '<button class="button main wide" type="submit">Sign in</button>'
        f"{OR if with_organisation else ''}"
        f"{passkey if site_of(request).takes_passkeys else ''}"
        f"{way if with_organisation else ''}"
        f'<p><a href="{FORGOTTEN}">Forgotten your password?</a></p></div></form>'
        f'<footer class="small">After {minutes} quiet minutes you are signed out. '
        "What you typed is kept.</footer>"
    )
    return _page(request, "Sign in", body, status, wrong=bool(sentence), script=SCRIPT)


def _password_form(request: Request, errors: dict[str, str], *, first: bool) -> Response:
    lead = (
        "<p>You signed in with a one-time password. Choose your own before you go on.</p>"
        if first
        else '<p>Your other sign-ins end. <a href="/">Go back without a change</a></p>'
    )
    boxes = (
        ("current", "Current password", "current-password", ""),
        ("new", "New password", "new-password", HINT),
        ("again", "New password again", "new-password", ""),
    )
    fields = "".join(
        _box(name, label, secret=True, auto=auto, hint=hint, error=errors.get(name, ""))
        for name, label, auto, hint in boxes
    )
    body = (
        f'<form class="card" method="post" action="{PASSWORD}"><div class="card-body stack">'
        f"<h1>Change your password</h1>{lead}{_summary(errors)}{fields}"
        '<button class="button main wide" type="submit">Change password</button></div></form>'
    )
    status = 422 if errors else 200
    return _page(request, "Change your password", body, status, wrong=bool(errors))


def onward(request: Request, title: str, sentence: str, there: str) -> Response:
    """Return a page that leads to an address of somebody else's, at once and by itself.

    Not a redirect: our content policy lets no form of ours lead to another host, however it goes.
    """
    body = (
        f'<section class="card"><div class="card-body stack"><h1>{escape(title)}</h1>'
        f"<p>{escape(sentence)}</p>"
        f'<p><a class="button main wide" href="{escape(there)}">Continue</a></p></div></section>'
    )
    answer = _page(request, title, body, 200, wrong=False)
    answer.headers["refresh"] = f"0;url={there}"
    return answer
