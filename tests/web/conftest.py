from collections.abc import Iterator
from pathlib import Path

import pytest

from cma_app.postgres import EmbeddedPostgres
from tests.served import Served, serving


@pytest.fixture(scope="session")
def served(postgres: EmbeddedPostgres, home: Path) -> Iterator[Served]:
    with serving(postgres, home) as app:
        yield app
