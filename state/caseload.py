"""The caseload board: what it is narrowed to is in the address, what it shows comes from here."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.paging import Page
from cma_app.services import caseload
from cma_app.services.caseload_values import Card, Filter, Summary
from state.base import CentreState, act, load
from state.board_view import BoardWords, address, board_words, card_words, chips, ways
from state.lists import Foot, page_in
from state.words import day_text, pounds


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A row of the board as a list."""

    id: int
    name: str
    reference: str
    advisor: str
    cover: str
    stage: str
    days: str
    step: str
    coded_step: str
    due: str
    mark: str
    emergency: str
    coded_emergency: str
    guard: str
    legal: str
    review: str
    owed: str
    money: str

    @classmethod
    def of(cls, card: Card) -> "CaseLine":
        """Return a case as the list shows it."""
        words = card_words(card, today())
        same = ("name", "cover", "stage", "days", "step", "coded_step", "due", "mark", "money")
        marks = ("emergency", "coded_emergency", "guard", "legal")
        return cls(
            id=card.id,
            reference=card.reference,
            advisor=card.advisor,
            review=day_text(card.next_review_date),
            owed=f"{pounds(card.total_debt)} owed" if card.total_debt is not None else "",
            **{each: words[each] for each in (*same, *marks)},
        )


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of the list, with the words under it."""

    rows: list[CaseLine]
    foot: Foot

    @classmethod
    def of(cls, page: Page[Card]) -> "Lines":
        """Return a page of cases as the list shows it."""
        return cls([CaseLine.of(card) for card in page.rows], Foot.of(page, none="None"))


@dataclass(frozen=True, slots=True)
class Choice:
    """A link among several, with its count where it has one: a filter, or a way to look."""

    word: str
    path: str
    pressed: bool
    count: str = ""

    @classmethod
    def each(cls, words: list[dict[str, Any]]) -> "list[Choice]":
        """Return the links that the board's words tell of."""
        return [
            cls(one["word"], one["to"], one["pressed"], f"{one.get('count', '')}") for one in words
        ]


NOTHING: BoardWords = {"summary": {}, "cards": [], "at": ""}


class CaseloadState(CentreState):
    """The board of the centre, or the same cases as a list."""

    board: dict[str, Any] = dict(NOTHING)
    as_list: bool = False
    lines: Lines = Lines(rows=[], foot=Foot())
    listed: int = 0
    status: str = ""
    sort: str = "review"
    advisor: str = ""
    holders: list[tuple[str, str]] = []
    ways: list[Choice] = []
    chips: list[Choice] = []

    @load(Act.CASELOAD_SEE)
    async def open(self):
        """Show the board under the filter in the address; the whole where it names none."""
        wanted = _read(self)
        if wanted is None:  # the board's socket would not understand it either
            return rx.redirect(address(Filter()), replace=True)
        if self.query("view") == "list":
            await self._list(wanted)
        else:
            self.board = dict(await self.ask(caseload.board, wanted=wanted, show=board_words))
            self.as_list = False
        return None

    @act(Act.CASELOAD_SEE)
    def turn(self, number: int):
        """Go to a page of the list."""
        return rx.redirect(self._list_address(page=max(number, 1)))

    @act(Act.CASELOAD_SEE)
    def choose_status(self, status: str):
        """Narrow the list to a status."""
        return rx.redirect(self._list_address(status=_one_of(status, ("open", "in_progress"))))

    @act(Act.CASELOAD_SEE)
    def choose_advisor(self, advisor: str):
        """Narrow the list to an advisor."""
        return rx.redirect(self._list_address(advisor=number_in(advisor)))

    @act(Act.CASELOAD_SEE)
    def sort_by(self, sort: str):
        """Sort the list."""
        return rx.redirect(self._list_address(sort=_one_of(sort, tuple(SORTS))))

    async def _list(self, wanted: Filter) -> None:
        status = _one_of(self.query("status"), ("open", "in_progress"))
        sort = _one_of(self.query("sort"), tuple(SORTS)) or "review"
        lines = await self.ask(
            caseload.listing,
            status=status,
            wanted=wanted,
            sort=sort,
            number=page_in(self.query("page")),
            show=Lines.of,
        )
        summary: Summary = await self.ask(caseload.summary, wanted=wanted)
        self.lines, self.status, self.sort = lines, status, sort
        self.listed = (self.listed + 1) % 1_000_000  # what was ticked is ticked no more
        self.advisor = str(wanted.advisor_id or "")
        self.holders = [("", "Everyone"), *[(str(one.id), one.name) for one in summary.holders]]
        kept = {"view": "list", "sort": self.query("sort"), "status": status}
        self.chips = Choice.each(chips(summary, **kept))
        self.ways = Choice.each(ways(wanted, "list", sort=self.query("sort"), status=status))
        self.as_list = True

    def _list_address(self, **over: Any) -> str:
        kept = {"status": self.status, "sort": self.sort, "page": "", **over}
        return address(filter_in(self), view="list", **kept)


SORTS = {
    "review": "Review date",
    "action": "Next action",
    "longest": "Longest in its stage",
    "opened": "Opened",
    "reference": "Reference",
}


def filter_in(state: CentreState) -> Filter:
    """Return the filter that a page's address names; everything where it cannot be understood."""
    return _read(state) or Filter()


def _read(state: CentreState) -> Filter | None:
    return Filter.read({name: state.query(name) for name in ("show", "advisor", "by", "stage")})


def number_in(word: str) -> str:
    """Return a number as an address says it, empty where it is none."""
    return word if word.isascii() and word.isdigit() and len(word) < 10 else ""


def _one_of(word: str, words: tuple[str, ...]) -> str:
    return word if word in words else ""
