"""An appointment as text, and what the forms that book and move it begin with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Final

from cma_app.clock import local
from cma_app.rules.appointments import CANCELLED_BY, MODES, STANDS, TYPES
from cma_app.rules.free_slots import Free
from cma_app.rules.local_time import comes_twice, end_of
from cma_app.services.appointment_list import Line, OpenAppointment
from cma_app.services.next_actions import Holder
from cma_app.services.rooms import RoomRow
from state.base import Form
from state.reminder_views import ReminderView
from state.words import away, day_text, moment_text, weekday_text

Words = list[tuple[str, str]]
NO_ROOM = ("", "No room")


def people_words(people: Iterable[Holder]) -> Words:
    """Return the people who may meet a client, for a list to choose from."""
    return [(str(each.id), each.name) for each in people]


def room_words(rooms: Iterable[RoomRow]) -> Words:
    """Return the rooms of a list to choose from; none comes first."""
    return [NO_ROOM, *[(str(each.id), each.name) for each in rooms]]


def free_words(free: Iterable[Free]) -> Words:
    """Return free times as a form sends them, and as people read them."""
    return [
        (f"{each.day.isoformat()} {each.at:%H:%M}", f"{weekday_text(each.day)}, {each.at:%H:%M}")
        for each in free
    ]


def with_picked(form: Form) -> Form:
    """Return a form with the free time that was picked as its day and time, if one was."""
    day, _, clock = form.get("free", "").partition(" ")
    return form | {"scheduled_date": day, "scheduled_time": clock} if clock else form


def times_text(day: date, at: time, minutes: int) -> str:
    """Return 10:00 to 11:00, by the clock on the wall where it changes in between."""
    return f"{at:%H:%M} to {local(end_of(day, at, minutes)):%H:%M}"


THEIRS: Final = {
    "scheduled_date": "Day",
    "scheduled_time": "Begins at",
    "duration_minutes": "Minutes",
    "advisor_id": "With",
    "appointment_type": "What for",
    "meeting_mode": "How",
    "room_id": "Room",
    "location": "Place or number",
    "preparation_notes": "Preparation",
}


def their_words(theirs: Mapping[str, str]) -> Words:
    """Return what somebody else stored, by the words of the form's boxes."""
    return [(label, theirs[name]) for name, label in THEIRS.items() if name in theirs]


@dataclass(frozen=True, slots=True)
class AppointmentLine:
    """An appointment as a line: when, what, with whom, where."""

    id: int
    when: str
    sub: str
    what: str
    more: str
    status: str

    @classmethod
    def of(cls, line: Line) -> "AppointmentLine":
        """Return what is shown of an appointment of a case."""
        place = line.room or line.location
        return cls(
            id=line.id,
            when=weekday_text(line.day),
            sub=f"{line.at:%H:%M}, {away(line.day)}",
            what=TYPES[line.kind],
            more=", ".join(each for each in (line.advisor, MODES[line.mode], place) if each),
            status=line.status,
        )


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note on an appointment."""

    id: int
    when: str
    author: str
    body: str


@dataclass(frozen=True, slots=True)
class AppointmentView:
    """One appointment with what may be done with it now."""

    id: int = 0
    version: int = 0
    case_id: int = 0
    client: str = ""
    reference: str = ""
    when: str = ""
    away: str = ""
    advisor: str = ""
    kind: str = ""
    mode: str = ""
    place: str = ""
    status: str = ""
    preparation: str = ""
    outcome: str = ""
    follow_up: str = ""
    cancelled: str = ""
    comes_twice: bool = False
    stands: bool = False
    may_confirm: bool = False
    may_say: bool = False
    is_shadowed: bool = False
    notes: list[NoteLine] = field(default_factory=list)
    reminder: ReminderView = field(default_factory=ReminderView)
    typed: dict[str, str] = field(default_factory=dict)
    people: Words = field(default_factory=list)
    rooms: Words = field(default_factory=list)

    @classmethod
    def of(cls, found: OpenAppointment) -> "AppointmentView":
        """Return what is shown of an appointment."""
        line, row = found.line, found.row
        by = CANCELLED_BY.get(row.cancelled_by or "", "")
        return cls(
            id=row.id,
            version=row.version,
            case_id=line.case_id,
            client=line.client,
            reference=line.reference,
            when=f"{weekday_text(line.day, year=True)},"
            f" {times_text(line.day, line.at, line.minutes)}",
            away=away(line.day),
            advisor=line.advisor,
            kind=TYPES[line.kind],
            mode=MODES[line.mode],
            place=", ".join(each for each in (line.room, line.location) if each),
            status=row.status,
            preparation=row.preparation_notes or "",
            outcome=row.outcome_summary or "",
            follow_up=day_text(row.follow_up_date),
            cancelled=f"By {by.lower()}: {row.cancel_reason}" if by else "",
            comes_twice=comes_twice(line.day, line.at),
            stands=row.status in STANDS,
            may_confirm=row.status == "scheduled" and not found.has_begun,
            may_say=found.has_begun and row.status != "cancelled",
            is_shadowed=found.is_shadowed,
            notes=[
                NoteLine(note.id, moment_text(note.at), note.author, note.body)
                for note in found.notes
            ],
            reminder=ReminderView.of(
                found.reminder, stands=row.status in STANDS and not found.has_begun
            ),
            typed={
                "appointment_type": row.appointment_type,
                "meeting_mode": row.meeting_mode,
                "advisor_id": str(row.advisor_id),
                "room_id": str(row.room_id or ""),
                "scheduled_date": row.scheduled_date.isoformat(),
                "scheduled_time": f"{row.scheduled_time:%H:%M}",
                "duration_minutes": str(row.duration_minutes),
                "location": row.location or "",
                "preparation_notes": row.preparation_notes or "",
            },
            people=people_words(found.people),
            rooms=room_words(found.rooms),
        )
