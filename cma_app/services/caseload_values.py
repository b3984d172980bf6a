"""What the caseload board is made of: lanes, cards, and tallies that add up under a filter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from cma_app.access.acts import Role
from cma_app.clock import now, today
from cma_app.rules.caseload_weights import weights_on
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
    *("", "today", "overdue", "emergency", "legal", "missed", "deficit", "trainee"),
    *("unplanned", "undated", "review"),
)
"""The filters of the board; the empty one shows everything."""
BYS: Final = ("", "advisor")
"""What the lanes of the board can be: stages, or the people who hold the cases."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What the board is narrowed to, and by what its lanes are.

    One advisor, one kind of case, some stages, or all of these together; nothing is everything.
    """

    advisor_id: int | None = None
    show: str = ""
    by: str = ""
    stages: tuple[str, ...] = ()

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Filter | None":
        """Return the filter that an address or a browser names; None where a word is none of ours.

        `said` may hold show, advisor, by and stage: stages parted by commas.
        """
        show, by, advisor, stage = (
            str(said.get(name, "")) for name in ("show", "by", "advisor", "stage")
        )
        stages = tuple(stage.split(",")) if stage else ()
        plain = advisor.isascii() and advisor.isdigit() and len(advisor) < 10
        if show not in SHOWS or by not in BYS or not (plain or not advisor):
            return None
        if len(set(stages)) != len(stages) or not set(stages) <= set(LANE_OF):
            return None
        return cls(int(advisor) or None if advisor else None, show, by, stages)

    def lane_of(self, stage: str, advisor_id: int) -> str:
        """Return the key of the lane in which a case stands."""
        return f"{advisor_id}" if self.by else LANE_OF[stage]


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
    unplanned: int = 0
    missed: int = 0
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
    is_missed: bool = False
    legal: LegalDate | None = None
    deadline: LegalDate | None = None
    protection: Protection | None = None
    cover: str = ""
    """Who covers its advisor today."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds cases, and their part of the centre's tally.

    `weighted` is in cases, by the weights of the day. `away` says why they are not at work today.
    """

    id: int
    name: str
    role: str
    tally: Tally
    weighted: Decimal = Decimal(0)
    away: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything counted on the board, under one filter.

    `beside` is what is counted by itself, with a list of its own: referrals, late sign-offs.
    """

    filter: Filter
    centre: Tally
    shown: Tally
    holders: list[Holder]
    lanes: dict[str, int]
    beside: Mapping[str, int] = field(default_factory=dict)

    def of(self, tile: str) -> int:
        """Return the number of a tile of the top row, which is the whole centre's."""
        return self.beside[tile] if tile in self.beside else self.centre.of(tile)


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
    """A centre's tallies by advisor and stage, with the people who hold cases.

    `beside` counts what is no open case; `away` says of a person by number why they are not at
    work today.
    """

    people: list[tuple[int, str, str]]
    parts: dict[tuple[int, str], Tally]
    beside: Mapping[str, int] = field(default_factory=dict)
    away: Mapping[int, str] = field(default_factory=dict)

    def under(self, wanted: Filter) -> Summary:
        """Return everything counted on the board under a filter."""
        mine = {
            (who, stage): tally
            for (who, stage), tally in self.parts.items()
            if wanted.advisor_id in (None, who) and (not wanted.stages or stage in wanted.stages)
        }
        lanes = dict.fromkeys(self._lanes(wanted), 0)
        for (who, stage), tally in mine.items():
            lanes[wanted.lane_of(stage, who)] += tally.of(wanted.show)
        return Summary(
            wanted,
            added(self.parts.values()),
            added(mine.values()),
            [self._holder(*person) for person in self.people],
            lanes,
            self.beside,
        )

    def _lanes(self, wanted: Filter) -> list[str]:
        """Return the keys of the lanes in order; of a manager only where they hold a case."""
        if not wanted.by:
            return [lane.key for lane in LANES]
        holding = {who for who, _ in self.parts}
        return [
            f"{who}"
            for who, _, role in self.people
            if wanted.advisor_id in (None, who) and (role != Role.MANAGER or who in holding)
        ]

    def _holder(self, who: int, name: str, role: str) -> Holder:
        weights = weights_on(today())
        own = {stage: tally for (by, stage), tally in self.parts.items() if by == who}
        weighted = sum(
            weights.weigh(stage, cases=tally.open, emergencies=tally.emergency)
            for stage, tally in own.items()
        )
        away = self.away.get(who, "")
        return Holder(who, name, role, added(own.values()), Decimal(weighted), away)


def added(tallies: Iterable[Tally]) -> Tally:
    """Return tallies added up."""
    listed = list(tallies)
    zero = Tally()
    sums: dict[str, Any] = {
        each.name: sum((getattr(t, each.name) for t in listed), getattr(zero, each.name))
        for each in fields(Tally)
    }
    return Tally(**sums)
