"""The road to PostgreSQL: one engine per address, with the app's own limits."""

from functools import cache

from sqlalchemy import Engine, create_engine, make_url

from cma_app.settings import settings


def engine_for(url: str, *, pool_size: int = 8) -> Engine:
    """Return a new engine for a PostgreSQL address; psycopg 3, connections returned rolled back."""
    address = make_url(url).set(drivername="postgresql+psycopg")
    return create_engine(
        address,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=True,
        hide_parameters=True,  # an error's text never carries a client's data
        pool_reset_on_return="rollback",
        connect_args={
            "connect_timeout": 5,
            "application_name": "cma",
            "options": f"-c statement_timeout={settings().statement_seconds}s -c timezone=UTC",
        },
    )


@cache
def app_engine() -> Engine:
    """Return the engine that serves: as a role that cannot bypass row security."""
    return engine_for(settings().serving_url, pool_size=settings().pool_size)
