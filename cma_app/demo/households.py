"""The twelve households as data: people, debts, budget lines as they are typed, and the steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from cma_app.rules.parameters import read_yaml

FOLDER: Final = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class Typed:
    """One budget line as an advisor types it: `85 w`, and the note beside it."""

    code: str
    typed: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One version of a budget, in the order of typing."""

    income: tuple[Typed, ...]
    outgoings: tuple[Typed, ...]

    @property
    def lines(self) -> tuple[Typed, ...]:
        """Return every line, income first."""
        return self.income + self.outgoings


@dataclass(frozen=True, slots=True)
class HouseholdData:
    """One household of the demo; `offers` holds what is decided for priority debts, as typed.

    `partner` is a second person with a file of their own, who has routes of their own. A debt's
    `key` is its name in this file alone; `steps` is what happened, in order.
    """

    code: str
    centre: str
    holder: str
    nation: str
    client: Mapping[str, Any]
    routes: Mapping[str, str]
    debts: tuple[Mapping[str, str], ...]
    steps: tuple[Mapping[str, Any], ...]
    household: Mapping[str, Any] = field(default_factory=dict)
    partner: Mapping[str, str] = field(default_factory=dict)
    partner_routes: Mapping[str, str] = field(default_factory=dict)
    vulnerability: Mapping[str, str] = field(default_factory=dict)
    sheets: tuple[Sheet, ...] = ()
    offers: Mapping[str, str] | None = None


def _typed(lines: Mapping[str, Any]) -> tuple[Typed, ...]:
    return tuple(
        Typed(code, **said) if isinstance(said, Mapping) else Typed(code, said)
        for code, said in lines.items()
    )


def _household(content: dict[str, Any]) -> HouseholdData:
    sheets = tuple(
        Sheet(_typed(sheet["income"]), _typed(sheet["outgoings"]))
        for sheet in content.pop("budgets", [])
    )
    debts, steps = tuple(content.pop("debts")), tuple(content.pop("story"))
    return HouseholdData(**content, sheets=sheets, debts=debts, steps=steps)


@cache
def households() -> tuple[HouseholdData, ...]:
    """Return every household of the demo, by its code."""
    read = (_household(read_yaml(path)) for path in FOLDER.glob("*.yaml"))
    return tuple(sorted(read, key=lambda each: each.code))
