"""What alembic does for us; its complaints become sentences."""

from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from alembic import command
from cma_app.commands.schema import SchemaTrouble
from cma_app.settings import ROOT


def migration_config(owner_url: str, app_url: str) -> Config:
    """Return alembic's configuration for one database."""
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["url"] = owner_url
    config.attributes["app_role"] = make_url(app_url).username
    return config


def upgrade(owner_url: str, app_url: str) -> None:
    """Run every migration that has not run; SchemaTrouble when one cannot."""
    try:
        command.upgrade(migration_config(owner_url, app_url), "head")
    except CommandError as error:
        raise SchemaTrouble(
            f"The database is at a revision this version of the project does not know ({error})."
        ) from None
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise SchemaTrouble(
            f"A migration did not run, and nothing of it was kept: {reason}."
        ) from error


def check(owner_url: str, app_url: str) -> None:
    """Raise SchemaTrouble unless the models and the migrated database agree."""
    try:
        command.check(migration_config(owner_url, app_url))
    except CommandError as error:
        raise SchemaTrouble(f"Models and migrations differ: {error}") from None
