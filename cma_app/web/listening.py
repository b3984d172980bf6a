"""One connection that listens to the database for as long as it is wanted, and comes back."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import psycopg
import structlog

from cma_app.settings import settings

log = structlog.get_logger(__name__)

FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 10
"""Seconds before a lost connection is tried again, and the most they grow to."""


async def listen(
    *channels: str, name: str, ready: Callable[[], None], hear: Callable[[str, str], None]
) -> None:
    """Call `hear` with channel and payload of each notification, until cancelled.

    `name` is what the database's own list of connections shows.
    `ready` is called whenever the listening begins: after a break something may have been missed.
    """
    pause = FIRST_PAUSE
    while True:
        try:
            async with await _connect(name) as connection:
                for channel in channels:
                    await connection.execute(f"LISTEN {channel}")  # pyright: ignore[reportCallIssue, reportArgumentType] - our own words
                ready()
                pause = FIRST_PAUSE
                async for heard in connection.notifies():
                    hear(heard.channel, heard.payload)
        except (psycopg.Error, OSError) as error:
            log.warning("listener_lost", listener=name, error=type(error).__name__)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def two_numbers(payload: str) -> tuple[int, int] | None:
    """Return the centre and the record that a payload names, None where it is none of ours."""
    first, _, second = payload.partition("/")
    return (int(first), int(second)) if first.isdigit() and second.isdigit() else None


async def ended(task: asyncio.Task[Any]) -> None:
    """Cancel a task and wait until it is over."""
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await task


async def _connect(name: str) -> psycopg.AsyncConnection[Any]:
    address = settings().serving_url.replace("postgresql+psycopg://", "postgresql://", 1)
    return await psycopg.AsyncConnection.connect(
        address, autocommit=True, connect_timeout=5, application_name=name
    )
