"""Values put into the words a person reads: money, days, moments. Views hold the text."""

from datetime import date, datetime, time
from decimal import Decimal

from cma_app.clock import local, today


def pounds(amount: Decimal | None, *, sign: bool = True, none: str = "") -> str:
    """Return £1,234.50 or −£12.00; `none` where there is no figure."""
    if amount is None:
        return none
    minus = "−" if amount < 0 else ""
    return f"{minus}{'£' if sign else ''}{abs(amount):,.2f}"


def day_text(day: date | None, *, none: str = "") -> str:
    """Return 22 Nov 2026; `none` where there is no date."""
    return f"{day.day} {day:%b %Y}" if day is not None else none


def weekday_text(day: date | None, *, year: bool = False) -> str:
    """Return Fri 27 Nov, or Fri 27 Nov 2026; empty where there is no date."""
    if day is None:
        return ""
    return f"{day:%a} {day.day} {day:%b %Y}" if year else f"{day:%a} {day.day} {day:%b}"


def clock_text(moment: time | None) -> str:
    """Return 14:02, or an empty text."""
    return f"{moment:%H:%M}" if moment is not None else ""


def moment_text(moment: datetime | None) -> str:
    """Return 22 Nov 2026, 14:02 by a British clock; Today, 14:02 on the day itself."""
    if moment is None:
        return ""
    there = local(moment)
    day = "Today" if there.date() == today() else day_text(there.date())
    return f"{day}, {there:%H:%M}"


def away(day: date | None) -> str:
    """Return how far a day is: today, tomorrow, in 5 days, 2 days ago; empty for none."""
    if day is None:
        return ""
    days = (day - today()).days
    if days in (-1, 0, 1):
        return ("yesterday", "today", "tomorrow")[days + 1]
    return f"in {days} days" if days > 0 else f"{-days} days ago"


def several(number: int, one: str, many: str | None = None) -> str:
    """Return 1 child, 3 children."""
    return f"{number} {one if number == 1 else many or one + 's'}"
