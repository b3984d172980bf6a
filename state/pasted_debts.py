"""Pasting debts: a text is read into proposals, these are corrected, and all are added at once."""

from typing import Any, Final

from cma_app.access.acts import Act
from cma_app.clock import local, now
from cma_app.errors import Invalid, Refused
from cma_app.services import pasted_debts
from cma_app.services.pasted_debts import Added, BadRows, PastedForm
from state.base import CentreState, Form, act, load, notice
from state.case_bar import CaseBarState
from state.pasted_views import PastedView, options
from state.words import pounds, several

NOTHING: Final = PastedView()


class PastedState(CentreState):
    """What was pasted for the case, what is wrong with which box, and what was added last."""

    view: PastedView = NOTHING
    options: dict[str, Any] = {
        **{name: [] for name in ("types", "liabilities", "owedBy", "fields", "beside")},
        "most": 0,
        "mostRows": 0,
    }
    errors: dict[str, str] = {}
    answers: int = 0
    refused: int = 0
    said: str = ""
    kept: str = ""
    keeps: int = 0
    fresh: int = 0
    readings: int = 0
    added: str = ""
    may_undo: bool = False
    may_paste: bool = True
    opened: int = 0

    _added_ids: list[int] = []
    _added_to: int = 0

    @load(Act.DEBT_RECORD)
    async def open(self):
        """Show what this person pasted for the case and has not added yet, or an empty box."""
        case_id = self.route_id("case_id")
        try:
            kept = await self.ask(pasted_debts.kept_pasted, case_id, show=PastedView.of)
        except Refused:  # the case has ended, as its frame says
            kept, self.may_paste = NOTHING, False
        else:
            self.may_paste = True
        self.readings = 0
        self._begin(kept)
        self.added, self.may_undo, self._added_ids, self._added_to = "", False, [], case_id
        self.opened = case_id

    @act(Act.DEBT_RECORD)
    async def read(self, text: str, mapping: Form):
        """Read a text into proposals; a choice of columns comes with it by their numbers."""
        chosen = {int(index): name for index, name in mapping.items() if _is_number(index)}
        try:
            read = await self.ask(
                pasted_debts.read_pasted,
                self.route_id("case_id"),
                text,
                mapping=chosen,
                show=PastedView.of,
            )
        except Invalid as error:
            self.said = next(iter(error.fields.values()))
            self.answers += 1
            return
        self._take(read)
        self._say_kept(_kept_now())

    @act(Act.DEBT_RECORD, debounce=800, quiet=True)
    async def keep_text(self, text: str):
        """Keep what was pasted and not yet read."""
        if self.view.is_read and text == self.view.typed:
            return
        try:
            await self.ask(pasted_debts.keep_pasted, self.route_id("case_id"), text)
        except Invalid as error:
            self.said = next(iter(error.fields.values()))
            return
        self.said = ""
        self._say_kept(_kept_now() if text.strip() else "")

    @act(Act.DEBT_RECORD, debounce=800, quiet=True)
    async def keep_edits(self, edits: Form):
        """Keep what was corrected so far."""
        if not self.view.is_read:  # it was added or put away while this waited
            return
        await self.ask(pasted_debts.keep_edits, self.route_id("case_id"), edits)
        self._say_kept(_kept_now())

    @act(Act.DEBT_RECORD, quiet=True)
    def check(self, line: str, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        at = f"{line}:{name}"[:60]
        sentence = PastedForm.sentence_for(name, value)
        others = {key: said for key, said in self.errors.items() if key != at}
        self.errors = others if sentence is None else others | {at: sentence}
        self.answers += 1

    @act(Act.DEBT_RECORD)
    async def add(self, rows: list[dict[str, str]]):
        """Add the ticked rows, all or none; what is wrong lands beside the boxes of its row."""
        case_id = self.route_id("case_id")
        self.answers += 1
        try:
            added = await self.ask(pasted_debts.add_pasted, case_id, rows)
        except BadRows as error:
            self.errors = {f"{line}:{name}": said for (line, name), said in error.fields.items()}
            self.said, self.refused = error.sentence, self.refused + 1
            return None
        except Invalid as error:
            self.said = next(iter(error.fields.values()))
            return None
        self._show_added(case_id, added)
        return CaseBarState.refresh

    @act(Act.DEBT_REMOVE)
    async def undo(self):
        """Take back the debts that were added last; what was pasted has to be pasted again."""
        case_id = self.route_id("case_id")
        if not self._added_ids or case_id != self._added_to:
            return None
        count = await self.ask(pasted_debts.take_back, case_id, self._added_ids)
        self._added_ids, self.added, self.may_undo = [], "", False
        return [notice(f"{several(count, 'debt')} taken off the list again."), CaseBarState.refresh]

    @act(Act.DEBT_RECORD)
    async def start_again(self):
        """Put away what was pasted and begin with an empty box."""
        await self.ask(pasted_debts.forget_pasted, self.route_id("case_id"))
        self._begin(NOTHING)

    def _begin(self, view: PastedView) -> None:
        self.fresh += 1
        self._say_kept("")
        self._take(view)

    def _say_kept(self, said: str) -> None:
        self.kept, self.keeps = said, self.keeps + 1

    def _take(self, view: PastedView) -> None:
        self.view = view
        if view.nation:
            self.options = options(view.nation)
        self.errors, self.said = {}, ""
        self.readings += 1
        self.answers += 1

    def _show_added(self, case_id: int, added: Added) -> None:
        self._begin(NOTHING)
        self.added = f"{several(len(added.ids), 'debt')} added, {pounds(added.balance)} in all."
        self._added_ids, self._added_to, self.may_undo = added.ids, case_id, True


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4


def _kept_now() -> str:
    return f"Kept {local(now()):%H:%M}"
