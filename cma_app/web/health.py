"""Whether the app is alive, and whether it is ready to serve: for supervisors and proxies."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from cma_app.database import app_engine
from cma_app.databases import require_safe_role
from cma_app.errors import CmaError
from cma_app.revisions import newest_revision
from cma_app.settings import BadSettings, settings

NO_STORE = {"Cache-Control": "no-store"}


def readiness() -> dict[str, str]:
    """Return what stands between us and serving, by part: `ok`, or what is wrong in words."""
    try:
        with app_engine().connect() as connection:
            rows = connection.execute(text("SELECT version_num FROM alembic_version"))
            found = [str(row[0]) for row in rows]
    except SQLAlchemyError as error:
        if "UndefinedTable" in type(getattr(error, "orig", None)).__name__:
            return {"database": "ok", "migrations": "none have run"}
        return {"database": "does not answer", "migrations": "unknown"}
    except (CmaError, BadSettings):
        return {"database": "not configured", "migrations": "unknown"}
    current = found == [newest_revision()]
    return {"database": "ok", "migrations": "ok" if current else "not current"}


@asynccontextmanager
async def behind_the_walls() -> AsyncIterator[None]:
    """Let the app start only as a role that cannot pass row security, however it was started."""
    await asyncio.to_thread(require_safe_role, settings().serving_url)
    yield


async def alive(_request: Request) -> JSONResponse:
    """Answer 200 while the process runs; nothing else is asked."""
    return JSONResponse({"status": "alive"}, headers=NO_STORE)


async def ready(_request: Request) -> JSONResponse:
    """Answer 200 when the database answers and is migrated, else 503 saying which is not."""
    parts = await asyncio.to_thread(readiness)
    fine = all(word == "ok" for word in parts.values())
    body = {"status": "ready" if fine else "not ready", **parts}
    return JSONResponse(body, status_code=200 if fine else 503, headers=NO_STORE)


ROUTES = [Route("/healthz", alive), Route("/readyz", ready)]
