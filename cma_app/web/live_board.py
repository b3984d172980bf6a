"""The live board: one socket a board, one listening connection a process, changed rows alone.

A watcher is let in by its cookie, joins its centre's room, and is then checked again, so that no
sign-out between the two is missed. Every message is made in a session of the watcher's own person,
whose sign-in is read again first: row security decides what each may see, restricted files
included. Nothing here counts as activity: a board left open signs out like any page.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from cma_app.access.actor import Actor, Origin
from cma_app.access.acts import Act
from cma_app.errors import Refused, SignedOut
from cma_app.services import caseload
from cma_app.services.caseload_values import Change, Filter
from cma_app.services.sign_in import remaining
from cma_app.session import open_as, resume
from cma_app.settings import settings
from cma_app.web.doorway import hash_in, origin_of
from cma_app.web.listening import ended, listen, two_numbers
from state.base import in_worker
from state.board_view import ChangeWords, board_words, change_words

log = structlog.get_logger(__name__)

ADDRESS: Final = "/board/live"
GATHER_SECONDS: Final = 0.05
"""How long changes are gathered before they are sent together."""
CHECK_SECONDS: Final = 20
"""How often a quiet socket is checked for its sign-in, and kept open through proxies."""
JOIN_SECONDS: Final = 10
"""How long a board waits for the listening to begin before it is told to come back."""
MOST_WAITING: Final = 32
"""Messages that may wait for a slow browser before it is told to load the rows anew."""
MOST_CASES: Final = 50
"""Cases changed at once, above which the whole board is sent instead."""
LONGEST_MESSAGE: Final = 200
"""Characters of a message from a browser: it only ever names a filter."""

SIGNED_OUT: Final = 4401
NOT_ALLOWED: Final = 4403
RELOAD: Final = 4409
UNREADABLE: Final = 4400

WHOLE: Final = object()
"""In place of a message: make the whole board when its turn comes."""


@dataclass(eq=False)
class Watcher:
    """One open board: whose it is, what it is narrowed to, and what waits to be sent."""

    token_hash: str
    origin: Origin
    actor: Actor
    wanted: Filter
    outbox: asyncio.Queue[Any] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    shown: set[int] = field(default_factory=set)
    """The cases whose cards its browser was sent."""
    code: int | None = None
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def post(self, message: Any) -> None:
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

    def check(self) -> float:
        """Return the seconds until the next check; raise SignedOut, or close if the role lost it.

        Runs in a worker thread. It reads the sign-in from the database.
        """
        actor = resume(self.token_hash, self.origin, touch=False)
        left = remaining(self.token_hash)
        same = (actor.user_id, actor.centre_id) == (self.actor.user_id, self.actor.centre_id)
        if not same or actor.must_change_password:
            raise SignedOut
        self.actor = actor
        seconds = min(left.idle_seconds, left.absolute_seconds)
        return max(0.1, min(CHECK_SECONDS, seconds + 0.1))

    def whole(self) -> str:
        """Return the whole board as this watcher may see it now. Runs in a worker thread."""
        self.check()
        with open_as(self.actor, self.origin) as session:
            words = board_words(caseload.board(session, wanted=self.wanted))
        self.shown = {card["id"] for card in words["cards"]}
        return json.dumps({"board": words})

    def told(self, words: ChangeWords, absent: list[int]) -> str:
        """Return a change as it is sent; of a case it was never shown not even the number is."""
        gone = [each for each in words["gone"] if each in self.shown or each not in absent]
        self.shown = (self.shown | {card["id"] for card in words["cards"]}) - set(gone)
        return json.dumps({"change": {**words, "gone": gone}})

    def changes(self, case_ids: list[int]) -> Change:
        """Return what changed as this watcher's person may see it. Runs in a worker thread."""
        self.check()
        with open_as(self.actor, self.origin) as session:
            return caseload.changes(session, case_ids)


class Rooms:
    """Every open board of this process by centre, and the one connection that listens."""

    def __init__(self) -> None:
        self._rooms: dict[int, set[Watcher]] = defaultdict(set)
        self._changed: dict[int, set[int]] = defaultdict(set)
        self._flushing: dict[int, asyncio.Task[None]] = {}
        self._working: set[asyncio.Task[Any]] = set()
        self._listener: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    async def join(self, watcher: Watcher) -> None:
        """Put a watcher into its centre's room, and return once changes reach it."""
        self._rooms[watcher.actor.centre_id].add(watcher)
        if self._listener is None or self._listener.done():
            self._listening.clear()
            self._listener = asyncio.create_task(
                listen(
                    "cma_case",
                    "cma_signed_out",
                    name="cma board",
                    ready=self._after_a_break,
                    hear=self._hear,
                )
            )
        await asyncio.wait_for(self._listening.wait(), JOIN_SECONDS)

    async def leave(self, watcher: Watcher) -> None:
        """Take a watcher out; the last one stops the listening."""
        centre_id = watcher.actor.centre_id
        self._rooms[centre_id].discard(watcher)
        if not self._rooms[centre_id]:
            del self._rooms[centre_id]
        if not self._rooms and self._listener is not None:
            listener, self._listener = self._listener, None
            await ended(listener)

    def _after_a_break(self) -> None:
        was_listening = self._listening.is_set()
        self._listening.set()
        if was_listening:
            for watcher in self._everyone():
                watcher.post(WHOLE)

    def _everyone(self) -> list[Watcher]:
        return [watcher for room in self._rooms.values() for watcher in room]

    def _hear(self, channel: str, payload: str) -> None:
        named = two_numbers(payload)
        if named is None or named[0] not in self._rooms:
            return
        centre_id, record_id = named
        if channel == "cma_signed_out":
            for watcher in self._rooms[centre_id]:
                if watcher.actor.user_id == record_id:
                    self._later(_still(watcher))
            return
        self._changed[centre_id].add(record_id)
        if centre_id not in self._flushing:
            self._flushing[centre_id] = asyncio.create_task(self._flush(centre_id))

    def _later(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _flush(self, centre_id: int) -> None:
        """Send what changed in a centre, gathered for a moment, to everybody in its room."""
        try:
            while self._changed.get(centre_id):
                await asyncio.sleep(GATHER_SECONDS)
                case_ids = sorted(self._changed.pop(centre_id, set()))
                by_person: dict[int, list[Watcher]] = defaultdict(list)
                for watcher in self._rooms.get(centre_id, ()):
                    by_person[watcher.actor.user_id].append(watcher)
                for watchers in by_person.values():
                    await _tell(watchers, case_ids)
        finally:
            self._flushing.pop(centre_id, None)


async def _tell(watchers: list[Watcher], case_ids: list[int]) -> None:
    """Send one person's boards what changed: asked once, under each board's own filter."""
    if len(case_ids) > MOST_CASES:
        for watcher in watchers:
            watcher.post(WHOLE)
        return
    checked = [watcher for watcher in watchers if await _still(watcher)]
    if not checked:
        return
    try:
        change = await in_worker(checked[0].changes, case_ids)
    except Exception as error:
        log.warning("board_change_lost", error=type(error).__name__)
        for watcher in checked:
            watcher.close(RELOAD)
        return
    for watcher in checked:
        watcher.post((change_words(change, watcher.wanted), change.gone))


async def _still(watcher: Watcher) -> bool:
    """Say whether a watcher may still watch; one who may not is closed."""
    try:
        await in_worker(watcher.check)
    except SignedOut:
        watcher.close(SIGNED_OUT)
        return False
    if not watcher.actor.may(Act.CASELOAD_SEE):
        watcher.close(NOT_ALLOWED)
        return False
    return True


rooms = Rooms()


async def live_board(socket: WebSocket) -> None:
    """Serve one board until it is closed, its sign-in ends, or it falls behind."""
    if socket.headers.get("origin") not in settings().allowed_origins:
        await socket.close(1008)
        return
    wanted = Filter.read(dict(socket.query_params))
    hashed = hash_in(socket.headers) or ""
    await socket.accept()
    origin = origin_of(socket)
    if wanted is None:
        await socket.close(UNREADABLE)
        return
    try:
        actor = await in_worker(resume, hashed, origin, touch=False)
    except SignedOut:
        await socket.close(SIGNED_OUT)
        return
    if not actor.may(Act.CASELOAD_SEE):
        await socket.close(NOT_ALLOWED)
        return
    watcher = Watcher(hashed, origin, actor, wanted)
    try:
        await rooms.join(watcher)
        watcher.post(WHOLE)  # it begins with a check, now that nothing is missed
        await _serve(socket, watcher)
    except TimeoutError:
        watcher.close(RELOAD)
    finally:
        await rooms.leave(watcher)
    with suppress(RuntimeError, WebSocketDisconnect):
        await socket.close(watcher.code or 1000)


async def _serve(socket: WebSocket, watcher: Watcher) -> None:
    """Read, write and wait for a reason to close; whichever ends first ends the others."""
    tasks = [
        asyncio.create_task(_read(socket, watcher)),
        asyncio.create_task(_write(socket, watcher)),
        asyncio.create_task(watcher.closing.wait()),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:  # the reader before the socket: else the server never closes it
            await ended(task)


async def _read(socket: WebSocket, watcher: Watcher) -> None:
    """Take a new filter, or a wish for all rows, from the browser."""
    while True:
        try:
            said = await socket.receive_text()
        except (WebSocketDisconnect, KeyError):
            return
        wanted = _read_filter(said)
        if wanted is None:
            watcher.close(UNREADABLE)
            return
        watcher.wanted = wanted
        watcher.post(WHOLE)


async def _write(socket: WebSocket, watcher: Watcher) -> None:
    """Send what waits; when nothing does, check the sign-in and keep the socket open."""
    wait: float = CHECK_SECONDS
    try:
        wait = await in_worker(watcher.check)
        while True:
            try:
                message = await asyncio.wait_for(watcher.outbox.get(), wait)
            except TimeoutError:
                message = None
            if message is None:
                wait = await in_worker(watcher.check)
                message = '{"alive": true}'
            elif message is WHOLE:
                message = await in_worker(watcher.whole)
            else:  # in the order they are sent: after the whole board that it follows
                message = watcher.told(*message)
            if not watcher.actor.may(Act.CASELOAD_SEE):
                watcher.close(NOT_ALLOWED)
                return
            await socket.send_text(message)
    except SignedOut:
        watcher.close(SIGNED_OUT)
    except Refused:
        watcher.close(NOT_ALLOWED)
    except (WebSocketDisconnect, RuntimeError):
        return
    except Exception as error:
        log.warning("board_failed", error=type(error).__name__)
        watcher.close(RELOAD)


def _read_filter(said: str) -> Filter | None:
    """Return the filter that a browser names, or None where it cannot be understood."""
    if len(said) > LONGEST_MESSAGE:
        return None
    try:
        asked = json.loads(said)
    except ValueError:
        return None
    return Filter.read(asked) if isinstance(asked, dict) else None


ROUTES: Final[list[BaseRoute]] = [WebSocketRoute(ADDRESS, live_board)]
