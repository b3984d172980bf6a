"""Bank holidays and working days of each nation."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import holidays

from cma_app.rules.nations import NATIONS
from cma_app.rules.parameters import read_yaml

DIVISIONS: Final[dict[str, str]] = {
    "england": "ENG",
    "wales": "WLS",
    "scotland": "SCT",
    "northern_ireland": "NIR",
}
SATURDAY: Final = 5


@cache
def bank_holidays(year: int, nation: str) -> frozenset[date]:
    """Return a nation's bank holidays of a year; an unknown nation raises LookupError."""
    if nation not in NATIONS:
        raise LookupError(f"There is no calendar for {nation}.")
    days = set(holidays.country_holidays("GB", subdiv=DIVISIONS[nation], years=year))
    overrides = read_yaml(Path(__file__).with_name("bank_holidays.yaml"))["overrides"]
    for override in overrides:
        if nation in override["nations"] and override["day"].year == year:
            change = days.add if override["change"] == "add" else days.discard
            change(override["day"])
    # The library lists the day itself beside its substitute; on a weekend nobody works anyway.
    return frozenset(day for day in days if day.weekday() < SATURDAY)


def is_working_day(day: date, nation: str) -> bool:
    """Say whether a day is neither a weekend nor a bank holiday in a nation."""
    return day.weekday() < SATURDAY and day not in bank_holidays(day.year, nation)


def add_working_days(day: date, n: int, nation: str) -> date:
    """Return the nth working day after a day, or before it where n is negative.

    The day itself is not counted; with n = 0 it comes back as it is, working or not.
    """
    step = timedelta(days=1 if n > 0 else -1)
    for _ in range(abs(n)):
        day += step
        while not is_working_day(day, nation):
            day += step
    return day
