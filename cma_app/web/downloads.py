"""Files that a signed-in person may take away: looked up and written down like any other deed.

They are always sent as attachments of a fixed type, in a sandbox, and never kept by a browser.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from cma_app.access.actor import Actor
from cma_app.errors import CmaError, NotFound, Refused, SignedOut
from cma_app.services.calendar_feeds import appointment_file, feed_file, find_feed_owner
from cma_app.services.document_files import download_document, page_picture
from cma_app.services.issued_files import Printed, open_issued_file
from cma_app.services.letters import print_letter
from cma_app.services.outcome_export import export_report
from cma_app.services.outcome_forms import days_in_address
from cma_app.services.statements import preview_statement
from cma_app.session import CentreSession, open_as, open_session
from cma_app.web.doorway import SIGN_IN, hash_in, origin_of

_HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
}
_NOBODY: Final = Actor(0, 0, "", "", "", "")
_WRONG: Final = {NotFound: 404, Refused: 403}

Find = Callable[[CentreSession, Request], Printed]


def download(find: Find) -> Callable[[Request], Awaitable[Response]]:
    """Make a route that sends what `find` returns, in the session of whoever asks."""

    def work(request: Request) -> Printed:
        with open_session(hash_in(request.headers) or "", origin_of(request)) as session:
            if session.actor.is_held:
                raise Refused("Finish setting up your sign-in first.")
            return find(session, request)

    async def answer(request: Request) -> Response:
        try:
            found = await asyncio.to_thread(work, request)
        except SignedOut:
            return RedirectResponse(SIGN_IN, 303)
        except CmaError as error:
            status = next((code for kind, code in _WRONG.items() if isinstance(error, kind)), 409)
            return PlainTextResponse(error.sentence, status, _HEADERS)
        return Response(found.content, media_type=found.media_type, headers=_sent_as(found))

    return answer


def _sent_as(found: Printed) -> dict[str, str]:
    return _HEADERS | {"content-disposition": attachment(found.file_name)}


def attachment(name: str) -> str:
    """Return the header that names a file, by RFC 6266: plain, and whole where that is not all."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name).strip(". ") or "file"
    said = f'attachment; filename="{plain}"'
    return said if plain == name else f"{said}; filename*=UTF-8''{quote(name, safe='')}"


def _issued(session: CentreSession, request: Request) -> Printed:
    return open_issued_file(session, request.path_params["file_id"])


def _statement(session: CentreSession, request: Request) -> Printed:
    return preview_statement(
        session, request.path_params["statement_id"], layout=request.path_params["layout"]
    )


def _letter(session: CentreSession, request: Request) -> Printed:
    return print_letter(
        session, request.path_params["letter_id"], ending=request.path_params["ending"]
    )


def _appointment(session: CentreSession, request: Request) -> Printed:
    return appointment_file(session, request.path_params["appointment_id"])


def _outcomes(session: CentreSession, request: Request) -> Printed:
    asked = request.query_params
    days = days_in_address(asked.get("from", ""), asked.get("to", ""))
    return export_report(session, days, ending=request.path_params["ending"])


def _document(session: CentreSession, request: Request) -> Printed:
    number = request.path_params.get("number")
    return download_document(session, request.path_params["document_id"], number)


def _page(session: CentreSession, request: Request) -> Printed:
    size = "small" if request.query_params.get("size") == "small" else "large"
    asked = request.path_params
    return page_picture(session, asked["document_id"], asked["page"], size=size)


async def _feed(request: Request) -> Response:
    """Send a calendar to whoever knows its secret; every other address looks the same."""

    def work() -> Printed:
        with open_as(_NOBODY, origin_of(request)) as session:
            owner = find_feed_owner(session, request.path_params["secret"])
        with open_as(owner, origin_of(request)) as session:
            return feed_file(session)

    try:
        found = await asyncio.to_thread(work)
    except CmaError:
        return PlainTextResponse(NotFound.sentence, 404, _HEADERS)
    return Response(found.content, media_type=found.media_type, headers=_HEADERS)


ROUTES: Final = [
    Route("/files/{file_id:int}", download(_issued), methods=["GET"]),
    Route("/statements/{statement_id:int}/{layout}.pdf", download(_statement), methods=["GET"]),
    Route("/letters/{letter_id:int}.{ending}", download(_letter), methods=["GET"]),
    Route("/outcomes.{ending}", download(_outcomes), methods=["GET"]),
    Route("/appointments/{appointment_id:int}.ics", download(_appointment), methods=["GET"]),
    Route("/documents/{document_id:int}/file", download(_document), methods=["GET"]),
    Route(
        "/documents/{document_id:int}/versions/{number:int}", download(_document), methods=["GET"]
    ),
    Route("/documents/{document_id:int}/pages/{page:int}.jpg", download(_page), methods=["GET"]),
    Route("/feeds/{secret}.ics", _feed, methods=["GET"]),
]
