"""The page of a client's data: what they asked about it, and copies of everything."""

from typing import Any, Final

from cma_app.access.acts import Act
from cma_app.errors import Conflict, Refused
from cma_app.services import client_copies, rights, rights_list
from cma_app.services.clients import read_client, safe_routes
from cma_app.services.rights_forms import RightsForm
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.forms import checked, joined_date
from state.rights_views import CopyView, PaperTick, RightsView, RightView, boxes_of
from state.safe_routes import SafeRoute

DATES: Final = (
    "received_on",
    "since",
    "until",
    "extended_on",
    "acknowledged_on",
    "decided_on",
    "action_on",
)
Shown = tuple[str, str, list[SafeRoute], RightsView, list[CopyView], list[PaperTick], bool]


def _look(session: CentreSession, client_id: int) -> Shown:
    """Return all that the page shows of a client."""
    client = read_client(session, client_id)
    try:
        papers, may_copy = client_copies.list_papers(session, client_id), True
    except Refused:
        papers, may_copy = [], False
    return (
        client.full_name,
        client.client_reference,
        [SafeRoute.of(each) for each in safe_routes(session, client_id)],
        RightsView.of(rights_list.list_rights(session, client_id)),
        _copies(session, client_id),
        [PaperTick.of(each) for each in papers],
        may_copy,
    )


def _copies(session: CentreSession, client_id: int) -> list[CopyView]:
    me = session.actor.user_id
    return [CopyView.of(each, me) for each in client_copies.list_copies(session, client_id)]


def _do(session: CentreSession, client_id: int, verb: Any, *args: Any, **more: Any) -> Shown:
    verb(session, *args, **more)
    return _look(session, client_id)


def _dated(form: Form) -> dict[str, str]:
    found = {name: joined_date(form, name) for name in DATES if f"{name}-day" in form}
    return {**form, **found}


class RightsState(CentreState):
    """The requests of a client, the one that a dialog is about, and the copies."""

    client_id: int = 0
    name: str = ""
    reference: str = ""
    routes: list[SafeRoute] = []
    view: RightsView = RightsView()
    copies: list[CopyView] = []
    papers: list[PaperTick] = []
    may_copy: bool = False
    copy_runs: bool = False
    chosen: RightView = RightView()
    values: dict[str, str] = boxes_of(None)
    theirs: dict[str, str] = {}
    errors: FormErrors = {}
    step_errors: FormErrors = {}
    copy_errors: FormErrors = {}
    taken_back: RightView = RightView()
    saved: int = 0
    copied: int = 0

    @load(Act.CLIENT_OPEN)
    async def open(self):
        """Show the data page of the client in the address."""
        self.client_id = 0
        client_id = self.route_id("client_id")
        self._show(await self.ask(_look, client_id))
        self.client_id, self.taken_back = client_id, RightView()
        self.copy_errors = {}
        self._begin(RightView())

    def _show(self, found: Shown) -> None:
        self.name, self.reference, self.routes, self.view = found[:4]
        self.copies, self.papers, self.may_copy = found[4:]
        self.copy_runs = any(each.runs for each in self.copies)

    def _begin(self, chosen: RightView) -> None:
        self.chosen = chosen
        self.values = chosen.boxes or boxes_of(None)
        self.theirs, self.errors, self.step_errors = {}, {}, {}

    @act(Act.RIGHTS_RECORD)
    def begin(self, request_id: int):
        """Put a request into the dialogs, or with 0 an empty one."""
        found = [each for each in self.view.rows if each.id == request_id]
        self._begin(found[0] if found else RightView())

    @act(Act.RIGHTS_RECORD, form="errors")
    async def save(self, form: Form):
        """Record a request, or change the one in the dialog."""
        data = _dated(form)
        if not self.chosen.id:
            said = "Request recorded. Its last day is counted by the rule."
            return await self._take(said, rights.record_right, self.client_id, data)
        return await self._take("Request changed.", rights.change_right, *self._of(data))

    @act(Act.RIGHTS_RECORD, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, RightsForm, name, value)

    @act(Act.RIGHTS_DECIDE, form="step_errors")
    async def stop(self, form: Form):
        """Stop the clock of the request in the dialog."""
        return await self._take("The clock stands.", rights.stop_clock, *self._of(_dated(form)))

    @act(Act.RIGHTS_RECORD, form="step_errors")
    async def run(self, form: Form):
        """Let the clock of the request in the dialog run again."""
        return await self._take("The clock runs.", rights.run_clock, *self._of(_dated(form)))

    @act(Act.RIGHTS_DECIDE, form="step_errors")
    async def extend(self, form: Form):
        """Give the request in the dialog its longer time."""
        said = "Two further months, since the client was told in time."
        return await self._take(said, rights.extend_right, *self._of(_dated(form)))

    @act(Act.RIGHTS_RECORD, form="step_errors")
    async def acknowledge(self, form: Form):
        """Keep that the complaint in the dialog was acknowledged."""
        return await self._take("Acknowledged.", rights.acknowledge_right, *self._of(_dated(form)))

    @act(Act.RIGHTS_DECIDE, form="step_errors")
    async def decide(self, form: Form):
        """Keep what was decided of the request in the dialog."""
        return await self._take("Decision kept.", rights.decide_right, *self._of(_dated(form)))

    @act(Act.RIGHTS_DECIDE)
    async def reopen(self, request_id: int):
        """Make a decided request an open one."""
        found = [each.version for each in self.view.rows if each.id == request_id]
        more = {"version": found[0] if found else 0}
        return await self._take("Open again.", rights.reopen_right, request_id, None, more)

    @act(Act.RIGHTS_DECIDE)
    async def take_back(self, request_id: int):
        """Take back a request that was recorded by mistake; it can be undone."""
        found = [each for each in self.view.rows if each.id == request_id]
        said = await self._take("Taken back.", rights.take_back_right, request_id)
        self.taken_back = found[0] if found else RightView(id=request_id, label="Request")
        return said

    @act(Act.RIGHTS_DECIDE)
    async def undo_take_back(self):
        """Bring back the request that was taken back just now."""
        return await self._take("It is back.", rights.restore_right, self.taken_back.id)

    @act(Act.CLIENT_EXPORT, form="copy_errors")
    async def prepare(self, form: Form):
        """Ask for a copy of everything; it is made while the browser takes it."""
        verb = client_copies.ask_for_copy
        self._show(await self.ask(_do, self.client_id, verb, self.client_id, form))
        self.copied += 1
        return notice("The copy is ready to take. Nothing of it is kept here.")

    @act(Act.CLIENT_OPEN, quiet=True, unattended=True)
    async def refresh(self):
        """Show how far a copy is."""
        self.copies = await self.ask(_copies, self.client_id)
        self.copy_runs = any(each.runs for each in self.copies)

    def _of(self, data: dict[str, str]) -> tuple[int, dict[str, str], dict[str, Any]]:
        return self.chosen.id, data, {"version": self.chosen.version}

    async def _take(
        self,
        sentence: str,
        verb: Any,
        record_id: int,
        data: dict[str, str] | None = None,
        more: dict[str, Any] | None = None,
    ) -> Any:
        """Take one step; who came second sees what is stored, and the next save is meant."""
        args = (record_id,) if data is None else (record_id, data)
        try:
            found = await self.ask(_do, self.client_id, verb, *args, **(more or {}))
        except Conflict as conflict:
            self._show(await self.ask(_look, self.client_id))
            newest = [each for each in self.view.rows if each.id == self.chosen.id]
            if not (newest and conflict.theirs):
                raise
            self.chosen, self.theirs = newest[0], conflict.theirs
            return notice("Somebody changed this in the meantime. Both values are shown.", "late")
        self._show(found)
        self.taken_back, self.theirs = RightView(), {}
        self.saved += 1
        return notice(sentence)
