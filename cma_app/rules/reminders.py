"""When an appointment's reminder goes, what it says, and why somebody has to ring instead.

A reminder goes a number of working days before, at a local time, so that there is somebody to
answer. It says when and how people meet, and nothing from which others could tell what about.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from cma_app.clock import local
from cma_app.rules.calendars import add_working_days, is_working_day
from cma_app.rules.local_time import moment_at
from cma_app.rules.parameters import parameter, read_yaml

WHY_CALL: Final = {
    "no_server": "no mail server is set up",
    "sender": "the sender's address would say what we do",
    "words": "the letter would say what we do",
    "no_email": "no e-mail address is recorded",
    "route_no": "e-mail is not safe for this client",
    "route_not_asked": "nobody has asked yet whether e-mail is safe",
    "route_hours": "e-mail is safe at some hours only, and when it is read cannot be chosen",
    "refused": "the mail server refused it",
    "unreachable": "the mail server could not be reached",
    "late": "it was too late for an e-mail",
    "changed": "since the reminder it changed how, or for how long, they meet",
}
"""Why a reminder is a call, by its code."""

RESULTS: Final = {
    "spoke": "Spoke to the client",
    "voicemail": "Left a voicemail",
    "text": "Sent a text",
    "other": "Told the client another way",
    "no_answer": "No answer: it stays on the list",
}
"""What comes of calling; all but the last take the client off the list."""
NO_ANSWER: Final = "no_answer"

STATUSES: Final = (
    "waiting",
    "claimed",
    "sending",
    "sent",
    "unknown",
    "left",
    "call",
    "called",
    "none",
    "dropped",
)
EARLIEST: Final = time(8)
LATEST: Final = time(20)
"""Reminders go between these local times, whatever a centre sets and whoever sends them."""
LAST_ROUND: Final = time(20, 5)
"""What is set for the last minute goes in a round of the worker after it, until here."""
MOST_DAYS: Final = 10
RETRY: Final = (timedelta(minutes=5), timedelta(minutes=20), timedelta(hours=1))
"""How long to wait after each failure to reach the server; then somebody rings."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When a centre's reminders go: working days before, and at which local time."""

    working_days: int
    at: time
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A reminder's words."""

    sender: str
    subject: str
    body: str


def usual_timing(day: date) -> Timing:
    """Return when reminders for appointments of a day go, where the centre set nothing."""
    return Timing(
        int(parameter("reminder_working_days").on(day)),
        time(int(parameter("reminder_hour").on(day))),
    )


def goes_at(day: date, at: time, *, made: datetime, timing: Timing, nation: str) -> datetime | None:
    """Return the moment in UTC at which the reminder of an appointment goes.

    `made` is when its time was settled. Where the moment of the rule was over by then it is the
    next one at that local time on a working day; None where that leaves too little time, since
    the client has just been told.
    """
    goes = moment_at(add_working_days(day, -timing.working_days, nation), timing.at)
    if goes > made:
        return goes
    there = local(made).date()
    first = there if is_working_day(there, nation) else add_working_days(there, 1, nation)
    for chosen in (first, add_working_days(first, 1, nation)):
        goes = moment_at(chosen, timing.at)
        if goes > made:
            return None if is_late(goes, moment_at(day, at)) else goes
    return None


def by_day(moment: datetime) -> datetime:
    """Return a moment, or at night the next one at which reminders go: a letter may ring."""
    there = local(moment)
    if EARLIEST <= there.time() < LAST_ROUND:
        return moment
    morning = there.date() + timedelta(days=there.time() >= LAST_ROUND)
    return moment_at(morning, EARLIEST)


def is_late(moment: datetime, begins: datetime) -> bool:
    """Say whether a moment is too near the beginning for an e-mail."""
    least = int(parameter("reminder_least_hours").on(local(begins).date()))
    return moment > begins - timedelta(hours=least)


def why_call(email: str | None, answer: str, *, has_hours: bool) -> str:
    """Return why this client is not written to, by a code of WHY_CALL; empty where they may be.

    `answer` is that of the e-mail route. A yes at some hours only is no yes: a letter shows itself
    when it arrives, and when that is nobody can choose.
    """
    if answer != "yes":
        return "route_no" if answer == "no" else "route_not_asked"
    if has_hours:
        return "route_hours"
    return "" if email else "no_email"


@cache
def _content() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_name("reminders.yaml"))


def _on(name: str, day: date) -> Mapping[str, Any]:
    started = [each for each in _content()[name] if each["from"] <= day]
    if not started:
        raise LookupError(f"There is no {name} of reminders for {day}.")
    return max(started, key=lambda each: each["from"])


def tells(text: str, day: date) -> str:
    """Return the word of a text that says what we do, as listed on a day; empty where none does."""
    words = _on("lists", day)
    said = text.casefold()
    for part in words["within"]:
        if part in said:
            return part
    whole = set(re.findall(r"[^\W\d_]+", said))
    return next((word for word in words["alone"] if word in whole), "")


def neutral_name(name: str, day: date) -> str:
    """Return a name that a letter may come from: this one, or a plain word where it tells."""
    return name if name and not tells(name, day) else str(_on("letter", day)["sender"])


def reminder_letter(
    day: date, at: time, *, ends: datetime, mode: str, sender: str, phone: str, on: date
) -> Letter:
    """Return the words of a reminder written on a day: when and how, and how to change it."""
    words = _on("letter", on)
    shown = f"{day:%A} {day.day} {day:%B}"
    ring = words["change_by_phone"].format(phone=phone) if phone else words["change"]
    return Letter(
        sender=neutral_name(sender, on),
        subject=words["subject"].format(day=shown),
        body="\n\n".join(
            (
                words["begins"],
                f"{shown} {day.year}, {at:%H:%M} to {local(ends):%H:%M}\n{words['modes'][mode]}",
                ring,
                words["no_answer"],
            )
        )
        + "\n",
    )
