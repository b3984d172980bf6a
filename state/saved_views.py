"""The views of the board that one keeps or shares: opened, saved, renamed, removed and restored."""

from dataclasses import dataclass

from cma_app.access.acts import Act
from cma_app.errors import Invalid
from cma_app.services.caseload_values import Filter
from cma_app.services.saved_views import (
    KeptView,
    ViewForm,
    change_view,
    known_words,
    list_views,
    remove_view,
    restore_view,
    save_view,
)
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.board_view import address
from state.forms import checked

WORDS = ("show", "advisor", "by", "stage", "status", "sort", "view")


@dataclass(frozen=True, slots=True)
class ViewLine:
    """A view of the list: where it leads, whose it is, and whether it is what is shown."""

    id: int = 0
    version: int = 0
    name: str = ""
    path: str = ""
    whose: str = ""
    is_shared: bool = False
    is_mine: bool = False
    is_here: bool = False

    @classmethod
    def of(cls, view: KeptView, here: dict[str, str]) -> "ViewLine":
        """Return what is shown of a view; `here` are the words of the page's address."""
        whose = "Only you" if not view.is_shared else f"Shared by {view.owner}"
        return cls(
            view.id,
            view.version,
            view.name,
            view_address(view.shown),
            "Shared by you" if view.is_shared and view.is_mine else whose,
            view.is_shared,
            view.is_mine,
            view.shown == here,
        )


def view_address(shown: dict[str, str]) -> str:
    """Return the address under which a view is shown."""
    wanted = Filter.read(shown) or Filter()
    kept = {name: shown.get(name, "") for name in ("status", "sort", "view")}
    if kept["view"] == "figures":
        return address(wanted, path="/board/figures")
    return address(wanted, **kept)


class SavedViewsState(CentreState):
    """The views, and the one that is being changed."""

    lines: list[ViewLine] = []
    here: str = ""
    errors: FormErrors = {}
    edit_errors: FormErrors = {}
    editing: int = 0
    edited: ViewLine = ViewLine()
    removed: int = 0
    removed_name: str = ""
    filled: int = 0

    @load(Act.VIEW_KEEP)
    async def open(self):
        """List the views, and name the one that is shown."""
        self.editing, self.errors, self.edit_errors = 0, {}, {}
        self.removed, self.removed_name = 0, ""
        await self._again()

    @act(Act.VIEW_KEEP, form="errors")
    async def save(self, form: Form):
        """Keep what is shown under a name."""
        await self.ask(save_view, form, shown=self._here(), show=lambda row: row.id)
        self.filled += 1
        await self._again()
        return notice("View saved.")

    @act(Act.VIEW_KEEP, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, ViewForm, name, value)

    @act(Act.VIEW_KEEP)
    def begin(self, number: int):
        """Show the boxes of one view."""
        found = [line for line in self.lines if line.id == number]
        self.editing, self.edit_errors = (number, {}) if found else (0, {})
        self.edited = found[0] if found else self.edited

    @act(Act.VIEW_KEEP)
    def leave(self):
        """Close the boxes of a view."""
        self.editing, self.edit_errors = 0, {}

    @act(Act.VIEW_KEEP, form="edit_errors")
    async def change(self, form: Form):
        """Rename a view, share it or take it back."""
        await self.ask(
            change_view,
            self.editing,
            form,
            version=self.edited.version,
            show=lambda row: row.id,
        )
        self.editing = 0
        await self._again()
        return notice("View changed.")

    @act(Act.VIEW_KEEP)
    async def remove(self, number: int):
        """Remove a view; it can be brought back at once."""
        name = await self.ask(remove_view, number, show=lambda row: row.name)
        self.removed, self.removed_name, self.editing = number, name, 0
        await self._again()

    @act(Act.VIEW_KEEP)
    async def undo_remove(self):
        """Bring back the view that was removed last."""
        await self.ask(restore_view, self.removed)
        self.removed, self.removed_name = 0, ""
        await self._again()

    async def _again(self) -> None:
        here = self._here()
        views: list[KeptView] = await self.ask(list_views)
        self.lines = [ViewLine.of(view, here) for view in views]
        self.here = next((line.name for line in self.lines if line.is_here), "")

    def _here(self) -> dict[str, str]:
        """Return the words of the page's address that say something."""
        said = {name: self.query(name) for name in WORDS}
        if self.rx_router_page.path.startswith("/board/figures"):  # pyright: ignore[reportAttributeAccessIssue]
            said["view"] = "figures"
        try:
            return known_words(said)
        except Invalid:
            return {}
