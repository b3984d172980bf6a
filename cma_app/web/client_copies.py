"""The route on which a copy of everything about a client is sent, while it is being made."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import anyio
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from cma_app.errors import CmaError, Refused, SignedOut
from cma_app.services.client_copies import Plan, begin_copy, send_copy
from cma_app.session import CentreSession, open_session
from cma_app.web.doorway import SIGN_IN, hash_in, origin_of
from cma_app.web.downloads import HEADERS, attachment, status_of


async def _copy(request: Request) -> Response:
    """Send a copy to who asked for it: each document is read as that person, signed in still."""
    token, origin = hash_in(request.headers) or "", origin_of(request)

    def begin() -> Plan:
        with open_session(token, origin) as session:
            _may_work(session)
            return begin_copy(session, request.path_params["copy_id"])

    async def send(plan: Plan) -> AsyncIterator[bytes]:
        pieces = send_copy(plan, lambda: open_session(token, origin, touch=False))
        try:
            while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
                yield piece
        finally:  # who goes away in the middle leaves a copy that says so
            with anyio.CancelScope(shield=True):
                await asyncio.to_thread(pieces.close)

    if request.method != "GET":
        return PlainTextResponse("", 405, HEADERS)
    try:
        plan = await asyncio.to_thread(begin)
    except SignedOut:
        return RedirectResponse(SIGN_IN, 303)
    except CmaError as error:
        return PlainTextResponse(error.sentence, status_of(error), HEADERS)
    headers = HEADERS | {"content-disposition": attachment(plan.file_name)}
    return StreamingResponse(send(plan), media_type="application/zip", headers=headers)


def _may_work(session: CentreSession) -> None:
    if session.actor.is_held:
        raise Refused("Finish setting up your sign-in first.")


ROUTES: Final = [Route("/copies/{copy_id:int}.zip", _copy, methods=["GET"])]
