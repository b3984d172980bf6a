"""The web process under our eye: one port on loopback for page, socket and routes."""

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
    "PYTHONUNBUFFERED": "1",
}


class WebTrouble(CmaError):
    """The web process cannot be started or kept up; the sentence says what to do."""


class WebProcess:
    """One web process: `start`, `poll`, `stop`."""

    def __init__(
        self, chosen: Settings, *, root: Path = ROOT, target: str = "cma_app.cma_app:app"
    ) -> None:
        self._settings = chosen
        self._root = root
        self._target = target
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """What people type."""
        return f"http://localhost:{self._settings.port}"

    @property
    def log(self) -> Path:
        """Where the process writes."""
        return self._settings.home / "logs" / "web.log"

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._child.pid if self._child is not None and self.alive else None

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._child is not None and self._child.poll() is None

    def start(self, waiting: Callable[[], None] = lambda: None) -> None:
        """Start it and return when it answers; WebTrouble when the port is taken or it fails.

        `waiting` is called while we wait, so that the database is looked after meanwhile.
        """
        require_free_port(self._settings.port)
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.rename(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self._command(),
                cwd=self._root,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            if not self.alive:
                raise WebTrouble(f"The web process ended while starting: see {self.log}.")
            if time.monotonic() > deadline:
                self.stop()
                raise WebTrouble(f"The web process does not answer: see {self.log}.")
            waiting()
            time.sleep(0.05)

    def stop(self) -> None:
        """End it and what it started, in order if it can."""
        if self._child is not None:
            end_group(self._child, signal.SIGTERM, STOP_SECONDS)
            self._child = None

    def _command(self) -> list[str]:
        granian = (
            *(sys.executable, "-m", "granian", "--interface", "asgi", "--factory"),
            *("--workers", "1", "--workers-kill-timeout", "5", "--no-access-log"),
            *("--host", HOST, "--port", str(self._settings.port), self._target),
        )
        return as_account(Account(), *granian, death_signal=signal.SIGTERM)

    def _environment(self) -> dict[str, str]:
        """Hand the web process the address it serves with, and never the owner's."""
        mine = self._settings
        environment = build_environment() | SERVING
        environment.pop("DATABASE_OWNER_URL", None)
        return environment | {
            "DATABASE_URL": mine.serving_url,
            "CMA_HOME": str(mine.home),
            "PORT": str(mine.port),
            "PYTHONPATH": str(self._root),
        }

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
