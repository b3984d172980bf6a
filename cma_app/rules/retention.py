"""Until when a case's record is kept once it has ended, by dated rules with their sources."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from cma_app.rules.dates import add_months
from cma_app.rules.parameters import Value, parameter, read_yaml


@dataclass(frozen=True, slots=True)
class KeepUntil:
    """One class of a record and the last day it is kept; `rule` is the source of its years."""

    covers: str
    label: str
    counted_from: date
    years: int
    keep_until: date
    rule: str
    certainty: str


@cache
def _classes() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_name("retention.yaml"))["classes"]


@cache
def tables_by_class() -> dict[str, frozenset[str]]:
    """Return which tables each class holds."""
    return {
        code: frozenset(table for line in content["tables"] for table in line)
        for code, content in _classes().items()
    }


def class_label(code: str) -> str:
    """Return the words of a class."""
    return str(_classes()[code]["label"])


def keep_until(ended: date) -> list[KeepUntil]:
    """Return the last day of each class of a case that ended on a day, by the rules of that day.

    What only passes is kept for days after it was made and is in no class of an ended case.

    Whole calendar years on: 29 February ends on 28 February where the year has no such day. A case
    that ended before the first rule is kept by the first.
    """
    found = []
    for code, content in _classes().items():
        if "years" not in content:
            continue
        value = _years_on(content["years"], ended)
        years = int(value.value)
        found.append(
            KeepUntil(
                covers=code,
                label=content["label"],
                counted_from=ended,
                years=years,
                keep_until=add_months(ended, years * 12),
                rule=value.reference.title,
                certainty=value.certainty,
            )
        )
    return found


def enquiry_kept_until(last: date) -> date:
    """Return the last day on which somebody is kept who never had a case, by the last contact."""
    return add_months(last, int(_years_on("retention_enquiry_years", last).value) * 12)


def _years_on(name: str, day: date) -> Value:
    """Return the years that held on a day; before the first rule, those of the first."""
    known = parameter(name)
    return known.value_on(max(day, known.values[0].start))
