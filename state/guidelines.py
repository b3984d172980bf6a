"""What the guidelines screen shows and asks: versions, a table before it is loaded, and undo."""

from datetime import date

from cma_app.access.acts import Act
from cma_app.errors import Invalid
from cma_app.services import guideline_versions
from cma_app.session import CentreSession
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.forms import date_in, text_in
from state.guideline_view import PreviewView, VersionsView


def _listed(session: CentreSession) -> VersionsView:
    return VersionsView.of(guideline_versions.list_versions(session))


def _load(session: CentreSession, table: str, version: str, first: date | None) -> VersionsView:
    guideline_versions.load_version(session, table, version=version, valid_from=first)
    return _listed(session)


def _load_sample(session: CentreSession) -> VersionsView:
    guideline_versions.load_sample(session)
    return _listed(session)


def _remove(session: CentreSession, guideline_id: int) -> tuple[VersionsView, str]:
    version = guideline_versions.remove_version(session, guideline_id)
    return _listed(session), version


def _restore(session: CentreSession, guideline_id: int) -> VersionsView:
    guideline_versions.restore_version(session, guideline_id)
    return _listed(session)


class GuidelineState(CentreState):
    """A centre's versions of guidelines, and the table that a manager is about to load."""

    view: VersionsView = VersionsView()
    preview: PreviewView = PreviewView()
    errors: FormErrors = {}
    loads: int = 0
    removed_id: int = 0
    removed_number: int = 0
    removed: str = ""

    _table: str = ""
    _version: str = ""
    _first: date | None = None

    @load(Act.GUIDELINE_SEE)
    async def open(self):
        """Show the versions that are loaded."""
        self.view = await self.ask(_listed)
        self.preview, self.errors, self.removed_id = PreviewView(), {}, 0

    @act(Act.GUIDELINE_LOAD, form="errors")
    async def look(self, form: Form):
        """Show a table as it would be loaded, with each fault beside its cell; store nothing."""
        self.preview = PreviewView()
        table, version = form.get("table", ""), text_in(form, "version")
        first = date_in(form, "valid_from", "first day")
        self.preview = await self.ask(
            guideline_versions.preview_version,
            table,
            version=version,
            valid_from=first,
            show=PreviewView.of,
        )
        self._table, self._version, self._first = table, version, first

    @act(Act.GUIDELINE_LOAD, form="errors")
    async def take_in(self):
        """Load the table that is shown."""
        if not self.preview.is_ready:
            raise Invalid({"table": "Look at the table first."})
        self.view = await self.ask(_load, self._table, self._version, self._first)
        title = self.preview.title
        self.preview, self._table, self.loads = PreviewView(), "", self.loads + 1
        return notice(f"Guidelines loaded: {title}.")

    @act(Act.GUIDELINE_LOAD)
    async def take_in_sample(self):
        """Load the invented sample, for practice."""
        self.view = await self.ask(_load_sample)
        return notice("Fictional sample loaded. Its figures are invented.", "note")

    @act(Act.GUIDELINE_REMOVE)
    async def remove(self, guideline_id: int):
        """Take a version away that no sheet keeps; for ten seconds it can be brought back."""
        self.view, self.removed = await self.ask(_remove, guideline_id)
        self.removed_id, self.removed_number = guideline_id, self.removed_number + 1

    @act(Act.GUIDELINE_REMOVE)
    async def undo_remove(self):
        """Bring back the version that was removed last."""
        if self.removed_id:
            self.view = await self.ask(_restore, self.removed_id)
            self.removed_id = 0
