"""Open boards without a browser, on a server that is started once for all of their tests."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, text
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from cma_app.access.actor import Actor, Origin
from cma_app.database import app_engine
from cma_app.services.sign_in import sign_in
from tests.people import PASSWORD, Cast, make_user
from tests.served import Served


def cookie_of(cast: Cast, who: str) -> str:
    """Return the Cookie header of one of the cast, signed in anew."""
    return cookie_for(cast.usernames[who])


def cookie_for(username: str) -> str:
    """Return the Cookie header of a person, signed in anew."""
    token = sign_in(username, PASSWORD, Origin("127.0.0.1", "a test")).token
    return f"cma={token}"


def another_manager(owner: Engine, cast: Cast, name: str) -> tuple[Actor, str]:
    """Return another manager of Ashdown and their user name."""
    username = f"{name.lower()}{cast.maria.user_id}"
    with owner.begin() as connection:
        user_id = make_user(
            connection.execute, cast.maria.centre_id, username, f"{name} Other", "manager"
        )
    return replace(cast.maria, user_id=user_id, name=f"{name} Other"), username


class Board:
    """An open board: `board` is what it was given whole, `hear()` the next change."""

    def __init__(self, tab: ClientConnection) -> None:
        self._tab = tab

    def next(self, within: float = 5) -> dict[str, Any]:
        """Return the next message that says something; TimeoutError when none comes."""
        while True:
            said = json.loads(self._tab.recv(timeout=within))
            if "alive" not in said:
                return said

    def hear(self, within: float = 5) -> dict[str, Any]:
        return self.next(within)["change"]

    def say(self, said: object) -> None:
        self._tab.send(said if isinstance(said, str) else json.dumps(said))

    def rest(self, within: float = 2) -> str:
        """Return all that is still said until the socket closes, or for so many seconds."""
        said, end = [], time.monotonic() + within
        with suppress(ConnectionClosed, TimeoutError):
            while time.monotonic() < end:
                said.append(str(self._tab.recv(timeout=within)))
        return "\n".join(said)

    def is_silent(self, seconds: float = 0.6) -> bool:
        try:
            self.next(seconds)
        except TimeoutError:
            return True
        return False

    def closed_with(self, within: float = 5) -> int:
        end = time.monotonic() + within
        try:
            while time.monotonic() < end:
                self._tab.recv(timeout=within)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 0
        return 0


@contextmanager
def watching(
    served: Served, cookie: str, query: str = "", origin: str | None = None
) -> Iterator[Board]:
    with connect(
        f"ws://localhost:{served.port}/board/live{query}",
        origin=origin or served.origin,  # type: ignore[arg-type]
        additional_headers={"Cookie": cookie} if cookie else {},
    ) as tab:
        yield Board(tab)


def ids(words: dict[str, Any]) -> set[int]:
    return {card["id"] for card in words["cards"]}


def sql(owner: Engine, statement: str, **values: object) -> None:
    """Run a statement as the owner."""
    with owner.begin() as connection:
        connection.execute(text(statement), values)


def listeners(served: Served, *, end: bool = False) -> int:
    """Return how many connections of a server listen, or end them and return how many that were."""
    what = "pg_terminate_backend(pid)" if end else "1"
    with app_engine().begin() as connection:
        rows = connection.execute(
            text(f"SELECT {what} FROM pg_stat_activity WHERE application_name = :name"),
            {"name": f"cma listening {served.port}"},
        )
        return len(rows.all())
