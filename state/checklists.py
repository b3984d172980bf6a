"""What the checklist screen shows and asks: versions, a draft's items, preview, publishing."""

from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.errors import Conflict
from cma_app.rules.checklist_changes import PARTS, conditions_in_words
from cma_app.rules.checklists import DUE_FROM, EVIDENCE, GATES, WHO, proofs, stages
from cma_app.services import checklist_drafts, checklist_preview, checklists
from cma_app.services.cases import TYPES
from cma_app.services.checklist_drafts import ItemForm
from cma_app.services.checklists import ChecklistPage
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.checklist_views import ChecklistsView, ItemEdit, to_version
from state.compliance import ChecklistView
from state.forms import checked, ticked

Words = tuple[tuple[str, str], ...]

TYPE_LINKS: Final = tuple((each, word, to_version(each)) for each, word in TYPES.items())
CHOICES: Final[dict[str, Words]] = {
    "stage": tuple(stages().items()),
    "evidence": tuple(EVIDENCE.items()),
    "who": tuple(WHO.items()),
    "mandatory_when": (("", "No condition"), *conditions_in_words()),
    "due_from": (("", "No date"), *[(each, f"After {word}") for each, word in DUE_FROM.items()]),
    "proof": (("", "None: a person answers"), *[(p.code, p.met) for p in proofs().values()]),
}
LABELS: Final = dict(PARTS)
VIEWS: Final = ("items", "changes", "preview")

Seen = dict[str, dict[str, Any]]
Shown = tuple[ChecklistsView, dict[str, ItemEdit], Seen]


def _shown(page: ChecklistPage) -> Shown:
    return (
        ChecklistsView.of(page),
        {item.code: ItemEdit.of(item) for item in page.items},
        {item.code: item.to_json() for item in page.items},
    )


def _save(
    session: CentreSession, draft_id: int, code: str, form: Form, seen: dict[str, Any]
) -> str:
    if code:
        return checklist_drafts.edit_item(session, draft_id, code, form, seen=seen).code
    return checklist_drafts.add_item(session, draft_id, form).code


class ChecklistsState(CentreState):
    """A case type's checklist, the item in the dialog, and what stands in a step's way."""

    view: ChecklistsView = ChecklistsView()
    preview: ChecklistView = ChecklistView()
    shows: str = "items"
    edit: ItemEdit = ItemEdit()
    errors: FormErrors = {}
    lost: str = ""
    theirs: dict[str, str] = {}
    publish_errors: FormErrors = {}
    obstacle: str = ""
    openings: int = 0
    saves: int = 0

    _edits: dict[str, ItemEdit] = {}
    _seen: Seen = {}

    @load(Act.CHECKLIST_EDIT)
    async def open(self):
        """Show the case type, version and view that the address names."""
        asked = self.query("view", "items")
        self.shows = asked if asked in VIEWS else "items"
        await self._look()
        self.errors, self.lost, self.theirs, self.obstacle = {}, "", {}, ""

    @act(Act.CHECKLIST_EDIT)
    async def begin_draft(self):
        """Begin the next version as a copy of the list in use, and show it."""
        await self.ask(checklist_drafts.draft_checklist, self._type(), show=lambda row: row.id)
        return await self._go("Draft begun. Cases go on with the list in use until you publish.")

    @act(Act.CHECKLIST_EDIT)
    def begin_add(self, stage: str):
        """Open the dialog for a new item of a stage."""
        self._begin(ItemEdit(stage=stage if stage in stages() else "intake"))

    @act(Act.CHECKLIST_EDIT)
    def begin_edit(self, code: str):
        """Open the dialog with an item of the draft."""
        self._begin(self._edits.get(code, ItemEdit()))

    @act(Act.CHECKLIST_EDIT, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, ItemForm, name, value)

    @act(Act.CHECKLIST_EDIT, form="errors")
    async def save(self, form: Form):
        """Save the item of the dialog; where another manager was first, both stand."""
        code = self.edit.code
        seen = self._seen.get(code, {})
        try:
            saved = await self.ask(_save, self.view.id, code, form, seen)
        except Conflict as error:
            if not error.theirs:
                raise
            await self._look()
            self.lost, self.theirs = error.sentence, error.theirs
            return None
        before = [each.word for each in self.view.emptied]
        await self._look()
        self.lost, self.theirs = "", {}
        self.saves += 1
        return self._saved(f"{saved} {'saved' if code else 'added'}.", before)

    @act(Act.CHECKLIST_EDIT)
    async def move(self, code: str, by: int):
        """Move an item up or down within its stage."""
        await self.ask(
            checklist_drafts.move_item, self.view.id, code, by=by, show=lambda row: row.id
        )
        await self._look()

    @act(Act.CHECKLIST_EDIT)
    async def remove(self, code: str):
        """Take an item out of the draft; who did not see its last change is told."""
        before = [each.word for each in self.view.emptied]
        try:
            await self.ask(
                checklist_drafts.remove_item,
                self.view.id,
                code,
                seen=self._seen.get(code, {}),
                show=lambda row: row.id,
            )
        except Conflict:
            await self._look()
            raise
        await self._look()
        return self._saved(f"{code} taken out of the draft.", before)

    @act(Act.CHECKLIST_EDIT)
    async def put_back(self, code: str):
        """Make an item of the draft what it is in the list in use."""
        await self.ask(checklist_drafts.put_back, self.view.id, code, show=lambda row: row.id)
        await self._look()
        return notice(f"{code} is as in the list in use.")

    @act(Act.CHECKLIST_EDIT)
    def consider(self):
        """Open the question before publishing or discarding, with nothing in its way yet."""
        self.obstacle, self.publish_errors = "", {}
        self.openings += 1

    @act(Act.CHECKLIST_EDIT, form="publish_errors")
    async def publish(self, form: Form):
        """Put the draft in use for cases opened from now on."""
        knowing = [gate for gate in GATES if ticked(form, f"empty_{gate}")]
        try:
            await self.ask(
                checklist_drafts.publish_checklist,
                self.view.id,
                version=self.view.version,
                knowing=knowing,
                show=lambda row: row.id,
            )
        except Conflict as error:
            await self._look()
            self.obstacle = error.sentence
            return None
        return await self._done(f"{self.view.name} is in use for cases opened from now on.")

    @act(Act.CHECKLIST_EDIT)
    async def discard(self):
        """Put the draft away; it stays readable and can be taken up again."""
        try:
            await self.ask(
                checklist_drafts.discard_draft,
                self.view.id,
                version=self.view.version,
                show=lambda row: row.id,
            )
        except Conflict as error:
            await self._look()
            self.obstacle = error.sentence
            return None
        return await self._done(f"{self.view.name} discarded. It stays in the list of versions.")

    @act(Act.CHECKLIST_EDIT)
    async def take_up(self, version_id: int):
        """Go on with a draft that was discarded."""
        await self.ask(checklist_drafts.take_up_draft, version_id, show=lambda row: row.id)
        return await self._go("Draft taken up again.")

    def _type(self) -> str:
        asked = self.query("type", "casework")
        return asked if asked in TYPES else "casework"

    def _version(self) -> int | None:
        said = self.query("version")
        return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None

    def _begin(self, edit: ItemEdit) -> None:
        self.edit = edit
        self.errors, self.lost, self.theirs = {}, "", {}
        self.openings += 1

    async def _look(self) -> None:
        """Show what the address names as it stands now."""
        asked = {"version_id": self._version()}
        self.view, self._edits, self._seen = await self.ask(
            checklists.read_checklists, self._type(), show=_shown, **asked
        )
        if self.shows == "preview":
            self.preview = await self.ask(
                checklist_preview.preview_checklist, self._type(), show=ChecklistView.of, **asked
            )

    async def _done(self, sentence: str) -> rx.event.EventSpec:
        await self._look()
        self.saves += 1
        return notice(sentence)

    async def _go(self, sentence: str) -> list[Any]:
        """Show the draft, whatever version the address named."""
        if not self.query("version"):
            await self._look()
            return [notice(sentence)]
        return [rx.redirect(to_version(self._type())), notice(sentence)]

    def _saved(self, sentence: str, emptied_before: list[str]) -> rx.event.EventSpec:
        """Return the notice of a change, which warns where it emptied a gate."""
        emptied = [each.word for each in self.view.emptied if each.word not in emptied_before]
        if not emptied:
            return notice(sentence)
        return notice(f"{sentence} Nothing holds “{'” or “'.join(emptied)}” any more.", "note")
