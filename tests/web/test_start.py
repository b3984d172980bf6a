"""The web process itself refuses a role that could pass the walls, whoever started it."""

from pathlib import Path

import pytest

from cma_app.postgres import EmbeddedPostgres
from cma_app.serve import WebProcess, WebTrouble
from cma_app.settings import Settings
from tests.served import Served, free_port


@pytest.mark.parametrize("role", ["owner_url", "superuser_database_url"])
def test_refuses_to_serve_as_somebody_who_passes_the_walls(
    served: Served, postgres: EmbeddedPostgres, tmp_path: Path, role: str
) -> None:
    unsafe = WebProcess(
        Settings(
            CMA_HOME=tmp_path,
            DATABASE_URL=getattr(postgres, role),
            DATABASE_OWNER_URL=postgres.owner_url,
            PORT=free_port(),
        )
    )
    try:
        with pytest.raises(WebTrouble):
            unsafe.start()
    finally:
        unsafe.stop()
    assert "UnsafeRole" in unsafe.log.read_text()
