"""What a file review asks of a file, and what its scores come to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from cma_app.rules.parameters import Reference, read_yaml, reference_of

NEEDS_COMMENT: Final = ("partly", "not_met")
"""The scores that say nothing by themselves."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One question to a file; `tab` of the case is where its answer lies."""

    code: str
    word: str
    text: str
    is_critical: bool
    tab: str


@dataclass(frozen=True, slots=True)
class Criteria:
    """The questions of a date, and what their scores are worth."""

    start: date
    criteria: tuple[Criterion, ...]
    points: Mapping[str, int]
    meets_from: int
    partly_from: int
    reference: Reference


@dataclass(frozen=True, slots=True)
class Outcome:
    """What scores come to: a word, the percent of the points (None: nothing applied), and why."""

    result: str
    percent: int | None
    why: str


@cache
def _content() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_name("review_criteria.yaml"))


@cache
def scores() -> dict[str, str]:
    """Return the scores that a criterion may get, with their words."""
    return dict(_content()["scores"])


@cache
def results() -> dict[str, str]:
    """Return what a review may come to, with the words."""
    return dict(_content()["results"])


@cache
def criteria_on(day: date) -> Criteria:
    """Return the criteria of a day; LookupError before there were any."""
    started = [each for each in _content()["versions"] if each["from"] <= day]
    if not started:
        raise LookupError(f"No criteria are as old as {day}.")
    found = max(started, key=lambda each: each["from"])
    return Criteria(
        start=found["from"],
        criteria=tuple(Criterion(**each) for each in found["criteria"]),
        points=dict(found["points"]),
        meets_from=found["meets_from"],
        partly_from=found["partly_from"],
        reference=reference_of(found),
    )


def outcome_of(criteria: Criteria, given: Mapping[str, str], *, harm: bool) -> Outcome:
    """Return what the scores of a file come to; a criterion without a score raises KeyError.

    Immediate harm, or a critical criterion that is not met, is below the standard whatever the
    rest. Otherwise the points count, of what applies; the percent is rounded down.
    """
    applied = [each for each in criteria.criteria if given[each.code] in criteria.points]
    most = max(criteria.points.values()) * len(applied)
    points = sum(criteria.points[given[each.code]] for each in applied)
    percent = points * 100 // most if most else None
    failed = next((each.word for each in applied if each.is_critical and not criteria.points[
        given[each.code]]), "")  # fmt: skip
    if harm:
        return Outcome("below", percent, "Immediate harm is below the standard whatever the rest.")
    if failed:
        return Outcome("below", percent, f"{failed} is critical and was not met.")
    if percent is None:
        return Outcome("meets", None, "Nothing applied to this file.")
    word = (
        "meets"
        if percent >= criteria.meets_from
        else "partly"
        if percent >= criteria.partly_from
        else "below"
    )
    limits = f"{criteria.meets_from}% meets the standard, {criteria.partly_from}% meets it in part"
    return Outcome(word, percent, f"{percent}% of the points of what applied; {limits}.")
