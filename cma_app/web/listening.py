"""One connection of a process that listens to the database for as long as anybody wants to hear."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import psycopg
import structlog

from cma_app.settings import settings

log = structlog.get_logger(__name__)

CHANNELS: Final = ("cma_case", "cma_notification", "cma_signed_out", "cma_topic")
FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 10
"""Seconds before a lost connection is tried again, and the most they grow to."""
ALIVE: Final[dict[str, Any]] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""How soon a connection that died without a word is found out: in half a minute."""


@dataclass(eq=False, frozen=True)
class Hearer:
    """Who wants to hear: by channel what to do with a payload, and what to do at the edges.

    `begun` is called whenever the listening begins: after a break something may have been missed.
    `lost` is called when it breaks.
    """

    hear: Mapping[str, Callable[[str], None]]
    begun: Callable[[], None] = lambda: None
    lost: Callable[[], None] = lambda: None


class Listening:
    """The process's one LISTEN connection: begun by the first hearer, ended after the last."""

    def __init__(self) -> None:
        self._hearers: set[Hearer] = set()
        self._task: asyncio.Task[None] | None = None
        self._on = asyncio.Event()

    @property
    def is_on(self) -> bool:
        """Whether everything that is told now is heard."""
        return self._on.is_set()

    def add(self, hearer: Hearer) -> None:
        """Have a hearer told from now on; the listening begins by itself."""
        self._hearers.add(hearer)
        if self._task is None or self._task.done():
            self._on.clear()
            self._task = asyncio.create_task(self._listen())

    async def wait(self, seconds: float) -> None:
        """Return once the listening has begun; raise TimeoutError when it does not in time."""
        await asyncio.wait_for(self._on.wait(), seconds)

    async def remove(self, hearer: Hearer) -> None:
        """Tell a hearer no more."""
        self._hearers.discard(hearer)
        if not self._hearers and self._task is not None:
            task, self._task = self._task, None
            self._on.clear()
            await ended(task)

    async def _listen(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                async with await _connect() as connection:
                    for channel in CHANNELS:
                        await connection.execute(f"LISTEN {channel}")  # pyright: ignore[reportCallIssue, reportArgumentType] - our own words
                    self._on.set()
                    for hearer in list(self._hearers):
                        hearer.begun()
                    pause = FIRST_PAUSE
                    async for heard in connection.notifies():
                        self._told(heard.channel, heard.payload)
            except (psycopg.Error, OSError) as error:
                log.warning("listener_lost", error=type(error).__name__)
            if self.is_on:
                self._on.clear()
                for hearer in list(self._hearers):
                    hearer.lost()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _told(self, channel: str, payload: str) -> None:
        for hearer in list(self._hearers):
            if (hear := hearer.hear.get(channel)) is not None:
                hear(payload)


listening = Listening()


def two_numbers(payload: str) -> tuple[int, int] | None:
    """Return the centre and the record that a payload names, None where it is none of ours."""
    first, _, second = payload.partition("/")
    return (int(first), int(second)) if first.isdigit() and second.isdigit() else None


async def ended(task: asyncio.Task[Any]) -> None:
    """Cancel a task and wait until it is over."""
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await task


async def _connect() -> psycopg.AsyncConnection[Any]:
    address = settings().serving_url.replace("postgresql+psycopg://", "postgresql://", 1)
    name = f"cma listening {settings().port}"  # what the database's list of connections shows
    return await psycopg.AsyncConnection.connect(
        address, autocommit=True, connect_timeout=5, application_name=name, **ALIVE
    )
