"""The call list on screen: whom to ring, what may not have been sent, and when reminders go."""

from datetime import datetime
from typing import Any

from cma_app.access.acts import Act
from cma_app.errors import Conflict
from cma_app.services import call_list, reminders
from cma_app.services.reminder_timings import TimingForm, read_timings
from cma_app.services.reminders import CallForm
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.forms import checked
from state.reminder_views import NO_CALLS, NO_TIMING, CallsView, TimingView, Words, goes_again

THEIRS = {"working_days": "Working days before", "at_time": "At", "sender": "Name"}


def _both(session: CentreSession, *, mine: bool) -> tuple[CallsView, TimingView]:
    found = call_list.read_call_list(session, mine=mine)
    return CallsView.of(found, mine=mine), TimingView.of(read_timings(session))


class CallListState(CentreState):
    """The call list, and the centre's rule of when reminders go."""

    view: CallsView = NO_CALLS
    timing: TimingView = NO_TIMING
    ready: bool = False
    chosen: int = 0
    chosen_name: str = ""
    call_errors: FormErrors = {}
    timing_errors: FormErrors = {}
    theirs: Words = []
    saved: int = 0
    filled: int = 0

    @load(Act.APPOINTMENT_SEE)
    async def open(self):
        """Show whom to ring: in the whole centre, or about one's own appointments and cases."""
        await self._look()
        self.call_errors, self.timing_errors, self.theirs = {}, {}, []
        self.filled += 1
        self.ready = True

    async def _look(self) -> None:
        self.view, self.timing = await self.ask(_both, mine=self.query("mine") == "1")

    @act(Act.APPOINTMENT_REMIND)
    def choose(self, reminder_id: int):
        """Put a line into the form that records a call."""
        lines = [*self.view.calls, *self.view.unknown]
        chosen = [line for line in lines if line.id == reminder_id]
        self.chosen = reminder_id if chosen else 0
        self.chosen_name = chosen[0].client if chosen else ""
        self.call_errors = {}

    @act(Act.APPOINTMENT_REMIND, form="call_errors")
    async def record(self, form: Form):
        """Record what came of ringing the chosen client."""
        await self._take(reminders.record_call, self.chosen, form)
        self.saved += 1
        return notice("Call recorded.")

    @act(Act.APPOINTMENT_REMIND, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.call_errors = checked(self.call_errors, CallForm, name, value)

    @act(Act.APPOINTMENT_REMIND)
    async def send_again(self, reminder_id: int):
        """Send what may not have been sent once more."""
        due = await self._take(reminders.send_again, reminder_id)
        return notice(goes_again(due))

    @act(Act.APPOINTMENT_REMIND)
    async def leave(self, reminder_id: int):
        """Leave what may not have been sent as it is."""
        await self._take(reminders.leave, reminder_id)
        return notice("Left as it is.")

    async def _take(self, verb: Any, *said: Any) -> datetime:
        """Take a decision about a reminder; return when that is due."""
        try:
            due = await self.ask(verb, *said, show=lambda row: row.due_at)
        except Conflict:
            await self._look()  # somebody was first: what is there now
            raise
        await self._look()
        return due

    @act(Act.REMINDER_TIMING_KEEP, form="timing_errors")
    async def save_timing(self, form: Form):
        """Record when reminders go from a day on; who came second sees what is stored."""
        seen = self.timing.seen(str(form.get("valid_from", "")))
        try:
            await self.ask(reminders.keep_timing, form, seen=seen, show=lambda row: row.id)
        except Conflict as conflict:
            await self._look()
            self.theirs = [
                (THEIRS[name], said) for name, said in conflict.theirs.items() if name in THEIRS
            ]
            raise
        await self._look()
        self.theirs = []
        self.filled += 1
        return notice("Saved. What waits is planned anew.")

    @act(Act.REMINDER_TIMING_KEEP, quiet=True)
    def check_timing(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.timing_errors = checked(self.timing_errors, TimingForm, name, value)
