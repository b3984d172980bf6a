"""What can be recommended to a client, as dated words by nation; each has to be considered."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from cma_app.rules.nations import NATIONS
from cma_app.rules.parameters import Reference, read_yaml, reference_of


@dataclass(frozen=True, slots=True)
class Solution:
    """One option in some nations, between the days of advice that may recommend it.

    Of one that `is_elsewhere` the advice itself is regulated and given by somebody else.
    """

    code: str
    label: str
    group: str
    start: date
    until: date | None
    nations: tuple[str, ...]
    reference: Reference
    certainty: str

    @property
    def is_elsewhere(self) -> bool:
        """Say whether it needs regulated advice that a debt advice centre does not give."""
        return self.group == "elsewhere"

    def holds(self, on: date, nation: str) -> bool:
        """Say whether it may be recommended on a day in a nation."""
        return (
            nation in self.nations and self.start <= on and (self.until is None or on <= self.until)
        )


@cache
def _content() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_name("solutions.yaml"))


@cache
def _every() -> tuple[Solution, ...]:
    return tuple(
        Solution(
            code=each["code"],
            label=each["label"],
            group=each["group"],
            start=each["from"],
            until=each.get("until"),
            nations=tuple(each.get("nations", NATIONS)),
            reference=reference_of(each),
            certainty=each["certainty"],
        )
        for each in _content()["solutions"]
    )


@cache
def solution_groups() -> dict[str, str]:
    """Return the groups of solutions with their words, in the order they are offered."""
    return dict(_content()["groups"])


def solutions_on(on: date, nation: str) -> dict[str, Solution]:
    """Return what may be recommended on a day in a nation, by code, in the order it is offered."""
    return {each.code: each for each in _every() if each.holds(on, nation)}


def has_same_options(one: str, other: str, on: date) -> bool:
    """Say whether two nations have the same options by the same law on a day."""
    return one == other or solutions_on(on, one) == solutions_on(on, other)


def solution_word(code: str, nation: str = "") -> str:
    """Return how a code reads in a nation, else anywhere; itself where no list ever had it."""
    known = [each for each in _every() if each.code == code]
    here = [each for each in known if nation in each.nations]
    found = (here or known)[:1]
    return found[0].label if found else code.replace("_", " ").capitalize()


def every_solution() -> dict[str, str]:
    """Return every solution by its code, in its first word, whenever it may be recommended."""
    return {each.code: solution_word(each.code) for each in _every()}
