"""How much work an open case counts as: dated weights by stage, and more for an emergency."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from cma_app.rules.parameters import Reference, read_yaml, reference_of
from cma_app.rules.workflow import Stage


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of all stages from a day on, in cases, and where they come from."""

    start: date
    stages: Mapping[Stage, Decimal]
    emergency: Decimal
    reference: Reference
    certainty: str

    def weigh(self, stage: str, *, cases: int, emergencies: int) -> Decimal:
        """Return what so many cases of a stage count, of which some have an open emergency."""
        return self.stages[Stage(stage)] * cases + self.emergency * emergencies


@cache
def _versions() -> tuple[Weights, ...]:
    content = read_yaml(Path(__file__).with_name("caseload_weights.yaml"))
    return tuple(sorted(map(_weights, content["weights"]), key=lambda each: each.start))


def _weights(said: dict[str, Any]) -> Weights:
    stages = {stage: Decimal(said["stages"][stage.value]) for stage in Stage}
    emergency = Decimal(said["emergency"])
    return Weights(said["from"], stages, emergency, reference_of(said), said["certainty"])


def first_weights() -> date:
    """Return the day from which there are weights at all."""
    return _versions()[0].start


def weights_on(day: date) -> Weights:
    """Return the weights that hold on a day; LookupError before there were any."""
    started = [each for each in _versions() if each.start <= day]
    if not started:
        raise LookupError(f"No weights of a caseload are as old as {day}.")
    return started[-1]
