"""The second factor's own pages: giving it after the password, and showing again that it is you."""

import asyncio
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final, TypeVar
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from cma_app.access.actor import Actor
from cma_app.errors import CmaError, Invalid, Refused, SignedOut
from cma_app.services import second_factors, sign_in
from cma_app.services.passkey_sign_in import ask_for_passkey, sign_in_by_passkey
from cma_app.services.passkeys import CHALLENGE_FOR
from cma_app.services.single_sign_on import offered
from cma_app.session import CentreSession, open_session, open_waiting
from cma_app.settings import settings
from cma_app.web.doorway import (
    FACTOR,
    PASSWORD,
    SECOND,
    SIGN_IN,
    hash_in,
    origin_of,
    safe_next,
    who,
)
from cma_app.web.gate_pages import OPTIONS, SCRIPT, box, page, passkey_part, site_of, summary
from cma_app.web.sign_in import BY_PASSKEY, form_of_sign_in, let_in

PROVE: Final = f"{FACTOR}/prove"
AFTER: Final = ("/sign-ins", f"{FACTOR}/app", f"{FACTOR}/passkey", f"{FACTOR}/codes")
"""Where one goes on after showing that it is oneself."""

T = TypeVar("T")


async def in_session(request: Request, verb: Callable[[CentreSession], T]) -> T:
    """Ask a service in the session of who is signed in; SignedOut where nobody is."""

    def work() -> T:
        with open_session(hash_in(request.headers) or "", origin_of(request)) as session:
            return verb(session)

    return await asyncio.to_thread(work)


async def _while_waiting(request: Request, verb: Callable[[CentreSession], T]) -> T:
    def work() -> T:
        with open_waiting(hash_in(request.headers) or "", origin_of(request)) as session:
            return verb(session)

    return await asyncio.to_thread(work)


async def answered(request: Request) -> dict[str, str]:
    """Return the boxes of a form of ours, each cut to what one may hold."""
    async with request.form(max_files=0, max_fields=10) as form:
        return {
            name: str(value)[: 20_000 if name == "passkey" else 1000]
            for name, value in form.items()
        }


def proof_in(request: Request, form: Mapping[str, str]) -> dict[str, Any]:
    """Return the proof that a form holds: what a passkey answered, else a code."""
    if form.get("passkey"):
        return {"passkey": form["passkey"], "site": site_of(request)}
    return {"code": form.get("recovery") or form.get("code", "")}


async def second_page(request: Request) -> Response:
    """Ask for the second factor of a sign-in that waits for it."""
    following = safe_next(request.query_params.get("next"))
    try:
        kinds = await _while_waiting(request, second_factors.kinds_of_own)
    except SignedOut:
        return RedirectResponse(_door(following), 303)
    return _second_form(request, kinds, following, {})


async def give_second(request: Request) -> Response:
    """Let in whoever gives the second factor; else the form again, or JSON to a page of ours."""
    form = await answered(request)
    following = safe_next(form.get("next"))
    in_place = request.headers.get("accept") == "application/json"
    waiting = hash_in(request.headers) or ""
    try:
        signed_in = await asyncio.to_thread(
            sign_in.finish, waiting, proof_in(request, form), origin_of(request)
        )
    except SignedOut as error:
        if in_place:
            return JSONResponse({"sentence": error.sentence, "over": True}, 403)
        return RedirectResponse(_door(following), 303)
    except Invalid as error:
        if in_place:
            return JSONResponse({"sentence": error.fields["code"]}, 403)
        try:
            kinds = await _while_waiting(request, second_factors.kinds_of_own)
        except SignedOut:
            return RedirectResponse(_door(following), 303)
        return _second_form(request, kinds, following, _beside(error, form))
    return await let_in(request, signed_in, following, in_place=in_place)


async def second_options(request: Request) -> Response:
    """Return what the browser asks a passkey, for a sign-in that waits."""
    site = site_of(request)
    return await options(
        _while_waiting(request, lambda session: second_factors.passkey_options(session, site))
    )


async def prove_page(request: Request) -> Response:
    """Ask who is signed in to show again that it is them, before their factors change."""
    return await _prove(request, _after(request.query_params.get("next", "")), {})


async def prove(request: Request) -> Response:
    """Take the proof and go on, or show what is wrong with it."""
    form = await answered(request)
    actor = await standing(request)
    if isinstance(actor, Response):
        return actor
    following = _after(form.get("next", ""))
    proof = proof_in(request, form)

    def verb(session: CentreSession) -> None:
        if second_factors.has_factor(session):
            second_factors.prove_again(session, proof)
        else:
            sign_in.prove_password(session, form.get("password", ""))

    try:
        await in_session(request, verb)
    except SignedOut:
        return RedirectResponse(SIGN_IN, 303)
    except Invalid as error:
        return await _prove(request, following, _beside(error, form))
    return RedirectResponse(following, 303)


async def prove_options(request: Request) -> Response:
    """Return what the browser asks a passkey, to show again that it is oneself."""
    site = site_of(request)
    return await options(
        in_session(request, lambda session: second_factors.passkey_options(session, site))
    )


async def options(asked: Any) -> Response:
    """Answer a page's script with what the browser asks a passkey, or with a sentence."""
    try:
        return Response(await asked, media_type="application/json")
    except CmaError as error:
        return JSONResponse({"sentence": error.sentence}, 409)


async def standing(request: Request) -> Actor | Response:
    """Return who is signed in and may change factors now, or where they are sent first."""
    try:
        actor = await who(request, touch=True)
    except SignedOut:
        return RedirectResponse(SIGN_IN, 303)
    if actor.visit is not None:  # emergency access reads that centre, and does nothing else
        return RedirectResponse("/", 303)
    return RedirectResponse(PASSWORD, 303) if actor.must_change_password else actor


async def passkey_options(request: Request) -> Response:
    """Return what the browser asks a passkey of whoever it is, and a ticket for the answer."""
    ticket, asked = ask_for_passkey(site_of(request))
    answer = Response(asked, media_type="application/json")
    answer.set_cookie(
        _ticket(),
        ticket,
        path="/",
        max_age=int(CHALLENGE_FOR.total_seconds()),
        secure=settings().https,
        httponly=True,
        samesite="strict",
    )
    return answer


async def by_passkey(request: Request) -> Response:
    """Sign in whose passkey answered: with that, neither a password nor a code is asked."""
    form = await answered(request)
    following = safe_next(form.get("next"))
    ticket = request.cookies.get(_ticket(), "")
    try:
        signed_in = await asyncio.to_thread(
            sign_in_by_passkey,
            ticket,
            form.get("passkey", ""),
            site_of(request),
            origin_of(request),
        )
    except Refused as error:
        return form_of_sign_in(
            request,
            sentence=error.sentence,
            following=following,
            status=403,
            with_organisation=await asyncio.to_thread(offered),
        )
    answer = await let_in(request, signed_in, following)
    answer.delete_cookie(_ticket(), path="/", secure=settings().https, httponly=True)
    return answer


def _ticket() -> str:
    return "__Host-cma-passkey" if settings().https else "cma-passkey"


ROUTES: Final = [
    Route(BY_PASSKEY, by_passkey, methods=["POST"]),
    Route(f"{BY_PASSKEY}/{OPTIONS}", passkey_options, methods=["POST"]),
    Route(SECOND, second_page, methods=["GET"]),
    Route(SECOND, give_second, methods=["POST"]),
    Route(f"{SECOND}/{OPTIONS}", second_options, methods=["POST"]),
    Route(PROVE, prove_page, methods=["GET"]),
    Route(PROVE, prove, methods=["POST"]),
    Route(f"{PROVE}/{OPTIONS}", prove_options, methods=["POST"]),
]


def _door(following: str) -> str:
    return SIGN_IN if following == "/" else f"{SIGN_IN}?next={quote(following, safe='')}"


def _after(address: str) -> str:
    return address if address in AFTER else AFTER[0]


def _beside(error: Invalid, form: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong by the box in which it was given; a passkey was given in none."""
    if "code" not in error.fields:
        return error.fields
    given = "" if form.get("passkey") else "recovery" if "recovery" in form else "code"
    return {given: error.fields["code"]}


def _code_parts(
    request: Request, kinds: set[str], at: str, errors: dict[str, str]
) -> tuple[str, str]:
    """Return the box of a code, and the button of a passkey, whichever a person has."""
    code = (
        box(
            "code",
            "Code",
            auto="one-time-code",
            error=errors.get("code", ""),
            hint="Six digits, from your authenticator app.",
            more=' inputmode="numeric" maxlength="12" autofocus',
        )
        if "app" in kinds
        else ""
    )
    has_passkey = "passkey" in kinds and site_of(request).takes_passkeys
    return code, passkey_part(at, "Use a passkey", other=bool(code)) if has_passkey else ""


def _second_form(
    request: Request,
    kinds: set[str],
    following: str,
    errors: dict[str, str],
) -> Response:
    code, passkey = _code_parts(request, kinds, SECOND, errors)
    hidden = f'<input type="hidden" name="next" value="{escape(following)}">'
    button = '<button class="button main wide" type="submit">Sign in</button>' if code else ""
    body = (
        '<div class="card"><div class="card-body stack">'
        f"<h1>One more step</h1>{summary(errors)}"
        f'<form class="stack" method="post" action="{SECOND}">'
        f"{hidden}{code}{button}{passkey}</form>"
        f"{_lost(errors, hidden)}"
        '<form method="post" action="/sign-out">'
        '<button class="link" type="submit">Sign in as somebody else</button></form></div></div>'
    )
    status = 422 if errors else 200
    return page(request, "One more step", body, status, wrong=bool(errors), script=SCRIPT)


def _lost(errors: dict[str, str], hidden: str, at: str = SECOND) -> str:
    is_open = " open" if "recovery" in errors else ""
    return (
        f"<details{is_open}><summary>I do not have it with me</summary>"
        f'<form class="stack" method="post" action="{at}">{hidden}'
        + box(
            "recovery",
            "Recovery code",
            hint="One of the ten codes that you kept. It works once. Without one, ask your manager"
            " to reset your second factor.",
            error=errors.get("recovery", ""),
            more=' maxlength="20"',
        )
        + '<button class="button wide" type="submit">Use this code</button></form></details>'
    )


async def _prove(request: Request, following: str, errors: dict[str, str]) -> Response:
    actor = await standing(request)
    if isinstance(actor, Response):
        return actor
    kinds = await in_session(request, second_factors.kinds_of_own)
    hidden = f'<input type="hidden" name="next" value="{escape(following)}">'
    go_on = '<button class="button main wide" type="submit">Go on</button>'
    if kinds:
        code, passkey = _code_parts(request, kinds, PROVE, errors)
        asked = f"{code}{go_on if code else ''}{passkey}"
        more = _lost(errors, hidden, PROVE)
    else:
        asked = box(
            "password",
            "Password",
            secret=True,
            auto="current-password",
            error=errors.get("password", ""),
        )
        asked, more = f"{asked}{go_on}", ""
    body = (
        '<div class="card"><div class="card-body stack"><h1>Show that it is you</h1>'
        f"<p>Asked before how you sign in is changed.</p>{summary(errors)}"
        f'<form class="stack" method="post" action="{PROVE}">{hidden}{asked}</form>{more}'
        '<p><a href="/sign-ins">Go back without a change</a></p></div></div>'
    )
    status = 422 if errors else 200
    return page(request, "Show that it is you", body, status, wrong=bool(errors), script=SCRIPT)
