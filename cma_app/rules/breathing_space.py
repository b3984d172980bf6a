"""The legal clock of a breathing space: which day is the last for what, in England and Wales.

Every count begins with the day the moratorium starts as day 1 (SI 2020/1311). Legal days never
roll: where the last day is no working day, `act_by` is the working day before it. What may bar one,
end one, and what an advisor is told while one runs, is cited data too.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from cma_app.errors import CmaError
from cma_app.rules.calendars import add_working_days
from cma_app.rules.dates import add_months
from cma_app.rules.legal_dates import act_by
from cma_app.rules.parameters import Reference, read_yaml, reference_of

Kind = Literal["standard", "crisis"]
KINDS: Final[dict[str, str]] = {
    "standard": "Standard breathing space",
    "crisis": "Mental health crisis breathing space",
}
PRACTITIONER: Final = "L"
LABELS: Final = {
    "creditor_review": "Last day for a creditor to ask for a review",
    "adviser_answer": "Last day to answer a creditor's review",
    "midway_last": "Last day of the midway review",
    "court": "Last day for a creditor to go to court",
    "end": "Last protected day",
}


class NoBreathingSpace(CmaError):
    """A nation or a day without the scheme."""

    sentence = "Breathing space is law in England and Wales alone, from 4 May 2021."


@dataclass(frozen=True, slots=True)
class LegalDay:
    """One day of the clock: what it is the last (or first) day for, and when to act.

    `act_by` is the day itself, or the working day before it where it is none. `is_confirmed` is
    False for a figure that a practitioner has to confirm first.
    """

    code: str
    label: str
    day: date
    act_by: date
    is_confirmed: bool = True

    @property
    def rolls(self) -> bool:
        """Say whether the work has to be done before the day itself."""
        return self.act_by != self.day


@dataclass(frozen=True, slots=True)
class Clock:
    """All days of a moratorium that are known, in order; a crisis has no end while it lasts.

    `barred_until` is the last day on which no midway review may be made.
    """

    kind: str
    start: date
    days: tuple[LegalDay, ...]
    barred_until: date | None
    last_protected: date | None
    reference: Reference

    def day(self, code: str) -> LegalDay | None:
        """Return the day of a code, or None where this clock has none."""
        return next((each for each in self.days if each.code == code), None)

    def next_day(self, on: date) -> LegalDay | None:
        """Return the soonest day whose work is not past on a day."""
        return next((each for each in self.days if each.day >= on), None)

    def is_protected(self, on: date) -> bool:
        """Say whether creditors are held off on a day."""
        return self.start <= on and (self.last_protected is None or on <= self.last_protected)


@cache
def _values() -> tuple[tuple[date, dict[str, Any]], ...]:
    content = read_yaml(Path(__file__).with_suffix(".yaml"))
    return tuple(sorted(((each["from"], each) for each in content["values"]), key=lambda v: v[0]))


@cache
def _said(part: str) -> Any:
    return read_yaml(Path(__file__).with_suffix(".yaml"))[part]


@cache
def nations() -> tuple[str, ...]:
    """Return the nations that have the scheme."""
    return tuple(_said("nations"))


def why_none(nation: str) -> str:
    """Return in a sentence what a nation without the scheme has instead; empty where it has it."""
    return "" if nation in nations() else _said("instead").get(nation, NoBreathingSpace.sentence)


@dataclass(frozen=True, slots=True)
class EndReason:
    """Why a moratorium ended before its last day; `kinds` are those it can end."""

    code: str
    label: str
    kinds: tuple[str, ...]


@cache
def end_reasons() -> tuple[EndReason, ...]:
    """Return why a moratorium can end early, the client's own wish first."""
    return tuple(
        EndReason(each["code"], each["label"], tuple(each.get("kinds", KINDS)))
        for each in _said("end_reasons")
    )


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that holds while a moratorium runs, for an advisor; `is_confirmed` as in LegalDay.

    `kinds` are the moratoriums of which it is said.
    """

    text: str
    kinds: tuple[str, ...]
    is_confirmed: bool
    reference: Reference


@cache
def effects(kind: str) -> tuple[Effect, ...]:
    """Return what an advisor is told while a moratorium of a kind runs."""
    found = (
        Effect(
            each["text"],
            tuple(each.get("kinds", KINDS)),
            each["certainty"] != PRACTITIONER,
            reference_of(each),
        )
        for each in _said("effects")
    )
    return tuple(each for each in found if kind in each.kinds)


def notices_by(submitted: date, nation: str) -> date:
    """Return the working day by whose end the register and the creditors are told (reg 25)."""
    return add_working_days(submitted, 1, nation)


def latest_start(submitted: date, nation: str) -> date:
    """Return the last day on which one that was applied for on a day can start (reg 26)."""
    return notices_by(submitted, nation) + timedelta(days=1)


def last_of(start: date, days: int) -> date:
    """Return the last of a number of days of which the first is a day: 60 from 1 Jan 2020 end on
    29 Feb 2020. It asks of no scheme and of no working day."""
    return start + timedelta(days=days - 1)


def added_days(added: date, nation: str) -> tuple[LegalDay, LegalDay]:
    """Return the last days of a debt added later: its creditor's for a review, and our answer's.

    Both count from the day it was added (regs 17(4) and 18(1)(b)).
    """
    values = _held(added)
    return (
        _last_day("creditor_review", "creditor_review_days", values, added, nation),
        _last_day("adviser_answer", "adviser_answer_days", values, added, nation),
    )


def next_application(ended: date) -> date:
    """Return the first day on which another standard one can be applied for.

    An earlier one must have ended more than twelve months before the application (reg 24(3)).
    """
    return add_months(ended, _held(ended)["bar_months"]) + timedelta(days=1)


def clock(kind: str, start: date, nation: str, *, treatment_ended: date | None = None) -> Clock:
    """Return the clock of a moratorium that starts on a day.

    `treatment_ended` is the day on which a mental health crisis treatment stopped, where it did:
    the days after it begin with that day (reg 32(2)(a)). A nation or a day without the scheme
    raises NoBreathingSpace; an unknown kind ValueError.
    """
    if kind not in KINDS:
        raise ValueError(f"There is no breathing space named {kind}.")
    if nation not in nations():
        raise NoBreathingSpace
    values = _held(start)

    def last(code: str, figure: str, since: date = start) -> LegalDay:
        return _last_day(code, figure, values, since, nation)

    days = [
        last("creditor_review", "creditor_review_days"),
        last("adviser_answer", "adviser_answer_days"),
        last("court", "court_days"),
    ]
    barred_until = last_protected = None
    if kind == "standard":
        barred_until = last_of(start, values["barred_days"])
        first = barred_until + timedelta(days=1)
        days += [
            LegalDay("midway_first", "First day of the midway review", first, first),
            last("midway_last", "midway_before_end_of_days"),
        ]
        days.append(last("end", "length_days"))
        last_protected = days[-1].day
    elif treatment_ended is not None:
        days.append(last("end", "crisis_after_days", treatment_ended))
        last_protected = days[-1].day
    days.sort(key=lambda each: (each.day, each.code))
    return Clock(kind, start, tuple(days), barred_until, last_protected, reference_of(values))


def next_contact(start: date, confirmed_on: date | None) -> date:
    """Return when the named contact of a crisis is asked next: about every 30 days.

    Counted from the last time they confirmed the treatment, or from the start.
    """
    return (confirmed_on or start) + timedelta(days=_held(start)["crisis_contact_days"])


def _held(on: date) -> dict[str, Any]:
    """Return the figures that held on a day; before there was the law NoBreathingSpace."""
    found = [values for began, values in _values() if began <= on]
    if not found:
        raise NoBreathingSpace
    return found[-1]


def _last_day(code: str, figure: str, values: dict[str, Any], since: date, nation: str) -> LegalDay:
    day = last_of(since, values[figure])
    is_confirmed = values["certainty"][figure] != PRACTITIONER
    return LegalDay(code, LABELS[code], day, act_by(day, nation), is_confirmed=is_confirmed)
