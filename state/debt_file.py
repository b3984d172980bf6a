"""What the page of one debt asks: its boxes, its court steps and events, and who was first."""

import json
from typing import Any, Final

from cma_app.access.acts import Act
from cma_app.clock import local, now
from cma_app.errors import Conflict, Invalid
from cma_app.services import debt_events, debt_file, document_reading, document_suggestions
from cma_app.services.debt_events import EndForm, EventForm
from cma_app.services.debt_file import DebtFile
from cma_app.services.debt_forms import FileForm
from cma_app.services.drafts import drop_draft, keep_draft, kept_draft
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.case_bar import CaseBarState
from state.debt_views import (
    DATES,
    DebtFileView,
    EventView,
    KindView,
    Values,
    debt_values,
    kind_view,
    said_of,
)
from state.forms import checked, joined_date, text_in
from state.kept_form import KEPT_EARLIER, is_draft, kept_at, typed_in
from state.submitting import submitted
from state.suggestion_views import PUT_AWAY, ids_of

KEPT: Final = "debt"
"""The form under which what is typed on a debt's page and not saved is kept."""

Shown = tuple[DebtFileView, Values, int]
"""A debt as it is shown, what its boxes begin with, and the version of both."""


def _shown(file: DebtFile) -> Shown:
    return DebtFileView.of(file), debt_values(file), file.debt.version


def _open(session: CentreSession, case_id: int, debt_id: int) -> tuple[Shown, Form]:
    shown = _shown(debt_file.read_debt(session, case_id, debt_id))
    return shown, kept_draft(session, KEPT, record_id=debt_id)


def _record(
    session: CentreSession,
    case_id: int,
    debt_id: int,
    data: dict[str, Any],
    *,
    version: int,
    offered: list[int],
) -> Shown:
    debt_file.record_debt(session, debt_id, data, version=version)
    document_suggestions.take_for_debt(session, debt_id, offered)
    drop_draft(session, KEPT, record_id=debt_id)
    return _shown(debt_file.read_debt(session, case_id, debt_id))


def _dismiss(session: CentreSession, case_id: int, debt_id: int, figure_id: int) -> DebtFileView:
    document_reading.dismiss_figure(session, figure_id)
    return DebtFileView.of(debt_file.read_debt(session, case_id, debt_id))


def _about_event(
    session: CentreSession, case_id: int, debt_id: int, verb: Any, *args: Any, **more: Any
) -> DebtFileView:
    """Do something about an event of a debt and show the debt as it stands then."""
    verb(session, *args, **more)
    return DebtFileView.of(debt_file.read_debt(session, case_id, debt_id))


class DebtFileState(CentreState):
    """One debt. `version` is of what its boxes began with, so that nobody's change is lost."""

    view: DebtFileView = DebtFileView()
    values: Values = {}
    version: int = 0
    theirs: dict[str, str] = {}
    errors: FormErrors = {}
    event_theirs: dict[str, str] = {}
    event_errors: FormErrors = {}
    end_errors: FormErrors = {}
    changing: EventView = EventView()
    picked: KindView = KindView()
    taken_back: EventView = EventView()
    saved: int = 0
    saved_event: int = 0
    saved_at: str = ""
    kept: str = ""
    opened: int = 0

    _began: Values = {}

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show one debt of the case."""
        case_id, debt_id = self.route_id("case_id"), self.route_id("debt_id")
        found, kept = await self.ask(_open, case_id, debt_id)
        self._begin(found)
        if kept:
            self._take_up(kept, found)
        self.saved_at, self.opened = "", case_id
        self.changing, self.picked, self.taken_back = EventView(), KindView(), EventView()
        self.event_errors, self.end_errors = {}, {}

    def _begin(self, found: Shown) -> None:
        """Let the boxes begin with what is stored."""
        self.view, self.values, self.version = found
        self._began = self.values
        self.theirs, self.errors, self.kept = {}, {}, ""
        self.saved += 1

    def _take_up(self, kept: Form, found: Shown) -> None:
        """Let the boxes begin with what was typed before; what somebody else stored is shown."""
        began: Values = json.loads(kept["began"])
        typed = {name: text_in(kept, name) for name in began}
        self._merge(typed, began, found)
        self.kept = KEPT_EARLIER

    @act(Act.DEBT_RECORD)
    async def record(self, form: Form):
        """Save the debt or keep it; where somebody else was first, take theirs into what was
        not touched."""
        if is_draft(form):
            kept = typed_in(form) | {"began": json.dumps(self._began)}
            self.kept = kept_at(await self.ask(keep_draft, KEPT, kept, record_id=self.view.id))
            return None
        data = {**form, **{name: joined_date(form, name) for name in DATES}}
        try:
            seen = {"version": self.version, "offered": ids_of(self.view.suggested)}
            found = await self.ask(_record, self.opened, self.view.id, data, **seen)
        except Invalid as error:
            self.errors = dict(error.fields)
            return None
        except Conflict as conflict:
            if not conflict.theirs:
                raise
            return await self._meet(form)
        fell = found[1]["is_balance_verified"] == "" and form.get("is_balance_verified") == "on"
        self._begin(found)
        self.saved_at = f"{local(now()):%H:%M}"
        said = "Debt saved. The balance is new: tick again once it is checked."
        return [notice(said if fell else "Debt saved."), CaseBarState.refresh]

    @act(Act.DEBT_RECORD)
    async def drop(self):
        """Throw away what was typed and not saved, and show what is stored."""
        await self.ask(drop_draft, KEPT, record_id=self.view.id)
        self._begin(await self.ask(debt_file.read_debt, self.opened, self.view.id, show=_shown))

    async def _meet(self, form: Form) -> Any:
        """Show what is stored beside what was typed; the next save is meant."""
        found = await self.ask(debt_file.read_debt, self.opened, self.view.id, show=_shown)
        both = self._merge({name: text_in(form, name) for name in self._began}, self._began, found)
        more = "Both values are shown." if both else "Theirs are filled in. Save again."
        return notice(f"Somebody changed this debt in the meantime. {more}", "late")

    def _merge(self, mine: Values, began: Values, found: Shown) -> set[str]:
        """Fill the boxes with what was typed, else what is stored; return where both changed."""
        view, stored, version = found
        merged = {
            name: stored[name] if mine[name] == began.get(name, "") else mine[name]
            for name in stored
        }
        both = {
            name.removesuffix("-day").removesuffix("-month").removesuffix("-year")
            for name in stored
            if merged[name] != stored[name] and stored[name] != began.get(name, "")
        }
        self.view, self.values, self.version = view, merged, version
        self._began = stored
        self.theirs = {name: said_of(stored, name) for name in sorted(both)}
        self.saved += 1
        return both

    @act(Act.FIGURE_DECIDE)
    async def dismiss_figure(self, figure_id: int):
        """Put away what a paper says of a box; what is typed stays."""
        self.view = await self.ask(_dismiss, self.opened, self.view.id, figure_id)
        return notice(PUT_AWAY)

    @act(Act.DEBT_RECORD, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, FileForm, name, value)

    @act(Act.DEBT_RECORD)
    def begin_event(self, event_id: int):
        """Put an event into the dialog, or with 0 an empty one."""
        chosen = [event for event in self.view.events if event.id == event_id]
        if chosen or self.changing.id:  # an empty one that was begun keeps what was typed
            self.changing = chosen[0] if chosen else EventView()
            self.picked = kind_view(self.changing.boxes["kind"], self.view.nation)
        self.event_errors, self.end_errors, self.event_theirs = {}, {}, {}

    @act(Act.DEBT_RECORD, quiet=True)
    def pick_kind(self, code: str):
        """Say what the chosen step or event means, and show the boxes it has."""
        self.picked = kind_view(code, self.view.nation)
        self.event_errors = {}

    @act(Act.DEBT_RECORD, quiet=True)
    def check_event(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.event_errors = checked(self.event_errors, EventForm, name, value)

    @act(Act.DEBT_RECORD, form="event_errors")
    async def save_event(self, form: Form):
        """Record a step or event, or change the one in the dialog."""
        data = {**form, **{name: joined_date(form, name) for name in ("event_date", "reply_by")}}
        event = self.changing
        if event.id:
            more = {"version": event.version}
            return await self._take(
                "Change saved.", debt_events.change_event, event.id, data, **more
            )
        sentence = "Recorded. The case is urgent." if self.picked.is_emergency else "Recorded."
        return await self._take(sentence, debt_events.add_event, self.view.id, data)

    @act(Act.DEBT_RECORD, quiet=True)
    def check_end(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.end_errors = checked(self.end_errors, EndForm, name, value)

    @act(Act.DEBT_RECORD, form="end_errors")
    async def end_event(self, form: Form):
        """Record how the event in the dialog was dealt with."""
        data = {"how": form.get("how", ""), "ended_on": joined_date(form, "ended_on")}
        event = self.changing
        if event.is_emergency and (told := await self._submitted(event, data)):
            self.saved_event += 1
            return told
        return await self._take(
            "Recorded as dealt with. The priority stays as it is.",
            debt_events.end_event,
            event.id,
            data,
            version=event.version,
        )

    async def _submitted(self, event: EventView, data: Form) -> list[Any]:
        """Submit the end of an emergency where it waits for this person's supervisor."""
        return await submitted(
            self, "end_event", event.id, how=data["how"], ended_on=data["ended_on"]
        )

    @act(Act.DEBT_RECORD)
    async def reopen(self, event_id: int):
        """Make an event that was dealt with an open one again."""
        return await self._take("It is open again.", debt_events.reopen_event, event_id)

    @act(Act.DEBT_RECORD)
    async def take_back(self, event_id: int):
        """Take an event back; it can be undone."""
        gone = [event for event in self.view.events if event.id == event_id]
        presses = bool(gone) and gone[0].is_emergency and gone[0].is_open
        if presses and (told := await submitted(self, "take_back_event", event_id)):
            return told
        answer = await self._take("Taken back.", debt_events.remove_event, event_id)
        self.taken_back = gone[0] if gone else EventView()
        return answer

    @act(Act.DEBT_RECORD)
    async def undo_take_back(self):
        """Bring back the event that was taken back last."""
        answer = await self._take("It is back.", debt_events.restore_event, self.taken_back.id)
        self.taken_back = EventView()
        return answer

    async def _take(self, sentence: str, verb: Any, *args: Any, **more: Any) -> Any:
        """Do one thing about an event; who came second sees what is stored now."""
        where = (self.opened, self.view.id)
        try:
            self.view = await self.ask(_about_event, *where, verb, *args, **more)
        except Conflict as conflict:
            self.view = await self.ask(debt_file.read_debt, *where, show=DebtFileView.of)
            newest = [event for event in self.view.events if event.id == self.changing.id]
            self.changing = newest[0] if newest else EventView()
            stored = self.changing.boxes
            self.event_theirs = {name: said_of(stored, name) for name in conflict.theirs}
            raise
        self.saved_event += 1
        self.changing, self.picked = EventView(), KindView()
        self.taken_back, self.event_theirs = EventView(), {}
        return [notice(sentence), CaseBarState.refresh]
