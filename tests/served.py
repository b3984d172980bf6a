"""The built app served on a free port for the whole run, and a bare socket to speak to it."""

import itertools
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx
from websockets.sync.client import ClientConnection, connect

from cma_app.build import build_frontend
from cma_app.postgres import EmbeddedPostgres
from cma_app.serve import WebProcess
from cma_app.settings import Settings
from tests.people import PASSWORD, Cast

CENTRE = "reflex___state____state.state___base____centre_state"
SHELL = f"{CENTRE}.state___shell____shell_state"
HYDRATE = "reflex___state____state.hydrate_and_load"
QUIET = 0.4
"""Seconds without a frame after which a socket has said what it had to say."""
PATIENCE = 20.0
"""Seconds without a frame after which what has to come is given up."""


@dataclass(frozen=True)
class Served:
    """Where the app answers, and what it logs."""

    port: int
    log: Path
    name: str = "localhost"

    @property
    def origin(self) -> str:
        """The address people type."""
        return f"http://{self.name}:{self.port}"

    def post(self, path: str, cookie: str = "", **data: str) -> httpx.Response:
        """Post a form as a browser does from one of our pages."""
        headers = {"Origin": self.origin} | ({"Cookie": cookie} if cookie else {})
        return httpx.post(f"{self.origin}{path}", data=data, headers=headers)

    def get(self, path: str, cookie: str = "", **headers: str) -> httpx.Response:
        """Get an address without following where it leads."""
        sent = {**headers} | ({"Cookie": cookie} if cookie else {})
        return httpx.get(f"{self.origin}{path}", headers=sent)

    def sign_in(self, cast: Cast, who: str) -> str:
        """Return the Cookie header of a person who has just signed in."""
        answer = self.post("/sign-in", identifier=cast.usernames[who], password=PASSWORD)
        assert answer.status_code == 303, answer.text
        return answer.headers["set-cookie"].split(";")[0]


_running: dict[str, Served] = {}


@contextmanager
def serving(postgres: EmbeddedPostgres, home: Path) -> Iterator[Served]:
    """Build what changed and serve it once in a run, whoever asks first."""
    if "app" in _running:
        yield _running["app"]
        return
    build_frontend(home)
    chosen = Settings(
        CMA_HOME=home,
        DATABASE_URL=postgres.app_url,
        DATABASE_OWNER_URL=postgres.owner_url,
        PORT=free_port(),
    )
    web = WebProcess(chosen)
    web.start()
    _running["app"] = Served(chosen.port, web.log)
    try:
        yield _running["app"]
    finally:
        web.stop()
        _running.clear()


def free_port() -> int:
    """Return a port of loopback that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Socket:
    """A browser's tab without the browser: it sends what it likes and keeps every frame."""

    def __init__(
        self,
        served: Served,
        cookie: str = "",
        *,
        origin: str | None = "same",
        client: str | None = None,
    ) -> None:
        self.client = client or str(uuid4())
        self.frames: list[str] = []
        headers = {"Cookie": cookie} if cookie else {}
        address = f"ws://{served.name}:{served.port}/_event/?token={self.client}"
        found = socket.create_connection(("127.0.0.1", served.port), timeout=10)
        self._connecting = connect(
            f"{address}&EIO=4&transport=websocket",
            origin=served.origin if origin == "same" else origin,
            additional_headers=headers,
            open_timeout=10,
            sock=found,
        )
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        self._ws: ClientConnection = self._connecting.__enter__()
        return self

    def __exit__(self, *problem: object) -> None:
        self._connecting.__exit__(*problem)

    def raw(self, frame: str) -> None:
        """Send a frame as it is."""
        self._ws.send(frame)

    def open(self, path: str = "/") -> list[str]:
        """Connect and hydrate a page, and return what came."""
        event = {"name": HYDRATE, "payload": {}, "router_data": self._route(path)}
        self._ws.send(f"40/_event,{json.dumps({'event': event})}")
        return self.listen()

    def send(self, name: str, path: str = "/", **payload: Any) -> list[str]:
        """Send one event and return what came."""
        self.post(name, path, **payload)
        return self.listen()

    def post(self, name: str, path: str = "/", **payload: Any) -> None:
        """Send one event and do not wait."""
        event = {"name": name, "payload": payload, "router_data": self._route(path)}
        self._ws.send(f"42/_event,{json.dumps(['event', event])}")

    def listen(self) -> list[str]:
        """Return the frames until the socket is quiet."""
        came: list[str] = []
        with suppress(TimeoutError):
            while True:
                came += self._next(QUIET)
        return came

    def hear(self, wanted: str, times: int) -> list[str]:
        """Return the frames until a text has come so often; TimeoutError where it stays away."""
        came: list[str] = []
        while "".join(came).count(wanted) < times:
            came += self._next(PATIENCE)
        return came

    def _next(self, timeout: float) -> list[str]:
        frame = str(self._ws.recv(timeout=timeout))
        if frame == "2":
            self._ws.send("3")
            return []
        self.frames.append(frame)
        return [frame]

    def _route(self, path: str) -> dict[str, Any]:
        return {"pathname": path, "asPath": path}
