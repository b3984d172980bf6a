"""`cma serve`: PostgreSQL, the web process and the worker, looked after until told to stop."""

import contextlib
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator
from types import FrameType

from cma_app.build import build_frontend
from cma_app.commands import demonstration
from cma_app.commands.schema import SchemaTrouble, is_current, migrate
from cma_app.databases import Database, Say, open_database, require_safe_role, settle_keys
from cma_app.postgres import EmbeddedPostgres
from cma_app.serve import WebProcess, WebTrouble, WorkerProcess, require_free_port
from cma_app.settings import settings

WATCH_SECONDS = 0.25
MOST_RESTARTS = 5
RESTART_WINDOW = 60.0
WORKER_PAUSE = 60.0
"""Seconds after which a worker that keeps ending is tried again; the pages go on meanwhile."""


class Stopped(BaseException):
    """SIGTERM or SIGINT came: not an error, so nothing that catches errors catches it."""


class _Build(threading.Thread):
    """The screens, built while the database starts."""

    def __init__(self, say: Say) -> None:
        super().__init__(daemon=True)
        self._say = say
        self._home = settings().home
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            if not build_frontend(self._home, self._say):
                self._say("The screens are built already")
        except BaseException as error:
            self._error = error

    def done(self) -> None:
        """Wait for the end, and raise what went wrong."""
        self.join()
        if self._error is not None:
            raise self._error


def serve(say: Say, *, demo: bool) -> None:
    """Start everything, say where it is, and keep it up until SIGTERM or SIGINT."""
    began = time.monotonic()
    require_free_port(settings().port)
    with _stopping(say):
        build = _Build(say)
        build.start()
        say("Starting PostgreSQL" if settings().embedded else "Using the PostgreSQL given")
        with open_database(say, attach=False) as database:
            prepare(database, say)
            told = _demo(database, say) if demo else False
            build.done()
            web, worker = WebProcess(settings()), WorkerProcess(settings())
            try:
                say("Starting the web process and the worker")
                worker.start()
                web.start(waiting=lambda: _revive(database.server, say))
                _announce(web, time.monotonic() - began, say, told=told)
                _watch(web, worker, database.server, say)
            finally:
                worker.stop()
                web.stop()


def prepare(database: Database, say: Say) -> None:
    """Migrate, and refuse a role or keys that must not serve, the role before and after."""
    require_safe_role(database.app_url)
    if not is_current(database):
        if database.owner_url is None:
            raise SchemaTrouble(
                "The database is not at this version's schema: run `cma migrate` with"
                " DATABASE_OWNER_URL set."
            )
        migrate(database, say)
    require_safe_role(database.app_url)
    settle_keys(database, settings().home)


def _demo(database: Database, say: Say) -> bool:
    """Load the demo where it may be; whether this is a demo whose sign-ins may be printed."""
    if database.server is None:
        say("This PostgreSQL is yours: no demo is put in it (`cma demo` does, if you ask)")
        return False
    found = demonstration.look(database)
    if found.real:
        return False
    demonstration.load_demo(database, say)
    return True


def _announce(web: WebProcess, seconds: float, say: Say, *, told: bool) -> None:
    say(f"Ready in {seconds:.1f} s: {web.address}")
    if told:
        say("Sign in as one of the demo's people:")
        for line in demonstration.sign_ins():
            say(f"  {line}")
    say("Ctrl-C stops it.")


def _watch(
    web: WebProcess, worker: WorkerProcess, server: EmbeddedPostgres | None, say: Say
) -> None:
    """Start again what dies; WebTrouble when the web process dies again and again."""
    restarts: deque[float] = deque(maxlen=MOST_RESTARTS)
    keeping = _Worker(worker, say)
    while True:
        _revive(server, say)
        keeping.look()
        if not web.alive:
            at = time.monotonic()
            if len(restarts) == MOST_RESTARTS and at - restarts[0] < RESTART_WINDOW:
                raise WebTrouble(f"The web process keeps ending: see {web.log}.")
            restarts.append(at)
            say("The web process ended; starting it again")
            web.stop()
            web.start(waiting=lambda: _revive(server, say))
        time.sleep(WATCH_SECONDS)


class _Worker:
    """The worker kept up: at once where it ended, after a pause where it keeps ending."""

    def __init__(self, worker: WorkerProcess, say: Say) -> None:
        self._worker = worker
        self._say = say
        self._restarts: deque[float] = deque(maxlen=MOST_RESTARTS)
        self._not_before = 0.0

    def look(self) -> None:
        """Start it again if it ended."""
        at = time.monotonic()
        if self._worker.alive or at < self._not_before:
            return
        often = len(self._restarts) == MOST_RESTARTS
        if often and at - self._restarts[0] < RESTART_WINDOW:
            self._say(f"The worker keeps ending: see {self._worker.log}. Reminders wait.")
            self._restarts.clear()
            self._not_before = at + WORKER_PAUSE
            return
        self._restarts.append(at)
        self._say("The worker ended; starting it again")
        self._worker.stop()
        self._worker.start()


def _revive(server: EmbeddedPostgres | None, say: Say) -> None:
    if server is not None and server.ensure_running():
        say("PostgreSQL had ended and was started again")


@contextlib.contextmanager
def _stopping(say: Say) -> Iterator[None]:
    """Turn the first SIGTERM or SIGINT into Stopped, and ignore those after it."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    before = {each: signal.signal(each, stop) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    except Stopped:
        say("Stopped.")
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
