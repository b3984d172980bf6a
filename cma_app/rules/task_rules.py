"""Tasks that a rule makes: dated data with its source, by code."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from cma_app.rules.parameters import Reference, read_yaml, reference_of

MISSED_TWICE: Final = "missed_twice"


@dataclass(frozen=True, slots=True)
class TaskRule:
    """One rule: the task it makes, the tab of a case where that is done, its limits and source."""

    code: str
    what: str
    kind: str
    opens: str
    limits: dict[str, int]
    at_once: bool
    reference: Reference
    certainty: str


@cache
def _sets() -> tuple[tuple[date, tuple[TaskRule, ...]], ...]:
    content = read_yaml(Path(__file__).with_name("task_rules.yaml"))["rules"]
    return tuple((each["from"], tuple(_rule(rule) for rule in each["tasks"])) for each in content)


def _rule(content: dict[str, Any]) -> TaskRule:
    return TaskRule(
        code=content["code"],
        what=content["what"],
        kind=content["kind"],
        opens=content["opens"],
        limits=content["limits"],
        at_once=content.get("at_once", False),
        reference=reference_of(content),
        certainty=content["certainty"],
    )


def task_rules(day: date) -> tuple[TaskRule, ...]:
    """Return the rules that hold on a day; none before the first."""
    held = [rules for start, rules in _sets() if start <= day]
    return held[-1] if held else ()


@cache
def task_rule(code: str) -> TaskRule | None:
    """Return a rule by its code, as it was newest; None for a code that no rule has any more."""
    found = [rule for _, rules in _sets() for rule in rules if rule.code == code]
    return found[-1] if found else None
