"""A file comes in: one request for each, from our own page, by somebody who may add it here.

Whoever sends is asked for before a byte is read. The bytes stay in memory until they were scanned
and made safe; what is kept then is sealed. Each answer is a sentence for the line of that file.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable
from typing import IO, Final, TypeVar
from urllib.parse import unquote
from weakref import WeakValueDictionary

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cma_app.errors import CmaError, Conflict, Invalid, NotFound, Refused, SignedOut
from cma_app.intake.refusals import MOST_BYTES, PASSING, FileRefused
from cma_app.intake.scanner import scan
from cma_app.intake.workshop import SafeFile, spool, workshop
from cma_app.services.document_intake import (
    Original,
    check_upload,
    find_upload,
    keep_document,
    keep_version,
)
from cma_app.services.documents import document_here
from cma_app.session import CentreSession, open_session
from cma_app.vault.store import StoreAway
from cma_app.web.doorway import hash_in, origin_of

T = TypeVar("T")

AT_ONCE: Final = 4
"""Files that are made safe at the same time; others wait in memory."""
ARRIVING: Final = 12
"""Files that are in memory at the same time; others wait at the door."""
ARRIVING_EACH: Final = 4
"""Of them one person's, so that a tablet far from its router keeps nobody else waiting."""
ARRIVES_SECONDS: Final = 600
GRACE_SECONDS: Final = 20
SLOWEST: Final = 8_000
"""Bytes a second, on average, that a file has to come at once its first seconds are over."""
KEY: Final = re.compile(r"[A-Za-z0-9-]{16,64}")
"""How a browser names one try of one file, so that a try whose answer was lost is known again."""
_STATUS: Final[dict[type[CmaError], int]] = {
    SignedOut: 401,
    Refused: 403,
    NotFound: 404,
    StoreAway: 503,
    Conflict: 409,
    Invalid: 422,
}
LATE: Final = "The file did not arrive in time. Try again, closer to the router if you can."
_TURNS: Final = asyncio.Semaphore(AT_ONCE)
_DOOR: Final = asyncio.Semaphore(ARRIVING)
_OWN_DOORS: Final[WeakValueDictionary[int, asyncio.Semaphore]] = WeakValueDictionary()


async def _new(request: Request) -> Response:
    return await _taken(request, request.path_params["case_id"], None)


async def _version(request: Request) -> Response:
    document_id = request.path_params["document_id"]

    def case_of(session: CentreSession) -> int:
        return document_here(session, document_id)[1].id

    try:
        case_id = await asyncio.to_thread(_ask, request, case_of)
    except CmaError as error:
        return _said(error)
    return await _taken(request, case_id, document_id)


async def _taken(request: Request, case_id: int, document_id: int | None) -> Response:
    try:
        return await _kept(request, case_id, document_id)
    except ClientDisconnect:
        return Response(status_code=400)
    except (FileRefused, TimeoutError, CmaError) as error:
        return _said(error)


async def _kept(request: Request, case_id: int, document_id: int | None) -> Response:
    """Keep the file that a request brings, or say that an earlier try has kept it."""
    name = unquote(request.headers.get("x-file-name", ""))[:400]
    key = request.headers.get("x-upload-key", "")

    def may(session: CentreSession) -> tuple[int, tuple[int, str] | None]:
        check_upload(session, case_id, document_id)
        found = find_upload(session, case_id, key)
        return session.actor.user_id, (found.id, found.document_name) if found else None

    if not KEY.fullmatch(key):
        raise Conflict("This page is out of date. Load it again.")
    person, before = await asyncio.to_thread(_ask, request, may)
    if before is not None:  # the answer was lost on its way: the file is here
        return _stored(*before)
    own = _OWN_DOORS.setdefault(person, asyncio.Semaphore(ARRIVING_EACH))
    async with own, _DOOR:
        with spool() as file:
            original = await _arrived(request, file, name, key)
            async with _TURNS:
                safe = await asyncio.to_thread(_made_safe, file, name)

    def keep(session: CentreSession) -> tuple[int, str]:
        if document_id is not None:
            made = keep_version(session, document_id, safe, original)
        else:
            kind = request.headers.get("x-document-type", "")
            made = keep_document(session, case_id, safe, original, type_code=kind)
        return made.id, made.document_name

    return _stored(*await asyncio.to_thread(_ask, request, keep))


async def _arrived(request: Request, file: IO[bytes], name: str, key: str) -> Original:
    """Take the bytes in, no more and no slower than may be, and return what is told of them."""
    digest, size = hashlib.sha256(), 0
    began = asyncio.get_running_loop().time()
    async with asyncio.timeout(GRACE_SECONDS) as clock:
        async for part in request.stream():
            size += len(part)
            clock.reschedule(began + min(GRACE_SECONDS + size / SLOWEST, ARRIVES_SECONDS))
            if size > MOST_BYTES:
                raise FileRefused("too_large")
            digest.update(part)
            file.write(part)
    if not size:
        raise FileRefused("empty")
    file.flush()
    return Original(name, size, digest.hexdigest(), key)


def _made_safe(file: IO[bytes], name: str) -> SafeFile:
    scan(file)
    return workshop().make_safe(file, name=name)


def _ask(request: Request, verb: Callable[[CentreSession], T]) -> T:
    with open_session(hash_in(request.headers) or "", origin_of(request)) as session:
        if session.actor.is_held:
            raise Refused("Finish setting up your sign-in first.")
        return verb(session)


def _stored(document_id: int, name: str) -> Response:
    return JSONResponse({"id": document_id, "name": name}, 201)


def _said(error: Exception) -> Response:
    """Return the sentence for the file's line, and whether the same file is worth another try."""
    if isinstance(error, FileRefused):
        again = error.code in PASSING
        return JSONResponse({"sentence": error.sentence, "again": again}, 503 if again else 422)
    if not isinstance(error, CmaError):
        return JSONResponse({"sentence": LATE, "again": True}, 408)
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 409)
    return JSONResponse({"sentence": error.sentence, "again": status == 503}, status)


ROUTES: Final = [
    Route("/cases/{case_id:int}/documents", _new, methods=["POST"]),
    Route("/documents/{document_id:int}/versions", _version, methods=["POST"]),
]
