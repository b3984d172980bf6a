"""Thresholds as dated facts: every value has the day it starts and the source it comes from."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).with_name("parameters")


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a figure comes from."""

    title: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """What a parameter is from one day on."""

    start: date
    value: str
    reference: Reference
    certainty: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One threshold with its history, oldest value first."""

    name: str
    description: str
    unit: str
    values: tuple[Value, ...]

    def value_on(self, day: date) -> Value:
        """Return the newest value that started on or before a day, with its source.

        Raises LookupError, with a sentence, for a day before the first value.
        """
        started = [value for value in self.values if value.start <= day]
        if not started:
            raise LookupError(f"Nothing is known of {self.name} before {self.values[0].start}.")
        return started[-1]

    def on(self, day: date) -> Decimal:
        """Return the figure that holds on a day, in the parameter's unit."""
        return Decimal(self.value_on(day).value)

    def choice_on(self, day: date) -> str:
        """Return the word that holds on a day, for a parameter that is a choice."""
        return self.value_on(day).value


def read_yaml(path: Path) -> Any:
    """Return a rule file's content; a float in it is an error, because money is never a float."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    _refuse_floats(content, path)
    return content


def _refuse_floats(content: Any, path: Path) -> None:
    if isinstance(content, float):
        raise TypeError(f"{path.name}: write {content} in quotes, so that it stays exact.")
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list):
        for part in content:
            _refuse_floats(part, path)


def reference_of(content: dict[str, Any]) -> Reference:
    """Return the source a rule file names; a missing title is an error."""
    return Reference(content["reference"]["title"], content["reference"].get("href"))


def _value(content: dict[str, Any]) -> Value:
    return Value(
        content["from"], str(content["value"]), reference_of(content), content["certainty"]
    )


@cache
def parameter(name: str) -> Parameter:
    """Return a parameter by its file's name; an unknown name raises LookupError."""
    path = FOLDER / f"{name}.yaml"
    if name not in parameter_names():
        raise LookupError(f"There is no parameter named {name}.")
    content = read_yaml(path)
    values = sorted((_value(part) for part in content["values"]), key=lambda value: value.start)
    return Parameter(name, content["description"], content["unit"], tuple(values))


@cache
def parameter_names() -> tuple[str, ...]:
    """Return the name of every parameter there is, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))
