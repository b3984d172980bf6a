"""Kinds of debt: which come first in each nation, and what happens when they are not paid."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cma_app.errors import CmaError
from cma_app.rules.nations import NATIONS
from cma_app.rules.parameters import Reference, read_yaml, reference_of


class UnknownDebtType(CmaError):
    """A kind of debt that is not on the list."""

    sentence = "Choose the kind of debt from the list."


@dataclass(frozen=True, slots=True)
class DebtType:
    """One kind of debt; the plain values hold in each nation that is not named beside them."""

    code: str
    label: str
    priority: bool
    consequence: str
    reference: Reference
    certainty: str
    nations: tuple[str, ...] = tuple(NATIONS)
    priority_in: tuple[tuple[str, bool], ...] = ()
    consequence_in: tuple[tuple[str, str], ...] = ()


def _debt_type(content: dict[str, Any]) -> DebtType:
    return DebtType(
        code=content["code"],
        label=content["label"],
        priority=content["priority"],
        consequence=content["consequence"],
        reference=reference_of(content),
        certainty=content["certainty"],
        nations=tuple(content.get("nations", NATIONS)),
        priority_in=tuple(content.get("priority_in", {}).items()),
        consequence_in=tuple(content.get("consequence_in", {}).items()),
    )


@cache
def _by_code() -> dict[str, DebtType]:
    content = read_yaml(Path(__file__).with_name("debt_types.yaml"))
    return {part["code"]: _debt_type(part) for part in content["types"]}


def debt_types(nation: str | None = None) -> list[DebtType]:
    """Return the kinds of debt a nation has, or all of them, priority ones first."""
    return [each for each in _by_code().values() if nation is None or nation in each.nations]


def debt_type(code: str) -> DebtType:
    """Return a kind of debt by its code; an unknown one raises UnknownDebtType."""
    if code not in _by_code():
        raise UnknownDebtType
    return _by_code()[code]


def is_priority(code: str, nation: str | None) -> bool:
    """Say whether a kind of debt comes first in a nation, unless an advisor decides otherwise."""
    kind = debt_type(code)
    return dict(kind.priority_in).get(nation or "", kind.priority)


def consequence(code: str, nation: str | None) -> str:
    """Return in words what happens in a nation when a kind of debt is not paid.

    Without a nation only what holds nearly everywhere is said (no prison for council tax).
    """
    kind = debt_type(code)
    return dict(kind.consequence_in).get(nation or "", kind.consequence)
