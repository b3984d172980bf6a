"""The list of clients: what is shown stands in the address, so that it can be kept and shared."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import reflex as rx

from cma_app.access.acts import Act
from cma_app.paging import Page
from cma_app.services.clients import SORTS, FoundClient, find_clients
from state.base import CentreState, act, load
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


@dataclass(frozen=True, slots=True)
class ClientPage:
    """A page of the list, with the words at its foot."""

    rows: list[ClientLine]
    label: str
    has_back: bool
    has_next: bool

    @classmethod
    def of(cls, page: Page[FoundClient]) -> "ClientPage":
        """Return what is shown of a page."""
        first = (page.number - 1) * page.size + 1
        last = first + len(page.rows) - 1
        label = f"{first} to {last} of {page.total:,}" if page.rows else "No clients"
        return cls(
            [ClientLine.of(row) for row in page.rows],
            label,
            page.number > 1,
            page.number < page.pages,
        )


class ClientsState(CentreState):
    """What the list shows and what the address said."""

    rows: list[ClientLine] = []
    label: str = ""
    has_back: bool = False
    has_next: bool = False
    shown: dict[str, str] = dict(PLAIN)
    ready: bool = False
    filled: int = 0

    _typed: str = ""

    @load(Act.CLIENT_FIND)
    async def open(self):
        """Show the clients that the address asks for."""
        shown = {name: self.query(name, plain)[:100] for name, plain in PLAIN.items()}
        sort = shown["sort"].removeprefix("-")
        page: ClientPage = await self.ask(
            find_clients,
            text=shown["q"],
            sort=sort if sort in SORTS else "name",
            direction="descending" if shown["sort"].startswith("-") else "ascending",
            number=_number(shown),
            show=ClientPage.of,
        )
        if shown["q"] != self._typed or not self.ready:
            self.filled += 1  # the box begins anew with what the address says
        self._typed, self.shown, self.ready = shown["q"], shown, True
        self.rows, self.label = page.rows, page.label
        self.has_back, self.has_next = page.has_back, page.has_next

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
        page = max(_number(self.shown) + by, 1)
        return rx.redirect(_address(self.shown | {"page": str(page)}))


def _number(shown: dict[str, str]) -> int:
    said = shown["page"]
    return max(int(said), 1) if said.isascii() and said.isdigit() and len(said) < 6 else 1


def _address(shown: dict[str, str]) -> str:
    said = {name: text for name, text in shown.items() if text and text != PLAIN.get(name)}
    return f"/clients?{urlencode(said)}" if said else "/clients"
