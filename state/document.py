"""What one document's page asks: its pages, versions and uses, its name, type and readers."""

from dataclasses import dataclass

import reflex as rx

from cma_app.access.acts import Act
from cma_app.errors import Conflict, NotFound
from cma_app.services import document_changes
from cma_app.services.document_changes import DocumentForm, Reader
from cma_app.services.document_uses import (
    drop_use,
    list_targets,
    list_uses,
    use_as_evidence,
)
from cma_app.services.documents import read_document
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.document_views import DocumentView, TargetGroup, target_groups
from state.documents import DocumentsState
from state.forms import checked


@dataclass(frozen=True, slots=True)
class ReaderView:
    """Somebody for whom a document could be."""

    id: int
    name: str
    role: str
    is_named: bool

    @classmethod
    def of(cls, each: Reader) -> "ReaderView":
        """Return what is shown of a colleague."""
        return cls(each.id, each.name, each.role.capitalize(), each.is_named)


def _page(session: CentreSession, document_id: int, case_id: int) -> DocumentView:
    found = read_document(session, document_id)
    if found.row.case_id != case_id:
        raise NotFound
    return DocumentView.of(found, list_uses(session, case_id))


def _targets(session: CentreSession, document_id: int) -> tuple[str, list[TargetGroup]]:
    name = read_document(session, document_id).row.name
    return name, target_groups(list_targets(session, document_id))


class DocumentState(CentreState):
    """One document on its own page."""

    view: DocumentView = DocumentView()
    opened: int = 0
    shown: int = 0
    errors: FormErrors = {}
    lost: str = ""
    theirs: dict[str, str] = {}
    readers: list[ReaderView] = []
    reader_errors: FormErrors = {}
    obstacle: str = ""
    saved: int = 0
    openings: int = 0

    @load(Act.DOCUMENT_SEE)
    async def open(self):
        """Show the document."""
        case_id, number = self.route_id("case_id"), self.route_id("document_id")
        self.view = await self.ask(_page, number, case_id)
        self.errors, self.reader_errors, self.lost, self.theirs = {}, {}, "", {}
        self.obstacle, self.readers = "", []
        self.opened, self.shown = case_id, number

    @act(Act.DOCUMENT_SEE, quiet=True)
    async def refresh(self):
        """Show the document again, after a new version came or a use changed."""
        self.view = await self._again()

    @act(Act.DOCUMENT_EDIT, form="errors")
    async def save(self, form: Form):
        """Rename the document, or say what it is."""
        line = self.view.line
        try:
            await self.ask(document_changes.change_document, line.id, form, version=line.version)
        except Conflict as error:
            self.view = await self._again()
            self.lost, self.theirs = error.sentence, error.theirs
            return None
        self.view = await self._again()
        self.lost, self.theirs = "", {}
        return notice("Saved.")

    @act(Act.DOCUMENT_EDIT, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, DocumentForm, name, value)

    @act(Act.DOCUMENT_RESTRICT)
    async def choose_readers(self):
        """Show for whom the document could be."""
        self.readers = await self.ask(
            document_changes.list_readers,
            self.view.line.id,
            show=lambda found: [ReaderView.of(each) for each in found],
        )
        self.reader_errors = {}
        self.openings += 1

    @act(Act.DOCUMENT_RESTRICT, form="reader_errors")
    async def restrict(self, form: Form):
        """Let only the ticked people see the document."""
        line = self.view.line
        ids = [each.id for each in self.readers if form.get(f"reader-{each.id}") == "on"]
        await self.ask(document_changes.restrict_document, line.id, ids, version=line.version)
        self.view = await self._again()
        self.saved += 1
        return notice("Only the named people see it now.")

    @act(Act.DOCUMENT_RESTRICT)
    async def open_to_team(self):
        """Let everybody who may see the case see the document."""
        line = self.view.line
        await self.ask(document_changes.open_document_to_team, line.id, version=line.version)
        self.view = await self._again()
        self.saved += 1
        return notice("Everybody who may see the case sees it now.")

    @act(Act.DOCUMENT_REMOVE)
    async def remove(self):
        """Put the document away and go back to the list, where it can be brought back."""
        line = self.view.line
        try:
            await self.ask(document_changes.remove_document, line.id)
        except Conflict as error:
            self.obstacle = error.sentence
            return None
        documents = await self.get_state(DocumentsState)
        documents._note_removed(line.id, line.name)  # noqa: SLF001 - the list's own note
        return rx.redirect(f"/cases/{self.route_id('case_id')}/documents")

    async def _again(self) -> DocumentView:
        return await self.ask(_page, self.route_id("document_id"), self.route_id("case_id"))


class EvidenceState(CentreState):
    """What a document can show, in a dialog of the list and of the document's page."""

    document: int = 0
    name: str = ""
    groups: list[TargetGroup] = []
    saved: int = 0
    openings: int = 0

    @act(Act.DOCUMENT_USE)
    async def begin(self, document_id: int):
        """Show what a document could be evidence for."""
        self.name, self.groups = await self.ask(_targets, document_id)
        self.document = document_id
        self.openings += 1

    @act(Act.DOCUMENT_USE)
    async def use(self, kind: str, mark: str):
        """Let the document show it."""
        label = await self.ask(use_as_evidence, self.document, kind=kind, mark=mark)
        self.saved += 1
        return [notice(f"“{self.name}” is evidence for “{label}”."), self._shown_again()]

    @act(Act.DOCUMENT_USE)
    async def drop(self, document_id: int, kind: str, mark: str):
        """Say that a document does not show it after all."""
        label = await self.ask(drop_use, document_id, kind=kind, mark=mark)
        self.saved += 1
        return [notice(f"Taken off “{label}”."), self._shown_again()]

    def _shown_again(self):
        return DocumentState.refresh if self.query("document_id") else DocumentsState.refresh
