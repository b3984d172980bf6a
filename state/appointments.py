"""One appointment on screen: what it is for, and the forms that move, cancel and close it."""

from datetime import datetime
from typing import Any

from cma_app.access.acts import Act
from cma_app.errors import Conflict, Invalid
from cma_app.services import appointment_list, appointments, reminders
from cma_app.services.appointment_forms import AppointmentForm, CancelForm, NoteForm, OutcomeForm
from cma_app.services.appointment_slots import SlotTaken
from cma_app.services.reminders import CallForm
from cma_app.session import CentreSession
from state.appointment_views import (
    AppointmentLine,
    AppointmentView,
    Words,
    free_words,
    their_words,
    with_picked,
)
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.booking import NOBODY_FREE, free_times
from state.calendar import day_in, number_in
from state.forms import checked
from state.reminder_views import goes_again


def _step(session: CentreSession, verb: Any, appointment_id: int, *said: Any, **more: Any) -> Any:
    """Do one step and show the appointment as it stands then."""
    verb(session, appointment_id, *said, **more)
    return AppointmentView.of(appointment_list.read_appointment(session, appointment_id))


class AppointmentState(CentreState):
    """One appointment and what may be done with it."""

    view: AppointmentView = AppointmentView()
    values: dict[str, str] = {}
    moving: bool = False
    form_number: int = 0
    errors: FormErrors = {}
    cancel_errors: FormErrors = {}
    outcome_errors: FormErrors = {}
    note_errors: FormErrors = {}
    call_errors: FormErrors = {}
    theirs: Words = []
    taken: str = ""
    free: Words = []
    asks_anyway: bool = False
    saved: int = 0

    @load(Act.APPOINTMENT_SEE)
    async def open(self):
        """Show an appointment; where the address names another time, the form that moves it."""
        await self._look()
        self.cancel_errors, self.outcome_errors, self.note_errors = {}, {}, {}
        self.call_errors = {}
        self._begin()
        self.moving = bool(self.query("day")) and self.view.stands

    async def _look(self) -> None:
        self.view = await self.ask(
            appointment_list.read_appointment,
            self.route_id("appointment_id"),
            show=AppointmentView.of,
        )

    def _begin(self) -> None:
        """Fill in the form that moves it with what is stored, and what the address wishes."""
        wished = {"scheduled_date": self.query("day"), "scheduled_time": self.query("time")[:5]}
        if wished["scheduled_date"]:
            wished["scheduled_date"] = day_in(wished["scheduled_date"]).isoformat()
        if number_in(self.query("who")):
            wished["advisor_id"] = self.query("who")
        self.values = self.view.typed | {name: said for name, said in wished.items() if said}
        self.errors, self.theirs, self.taken, self.free = {}, [], "", []
        self.asks_anyway = False
        self.form_number += 1

    @act(Act.APPOINTMENT_BOOK)
    def begin_move(self):
        """Show the form that moves or changes it."""
        self._begin()
        self.moving = True

    @act(Act.APPOINTMENT_BOOK)
    def stop_move(self):
        """Put that form away."""
        self.moving = False

    @act(Act.APPOINTMENT_BOOK, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, AppointmentForm, name, value)

    @act(Act.APPOINTMENT_BOOK, form="errors")
    async def move(self, form: Form):
        """Move or change it, or show the next free times; a time that is taken says by whom."""
        if form.get("intent") == "free":
            self.free = await self.ask(free_times, form, but=self.view.id)
            self.taken = "" if self.free else NOBODY_FREE
            return None
        if not form.get("free"):
            self.taken, self.free = "", []
        try:
            self.view = await self.ask(
                _step,
                appointments.move_appointment,
                self.view.id,
                with_picked(form),
                version=self.view.version,
            )
        except SlotTaken as taken:
            self.taken, self.free = taken.sentence, free_words(taken.free)
            return None
        except Invalid as error:
            self.asks_anyway = self.asks_anyway or "anyway" in error.fields
            raise
        except Conflict as conflict:
            await self._look()
            self.theirs = their_words(conflict.theirs)
            raise
        self.moving, self.theirs = False, []
        return notice("Appointment changed.")

    @act(Act.APPOINTMENT_BOOK)
    async def confirm(self):
        """Record that the client said they will come."""
        await self._take(appointments.confirm_appointment)
        return notice("Confirmed.")

    @act(Act.APPOINTMENT_CANCEL, form="cancel_errors")
    async def cancel(self, form: Form):
        """Cancel it: by whom, and why."""
        await self._take(appointments.cancel_appointment, form)
        self.moving = False
        self.saved += 1
        return notice("Cancelled. Its time is free again.")

    @act(Act.APPOINTMENT_CANCEL, quiet=True)
    def check_cancel(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.cancel_errors = checked(self.cancel_errors, CancelForm, name, value)

    @act(Act.APPOINTMENT_OUTCOME, form="outcome_errors")
    async def say(self, form: Form):
        """Record what came of it."""
        await self._take(appointments.record_outcome, form)
        self.moving = False
        self.saved += 1
        return notice("Outcome recorded.")

    @act(Act.APPOINTMENT_OUTCOME, quiet=True)
    def check_outcome(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.outcome_errors = checked(self.outcome_errors, OutcomeForm, name, value)

    @act(Act.APPOINTMENT_NOTE, form="note_errors")
    async def note(self, form: Form):
        """Write a note on it."""
        self.view = await self.ask(_step, appointments.add_note, self.view.id, form)
        self.saved += 1
        return notice("Note saved.")

    @act(Act.APPOINTMENT_NOTE, quiet=True)
    def check_note(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.note_errors = checked(self.note_errors, NoteForm, name, value)

    @act(Act.APPOINTMENT_REMIND, form="call_errors")
    async def record_call(self, form: Form):
        """Record what came of ringing the client about it."""
        await self._decide(reminders.record_call, form)
        self.saved += 1
        return notice("Call recorded.")

    @act(Act.APPOINTMENT_REMIND, quiet=True)
    def check_call(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.call_errors = checked(self.call_errors, CallForm, name, value)

    @act(Act.APPOINTMENT_REMIND)
    async def send_again(self):
        """Send a reminder that may not have been sent once more."""
        due = await self._decide(reminders.send_again)
        return notice(goes_again(due))

    @act(Act.APPOINTMENT_REMIND)
    async def leave(self):
        """Leave a reminder that may not have been sent as it is."""
        await self._decide(reminders.leave)
        return notice("Left as it is.")

    async def _decide(self, verb: Any, *said: Any) -> datetime:
        """Decide on the reminder on screen and return when that is due.

        Who came second sees what is there now.
        """
        number = self.view.reminder.id
        try:
            due = await self.ask(verb, number, *said, show=lambda row: row.due_at)
        except Conflict:
            await self._look()
            raise
        await self._look()
        return due

    async def _take(self, verb: Any, *said: Any) -> None:
        """Take one step with the version on screen; who came second sees what is there now."""
        try:
            self.view = await self.ask(_step, verb, self.view.id, *said, version=self.view.version)
        except Conflict:
            await self._look()
            raise


class CaseAppointmentsState(CentreState):
    """A case's appointments, as its overview shows them."""

    ahead: list[AppointmentLine] = []
    past: list[AppointmentLine] = []
    missed: int = 0

    @load(Act.APPOINTMENT_SEE)
    async def open(self):
        """Show the appointments of the case on screen."""
        found = await self.ask(appointment_list.list_case_appointments, self.route_id("case_id"))
        self.ahead = [AppointmentLine.of(line) for line in found.ahead]
        self.past = [AppointmentLine.of(line) for line in found.past]
        self.missed = sum(1 for line in found.past if line.status == "did_not_attend")
