"""The supervisor against what really happens to servers: kill -9, half-made folders, two starts."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from cma_app import postgres_place
from cma_app.postgres import EmbeddedPostgres, PostgresBusy, PostgresError, plain
from cma_app.settings import ROOT
from tests.platform.waiting import gone, until


def throwaway(home: Path, **options) -> EmbeddedPostgres:
    return EmbeddedPostgres(home, durable=False, **options)


def ask(url: str, query: str):
    with psycopg.connect(plain(url), autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchone() if cursor.description else None


def start_elsewhere(home: Path, *, die_with_us: bool = True) -> subprocess.Popen:
    """Start a server under a supervisor in another process, and return when it runs."""
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from cma_app.postgres import EmbeddedPostgres\n"
        f"EmbeddedPostgres(Path({str(home)!r}), durable=False, die_with_us={die_with_us}).start()\n"
        "print('up', flush=True)\n"
        "sys.stdin.read()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "up\n"
    return child


def end(child: subprocess.Popen) -> None:
    child.kill()
    child.communicate()


def server_pid(home: Path) -> int:
    return int((home / "postgres/data/postmaster.pid").read_text().splitlines()[0])


def test_it_starts_with_two_roles_that_pass_no_wall(own_home: Path):
    with throwaway(own_home) as server:
        assert ask(server.app_url, "SELECT current_user, current_database()") == ("cma_app", "cma")
        assert ask(server.owner_url, "SELECT current_user") == ("cma_owner",)
        for url in (server.app_url, server.owner_url):
            assert ask(
                url,
                "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
                " WHERE rolname = current_user",
            ) == (False, False, False, False)
        assert ask(
            server.owner_url,
            "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate"
            " FROM pg_database WHERE datname = 'cma'",
        ) == ("cma_owner", "UTF8", "C.UTF-8")
        ask(server.owner_url, "CREATE EXTENSION pg_trgm")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(server.app_url, "CREATE TABLE mine (id int)")


def test_only_loopback_and_only_with_the_password(own_home: Path):
    with throwaway(own_home) as server:
        shown = "SELECT setting FROM pg_settings WHERE name = '{}'"
        assert ask(server.superuser_url, shown.format("listen_addresses")) == ("127.0.0.1",)
        assert ask(server.superuser_url, shown.format("unix_socket_directories")) == ("",)
        rules = "SELECT array_agg(DISTINCT auth_method) FROM pg_hba_file_rules"
        assert ask(server.superuser_url, rules) == (["scram-sha-256"],)
        for role in ("postgres", "cma_owner", "cma_app"):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(f"postgresql://{role}:x@127.0.0.1:{server.port}/cma")


def test_the_passwords_are_ours_alone_and_stay(own_home: Path):
    with throwaway(own_home) as server:
        before = server.app_url
        for name in ("postgres_postgres", "postgres_cma_owner", "postgres_cma_app"):
            assert stat.S_IMODE((own_home / "keys" / name).stat().st_mode) == 0o600
        assert not (own_home / "postgres" / ".password").exists()
    with throwaway(own_home) as server:
        assert server.app_url == before  # the port is remembered, too


def test_it_never_runs_as_root(own_home: Path):
    with throwaway(own_home) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0
        assert server.data.stat().st_uid == Path(f"/proc/{server.pid}").stat().st_uid


def test_an_acknowledged_row_outlives_kill_9_of_the_server(own_home: Path):
    with EmbeddedPostgres(own_home) as server:
        ask(server.owner_url, "CREATE TABLE kept (id int)")
        ask(server.owner_url, "INSERT INTO kept VALUES (1)")
        killed, url = server.pid, server.owner_url
        os.kill(killed, signal.SIGKILL)
        until(server.ensure_running, what="the restart")
        assert server.pid != killed
        assert server.owner_url == url
        assert ask(url, "SELECT count(*) FROM kept") == (1,)
        assert not server.ensure_running()


def test_the_server_ends_with_a_killed_supervisor_and_starts_again(own_home: Path):
    child = start_elsewhere(own_home)
    pid = server_pid(own_home)
    end(child)
    if sys.platform.startswith("linux"):
        until(lambda: gone(pid), what="the server's end")
    with throwaway(own_home) as server:
        assert ask(server.app_url, "SELECT 1") == (1,)


def test_a_server_left_behind_is_ended_at_the_next_start(own_home: Path):
    child = start_elsewhere(own_home, die_with_us=False)
    pid = server_pid(own_home)
    end(child)
    assert not gone(pid)
    said: list[str] = []
    with throwaway(own_home, say=said.append) as server:
        assert gone(pid)
        assert server.pid != pid
        assert ask(server.app_url, "SELECT 1") == (1,)
    assert said == [f"Ending the database server left over from before (process {pid})"]


def test_a_stale_pid_file_with_a_stranger_s_number_ends_nobody(own_home: Path):
    with throwaway(own_home) as server:
        data = server.data
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        (data / "postmaster.pid").write_text(f"{stranger.pid}\n{data}\n0\n5432\n\n\n\nready\n")
        with throwaway(own_home) as server:
            assert ask(server.app_url, "SELECT 1") == (1,)
        assert stranger.poll() is None
    finally:
        end(stranger)


def test_a_second_supervisor_is_told_who_has_the_folder(own_home: Path):
    with throwaway(own_home), pytest.raises(PostgresBusy, match=f"process {os.getpid()}"):
        throwaway(own_home).start()


def test_a_command_may_use_the_server_that_runs(own_home: Path):
    with throwaway(own_home) as server:
        guest = throwaway(own_home).start(attach=True)
        assert guest.attached
        assert guest.app_url == server.app_url
        guest.stop()
        assert ask(server.app_url, "SELECT 1") == (1,)


def test_an_interrupted_first_start_leaves_nothing_in_the_way(own_home: Path):
    making = own_home / "postgres" / "data.making"
    making.mkdir(parents=True)
    (making / "PG_VERSION").write_text("18\n")
    with throwaway(own_home) as server:
        assert ask(server.app_url, "SELECT 1") == (1,)
    assert not making.exists()


@pytest.mark.parametrize("lost", ["PG_VERSION", "global/pg_control"])
def test_a_half_made_data_folder_is_one_sentence_and_is_left_alone(own_home: Path, lost: str):
    with throwaway(own_home) as server:
        data = server.data
    (data / lost).unlink()
    before = sorted(path.name for path in data.iterdir())
    with pytest.raises(PostgresError, match="is not whole") as caught:
        throwaway(own_home).start()
    assert "\n" not in caught.value.sentence
    assert sorted(path.name for path in data.iterdir()) == before


def test_another_major_version_is_never_crossed(own_home: Path):
    with throwaway(own_home) as server:
        data = server.data
    (data / "PG_VERSION").write_text("12\n")
    with pytest.raises(PostgresError, match="written by PostgreSQL 12 and this machine has"):
        throwaway(own_home).start()


def test_lost_passwords_are_one_sentence(own_home: Path):
    with throwaway(own_home):
        pass
    shutil.rmtree(own_home / "keys")
    with pytest.raises(PostgresError, match="is missing: put the keys folder back"):
        throwaway(own_home).start()
    assert not (own_home / "keys").exists()


def test_a_taken_port_is_left_to_who_has_it(own_home: Path):
    with throwaway(own_home) as server:
        port = server.port
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        with throwaway(own_home) as server:
            assert server.port != port
            assert ask(server.app_url, "SELECT 1") == (1,)


def test_a_home_that_is_a_file_is_one_sentence(own_home: Path):
    own_home.write_text("")
    with pytest.raises(PostgresError, match="cannot be used"):
        throwaway(own_home).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives the server to another user")
def test_under_a_closed_folder_the_data_is_put_where_its_user_can_reach(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(postgres_place, "SHELTER", own_home.parent / "shelter")
    closed = own_home.parent / "closed"
    closed.mkdir(mode=0o700)
    inside = closed / "home"
    with throwaway(inside) as server:
        assert ask(server.app_url, "SELECT 1") == (1,)
        outside = (inside / "postgres").resolve()
    assert (inside / "postgres").is_symlink()
    assert stat.S_IMODE(outside.stat().st_mode) == 0o700
    with throwaway(inside) as server:
        assert ask(server.app_url, "SELECT 1") == (1,)
    shutil.rmtree(outside)
    with pytest.raises(PostgresError, match="which is gone"):
        throwaway(inside).start()


def test_the_log_keeps_nothing_people_typed(own_home: Path):
    with throwaway(own_home) as server:
        ask(server.owner_url, "CREATE TABLE people (name text PRIMARY KEY)")
        ask(server.owner_url, "INSERT INTO people VALUES ('Canary Person')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            ask(server.owner_url, "INSERT INTO people VALUES ('Canary Person')")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            ask(server.owner_url, "SELECT cast('Canary Person' AS int)")
        log = server.log
    assert "ready to accept connections" in log.read_text()
    assert "Canary" not in log.read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives the server to another user")
def test_programs_in_a_closed_folder_are_copied_to_where_they_can_run(
    own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    original = postgres_place.find_binaries()
    installed = original.folder.parent
    closed = own_home.parent / "closed"
    closed.mkdir(mode=0o700)
    package = closed / installed.parent.name
    shutil.copytree(installed, package / installed.name, symlinks=True)
    libraries = installed.parent.with_name(f"{installed.parent.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, closed / libraries.name, symlinks=True)
    monkeypatch.setattr(postgres_place, "SHELTER", own_home.parent / "shelter")
    account = postgres_place.choose_account(own_home)
    hidden = postgres_place.Binaries(package / installed.name / "bin", original.version)
    assert not postgres_place.can_reach(hidden.folder / "postgres", account)
    copied = postgres_place.reachable_binaries(hidden, account)
    shutil.rmtree(closed)
    for name in ("postgres", "initdb", "psql"):
        command = postgres_place.as_account(account, copied.program(name), "--version")
        said = subprocess.run(command, capture_output=True, text=True, check=True)
        assert original.version in said.stdout
