"""The screens are built when their sources changed, and only then."""

import json
from pathlib import Path

import pytest

from cma_app.build import PACKAGES, BuildFailed, build_frontend, fingerprint
from cma_app.settings import ROOT

RXCONFIG = """
import reflex as rx
config = rx.Config(app_name="tiny", telemetry_enabled=False, plugins=[])
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("pages", "state", "models", "cma_app", "assets", "reflex.lock"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one").write_text(folder)
    (tmp_path / "rxconfig.py").write_text(RXCONFIG)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["pages/one", "state/one", "models/new", "assets/deep/new", "rxconfig.py"]
)
def test_any_source_changes_the_fingerprint(project: Path, name: str):
    before = fingerprint(project)
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text("changed")
    assert fingerprint(project) != before


def test_a_renamed_file_changes_it_and_its_return_brings_it_back(project: Path):
    before = fingerprint(project)
    (project / "pages/one").rename(project / "pages/two")
    assert fingerprint(project) != before
    (project / "pages/two").rename(project / "pages/one")
    assert fingerprint(project) == before


def test_what_running_leaves_behind_does_not(project: Path):
    before = fingerprint(project)
    (project / "pages/__pycache__").mkdir()
    (project / "pages/__pycache__/one.cpython-311.pyc").write_text("x")
    (project / "var").mkdir()
    (project / "var/log").write_text("x")
    assert fingerprint(project) == before


def test_the_build_s_own_lock_counts_only_where_asked(project: Path):
    before, whole = fingerprint(project, packages=False), fingerprint(project)
    (project / "reflex.lock/one").write_text("changed")
    assert fingerprint(project, packages=False) == before
    assert fingerprint(project) != whole


def test_the_build_s_own_lock_is_kept_as_a_clean_build_writes_it():
    """Or the first build in a fresh clone leaves a change behind."""
    kept = (ROOT / PACKAGES / "package.json").read_text()
    assert kept == json.dumps(json.loads(kept))


def test_built_screens_are_not_built_again(project: Path):
    client = project / ".web/build/client"
    client.mkdir(parents=True)
    (client / "index.html").write_text("built")
    (project / ".web/cma-fingerprint").write_text(fingerprint(project))
    said: list[str] = []
    assert not build_frontend(project / "var", said.append, project)
    assert said == []
    assert not (project / "var/logs/build.log").exists()


def test_a_build_that_fails_is_one_sentence_and_leaves_no_mark(project: Path):
    (project / ".web").mkdir()
    (project / ".web/cma-fingerprint").write_text("older")
    with pytest.raises(BuildFailed, match=r"could not be built .*build\.log") as caught:
        build_frontend(project / "var", root=project)  # there is no app called tiny
    assert "\n" not in caught.value.sentence
    assert not (project / ".web/cma-fingerprint").exists()
    assert (project / "var/logs/build.log").read_text()
