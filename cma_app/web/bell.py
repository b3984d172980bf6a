"""Hears of each notification that is made or seen anywhere, and rings the bells of open pages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from cma_app.web.listening import Hearer, ended, listening, two_numbers
from state.bells import ring

GATHER_SECONDS: Final = 0.1
"""How long what comes for one person is gathered, so that many at once are one count."""


@asynccontextmanager
async def keep_the_bell() -> AsyncIterator[None]:
    """Listen for as long as the app runs; after a break everybody is counted anew."""
    ringing: dict[int | None, asyncio.Task[None]] = {}

    async def soon(user_id: int | None) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        ringing.pop(user_id, None)  # what comes from here on is another round
        await ring(user_id)

    working: set[asyncio.Task[None]] = set()

    def later(user_id: int | None) -> None:
        if user_id not in ringing:
            ringing[user_id] = task = asyncio.create_task(soon(user_id))
            working.add(task)
            task.add_done_callback(working.discard)

    def hear(payload: str) -> None:
        if (found := two_numbers(payload)) is not None:
            later(found[1])

    hearer = Hearer({"cma_notification": hear}, begun=lambda: later(None))
    listening.add(hearer)
    try:
        yield
    finally:
        await listening.remove(hearer)
        for task in list(working):
            await ended(task)
