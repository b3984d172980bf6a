"""Single sign-on: to a centre's identity provider and back, and the account that is linked to it.

A browser leaves with a sealed cookie and comes back with it: state, nonce and PKCE's verifier are
bound to it, and each way is gone once. What the provider says is proved in `cma_app/identity`; who
that is here, `services/single_sign_on` says. docs/decisions/0029 has the reasons.
"""

import asyncio
from html import escape
from typing import Final
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from cma_app.errors import CmaError, Refused
from cma_app.identity.asking import address_to_go, come_back, journey
from cma_app.identity.tokens import Proven
from cma_app.identity.troubles import NotProven
from cma_app.keys import KeyTrouble
from cma_app.services import single_sign_on as service
from cma_app.services.factor_setup import is_fresh
from cma_app.services.identities import host_of, link_own
from cma_app.services.sign_in import admit
from cma_app.services.single_sign_on import CentresProvider, Stranger, Way
from cma_app.session import open_session
from cma_app.web.doorway import FACTOR, SIGN_IN, hash_in, origin_of, safe_next, who
from cma_app.web.gate_pages import box as _box
from cma_app.web.gate_pages import page as _page
from cma_app.web.gate_pages import summary as _summary
from cma_app.web.oidc_cookies import (
    WAY_SECONDS,
    cookie_in,
    forget_cookie,
    keep_cookie,
    keep_leaving,
    organisation_in,
    origin_here,
    remember_organisation,
)
from cma_app.web.outside import outside
from cma_app.web.second_factor import PROVE, in_session, standing
from cma_app.web.sign_in import ORGANISATION, let_in, onward

log = structlog.get_logger(__name__)

BACK: Final = f"{ORGANISATION}/back"
CODE: Final = f"{ORGANISATION}/code"
LINK: Final = f"{ORGANISATION}/link"
OWN_PAGE: Final = "/sign-ins"

_CODE_HINT: Final = "It begins each reference of yours: HMA in HMA-2026-000101."
AWAY: Final = (
    "Your organisation's sign-in cannot be reached just now, or is not set up rightly. Try again in"
    " a minute; if it stays so, tell your manager."
)
NOT_BEGUN_HERE: Final = (
    "This sign-in was not begun in this browser, was used already, or was begun more than ten"
    " minutes ago. Begin again."
)
SAID_NO: Final = "Your organisation did not sign you in. Try again, or ask your manager."
NO_LONGER: Final = "Your centre does not sign in with an organisation any more."
NOT_YOU: Final = "Somebody else is signed in here now. Sign in again, then link your account."
_WORDS: Final = {
    **dict.fromkeys(("unreachable", "slow", "bad_status", "not_public", "other_issuer"), AWAY),
    **dict.fromkeys(("state", "no_way", "used"), NOT_BEGUN_HERE),
    **dict.fromkeys(("said_no", "said_error"), SAID_NO),
}


async def ask_page(request: Request) -> Response:
    """Ask for the centre's code: no list of centres is shown to strangers."""
    following = safe_next(request.query_params.get("next"))
    return _ask(request, organisation_in(request), following=following)


async def go(request: Request) -> Response:
    """Send a browser to its centre's provider, or say that there is none under this code."""
    async with request.form(max_files=0, max_fields=5) as form:
        code = str(form.get("code", ""))[:40]
        following = safe_next(str(form.get("next", "/")))
    try:
        found = await asyncio.to_thread(service.provider_of, code)
    except Refused as error:
        await _note(request, "unknown_code", "")
        return _ask(request, code, error.sentence, following, status=403)
    except KeyTrouble:
        return _ask(request, code, AWAY, following, status=503)
    try:
        return await _onward(request, found, following=following)
    except NotProven as error:
        await _refused(request, error, found.code)
        return _ask(request, code, _WORDS.get(error.reason, AWAY), following, status=503)


async def go_and_link(request: Request) -> Response:
    """Send a signed-in person to their centre's provider, to link their own account."""
    actor = await standing(request)
    if isinstance(actor, Response):
        return actor
    if actor.must_set_up_factor:
        return RedirectResponse(FACTOR, 303)
    if not await in_session(request, is_fresh):
        return RedirectResponse(f"{PROVE}?next={OWN_PAGE}", 303)
    try:
        found = await asyncio.to_thread(service.provider_of, actor.centre_code)
        return await _onward(request, found, person=actor.user_id, following=OWN_PAGE)
    except NotProven as error:
        await _refused(request, error, actor.centre_code)
        return _failed(request, _WORDS.get(error.reason, AWAY), linking=True)
    except CmaError:
        return _failed(request, NO_LONGER, linking=True)


async def come_home(request: Request) -> Response:
    """Take what a provider sent a browser back with; whatever it is, the way is used up by it."""
    way = service.way_in(cookie_in(request, "way"))
    try:
        answer = await _arrived(request, way)
    except NotProven as error:
        await _refused(request, error, way.code if way else "")
        sentence = _WORDS.get(error.reason, error.sentence)
        answer = _failed(request, sentence, linking=way is not None and way.person > 0)
    except CmaError as error:
        linking = way is not None and way.person > 0
        answer = _failed(request, error.sentence, linking=linking)
    forget_cookie(answer, "way")
    return answer


async def _arrived(request: Request, way: Way | None) -> Response:
    if way is None:
        raise NotProven("no_way")
    all_said = request.query_params.multi_items()
    said = dict(all_said)
    if len(said) != len(all_said):
        raise NotProven("said_twice")
    if not await asyncio.to_thread(service.spend, way):
        raise NotProven("used")
    found = await asyncio.to_thread(service.provider_of, way.code)
    back = f"{origin_here(request)}{BACK}"
    proven = await outside(come_back, said, found.provider, way.going, back=back)
    if way.person:
        return await _link(request, way, proven)
    person = await asyncio.to_thread(
        service.linked_person, found.centre_id, proven.issuer, proven.subject
    )
    if person is None:
        return await _ask_for_code(request, found, way, proven)
    return await _admitted(request, person, found.code, proven, way.following)


async def _admitted(
    request: Request, person: int, code: str, proven: Proven, following: str
) -> Response:
    """Open the door for whoever an identity belongs to: the same door as for a password."""
    signed_in = await asyncio.to_thread(admit, person, origin_of(request), method="sso")
    await _note(request, "signed_in", code)
    answer = await let_in(request, signed_in, safe_next(following))
    keep_leaving(answer, code, person, proven)
    remember_organisation(answer, code)
    return answer


async def _link(request: Request, way: Way, proven: Proven) -> Response:
    actor = await who(request, touch=True)
    if actor.user_id != way.person:
        raise Refused(NOT_YOU)

    def link() -> None:
        with open_session(hash_in(request.headers) or "", origin_of(request)) as session:
            link_own(session, proven)

    await asyncio.to_thread(link)
    await _note(request, "linked", way.code)
    answer = RedirectResponse(OWN_PAGE, 303)
    remember_organisation(answer, way.code)
    return answer


async def _ask_for_code(
    request: Request, found: CentresProvider, way: Way, proven: Proven
) -> Response:
    await _note(request, "not_linked", found.code)
    stranger = Stranger(
        found.code, proven.issuer, proven.subject, way.following, service.ends_soon()
    )
    answer = _code_form(request)
    keep_cookie(answer, "stranger", service.seal(stranger, purpose="stranger"), seconds=WAY_SECONDS)
    return answer


async def link_by_code(request: Request) -> Response:
    """Link the identity that was just proved to the account a manager's code is for."""
    async with request.form(max_files=0, max_fields=5) as form:
        typed = str(form.get("linking_code", ""))[:100]
    stranger = service.stranger_in(cookie_in(request, "stranger"))
    if stranger is None:
        return _failed(request, NOT_BEGUN_HERE)
    try:
        person = await outside(service.link_by_code, stranger, typed, origin_of(request))
    except Refused as error:
        return _code_form(request, error.sentence)
    proven = Proven(stranger.issuer, stranger.subject, "")
    answer = await _admitted(request, person, stranger.code, proven, stranger.following)
    forget_cookie(answer, "stranger")
    return answer


async def _onward(
    request: Request, found: CentresProvider, *, person: int = 0, following: str
) -> Response:
    """Return the page that leads to a provider, with the way that must come back from there."""
    going = journey()
    back = f"{origin_here(request)}{BACK}"
    there = await outside(address_to_go, found.provider, going, back=back)
    way = Way(found.code, person, following, service.ends_soon(), going)
    host = host_of(found.provider.issuer)
    answer = onward(request, "Going to your organisation", f"You sign in at {host}.", there)
    keep_cookie(answer, "way", service.seal(way, purpose="way"), seconds=WAY_SECONDS)
    await _note(request, "began", found.code)
    return answer


async def _refused(request: Request, error: NotProven, code: str) -> None:
    log.warning("sso_refused", reason=error.reason, centre=code)
    await _note(request, f"refused {error.reason}", code)


async def _note(request: Request, what: str, code: str) -> None:
    await asyncio.to_thread(service.note, what, code, origin_of(request))


def _ask(
    request: Request, code: str = "", sentence: str = "", following: str = "/", status: int = 200
) -> Response:
    errors = {"code": sentence} if sentence else {}
    body = (
        f'<form class="card" method="post" action="{ORGANISATION}"><div class="card-body stack">'
        f"<h1>Sign in with your organisation</h1>{_summary(errors)}"
        f"{_box('code', 'Your centre’s code', value=code, hint=_CODE_HINT, error=sentence)}"
        f'<input type="hidden" name="next" value="{escape(following)}">'
        '<button class="button main wide" type="submit">Continue</button>'
        f'<p><a href="{_sign_in_at(following)}">Sign in with a password</a></p></div></form>'
    )
    return _page(request, "Sign in with your organisation", body, status, wrong=bool(sentence))


def _sign_in_at(following: str) -> str:
    return SIGN_IN if following == "/" else f"{SIGN_IN}?next={quote(following, safe='')}"


def _code_form(request: Request, sentence: str = "") -> Response:
    errors = {"linking_code": sentence} if sentence else {}
    box = _box(
        "linking_code",
        "Linking code",
        hint="Three groups of five, such as abcde-fghjk-mnpqr.",
        error=sentence,
    )
    body = (
        f'<form class="card" method="post" action="{CODE}"><div class="card-body stack">'
        f"<h1>Link your account</h1>{_summary(errors)}"
        "<p>Your organisation says who you are, and that is not linked to an account here yet."
        " Ask your manager for a linking code.</p>"
        f'{box}<button class="button main wide" type="submit">Link and sign in</button>'
        f'<p>You have a password here? <a href="{_sign_in_at(OWN_PAGE)}">Sign in with it</a> and'
        " link your account under your name.</p></div></form>"
    )
    return _page(request, "Link your account", body, 403, wrong=bool(sentence))


def _failed(request: Request, sentence: str, *, linking: bool = False) -> Response:
    ways = (
        f'<p><a class="button wide" href="{OWN_PAGE}">Go to your sign-ins</a></p>'
        if linking
        else f'<p><a class="button main wide" href="{ORGANISATION}">Try again</a></p>'
        f'<p><a href="{SIGN_IN}">Sign in with a password</a></p>'
    )
    title = "Not linked" if linking else "Not signed in"
    body = (
        f'<section class="card"><div class="card-body stack"><h1>{title}</h1>'
        f'<p role="alert">{escape(sentence)}</p>{ways}</div></section>'
    )
    return _page(request, title, body, 403, wrong=True)


ROUTES: Final = [
    Route(ORGANISATION, ask_page, methods=["GET"]),
    Route(ORGANISATION, go, methods=["POST"]),
    Route(BACK, come_home, methods=["GET"]),
    Route(CODE, link_by_code, methods=["POST"]),
    Route(LINK, go_and_link, methods=["POST"]),
]
