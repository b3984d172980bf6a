"""What the letters tab asks: the list, new drafts to whoever is chosen, drafts issued together."""

from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import CmaError, Conflict, Invalid
from cma_app.rules.letter_templates import letter_kinds, letter_template
from cma_app.services import letters
from cma_app.services.chasers import waiting_letters
from cma_app.services.letter_batches import list_drafts
from cma_app.services.letter_drafts import draft_letters, readers_of
from cma_app.services.letter_issue import issue_letter
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.case_bar import CaseBarState
from state.forms import text_in, ticked
from state.letter_views import Batch, LetterLine, ReadersView, WaitingView, batches
from state.lists import address
from state.words import several

SHOWN = ("all", "drafts", "sent", "waiting")


@dataclass(frozen=True, slots=True)
class LettersView:
    """The letters of a case, its drafts by kind, and who may be written to."""

    lines: list[LetterLine] = field(default_factory=list)
    drafts: int = 0
    sent: int = 0
    waiting: int = 0
    total: int = 0
    waits: list[WaitingView] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    readers: ReadersView = field(default_factory=ReadersView)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one letter of a batch: `state` is waits, sent or refused."""

    id: int
    reader: str
    state: str
    said: str


def _tab(session: CentreSession, case_id: int, show: str) -> LettersView:
    lines = [LetterLine.of(row) for row in letters.list_letters(session, case_id)]
    kinds = {
        "drafts": {"draft"},
        "sent": {"sent", "waiting", "due", "chased"},
        "waiting": {"waiting", "due"},
    }
    count = {name: sum(each.status in which for each in lines) for name, which in kinds.items()}
    wanted = kinds.get(show)
    return LettersView(
        lines=[each for each in lines if wanted is None or each.status in wanted],
        total=len(lines),
        waits=[WaitingView.of(row) for row in waiting_letters(session, case_id)],
        batches=batches(list_drafts(session, case_id)),
        readers=ReadersView.of(readers_of(session, case_id)),
        **count,
    )


class LettersState(CentreState):
    """The letters of a case."""

    view: LettersView = LettersView()
    show: str = "all"
    opened: int = 0
    kind: str = ""
    to_creditors: bool = False
    all_chosen: bool = False
    new_errors: FormErrors = {}
    batch: str = ""
    batch_word: str = ""
    batch_count: int = 0
    batch_errors: FormErrors = {}
    outcomes: list[Outcome] = []
    saved: int = 0
    discarded: int = 0
    discarded_number: int = 0

    _just_discarded: bool = False

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show the letters of the case."""
        case_id, show = self.route_id("case_id"), self.query("show", "all")
        self.show = show if show in SHOWN else "all"
        self.view = await self.ask(_tab, case_id, self.show)
        if self.opened != case_id:
            self.outcomes = []
        self._begin("")
        self.batch, self.batch_errors, self.opened = "", {}, case_id
        if not self._just_discarded:
            self.discarded = 0
        self._just_discarded = False

    @act(Act.CASE_OPEN)
    async def refresh(self):
        """Show the letters again, after an answer moved a chaser."""
        self.view = await self.ask(_tab, self.route_id("case_id"), self.show)

    @act(Act.CASE_OPEN)
    def choose(self, show: str):
        """Show all letters, or some."""
        chosen = {"show": show} if show in SHOWN[1:] else {}
        return rx.redirect(address(f"/cases/{self.route_id('case_id')}/letters", chosen))

    @act(Act.LETTER_RECORD)
    def begin(self):
        """Begin a new letter."""
        self._begin("")

    @act(Act.LETTER_RECORD, quiet=True)
    def pick(self, kind: str):
        """Show who a kind of letter may go to."""
        self._begin(kind)

    @act(Act.LETTER_RECORD, quiet=True)
    def turn_all(self):
        """Tick every creditor, or none."""
        self.all_chosen = not self.all_chosen

    @act(Act.LETTER_RECORD, form="new_errors")
    async def draft(self, form: Form):
        """Draft a letter to each who was ticked; a single one is opened."""
        case_id, kind = self.route_id("case_id"), text_in(form, "kind")
        if kind not in letter_kinds() or kind == "chaser":
            raise Invalid({"kind": "Choose what to write."})
        to_creditors = letter_template(kind, today()).recipient == "creditor"
        ids = _ticked(form, "creditor" if to_creditors else "person")
        if not ids:
            raise Invalid({"readers": "Choose at least one to write to."})
        who = {"creditor_ids" if to_creditors else "client_ids": ids}
        made = await self.ask(
            draft_letters, case_id, kind, **who, show=lambda rows: [row.id for row in rows]
        )
        self.view = await self.ask(_tab, case_id, self.show)
        self._begin("")
        self.saved += 1
        if len(made) == 1:
            return rx.redirect(f"/cases/{case_id}/letters/{made[0]}")
        return notice(f"{several(len(made), 'letter')} drafted.")

    @act(Act.LETTER_RECORD)
    async def chase(self, letter_id: int):
        """Draft the chaser of a letter that was not answered, and open it."""
        case_id = self.route_id("case_id")
        made = await self.ask(
            draft_letters, case_id, "chaser", chases_id=letter_id, show=lambda rows: rows[0].id
        )
        return rx.redirect(f"/cases/{case_id}/letters/{made}")

    @act(Act.LETTER_ISSUE)
    def ask_batch(self, kind: str):
        """Ask how the drafts of a kind leave before they are issued."""
        chosen = [each for each in self.view.batches if each.kind == kind]
        self.batch = kind if chosen else ""
        self.batch_word = chosen[0].word if chosen else ""
        self.batch_count = chosen[0].count if chosen else 0
        self.batch_errors = {}

    @act(Act.LETTER_ISSUE)
    async def issue_batch(self, form: Form):
        """Issue the drafts of a kind one after another; one that is refused blocks no other."""
        route = text_in(form, "route")
        if not route:
            self.batch_errors = {"route": "Choose how they leave."}
            yield
            return
        case_id = self.route_id("case_id")
        rows = [row for row in await self.ask(list_drafts, case_id) if row.kind == self.batch]
        self.batch_errors = {}
        self.outcomes = [Outcome(row.id, row.to, "waits", "Waiting its turn") for row in rows]
        self.saved += 1
        yield
        for number, row in enumerate(rows):
            outcome = await self._issue(row, route)
            self.outcomes = [*self.outcomes[:number], outcome, *self.outcomes[number + 1 :]]
            yield
        self.batch = ""
        self.view = await self.ask(_tab, case_id, self.show)
        sent = sum(each.state == "sent" for each in self.outcomes)
        yield [
            notice(f"{sent} of {several(len(rows), 'letter')} issued."),
            CaseBarState.refresh,
        ]

    async def _issue(self, row: Any, route: str) -> Outcome:
        try:
            if row.obstacles:
                raise Conflict(row.obstacles[0].sentence)
            await self.ask(issue_letter, row.id, version=row.version, route=route)
        except Invalid as error:
            return Outcome(row.id, row.to, "refused", next(iter(error.fields.values())))
        except CmaError as error:
            return Outcome(row.id, row.to, "refused", error.sentence)
        return Outcome(row.id, row.to, "sent", "Issued")

    @act(Act.LETTER_RECORD)
    async def undo_discard(self):
        """Bring back the draft that was discarded last."""
        if self.discarded:
            await self.ask(letters.restore_letter, self.discarded)
            self.discarded = 0
            self.view = await self.ask(_tab, self.route_id("case_id"), self.show)

    def _begin(self, kind: str) -> None:
        self.kind = kind if kind in letter_kinds() and kind != "chaser" else ""
        template = letter_template(self.kind, today()) if self.kind else None
        self.to_creditors = template is not None and template.recipient == "creditor"
        self.all_chosen, self.new_errors = False, {}

    def _note_discarded(self, letter_id: int) -> None:
        self.discarded, self._just_discarded = letter_id, True
        self.discarded_number += 1


def _ticked(form: Form, what: str) -> list[int]:
    """Return the numbers of the ticked boxes of one kind: `creditor-12`."""
    names = [name for name in form if name.startswith(f"{what}-") and ticked(form, name)]
    numbers = [name.removeprefix(f"{what}-") for name in names]
    return [int(each) for each in numbers if each.isascii() and each.isdigit() and len(each) < 10]
