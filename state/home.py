"""The first page: what to do next, done with one click and undone, put off, or given away."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from cma_app.access.acts import Act
from cma_app.errors import Conflict
from cma_app.services import home, next_actions, replies
from cma_app.services.forms import Day, given
from cma_app.services.forms import Form as Sheet
from cma_app.services.home_tasks import own_references
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.forms import checked
from state.home_lines import Line
from state.home_views import DayView

Words = list[tuple[str, str]]


class GiveForm(Sheet):
    """A task for a colleague or oneself as a form sends it."""

    reference: Annotated[str, given("Give the reference of the case."), Field(max_length=50)]
    what: Annotated[str, given("Say what has to be done."), Field(max_length=200)]
    due_date: Annotated[Day, given("Give the day by which it has to be done.")]
    owner_id: Annotated[int | None, BeforeValidator(lambda value: value or None)] = None


class WaitForm(Sheet):
    """Why a task is put off, and to when, as a form sends it."""

    due_date: Annotated[Day, given("Choose a later day.")]
    reason: Annotated[str, given("Say why it waits."), Field(max_length=300)]


@dataclass(frozen=True, slots=True)
class Undo:
    """What was just done and may be taken back: a task or a reply."""

    id: int = 0
    kind: str = ""
    said: str = ""


def _choices(session: CentreSession) -> tuple[Words, Words]:
    people = [(str(each.id), each.name) for each in next_actions.list_holders(session)]
    return people, own_references(session)


class HomeState(CentreState):
    """The first page, its two dialogs, and what can be undone."""

    view: DayView = DayView()
    undo: Undo = Undo()
    waiting: Line = Line()
    wait_errors: FormErrors = {}
    people: Words = []
    references: Words = []
    give_errors: FormErrors = {}
    saved: int = 0

    @load(Act.HOME_SEE)
    async def open(self):
        """Show what to do next."""
        self.undo, self.waiting = Undo(), Line()
        self.wait_errors, self.give_errors = {}, {}
        await self._show()

    @act(Act.HOME_SEE, quiet=True, unattended=True)
    async def refresh(self):
        """Show the day as it is now: something of it changed."""
        await self._show()

    async def _show(self) -> None:
        self.view = await self.ask(home.my_day, show=DayView.of)

    def _line(self, kind: str, number: int) -> Line:
        groups = (self.view.overdue, self.view.today, self.view.week)
        lines = [line for group in groups for line in group.rows]
        return next((each for each in lines if (each.does, each.id) == (kind, number)), Line())

    @act(Act.ACTION_DONE)
    async def finish(self, number: int):
        """Mark a task as done; it can be undone."""
        line = self._line("task", number)
        await self.ask(next_actions.complete_action, number)
        await self._show()
        self.undo = Undo(number, "task", f"Done: {line.what}")

    @act(Act.REPLY_RECORD)
    async def told(self, number: int):
        """Note that the client was told of an answer today; it can be undone."""
        line = self._line("reply", number)
        await self.ask(replies.tell_client, number)
        await self._show()
        self.undo = Undo(number, "reply", f"{line.who} was told: {line.what}")

    @act(Act.ACTION_DONE)
    async def undo_task(self, number: int):
        """Make a task one that is still to do."""
        await self.ask(next_actions.undo_action, number)
        await self._back()

    @act(Act.REPLY_RECORD)
    async def undo_told(self, number: int):
        """Take back that the client was told."""
        await self.ask(replies.untell_client, number)
        await self._back()

    async def _back(self) -> None:
        self.undo = Undo()
        await self._show()

    @act(Act.ACTION_RECORD)
    def choose(self, number: int):
        """Put a task into the form that puts it off."""
        self.waiting, self.wait_errors = self._line("task", number), {}

    @act(Act.ACTION_RECORD, form="wait_errors")
    async def put_off(self, form: Form):
        """Move the chosen task to a later day, with the reason."""
        read, line = WaitForm.read(form), self.waiting
        try:
            await self.ask(
                next_actions.put_off_action, line.id, version=line.version, **read.model_dump()
            )
        except Conflict:
            await self._show()
            self.waiting = self._line("task", line.id)
            return notice("Somebody changed this task in the meantime. Look at it again.", "late")
        return await self._saved("Task put off.")

    @act(Act.ACTION_RECORD, quiet=True)
    def check_wait(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.wait_errors = checked(self.wait_errors, WaitForm, name, value)

    @act(Act.ACTION_RECORD)
    async def begin_give(self):
        """Fill the form of a new task with the people and one's own cases."""
        self.people, self.references = await self.ask(_choices)
        self.give_errors = {}

    @act(Act.ACTION_RECORD, form="give_errors")
    async def give(self, form: Form):
        """Make a task in a case, for a colleague or oneself."""
        read = GiveForm.read(form)
        said = read.model_dump(exclude={"reference"})
        await self.ask(next_actions.give_task, read.reference, **said)
        return await self._saved("Task added.")

    @act(Act.ACTION_RECORD, quiet=True)
    def check_give(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.give_errors = checked(self.give_errors, GiveForm, name, value)

    async def _saved(self, sentence: str) -> Any:
        """Show everything anew, close the dialog and say what was done."""
        await self._show()
        self.saved += 1
        return notice(sentence)
