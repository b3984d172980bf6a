"""Where a debt stands with courts and enforcement: each step and event, in each nation's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any, Final

from cma_app.errors import CmaError
from cma_app.rules.nations import NATIONS
from cma_app.rules.parameters import Reference, read_yaml, reference_of

JUDGED: Final = frozenset(
    {
        "judgment",
        "instalment_order",
        "warrant",
        "attachment_of_earnings",
        "third_party_debt_order",
        "charging_order",
    }
)
"""Court stages that a judgment stands behind."""


class UnknownStage(CmaError):
    """A step or event that is not on the list."""

    sentence = "Choose the step or event from the list."


@dataclass(frozen=True, slots=True)
class Stage:
    """One step a debt can be at, or one event; plain words hold in nations not named beside them.

    `is_emergency` is what a client is seen for on the same day.
    """

    code: str
    label: str
    consequence: str
    is_event: bool
    is_emergency: bool
    needs_date: bool
    needs_time: bool
    reference: Reference
    certainty: str
    nations: tuple[str, ...] = tuple(NATIONS)
    label_in: tuple[tuple[str, str], ...] = ()
    consequence_in: tuple[tuple[str, str], ...] = ()
    vary: str = ""
    vary_in: tuple[tuple[str, str], ...] = ()

    def label_for(self, nation: str | None) -> str:
        """Return what it is called in a nation (a decree in Scotland)."""
        return dict(self.label_in).get(nation or "", self.label)

    def consequence_for(self, nation: str | None) -> str:
        """Return in a sentence what it means in a nation."""
        return dict(self.consequence_in).get(nation or "", self.consequence)


def _stage(content: Mapping[str, Any], *, is_event: bool) -> Stage:
    needs = content.get("needs", [])
    return Stage(
        code=content["code"],
        label=content["label"],
        consequence=content["consequence"],
        is_event=is_event,
        is_emergency=content.get("emergency", False),
        needs_date="date" in needs,
        needs_time="time" in needs,
        reference=reference_of(dict(content)),
        certainty=content["certainty"],
        nations=tuple(content.get("nations", NATIONS)),
        label_in=tuple(content.get("label_in", {}).items()),
        consequence_in=tuple(content.get("consequence_in", {}).items()),
        vary=content.get("vary", ""),
        vary_in=tuple(content.get("vary_in", {}).items()),
    )


@cache
def _by_code() -> dict[str, Stage]:
    content = read_yaml(Path(__file__).with_suffix(".yaml"))
    kinds = [_stage(part, is_event=False) for part in content["stages"]]
    kinds += [_stage(part, is_event=True) for part in content["events"]]
    return {kind.code: kind for kind in kinds}


def court_stages(nation: str | None = None) -> list[Stage]:
    """Return the steps a debt can be at in a nation, or all of them, in the order they come."""
    return [kind for kind in _in(nation) if not kind.is_event]


def event_kinds(nation: str | None = None) -> list[Stage]:
    """Return the events that can happen in a nation, or all of them, the most usual first."""
    return [kind for kind in _in(nation) if kind.is_event]


def _in(nation: str | None) -> list[Stage]:
    return [kind for kind in _by_code().values() if nation is None or nation in kind.nations]


def court_stage(code: str) -> Stage:
    """Return a step or an event by its code; an unknown one raises UnknownStage."""
    if code not in _by_code():
        raise UnknownStage
    return _by_code()[code]


def missing_facts(code: str, day: date | None, at: time | None) -> dict[str, str]:
    """Return a sentence under `date` or `time` for what has to be known and is not."""
    kind = court_stage(code)
    wrong = {}
    if kind.needs_date and day is None:
        wrong["date"] = f"Enter the date: {kind.label.lower()}."
    if kind.needs_time and at is None:
        wrong["time"] = f"Enter the time: {kind.label.lower()}."
    if day is None and at is not None:
        wrong["date"] = "Enter the date as well as the time."
    return wrong


def how_to_vary(nation: str | None) -> str:
    """Return in a sentence how an order to pay by instalments is changed in a nation."""
    order = court_stage("instalment_order")
    return dict(order.vary_in).get(nation or "", order.vary)
