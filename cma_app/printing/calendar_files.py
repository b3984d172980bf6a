"""Calendar files (RFC 5545): times and kinds of appointments, and nothing of whom they are with.

Moments are written in UTC, which no change of the clocks moves; a calendar shows them by its own
clock. Values in, bytes out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from icalendar import Calendar, Event, vDuration

PRODUCT: Final = "-//CMA//Case management//EN"
OURS: Final = UUID("6e6f7c1e-7a35-4b0e-9d8c-3f2a51c0d4b7")
"""The name space of our events' identifiers."""
REFRESH: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One appointment: `key` tells it from all others, and says nothing; moments in UTC."""

    key: str
    sequence: int
    changed: datetime
    begins: datetime
    ends: datetime
    kind: str
    is_confirmed: bool


def calendar_file(events: Iterable[CalendarEvent], *, name: str = "") -> bytes:
    """Return the file of some appointments; `name` is what a calendar that subscribes shows."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    for event in events:
        calendar.add_component(_event(event))
    return calendar.to_ical()


def _event(event: CalendarEvent) -> Event:
    shown = Event()
    shown.add("uid", str(uuid5(OURS, event.key)))
    shown.add("sequence", event.sequence)
    shown.add("dtstamp", event.changed)
    shown.add("dtstart", event.begins)
    shown.add("dtend", event.ends)
    shown.add("summary", event.kind)
    shown.add("class", "PRIVATE")
    shown.add("status", "CONFIRMED" if event.is_confirmed else "TENTATIVE")
    return shown
