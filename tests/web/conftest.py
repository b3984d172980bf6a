from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

import cma_app.cma_app
from cma_app.postgres import EmbeddedPostgres
from cma_app.serve import WebProcess
from cma_app.settings import Settings
from tests.served import Served, free_port, serving
from tests.web.packs import World


@pytest.fixture(scope="session")
def served(postgres: EmbeddedPostgres, home: Path) -> Iterator[Served]:
    with serving(postgres, home) as app:
        yield app


@pytest.fixture(scope="session")
def web(postgres: EmbeddedPostgres, home: Path) -> Iterator[WebProcess]:
    """The boards and the changes of pages alone, without the screens."""
    chosen = Settings(
        CMA_HOME=home,
        DATABASE_URL=postgres.app_url,
        DATABASE_OWNER_URL=postgres.owner_url,
        PORT=free_port(),
    )
    process = WebProcess(chosen, target="tests.web.board_app:app")
    process.start()
    yield process
    process.stop()


@pytest.fixture(scope="session")
def board_app(web: WebProcess) -> Served:
    return Served(int(web.address.rsplit(":", 1)[1]), web.log)


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, owner: Engine, served: Served) -> World:
    """Return the two centres of a module, by its number."""
    assert cma_app.cma_app.app
    return World(owner, request.module.NUMBER)


@pytest.fixture(scope="module")
def cookies(world: World, served: Served) -> dict[str, str]:
    """Return everybody's sign-in."""
    return {who: served.sign_in(world.cast, who) for who in world.cast.usernames}
