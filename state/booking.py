"""Booking an appointment: for whom, when, with whom and where; and the next free times."""

from dataclasses import dataclass
from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import Invalid, NotFound
from cma_app.services import appointments
from cma_app.services.appointment_forms import AppointmentForm
from cma_app.services.appointment_slots import SlotTaken, find_free
from cma_app.services.case_list import CaseFilter, list_cases
from cma_app.services.cases import read_case
from cma_app.services.next_actions import list_holders
from cma_app.services.rooms import list_rooms
from cma_app.session import CentreSession
from models import Client
from state.appointment_views import Words, free_words, people_words, room_words, with_picked
from state.base import CentreState, Form, FormErrors, act, current_sign_in, load, notice
from state.calendar import day_in, number_in
from state.forms import checked
from state.words import weekday_text

FOUND: Final = 8
"""Cases shown while one is looked for."""
NOBODY_FREE: Final = "No time is free in the next 60 days. Choose another advisor or room."
USUAL: Final = {
    "appointment_type": "advice",
    "meeting_mode": "in_person",
    "duration_minutes": "60",
}


def _lists(session: CentreSession) -> tuple[Words, Words]:
    rooms = [room for room in list_rooms(session) if room.is_open]
    return people_words(list_holders(session)), room_words(rooms)


def _case_words(session: CentreSession, case_id: int) -> tuple[str, str]:
    case = read_case(session, case_id)
    client = session.require(Client, case.client_id)
    return f"{client.full_name}, {case.case_reference}", str(case.advisor_id)


@dataclass(frozen=True, slots=True)
class CaseFound:
    """A case to book for."""

    id: int
    words: str


def _found(session: CentreSession, text: str) -> list[CaseFound]:
    rows = list_cases(session, CaseFilter(search=text, sort="client")).page.rows[:FOUND]
    return [CaseFound(row.id, f"{row.client}, {row.reference}") for row in rows]


def free_times(session: CentreSession, form: Form, *, but: int = 0) -> Words:
    """Return the next free times that a form asks for, as far as it is filled in."""
    minutes = number_in(form.get("duration_minutes", "")) or 60
    advisor_id = number_in(form.get("advisor_id", ""))
    if not advisor_id:
        raise Invalid({"advisor_id": "Choose who meets the client."})
    free = find_free(
        session,
        advisor_id=advisor_id,
        room_id=number_in(form.get("room_id", "")) or None,
        day=day_in(form.get("scheduled_date", "")),
        minutes=min(max(minutes, 5), 480),
        but=but,
    )
    return free_words(free)


def _nobody_chosen(form: Form) -> FormErrors:
    """Return what is wrong with a form in which nobody was chosen, all of it at once."""
    said = {"case": "Choose whom the appointment is for."}
    try:
        AppointmentForm.read(form)
    except Invalid as error:
        return said | error.fields
    return said


class BookingState(CentreState):
    """The form that books an appointment."""

    case_id_chosen: int = 0
    case_name: str = ""
    found: list[CaseFound] = []
    searched: str = ""
    values: dict[str, str] = {}
    people: Words = []
    rooms: Words = []
    errors: FormErrors = {}
    taken: str = ""
    free: Words = []
    asks_anyway: bool = False
    form_number: int = 0

    @load(Act.APPOINTMENT_BOOK)
    async def open(self):
        """Begin a booking with what the address says of case, day, time and person."""
        wanted = self.query("case")
        if wanted and not number_in(wanted):
            raise NotFound
        self.case_id_chosen, self.case_name = 0, ""
        holder = str(current_sign_in().actor.user_id)
        if wanted:
            self.case_name, holder = await self.ask(_case_words, number_in(wanted))
            self.case_id_chosen = number_in(wanted)
        self.people, self.rooms = await self.ask(_lists)
        self.values = USUAL | {
            "advisor_id": str(number_in(self.query("who")) or holder),
            "scheduled_date": (
                day_in(self.query("day")) if self.query("day") else today()
            ).isoformat(),
            "scheduled_time": self.query("time")[:5],
        }
        self.found, self.searched, self.errors = [], "", {}
        self._clear()
        self.form_number += 1

    @act(Act.APPOINTMENT_BOOK, supersedes=True, debounce=250)
    async def find(self, text: str):
        """Look for a case by client or reference while its name is typed."""
        self.searched = text.strip()[:100]
        self.found = await self.ask(_found, self.searched) if self.searched else []

    @act(Act.APPOINTMENT_BOOK)
    async def pick(self, number: int):
        """Book for this case."""
        self.case_name, _ = await self.ask(_case_words, number)
        self.case_id_chosen = number
        self.found, self.searched = [], ""
        self.errors = {name: said for name, said in self.errors.items() if name != "case"}

    @act(Act.APPOINTMENT_BOOK)
    def unpick(self):
        """Book for another case after all."""
        self.case_id_chosen, self.case_name = 0, ""

    @act(Act.APPOINTMENT_BOOK, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, AppointmentForm, name, value)

    @act(Act.APPOINTMENT_BOOK, form="errors")
    async def book(self, form: Form):
        """Book it, or show the next free times where that was asked or the time is taken."""
        if form.get("intent") == "free":
            self.free = await self.ask(free_times, form)
            self.taken = "" if self.free else NOBODY_FREE
            return None
        if not self.case_id_chosen:
            raise Invalid(_nobody_chosen(with_picked(form)))
        return await self._book(with_picked(form))

    async def _book(self, form: Form) -> Any:
        case_id = self.case_id_chosen
        if not form.get("free"):
            self.taken, self.free = "", []
        try:
            day = await self.ask(
                appointments.book_appointment,
                case_id,
                form,
                show=lambda row: row.scheduled_date,
            )
        except SlotTaken as taken:
            self.taken, self.free = taken.sentence, free_words(taken.free)
            return None
        except Invalid as error:
            self.asks_anyway = self.asks_anyway or "anyway" in error.fields
            raise
        self._clear()
        to = (
            f"/cases/{case_id}"
            if self.query("case")
            else f"/calendar?day={day.isoformat()}&who=all"
        )
        return [notice(f"Booked for {weekday_text(day)}."), rx.redirect(to)]

    def _clear(self) -> None:
        self.taken, self.free, self.asks_anyway = "", [], False
