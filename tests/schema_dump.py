"""The schema as text, before and after going down and up again."""

import subprocess

from sqlalchemy import create_engine, make_url, text

from alembic import command
from cma_app.postgres import EmbeddedPostgres
from cma_app.postgres_place import find_binaries
from tests.conftest import alembic_config

NAME = "cma_up_down_up"


def dump_after(postgres: EmbeddedPostgres) -> tuple[str, str]:
    """Return the schema of a fresh database after up, and after up, down, up."""
    admin = create_engine(postgres.superuser_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {NAME} OWNER cma_owner"))
    url = make_url(postgres.owner_url).set(database=NAME)
    try:
        config = alembic_config(url.render_as_string(hide_password=False))
        command.upgrade(config, "head")
        first = _dump(url.render_as_string(hide_password=False))
        command.downgrade(config, "base")
        command.upgrade(config, "head")
        return first, _dump(url.render_as_string(hide_password=False))
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {NAME} WITH (FORCE)"))
        admin.dispose()


def _dump(url: str) -> str:
    pg_dump = find_binaries().program("pg_dump")
    done = subprocess.run(
        [
            pg_dump,
            "--schema-only",
            "--restrict-key=same",
            f"--dbname={url.replace('+psycopg', '')}",
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout
