"""What the caseload board is made of: lanes, cards, and tallies that add up under a filter."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from cma_app.clock import now
from cma_app.services.breathing_space_protection import Protection
from cma_app.services.legal_dates import LegalDate

LANE_CARDS: Final = 20
"""Cards shown in a lane; a lane with more links to the list of cases."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A column of the board: the stages of a case that stand in it."""

    key: str
    title: str
    stages: tuple[str, ...]


LANES: Final = (
    Lane("waiting", "Referral and waiting", ("referral", "waiting")),
    Lane("fact_find", "Fact find and evidence", ("fact_find", "evidence")),
    Lane("advice", "Advice", ("advice",)),
    Lane("approval", "Sign-off", ("approval",)),
    Lane("action", "Action and review", ("action", "review", "closing")),
)
LANE_OF: Final = {stage: lane.key for lane in LANES for stage in lane.stages}
SHOWS: Final = (
    *("", "today", "overdue", "emergency", "legal", "deficit", "trainee", "undated", "review"),
)
"""The filters of the board; the empty one shows everything."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What the board is narrowed to: one advisor, one kind of case, or neither."""

    advisor_id: int | None = None
    show: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over open cases; those of an advisor and stage, or of several added up."""

    open: int = 0
    urgent: int = 0
    emergency: int = 0
    legal: int = 0
    today: int = 0
    overdue: int = 0
    undated: int = 0
    review: int = 0
    deficit: int = 0
    trainee: int = 0
    owed: Decimal = Decimal("0.00")
    priority_owed: Decimal = Decimal("0.00")

    def of(self, show: str) -> int:
        """Return how many cases a filter of the board shows."""
        return getattr(self, show or "open")


@dataclass(frozen=True, slots=True)
class Card:
    """One open case as it stands on the board; `legal` is its next legal date.

    `deadline` is the next that neither the emergency nor the protection tells of.
    """

    id: int
    reference: str
    first_name: str
    last_name: str
    advisor_id: int
    advisor: str
    is_trainees: bool
    status: str
    stage: str
    stage_since: date
    priority: str
    emergency: str | None
    emergency_date: date | None
    next_review_date: date | None
    total_debt: Decimal | None
    monthly_surplus: Decimal | None
    next_action: str | None
    due_date: date | None
    legal: LegalDate | None = None
    deadline: LegalDate | None = None
    protection: Protection | None = None
    cover: str = ""
    """Who covers its advisor today."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds cases, and their part of the centre's tally."""

    id: int
    name: str
    role: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything counted on the board, under one filter."""

    filter: Filter
    centre: Tally
    shown: Tally
    holders: list[Holder]
    lanes: dict[str, int]
    stages: dict[str, int]


@dataclass(frozen=True, slots=True)
class Board:
    """The whole board: its counts, and the first cards of each lane."""

    summary: Summary
    cards: list[Card]
    day: date
    at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True)
class Change:
    """What changed for one watcher: cards as they are now, and cases no longer on the board."""

    cards: list[Card]
    gone: list[int]
    tallies: "Tallies"
    day: date
    at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True)
class Tallies:
    """A centre's tallies by advisor and stage, with the people who hold cases."""

    people: list[tuple[int, str, str]]
    parts: dict[tuple[int, str], Tally]

    def under(self, wanted: Filter) -> Summary:
        """Return everything counted on the board under a filter."""
        mine = {
            key: tally for key, tally in self.parts.items() if wanted.advisor_id in (None, key[0])
        }
        lanes = dict.fromkeys((lane.key for lane in LANES), 0)
        stages: dict[str, int] = {}
        for (_, stage), tally in mine.items():
            lanes[LANE_OF[stage]] += tally.of(wanted.show)
            stages[stage] = stages.get(stage, 0) + tally.of(wanted.show)
        holders = [
            Holder(who, name, role, added(t for (by, _), t in self.parts.items() if by == who))
            for who, name, role in self.people
        ]
        return Summary(
            wanted, added(self.parts.values()), added(mine.values()), holders, lanes, stages
        )


def added(tallies: Iterable[Tally]) -> Tally:
    """Return tallies added up."""
    listed = list(tallies)
    zero = Tally()
    sums: dict[str, Any] = {
        each.name: sum((getattr(t, each.name) for t in listed), getattr(zero, each.name))
        for each in fields(Tally)
    }
    return Tally(**sums)
