"""Runs the migrations as the owner of the schema, with a lock timeout so nobody waits for ever."""

from typing import Any

from sqlalchemy import make_url

import models
from alembic import context
from cma_app.database import engine_for
from cma_app.settings import settings


def is_ours(_object: Any, name: str | None, kind: str, reflected: bool, _compare: Any) -> bool:  # noqa: FBT001
    """Leave out the yearly partitions: they belong to `audit_logs`, not to the metadata."""
    return not (kind == "table" and reflected and (name or "").startswith("audit_logs_"))


def run() -> None:
    """Bring the database that `cma migrate` or a test names to the revision asked for."""
    attributes = context.config.attributes
    url = attributes.get("url") or settings().owner_url
    engine = engine_for(url, pool_size=1)
    with engine.connect() as connection:
        connection.exec_driver_sql("SET lock_timeout = '5s'")
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=models.metadata,
            include_object=is_ours,
            compare_type=True,
            compare_server_default=False,
            app_role=attributes.get("app_role") or make_url(settings().serving_url).username,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
