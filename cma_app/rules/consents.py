"""What a client is asked to agree to, purpose by purpose, in the words of a given day."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from cma_app.rules.parameters import read_yaml


@dataclass(frozen=True, slots=True)
class Wording:
    """What is read out for one purpose, and which version of it that is."""

    purpose: str
    word: str
    version: str
    text: str


@cache
def _purposes() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_suffix(".yaml"))["purposes"]


def purposes() -> dict[str, str]:
    """Return each purpose with its short name, in the order in which they are asked."""
    return {name: content["word"] for name, content in _purposes().items()}


def wording_on(purpose: str, day: date) -> Wording:
    """Return the words that hold on a day; LookupError where there are none."""
    content = _purposes().get(purpose)
    if content is None:
        raise LookupError(f"There is no purpose named {purpose}.")
    started = [each for each in content["versions"] if each["from"] <= day]
    if not started:
        raise LookupError(f"Nothing was asked about {purpose} before its first wording.")
    newest = max(started, key=lambda each: each["from"])
    return Wording(purpose, content["word"], newest["version"], newest["wording"])


def wordings_on(day: date) -> list[Wording]:
    """Return the words for every purpose on a day."""
    return [wording_on(purpose, day) for purpose in _purposes()]
