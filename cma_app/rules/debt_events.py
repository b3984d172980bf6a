"""The dated things that happen to a debt: which of them are open emergencies, and in what words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from cma_app.rules.court_stages import court_stage


@dataclass(frozen=True, slots=True)
class DatedEvent:
    """A step or event of one debt; `kind` is a code of the list of court stages.

    `day` is when it happens, or when a step was served; `reply_by` is the last day to answer a
    step. `ended_on` is the day it was dealt with. `key` and `about` (who is owed) come back
    untouched.
    """

    kind: str
    day: date | None = None
    at: time | None = None
    reply_by: date | None = None
    ended_on: date | None = None
    key: str = ""
    about: str = ""

    def due(self) -> date | None:
        """Return the day that counts: the last to answer a step, or the day of the event."""
        return self.day if court_stage(self.kind).is_event else self.reply_by or self.day


@dataclass(frozen=True, slots=True)
class Emergency:
    """An open emergency; `words` is what a page says, `days` how far off (None without a day).

    `was_due` says that its day has passed and nobody said that it was dealt with.
    """

    event: DatedEvent
    words: str
    consequence: str
    days: int | None
    was_due: bool


def emergencies(
    events: Iterable[DatedEvent], on: date, nation: str | None = None
) -> list[Emergency]:
    """Return the emergencies that are open on a day, soonest first, those without a day before all.

    One whose day has passed stays, as "was due", until it is ended. An unknown kind raises
    UnknownStage.
    """
    open_ones = [
        event
        for event in events
        if court_stage(event.kind).is_emergency and (event.ended_on is None or event.ended_on > on)
    ]
    open_ones.sort(key=lambda event: (event.due() or date.min, event.at or time.max, event.kind))
    return [_emergency(event, on, nation) for event in open_ones]


def _emergency(event: DatedEvent, on: date, nation: str | None) -> Emergency:
    kind = court_stage(event.kind)
    due = event.due()
    days = (due - on).days if due else None
    # A step that was served is there from then on; only an event, or an answer, can be overdue.
    can_pass = kind.is_event or event.reply_by is not None
    return Emergency(
        event=event,
        words=kind.label_for(nation) + _when(event, due, on),
        consequence=kind.consequence_for(nation),
        days=days,
        was_due=can_pass and days is not None and days < 0,
    )


def when_words(day: date, at: time | None, on: date) -> str:
    """Return "today", "tomorrow" or "Mon 30 Nov 2026", and the time where it is known."""
    said = {0: "today", 1: "tomorrow"}.get((day - on).days, f"{day:%a} {day.day} {day:%b %Y}")
    return f"{said} {at:%H:%M}" if at is not None else said


def _when(event: DatedEvent, due: date | None, on: date) -> str:
    if due is None:
        return ""
    days = (due - on).days
    said = when_words(due, event.at if due == event.day else None, on)
    if court_stage(event.kind).is_event:
        return f" was due {said}" if days < 0 else f" {said}"
    if event.reply_by is not None:
        return f", answer was due {said}" if days < 0 else f", answer by {said}"
    return f" of {said}" if days < 0 else f" {said}"
