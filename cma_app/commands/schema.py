"""Migrations: to the newest, and whether the models and the migrations agree."""

import tempfile
from pathlib import Path

from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from alembic import command
from cma_app.databases import Database, Say
from cma_app.errors import CmaError
from cma_app.postgres import EmbeddedPostgres
from cma_app.settings import ROOT


class SchemaTrouble(CmaError):
    """The migrations could not run, or do not match the models."""


def migration_config(owner_url: str, app_url: str) -> Config:
    """Return alembic's configuration for one database."""
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["url"] = owner_url
    config.attributes["app_role"] = make_url(app_url).username
    return config


def migrate(database: Database, say: Say) -> None:
    """Bring the schema to the newest revision; SchemaTrouble, one sentence, when it cannot be."""
    say("Bringing the schema up to date")
    try:
        command.upgrade(migration_config(database.owner, database.app_url), "head")
    except CommandError as error:
        raise SchemaTrouble(
            f"The database is at a revision this version of the project does not know ({error})."
        ) from None
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise SchemaTrouble(
            f"A migration did not run, and nothing of it was kept: {reason}."
        ) from error


def check_schema(say: Say) -> None:
    """Migrate a throwaway database and raise SchemaTrouble unless the models agree with it."""
    with (
        tempfile.TemporaryDirectory(prefix="cma-check-") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as server,
    ):
        config = migration_config(server.owner_url, server.app_url)
        command.upgrade(config, "head")
        try:
            command.check(config)
        except CommandError as error:
            raise SchemaTrouble(f"Models and migrations differ: {error}") from None
    say("Models and migrations agree.")
