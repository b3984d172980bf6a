"""What the documents tab asks: the list, what a document proves, what the client was asked for."""

from dataclasses import dataclass, field

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.document_types import document_types
from cma_app.services import document_changes, document_requests
from cma_app.services.document_requests import AskForm, list_asked
from cma_app.services.document_uses import list_uses
from cma_app.services.documents import list_documents
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.document_views import AskedView, AwaitedView, DocumentLine
from state.forms import checked, text_in
from state.lists import address

SHOWN = ("all", "unsorted", "unused", "removed")


@dataclass(frozen=True, slots=True)
class DocumentsView:
    """The documents of a case: those that are shown, how many there are, and what is awaited."""

    lines: list[DocumentLine] = field(default_factory=list)
    total: int = 0
    unsorted: int = 0
    unused: int = 0
    removed: int = 0
    awaited: AwaitedView = field(default_factory=AwaitedView)
    papers: list[tuple[str, str]] = field(default_factory=list)


def _tab(session: CentreSession, case_id: int, show: str) -> DocumentsView:
    uses = list_uses(session, case_id)
    found = list_documents(session, case_id)
    gone = list_documents(session, case_id, removed=True)
    lines = [DocumentLine.of(row, uses) for row in found.rows]
    some = {
        "unsorted": [each for each in lines if not each.type_code],
        "unused": [each for each in lines if not each.uses],
        "removed": [DocumentLine.of(row, []) for row in gone.rows],
    }
    return DocumentsView(
        lines=some.get(show, lines),
        total=found.total,
        unsorted=len(some["unsorted"]),
        unused=len(some["unused"]),
        removed=gone.total,
        awaited=AwaitedView.of(list_asked(session, case_id)),
        papers=[(str(each.id), each.name) for each in lines],
    )


class DocumentsState(CentreState):
    """The documents of a case, and what its client was asked for."""

    view: DocumentsView = DocumentsView()
    show: str = "all"
    opened: int = 0
    ask_errors: FormErrors = {}
    about: AskedView = AskedView()
    chase_errors: FormErrors = {}
    saved: int = 0
    openings: int = 0
    removed: int = 0
    removed_name: str = ""
    removed_number: int = 0

    _just_removed: bool = False

    @load(Act.DOCUMENT_SEE)
    async def open(self):
        """Show the documents of the case."""
        case_id, show = self.route_id("case_id"), self.query("show", "all")
        self.show = show if show in SHOWN else "all"
        self.view = await self.ask(_tab, case_id, self.show)
        self.ask_errors, self.chase_errors, self.opened = {}, {}, case_id
        if not self._just_removed:
            self.removed = 0
        self._just_removed = False

    @act(Act.DOCUMENT_SEE, quiet=True)
    async def refresh(self):
        """Show the documents again, after one came or changed."""
        self.view = await self.ask(_tab, self.route_id("case_id"), self.show)

    @act(Act.DOCUMENT_SEE)
    def choose(self, show: str):
        """Show all documents, or some."""
        chosen = {"show": show} if show in SHOWN[1:] else {}
        return rx.redirect(address(f"/cases/{self.route_id('case_id')}/documents", chosen))

    @act(Act.DOCUMENT_REMOVE)
    async def restore(self, document_id: int):
        """Bring a removed document back."""
        await self.ask(document_changes.restore_document, document_id)
        self.removed = 0
        self.view = await self.ask(_tab, self.route_id("case_id"), self.show)
        return notice("The document is back.")

    @act(Act.DOCUMENT_ASK)
    def begin(self):
        """Begin to ask for a document."""
        self.ask_errors = {}
        self.openings += 1

    @act(Act.DOCUMENT_ASK, form="ask_errors")
    async def ask_for(self, form: Form):
        """Write down that a document was asked for."""
        await self.ask(document_requests.ask_for, self.route_id("case_id"), form)
        await self._again()
        return notice("Asked for. The next chaser is among the case's actions.")

    @act(Act.DOCUMENT_ASK, quiet=True)
    def check_ask(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.ask_errors = checked(self.ask_errors, AskForm, name, value)

    @act(Act.DOCUMENT_ASK)
    def pick(self, asked_id: int):
        """Open what was asked for, to chase it or to say that it came."""
        found = [each for each in self.view.awaited.rows if each.id == asked_id]
        self.about = found[0] if found else AskedView()
        self.chase_errors = {}
        self.openings += 1

    @act(Act.DOCUMENT_ASK, form="chase_errors")
    async def chase(self, form: Form):
        """Write down that the client was asked again, and by which route."""
        how, about = text_in(form, "how"), self.about
        await self.ask(document_requests.chase, about.id, how=how, version=about.version)
        await self._again()
        return notice("Chaser written down.")

    @act(Act.DOCUMENT_ASK, form="chase_errors")
    async def came(self, form: Form):
        """Write down that it came, and which document it is."""
        said, about = text_in(form, "document_id"), self.about
        number = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None
        await self.ask(
            document_requests.receive, about.id, document_id=number, version=about.version
        )
        await self._again()
        return notice(f"{about.name} received.")

    @act(Act.DOCUMENT_ASK)
    async def drop(self):
        """Write down that it is no longer needed."""
        about = self.about
        await self.ask(document_requests.not_needed, about.id, version=about.version)
        await self._again()
        return notice(f"{about.name} is no longer asked for.")

    @act(Act.DOCUMENT_ASK)
    async def ask_again(self, asked_id: int):
        """Make something that came, or was not needed, missing again."""
        rows = {each.id: each.version for each in self.view.awaited.rows}
        version = rows.get(asked_id, 0)
        await self.ask(document_requests.ask_again, asked_id, version=version)
        await self._again()

    async def _again(self) -> None:
        self.view = await self.ask(_tab, self.route_id("case_id"), self.show)
        self.saved += 1

    def _note_removed(self, document_id: int, name: str) -> None:
        self.removed, self.removed_name, self._just_removed = document_id, name, True
        self.removed_number += 1


TYPES: list[tuple[str, str]] = [(each.code, each.label) for each in document_types().values()]
