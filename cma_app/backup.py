"""One file that holds the whole database, and the way back; the keys are never in it.

The file is a tar of `manifest.json` and `database.dump` (pg_dump's custom format). The manifest
names the keys by fingerprint, so that a restore beside other keys is refused and not regretted.
"""

import hashlib
import io
import itertools
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import conninfo, sql

from cma_app.clock import now
from cma_app.databases import Database
from cma_app.errors import CmaError
from cma_app.keys import load_or_make_keys
from cma_app.postgres import plain
from cma_app.postgres_parts import plain_environment
from cma_app.postgres_place import find_binaries

FORMAT = 1
MANIFEST, DUMP = "manifest.json", "database.dump"
OURS = (
    "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
    " ORDER BY 1, 2"
)
CLEAR = "SET client_min_messages = warning; DROP OWNED BY CURRENT_USER CASCADE"
"""Empties the owner's database within the restore's own transaction."""

NEWER_SETTING, HEAD_LINES = b"SET transaction_timeout", 40
"""What pg_restore 17 writes at the top and a server before 17 does not know; 0 is its default."""


class BackupTrouble(CmaError):
    """A backup could not be made, read or put back; the sentence says why."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    made_at: str
    revision: str
    server_version: int
    keys: str
    sha256: str
    rows: dict[str, int]


def back_up(database: Database, home: Path, file: Path) -> Manifest:
    """Write the database to a new file, readable by us alone, and return what is in it."""
    if database.dump_url is None:
        raise BackupTrouble("A backup needs DATABASE_OWNER_URL: the role that sees every row.")
    if file.exists():
        raise BackupTrouble(f"{file} exists already; a backup never overwrites a file.")
    if not file.absolute().parent.is_dir():
        raise BackupTrouble(f"There is no folder {file.absolute().parent} for the backup.")
    with tempfile.TemporaryDirectory(prefix=".cma-backup-", dir=file.absolute().parent) as folder:
        dump, made = Path(folder) / DUMP, Path(folder) / "backup"
        with psycopg.connect(plain(database.dump_url)) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            flags = _row_security(connection)
            snapshot = _one(connection, "SELECT pg_export_snapshot()")
            arguments = ("--format=custom", "--no-owner", f"--snapshot={snapshot}", *flags)
            _run("pg_dump", database.dump_url, *arguments, f"--file={dump}")
            manifest = Manifest(
                format=FORMAT,
                made_at=now().isoformat(timespec="seconds"),
                revision=_revision(connection),
                server_version=connection.info.server_version,
                keys=load_or_make_keys(home).fingerprint(),
                sha256=_digest(dump),
                rows=row_counts(connection),
            )
        _pack(made, manifest, dump)
        os.link(made, file)  # whole or not at all, and never over another file
    return manifest


def restore(database: Database, home: Path, file: Path, *, overwrite: bool) -> Manifest:
    """Put a backup back, all of it or nothing, and return what it says of itself.

    Refused when the database holds tables, unless `overwrite`; and beside other keys.
    """
    with tempfile.TemporaryDirectory(prefix="restore-", dir=_private(home)) as folder:
        dump, script = Path(folder) / DUMP, Path(folder) / "restore.sql"
        manifest = _unpack(file, dump)
        if manifest.keys != load_or_make_keys(home).fingerprint():
            raise BackupTrouble(
                f"This backup was made with other keys than those in {home / 'keys'}: put its"
                " keys back first, or no National Insurance number could be read."
            )
        with psycopg.connect(plain(database.owner)) as connection:
            full = bool(connection.execute(OURS).fetchall())
            if full and not overwrite:
                raise BackupTrouble(
                    "The database is not empty: what is in it would be gone. Say --yes to"
                    " overwrite it."
                )
        _make_script(dump, script)
        _run(
            "psql",
            database.owner,
            *("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"),
            *(f"--command={CLEAR}", f"--file={script}"),
        )
    with psycopg.connect(plain(database.dump_url or database.owner)) as connection:
        found = row_counts(connection)
    if found != manifest.rows:
        raise BackupTrouble("The restored tables do not hold as many rows as the backup says.")
    return manifest


def row_counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Return how many rows this role sees in each table of ours, by `schema.table`."""
    tables = connection.execute(OURS).fetchall()
    count = sql.SQL("SELECT count(*) FROM {}.{}")
    return {
        f"{schema}.{name}": int(
            _one(connection, count.format(sql.Identifier(schema), sql.Identifier(name)))
        )
        for schema, name in tables
    }


def _row_security(connection: psycopg.Connection[Any]) -> tuple[str, ...]:
    """Return what pg_dump needs to see every row; BackupTrouble when a policy would hide some."""
    passes = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    if _one(connection, passes):
        return ()
    hidden = connection.execute(
        """SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity
           AND (c.relforcerowsecurity OR NOT pg_has_role(current_user, c.relowner, 'MEMBER'))
           AND NOT EXISTS (
             SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd IN ('*', 'r')
               AND p.polpermissive AND pg_get_expr(p.polqual, p.polrelid) = 'true'
               AND (SELECT oid FROM pg_roles WHERE rolname = current_user) = ANY (p.polroles))"""
    ).fetchall()
    if hidden:
        raise BackupTrouble(
            f"The owner's role does not see every row of {hidden[0][0]}: give it a policy that"
            " does, or back up as a role with BYPASSRLS."
        )
    return ("--enable-row-security",)


def _make_script(dump: Path, script: Path) -> None:
    """Turn the dump into SQL, whole, before anything is touched."""
    whole = script.with_suffix(".whole")
    program = (find_binaries().program("pg_restore"), "--no-owner", f"--file={whole}", str(dump))
    done = subprocess.run(
        program, capture_output=True, text=True, check=False, env=plain_environment()
    )
    if done.returncode:
        raise BackupTrouble(f"The backup cannot be read: {_last(done.stderr)}.")
    with whole.open("rb") as source, script.open("wb") as target:
        for line in itertools.islice(source, HEAD_LINES):
            target.write(b"\n" if line.startswith(NEWER_SETTING) else line)
        shutil.copyfileobj(source, target)


def _run(program: str, url: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on an address, its password in the environment alone."""
    info = conninfo.conninfo_to_dict(plain(url))
    password = str(info.pop("password", "") or "")
    address = conninfo.make_conninfo("", **{key: str(info[key]) for key in info})
    environment = plain_environment() | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run(
        [find_binaries().program(program), f"--dbname={address}", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    if done.returncode:
        raise BackupTrouble(f"{program} did not finish: {_last(done.stderr)}.")


def _last(said: str) -> str:
    """Return the first complaint, which is the reason, without the data that may follow it."""
    lines = [line.strip() for line in said.splitlines() if "error" in line.lower()]
    return (lines or said.strip().splitlines() or ["no reason given"])[0][:300]


def _pack(made: Path, manifest: Manifest, dump: Path) -> None:
    note = json.dumps(asdict(manifest), indent=1).encode()
    with tarfile.open(made, "w", format=tarfile.PAX_FORMAT) as archive:
        head = tarfile.TarInfo(MANIFEST)
        head.size, head.mode = len(note), 0o600
        archive.addfile(head, io.BytesIO(note))
        archive.add(dump, DUMP, filter=_anonymous)
    made.chmod(0o600)
    with made.open("rb") as file:
        os.fsync(file.fileno())


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _unpack(file: Path, dump: Path) -> Manifest:
    """Read a backup's two members by name, and check the dump against the manifest."""
    try:
        with tarfile.open(file, "r:") as archive:
            manifest = Manifest(**json.loads(_member(archive, MANIFEST).read()))
            with dump.open("xb") as target:
                shutil.copyfileobj(_member(archive, DUMP), target)
    except FileNotFoundError:
        raise BackupTrouble(f"There is no file {file}.") from None
    except (tarfile.TarError, KeyError, TypeError, ValueError, OSError):
        raise BackupTrouble(f"{file} is not a whole backup of this system.") from None
    if manifest.format != FORMAT:
        raise BackupTrouble(f"{file} is a backup of another version (format {manifest.format}).")
    if _digest(dump) != manifest.sha256:
        raise BackupTrouble(f"{file} is damaged: its contents are not what was written.")
    return manifest


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    found = archive.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _revision(connection: psycopg.Connection[Any]) -> str:
    if _one(connection, "SELECT to_regclass('public.alembic_version')") is None:
        return ""
    return str(_one(connection, "SELECT max(version_num) FROM public.alembic_version") or "")


def _one(connection: psycopg.Connection[Any], query: Any) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def _private(home: Path) -> Path:
    folder = home / "tmp"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
