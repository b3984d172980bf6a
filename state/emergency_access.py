"""Emergency access: an admin asks for it and leaves, a manager reads who had it and ends it."""

from dataclasses import dataclass, field

import reflex as rx

from cma_app.access.acts import Act
from cma_app.clock import local
from cma_app.paging import Page
from cma_app.rules.emergency_access import ENDS, KINDS, USUAL
from cma_app.services import emergency_access
from cma_app.services.emergency_access import AccessForm, AccessRow, Asked, Opened
from state.base import CentreState, Form, FormErrors, act, load, notice
from state.forms import checked
from state.lists import Foot, address, page_beside, page_in
from state.shell import ShellState
from state.words import clock_text, moment_text


@dataclass(frozen=True, slots=True)
class AskedView:
    """The centre that is asked for, and who will be told; `id` is 0 until it is known."""

    id: int = 0
    name: str = ""
    told: str = ""
    has_factor: bool = True
    is_proved: bool = False

    @classmethod
    def of(cls, asked: Asked) -> "AskedView":
        """Return what the form says above its questions."""
        names = asked.managers
        told = " and ".join((", ".join(names[:-1]), names[-1])) if names[1:] else "".join(names)
        return cls(asked.centre_id, asked.name, told, asked.has_factor, asked.is_proved)


class AccessState(CentreState):
    """The form with which an admin opens emergency access to one centre."""

    asked: AskedView = AskedView()
    usual: str = str(USUAL)
    errors: FormErrors = {}

    @load(Act.ACCESS_OPEN)
    async def open(self):
        """Show the form for the centre that the address names."""
        self.asked, self.errors = AskedView(), {}
        number = self.route_id("centre_id")
        await self._look(number)

    @act(Act.ACCESS_OPEN, quiet=True)
    def check(self, name: str, value: str):
        """Say beside a box that was left what is wrong with it."""
        self.errors = checked(self.errors, AccessForm, name, value)

    @act(Act.ACCESS_OPEN, form="errors")
    async def begin(self, form: Form):
        """Open the access; the browser then loads that centre's clients."""
        await self._look(self.asked.id)  # a proof may have grown old while the reason was written
        await self.ask(emergency_access.open_access, self.asked.id, form)
        (await self.get_state(ShellState)).anew = "/clients"

    @act(Act.ACCESS_LEAVE)
    async def leave(self):
        """End one's own access at once."""
        await self.ask(emergency_access.leave)
        (await self.get_state(ShellState)).anew = "/centres"

    async def _look(self, centre_id: int) -> None:
        self.asked = await self.ask(emergency_access.ask_for_access, centre_id, show=AskedView.of)


@dataclass(frozen=True, slots=True)
class OpenedView:
    """A client or case that was opened; `path` leads the manager there."""

    what: str
    name: str
    reference: str
    path: str
    at: str

    @classmethod
    def of(cls, opened: Opened) -> "OpenedView":
        """Return a line of what was opened."""
        case = f"/cases/{opened.case_id}"
        path = case if opened.case_id else f"/clients/{opened.client_id}"
        at = clock_text(local(opened.first_at).time())
        what = "case of" if opened.case_id else "client"
        return cls(what, opened.name, opened.reference, path, at)


@dataclass(frozen=True, slots=True)
class AccessView:
    """One grant as the register shows it."""

    id: int
    admin: str
    kind: str
    reason: str
    opened_at: str
    until: str
    ended: str
    is_open: bool
    opened: list[OpenedView] = field(default_factory=list)
    lists: str = ""

    @classmethod
    def of(cls, row: AccessRow) -> "AccessView":
        """Return a grant in words."""
        ended = row.ended_at or row.expires_at
        until = clock_text(local(ended).time())
        return cls(
            id=row.id,
            admin=row.admin,
            kind=KINDS[row.kind],
            reason=row.reason,
            opened_at=moment_text(row.opened_at),
            until=until,
            ended="" if row.is_open else f"{ENDS[row.ended_how]} at {until}",
            is_open=row.is_open,
            opened=[OpenedView.of(each) for each in row.opened],
            lists="Lists of the centre were looked at too." if row.lists else "",
        )


def _page(found: Page[AccessRow]) -> tuple[list[AccessView], Foot]:
    return [AccessView.of(row) for row in found.rows], Foot.of(found)


class AccessRegisterState(CentreState):
    """Who had emergency access to this centre."""

    grants: list[AccessView] = []
    foot: Foot = Foot()
    ready: bool = False

    @load(Act.ACCESS_SEE)
    async def open(self):
        """Show the register, the newest first."""
        await self._show()

    @act(Act.ACCESS_SEE, quiet=True, unattended=True)
    async def refresh(self):
        """Show it again, because something of it changed."""
        await self._show()

    @act(Act.ACCESS_SEE)
    def step(self, by: int):
        """Go a page forth or back."""
        page = page_beside(str(self.foot.number), by)
        return rx.redirect(address("/emergency-access", {"page": page}))

    @act(Act.ACCESS_REVOKE)
    async def revoke(self, number: int):
        """End somebody's access at once."""
        name = await self.ask(emergency_access.revoke, number)
        await self._show()
        return notice(f"The emergency access of {name} has ended.")

    async def _show(self) -> None:
        number = page_in(self.query("page", "1"))
        self.grants, self.foot = await self.ask(emergency_access.list_access, number, show=_page)
        self.ready = True
