"""Open boards of one process: from a change to the last board's message, beside a bare NOTIFY.

The change is a stage moved by the service in a centre of ten thousand cases. Both clocks start with
the call, so both hold the write. The listener is one psycopg connection that does nothing else.
"""

import asyncio
import os
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg
from sqlalchemy import Engine, text
from websockets.asyncio.client import ClientConnection, connect

from cma_app.access.actor import Origin
from cma_app.postgres import EmbeddedPostgres
from cma_app.serve import WebProcess
from cma_app.services import case_steps
from cma_app.services.sign_in import sign_in
from cma_app.session import open_as
from cma_app.settings import Settings
from tests.people import PASSWORD, Cast, make_user
from tests.served import free_port

CHANGES: Final = 50
PEOPLE: Final = 10
SIZES: Final = ((1, 1), (50, 1), (100, 1), (100, 3), (100, PEOPLE))
"""How many boards are open, and of how many sights: people from whom the same files are hidden.

They belong to ten managers, as many as a large centre has.
"""
MOST_SECONDS: Final = 1.0
TICK: Final = os.sysconf("SC_CLK_TCK")


def boards(
    server: EmbeddedPostgres, home: Path, owner: Engine, cast: Cast, say: Callable[[str], None]
) -> None:
    """Measure each size on one process, and say the figures."""
    people = _managers(owner, cast)
    chosen = Settings(
        CMA_HOME=home,
        DATABASE_URL=server.app_url,
        DATABASE_OWNER_URL=server.owner_url,
        PORT=free_port(),
    )
    web = WebProcess(chosen, target="tests.web.board_app:app")
    web.start()
    try:
        say(f"{'':32}{'last board p50/p95':>20}{'bare NOTIFY':>14}{'ratio':>7}{'CPU a board':>13}")
        for many, sights in SIZES:
            _make_sights(owner, cast, [user_id for user_id, _ in people], sights)
            cookies = [people[each % PEOPLE][1] for each in range(many)]
            run = _Run(web, owner, cast, cookies)
            asyncio.run(run.measure(server))
            over = "" if run.p95 <= MOST_SECONDS * 1000 else "  MORE THAN A SECOND"
            say(
                f"{f'{many} boards, {sights} sights, ms':32}"
                f"{f'{run.p50:.0f} / {run.p95:.0f}':>20}"
                f"{f'{run.bare50:.1f} / {run.bare95:.1f}':>14}{run.p50 / run.bare50:7.1f}"
                f"{run.cpu:13.2f}{over}"
            )
    finally:
        web.stop()


def _managers(owner: Engine, cast: Cast) -> list[tuple[int, str]]:
    """Return the managers of the centre: their numbers and their cookies."""
    found = []
    with owner.begin() as connection:
        for number in range(PEOPLE):
            name = f"watcher{number}"
            user_id = make_user(
                connection.execute, cast.maria.centre_id, name, f"Watcher {number}", "manager"
            )
            found.append((user_id, name))
    address = Origin("127.0.0.1", "a bench")
    return [(user_id, f"cma={sign_in(name, PASSWORD, address).token}") for user_id, name in found]


def _make_sights(owner: Engine, cast: Cast, people: list[int], sights: int) -> None:
    """Have so many sights: one person each is named on a restricted file, the others on none."""
    of_centre = {"centre": cast.maria.centre_id}
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM file_access WHERE centre_id = :centre"), of_centre)
        files = connection.execute(
            text(
                "UPDATE clients SET is_restricted = true WHERE id IN (SELECT id FROM clients"
                " WHERE centre_id = :centre ORDER BY id LIMIT :many) RETURNING id"
            ),
            of_centre | {"many": sights - 1},
        ).scalars()
        for user_id, client_id in zip(people, files, strict=False):
            connection.execute(
                text(
                    "INSERT INTO file_access (centre_id, client_id, user_id)"
                    " VALUES (:centre, :client, :user)"
                ),
                of_centre | {"client": client_id, "user": user_id},
            )


@dataclass
class _Run:
    """One size: every board is open, then changes come one by one."""

    web: WebProcess
    owner: Engine
    cast: Cast
    cookies: list[str]
    last: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    cpu: float = 0.0

    async def measure(self, server: EmbeddedPostgres) -> None:
        case_id = self._case()
        heard: list[float] = []
        listener = threading.Thread(target=_hear, args=(server.app_url, heard), daemon=True)
        listener.start()
        tabs = await asyncio.gather(*[self._open(cookie) for cookie in self.cookies])
        reading = [asyncio.create_task(self._read(tab)) for tab in tabs]
        try:
            await self._change(case_id, 0, heard)  # warm
            self.last, self.bare = [], []
            spent = _cpu_of(self.web)
            for turn in range(CHANGES):
                await self._change(case_id, turn + 1, heard)
            self.cpu = (_cpu_of(self.web) - spent) * 1000 / CHANGES / len(tabs)
        finally:
            for task in reading:
                task.cancel()
            await asyncio.gather(*[tab.close() for tab in tabs])
            with self.owner.begin() as connection:
                connection.execute(text("SELECT pg_notify('cma_case', 'over')"))
            await asyncio.to_thread(listener.join)

    @property
    def p50(self) -> float:
        return statistics.median(self.last)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.last, n=20)[-1]

    @property
    def bare50(self) -> float:
        return statistics.median(self.bare)

    @property
    def bare95(self) -> float:
        return statistics.quantiles(self.bare, n=20)[-1]

    def _case(self) -> int:
        with self.owner.connect() as connection:
            return connection.execute(
                text(
                    "SELECT id FROM cases WHERE centre_id = :centre AND stage = 'advice'"
                    " AND status = 'in_progress' ORDER BY id LIMIT 1"
                ),
                {"centre": self.cast.maria.centre_id},
            ).scalar_one()

    async def _open(self, cookie: str) -> ClientConnection:
        port = self.web.address.rsplit(":", 1)[1]
        tab = await connect(
            f"ws://localhost:{port}/board/live",
            origin=self.web.address,  # type: ignore[arg-type]
            additional_headers={"Cookie": cookie},
            max_queue=64,
        )
        while not str(await tab.recv()).startswith('{"board"'):
            pass
        return tab

    async def _read(self, tab: ClientConnection) -> None:
        async for said in tab:
            if str(said).startswith('{"change"'):
                self._waiting -= 1
                if self._waiting == 0:
                    self._all.set_result(time.perf_counter())

    async def _change(self, case_id: int, turn: int, heard: list[float]) -> None:
        self._waiting = len(self.cookies)
        self._all: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        heard.clear()
        began = time.perf_counter()
        stage = ("fact_find", "advice")[turn % 2]
        await asyncio.to_thread(self._move, case_id, stage)
        at = await asyncio.wait_for(self._all, 30)
        self.last.append((at - began) * 1000)
        self.bare.append((heard[0] - began) * 1000)

    def _move(self, case_id: int, stage: str) -> None:
        with open_as(self.cast.maria) as session:
            case_steps.move_stage(session, case_id, stage=stage)


def _hear(url: str, heard: list[float]) -> None:
    address = url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("LISTEN cma_case")
        for each in connection.notifies():
            heard.append(time.perf_counter())
            if each.payload == "over":
                return


def _cpu_of(web: WebProcess) -> float:
    """Return the seconds of processor that the web process and its children have used."""
    spent = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[3]) == web.pid:  # its session
            spent += int(words[11]) + int(words[12])
    return spent / TICK
