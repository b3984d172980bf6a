"""Alive and ready, as a proxy asks: 200 or 503 with JSON."""

import asyncio
import threading

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text
from starlette.applications import Starlette

from cma_app.database import app_engine
from cma_app.postgres import EmbeddedPostgres
from cma_app.settings import settings, use_settings
from cma_app.web import health


def get(path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=Starlette(routes=health.ROUTES))
        async with httpx.AsyncClient(transport=transport, base_url="http://cma") as client:
            return await client.get(path)

    return asyncio.run(ask())


@pytest.fixture
def at_revision(owner):
    """Pretend another revision for a moment."""
    with owner.connect() as connection:
        real = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()

    def put(revision: str) -> None:
        with owner.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})

    yield put
    put(real)


def test_alive_asks_nobody():
    answer = get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert answer.headers["cache-control"] == "no-store"


def test_ready_when_the_database_answers_and_is_migrated(postgres: EmbeddedPostgres):
    answer = get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "database": "ok", "migrations": "ok"}


def test_not_ready_at_another_revision(at_revision):
    at_revision("0000")
    answer = get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["migrations"] == "not current"


def test_not_ready_without_the_database_and_no_address_in_the_answer(postgres: EmbeddedPostgres):
    real = settings()
    gone = SecretStr("postgresql+psycopg://cma_app:secret@127.0.0.1:1/cma")
    app_engine().dispose()
    app_engine.cache_clear()
    use_settings(real.model_copy(update={"database_url": gone}))
    try:
        answer = get("/readyz")
    finally:
        app_engine().dispose()
        app_engine.cache_clear()
        use_settings(real)
    assert answer.status_code == 503
    assert answer.json()["database"] == "does not answer"
    assert "secret" not in answer.text


def test_the_database_is_asked_off_the_event_loop(postgres: EmbeddedPostgres, monkeypatch):
    asked: list[bool] = []
    real = health.readiness

    def watched() -> dict[str, str]:
        asked.append(threading.current_thread() is threading.main_thread())
        return real()

    monkeypatch.setattr(health, "readiness", watched)
    assert get("/readyz").status_code == 200
    assert asked == [False]
