"""The list of clients: what is shown stands in the address, so that it can be kept and shared."""

from dataclasses import dataclass
from typing import Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.paging import Page
from cma_app.services.clients import SORTS, FoundClient, find_clients
from state.base import CentreState, act, load
from state.lists import Foot, address, page_beside, page_in
from state.words import day_text

PLAIN: Final = {"q": "", "sort": "name", "page": "1"}


@dataclass(frozen=True, slots=True)
class ClientLine:
    """A row of the list as text."""

    id: int
    name: str
    reference: str
    born: str
    postcode: str
    is_restricted: bool

    @classmethod
    def of(cls, row: FoundClient) -> "ClientLine":
        """Return what is shown of a client in the list."""
        return cls(
            row.id,
            f"{row.last_name}, {row.first_name}",
            row.client_reference,
            day_text(row.date_of_birth, none="Not recorded"),
            row.postcode or "Not recorded",
            row.is_restricted,
        )


class ClientsState(CentreState):
    """What the list shows and what the address said."""

    rows: list[ClientLine] = []
    foot: Foot = Foot()
    shown: dict[str, str] = dict(PLAIN)
    ready: bool = False
    filled: int = 0

    _typed: str = ""

    @load(Act.CLIENT_FIND)
    async def open(self):
        """Show the clients that the address asks for."""
        shown = {name: self.query(name, plain)[:100] for name, plain in PLAIN.items()}
        sort = shown["sort"].removeprefix("-")
        page: Page[FoundClient] = await self.ask(
            find_clients,
            text=shown["q"],
            sort=sort if sort in SORTS else "name",
            direction="descending" if shown["sort"].startswith("-") else "ascending",
            number=page_in(shown["page"]),
        )
        if shown["q"] != self._typed or not self.ready:
            self.filled += 1  # the box begins anew with what the address says
        self._typed, self.shown, self.ready = shown["q"], shown, True
        self.rows = [ClientLine.of(row) for row in page.rows]
        self.foot = Foot.of(page, none="No clients")

    @act(Act.CLIENT_FIND, debounce=250)
    def find(self, text: str):
        """Go to the clients that the one box asks for."""
        self._typed = text.strip()[:100]
        return rx.redirect(_address(self.shown | {"q": self._typed, "page": "1"}), replace=True)

    @act(Act.CLIENT_FIND)
    def sort(self, word: str):
        """Sort by a column; once more turns it round."""
        turned = f"-{word}" if self.shown["sort"] == word else word
        return rx.redirect(_address(self.shown | {"sort": turned, "page": "1"}))

    @act(Act.CLIENT_FIND)
    def step(self, by: int):
        """Go a page forth or back."""
        return rx.redirect(_address(self.shown | {"page": page_beside(self.shown["page"], by)}))


def _address(shown: dict[str, str]) -> str:
    return address("/clients", shown, PLAIN)
