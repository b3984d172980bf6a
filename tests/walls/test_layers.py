"""Every part of the app has its place in the layers: one that is listed nowhere is not checked."""

import tomllib

from cma_app.settings import ROOT


def test_every_part_of_the_app_is_listed() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    listed = {
        part.strip()
        for contract in contracts["contracts"]
        for layer in contract.get("layers", [])
        for part in layer.split("|")
    }
    children = {
        f"cma_app.{path.stem}"
        for path in (ROOT / "cma_app").iterdir()
        if path.stem != "__init__" and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    assert children - listed == set()
    assert {"pages", "state", "models"} <= listed
