"""Centres, for an admin: the list, a new one, closing, and who manages each."""

from dataclasses import dataclass, field

import reflex as rx

from cma_app.access.acts import Act
from cma_app.errors import Conflict
from cma_app.paging import Page
from cma_app.services import centres
from cma_app.services.centres import CentreForm, CentreRow, ClosingMeans
from state.base import CentreState, Form, FormErrors, act, current_sign_in, load, notice
from state.forms import checked
from state.lists import Foot, address, page_in
from state.words import several

NATION_WORDS = {
    "england": "England",
    "wales": "Wales",
    "scotland": "Scotland",
    "northern_ireland": "Northern Ireland",
}


@dataclass(frozen=True, slots=True)
class CentreLine:
    """A row of the list of centres, and what is behind it; `id` is 0 while none is chosen."""

    id: int = 0
    name: str = ""
    code: str = ""
    nation: str = ""
    people: str = ""
    manager: str = ""
    about: list[tuple[str, str]] = field(default_factory=list)
    is_open: bool = False
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Centres:
    """A page of centres, with the words under it."""

    rows: list[CentreLine]
    foot: Foot

    @classmethod
    def of(cls, page: Page[CentreRow], own: int) -> "Centres":
        """Return a page of centres as the list shows it."""
        return cls(
            rows=[_line(row, own) for row in page.rows],
            foot=Foot.of(page),
        )


@dataclass(frozen=True, slots=True)
class Closing:
    """The centre that is about to be closed, and what that touches; `id` is 0 while none is."""

    id: int = 0
    name: str = ""
    touches: str = ""

    @classmethod
    def of(cls, found: ClosingMeans) -> "Closing":
        """Return what the question says of a centre."""
        people = several(found.people, "person", "people")
        cases = several(found.open_cases, "open case")
        return cls(found.id, found.name, f"{people} and {cases}")


class CentresState(CentreState):
    """The centres of the whole system."""

    listed: Centres = Centres(rows=[], foot=Foot())
    adding: bool = False
    errors: FormErrors = {}
    form_number: int = 0
    closing: Closing = Closing()
    obstacle: str = ""
    closed: int = 0
    chosen: CentreLine = CentreLine()
    managers: list[tuple[str, str]] = []
    manager_errors: FormErrors = {}
    managed: int = 0

    @load(Act.CENTRE_LIST)
    async def open(self):
        """Show the centres."""
        self.adding = False
        await self._show(page_in(self.query("page")))

    @act(Act.CENTRE_LIST)
    def turn(self, number: int):
        """Go to a page of the list."""
        return rx.redirect(address("/centres", {"page": str(max(number, 1))}))

    @act(Act.CENTRE_ADD)
    def begin(self):
        """Open the form."""
        self.adding = True

    @act(Act.CENTRE_ADD)
    def stop(self):
        """Close the form and forget what was typed."""
        self.adding = False
        self.errors = {}

    @act(Act.CENTRE_ADD, form="errors")
    async def add(self, form: Form):
        """Add a centre."""
        name = await self.ask(centres.add, CentreForm.read(form), show=lambda it: it.name)
        await self._show(self.listed.foot.number)
        self.form_number += 1
        self.adding = False
        return notice(f"{name} was added. Add its manager under People.")

    @act(Act.CENTRE_ADD, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, CentreForm, name, value)

    @act(Act.CENTRE_EDIT)
    async def ask_close(self, centre: int):
        """Ask before a centre of the list is closed, and say what that means."""
        self.closing, self.obstacle = Closing(), ""
        self.closing = await self.ask(centres.what_closing_means, centre, show=Closing.of)

    @act(Act.CENTRE_EDIT)
    async def close(self, centre: int):
        """Close a centre: its people are signed out at once."""
        self.obstacle = ""
        try:
            name = await self.ask(centres.close, centre, show=lambda it: it.name)
        except Conflict as error:
            self.obstacle = error.sentence
            return None
        await self._show(self.listed.foot.number)
        self.closed += 1
        return notice(f"{name} is closed. Nobody of it can sign in.")

    @act(Act.CENTRE_EDIT)
    async def reopen(self, centre: int):
        """Open a closed centre again."""
        name = await self.ask(centres.reopen, centre, show=lambda it: it.name)
        await self._show(self.listed.foot.number)
        return notice(f"{name} is open again.")

    @act(Act.CENTRE_EDIT)
    def choose(self, centre: int):
        """Show what is behind a centre's row, and what may be done about it."""
        self._choose(centre)

    @act(Act.CENTRE_EDIT)
    async def ask_manager(self, centre: int):
        """Ask who manages a centre."""
        managers = await self.ask(centres.choices_of_manager, centre)
        self.managers = [("", "Choose"), *[(str(who), name) for who, name in managers]]
        self._choose(centre)
        self.manager_errors = {}

    @act(Act.CENTRE_EDIT, form="manager_errors")
    async def choose_manager(self, form: Form):
        """Say who manages the centre that was chosen."""
        raw = form.get("user_id", "")
        person = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
        name = await self.ask(
            centres.choose_manager, self.chosen.id, user_id=person, show=lambda it: it.name
        )
        await self._show(self.listed.foot.number)
        self.managed += 1
        return notice(f"{name} has a manager.")

    def _choose(self, centre: int) -> None:
        found = [line for line in self.listed.rows if line.id == centre]
        self.chosen = found[0] if found else CentreLine(id=centre)

    async def _show(self, number: int) -> None:
        page = await self.ask(centres.list_centres, number=number)
        self.listed = Centres.of(page, current_sign_in().actor.centre_id)


def _line(row: CentreRow, own: int) -> CentreLine:
    manager = row.manager or ("" if row.id == own else "Not chosen")
    known = (
        ("Code", row.code),
        ("Nation", NATION_WORDS[row.nation]),
        ("Town or city", row.city),
        ("Manager", manager),
        ("Active people", str(row.people)),
        ("Not yet signed in", str(row.unused_passwords or "")),
    )
    return CentreLine(
        id=row.id,
        name=row.name,
        code=row.code,
        nation=NATION_WORDS[row.nation],
        people=str(row.people),
        manager=manager,
        about=[(what, said) for what, said in known if said],
        is_open=row.status == "active",
        is_own=row.id == own,
    )
