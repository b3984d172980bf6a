"""Our own small supervisor for the PostgreSQL that comes as a wheel.

Loopback only, scram passwords, never as root, one supervisor a folder. It outlives a kill -9 of
the server (reaped and started again) and of itself (the next start ends what is left over).
"""

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psycopg

from cma_app.keys import secret_file
from cma_app.postgres_parts import (
    end,
    free_port,
    leftover,
    lines_of,
    plain,
    plain_environment,
    reason,
    send,
    server_options,
    settle_database,
    settle_role,
)
from cma_app.postgres_place import (
    Account,
    Binaries,
    PostgresError,
    as_account,
    choose_account,
    cluster_folder,
    find_binaries,
    reachable_binaries,
)

__all__ = ["DATABASE", "EmbeddedPostgres", "PostgresBusy", "PostgresError", "plain"]

DATABASE = "cma"
SUPERUSER, OWNER, APP = "postgres", "cma_owner", "cma_app"
START_SECONDS = 120  # crash recovery after a hard stop may take a while
STOP_SECONDS = 30
LOG_BYTES = 10_000_000


class PostgresBusy(PostgresError):
    """Another process supervises this folder's PostgreSQL."""


class EmbeddedPostgres:
    """The PostgreSQL of one CMA_HOME: `start`, use the addresses, `stop`; or `with`.

    Start it from a thread that lives as long as the server should: Linux ends the server when
    that thread ends. `durable=False` is for tests: quick, and lost with the machine's power.
    """

    def __init__(
        self,
        home: Path,
        *,
        durable: bool = True,
        die_with_us: bool = True,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.home = home
        self.port = 0
        self.attached = False
        self._durable = durable
        self._death_signal = int(signal.SIGINT) if die_with_us else 0
        self._say = say
        self._child: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self._account = Account()
        self._binaries: Binaries | None = None

    # addresses

    @property
    def superuser_url(self) -> str:
        """The SQLAlchemy address of the superuser: role making and tests alone."""
        return self._url(SUPERUSER, "postgres")

    @property
    def superuser_database_url(self) -> str:
        """The superuser's address of our own database: backups, which must see every row."""
        return self._url(SUPERUSER, DATABASE)

    @property
    def owner_url(self) -> str:
        """The SQLAlchemy address of `cma_owner`, who owns the tables and migrates."""
        return self._url(OWNER, DATABASE)

    @property
    def app_url(self) -> str:
        """The SQLAlchemy address of `cma_app`, who serves and cannot pass row security."""
        return self._url(APP, DATABASE)

    @property
    def pid(self) -> int:
        """The server's process id; PostgresError when it is not ours to know."""
        if self._child is None:
            raise PostgresError("PostgreSQL is not running under this process.")
        return self._child.pid

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.home / "postgres" / "data"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.home / "logs" / "postgres.log"

    # life

    def start(self, *, attach: bool = False) -> Self:
        """Start the server, making what is missing, and return when it answers.

        With `attach`, use the server another process supervises; without, PostgresBusy then.
        PostgresError, with one sentence, for whatever keeps it from starting.
        """
        if not self._take_lock():
            if attach:
                return self._attach()
            raise PostgresBusy(
                f"Another process ({self._lock_owner()}) runs the database in {self.home}:"
                " stop it, or set CMA_HOME to another folder."
            )
        try:
            self._start_locked()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End the server in good order, and let another process have the folder."""
        if self._child is not None:
            end(self._child)
            self._child = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def ensure_running(self) -> bool:
        """Start the server again on its port if it died; whether that was needed."""
        if self._child is None or self._child.poll() is None:
            return False
        self._run_until_ready(keep_port=True)
        return True

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # the folder

    def _take_lock(self) -> bool:
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            if os.geteuid() == 0:
                self.home.chmod(self.home.stat().st_mode | 0o011)  # the database's user walks in
            file = (self.home / "postgres.lock").open("a+")
        except OSError as error:
            raise PostgresError(
                f"The folder {self.home} cannot be used: {error.strerror}."
            ) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._lock = file
        return True

    def _lock_owner(self) -> str:
        pid = (self.home / "postgres.lock").read_text().strip()
        return f"process {pid}" if pid else "just starting"

    def _start_locked(self) -> None:
        self._account = choose_account(self.data)
        cluster = cluster_folder(self.home, self._account)
        shutil.rmtree(cluster / "data.making", ignore_errors=True)
        self._check_data()
        major = None
        if self.data.exists():
            major = int((self.data / "PG_VERSION").read_text().split(".")[0])
        self._binaries = reachable_binaries(find_binaries(major), self._account)
        self._endleftover()
        if not self.data.exists():
            self._make_data(self._binaries, cluster)
        self._run_until_ready()
        self._settle_roles()

    def _check_data(self) -> None:
        """Raise a sentence when the data directory is there but is not whole."""
        if not self.data.exists():
            return
        whole = all((self.data / part).exists() for part in ("PG_VERSION", "global/pg_control"))
        if not whole:
            raise PostgresError(
                f"The database folder {self.data} is not whole (it has no PG_VERSION or no"
                " global/pg_control): put it back from a backup, or move it away to begin with"
                " an empty database."
            )
        if not self._secret(SUPERUSER).exists():
            raise PostgresError(
                f"The database's password {self._secret(SUPERUSER)} is missing: put the keys"
                f" folder back, or move {self.data} away to begin with an empty database."
            )

    def _make_data(self, binaries: Binaries, cluster: Path) -> None:
        """Make a data directory under another name, and give it its name when it is whole."""
        self._say("Making the database (PostgreSQL " + binaries.version + ")")
        making, word = cluster / "data.making", cluster / ".password"
        word.write_text(self._password(SUPERUSER))
        word.chmod(0o600)
        if self._account.other:
            os.chown(word, self._account.uid, self._account.gid)
        command = as_account(
            self._account,
            binaries.program("initdb"),
            f"--pgdata={making}",
            f"--username={SUPERUSER}",
            f"--pwfile={word}",
            "--auth=scram-sha-256",
            "--locale=C.UTF-8",
            "--encoding=UTF8",
            "--data-checksums",
            "--no-instructions",
            *([] if self._durable else ["--no-sync"]),
        )
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, env=plain_environment()
            )
        finally:
            word.unlink()
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            shutil.rmtree(making, ignore_errors=True)
            raise PostgresError(f"The database could not be made: {last}.")
        making.rename(self.data)

    def _endleftover(self) -> None:
        """End a server that a killed supervisor left behind on this data directory."""
        pid_file = self.data / "postmaster.pid"
        deadline = time.monotonic() + STOP_SECONDS
        asked = False
        while (pid := leftover(pid_file, self.data)) is not None:
            if not asked:
                self._say(f"Ending the database server left over from before (process {pid})")
                send(pid, signal.SIGINT)
                asked = True
            if time.monotonic() > deadline:
                send(pid, signal.SIGQUIT)
                deadline += STOP_SECONDS
            time.sleep(0.02)
        pid_file.unlink(missing_ok=True)  # its number may be a stranger's by now

    # the server

    def _run_until_ready(self, *, keep_port: bool = False) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            if not keep_port:
                self.port = free_port(lines_of(self.home / "postgres.port"))
            mark = self.log.stat().st_size if self.log.exists() else 0
            self._child = self._spawn()
            if self._wait_ready(self._child, deadline):
                (self.home / "postgres.port").write_text(str(self.port))
                return
            said = self._log_since(mark)
            # a race for the port, or the old server's helpers still letting go of its memory
            passing = ("could not bind", "could not create any TCP", "shared memory block")
            if time.monotonic() > deadline or not any(each in said for each in passing):
                raise PostgresError(f"PostgreSQL did not start: {reason(said)} (see {self.log}).")
            time.sleep(0.05)

    def _spawn(self) -> "subprocess.Popen[bytes]":
        assert self._binaries is not None
        self.log.parent.mkdir(mode=0o700, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.rename(self.log.with_suffix(".log.1"))
        program, place = self._binaries.program("postgres"), str(self.data.resolve())
        command = as_account(
            self._account,
            *(program, "-D", place, "-p", str(self.port), *server_options(durable=self._durable)),
            death_signal=self._death_signal,
        )
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=plain_environment(),
                cwd="/",
                start_new_session=True,  # Ctrl-C reaches us, and we end it in order
            )

    def _wait_ready(self, child: "subprocess.Popen[bytes]", deadline: float) -> bool:
        """Whether the server came up: its pid file says `ready`; False when it ended first."""
        pid_file = self.data / "postmaster.pid"
        while child.poll() is None:
            lines = lines_of(pid_file)
            if len(lines) >= 8 and lines[0] == str(child.pid) and lines[7].strip() == "ready":
                return True
            if time.monotonic() > deadline:
                end(child)
                return False
            time.sleep(0.01)
        return False

    def _log_since(self, mark: int) -> str:
        with self.log.open("rb") as log:
            log.seek(mark)
            return log.read().decode(errors="replace")

    def _attach(self) -> Self:
        """Use the server another process supervises, once it answers."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            port = lines_of(self.home / "postgres.port")
            if port and port[0].isdigit() and self._secret(APP).exists():
                self.port = int(port[0])
                try:
                    psycopg.connect(plain(self.app_url), connect_timeout=5).close()
                except psycopg.OperationalError:
                    pass
                else:
                    self.attached = True
                    return self
            if time.monotonic() > deadline:
                raise PostgresBusy(
                    f"Another process ({self._lock_owner()}) holds the database in {self.home}"
                    " and it does not answer."
                )
            time.sleep(0.05)

    def _settle_roles(self) -> None:
        passwords = {role: self._password(role) for role in (OWNER, APP)}
        with psycopg.connect(plain(self.superuser_url), autocommit=True) as connection:
            for role, password in passwords.items():
                settle_role(connection, role, password)
            settle_database(connection, DATABASE, owner=OWNER, reader=APP)

    def _secret(self, role: str) -> Path:
        return self.home / "keys" / f"postgres_{role}"

    def _password(self, role: str) -> str:
        return secret_file(self._secret(role), secrets.token_urlsafe(32).encode()).decode()

    def _url(self, role: str, database: str) -> str:
        return (
            f"postgresql+psycopg://{role}:{self._password(role)}@127.0.0.1:{self.port}/{database}"
        )
