"""The first tab of a case: what to do next, what is owed, what is left, what happened."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from cma_app.access.acts import Act
from cma_app.errors import Conflict
from cma_app.rules.workflow import STAGE_LABELS, next_stages, passes_sign_off
from cma_app.services import case_steps, next_actions
from cma_app.services.advice_nation import OldNation
from cma_app.services.case_facts import CaseFacts, open_facts
from cma_app.services.case_overview import Workspace, read_workspace
from cma_app.services.cases import PRIORITY_LABELS, PRIORITY_ORDER
from cma_app.services.forms import Clock, Day, ReasonForm, given
from cma_app.services.forms import Form as Sheet
from cma_app.services.handing_on import HandedOn, hand_on
from state.appointments import CaseAppointmentsState
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.case_bar import CaseBar, CaseBarState
from state.case_views import ActionView, CaseEdit, DebtView, EventView, MoneyView
from state.forms import checked, ticked
from state.submitting import submitted
from state.words import pounds, several

FEW, MORE = 12, 100
Words = list[tuple[str, str]]


def _number(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) else value


class ActionForm(Sheet):
    """A next action as a form sends it."""

    what: Annotated[str, given("Say what has to be done."), Field(max_length=200)]
    due_date: Day = None
    due_time: Clock = None
    owner_id: Annotated[int | None, BeforeValidator(_number)] = None


class EditForm(Sheet):
    """What a case is, as a form sends it."""

    nation: str
    case_type: str
    next_review_date: Day = None


class EmergencyForm(Sheet):
    """An emergency as a form sends it."""

    emergency: Annotated[
        str, given("Say what is going to happen, such as Eviction."), Field(max_length=200)
    ]
    emergency_date: Day = None
    emergency_time: Clock = None


def _handed(found: HandedOn) -> str:
    """Return what was handed on, and which appointments stay with who held the case."""
    sentence = "Case handed on, with its open actions"
    if found.moved:
        sentence += f" and {several(found.moved, 'appointment')}"
    if not found.stays:
        return f"{sentence}."
    stays = "; ".join(found.stays[:3])
    return f"{sentence}. Still with who held it: {stays}. Move or cancel that yourself."


class CaseState(CentreState):
    """The overview of the case on screen, and the forms that change it."""

    actions: list[ActionView] = []
    debts: list[DebtView] = []
    debt_count: int = 0
    debt_total: str = ""
    priority_total: str = ""
    money: MoneyView = MoneyView()
    old_nation: OldNation = OldNation()
    events: list[EventView] = []
    has_more: bool = False
    edit: CaseEdit = CaseEdit()
    stages: Words = []
    higher: Words = []
    lower: Words = []
    changing: ActionView = ActionView()
    done: ActionView = ActionView()
    theirs: dict[str, str] = {}
    errors: FormErrors = {}
    action_errors: FormErrors = {}
    step_errors: FormErrors = {}
    saved: int = 0
    on_case: int = 0

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show the case's first tab."""
        self.done, self.theirs, self.errors = ActionView(), {}, {}
        self.step_errors, self.action_errors = {}, {}
        await self._show(FEW)
        self.saved += 1  # the forms begin anew with what is stored

    @act(Act.CASE_OPEN)
    async def look_again(self):
        """Show the first tab anew where it is on screen, after something was saved beside it."""
        if self.on_case == self.route_id("case_id"):
            await self._show(FEW)

    @act(Act.CASE_OPEN)
    async def show_more(self):
        """Show more of the timeline."""
        await self._show(MORE)

    async def _show(self, most: int) -> None:
        case_id = self.route_id("case_id")
        space: Workspace = await self.ask(read_workspace, case_id, most=most)
        facts: CaseFacts = await self.ask(open_facts, case_id, first=False)
        self.actions = [ActionView.of(row) for row in space.actions]
        self.debts = [DebtView.of(line) for line in space.overview.debts]
        self.debt_count = space.overview.debt_count
        self.debt_total = pounds(space.overview.total, sign=False)
        self.priority_total = pounds(space.overview.priority_total)
        self.money = MoneyView.of(space.overview.money)
        self.old_nation = space.old_nation or OldNation()
        self.events = [EventView.of(event) for event in space.events]
        self.has_more = most == FEW and len(space.events) >= FEW
        await self._show_facts(facts)
        self.on_case = case_id

    async def _show_facts(self, facts: CaseFacts) -> None:
        frame = await self.get_state(CaseBarState)
        frame.bar = CaseBar.of(facts)
        self.edit = CaseEdit.of(facts)
        self.stages = [
            (stage.value, STAGE_LABELS[stage]) for stage in next_stages(facts.stage, facts.status)
        ]
        place = PRIORITY_ORDER[facts.priority]
        words = list(PRIORITY_LABELS.items())
        self.higher, self.lower = words[place + 1 :], words[:place]

    async def _saved(self, sentence: str) -> Any:
        """Show everything anew, close the dialog and say what was done."""
        await self._show(FEW)
        self.theirs = {}
        self.saved += 1
        return notice(sentence)

    @act(Act.ACTION_RECORD, form="action_errors")
    async def add_action(self, form: Form):
        """Add something to do."""
        read = ActionForm.read(form)
        await self.ask(next_actions.record_action, self.route_id("case_id"), **read.model_dump())
        return await self._saved("Action added.")

    @act(Act.ACTION_RECORD)
    def choose(self, action_id: int):
        """Put an action into the form that changes it."""
        chosen = [action for action in self.actions if action.id == action_id]
        self.changing = chosen[0] if chosen else ActionView()
        self.theirs, self.action_errors = {}, {}

    @act(Act.ACTION_RECORD, form="action_errors")
    async def change_action(self, form: Form):
        """Change an action; where somebody else was first, show both."""
        read, one = ActionForm.read(form), self.changing
        try:
            await self.ask(
                next_actions.edit_action, one.id, version=one.version, **read.model_dump()
            )
        except Conflict as conflict:
            await self._show(FEW)
            newest = [action for action in self.actions if action.id == one.id]
            self.changing = newest[0] if newest else one
            return self._meet(conflict)
        return await self._saved("Action changed.")

    @act(Act.ACTION_RECORD, quiet=True)
    def check_action(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.action_errors = checked(self.action_errors, ActionForm, name, value)

    @act(Act.ACTION_DONE)
    async def finish(self, action_id: int):
        """Mark an action as done; it can be undone."""
        done = [action for action in self.actions if action.id == action_id]
        await self.ask(next_actions.complete_action, action_id)
        self.done = done[0] if done else ActionView()
        return await self._saved("Action done.")

    @act(Act.ACTION_DONE)
    async def undo(self, action_id: int):
        """Make an action one that is still to do."""
        await self.ask(next_actions.undo_action, action_id)
        self.done = ActionView()
        return await self._saved("Action is to do again.")

    @act(Act.CASE_EDIT, form="errors")
    async def save(self, form: Form):
        """Change what the case is; where somebody else was first, show both."""
        read = EditForm.read(form)
        try:
            await self.ask(
                case_steps.edit_case,
                self.route_id("case_id"),
                version=self.edit.version,
                **read.model_dump(),
            )
        except Conflict as conflict:
            await self._show(FEW)
            return self._meet(conflict)
        return await self._saved("Case saved.")

    @act(Act.CASE_EDIT, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, EditForm, name, value)

    @act(Act.CASE_EDIT, quiet=True)
    def check_emergency(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, EmergencyForm, name, value)

    def _meet(self, conflict: Conflict) -> Any:
        """Show what is stored beside what was typed; the next save is meant."""
        if not conflict.theirs:
            raise conflict
        self.theirs = conflict.theirs
        return notice("Somebody changed this in the meantime. Both values are shown.", "late")

    @act(Act.CASE_EDIT, form="errors")
    async def record_emergency(self, form: Form):
        """Record an emergency: urgent at once. A trainee submits a later one in its place."""
        read = EmergencyForm.read(form)
        case_id, on, at = self.route_id("case_id"), read.emergency_date, read.emergency_time
        if await self.ask(case_steps.puts_off_emergency, case_id, on=on, at=at):
            asked = {"on": f"{on or ''}", "at": f"{at or ''}"}
            if told := await self._submitted("replace_emergency", what=read.emergency, **asked):
                return told
        await self.ask(case_steps.record_emergency, case_id, what=read.emergency, on=on, at=at)
        return await self._saved("Emergency recorded. The case is urgent.")

    async def _step(self, verb: Any, sentence: str, **said: Any) -> Any:
        """Do one step; where it may not follow or somebody was first, show what is stored."""
        try:
            await self.ask(verb, self.route_id("case_id"), **said)
        except Conflict as conflict:
            await self._show(FEW)
            return notice(conflict.sentence, "late")
        return await self._saved(sentence)

    async def _submitted(self, step: str, **asked: Any) -> Any:
        """Submit a step that waits for this person's supervisor; empty where it does not."""
        try:
            told = await submitted(self, step, self.route_id("case_id"), **asked)
        except Conflict as conflict:
            await self._show(FEW)
            return notice(conflict.sentence, "late")
        if told:
            await self._show(FEW)
            self.saved += 1
        return told

    @act(Act.CASE_LOWER_PRIORITY, form="step_errors")
    async def end_emergency(self, form: Form):
        """Take the emergency off the case, or submit that."""
        if told := await self._submitted("end_emergency", reason=form.get("reason", "")):
            return told
        sentence = "Emergency taken off. The priority stays as it is."
        return await self._step(case_steps.end_emergency, sentence, reason=form.get("reason", ""))

    @act(Act.CASE_OPEN, quiet=True)
    def check_reason(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.step_errors = checked(self.step_errors, ReasonForm, name, value)

    @act(Act.CASE_RAISE_PRIORITY, quiet=True)
    def check_raise(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.step_errors = checked(self.step_errors, case_steps.RaiseForm, name, value)

    @act(Act.CASE_MOVE_STAGE, form="step_errors")
    async def move(self, form: Form):
        """Move the case to another stage; past the advice a trainee submits it."""
        stage, seen = form.get("stage", ""), self.edit.stage
        is_known = stage in set(STAGE_LABELS) and seen in set(STAGE_LABELS)
        if (
            is_known
            and passes_sign_off(seen, stage)
            and (told := await self._submitted("move_stage", stage=stage))
        ):
            return told
        return await self._step(case_steps.move_stage, "Stage moved.", stage=stage, seen=seen)

    @act(Act.CASE_RAISE_PRIORITY, form="step_errors")
    async def raise_priority(self, form: Form):
        """Raise the priority at once."""
        said = {"priority": form.get("priority", ""), "reason": form.get("reason", "")}
        return await self._step(case_steps.raise_priority, "Priority raised.", **said)

    @act(Act.CASE_LOWER_PRIORITY, form="step_errors")
    async def lower_priority(self, form: Form):
        """Lower the priority, or submit that, with a reason."""
        said = {"priority": form.get("priority", ""), "reason": form.get("reason", "")}
        if told := await self._submitted("lower_priority", **said):
            return told
        return await self._step(case_steps.lower_priority, "Priority lowered.", **said)

    @act(Act.CASE_ASSIGN, form="step_errors")
    async def assign(self, form: Form):
        """Give the case to another person, with their open actions."""
        raw = form.get("advisor_id", "")
        advisor_id = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
        try:
            handed: HandedOn = await self.ask(
                hand_on,
                self.route_id("case_id"),
                advisor_id=advisor_id,
                seen=self.edit.advisor_id,
                moves=ticked(form, "moves"),
            )
        except Conflict as conflict:
            await self._show(FEW)
            return notice(conflict.sentence, "late")
        return [await self._saved(_handed(handed)), CaseAppointmentsState.open]

    @act(Act.CASE_REOPEN, form="step_errors")
    async def reopen(self, form: Form):
        """Reopen the case at its review."""
        reason = form.get("reason", "")
        return await self._step(case_steps.reopen_case, "Case reopened.", reason=reason)
