"""One letter: its parts edited and kept as they are typed, its page beside them, and its issue."""

from datetime import datetime
from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.errors import Conflict, Invalid, NotFound
from cma_app.services import letters
from cma_app.services.drafts import drop_draft, keep_draft, kept_draft
from cma_app.services.letter_batches import KEPT
from cma_app.services.letter_issue import issue_letter
from cma_app.services.letter_texts import PARTS, LetterForm, form_of
from cma_app.services.letters import OpenLetter
from cma_app.session import CentreSession
from models import Letter
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.case_bar import CaseBarState
from state.forms import checked, text_in, ticked
from state.kept_form import KEPT_EARLIER, is_draft, kept_at
from state.letter_views import LetterView
from state.letters import LettersState
from state.submitting import submitted

NOT_SAVED = "Save your changes first, or throw them away."


def _open(
    session: CentreSession, case_id: int, letter_id: int
) -> tuple[LetterView, Form, list[Form]]:
    """Return a letter with what this person typed and did not save; its parts so, and as stored."""
    stored = session.require(Letter, letter_id)
    if stored.case_id != case_id:
        raise NotFound
    kept = kept_draft(session, KEPT, record_id=letter_id) if stored.status == "draft" else {}
    found = letters.read_letter(session, letter_id, typed=_parts(kept) if kept else None)
    parts = [found.form.model_dump(), form_of(session, stored).model_dump()]
    return LetterView.of(found), kept, parts


def _keep(session: CentreSession, letter_id: int, typed: Form) -> tuple[datetime, LetterView]:
    """Keep what is typed, and show the page as it would be."""
    found = letters.read_letter(session, letter_id, typed=_parts(typed))
    return keep_draft(session, KEPT, typed, record_id=letter_id), LetterView.of(found)


def _save(session: CentreSession, letter_id: int, typed: Form, version: int) -> OpenLetter:
    letters.edit_letter(session, letter_id, _parts(typed), version=version)
    drop_draft(session, KEPT, record_id=letter_id)
    return letters.read_letter(session, letter_id)


def _issue(session: CentreSession, letter_id: int, **how: Any) -> LetterView:
    if kept_draft(session, KEPT, record_id=letter_id):
        raise Invalid({"route": NOT_SAVED})
    issue_letter(session, letter_id, **how)
    return LetterView.of(letters.read_letter(session, letter_id))


def _version(form: Form) -> int:
    """Return the version that a form began from; one that is none fits no letter."""
    said = text_in(form, "version")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


def _parts(typed: Form) -> Form:
    return {name: typed[name] for name in PARTS if name in typed}


class LetterState(CentreState):
    """One letter of a case."""

    view: LetterView = LetterView()
    opened: int = 0
    parts: Form = {}
    form_number: int = 0
    kept: str = ""
    heard: str = ""
    errors: FormErrors = {}
    theirs: list[tuple[str, str]] = []
    issue_errors: FormErrors = {}
    saved: int = 0
    base: int = 0

    _stored: Form = {}

    @load(Act.CASE_OPEN)
    async def open(self):
        """Show a letter, and in its boxes what this person typed before and did not save."""
        case_id, letter_id = self.route_id("case_id"), self.route_id("letter_id")
        view, kept, (parts, stored) = await self.ask(_open, case_id, letter_id)
        self._begin(view, parts)
        self._stored = stored
        if kept:
            self.kept = KEPT_EARLIER
        base = kept.get("version", "")
        if base and base != str(view.version):
            self._show_theirs(_parts(kept), stored)
        self.opened = case_id

    @act(Act.LETTER_RECORD)
    async def send(self, form: Form):
        """Do what the pressed button says: keep what is typed, or save it."""
        typed, base = _parts(form), _version(form)
        try:
            return await (self._keep(typed, base) if is_draft(form) else self._save(typed, base))
        finally:
            self.heard = form.get("nonce", "")[:40]

    @act(Act.LETTER_RECORD)
    async def drop(self):
        """Throw away what was typed and not saved, and show what is stored."""
        letter_id = self.route_id("letter_id")
        await self.ask(drop_draft, KEPT, record_id=letter_id)
        view, _, (_, stored) = await self.ask(_open, self.route_id("case_id"), letter_id)
        self._begin(view, stored)
        self._stored = stored
        self.form_number += 1

    @act(Act.LETTER_RECORD, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, LetterForm, name, value)

    @act(Act.LETTER_ISSUE, form="issue_errors")
    async def issue(self, form: Form):
        """Issue the letter, or submit that: it never changes once it is issued."""
        if self.theirs:
            raise Conflict("Somebody changed this letter too. Save it first, then issue it.")
        if self.view.needs_advisor and (told := await self._submitted(form)):
            return told
        self.view = await self.ask(
            _issue,
            self.route_id("letter_id"),
            version=self.base,  # of what this page saved last, however soon the button followed
            route=text_in(form, "route"),
            figures_meant=ticked(form, "figures_meant"),
        )
        self.saved += 1
        return [notice("Letter issued."), CaseBarState.refresh]

    async def _submitted(self, form: Form) -> list[Any]:
        """Submit a letter with advice where it waits for this person's supervisor."""
        if self.kept:
            raise Invalid({"route": NOT_SAVED})
        letter_id, route = self.route_id("letter_id"), text_in(form, "route")
        meant = ticked(form, "figures_meant")
        told = await submitted(self, "issue_letter", letter_id, route=route, figures_meant=meant)
        if told:
            self.saved += 1
        return told

    @act(Act.LETTER_RECORD)
    async def discard(self):
        """Take the draft away; the letters tab offers to bring it back."""
        letter_id = self.route_id("letter_id")
        case_id = await self.ask(letters.discard_letter, letter_id)
        (await self.get_state(LettersState))._note_discarded(letter_id)  # noqa: SLF001 - one feature
        return rx.redirect(f"/cases/{case_id}/letters")

    async def _keep(self, typed: Form, base: int) -> None:
        if typed == self._stored and not self.kept:
            return
        kept = typed | {"version": str(base)}
        moment, self.view = await self.ask(_keep, self.route_id("letter_id"), kept)
        self.parts = typed
        self.kept = kept_at(moment)

    async def _save(self, typed: Form, base: int) -> Any:
        try:
            found = await self.ask(_save, self.route_id("letter_id"), typed, base, show=_with_parts)
        except Invalid as error:
            self.errors = dict(error.fields)
            await self._keep(typed, base)
            return None
        except Conflict as conflict:
            if not conflict.theirs:
                raise
            await self._meet(typed)
            return notice(f"{conflict.sentence} Both are shown; save again to keep yours.", "late")
        view, parts = found
        self.view, self.parts, self.base = view, parts, view.version
        self._stored = parts
        self.errors, self.theirs, self.kept = {}, [], ""
        return notice("Letter saved.")

    async def _meet(self, typed: Form) -> None:
        """Show what another person stored beside what is typed, and let the next save win."""
        letter_id = self.route_id("letter_id")
        stored: Form = await self.ask(letters.read_letter, letter_id, show=_parts_of)
        self._show_theirs(typed, stored)
        self.base = int(stored["version"])
        await self._keep(typed, self.base)

    def _show_theirs(self, mine: Form, stored: Form) -> None:
        self.theirs = [
            (PARTS[name], stored[name]) for name in PARTS if stored[name] != mine.get(name, "")
        ]

    def _begin(self, view: LetterView, parts: Form) -> None:
        self.view, self.parts, self.base = view, parts, view.version
        self.errors, self.issue_errors, self.theirs, self.kept = {}, {}, [], ""


def _with_parts(found: OpenLetter) -> tuple[LetterView, Form]:
    return LetterView.of(found), found.form.model_dump()


def _parts_of(found: OpenLetter) -> Form:
    return found.form.model_dump() | {"version": str(found.letter.version)}
