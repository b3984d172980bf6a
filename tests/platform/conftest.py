import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cma_app import settings as module
from cma_app.settings import clear_settings, use_settings

OURS = ("PORT", "CMA_", "DATABASE_")


@pytest.fixture
def own_home() -> Iterator[Path]:
    """A CMA_HOME that PostgreSQL's own user can walk into, gone after the test."""
    folder = Path(tempfile.mkdtemp(prefix="cma-test-"))
    folder.chmod(0o755)
    yield folder / "home"
    shutil.rmtree(folder)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """An environment without any setting of ours, put back after the test."""
    for name in list(os.environ):  # noqa: TID251 - a test of settings
        if name.startswith(OURS):
            monkeypatch.delenv(name)
    chosen = list(module._chosen)  # the run's own database may be in force
    clear_settings()
    yield monkeypatch
    clear_settings()
    for settings in chosen:
        use_settings(settings)
