"""Which kinds of debt a solution takes in, unless an advisor decides otherwise for one debt."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cma_app.errors import CmaError
from cma_app.rules.debt_types import debt_type, is_priority
from cma_app.rules.nations import NATIONS
from cma_app.rules.parameters import Reference, read_yaml, reference_of


class UnknownSolution(CmaError):
    """A solution that is not on the list."""

    sentence = "Choose the solution from the list."


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Whether a kind of debt is in a solution, which `part` of it, and why.

    `part` is all, arrears or none. `certainty` is H, M or L.
    """

    included: bool
    part: str
    why: str
    reference: Reference
    certainty: str


@cache
def _solutions() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_suffix(".yaml"))["solutions"]


def solutions(nation: str | None = None) -> dict[str, str]:
    """Return the solutions a nation has, or all of them, with their names there."""
    return {
        code: content.get("label_in", {}).get(nation or "", content["label"])
        for code, content in _solutions().items()
        if nation is None or nation in content["nations"]
    }


def included_by_default(kind: str, nation: str | None, solution: str) -> bool:
    """Say whether a kind of debt is in a solution, by its type alone; `inclusion` says why."""
    return inclusion(kind, nation, solution).included


def inclusion(kind: str, nation: str | None, solution: str) -> Inclusion:
    """Return whether and why a kind of debt is in a solution in a nation.

    Without a nation the law of England and Wales is taken. An unknown kind raises UnknownDebtType,
    an unknown solution UnknownSolution.
    """
    debt_type(kind)
    if solution not in _solutions():
        raise UnknownSolution
    content = _solutions()[solution]
    if nation is not None and nation not in content["nations"]:
        why = f"There is no {content['label'].lower()} in {NATIONS.get(nation, nation)}."
        return _inclusion({**content, "included": False, "why": why}, None)
    named = next((each for each in content["except"] if kind in each["types"]), None)
    if named is None and is_priority(kind, nation) and not content.get("priority_included", True):
        named = {**content, "included": False, "why": content["why_priority"]}
    return _inclusion(named or content, content.get("reference_in", {}).get(nation or ""))


def _inclusion(content: dict[str, Any], in_nation: dict[str, Any] | None) -> Inclusion:
    included = content["included"]
    return Inclusion(
        included=included,
        part=content.get("part", "all") if included else "none",
        why=content["why"],
        reference=reference_of({"reference": in_nation} if in_nation else content),
        certainty=content["certainty"],
    )
