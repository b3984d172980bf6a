"""`cma` as an operator uses it: in a process of its own, by what it prints."""

import re
import socket
import subprocess
import sys
import tarfile
from pathlib import Path

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from cma_app.commands import demonstration, migrations
from cma_app.commands.schema import SchemaTrouble, is_current
from cma_app.databases import Database
from cma_app.errors import Refused
from cma_app.postgres import EmbeddedPostgres, plain
from cma_app.revisions import newest_revision
from cma_app.settings import ROOT, child_environment

OURS = ("PORT", "DATABASE_URL", "DATABASE_OWNER_URL", "CMA_HOME")


def cma(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in child_environment().items() if name not in OURS}
    return subprocess.run(
        [sys.executable, "-m", "cma_app.cli", *arguments],
        cwd=ROOT,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The only complaint, where nothing but a complaint came."""
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (said,) = done.stderr.splitlines()
    assert said.startswith("cma: ")
    assert said.endswith(".")
    return said


def test_a_wrong_setting_is_one_sentence():
    assert "PORT cannot be 'x'" in one_sentence(cma("doctor", PORT="x"))


def test_a_taken_port_is_one_sentence(own_home: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = one_sentence(cma("serve", PORT=str(port), CMA_HOME=str(own_home)))
    assert f"Port {port} is taken" in said
    assert not own_home.exists()


def test_a_wrong_address_is_one_sentence(own_home: Path):
    url = "postgresql://cma_app:hidden@127.0.0.1:1/cma"
    said = one_sentence(cma("migrate", DATABASE_URL=url, CMA_HOME=str(own_home)))
    assert "DATABASE_URL cannot be used: nothing answers" in said
    assert "hidden" not in said


def test_from_nothing_to_a_backup_and_back(own_home: Path, tmp_path: Path):
    here = {"CMA_HOME": str(own_home)}
    file = tmp_path / "cma.backup"
    assert "The schema is current." in cma("migrate", **here).stdout
    person = ("--username", "ada", "--email", "ada@example.org", "--name", "Ada Byron")
    added = cma("create-admin", *person, **here)
    assert re.search(r"shown only now: \w{5}-\w{5}-\w{5}\n", added.stdout)
    assert "already is somebody" in one_sentence(cma("create-admin", *person, **here))
    assert "no second factor" in one_sentence(cma("reset-factor", "Ada", **here))
    assert "keys are not in it" in cma("backup", str(file), **here).stdout
    assert tarfile.is_tarfile(file)
    assert "not empty" in one_sentence(cma("restore", str(file), **here))
    assert "rows restored" in cma("restore", str(file), "--yes", **here).stdout
    examined = cma("doctor", **here).stdout
    assert "The schema is current" in examined
    assert "0 centres of your own, 0 of the demo" in examined
    with EmbeddedPostgres(own_home, durable=False) as server:
        with psycopg.connect(plain(server.owner_url)) as connection:
            held = connection.execute(
                "SELECT role, must_change_password, password_hash LIKE '$argon2id$%' FROM users"
            ).fetchall()
        assert held == [("admin", True, True)]
        busy = one_sentence(cma("restore", str(file), "--yes", **here))
        assert "Another process" in busy  # a restore never runs beside a server in use


def test_the_history_is_one_line_and_is_read_as_alembic_reads_it():
    config = migrations.migration_config("postgresql://o@h/c", "postgresql://a@h/c")
    assert ScriptDirectory.from_config(config).get_heads() == [newest_revision()]


@pytest.fixture
def empty(postgres: EmbeddedPostgres):
    """A migrated database of its own, without anybody in it."""
    name = "cma_commands"
    with psycopg.connect(plain(postgres.superuser_url), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER cma_owner")
        owner, app = (
            make_url(url).set(database=name).render_as_string(hide_password=False)
            for url in (postgres.owner_url, postgres.app_url)
        )
        migrations.upgrade(owner, app)
        yield Database(app, owner, owner)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def add_centre(database: Database, code: str, *, demo: bool) -> None:
    with psycopg.connect(plain(database.owner), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO centres (name, code, nation, status, settings)"
            " VALUES (%s, %s, 'england', 'active', %s::jsonb)",
            [f"Centre {code}", code, '{"demo": true}' if demo else "{}"],
        )


def test_the_demo_is_refused_beside_a_real_centre(empty: Database):
    add_centre(empty, "D", demo=True)
    assert demonstration.look(empty) == demonstration.Found(demo=1, real=())
    assert not demonstration.load_demo(empty, print)  # it is there already
    add_centre(empty, "R", demo=False)
    with pytest.raises(Refused, match=r"holds a real centre \(Centre R\)"):
        demonstration.load_demo(empty, print)


def test_a_revision_of_the_future_is_one_sentence(empty: Database):
    assert is_current(empty)
    with psycopg.connect(plain(empty.owner), autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert not is_current(empty)
    with pytest.raises(SchemaTrouble, match="does not know"):
        migrations.upgrade(empty.owner, empty.app_url)


def test_the_lock_names_no_place_and_checks_every_file():
    text = (ROOT / "requirements.lock").read_text() + (ROOT / "requirements/uv.txt").read_text()
    assert "://" not in text
    assert " @ " not in text
    for line in text.splitlines():
        assert not line.startswith("-"), line
    pinned = re.split(r"\n(?=[a-z0-9])", (ROOT / "requirements.lock").read_text())
    for package in pinned:
        assert re.match(r"[a-z0-9][a-z0-9._-]*==\S+", package), package
        assert "--hash=sha256:" in package, package
