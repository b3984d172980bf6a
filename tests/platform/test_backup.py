"""A real restore of the real schema: row for row, keys apart, all of it or nothing."""

import hashlib
import re
import shutil
import stat
import subprocess
import tarfile
import tempfile
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from cma_app.backup import OURS, BackupTrouble, back_up, restore
from cma_app.commands import admins, migrations
from cma_app.databases import Database, require_safe_role
from cma_app.keys import load_or_make_keys
from cma_app.postgres import EmbeddedPostgres, plain
from cma_app.postgres_place import find_binaries


def database_of(server: EmbeddedPostgres) -> Database:
    return Database(server.app_url, server.owner_url, server.superuser_database_url, server)


def walkable(folder: Path) -> Path:
    folder.chmod(0o755)  # the database's user walks through
    return folder / "home"


def digests(server: EmbeddedPostgres) -> dict[str, str]:
    """Every row of every table, as one hash a table."""
    found = {}
    with psycopg.connect(plain(server.superuser_database_url)) as connection:
        for schema, name in connection.execute(OURS).fetchall():
            table = sql.Identifier(schema, name)
            rows = connection.execute(
                sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(table)
            ).fetchall()
            found[name] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


def schema_of(server: EmbeddedPostgres) -> str:
    """Tables, constraints, policies, triggers, functions and grants, as pg_dump writes them."""
    done = subprocess.run(
        [
            find_binaries().program("pg_dump"),
            f"--dbname={plain(server.superuser_database_url)}",
            "--schema-only",
            "--restrict-key=same",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def bare(schema: str) -> str:
    """Leave out casts and brackets: a check on text comes back from a dump written otherwise."""
    return re.sub(r"::(character varying|text)|\[\]|[()]", "", schema)


def run(url: str, *statements: str) -> None:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture(scope="module")
def filled():
    """A migrated database with two people in it; every test leaves it as it was."""
    with (
        tempfile.TemporaryDirectory(prefix="cma-test-") as folder,
        EmbeddedPostgres(walkable(Path(folder)), durable=False) as server,
    ):
        load_or_make_keys(server.home)
        migrations.upgrade(server.owner_url, server.app_url)
        database = database_of(server)
        for name in ("Ada Byron", "Mary Somerville"):
            word = name.split()[0].lower()
            admins.create_admin(database, username=word, email=f"{word}@example.org", name=name)
        yield server


def test_a_restore_elsewhere_gives_the_same_rows_walls_and_schema(
    filled: EmbeddedPostgres, own_home: Path, tmp_path: Path
):
    file, other_home = tmp_path / "cma.backup", own_home
    manifest = back_up(database_of(filled), filled.home, file)
    assert manifest.rows["public.users"] == 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    shutil.copytree(filled.home / "keys", other_home / "keys")  # brought by hand, from elsewhere
    with EmbeddedPostgres(other_home, durable=False) as other:
        restore(database_of(other), other_home, file, overwrite=False)
        assert digests(other) == digests(filled)
        assert bare(schema_of(other)) == bare(schema_of(filled))
        require_safe_role(other.app_url)
        with psycopg.connect(plain(other.app_url)) as connection:
            seen = connection.execute("SELECT count(*) FROM users").fetchone()
        assert seen == (0,)  # no centre in force: row security came along
        migrations.check(other.owner_url, other.app_url)
        admins.create_admin(database_of(other), username="next", email="n@example.org", name="N")


def test_the_owner_alone_backs_up_every_row(filled: EmbeddedPostgres, tmp_path: Path):
    external = Database(filled.app_url, filled.owner_url, filled.owner_url)
    assert back_up(external, filled.home, tmp_path / "cma.backup").rows["public.users"] == 2
    run(filled.superuser_database_url, "DROP POLICY platform ON users")
    with pytest.raises(BackupTrouble, match="does not see every row of users"):
        back_up(external, filled.home, tmp_path / "second.backup")
    assert not (tmp_path / "second.backup").exists()
    run(
        filled.owner_url,
        "CREATE POLICY platform ON users TO cma_owner USING (true) WITH CHECK (true)",
    )


def test_no_key_and_no_password_is_in_the_file(filled: EmbeddedPostgres, tmp_path: Path):
    file = tmp_path / "cma.backup"
    back_up(database_of(filled), filled.home, file)
    with tarfile.open(file) as archive:
        assert archive.getnames() == ["manifest.json", "database.dump"]
        archive.extractall(tmp_path / "out", filter="data")
    held = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    load_or_make_keys(filled.home)
    for key in (filled.home / "keys").iterdir():
        assert key.read_bytes() not in held
        assert key.read_bytes().hex().encode() not in held


def test_a_database_with_tables_is_overwritten_only_when_asked(
    filled: EmbeddedPostgres, tmp_path: Path
):
    file = tmp_path / "cma.backup"
    back_up(database_of(filled), filled.home, file)
    before = digests(filled)
    run(filled.owner_url, "CREATE TABLE later (id int)")
    with pytest.raises(BackupTrouble, match="not empty"):
        restore(database_of(filled), filled.home, file, overwrite=False)
    assert "later" in digests(filled)
    restore(database_of(filled), filled.home, file, overwrite=True)
    assert digests(filled) == before


def test_a_restore_that_fails_changes_nothing(filled: EmbeddedPostgres, tmp_path: Path):
    file = tmp_path / "cma.backup"
    back_up(database_of(filled), filled.home, file)
    before = digests(filled)
    broken = tmp_path / "broken.backup"
    held = bytearray(file.read_bytes())
    held[len(held) // 2] ^= 1
    broken.write_bytes(held)
    with pytest.raises(BackupTrouble, match="is damaged"):
        restore(database_of(filled), filled.home, broken, overwrite=True)
    run(filled.superuser_database_url, "ALTER ROLE cma_app RENAME TO somebody")
    try:
        with pytest.raises(BackupTrouble, match="psql did not finish"):
            restore(database_of(filled), filled.home, file, overwrite=True)
    finally:
        run(filled.superuser_database_url, "ALTER ROLE somebody RENAME TO cma_app")
    assert digests(filled) == before
    assert list((filled.home / "tmp").iterdir()) == []


def test_other_keys_are_refused_before_anything_is_touched(
    filled: EmbeddedPostgres, tmp_path: Path
):
    file = tmp_path / "cma.backup"
    back_up(database_of(filled), filled.home, file)
    with pytest.raises(BackupTrouble, match="made with other keys"):
        restore(database_of(filled), tmp_path / "other", file, overwrite=True)


def test_what_is_not_a_backup_is_one_sentence(filled: EmbeddedPostgres, tmp_path: Path):
    stray = tmp_path / "stray"
    stray.write_text("not a backup")
    for file, words in ((stray, "not a whole backup"), (tmp_path / "none", "There is no file")):
        with pytest.raises(BackupTrouble, match=words):
            restore(database_of(filled), filled.home, file, overwrite=True)
    with pytest.raises(BackupTrouble, match="exists already"):
        back_up(database_of(filled), filled.home, stray)
    assert stray.read_text() == "not a backup"
