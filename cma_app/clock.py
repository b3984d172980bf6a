"""The only place that reads the clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    """Return this moment in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the one reader of the clock


def today() -> date:
    """Return the local date in the United Kingdom: legal day counts use local dates."""
    return now().astimezone(LONDON).date()


def local(moment: datetime) -> datetime:
    """Return a stored moment as the clock on a British wall shows it."""
    return moment.astimezone(LONDON)
