"""What every list shares: its page in the address, the address of what is shown, and its foot."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from cma_app.paging import Page


@dataclass(frozen=True, slots=True)
class Foot:
    """The foot of a list: "1 to 50 of 312", its page, and whether there are others either side."""

    label: str = ""
    number: int = 1
    has_back: bool = False
    has_next: bool = False

    @classmethod
    def of(cls, page: Page[Any], *, none: str = "") -> "Foot":
        """Return the foot of a page; `none` is what an empty list says."""
        first = (page.number - 1) * page.size + 1
        last = first + len(page.rows) - 1
        label = f"{first:,} to {last:,} of {page.total:,}" if page.rows else none
        return cls(label, page.number, page.number > 1, page.number < page.pages)


def page_in(said: str) -> int:
    """Return the page that an address names; one where it names none that could be."""
    return max(int(said), 1) if said.isascii() and said.isdigit() and len(said) < 6 else 1


def page_beside(said: str, by: int) -> str:
    """Return the page some pages further on than the one an address names, as an address says."""
    return str(max(page_in(said) + by, 1))


def address(path: str, said: Mapping[str, str], plain: Mapping[str, str] | None = None) -> str:
    """Return the address of a list without what says nothing.

    `plain` is what each name means where it is left out: the empty text where it is not there.
    """
    usual = {"page": "1"} if plain is None else plain
    kept = {name: text for name, text in said.items() if text != usual.get(name, "")}
    return f"{path}?{urlencode(kept)}" if kept else path
