"""When a person works: weekly hours as people type them, and the spans of one day."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from itertools import pairwise
from typing import Any, Final

from cma_app.errors import CmaError

Span = tuple[time, time]
"""From one local time to another of the same day."""

WEEKDAYS: Final = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
USUAL: Final[tuple[Span, ...]] = ((time(9), time(17)),)
USUAL_DAYS: Final = range(5)
MOST_SPANS: Final = 4
EXAMPLE: Final = "Enter hours like 9:00 to 12:30, 13:30 to 17:00."
_SPAN: Final = re.compile(r"(.+?)\s*(?:-|–|to)\s*(.+)", re.IGNORECASE)
_CLOCK: Final = re.compile(r"([0-9]{1,2})(?:[:.]?([0-9]{2}))?\s*(am|pm)?", re.IGNORECASE)


def parse_hours(text: str) -> list[Span]:
    """Return the spans of a day as typed, in order; an empty text is a day off.

    `9-12:30, 1pm to 5pm`. Raises CmaError with a sentence for what cannot be read or overlaps.
    """
    parts = [part for part in re.split(r"[,;\n]| and ", text.strip()) if part.strip()]
    if len(parts) > MOST_SPANS:
        raise CmaError(f"Use at most {MOST_SPANS} spans a day.")
    spans = sorted(_span(part.strip()) for part in parts)
    for (_, ends), (starts, _) in pairwise(spans):
        if starts < ends:
            raise CmaError("These hours overlap. Give each time of the day once.")
    return spans


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if not found:
        raise CmaError(EXAMPLE)
    starts, ends = _clock(found[1]), _clock(found[2])
    if ends <= starts:
        raise CmaError(f"{text[:40]} ends before it begins.")
    return starts, ends


def _clock(text: str) -> time:
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        raise CmaError(EXAMPLE)
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half and not 1 <= hour <= 12:
        raise CmaError(EXAMPLE)
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        raise CmaError(EXAMPLE) from None


def hours_text(spans: Iterable[Span]) -> str:
    """Return a day's spans as they are typed: `09:00 to 12:30, 13:30 to 17:00`."""
    return ", ".join(f"{starts:%H:%M} to {ends:%H:%M}" for starts, ends in spans)


def kept(week: Mapping[int, Sequence[Span]]) -> dict[str, list[list[str]]]:
    """Return a week as it is kept: weekday number to pairs of times, days off left out."""
    return {
        str(day): [[f"{starts:%H:%M}", f"{ends:%H:%M}"] for starts, ends in spans]
        for day, spans in sorted(week.items())
        if spans
    }


def spans_of(days: Mapping[str, Any] | None, day: date) -> list[Span]:
    """Return the spans of a day from a week as it is kept; the usual hours where none is."""
    if days is None:
        return list(USUAL) if day.weekday() in USUAL_DAYS else []
    return [
        (time.fromisoformat(starts), time.fromisoformat(ends))
        for starts, ends in days.get(str(day.weekday()), [])
    ]
