"""The processes under our eye: the web process, one port on loopback, and the worker."""

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cma_app.build import build_environment
from cma_app.errors import CmaError
from cma_app.postgres_parts import end_group
from cma_app.postgres_place import Account, as_account
from cma_app.settings import ROOT, Settings

HOST = "127.0.0.1"
READY_SECONDS = 90
STOP_SECONDS = 15
LOG_BYTES = 10_000_000

# the two names with underscores are Reflex's own: serve what is built, compile nothing
SERVING = {
    "__REFLEX_SKIP_COMPILE": "true",
    "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    "REFLEX_ENV_MODE": "prod",
}
WORKERS_ALONE = ("CMA_SMTP_USER", "CMA_SMTP_PASSWORD", "CMA_SMTP_PASSWORD_FILE")


class WebTrouble(CmaError):
    """The web process cannot be started or kept up; the sentence says what to do."""


class _Process:
    """One process of ours: it ends when we do, and what it started with it."""

    name = ""

    def __init__(self, chosen: Settings, *, root: Path = ROOT) -> None:
        self._settings = chosen
        self._root = root
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Where the process writes."""
        return self._settings.home / "logs" / f"{self.name}.log"

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._child.pid if self._child is not None and self.alive else None

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._child is not None and self._child.poll() is None

    def stop(self) -> None:
        """End it and what it started, in order if it can."""
        if self._child is not None:
            end_group(self._child, signal.SIGTERM, STOP_SECONDS)
            self._child = None

    def _begin(self) -> None:
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.rename(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                as_account(Account(), *self._command(), death_signal=signal.SIGTERM),
                cwd=self._root,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _command(self) -> tuple[str, ...]:
        raise NotImplementedError

    def _environment(self) -> dict[str, str]:
        """Hand the process the address it serves with, and never the owner's."""
        environment = build_environment()
        environment.pop("DATABASE_OWNER_URL", None)
        return environment | {
            "DATABASE_URL": self._settings.serving_url,
            "CMA_HOME": str(self._settings.home),
            "PYTHONPATH": str(self._root),
            "PYTHONUNBUFFERED": "1",
        }


class WorkerProcess(_Process):
    """The worker that sends reminders: `start`, `alive`, `stop`."""

    name = "worker"

    def start(self) -> None:
        """Start it; it says what goes wrong in its log."""
        self._begin()

    def _command(self) -> tuple[str, ...]:
        return (sys.executable, "-m", "cma_app.cli", "work")


class WebProcess(_Process):
    """One web process: `start`, `alive`, `stop`."""

    name = "web"

    def __init__(
        self, chosen: Settings, *, root: Path = ROOT, target: str = "cma_app.cma_app:app"
    ) -> None:
        super().__init__(chosen, root=root)
        self._target = target

    @property
    def address(self) -> str:
        """What people type."""
        return f"http://localhost:{self._settings.port}"

    def start(self, waiting: Callable[[], None] = lambda: None) -> None:
        """Start it and return when it answers; WebTrouble when the port is taken or it fails.

        `waiting` is called while we wait, so that the database is looked after meanwhile.
        """
        require_free_port(self._settings.port)
        self._begin()
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            if not self.alive:
                raise WebTrouble(f"The web process ended while starting: see {self.log}.")
            if time.monotonic() > deadline:
                self.stop()
                raise WebTrouble(f"The web process does not answer: see {self.log}.")
            waiting()
            time.sleep(0.05)

    def _command(self) -> tuple[str, ...]:
        return (
            *(sys.executable, "-m", "granian", "--interface", "asgi", "--factory"),
            *("--workers", "1", "--workers-kill-timeout", "5", "--no-access-log"),
            *("--host", HOST, "--port", str(self._settings.port), self._target),
        )

    def _environment(self) -> dict[str, str]:
        """Add what serves what is built; who signs in at the mail server is the worker's alone."""
        mine = super()._environment() | SERVING | {"PORT": str(self._settings.port)}
        return {name: said for name, said in mine.items() if name not in WORKERS_ALONE}

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(
                f"http://{HOST}:{self._settings.port}/healthz", timeout=5
            ) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError as error:
            return error.code == 404  # an app without the route still answers
        except OSError:
            return False


def require_free_port(port: int) -> None:
    """Raise WebTrouble, one sentence, when another program listens on the port.

    A web process of our own that is just ending is given two seconds.
    """
    deadline = time.monotonic() + 2
    while True:
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return
        if time.monotonic() > deadline:
            raise WebTrouble(
                f"Port {port} is taken by another program: stop it, or choose another with"
                f" PORT={port + 1 if port < 65535 else port - 1}."
            )
        time.sleep(0.05)
