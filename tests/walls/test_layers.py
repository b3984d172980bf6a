"""Every part of the app has its place in the layers: one that is listed nowhere is not checked."""

import re
import tomllib
from typing import Final

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


ASKS: Final = re.compile(
    r"^ *(?:from|import) (?:httpx|httpcore|requests|aiohttp|urllib3|urllib\.request|http\.client)\b"
    r"|^ *from (?:urllib import .*\brequest|http import .*\bclient)\b",
    re.MULTILINE,
)
"""An import of what asks an address over HTTP."""


def test_one_part_of_the_app_asks_addresses_that_somebody_typed() -> None:
    """It looks at where an address leads before it goes there; `serve` asks its own health."""
    asking = {
        f"{path.relative_to(ROOT)}"
        for part in ("cma_app", "state", "pages", "models")
        for path in (ROOT / part).rglob("*.py")
        if ASKS.search(path.read_text())
    }
    assert asking == {"cma_app/identity/fetching.py", "cma_app/serve.py"}
