"""Who is to be forgotten, when, and what holds them: judged from the cases of each person.

A circle is all people who share a case, now or once, directly or through others: what is written
about one tells of the others, so they are forgotten together, when the last of them is due.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from cma_app.rules.parameters import read_yaml, reference_of
from cma_app.rules.retention import enquiry_kept_until, keep_until

SOON: Final = timedelta(days=90)
"""How far ahead the list looks."""
COVERS: Final = ("case", "financial")
"""What is forgotten, in this order: who they were, then their figures; the log has its own end."""
DUE, COMING, HELD = "due", "coming", "held"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """One case: who it is or was about, and the day it ended; None while it is at work."""

    number: int
    people: frozenset[int]
    ended: date | None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """One person: what was forgotten of them, what holds their record, and from when it may go.

    `erase_on` is the day of a granted erasure, which counts for who has no case: the law has the
    record of a case kept, and no erasure is granted for a day before. `last_contact` is the day on
    which anything was last recorded of who never had a case; None for everybody else.
    """

    number: int
    holds: tuple[str, ...] = ()
    erase_on: date | None = None
    last_contact: date | None = None
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is on the list, or held: a code of `WORDS`, and what it is about."""

    code: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What comes next for a person: what of them, the last day it is kept, and what holds it."""

    person: int
    covers: str
    state: str
    kept_until: date
    circle: tuple[int, ...]
    reasons: tuple[Reason, ...] = field(default=())


WORDS: Final[Mapping[str, str]] = {
    "years": "The years that the law asks for have passed.",
    "years_coming": "The years that the law asks for pass on this day.",
    "enquiry": "They never had a case, and the years that an enquiry is kept have passed.",
    "enquiry_coming": "They never had a case. The years that an enquiry is kept pass on this day.",
    "erasure": "They asked to be erased, and this is the day that was promised.",
    "hold": "Held",
    "at_work": "Another case of theirs is at work.",
    "shared": "They share a case with somebody whose record is still to be kept.",
    "shared_held": "They share a case with somebody whose record is held.",
}


def last_days(ended: date) -> dict[str, date]:
    """Return the last day on which each part of a case's record is kept."""
    return {each.covers: each.keep_until for each in keep_until(ended)}


def judge(
    people: Collection[PersonFacts], cases: Collection[CaseFacts], today: date
) -> list[Verdict]:
    """Return what is due, what is coming within `SOON`, and what is held though it would be.

    The last day that something is kept is a day on which it is kept: it goes on the next.
    """
    known = {each.number: each for each in people}
    by_person: dict[int, list[CaseFacts]] = {number: [] for number in known}
    for case in cases:
        for number in case.people:
            by_person[number].append(case)
    found: list[Verdict] = []
    for circle in circles(known, cases):
        found += _judge_circle([known[number] for number in circle], by_person, today)
    return sorted(found, key=lambda each: (each.kept_until, each.person))


def circles(people: Iterable[int], cases: Iterable[CaseFacts]) -> list[tuple[int, ...]]:
    """Return who is to be forgotten together, each circle in order."""
    head = {number: number for number in people}

    def top(number: int) -> int:
        while head[number] != number:
            number = head[number]
        return number

    for case in cases:
        first, *others = sorted(case.people)
        for other in others:
            low, high = sorted((top(first), top(other)))
            head[high] = low
    found: dict[int, list[int]] = {}
    for number in sorted(head):
        found.setdefault(top(number), []).append(number)
    return [tuple(each) for each in found.values()]


def _judge_circle(
    circle: list[PersonFacts], by_person: Mapping[int, list[CaseFacts]], today: date
) -> list[Verdict]:
    covers = next((each for each in COVERS if any(each not in one.gone for one in circle)), None)
    if covers is None:
        return []
    own = {one.number: _own_last_day(one, by_person[one.number], covers) for one in circle}
    until = max((day for day in own.values() if day is not None), default=None)
    numbers = tuple(one.number for one in circle)
    found = []
    for one in circle:
        day = own[one.number] or _passing_day(by_person[one.number], covers)
        if covers in one.gone or day is None or day >= today + SOON:
            continue
        reasons = _what_holds(one, by_person[one.number], circle, own, today)
        if reasons:
            found.append(Verdict(one.number, covers, HELD, day, numbers, reasons))
            continue
        assert until is not None
        state = DUE if until < today else COMING
        found.append(
            Verdict(one.number, covers, state, until, numbers, (_why(one, by_person, state),))
        )
    return found


def _own_last_day(one: PersonFacts, cases: Collection[CaseFacts], covers: str) -> date | None:
    """Return the last day for a person by themselves; None where there is none yet."""
    if not cases:
        return _last_day_of_enquiry(one)
    ended = [case.ended for case in cases if case.ended is not None]
    if len(ended) < len(cases):
        return None
    return max(last_days(day)[covers] for day in ended)


def _last_day_of_enquiry(one: PersonFacts) -> date | None:
    """Return the last day for who never had a case: their erasure's, or by the enquiry's years."""
    if one.erase_on is not None:
        return one.erase_on - timedelta(days=1)
    return enquiry_kept_until(one.last_contact) if one.last_contact is not None else None


def _passing_day(cases: Collection[CaseFacts], covers: str) -> date | None:
    """Return on which day the newest ended case of somebody with one at work passes by itself."""
    return max((last_days(case.ended)[covers] for case in cases if case.ended), default=None)


def _what_holds(
    one: PersonFacts,
    cases: Collection[CaseFacts],
    circle: Collection[PersonFacts],
    own: Mapping[int, date | None],
    today: date,
) -> tuple[Reason, ...]:
    found = [Reason("hold", each) for each in one.holds]
    if any(case.ended is None for case in cases):
        found.append(Reason("at_work"))
    others = [each for each in circle if each.number != one.number]
    if any(each.holds for each in others):
        found.append(Reason("shared_held"))
    if any((own[each.number] or date.max) >= today + SOON for each in others):
        found.append(Reason("shared"))
    return tuple(found)


def _why(one: PersonFacts, by_person: Mapping[int, list[CaseFacts]], state: str) -> Reason:
    code = "years" if by_person[one.number] else "enquiry"
    if code == "enquiry" and one.erase_on is not None:
        return Reason("erasure")
    return Reason(code if state == DUE else f"{code}_coming")


@cache
def bands() -> dict[str, list[int]]:
    """Return where the bands of each figure begin, upwards: pounds, or a number of debts."""
    found = read_yaml(Path(__file__).with_name("retention_bands.yaml"))
    reference_of(found)
    return {name: list(starts) for name, starts in found["bands"].items()}


@cache
def columns() -> Mapping[str, Any]:
    """Return what is done with each column of each table; `always` are those of every table."""
    return read_yaml(Path(__file__).with_suffix(".yaml"))
