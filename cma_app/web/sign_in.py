"""Signing in and out, and one's own password: pages made here, with no script at all."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from cma_app.errors import CmaError, Invalid, Refused, SignedOut
from cma_app.services import sign_in as service
from cma_app.services.passwords import HINT
from cma_app.session import hash_token, open_session
from cma_app.settings import settings
from cma_app.web.doorway import FORGOTTEN, PASSWORD, SIGN_IN, hash_in, origin_of, safe_next, who
from cma_app.web.security import server_made
from state.gate import cookie_name, forget

_BRAND: Final = (
    '<p class="brand"><svg viewBox="0 0 24 24" aria-hidden="true">'
    '<path d="M4 17V7l8-4 8 4v10l-8 4z"/><path d="M8.5 9.5 12 8l3.5 1.5v5L12 16l-3.5-1.5z"/></svg>'
    "Debt advice casework</p>"
)


_HASHING: Final = ThreadPoolExecutor(2, thread_name_prefix="sign-in")
"""Threads of their own for passwords, which are slow by design: a flood of tries delays no page."""


async def sign_in_page(request: Request) -> Response:
    """Show the sign-in form, or the first page to who is signed in already."""
    try:
        await who(request, touch=False)
    except SignedOut:
        return _form(request, following=safe_next(request.query_params.get("next")))
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
        return _form(request, identifier, error.sentence, following, status=403)
    old = hash_in(request.headers)
    if old is not None and old != hash_token(signed_in.token):
        await asyncio.to_thread(service.sign_out, old)
    actor = signed_in.actor
    if in_place:
        said = {"person": actor.user_id, "must_change_password": actor.must_change_password}
        return _with_cookie(JSONResponse(said), signed_in.token)
    there = PASSWORD if actor.must_change_password else following
    return _with_cookie(RedirectResponse(there, 303), signed_in.token)


async def sign_out(request: Request) -> Response:
    """End the sign-in, wipe what its pages held, and show the sign-in page."""
    hashed = hash_in(request.headers)
    if hashed is not None:
        await asyncio.to_thread(service.sign_out, hashed)
        await forget(hashed)
    answer = RedirectResponse(SIGN_IN, 303)
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


def _form(
    request: Request,
    identifier: str = "",
    sentence: str = "",
    following: str = "/",
    status: int = 200,
) -> Response:
    minutes = settings().idle_minutes
    body = (
        f'<form class="card" method="post" action="{SIGN_IN}"><div class="card-body stack">'
        f"<h1>Sign in</h1>{_summary({'': sentence} if sentence else {})}"
        f"{_box('identifier', 'Username or e-mail address', value=identifier, auto='username')}"
        f"{_box('password', 'Password', secret=True, auto='current-password')}"
        f'<input type="hidden" name="next" value="{escape(following)}">'
        '<button class="button main wide" type="submit">Sign in</button>'
        f'<p><a href="{FORGOTTEN}">Forgotten your password?</a></p></div></form>'
        f'<footer class="small">After {minutes} quiet minutes you are signed out. '
        "What you typed is kept.</footer>"
    )
    return _page(request, "Sign in", body, status, wrong=bool(sentence))


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


def _summary(errors: dict[str, str]) -> str:
    if not errors:
        return ""
    lines = "".join(
        f'<li><a href="#{escape(name)}">{escape(said)}</a></li>'
        if name
        else f"<li>{escape(said)}</li>"
        for name, said in errors.items()
    )
    return (
        '<div class="error-summary" role="alert" tabindex="-1" autofocus>'
        f"<h2>Check these answers</h2><ul>{lines}</ul></div>"
    )


def _box(
    name: str,
    label: str,
    *,
    value: str = "",
    secret: bool = False,
    auto: str = "off",
    hint: str = "",
    error: str = "",
) -> str:
    said = [f"{name}-hint"] * bool(hint) + [f"{name}-error"] * bool(error)
    tied = f' aria-describedby="{" ".join(said)}"' if said else ""
    wrong = ' aria-invalid="true"' if error else ""
    hint_line = f'<p class="hint" id="{name}-hint">{escape(hint)}</p>' if hint else ""
    error_line = f'<p class="field-error" id="{name}-error">{escape(error)}</p>' if error else ""
    return (
        f'<div class="field"><label for="{name}">{label}</label>{hint_line}{error_line}'
        f'<input class="box" id="{name}" name="{name}" type="{"password" if secret else "text"}"'
        f' autocomplete="{auto}" spellcheck="false" autocapitalize="none" required'
        f' value="{escape(value)}"{tied}{wrong}></div>'
    )


def _page(request: Request, title: str, body: str, status: int, *, wrong: bool) -> Response:
    server_made(request.scope)
    error = "Error: " if wrong else ""
    return HTMLResponse(
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{error}{title} | CMA</title>"
        '<link rel="stylesheet" href="/style.css"><link rel="icon" href="/icon.svg"></head>'
        f'<body><main class="gate">{_BRAND}{body}</main></body></html>',
        status,
    )
