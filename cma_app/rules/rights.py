"""What a person may ask of their data: until when it is answered, what stops the clock, dated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from cma_app.errors import CmaError
from cma_app.rules.parameters import Reference, read_yaml, reference_of
from cma_app.rules.requests import last_day

ERASURE: Final = "erasure"


class UnknownRight(CmaError):
    """A kind of request about data that is not on the list."""

    sentence = "Choose what they ask for from the list."


@dataclass(frozen=True, slots=True)
class Right:
    """One kind of request; `extended_as` is empty where the law lets it be no longer.

    `is_acknowledged`: its day is for saying that it came; an answer follows without a fixed day.
    """

    code: str
    label: str
    asks: str
    counted_as: str
    extended_as: str
    is_acknowledged: bool
    reference: Reference


@dataclass(frozen=True, slots=True)
class PauseRule:
    """What stops the clock from a day on: it moves the `start` or the `end` of the time."""

    code: str
    label: str
    waits_for: str
    kinds: frozenset[str]
    values: tuple[tuple[date, str, Reference], ...]

    def moves_on(self, day: date) -> str:
        """Return what it moves for a request of a day; empty before there was a law."""
        held = [moves for start, moves, _ in self.values if start <= day]
        return held[-1] if held else ""

    @property
    def source(self) -> str:
        """Return the newest source."""
        return self.values[-1][2].title


@dataclass(frozen=True, slots=True)
class Ground:
    """Why something asked for is not done."""

    code: str
    label: str
    kinds: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class Pause:
    """One time in which the clock stood; `until` is None while it does."""

    reason: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Clock:
    """How long there is: from which day it is counted, the days added, and the last days.

    `first` is the last day without an extension, and the last on which one can be told; `due` is
    the one that holds.
    """

    starts: date
    paused: int
    first: date
    due: date
    stands_since: date | None


def _file() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_suffix(".yaml"))


@cache
def rights() -> tuple[Right, ...]:
    """Return what can be asked, in the order of the articles."""
    return tuple(
        Right(
            each["code"],
            each["label"],
            each["asks"],
            each["counted_as"],
            each.get("extended_as", ""),
            each.get("acknowledged", False),
            reference_of(each),
        )
        for each in _file()["kinds"]
    )


def right(code: str) -> Right:
    """Return a kind by its code; an unknown one raises UnknownRight."""
    found = next((each for each in rights() if each.code == code), None)
    if found is None:
        raise UnknownRight
    return found


@cache
def pause_rules() -> tuple[PauseRule, ...]:
    """Return what can stop a clock."""
    return tuple(
        PauseRule(
            each["code"],
            each["label"],
            each["waits_for"],
            frozenset(each["kinds"]),
            tuple((part["from"], part["moves"], reference_of(part)) for part in each["values"]),
        )
        for each in _file()["pauses"]
    )


def pauses_of(kind: str, received: date) -> list[PauseRule]:
    """Return what may stop the clock of a request of a kind that came on a day."""
    return [each for each in pause_rules() if kind in each.kinds and each.moves_on(received)]


@cache
def grounds() -> tuple[Ground, ...]:
    """Return every ground."""
    return tuple(
        Ground(each["code"], each["label"], frozenset(each["kinds"]), reference_of(each).title)
        for each in _file()["grounds"]
    )


def grounds_of(kind: str) -> list[Ground]:
    """Return on which grounds a kind may be refused, wholly or in part."""
    return [each for each in grounds() if kind in each.kinds]


def ground(code: str) -> Ground | None:
    """Return a ground by its code."""
    return next((each for each in grounds() if each.code == code), None)


def clock(
    kind: str, received: date, nation: str, pauses: Sequence[Pause] = (), *, extended: bool = False
) -> Clock:
    """Return how long there is to answer a request that came on a day, by the law of that day.

    Counted to the same date of the month, or its last day; moved to the next working day of the
    nation. The days of a wait are added once it is over, not while the clock stands.
    """
    known = right(kind)
    moves = {each.code: each.moves_on(received) for each in pauses_of(kind, received)}
    over = [each for each in pauses if each.until is not None]
    starts = max(
        [
            received,
            *[each.until for each in over if each.until and moves.get(each.reason) == "start"],
        ]
    )
    paused = sum(
        max(0, (each.until - max(each.since, starts)).days)
        for each in over
        if each.until and moves.get(each.reason) == "end"
    )
    first = last_day(known.counted_as, starts, nation, paused=paused)
    if first is None:
        raise UnknownRight
    due = first
    if extended and known.extended_as:
        due = last_day(known.extended_as, starts, nation, paused=paused) or first
    stands = next((each.since for each in pauses if each.until is None), None)
    return Clock(starts, paused, first, due, stands)
