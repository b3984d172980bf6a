"""Open sockets of a process by centre, and the rounds in which they are told together.

Whatever wakes a room (a change, somebody new, a sign-in that ended, the clock) leads to one round:
one snapshot of the centre in which every sign-in of the room is read again, and whatever is told is
read, once for all who see the same. So nothing is told to somebody whose sign-in or sight had ended
by then. Nothing here counts as activity: a page left open signs out like any page.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, TypeVar

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from cma_app.access.actor import Actor, Origin
from cma_app.errors import SignedOut
from cma_app.services.watching import Look, Standing, look
from cma_app.session import resume
from cma_app.settings import settings
from cma_app.web.doorway import hash_in, origin_of
from cma_app.web.listening import Hearer, ended, listening
from state.base import in_worker

log = structlog.get_logger(__name__)

GATHER_SECONDS: Final = 0.05
"""How long changes are gathered before they are told together."""
CHECK_SECONDS: Final = 20
"""How often a quiet room's sign-ins are read again, and its sockets kept open through proxies."""
JOIN_SECONDS: Final = 10
"""How long a socket waits for the listening to begin before it is told to come back."""
MOST_WAITING: Final = 32
"""Messages that may wait for a slow browser, or from a hasty one, before it is sent away."""
LONGEST_MESSAGE: Final = 400
"""Characters of a message from a browser."""
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 10
"""Seconds before a round that failed is tried again, and the most they grow to."""

SIGNED_OUT: Final = 4401
NOT_ALLOWED: Final = 4403
RELOAD: Final = 4409
UNREADABLE: Final = 4400

ALIVE: Final = '{"alive": true}'
AWAY: Final = '{"away": true}'
"""Told while changes cannot be heard: what is on screen may be old."""


@dataclass(eq=False)
class Watcher:
    """One open socket: whose it is, and what waits to be sent."""

    token_hash: str
    origin: Origin
    actor: Actor
    outbox: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    asked: int = 0
    """Wishes from its browser that have not been answered."""
    code: int | None = None
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def post(self, message: str) -> None:
        """Queue a message; a browser that cannot keep up is told to load anew."""
        try:
            self.outbox.put_nowait(message)
        except asyncio.QueueFull:
            self.close(RELOAD)

    def close(self, code: int) -> None:
        """Have the socket closed with a code; the first reason stands."""
        if self.code is None:
            self.code = code
        self.closing.set()

    def refusal(self, standing: Standing | None) -> int | None:
        """Return the code to close with where a sign-in may not be told more, else None."""
        if standing is None or standing.user_id != self.actor.user_id:
            return SIGNED_OUT
        return SIGNED_OUT if standing.must_change_password else None

    def stands(self, standing: Standing | None) -> bool:
        """Say whether this may be told more; one who may not is closed."""
        refusal = self.refusal(standing)
        if refusal is not None:
            self.close(refusal)
        elif standing is not None:
            self.actor = replace(self.actor, role=standing.role)
        return self.code is None


W = TypeVar("W", bound=Watcher)
Q = TypeVar("Q")
A = TypeVar("A")


class Room(ABC, Generic[W, Q, A]):
    """The open sockets of one centre; it works for as long as there is one."""

    def __init__(self, centre_id: int) -> None:
        self.centre_id = centre_id
        self.watchers: set[W] = set()
        self._woken = asyncio.Event()
        self._work = asyncio.create_task(self._rounds())

    @abstractmethod
    def heard(self, told: str) -> bool:
        """Keep what a notification says after the centre; say whether anybody must be told."""

    @abstractmethod
    def refresh(self, watchers: set[W]) -> None:
        """Have everything told to these: they are new, or may have missed something."""

    @abstractmethod
    def question(self, watchers: list[W]) -> Q | None:
        """Return what the next round asks for them, None for nothing but their sign-ins."""

    @abstractmethod
    def answer(self, seen: Look, question: Q) -> A:
        """Return what is to be told, read in a snapshot. Runs in a worker thread."""

    @abstractmethod
    def tell(self, watchers: list[W], answer: A) -> None:
        """Post an answer to those who may still watch."""

    def wake(self) -> None:
        """Begin a round as soon as the one at work is over."""
        self._woken.set()

    def gathers(self) -> bool:
        """Say whether more of the same is likely in a moment."""
        return False

    async def end(self) -> None:
        """Stop working."""
        await ended(self._work)

    async def _rounds(self) -> None:
        wait, pause = float(CHECK_SECONDS), FIRST_PAUSE
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), wait)
            if self.gathers():
                await asyncio.sleep(GATHER_SECONDS)
            self._woken.clear()
            try:
                wait = await self._round()
                pause = FIRST_PAUSE
            except Exception as error:
                log.warning("room_failed", error=type(error).__name__)
                self._post(AWAY)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                self.refresh(self.watchers)
                self.wake()

    async def _round(self) -> float:
        """Tell everybody what is to be told; return the seconds until sign-ins are read again."""
        watchers = list(self.watchers)
        question = self.question(watchers)
        hashes = [watcher.token_hash for watcher in watchers]
        standings, answer = await in_worker(self._looked, hashes, question)
        standing = [each for each in watchers if each.stands(standings.get(each.token_hash))]
        if answer is not None:
            self.tell(standing, answer)
        elif listening.is_on:
            self._post(ALIVE)
        if not listening.is_on:
            self._post(AWAY)
        left = [standings[each.token_hash].seconds_left + 0.1 for each in standing]
        return max(0.1, min([CHECK_SECONDS, *left]))

    def _looked(
        self, hashes: list[str], question: Q | None
    ) -> tuple[dict[str, Standing], A | None]:
        with look(self.centre_id, hashes) as seen:
            told = self.answer(seen, question) if question is not None else None
            return seen.standings, told

    def _post(self, message: str) -> None:
        for watcher in self.watchers:
            watcher.post(message)

    def lost(self) -> None:
        """Say that changes cannot be heard just now."""
        self._post(AWAY)


class Rooms(Generic[W]):
    """Every room of a kind, filled from one channel of the process's listening."""

    def __init__(self, kind: Callable[[int], Room[W, Any, Any]], channel: str) -> None:
        self._kind = kind
        self._rooms: dict[int, Room[W, Any, Any]] = {}
        self._hearer = Hearer(
            {channel: self._hear, "cma_signed_out": self._signed_out},
            begun=self._begun,
            lost=self._lost,
        )

    async def join(self, watcher: W) -> None:
        """Put a watcher into its centre's room; from then on it is told everything."""
        centre_id = watcher.actor.centre_id
        if not self._rooms:
            listening.add(self._hearer)
        room = self._rooms.get(centre_id)
        if room is None:
            room = self._rooms[centre_id] = self._kind(centre_id)
        room.watchers.add(watcher)
        await listening.wait(JOIN_SECONDS)
        self.refresh(watcher)  # with its sign-in read again, now that nothing is missed

    async def leave(self, watcher: W) -> None:
        """Take a watcher out; the last one stops the listening."""
        room = self._rooms[watcher.actor.centre_id]
        room.watchers.discard(watcher)
        if not room.watchers:
            del self._rooms[room.centre_id]
            await room.end()
        if not self._rooms:
            await listening.remove(self._hearer)

    def refresh(self, watcher: W) -> None:
        """Have everything told to a watcher."""
        room = self._rooms[watcher.actor.centre_id]
        room.refresh({watcher})
        room.wake()

    @property
    def watchers(self) -> int:
        """How many sockets are open."""
        return sum(len(room.watchers) for room in self._rooms.values())

    def _hear(self, payload: str) -> None:
        centre, _, told = payload.partition("/")
        room = self._rooms.get(int(centre)) if centre.isdigit() else None
        if room is not None and room.heard(told):
            room.wake()

    def _signed_out(self, payload: str) -> None:
        centre, _, person = payload.partition("/")
        room = self._rooms.get(int(centre)) if centre.isdigit() else None
        if room is not None and person in {str(each.actor.user_id) for each in room.watchers}:
            room.wake()

    def _begun(self) -> None:
        for room in self._rooms.values():
            room.refresh(room.watchers)
            room.wake()

    def _lost(self) -> None:
        for room in self._rooms.values():
            room.lost()


async def attend(
    socket: WebSocket,
    rooms: Rooms[W],
    watcher_of: Callable[[str, Origin, Actor], W | int],
    heed: Callable[[W, str], bool],
) -> None:
    """Serve one socket until it is closed, its sign-in ends, or it falls behind.

    `watcher_of` makes the watcher or names the code to close with; `heed` takes what the browser
    says and answers whether it could be understood.
    """
    if socket.headers.get("origin") not in settings().allowed_origins:
        await socket.close(1008)
        return
    hashed, origin = hash_in(socket.headers) or "", origin_of(socket)
    await socket.accept()
    try:
        watcher = watcher_of(hashed, origin, await in_worker(resume, hashed, origin, touch=False))
    except SignedOut:
        watcher = SIGNED_OUT
    except Exception as error:
        log.warning("socket_failed", error=type(error).__name__)
        watcher = RELOAD
    if isinstance(watcher, int):
        await socket.close(watcher)
        return
    try:
        await rooms.join(watcher)
        await _serve(socket, watcher, heed)
    except TimeoutError:
        watcher.close(RELOAD)
    finally:
        await rooms.leave(watcher)
    with suppress(RuntimeError, WebSocketDisconnect):
        await socket.close(watcher.code or 1000)


async def _serve(socket: WebSocket, watcher: W, heed: Callable[[W, str], bool]) -> None:
    """Read, write and wait for a reason to close; whichever ends first ends the others."""
    tasks = [
        asyncio.create_task(_read(socket, watcher, heed)),
        asyncio.create_task(_write(socket, watcher)),
        asyncio.create_task(watcher.closing.wait()),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:  # the reader before the socket: else the server never closes it
            await ended(task)


async def _read(socket: WebSocket, watcher: W, heed: Callable[[W, str], bool]) -> None:
    """Take what the browser says: it only ever names what it wants to be told."""
    while True:
        try:
            said = await socket.receive_text()
        except (WebSocketDisconnect, KeyError):
            return
        watcher.asked += 1
        if watcher.asked > MOST_WAITING:
            watcher.close(RELOAD)
        elif len(said) > LONGEST_MESSAGE or not heed(watcher, said):
            watcher.close(UNREADABLE)
        if watcher.code is not None:
            return


async def _write(socket: WebSocket, watcher: Watcher) -> None:
    """Send what waits, in the order in which it was posted."""
    with suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.send_text(await watcher.outbox.get())
