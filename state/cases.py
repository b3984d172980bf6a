"""The list of cases; what is shown stands in the address, so that it can be kept and shared."""

from dataclasses import dataclass
from typing import Final

import reflex as rx

from cma_app.access.acts import VISITOR, Act
from cma_app.clock import today
from cma_app.rules.workflow import STAGE_LABELS, STATUS_LABELS, Stage, Status
from cma_app.services.case_list import (
    SORTS,
    CaseCounts,
    CaseFilter,
    CaseListing,
    CaseRow,
    list_cases,
)
from cma_app.services.cases import PRIORITY_LABELS
from cma_app.services.next_actions import list_holders
from state.base import CentreState, act, current_sign_in, load
from state.case_bar import CaseBar, CaseBarState
from state.lists import Foot, address, page_beside, page_in
from state.words import away, day_text, pounds

PLAIN: Final = {
    "q": "",
    "status": "at_work",
    "stage": "",
    "priority": "",
    "advisor": "",
    "overdue": "",
    "undated": "",
    "sort": "action",
    "page": "1",
}
"""What the address may say, and what it means where it does not."""
IN_BOXES: Final = ("stage", "priority", "advisor")
EVERYBODY: Final = "all"
MINE: Final = "me"


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A row of the list as text."""

    id: int
    reference: str
    client: str
    status: str
    status_word: str
    stage_word: str
    priority: str
    priority_word: str
    emergency: str
    advisor: str
    covering: str
    is_shadowed: bool
    review: str
    is_review_overdue: bool
    action: str
    action_away: str
    is_action_overdue: bool
    debt: str

    @classmethod
    def of(cls, row: CaseRow) -> "CaseLine":
        """Return what is shown of a case in the list."""
        is_open = row.status in {"open", "in_progress"}
        emergency = " ".join((row.emergency or "", away(row.emergency_date))).strip()
        return cls(
            id=row.id,
            reference=row.reference,
            client=row.client,
            status=row.status,
            status_word=STATUS_LABELS[Status(row.status)],
            stage_word=STAGE_LABELS[Stage(row.stage)],
            priority=row.priority,
            priority_word=PRIORITY_LABELS[row.priority],
            emergency=emergency,
            advisor=row.advisor,
            covering=row.covering,
            is_shadowed=row.is_shadowed,
            review=day_text(row.next_review, none="Not set"),
            is_review_overdue=is_open and row.next_review is not None and row.next_review < today(),
            action=day_text(row.next_action, none="None dated"),
            action_away=away(row.next_action),
            is_action_overdue=is_open and row.next_action is not None and row.next_action < today(),
            debt=pounds(row.total_debt, sign=False, none="–"),
        )


@dataclass(frozen=True, slots=True)
class CountsView:
    """The figures on the chips."""

    at_work: int = 0
    closed: int = 0
    referred: int = 0
    cancelled: int = 0
    overdue: int = 0
    undated: int = 0
    everything: int = 0
    mine: int = 0

    @classmethod
    def of(cls, counts: CaseCounts) -> "CountsView":
        """Return the figures of a listing."""
        by = counts.statuses
        return cls(
            counts.at_work,
            by.get("closed", 0),
            by.get("referred", 0),
            by.get("cancelled", 0),
            counts.overdue,
            counts.undated,
            sum(by.values()),
            counts.mine,
        )


class CasesState(CentreState):
    """What the list shows and what the address said."""

    rows: list[CaseLine] = []
    counts: CountsView = CountsView()
    shown: dict[str, str] = dict(PLAIN)
    foot: Foot = Foot()
    is_filtered: bool = False
    holders: list[tuple[str, str]] = []
    may_see_all: bool = False
    filled: int = 0

    _typed: str = ""

    @load(Act.CASE_LIST)
    async def open(self):
        """Show the cases that the address asks for; whoever comes here leaves the case behind."""
        shown = {name: self.query(name, plain)[:100] for name, plain in PLAIN.items()}
        actor = current_sign_in().actor
        if not shown["advisor"]:
            shown["advisor"] = EVERYBODY if actor.role in {"manager", VISITOR} else MINE
        listing: CaseListing = await self.ask(list_cases, _filter(shown, actor.user_id))
        people = await self.ask(list_holders)
        frame = await self.get_state(CaseBarState)
        frame.bar = CaseBar()
        self.holders = [(str(each.id), each.name) for each in people if each.id != actor.user_id]
        self.may_see_all = actor.role != "trainee"
        self._show(shown, listing)

    def _show(self, shown: dict[str, str], listing: CaseListing) -> None:
        page = listing.page
        if any(shown[name] != self.shown[name] for name in IN_BOXES) or shown["q"] != self._typed:
            self.filled += 1  # the boxes begin anew with what the address says
        self._typed = shown["q"]
        self.shown = shown
        self.rows = [CaseLine.of(row) for row in page.rows]
        self.counts = CountsView.of(listing.counts)
        self.foot = Foot.of(page, none="No cases")
        self.is_filtered = any(
            shown[name] != PLAIN[name] for name in PLAIN if name not in {"sort", "page", "advisor"}
        )

    @act(Act.CASE_LIST)
    def choose(self, name: str, value: str):
        """Go to the list with one filter changed."""
        address = _address(self.shown, name, value)
        if name in IN_BOXES:
            self.shown = {**self.shown, name: value[:100]}  # its box says so already
        return rx.redirect(address)

    @act(Act.CASE_LIST)
    def turn(self, name: str):
        """Put a filter on or take it off."""
        return rx.redirect(_address(self.shown, name, "" if self.shown.get(name) else "1"))

    @act(Act.CASE_LIST, debounce=250)
    def find(self, text: str):
        """Go to the cases whose reference or client begins so."""
        self._typed = text.strip()[:100]
        return rx.redirect(_address(self.shown, "q", self._typed), replace=True)

    @act(Act.CASE_LIST)
    def sort(self, word: str):
        """Sort by a column; once more turns it round."""
        return rx.redirect(_address(self.shown, "sort", _turned(self.shown["sort"], word)))

    @act(Act.CASE_LIST)
    def step(self, by: int):
        """Go a page forth or back."""
        return rx.redirect(_address(self.shown, "page", page_beside(self.shown["page"], by)))


def _turned(sort: str, word: str) -> str:
    return f"-{word}" if sort == word else word


def _filter(shown: dict[str, str], me: int) -> CaseFilter:
    """Return what the address means; a word that is none of ours means all."""
    advisor = shown["advisor"]
    holder = int(advisor) if advisor.isascii() and advisor.isdigit() and len(advisor) < 10 else None
    sort = shown["sort"] if shown["sort"].removeprefix("-") in SORTS else PLAIN["sort"]
    return CaseFilter(
        search=shown["q"],
        status=shown["status"],
        stage=shown["stage"],
        priority=shown["priority"],
        advisor_id=me if advisor == MINE else holder,
        overdue=bool(shown["overdue"]),
        undated=bool(shown["undated"]),
        sort=sort,
        number=page_in(shown["page"]),
    )


def _address(shown: dict[str, str], name: str, value: str) -> str:
    """Return the list's address with one thing changed; another filter begins at page one."""
    if name not in PLAIN:
        name, value = "page", "1"
    said = {**shown, name: value[:100]}
    if name != "page":
        said["page"] = "1"
    return address("/cases", said, PLAIN)
