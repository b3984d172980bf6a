"""The parts of the supervisor that know one thing each: signals, ports, logs, roles."""

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from cma_app.postgres_place import PostgresError

STOP_SECONDS = 30

SERVER_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": "60",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    # what people typed stays out of the log
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_min_messages": "log",  # an error may quote the value; whoever asked is told it
    "log_error_verbosity": "terse",
}
THROWAWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def server_options(*, durable: bool) -> list[str]:
    """Return the server's settings as arguments; not durable is for tests alone."""
    chosen = SERVER_SETTINGS | ({} if durable else THROWAWAY_SETTINGS)
    return [f"--{name}={value}" for name, value in chosen.items()]


def plain(url: str) -> str:
    """Return an SQLAlchemy address as psycopg and PostgreSQL's own programs take it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def free_port(remembered: Sequence[str]) -> int:
    """Return the port used last time if it is free, else one the system gives."""
    wishes = [int(remembered[0])] if remembered and remembered[0].isdigit() else []
    for wish in [*wishes, 0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", wish))
                return int(probe.getsockname()[1])
    raise PostgresError("There is no free port on loopback for PostgreSQL.")


def settle_role(connection: psycopg.Connection[Any], role: str, password: str) -> None:
    """Make a role that signs in and can do nothing above its grants, or bring it back to that."""
    name = sql.Identifier(role)
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    if known.fetchone() is None:
        connection.execute(sql.SQL("CREATE ROLE {}").format(name))
    verifier = connection.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    )
    rights = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
    connection.execute(
        sql.SQL("ALTER ROLE {} {} PASSWORD {}").format(
            name, sql.SQL(rights), sql.Literal(verifier.decode())
        )
    )


def settle_database(
    connection: psycopg.Connection[Any], database: str, *, owner: str, reader: str
) -> None:
    """Make the database for its owner, which `reader` may enter and nobody else."""
    name = sql.Identifier(database)
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
    if known.fetchone() is None:
        made = sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(owner))
        connection.execute(made)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    entered = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}")
    connection.execute(entered.format(name, sql.Identifier(reader)))


def plain_environment() -> dict[str, str]:
    """Return the little environment PostgreSQL's own programs need."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def lines_of(path: Path) -> list[str]:
    """Return a small file's lines, none when it cannot be read."""
    try:
        return path.read_text().splitlines()
    except OSError:
        return []


def leftover(pid_file: Path, data: Path) -> int | None:
    """Return the pid of a live server on this data directory, or None."""
    lines = lines_of(pid_file)
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    return pid if f"-D {data.resolve()} " in _command_line(pid) else None


def _command_line(pid: int) -> str:
    proc = Path("/proc")
    if (proc / "self").exists():  # a machine may have no `ps`
        try:
            return (proc / str(pid) / "cmdline").read_text().replace("\0", " ")
        except OSError:
            return ""
    command = ["ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process that may have gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def end(child: "subprocess.Popen[bytes]") -> None:
    """End a server: first in order, then at once; either way it is reaped."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if child.poll() is not None:
            return
        send(child.pid, number)
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue


def end_group(child: "subprocess.Popen[bytes]", first: signal.Signals, seconds: float) -> None:
    """End a child that leads its own group, and whatever it left behind; it is reaped."""
    if child.poll() is None:
        send(child.pid, first)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def reason(said: str) -> str:
    """Return what the server's log gives as the reason it ended."""
    fatal = [line.partition("FATAL:")[2].strip() for line in said.splitlines() if "FATAL:" in line]
    return fatal[0] if fatal else "it ended without giving a reason"
