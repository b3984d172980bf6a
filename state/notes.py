"""Notes: written from any tab of a case, read and corrected on their own tab."""

from dataclasses import dataclass, field

import reflex as rx

from cma_app.access.acts import Act
from cma_app.clock import local
from cma_app.errors import Conflict, Invalid
from cma_app.services.case_facts import open_facts
from cma_app.services.drafts import keep_draft
from cma_app.services.notes import (
    CHANNEL_LABELS,
    NOTE_DRAFT,
    NoteForm,
    NotePage,
    NoteRow,
    NoteVersion,
    correct_note,
    list_notes,
    save_note,
)
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.case import CaseState
from state.case_bar import CaseBar, CaseBarState
from state.forms import checked
from state.lists import Foot, address, page_in
from state.words import moment_text, several


@dataclass(frozen=True, slots=True)
class Wording:
    """An earlier wording of a note."""

    id: int
    head: str
    body: str

    @classmethod
    def of(cls, version: NoteVersion) -> "Wording":
        """Return what is shown of an earlier wording."""
        head = f"{moment_text(version.written_at)} by {version.author}, {_said(version)}"
        return cls(version.id, head, version.body)


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note as it stands, ready to show."""

    id: int = 0
    channel: str = "in_person"
    channel_word: str = ""
    minutes: int = 0
    said: str = ""
    body: str = ""
    when: str = ""
    author: str = ""
    corrected: str = ""
    earlier: list[Wording] = field(default_factory=list)

    @classmethod
    def of(cls, row: NoteRow) -> "NoteView":
        """Return what is shown of a note."""
        now_, first = row.latest, (row.earlier[0] if row.earlier else row.latest)
        corrected = f"corrected {moment_text(now_.written_at)} by {now_.author}"
        return cls(
            id=now_.id,
            channel=now_.channel,
            channel_word=CHANNEL_LABELS[now_.channel],
            minutes=now_.minutes,
            said=_said(now_),
            body=now_.body,
            when=moment_text(now_.happened_at),
            author=first.author,
            corrected=corrected if row.earlier else "",
            earlier=[Wording.of(each) for each in row.earlier],
        )


def _said(version: NoteVersion) -> str:
    word = CHANNEL_LABELS[version.channel]
    return f"{word}, {several(version.minutes, 'minute')}" if version.minutes else word


def _spent(minutes: int) -> str:
    """Return 3 hours 20 minutes."""
    hours, rest = divmod(minutes, 60)
    parts = [several(hours, "hour")] if hours else []
    return " ".join([*parts, several(rest, "minute")] if rest or not hours else parts)


class NoteState(CentreState):
    """The dialog that writes a note, and the tab that shows them."""

    notes: list[NoteView] = []
    lead: str = ""
    foot: Foot = Foot()
    errors: FormErrors = {}
    correcting: NoteView = NoteView()
    chosen: int = 0
    correct_errors: FormErrors = {}
    stored: str = ""
    kept: str = ""
    saved: int = 0
    on_case: int = 0

    _last: str = ""

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show a case's notes, the newest first."""
        await self._show(page_in(self.query("page")))

    async def _show(self, number: int) -> None:
        case_id = self.route_id("case_id")
        listed: NotePage = await self.ask(list_notes, case_id, number=number)
        page = listed.page
        self.on_case = case_id
        self.notes = [NoteView.of(row) for row in page.rows]
        self.foot = Foot.of(page)
        self.lead = f"{several(page.total, 'note')}, {_spent(listed.minutes)}" if page.total else ""

    @act(Act.CASE_OPEN)
    def step(self, by: int):
        """Go a page forth or back."""
        return rx.redirect(_address(self.route_id("case_id"), max(self.foot.number + by, 1)))

    @act(Act.NOTE_RECORD, debounce=1000)
    async def keep(self, text: str):
        """Keep what is being typed, so that a closed dialog or a lost page loses nothing."""
        if text.strip() == self._last:
            return
        case_id = self.route_id("case_id")
        moment = await self.ask(keep_draft, NOTE_DRAFT, {"body": text}, record_id=case_id)
        self.kept = f"Draft kept {local(moment):%H:%M}"

    @act(Act.NOTE_RECORD, form="errors")
    async def record(self, form: Form):
        """Write the note, and show it where notes are shown."""
        case_id = self.route_id("case_id")
        read = NoteForm.read(form)
        await self.ask(save_note, case_id, read)
        self._last, self.kept = read.body.strip(), ""
        await self._show(1)
        frame = await self.get_state(CaseBarState)
        frame.bar = await self.ask(open_facts, case_id, first=False, show=CaseBar.of)
        self.saved += 1
        done = [notice("Note saved."), CaseState.look_again]
        if self._is_here() and self.query("page"):
            done.append(rx.redirect(_address(case_id, 1)))  # where the newest note stands
        return done

    def _is_here(self) -> bool:
        path: str = self.rx_router_page.path  # pyright: ignore[reportAttributeAccessIssue]
        return path.endswith("/notes")

    @act(Act.NOTE_RECORD, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, NoteForm, name, value)

    @act(Act.NOTE_CORRECT)
    def choose(self, note_id: int):
        """Put a note into the form that corrects it."""
        chosen = [note for note in self.notes if note.id == note_id]
        self.correcting = chosen[0] if chosen else NoteView()
        self.correct_errors, self.stored = {}, ""
        self.chosen += 1

    @act(Act.NOTE_CORRECT, form="correct_errors")
    async def correct(self, form: Form):
        """Write the newer wording; where somebody else was first, show theirs beside it."""
        read = NoteForm.read({**form, "next_action": ""})
        try:
            await self.ask(
                correct_note,
                self.correcting.id,
                body=read.body,
                channel=read.channel,
                minutes=read.minutes,
            )
        except Conflict as conflict:
            await self._meet(conflict)
            return notice(f"{conflict.sentence} Both wordings are shown.", "late")
        await self._show(self.foot.number)
        self.saved += 1
        return notice("Correction saved. The first wording can still be read.")

    @act(Act.NOTE_CORRECT, quiet=True)
    def check_correction(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.correct_errors = checked(self.correct_errors, NoteForm, name, value)

    async def _meet(self, conflict: Conflict) -> None:
        """Show the stored wording, and let the next save correct that one."""
        old = self.correcting.id
        await self._show(self.foot.number)
        newest = [note for note in self.notes if any(each.id == old for each in note.earlier)]
        if not newest:
            raise Invalid({"body": conflict.sentence})
        self.stored = newest[0].body
        self.correcting = NoteView(**{**_fields(self.correcting), "id": newest[0].id})


def _address(case_id: int, number: int) -> str:
    return address(f"/cases/{case_id}/notes", {"page": str(number)})


def _fields(note: NoteView) -> dict:
    return {name: getattr(note, name) for name in NoteView.__slots__}
