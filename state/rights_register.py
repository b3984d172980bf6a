"""All requests of the centre about data: what is shown stands in the address."""

from typing import Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.services.rights_list import STATES, RightsFilter, RightsList, list_all_rights
from state.base import CentreState, act, load
from state.lists import Foot, address, page_beside, page_in
from state.rights_views import RightView

PLAIN: Final = {"state": "open", "kind": "", "page": "1"}


class RightsRegisterState(CentreState):
    """A page of the centre's requests, and how many there are in each state."""

    shown: dict[str, str] = dict(PLAIN)
    rows: list[RightView] = []
    counts: dict[str, int] = {}
    foot: Foot = Foot()
    ready: bool = False

    @load(Act.RIGHTS_SEE_ALL)
    async def open(self):
        """Show what the address asks for."""
        shown = {name: self.query(name, plain)[:20] for name, plain in PLAIN.items()}
        if shown["state"] not in STATES:
            shown["state"] = PLAIN["state"]
        asked = RightsFilter(shown["state"], shown["kind"], page_in(shown["page"]))

        def view(found: RightsList) -> tuple:
            rows = [RightView.of(each) for each in found.page.rows]
            return rows, dict(found.counts), Foot.of(found.page, none="No requests")

        self.rows, self.counts, self.foot = await self.ask(list_all_rights, asked, show=view)
        self.shown, self.ready = shown, True

    @act(Act.RIGHTS_SEE_ALL)
    def choose(self, name: str, value: str):
        """Go to the list with one filter changed."""
        said = {**self.shown, "page": "1"}
        if name in PLAIN:
            said[name] = value[:20]
        return rx.redirect(address("/requests", said, PLAIN))

    @act(Act.RIGHTS_SEE_ALL)
    def step(self, by: int):
        """Go a page forth or back."""
        said = {**self.shown, "page": page_beside(self.shown["page"], by)}
        return rx.redirect(address("/requests", said, PLAIN))
