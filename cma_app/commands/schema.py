"""Migrations: to the newest, and whether the models and the migrations agree."""

import tempfile
from pathlib import Path

import psycopg

from cma_app.databases import Database, Say
from cma_app.errors import CmaError
from cma_app.postgres import EmbeddedPostgres, plain
from cma_app.revisions import newest_revision, revision_of


class SchemaTrouble(CmaError):
    """The migrations could not run, or do not match the models."""


def is_current(database: Database) -> bool:
    """Whether the schema is at the newest revision, asked without loading the migrations."""
    with psycopg.connect(plain(database.owner_url or database.app_url)) as connection:
        return revision_of(connection) == newest_revision()


def migrate(database: Database, say: Say) -> None:
    """Bring the schema to the newest revision; SchemaTrouble, one sentence, when it cannot be."""
    from cma_app.commands import migrations  # noqa: PLC0415 - a second, saved at every start

    say("Bringing the schema up to date")
    migrations.upgrade(database.owner, database.app_url)


def check_schema(say: Say) -> None:
    """Migrate a throwaway database and raise SchemaTrouble unless the models agree with it."""
    from cma_app.commands import migrations  # noqa: PLC0415 - as above

    with (
        tempfile.TemporaryDirectory(prefix="cma-check-") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as server,
    ):
        migrations.upgrade(server.owner_url, server.app_url)
        migrations.check(server.owner_url, server.app_url)
    say("Models and migrations agree.")
