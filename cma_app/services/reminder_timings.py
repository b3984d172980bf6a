"""When a centre's reminders go, and the name they come from: by the day of the appointment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field
from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import Conflict, Invalid
from cma_app.rules.reminders import (
    EARLIEST,
    LATEST,
    MOST_DAYS,
    Timing,
    neutral_name,
    tells,
    usual_timing,
)
from cma_app.services.forms import Blank, Clock, Day, Form, given
from cma_app.session import CentreSession
from models import Centre, ReminderTiming

FARTHEST: Final = timedelta(days=730)


def _awake(value: time | None) -> time | None:
    if value is not None and not EARLIEST <= value <= LATEST:
        raise ValueError(f"Choose a time from {EARLIEST:%H:%M} to {LATEST:%H:%M}.")
    return value


def _days(value: int) -> int:
    if not 1 <= value <= MOST_DAYS:
        raise ValueError(f"Use 1 to {MOST_DAYS} working days.")
    return value


def _neutral(value: str | None) -> str | None:
    word = tells(value, today()) if value else ""
    if word:
        raise ValueError(
            f"Others may read this name, and “{word}” tells them what we do. Choose a plain one."
        )
    if value and any(not (each.isprintable()) for each in value):
        raise ValueError("Use letters, digits and spaces.")
    return value


class TimingForm(Form):
    """When reminders go, as a form sends it: from which appointments on, and how."""

    valid_from: Annotated[Day, given("Say for appointments from which day on.")]
    working_days: Annotated[int, given("Say how many working days before."), AfterValidator(_days)]
    at_time: Annotated[Clock, given("Say at what time."), AfterValidator(_awake)]
    sender: Annotated[str | None, Field(max_length=60), Blank, AfterValidator(_neutral)] = None


@dataclass(frozen=True, slots=True)
class KeptTiming:
    """A centre's timing as it is kept; `id` and `version` are 0 where nothing was."""

    id: int
    version: int
    valid_from: date | None
    timing: Timing


@dataclass(frozen=True, slots=True)
class Timings:
    """What holds for appointments of today, what is planned, and the name a letter shows."""

    current: KeptTiming
    planned: list[KeptTiming]
    shown_sender: str


def read_timings(session: CentreSession) -> Timings:
    """Return when the centre's reminders go, today and later on."""
    session.authorize(Act.APPOINTMENT_SEE)
    rows = list(_rows(session))
    past = [row for row in rows if row.valid_from <= today()]
    current = _kept(past[-1]) if past else KeptTiming(0, 0, None, usual_timing(today()))
    return Timings(
        current=current,
        planned=[_kept(row) for row in rows if row.valid_from > today()],
        shown_sender=neutral_name(sender_of(session, current.timing), today()),
    )


def timing_rule(session: CentreSession) -> Callable[[date], Timing]:
    """Return what says when reminders for appointments of a day go; the days are read once."""
    rows = _rows(session)

    def on(day: date) -> Timing:
        begun = [row for row in rows if row.valid_from <= day]
        return _kept(begun[-1]).timing if begun else usual_timing(day)

    return on


def sender_of(session: CentreSession, timing: Timing) -> str:
    """Return the name that letters should come from: the one set, or the centre's own."""
    centre = session.get(Centre, session.actor.centre_id)
    return timing.sender or (centre.name if centre is not None else "")


def record_timing(
    session: CentreSession, data: Mapping[str, Any], *, seen: tuple[int, int] = (0, 0)
) -> ReminderTiming:
    """Record when reminders for appointments from a day on go; `seen` is what was on screen.

    Conflict, with what is stored, where somebody else recorded that day in between. The caller
    plans anew what waits.
    """
    session.authorize(Act.REMINDER_TIMING_KEEP)
    form = TimingForm.read(data)
    since: date = form.valid_from  # type: ignore[assignment]
    if since < today():
        raise Invalid({"valid_from": "Choose today or a later day."})
    if since > today() + FARTHEST:
        raise Invalid({"valid_from": "Choose a day within the next two years."})
    there = next((row for row in _rows(session) if row.valid_from == since), None)
    if there is not None and (there.id, there.version) != seen:
        raise Conflict(
            theirs={
                "working_days": str(there.working_days),
                "at_time": f"{there.at_time:%H:%M}",
                "sender": there.sender or "None",
            }
        )
    said = {"working_days": form.working_days, "at_time": form.at_time, "sender": form.sender}
    row = there or ReminderTiming(valid_from=since, **said)
    for name, value in said.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    return row


def _rows(session: CentreSession) -> list[ReminderTiming]:
    wanted = select(ReminderTiming).order_by(col(ReminderTiming.valid_from))
    return list(session.execute(wanted).scalars())


def _kept(row: ReminderTiming) -> KeptTiming:
    timing = Timing(row.working_days, row.at_time, row.sender or "")
    return KeptTiming(row.id, row.version, row.valid_from, timing)
