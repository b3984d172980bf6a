"""What the worker does about links: look which wait for their letter, and send each."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import procrastinate
import structlog
from procrastinate.exceptions import AlreadyEnqueued

from cma_app.mail import deliver
from cma_app.services import link_sending
from cma_app.services.link_sending import LinkClaim, lock_name

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 3.0
"""How often it is looked which links wait: somebody sits before the page and waits as well."""

InCentre = Callable[..., Awaitable[Any]]
Held = Callable[[str], AbstractAsyncContextManager[bool]]


def add_links(app: procrastinate.App, in_centre: InCentre, held: Held) -> None:
    """Teach a queue to send links, with the worker's way into a centre and its locks."""

    async def send_link(centre_id: int, link_id: int) -> None:
        async with held(lock_name(centre_id, link_id)) as is_mine:
            if is_mine:
                await send_one(in_centre, centre_id, link_id)

    app.task(name="send_link")(send_link)


async def send_one(in_centre: InCentre, centre_id: int, link_id: int) -> None:
    """Write and send the letter of one link, whose lock is held, and record what came of it."""
    claimed: LinkClaim | None = await in_centre(centre_id, link_sending.claim_link, link_id)
    if claimed is None:
        return

    async def still_may() -> bool:
        return bool(await in_centre(centre_id, link_sending.still_may, claimed))

    came = await deliver(claimed.message, still_may=still_may)
    await in_centre(centre_id, link_sending.record_link, claimed, came)
    log.info("link", came=came.result, code=came.code)


async def look_for_links(app: procrastinate.App, in_centre: InCentre) -> None:
    """Settle what a dead worker left, and queue a job for each link that waits."""
    for centre_id, link_id, what in await in_centre(0, link_sending.due_links):
        if what == "settle":
            await in_centre(centre_id, link_sending.settle_link, link_id)
            continue
        job = app.configure_task("send_link", queueing_lock=lock_name(centre_id, link_id))
        with contextlib.suppress(AlreadyEnqueued):
            await job.defer_async(centre_id=centre_id, link_id=link_id)


async def keep_looking_for_links(app: procrastinate.App, in_centre: InCentre) -> None:
    """Look every few seconds until cancelled; a look that goes wrong is told and tried again."""
    while True:
        try:
            await look_for_links(app, in_centre)
        except Exception as error:
            log.warning("links_look_failed", error=type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)
