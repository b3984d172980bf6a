"""The creditor directory: what the list shows, and the form that adds and edits an own entry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.errors import Conflict
from cma_app.paging import Page
from cma_app.rules.debt_types import debt_type, debt_types
from cma_app.services import creditors
from cma_app.services.creditors import ANSWERS, CreditorDetails, CreditorForm, CreditorLine
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.forms import checked
from state.lists import Foot, address, page_beside, page_in

PLAIN: Final = {"q": "", "source": "all", "page": "1"}
SOURCES: Final = ("all", "own", "shipped")
KINDS: Final = [("", "Not said"), *[(each.code, each.label) for each in debt_types()]]
EMPTY: Final = dict.fromkeys(ANSWERS, "")


@dataclass(frozen=True, slots=True)
class CreditorRow:
    """A row of the directory as text; `id` is 0 for one of the shipped list."""

    id: int
    name: str
    also: str
    kind: str
    kind_code: str
    address: str
    contact: str
    note: str

    @classmethod
    def of(cls, line: CreditorLine) -> "CreditorRow":
        """Return what is shown of a creditor."""
        return cls(
            id=line.id,
            name=line.name,
            also=f"also {', '.join(line.other_names)}" if line.other_names else "",
            kind=debt_type(line.debt_type).label if line.debt_type else "",
            kind_code=line.debt_type or "",
            address=", ".join(line.address),
            contact=", ".join(each for each in (line.phone, line.email) if each),
            note=line.note,
        )


@dataclass(frozen=True, slots=True)
class EntryView:
    """What the form begins with; `id` is 0 for a new entry."""

    id: int = 0
    version: int = 0
    title: str = "Add a creditor"
    answers: dict[str, str] = field(default_factory=lambda: dict(EMPTY))

    @classmethod
    def of(cls, stored: CreditorDetails) -> "EntryView":
        """Return the form for editing an own entry."""
        return cls(stored.id, stored.version, "Edit a creditor", stored.answers)


NEW: Final = EntryView()


def _save(session: CentreSession, entry_id: int, *, version: int, form: Form) -> str:
    if entry_id:
        return creditors.change_entry(session, entry_id, form, version=version).name
    return creditors.add_entry(session, form).name


class CreditorState(CentreState):
    """What the directory shows, what its address said, and the entry in the form."""

    rows: list[CreditorRow] = []
    foot: Foot = Foot()
    shown: dict[str, str] = dict(PLAIN)
    ready: bool = False
    filled: int = 0
    entry: EntryView = NEW
    errors: FormErrors = {}
    theirs: dict[str, str] = {}
    lost: str = ""
    openings: int = 0
    saves: int = 0
    removed_id: int = 0
    removed_name: str = ""
    removed_number: int = 0

    _typed: str = ""

    @load(Act.CREDITOR_SEE)
    async def open(self):
        """Show the creditors that the address asks for."""
        shown = {name: self.query(name, plain)[:100] for name, plain in PLAIN.items()}
        if shown["source"] not in SOURCES:
            shown["source"] = "all"
        if shown["q"] != self._typed or not self.ready:
            self.filled += 1  # the box begins anew with what the address says
        self._typed, self.removed_id = shown["q"], 0
        await self._show(shown)
        self.ready = True

    async def _show(self, shown: Mapping[str, str]) -> None:
        page: Page[CreditorLine] = await self.ask(
            creditors.list_creditors,
            text=shown["q"],
            source=shown["source"],
            number=page_in(shown["page"]),
        )
        self.shown = dict(shown)
        self.rows = [CreditorRow.of(row) for row in page.rows]
        self.foot = Foot.of(page, none="No creditors")

    @act(Act.CREDITOR_SEE, debounce=250)
    def find(self, text: str):
        """Go to the creditors that the one box asks for."""
        self._typed = text.strip()[:100]
        return rx.redirect(_address(self.shown | {"q": self._typed, "page": "1"}), replace=True)

    @act(Act.CREDITOR_SEE)
    def narrow(self, source: str):
        """Show all, the centre's own, or the shipped ones."""
        chosen = source if source in SOURCES else "all"
        return rx.redirect(_address(self.shown | {"source": chosen, "page": "1"}))

    @act(Act.CREDITOR_SEE)
    def step(self, by: int):
        """Go a page forth or back."""
        return rx.redirect(_address(self.shown | {"page": page_beside(self.shown["page"], by)}))

    @act(Act.CREDITOR_RECORD)
    def begin(self, name: str, kind: str):
        """Begin a new entry, with the name and kind of a shipped one where it copies that.

        An empty one that was begun and put away stands as it was left.
        """
        if not name and self.entry == NEW:
            return
        answers = EMPTY | {"name": name[:255], "debt_type": kind[:50]}
        self._begin(EntryView(title="Copy to our own", answers=answers) if name else NEW)

    @act(Act.CREDITOR_RECORD)
    async def begin_edit(self, entry_id: int):
        """Fill the form with what is stored of an own entry now."""
        self.entry = EntryView(title="Edit a creditor")
        self._begin(await self.ask(creditors.read_entry, entry_id, show=EntryView.of))

    @act(Act.CREDITOR_RECORD, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, CreditorForm, name, value)

    @act(Act.CREDITOR_RECORD, form="errors")
    async def save(self, form: Form):
        """Save the entry; where somebody else was first, show both and lose neither."""
        entry = self.entry
        try:
            name = await self.ask(_save, entry.id, version=entry.version, form=form)
        except Conflict as error:
            self._both(error)
            return None
        self.theirs, self.lost, self.entry = {}, "", NEW
        self.saves += 1
        await self._show(self.shown)
        return notice(f"{name} was {'changed' if entry.id else 'added'}.")

    @act(Act.CREDITOR_REMOVE)
    async def remove(self, entry_id: int):
        """Take an own entry out of the directory; for ten seconds it can be brought back."""
        name = await self.ask(creditors.remove_entry, entry_id, show=lambda entry: entry.name)
        await self._show(self.shown)
        self.removed_id, self.removed_name = entry_id, name
        self.removed_number += 1

    @act(Act.CREDITOR_REMOVE)
    async def undo_remove(self):
        """Bring back the entry that was removed last."""
        if self.removed_id:
            removed, self.removed_id = self.removed_id, 0
            await self.ask(creditors.restore_entry, removed)
        await self._show(self.shown)

    def _begin(self, entry: EntryView) -> None:
        self.entry = entry
        self.errors, self.theirs, self.lost = {}, {}, ""
        self.openings += 1

    def _both(self, error: Conflict) -> None:
        theirs: dict[str, Any] = dict(error.theirs)
        version = int(theirs.pop("version", self.entry.version))
        if theirs.get("debt_type", "nothing") != "nothing":
            theirs["debt_type"] = debt_type(theirs["debt_type"]).label
        entry = self.entry
        self.entry = EntryView(entry.id, version, entry.title, entry.answers)
        self.lost, self.theirs = error.sentence, theirs


def _address(shown: Mapping[str, str]) -> str:
    return address("/creditors", shown, PLAIN)
