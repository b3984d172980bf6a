"""The caseload board: what it is narrowed to is in the address, what it shows comes from here."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.paging import Page
from cma_app.services import caseload
from cma_app.services.caseload_values import SHOWS, Card, Filter
from state.base import CentreState, act, load
from state.board_view import BoardWords, address, board_words, card_words
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
    step: str
    coded_step: str
    due: str
    mark: str
    guard: str
    legal: str
    review: str
    owed: str
    money: str

    @classmethod
    def of(cls, card: Card) -> "CaseLine":
        """Return a case as the list shows it."""
        words = card_words(card, today())
        return cls(
            id=card.id,
            name=words["name"],
            reference=card.reference,
            advisor=card.advisor,
            cover=words["cover"],
            stage=words["stage"],
            step=words["step"],
            coded_step=words["coded_step"],
            due=words["due"],
            mark=words["mark"],
            guard=words["guard"],
            legal=words["legal"],
            review=day_text(card.next_review_date),
            owed=pounds(card.total_debt),
            money=words["money"],
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


NOTHING: BoardWords = {"summary": {}, "cards": [], "at": ""}


class CaseloadState(CentreState):
    """The board of the centre, or the same cases as a list."""

    board: dict[str, Any] = dict(NOTHING)
    as_list: bool = False
    lines: Lines = Lines(rows=[], foot=Foot())
    status: str = ""
    sort: str = "review"
    advisor: str = ""
    holders: list[tuple[str, str]] = []

    @load(Act.CASELOAD_SEE)
    async def open(self):
        """Show the board under the filter in the address."""
        wanted = self._wanted()
        if self.query("view") == "list":
            await self._list(wanted)
        else:
            self.board = dict(await self.ask(caseload.board, wanted=wanted, show=board_words))
            self.as_list = False

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
        number = advisor if advisor.isascii() and advisor.isdigit() else ""
        return rx.redirect(self._list_address(advisor=number))

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
        people = await self.ask(caseload.holders)
        self.lines, self.status, self.sort = lines, status, sort
        self.advisor = str(wanted.advisor_id or "")
        self.holders = [("", "Everyone"), *[(str(who), name) for who, name, _ in people]]
        self.as_list = True

    def _wanted(self) -> Filter:
        return Filter(_number(self.query("advisor")), _one_of(self.query("show"), SHOWS))

    def _list_address(self, **over: Any) -> str:
        kept = {"status": self.status, "sort": self.sort, "page": "", **over}
        return address(self._wanted(), view="list", **kept)


SORTS = {"review": "Review date", "opened": "Opened", "reference": "Reference"}


def _one_of(word: str, words: tuple[str, ...]) -> str:
    return word if word in words else ""


def _number(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and 0 < len(word) < 10 else None
