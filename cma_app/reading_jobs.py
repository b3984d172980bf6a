"""What the worker does about documents: look which wait, and read two at a time.

A job holds the numbers of a centre and a document. What is true stands in `document_readings`
(`services/document_worker.py`); who reads holds a lock that ends with its process.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import procrastinate
import structlog
from procrastinate.exceptions import AlreadyEnqueued

from cma_app.reading.apart import ReadingFailed, end, read_apart
from cma_app.services import document_worker
from cma_app.services.document_worker import Claim, lock_name

log = structlog.get_logger(__name__)

QUEUE: Final = "documents"
AT_ONCE: Final = 2
"""Documents read at the same time: a page takes a second or two of one core."""
SECONDS: Final = 60.0
A_PAGE: Final = 30.0
"""How long a document may take: so much, and so much more a page."""
LOOK_SECONDS: Final = 3.0
"""How often it is looked which documents wait."""

InCentre = Callable[..., Awaitable[Any]]
Held = Callable[[str], AbstractAsyncContextManager[bool]]


def add_reading(app: procrastinate.App, in_centre: InCentre, held: Held) -> None:
    """Teach a queue to read documents, with the worker's way into a centre and its locks."""

    async def read(centre_id: int, document_id: int) -> None:
        async with held(lock_name(centre_id, document_id)) as is_mine:
            if is_mine:
                await _read_one(in_centre, centre_id, document_id)

    app.task(name="read", queue=QUEUE)(read)


async def _read_one(in_centre: InCentre, centre_id: int, document_id: int) -> None:
    claim: Claim | None = await in_centre(centre_id, document_worker.claim_reading, document_id)
    if claim is None:
        return
    began = time.monotonic()
    content: bytes | None = await in_centre(centre_id, document_worker.open_claimed, claim)
    if content is None:
        await in_centre(centre_id, document_worker.record_failure, claim, "damaged")
        return
    try:
        reading = await _read_apart(in_centre, centre_id, claim, content)
    except ReadingFailed as failed:
        await in_centre(centre_id, document_worker.record_failure, claim, failed.code)
        log.info("document", came="failed", why=failed.code)
        return
    await in_centre(centre_id, document_worker.record_reading, claim, reading)
    log.info("document", came="read", pages=len(reading.pages), took=time.monotonic() - began)


async def _read_apart(in_centre: InCentre, centre_id: int, claim: Claim, content: bytes) -> Any:
    """Read in a process of its own, telling the pages as they come."""
    loop = asyncio.get_running_loop()

    def told(done: int, of: int) -> None:
        work = in_centre(centre_id, document_worker.tell_progress, claim, done, of)
        asyncio.run_coroutine_threadsafe(_awaited(work), loop).result(30)

    seconds = SECONDS + A_PAGE * max(1, claim.page_count)
    children: list[Any] = []
    try:
        return await asyncio.to_thread(
            read_apart,
            content,
            claim.mime_type,
            seconds=seconds,
            told=told,
            began=children.append,
        )
    except asyncio.CancelledError:  # we are told to stop: another worker begins it again
        for child in children:
            end(child)
        raise


async def _awaited(work: Awaitable[Any]) -> None:
    await work


async def look_for_documents(app: procrastinate.App, in_centre: InCentre) -> None:
    """Queue a job for each document that waits, in any centre; one that is queued stays so."""
    for centre_id, document_id in await in_centre(0, document_worker.due_readings):
        job = app.configure_task("read", queueing_lock=f"read/{centre_id}/{document_id}")
        with contextlib.suppress(AlreadyEnqueued):
            await job.defer_async(centre_id=centre_id, document_id=document_id)


async def keep_looking(app: procrastinate.App, in_centre: InCentre) -> None:
    """Look every few seconds until cancelled; a look that goes wrong is told and tried again."""
    while True:
        try:
            await look_for_documents(app, in_centre)
        except Exception as error:
            log.warning("documents_look_failed", error=type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)
