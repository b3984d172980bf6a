"""One real PostgreSQL for the whole run, migrated once; every test works in its own centres."""

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from alembic.config import Config
from sqlalchemy import Engine

from alembic import command
from cma_app.database import app_engine, engine_for
from cma_app.postgres import EmbeddedPostgres
from cma_app.settings import ROOT, Settings, clear_settings, use_settings
from tests import depth
from tests.people import Cast, make_cast

LONGEST = {"test_matrix.py", "test_matrix_refused.py"}
"""What takes longest, each in one process, for its world is made once, and begun first.

No file with a browser: its loop stays in the process, and the files of `tests/web` run their own.
"""


def alembic_config(owner_url: str, app_role: str = "cma_app") -> Config:
    """Return alembic's settings for a database of the tests."""
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["url"] = owner_url
    config.attributes["app_role"] = app_role
    return config


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run say how long it walks through supervised work, and how often it kills."""
    parser.addoption("--traces", type=int, default=10, help="traces of supervised work")
    parser.addoption("--kills", type=int, default=2, help="kill -9 of the app and the database")
    parser.addoption("--deep", action="store_true", help="what takes long and seldom tells more")


def pytest_configure(config: pytest.Config) -> None:
    """Say to what has no fixture at hand how deep this run looks."""
    depth.deep = config.getoption("deep")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `deep`, unless a run asks for it, and begin with the longest."""
    if not config.getoption("deep"):
        config.hook.pytest_deselected(items=[each for each in items if _is_deep(each)])
        items[:] = [each for each in items if not _is_deep(each)]
    items.sort(key=lambda each: each.path.name not in LONGEST)


def _is_deep(item: pytest.Item) -> bool:
    return item.get_closest_marker("deep") is not None


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """Return a CMA_HOME of this run's own."""
    with tempfile.TemporaryDirectory(prefix="cma-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres(home: Path) -> Iterator[EmbeddedPostgres]:
    """Return a running PostgreSQL with the whole schema, and the settings pointed at it."""
    with EmbeddedPostgres(home, durable=False) as server:
        use_settings(
            Settings(
                CMA_HOME=home, DATABASE_URL=server.app_url, DATABASE_OWNER_URL=server.owner_url
            )
        )
        command.upgrade(alembic_config(server.owner_url), "head")
        yield server
        app_engine().dispose()
        app_engine.cache_clear()
        clear_settings()


@pytest.fixture(scope="session")
def owner(postgres: EmbeddedPostgres) -> Iterator[Engine]:
    """Return an engine that sees all centres: for planting rows and looking afterwards."""
    engine = engine_for(postgres.owner_url, pool_size=4)
    yield engine
    engine.dispose()


_numbers = count(1)


@pytest.fixture
def cast(owner: Engine) -> Cast:
    """Return the people of two new centres: Ashdown, and Brook next door."""
    return make_cast(owner, next(_numbers))
