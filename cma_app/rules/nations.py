"""The four nations: whose law a case is under."""

from functools import cache
from pathlib import Path
from typing import Final

from cma_app.rules.parameters import read_yaml

NATIONS: Final[dict[str, str]] = {
    "england": "England",
    "wales": "Wales",
    "scotland": "Scotland",
    "northern_ireland": "Northern Ireland",
}


@cache
def _nation_by_area() -> dict[str, str]:
    areas = read_yaml(Path(__file__).with_name("postcode_areas.yaml"))
    return {area: nation for nation in NATIONS for area in areas[nation]}


def nation_of_area(area: str) -> str | None:
    """Return the nation a postcode area lies in, or None where it crosses a border."""
    return _nation_by_area().get(area)
