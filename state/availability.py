"""When people work and are away, and the centre's rooms."""

from dataclasses import dataclass, field
from datetime import date

import reflex as rx

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import Conflict
from cma_app.rules.working_hours import WEEKDAYS
from cma_app.services import availability, covers, rooms
from cma_app.services.availability import Availability, Leave, Week, WeekForm
from cma_app.services.covers import CoveredLeaveForm
from cma_app.services.next_actions import list_holders
from cma_app.services.rooms import RoomForm, RoomRow
from cma_app.session import CentreSession
from state.appointment_views import Words, people_words
from state.base import CentreState, Form, FormErrors, act, current_sign_in, load, notice
from state.calendar import number_in
from state.covers import CoverState, days_text
from state.forms import checked
from state.words import day_text, several

KEYS = tuple(word.lower() for word in WEEKDAYS)


@dataclass(frozen=True, slots=True)
class LeaveLine:
    """Days away as text."""

    id: int
    words: str

    @classmethod
    def of(cls, leave: Leave) -> "LeaveLine":
        """Return what is shown of some days away."""
        return cls(leave.id, days_text(leave.first_day, leave.last_day))


@dataclass(frozen=True, slots=True)
class AvailabilityView:
    """A person's week and leave as text; `days` pairs each weekday with its hours."""

    user_id: int = 0
    name: str = ""
    since: str = ""
    week_id: int = 0
    version: int = 0
    days: Words = field(default_factory=list)
    planned: list[str] = field(default_factory=list)
    leave: list[LeaveLine] = field(default_factory=list)
    may_record: bool = False
    typed: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Availability) -> "AvailabilityView":
        """Return what is shown of when a person works."""
        week = found.week
        return cls(
            user_id=found.user_id,
            name=found.name,
            since=f"Since {day_text(week.valid_from)}" if week.valid_from else "",
            week_id=week.id,
            version=week.version,
            days=[(word, week.days[n] or "Off") for n, word in enumerate(WEEKDAYS)],
            planned=[_planned(each) for each in found.planned],
            leave=[LeaveLine.of(each) for each in found.leave],
            may_record=found.may_record,
            typed={"valid_from": today().isoformat(), **dict(zip(KEYS, week.days, strict=True))},
        )


def _planned(week: Week) -> str:
    said = [f"{word} {week.days[n]}" for n, word in enumerate(WEEKDAYS) if week.days[n]]
    since: date | None = week.valid_from
    return f"From {day_text(since)}: {'; '.join(said) or 'no hours'}"


@dataclass(frozen=True, slots=True)
class RoomLine:
    """A room of the list."""

    id: int
    name: str
    is_open: bool
    version: int

    @classmethod
    def each(cls, found: list[RoomRow]) -> "list[RoomLine]":
        """Return what is shown of the rooms."""
        return [cls(row.id, row.name, row.is_open, row.version) for row in found]


def _lists(session: CentreSession) -> tuple[Words, list[RoomLine]]:
    return people_words(list_holders(session)), RoomLine.each(rooms.list_rooms(session))


class AvailabilityState(CentreState):
    """One person's hours and leave, and the rooms."""

    view: AvailabilityView = AvailabilityView()
    people: Words = []
    rooms: list[RoomLine] = []
    week_errors: FormErrors = {}
    leave_errors: FormErrors = {}
    room_errors: FormErrors = {}
    rename_errors: FormErrors = {}
    theirs: Words = []
    renaming: RoomLine = RoomLine(0, "", is_open=True, version=0)
    saved: int = 0
    filled: int = 0

    @load(Act.APPOINTMENT_SEE)
    async def open(self):
        """Show the hours of the person whom the address names, one's own otherwise."""
        who = number_in(self.query("who")) or current_sign_in().actor.user_id
        await self._look(who)
        self.people, self.rooms = await self.ask(_lists)
        self.week_errors, self.leave_errors, self.theirs = {}, {}, []
        self.room_errors, self.rename_errors = {}, {}
        self.filled += 1

    async def _look(self, who: int) -> None:
        self.view = await self.ask(availability.read_availability, who, show=AvailabilityView.of)

    @act(Act.APPOINTMENT_SEE)
    def choose(self, who: str):
        """Show another person's hours."""
        return rx.redirect(f"/availability?who={number_in(who)}")

    @act(Act.AVAILABILITY_RECORD, form="week_errors")
    async def save_week(self, form: Form):
        """Record the hours that hold from a day on; who came second sees what is stored."""
        view = self.view
        try:
            await self.ask(
                availability.record_week,
                view.user_id,
                form,
                seen=(view.week_id, view.version),
                show=lambda row: row.id,
            )
        except Conflict as conflict:
            await self._look(view.user_id)
            labels = dict(zip(KEYS, WEEKDAYS, strict=True))
            self.theirs = [(labels[name], said) for name, said in conflict.theirs.items()]
            raise
        await self._look(view.user_id)
        self.theirs = []
        self.filled += 1
        return notice("Hours saved.")

    @act(Act.AVAILABILITY_RECORD, quiet=True)
    def check_week(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.week_errors = checked(self.week_errors, WeekForm, name, value)

    @act(Act.AVAILABILITY_RECORD, form="leave_errors")
    async def add_leave(self, form: Form):
        """Record days away and who covers, and say how many appointments have to be moved."""
        who = self.view.user_id
        _, standing, cover = await self.ask(covers.add_covered_leave, who, form)
        await self._look(who)
        self.saved += 1
        said = f"Leave saved. {cover.cover} covers." if cover is not None else "Leave saved."
        if standing:
            said = f"{said} {several(standing, 'appointment')} to move."
        return [notice(said, "note" if standing else "good"), CoverState.open]

    @act(Act.AVAILABILITY_RECORD, quiet=True)
    def check_leave(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.leave_errors = checked(self.leave_errors, CoveredLeaveForm, name, value)

    @act(Act.AVAILABILITY_RECORD)
    async def remove_leave(self, leave_id: int):
        """Take days away off the list."""
        await self.ask(availability.remove_leave, leave_id, show=lambda row: row.id)
        await self._look(self.view.user_id)
        return [notice("Leave taken off."), CoverState.open]

    @act(Act.ROOM_KEEP, form="room_errors")
    async def add_room(self, form: Form):
        """Add a room."""
        await self.ask(rooms.add_room, form, show=lambda row: row.id)
        return await self._rooms("Room added.")

    @act(Act.ROOM_KEEP, quiet=True)
    def check_room(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.room_errors = checked(self.room_errors, RoomForm, name, value)

    @act(Act.ROOM_KEEP)
    def choose_room(self, room_id: int):
        """Put a room into the form that renames it."""
        self._choose(room_id)
        self.rename_errors = {}

    def _choose(self, room_id: int) -> None:
        chosen = [room for room in self.rooms if room.id == room_id]
        self.renaming = chosen[0] if chosen else RoomLine(0, "", is_open=True, version=0)

    @act(Act.ROOM_KEEP, form="rename_errors")
    async def rename_room(self, form: Form):
        """Give the chosen room another name."""
        room = self.renaming
        await self.ask(rooms.rename_room, room.id, form, seen=room.version, show=lambda row: row.id)
        return await self._rooms("Room renamed.")

    @act(Act.ROOM_KEEP)
    async def close_room(self, room_id: int):
        """Take no more bookings in a room."""
        await self.ask(rooms.close_room, room_id, show=lambda row: row.id)
        return await self._rooms("Room closed. What is booked keeps it.")

    @act(Act.ROOM_KEEP)
    async def open_room(self, room_id: int):
        """Take bookings in a room again."""
        await self.ask(rooms.open_room, room_id, show=lambda row: row.id)
        return await self._rooms("Room open.")

    async def _rooms(self, sentence: str) -> rx.event.EventSpec:
        self.rooms = await self.ask(rooms.list_rooms, show=RoomLine.each)
        self.saved += 1
        return notice(sentence)
