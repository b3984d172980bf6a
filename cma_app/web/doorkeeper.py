"""Ends open pages at once: hears of each sign-in that ended anywhere, and covers its pages.

Without this a page left open would show what it shows until its next event, which the gate refuses.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cma_app.web.listening import Hearer, listening, two_numbers
from state.gate import end_pages


@asynccontextmanager
async def keep_the_door() -> AsyncIterator[None]:
    """Watch over sign-ins for as long as the app runs; after a break all are looked at again."""
    working: set[asyncio.Task[None]] = set()

    def later(user_id: int | None) -> None:
        task = asyncio.create_task(end_pages(user_id))
        working.add(task)
        task.add_done_callback(working.discard)

    def hear(payload: str) -> None:
        if (found := two_numbers(payload)) is not None:
            later(found[1])

    hearer = Hearer({"cma_signed_out": hear}, begun=lambda: later(None))
    listening.add(hearer)
    try:
        yield
    finally:
        await listening.remove(hearer)
