"""kill -9 of the app and of the database under load: what was acknowledged is there afterwards.

`make kills` does it 30 times, `make deep` twice, once each.
"""

import os
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import Engine, text

from alembic import command
from cma_app.commands.documents import sweep
from cma_app.database import engine_for
from cma_app.postgres import EmbeddedPostgres
from cma_app.serve import WebProcess
from cma_app.session import hash_token
from cma_app.settings import Settings, settings, use_settings
from cma_app.vault import store
from tests.conftest import alembic_config
from tests.papers import paper
from tests.people import PASSWORD, Cast, make_cast
from tests.plant import plant_case
from tests.platform.test_serve import children
from tests.platform.waiting import until
from tests.served import Served, free_port

pytestmark = pytest.mark.database


@dataclass
class Load:
    """Two people who sign in and one who uploads, again and again, whatever is killed."""

    address: str
    cast: Cast
    case_id: int
    tokens: list[str] = field(default_factory=list)
    documents: list[int] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        work: tuple[Callable[[], None], ...] = (self._sign_in, self._sign_in, self._upload)
        self.threads = [threading.Thread(target=self._again, args=(each,)) for each in work]
        for each in self.threads:
            each.start()

    def _again(self, deed: Callable[[], None]) -> None:
        while not self.over.is_set():
            try:
                deed()
            except httpx.TransportError:
                self.over.wait(0.02)  # nobody listens just now

    def _sign_in(self) -> None:
        who = self.cast.usernames[secrets.choice(("amina", "ben", "maria"))]
        form = {"identifier": who, "password": PASSWORD}
        answer = self._post("/sign-in", data=form)
        if answer.status_code == 303:
            self.tokens.append(answer.headers["set-cookie"].partition("=")[2].partition(";")[0])

    def _upload(self) -> None:
        if not self.tokens:
            return
        answer = self._post(
            f"/cases/{self.case_id}/documents",
            content=paper(f"A letter, {secrets.token_hex(8)}"),
            cookie=f"cma={self.tokens[0]}",
            **{"X-File-Name": "Letter.pdf", "X-Upload-Key": str(uuid4())},
        )
        if answer.is_success:
            self.documents.append(answer.json()["id"])

    def _post(self, path: str, *, cookie: str = "", **sent: object) -> httpx.Response:
        named = {name: sent.pop(name) for name in ("X-File-Name", "X-Upload-Key") if name in sent}
        headers = {"Origin": self.address, **named} | ({"Cookie": cookie} if cookie else {})
        return httpx.post(f"{self.address}{path}", headers=headers, timeout=20, **sent)

    def grows(self) -> None:
        """Wait until each kind of deed was acknowledged twice more than now."""
        tokens, documents = len(self.tokens) + 2, len(self.documents) + 2
        until(lambda: len(self.tokens) >= tokens, what="a sign-in")
        until(lambda: len(self.documents) >= documents, seconds=60, what="an upload")

    def end(self) -> None:
        """Let everybody finish."""
        self.over.set()
        for each in self.threads:
            each.join()


@dataclass(frozen=True)
class House:
    """A database that keeps what it says, and the web process on it."""

    server: EmbeddedPostgres
    web: WebProcess
    owner: Engine

    def kill_web(self) -> None:
        """End the web process with its children, at once, and start it again."""
        assert self.web.pid is not None
        for pid in (self.web.pid, *children(self.web.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until(lambda: not self.web.alive, what="the end")
        self.web.stop()
        self.web.start()

    def kill_database(self) -> None:
        """End PostgreSQL's first process at once; the look of the supervisor starts it again."""
        os.kill(self.server.pid, signal.SIGKILL)
        until(self.server.ensure_running, what="PostgreSQL's return")


@pytest.fixture
def house(home: Path, served: Served) -> Iterator[House]:
    """A second home with a database and a process of its own, on the screens that were built."""
    own_home, before = home / "killed", settings()
    with EmbeddedPostgres(own_home) as server:
        chosen = Settings(
            CMA_HOME=own_home,
            DATABASE_URL=server.app_url,
            DATABASE_OWNER_URL=server.owner_url,
            PORT=free_port(),
        )
        use_settings(chosen)
        command.upgrade(alembic_config(server.owner_url), "head")
        web = WebProcess(chosen)
        owner = engine_for(server.owner_url, pool_size=2)
        try:
            web.start()
            yield House(server, web, owner)
        finally:
            web.stop()
            owner.dispose()
            use_settings(before)


@pytest.mark.deep
def test_no_acknowledged_write_is_lost(house: House, pytestconfig: pytest.Config) -> None:
    cast = make_cast(house.owner, next(count(1)))
    load = Load(house.web.address, cast, plant_case(house.owner, cast.amina))
    try:
        for number in range(pytestconfig.getoption("kills")):
            load.grows()
            time.sleep(secrets.randbelow(300) / 1000)  # somewhere in the middle of a write
            (house.kill_database if number % 2 else house.kill_web)()
        load.grows()
    finally:
        load.end()
    with house.owner.connect() as connection:
        hashes = set(connection.execute(text("SELECT token_hash FROM sessions")).scalars())
        rows = connection.execute(text("SELECT count(*) FROM document_versions")).scalar_one()
    assert {hash_token(each) for each in load.tokens} - hashes == set()
    for each in load.documents:
        answer = httpx.get(
            f"{house.web.address}/documents/{each}/file",
            headers={"Cookie": f"cma={load.tokens[-1]}"},
        )
        assert answer.content.startswith(b"%PDF"), each
    assert sweep(house.owner, lambda _: None, older_than=timedelta(0)).missing == 0
    assert len(dict(store.everything())) == rows  # no row without bytes, no bytes without a row
