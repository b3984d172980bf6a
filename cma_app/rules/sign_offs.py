"""What whoever signs off looks at, and when work has waited too long for it."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from cma_app.rules.calendars import is_working_day
from cma_app.rules.parameters import read_yaml

ANSWERS: Final = {"fine": "In order", "change": "To change"}


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the checklist."""

    code: str
    text: str


@cache
def _versions() -> list[dict[str, Any]]:
    found = read_yaml(Path(__file__).with_name("sign_offs.yaml"))["versions"]
    return sorted(found, key=lambda version: version["from"], reverse=True)


def _on(day: date) -> dict[str, Any]:
    for version in _versions():
        if version["from"] <= day:
            return version
    raise LookupError(f"There is no checklist for signing off on {day}.")


def points_for(step: str, on: date) -> tuple[Point, ...]:
    """Return what is looked at before a step is signed off on a day."""
    return tuple(
        Point(each["code"], each["text"]) for each in _on(on)["points"] if step in each["steps"]
    )


def working_days_waited(since: date, on: date, nation: str) -> int:
    """Return how many working days came after a day, up to and with another."""
    days = (since + timedelta(days=n) for n in range(1, (on - since).days + 1))
    return sum(is_working_day(day, nation) for day in days)


def is_late(since: date, on: date, nation: str) -> bool:
    """Say whether work submitted on a day has waited too long by another."""
    return since <= late_since(on, nation)


def late_since(on: date, nation: str) -> date:
    """Return the last day whose work has waited too long by a day."""
    left, day = _on(on)["late_after"] + 1, on
    while True:
        left -= is_working_day(day, nation)
        day -= timedelta(days=1)
        if not left:
            return day
