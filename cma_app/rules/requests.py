"""Requests with a last day: about data, of courts and creditors; how each day is counted, dated."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from cma_app.errors import CmaError
from cma_app.rules.calendars import add_working_days, is_working_day
from cma_app.rules.dates import add_months
from cma_app.rules.parameters import Reference, read_yaml, reference_of

COUNTED: Final = ("months", "days", "working_days")


class UnknownRequest(CmaError):
    """A kind of request that is not on the list."""

    sentence = "Choose the kind of request from the list."


@dataclass(frozen=True, slots=True)
class Count:
    """How a last day is counted from one day on; `unit` is empty where the paper gives it."""

    start: date
    unit: str
    number: int
    rolls: bool
    certainty: str
    reference: Reference


@dataclass(frozen=True, slots=True)
class RequestKind:
    """One kind of request; `is_ours` says that we sent it and wait for the answer.

    `holds` says that nothing of the people of its case is forgotten while it is open.
    """

    code: str
    label: str
    is_ours: bool
    consequence: str
    counts: tuple[Count, ...]
    holds: bool = False

    def count_on(self, day: date) -> Count | None:
        """Return how the last day of a request of a day is counted; None before there was a law."""
        held = [each for each in self.counts if each.start <= day]
        return held[-1] if held else None


def _count(content: dict[str, Any]) -> Count:
    unit = next((each for each in COUNTED if each in content), "")
    return Count(
        start=content["from"],
        unit=unit,
        number=content.get(unit, 0),
        rolls=content.get("rolls", False),
        certainty=content["certainty"],
        reference=reference_of(content),
    )


@cache
def request_kinds() -> tuple[RequestKind, ...]:
    """Return the kinds of request, those made to us first."""
    return tuple(
        RequestKind(
            each["code"],
            each["label"],
            each["from"] == "us",
            each["consequence"],
            tuple(sorted((_count(part) for part in each["values"]), key=lambda c: c.start)),
            each.get("holds", False),
        )
        for each in read_yaml(Path(__file__).with_suffix(".yaml"))["kinds"]
    )


def request_kind(code: str) -> RequestKind:
    """Return a kind by its code; an unknown one raises UnknownRequest."""
    found = next((each for each in request_kinds() if each.code == code), None)
    if found is None:
        raise UnknownRequest
    return found


def last_day(code: str, asked_on: date, nation: str, *, paused: int = 0) -> date | None:
    """Return the last day of a request made or received on a day; None where the paper gives it.

    Months run from the day itself to the same date, or to the month's last day; `paused` days, in
    which its clock stood, come on top. A day that the law moves goes to the next working day of the
    nation; any other stands where it falls.
    """
    count = request_kind(code).count_on(asked_on)
    if count is None or not count.unit:
        return None
    if count.unit == "working_days":
        return add_working_days(asked_on, count.number, nation)
    if count.unit == "months":
        day = add_months(asked_on, count.number)
    else:
        day = asked_on + timedelta(days=count.number)
    day += timedelta(days=paused)
    if count.rolls and not is_working_day(day, nation):
        return add_working_days(day, 1, nation)
    return day
