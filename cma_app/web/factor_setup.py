"""Setting up one's own second factor, a page a step: they open before anything else may."""

from collections.abc import Awaitable, Callable
from html import escape
from typing import Final

import segno
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from cma_app.access.actor import Actor
from cma_app.errors import CmaError, Invalid, SignedOut
from cma_app.services import factor_setup, passkey_setup
from cma_app.services.factor_setup import NewApp
from cma_app.session import CentreSession
from cma_app.web.doorway import FACTOR, SIGN_IN
from cma_app.web.gate_pages import box, page, summary
from cma_app.web.second_factor import (
    OPTIONS,
    PROVE,
    SCRIPT,
    answered,
    in_session,
    options,
    passkey_part,
    site_of,
    standing,
)

APP: Final = f"{FACTOR}/app"
PASSKEY: Final = f"{FACTOR}/passkey"
CODES: Final = f"{FACTOR}/codes"
OWN: Final = "/sign-ins"
"""The page that lists one's own second factors, with the others of the frame."""


async def begin_page(request: Request) -> Response:
    """Let a person choose which second factor they set up."""
    actor = await standing(request)
    if isinstance(actor, Response):
        return actor
    lead = (
        "You must have a second factor here: something that you have, beside the password that"
        " you know. Set one up before you go on."
        if actor.must_set_up_factor
        else "Something that you have, beside the password that you know."
    )
    passkey = (
        _choice(
            PASSKEY,
            "Passkey",
            "This device's fingerprint, face or PIN, or a security key.",
        )
        if site_of(request).takes_passkeys
        else ""
    )
    body = (
        '<div class="card"><div class="card-body stack">'
        f"<h1>Set up a second factor</h1><p>{lead}</p>"
        + _choice(APP, "Authenticator app", "An app on your phone that shows six digits.")
        + f"{passkey}{_leave(actor)}</div></div>"
    )
    return page(request, "Set up a second factor", body, 200, wrong=False)


async def app_page(request: Request) -> Response:
    """Show the picture for an authenticator app, and ask for its first code."""

    async def step(actor: Actor) -> Response:
        return await _app_form(request, actor, {})

    return await _guarded(request, APP, step)


async def add_app(request: Request) -> Response:
    """Let the app count once its code is right."""
    form = await answered(request)

    async def step(actor: Actor) -> Response:
        try:
            codes = await in_session(
                request,
                lambda session: factor_setup.finish_app(
                    session, code=form.get("code", ""), name=form.get("name", "")
                ),
            )
        except Invalid as error:
            return await _app_form(request, actor, error.fields, form.get("name", ""))
        return _done(request, codes, actor)

    return await _guarded(request, APP, step)


async def passkey_page(request: Request) -> Response:
    """Ask for a passkey's name, and let the browser make it."""

    async def step(actor: Actor) -> Response:
        return _passkey_form(request, actor, {})

    return await _guarded(request, PASSKEY, step)


async def passkey_options(request: Request) -> Response:
    """Return what the browser is asked in order to make a passkey."""
    site = site_of(request)
    return await options(
        in_session(request, lambda session: passkey_setup.begin_passkey(session, site))
    )


async def add_passkey(request: Request) -> Response:
    """Keep the passkey that the browser made."""
    form, site = await answered(request), site_of(request)

    async def step(actor: Actor) -> Response:
        try:
            codes = await in_session(
                request,
                lambda session: passkey_setup.finish_passkey(
                    session, site, answer=form.get("passkey", ""), name=form.get("name", "")
                ),
            )
        except Invalid as error:
            return _passkey_form(request, actor, error.fields, form.get("name", ""))
        return _done(request, codes, actor)

    return await _guarded(request, PASSKEY, step)


async def codes_page(request: Request) -> Response:
    """Ask before new recovery codes take the place of the old ones."""

    async def step(_actor: Actor) -> Response:
        body = (
            f'<form class="card" method="post" action="{CODES}"><div class="card-body stack">'
            "<h1>New recovery codes</h1><p>You get ten new codes, for a day on which you do not"
            " have your phone or passkey. The old ones stop working, and your other sign-ins"
            " end.</p>"
            '<button class="button main wide" type="submit">Make new codes</button>'
            f'<p><a href="{OWN}">Go back without a change</a></p></div></form>'
        )
        return page(request, "New recovery codes", body, 200, wrong=False)

    return await _guarded(request, CODES, step)


async def renew_codes(request: Request) -> Response:
    """Make new recovery codes and show them, once."""

    async def step(actor: Actor) -> Response:
        return _done(request, await in_session(request, factor_setup.renew_codes), actor)

    return await _guarded(request, CODES, step)


ROUTES: Final = [
    Route(FACTOR, begin_page, methods=["GET"]),
    Route(APP, app_page, methods=["GET"]),
    Route(APP, add_app, methods=["POST"]),
    Route(PASSKEY, passkey_page, methods=["GET"]),
    Route(PASSKEY, add_passkey, methods=["POST"]),
    Route(f"{PASSKEY}/{OPTIONS}", passkey_options, methods=["POST"]),
    Route(CODES, codes_page, methods=["GET"]),
    Route(CODES, renew_codes, methods=["POST"]),
]


async def _guarded(
    request: Request, at: str, step: Callable[[Actor], Awaitable[Response]]
) -> Response:
    """Do a step for whoever may: signed in, with no password to change, and lately proved."""
    actor = await standing(request)
    if isinstance(actor, Response):
        return actor
    try:
        if not await in_session(request, factor_setup.is_fresh):
            return RedirectResponse(f"{PROVE}?next={at}", 303)
        return await step(actor)
    except SignedOut:
        return RedirectResponse(SIGN_IN, 303)
    except CmaError as error:
        return _refused(request, error)


def _choice(to: str, word: str, hint: str) -> str:
    return (
        f'<div class="stack close"><a class="button wide" href="{to}">{word}</a>'
        f'<p class="hint">{hint}</p></div>'
    )


def _leave(actor: Actor) -> str:
    """Return the way out: back to one's factors, or for who must have one, to sign out."""
    if not actor.must_set_up_factor:
        return f'<p><a href="{OWN}">Go back without a change</a></p>'
    return (
        '<form method="post" action="/sign-out">'
        '<button class="link" type="submit">Sign out</button></form>'
    )


async def _app_form(
    request: Request, actor: Actor, errors: dict[str, str], name: str = ""
) -> Response:
    def verb(session: CentreSession) -> NewApp:
        return factor_setup.begun_app(session) or factor_setup.begin_app(session)

    app = await in_session(request, verb)
    picture = segno.make(app.address, error="m").svg_data_uri(
        scale=5, border=4, dark="#000", light="#fff"
    )
    body = (
        f'<form class="card" method="post" action="{APP}"><div class="card-body stack">'
        f"<h1>Set up an authenticator app</h1>{summary(errors)}"
        "<p>Scan this with an authenticator app on your phone. It then shows six digits that change"
        " every half minute.</p>"
        f'<img class="qr" alt="A picture that an authenticator app scans" src="{picture}">'
        "<details><summary>I cannot scan it</summary><p>Type this key into the app: "
        f'<code class="factor-key">{app.secret}</code></p></details>'
        + box(
            "code",
            "Code that the app shows",
            auto="one-time-code",
            error=errors.get("code", ""),
            more=' inputmode="numeric" maxlength="12"',
        )
        + _name_box(factor_setup.APP_NAME, "My phone", name, errors)
        + '<button class="button main wide" type="submit">Finish</button>'
        f"{_leave(actor)}</div></form>"
    )
    status = 422 if errors else 200
    return page(request, "Set up an authenticator app", body, status, wrong=bool(errors))


def _passkey_form(
    request: Request, actor: Actor, errors: dict[str, str], name: str = ""
) -> Response:
    body = (
        f'<form class="card" method="post" action="{PASSKEY}"><div class="card-body stack">'
        f"<h1>Set up a passkey</h1>{summary(_on_top(errors))}"
        "<p>Your browser asks for a fingerprint, a face, a PIN or a security key. You do the same"
        " whenever you sign in.</p>"
        + _name_box(passkey_setup.PASSKEY_NAME, "This laptop", name, errors)
        + passkey_part(PASSKEY, "Make a passkey", main=True)
        + "<noscript><p>A passkey needs JavaScript in this browser. An authenticator app does"
        f" not.</p></noscript>{_leave(actor)}</div></form>"
    )
    status = 422 if errors else 200
    return page(request, "Set up a passkey", body, status, wrong=bool(errors), script=SCRIPT)


def _on_top(errors: dict[str, str]) -> dict[str, str]:
    return {"" if name == "passkey" else name: said for name, said in errors.items()}


def _name_box(otherwise: str, example: str, name: str, errors: dict[str, str]) -> str:
    return box(
        "name",
        "Name",
        value=name or otherwise,
        hint=f"How you tell it from others, such as {example}.",
        error=errors.get("name", ""),
        more=' maxlength="60"',
    )


def _done(request: Request, codes: list[str], actor: Actor) -> Response:
    """Show new recovery codes, once, or go on where there are none to show."""
    there = "/" if actor.must_set_up_factor else OWN
    if not codes:
        return RedirectResponse(there, 303)
    lines = "".join(f"<li>{code}</li>" for code in codes)
    body = (
        '<div class="card"><div class="card-body stack"><h1>Keep your recovery codes</h1>'
        "<p>For a day on which you do not have your phone or passkey. Each works once. They are"
        " shown only now: print them, or keep them in a password manager.</p>"
        f'<ul class="recovery-codes">{lines}</ul>'
        '<p class="chips no-print"><button class="button" type="button" data-copy hidden>Copy'
        '</button><button class="button" type="button" data-print hidden>Print</button></p>'
        f'<p class="no-print"><a class="button main wide" href="{there}">I have kept them</a></p>'
        "</div></div>"
    )
    title = "Keep your recovery codes"
    return page(request, title, body, 200, wrong=False, script=SCRIPT, prints=True)


def _refused(request: Request, error: CmaError) -> Response:
    body = (
        '<div class="card"><div class="card-body stack"><h1>Nothing was changed</h1>'
        f'<p>{escape(error.sentence)}</p><p><a href="{FACTOR}">Begin again</a></p></div></div>'
    )
    return page(request, "Nothing was changed", body, 409, wrong=True)
