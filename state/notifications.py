"""What the signed-in person was told: read, followed to where it leads, marked as seen."""

from dataclasses import dataclass
from typing import Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.paging import Page
from cma_app.rules.notifications import KINDS
from cma_app.services import notifications
from cma_app.services.notifications import Told
from cma_app.session import CentreSession
from state.base import CentreState, act, load, notice
from state.lists import Foot, address, page_beside, page_in
from state.shell import ShellState
from state.words import moment_text, several

PLACES: Final = {
    "case": "/cases/{case_id}",
    "review": "/reviews/{ref_id}",
    "my_review": "/my-reviews/{ref_id}",
    "sign_off": "/sign-offs/{ref_id}",
    "emergency_access": "/emergency-access",
    "sign_ins": "/sign-ins",
    "home": "/",
}
"""Where the click of a kind leads, by its word `opens`."""


@dataclass(frozen=True, slots=True)
class ToldView:
    """A notification as a row."""

    id: int
    said: str
    when: str
    step: str
    is_seen: bool

    @classmethod
    def of(cls, told: Told) -> "ToldView":
        """Return a notification in words."""
        return cls(told.id, told.said, moment_text(told.made_at), told.step, told.is_seen)


def path_of(told: Told) -> str:
    """Return where a notification's click leads: to its record, or home where it names none."""
    place = PLACES[KINDS[told.kind].opens] if told.kind in KINDS else PLACES["case"]
    if ("{case_id}" in place and not told.case_id) or ("{ref_id}" in place and not told.ref_id):
        return PLACES["case"].format(case_id=told.case_id) if told.case_id else "/"
    return place.format(case_id=told.case_id, ref_id=told.ref_id)


def _page(session: CentreSession, number: int) -> tuple[list[ToldView], Foot, int]:
    found: Page[Told] = notifications.list_notifications(session, number)
    rows = [ToldView.of(row) for row in found.rows]
    return rows, Foot.of(found), notifications.count_unread(session)


def _follow(session: CentreSession, number: int) -> tuple[str, int]:
    told = notifications.mark_seen(session, number)
    return path_of(told), notifications.count_unread(session)


class NotificationsState(CentreState):
    """The list of notifications; `unread` is how many were new when it was last shown."""

    rows: list[ToldView] = []
    foot: Foot = Foot()
    unread: int = 0
    ready: bool = False

    @load(Act.NOTIFICATION_SEE)
    async def open(self):
        """Show a page of what one was told, the unseen first."""
        await self._show()

    @act(Act.NOTIFICATION_SEE)
    async def show_new(self):
        """Show what came since the list was shown."""
        await self._show()

    async def _show(self) -> None:
        self.rows, self.foot, self.unread = await self.ask(_page, page_in(self.query("page", "1")))
        self.ready = True
        await self._ring(self.unread)

    async def _ring(self, unread: int) -> None:
        (await self.get_state(ShellState)).unread = unread

    @act(Act.NOTIFICATION_SEE)
    def step(self, by: int):
        """Go a page forth or back."""
        page = page_beside(str(self.foot.number), by)
        return rx.redirect(address("/notifications", {"page": page}))

    @act(Act.NOTIFICATION_SEE)
    async def follow(self, number: int):
        """Mark a notification as seen and go to where it leads."""
        path, unread = await self.ask(_follow, number)
        self.unread = unread
        await self._ring(unread)
        return rx.redirect(path)

    @act(Act.NOTIFICATION_SEE)
    async def seen(self, number: int):
        """Mark one notification as seen."""
        await self.ask(notifications.mark_seen, number)
        await self._show()

    @act(Act.NOTIFICATION_SEE)
    async def all_seen(self):
        """Mark every notification as seen."""
        count = await self.ask(notifications.mark_all_seen)
        await self._show()
        return notice(f"{several(count, 'notification')} marked as seen.")
