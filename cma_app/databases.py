"""Finds the database a command works on, ours or the operator's, and refuses an unsafe role."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from pydantic import SecretStr

from cma_app.errors import CmaError
from cma_app.keys import KeyTrouble, keys_present, load_or_make_keys
from cma_app.postgres import EmbeddedPostgres, PostgresError, plain
from cma_app.postgres_place import OLDEST
from cma_app.settings import clear_settings, settings, use_settings

Say = Callable[[str], None]
KEY_NOTE = "cma keys "

_ROLE = """
SELECT current_user AS name,
  EXISTS (SELECT FROM pg_roles
          WHERE rolsuper AND pg_has_role(current_user, oid, 'MEMBER')) AS is_superuser,
  EXISTS (SELECT FROM pg_roles
          WHERE rolbypassrls AND pg_has_role(current_user, oid, 'MEMBER')) AS passes_rls,
  EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%'
            AND n.nspname <> 'information_schema'
            AND pg_has_role(current_user, c.relowner, 'MEMBER')) AS owns_tables,
  EXISTS (SELECT FROM pg_database
          WHERE datname = current_database()
            AND pg_has_role(current_user, datdba, 'MEMBER')) AS owns_database
"""
UNSAFE = ("is a superuser", "has BYPASSRLS", "owns tables", "owns the database")


class UnsafeRole(CmaError):
    """The role that should serve could pass the walls between centres."""


@dataclass(frozen=True)
class Database:
    """The addresses in force; `server` is ours, or None for an external PostgreSQL."""

    app_url: str
    owner_url: str | None
    dump_url: str | None
    """A role that sees every row: the superuser of ours, the owner of an external one."""
    server: EmbeddedPostgres | None = None

    @property
    def owner(self) -> str:
        """The owner's address; one sentence when the operator gave none."""
        if self.owner_url is None:
            raise PostgresError(
                "This needs DATABASE_OWNER_URL, the address of the role that owns the tables."
            )
        return self.owner_url


@contextmanager
def open_database(say: Say, *, attach: bool = True) -> Iterator[Database]:
    """Give the database while the block runs, and put its addresses in the settings.

    With no DATABASE_URL it starts ours, or, with `attach`, uses the one that already runs.
    """
    given = settings()
    if not given.embedded:
        owner = given.owner_url if given.database_owner_url else None
        for url, name in ((given.serving_url, "DATABASE_URL"), (owner, "DATABASE_OWNER_URL")):
            if url:
                check_reachable(url, name)
        yield Database(given.serving_url, owner, owner)
        return
    _require_keys(given.home)
    server = EmbeddedPostgres(given.home, say=say).start(attach=attach)
    try:
        use_settings(
            given.model_copy(
                update={
                    "database_url": SecretStr(server.app_url),
                    "database_owner_url": SecretStr(server.owner_url),
                }
            )
        )
        yield Database(server.app_url, server.owner_url, server.superuser_database_url, server)
    finally:
        clear_settings()
        server.stop()


def _require_keys(home: Path) -> None:
    """Make the keys with the first database; later a missing one is a sentence."""
    if (home / "postgres").exists() and not keys_present(home):
        raise KeyTrouble(
            f"There is a database in {home} and its keys in {home / 'keys'} are missing: put"
            " them back, or no National Insurance number can be read."
        )
    load_or_make_keys(home)


def settle_keys(database: Database, home: Path, *, restored: bool = False) -> None:
    """Write the name of our keys on the database, and refuse a database made with others.

    The name is a fingerprint, kept as the database's comment where its owner may set one. After
    a restore, which compared the keys itself, it replaces the name of what was there before.
    """
    address = database.owner_url or database.app_url
    with psycopg.connect(plain(address), autocommit=True) as connection:
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
            " WHERE datname = current_database()"
        ).fetchone()
        noted = str(row[0] or "") if row else ""
        named = noted.startswith(KEY_NOTE) and not restored
        known = noted.removeprefix(KEY_NOTE) if named else None
        if known is not None and (not keys_present(home) or known != _mark(home)):
            raise KeyTrouble(
                f"The database was made with other keys than those in {home / 'keys'}: put its"
                " own keys back, or no National Insurance number can be read."
            )
        if known is None and database.owner_url:
            with suppress(psycopg.errors.InsufficientPrivilege):
                connection.execute(
                    sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                        sql.Identifier(connection.info.dbname),
                        sql.Literal(KEY_NOTE + _mark(home)),
                    )
                )


def _mark(home: Path) -> str:
    return load_or_make_keys(home).fingerprint()


def check_reachable(url: str, name: str) -> None:
    """Raise PostgresError, one sentence without the password, unless the address answers."""
    address = urlsplit(url)
    place = f"{address.hostname or 'localhost'}:{address.port or 5432}"
    try:
        with psycopg.connect(plain(url), connect_timeout=5) as connection:
            version = connection.info.server_version // 10000
    except psycopg.OperationalError as error:
        raise PostgresError(f"{name} cannot be used: {_why(error, place)}.") from None
    except psycopg.ProgrammingError:
        raise PostgresError(f"{name} is not a PostgreSQL address.") from None
    if version < OLDEST:
        raise PostgresError(f"{name} is PostgreSQL {version}; {OLDEST} or newer is needed.")


def _why(error: psycopg.OperationalError, place: str) -> str:
    said = str(error)
    if "password authentication failed" in said or "no password supplied" in said:
        return f"the server at {place} refuses the name or the password"
    if "does not exist" in said:
        return f"the server at {place} has no such database or role"
    if "resolve" in said or "Name or service" in said:
        return f"no machine answers to the name in {place}"
    return f"nothing answers as PostgreSQL at {place}"


def assert_safe_role(connection: psycopg.Connection[Any]) -> None:
    """Raise UnsafeRole when this connection's role could pass the walls between centres.

    A superuser, a role with BYPASSRLS and an owner of the tables can; so can a member of one.
    """
    row = connection.execute(_ROLE).fetchone()
    assert row is not None
    name, *found = row
    for unsafe, what in zip(found, UNSAFE, strict=True):
        if unsafe:
            raise UnsafeRole(
                f"DATABASE_URL signs in as {name}, which {what} and so passes row security:"
                " give the app a role of its own (docs/RUNNING.md, Your own PostgreSQL)."
            )


def require_safe_role(app_url: str) -> None:
    """Raise UnsafeRole when the address that should serve could pass the walls."""
    with psycopg.connect(plain(app_url), connect_timeout=5) as connection:
        assert_safe_role(connection)
