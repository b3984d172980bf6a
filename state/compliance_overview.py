"""What the centre's compliance pages show: counts as bars and figures, and the rows behind each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.paging import Page
from cma_app.rules.checklists import GATES
from cma_app.services import caseload, compliance_overview
from cma_app.services.compliance_overview import (
    AHEAD,
    KINDS,
    LetThrough,
    OpenItem,
    Overview,
    Tally,
)
from cma_app.session import CentreSession
from state.base import CentreState, act, load
from state.lists import Foot, address, page_beside, page_in
from state.words import day_text, moment_text, several

BAR: Final = 400
"""The units of a bar's whole width."""
PATH: Final = "/compliance"
LIST: Final = "/compliance/list"
LET: Final = "let"
SHOWS: Final = ("", *KINDS, LET)
PLAIN: Final = {"show": "", "advisor": "", "item": "", "days": str(AHEAD[0]), "page": "1"}

Links = dict[str, str]


@dataclass(frozen=True, slots=True)
class BarPart:
    """One part of a bar, in units of `BAR`."""

    kind: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class CountView:
    """One row: whose or what it is, its bar, each figure and the address of its rows."""

    key: str
    name: str
    code: str
    parts: list[BarPart]
    said: str
    path: str
    late: str
    late_to: str
    not_met: str
    not_met_to: str
    due: str
    due_to: str
    let_through: str
    let_to: str


def _count(
    name: str, tally: Tally, of: Links, *, key: str = "", code: str = "", most: int = 1
) -> CountView:
    figures = {kind: int(getattr(tally, kind)) for kind in KINDS}
    return CountView(
        key=key,
        name=name,
        code=code,
        parts=_bar(figures, most),
        said=f"{tally.late} late, {tally.not_met} not met, {tally.due} due soon",
        path=_rows_at(of),
        late=f"{tally.late:,}",
        late_to=_rows_at(of, "late"),
        not_met=f"{tally.not_met:,}",
        not_met_to=_rows_at(of, "not_met"),
        due=f"{tally.due:,}",
        due_to=_rows_at(of, "due"),
        let_through=f"{tally.let_through:,}",
        let_to=_rows_at(of, LET),
    )


def _rows_at(of: Links, show: str = "") -> str:
    return address(LIST, {**PLAIN, **of, "show": show}, PLAIN)


def _bar(figures: Mapping[str, int], most: int) -> list[BarPart]:
    """Return the parts of a bar, side by side; whoever has most fills the whole width."""
    parts, before = [], 0
    for kind, many in figures.items():
        x, end = before * BAR // most, (before + many) * BAR // most
        parts.append(BarPart(kind, x, end - x))
        before += many
    return parts


def _most(tallies: list[Tally]) -> int:
    return max((each.late + each.not_met + each.due for each in tallies), default=0) or 1


NONE: Final = _count("", Tally(), {})


@dataclass(frozen=True, slots=True)
class OverviewView:
    """Every count of the page; `is_ready` once it was read."""

    is_ready: bool = False
    is_whole: bool = False
    days: int = AHEAD[0]
    cases: str = ""
    whole: CountView = NONE
    advisors: list[CountView] = field(default_factory=list)
    questions: list[CountView] = field(default_factory=list)
    ahead: list[tuple[str, str, bool]] = field(default_factory=list)

    @classmethod
    def of(cls, found: Overview) -> "OverviewView":
        """Return what is shown of a centre's checklists."""
        days = {"days": str(found.days)}
        most_held = _most([each.tally for each in found.advisors])
        most_asked = _most([each.tally for each in found.items])
        return cls(
            is_ready=True,
            is_whole=found.is_whole,
            days=found.days,
            cases=f"Late or not met in {several(found.whole.cases, 'case')}."
            if found.whole.cases
            else "",
            whole=_count("All", found.whole, days),
            advisors=[
                _count(
                    each.name,
                    each.tally,
                    {**days, "advisor": str(each.id)},
                    key=str(each.id),
                    most=most_held,
                )
                for each in found.advisors
            ],
            questions=[
                _count(
                    each.words,
                    each.tally,
                    {**days, "item": each.code},
                    key=each.code,
                    code=each.code,
                    most=most_asked,
                )
                for each in found.items
            ],
            ahead=[
                (f"{each} days", address(PATH, {"days": str(each)}, PLAIN), each == found.days)
                for each in AHEAD
            ],
        )


class OverviewState(CentreState):
    """What a centre's checklists come to."""

    view: OverviewView = OverviewView()

    @load(Act.COMPLIANCE_SEE)
    async def open(self):
        """Count what is late, not met, due and let through."""
        self.view = await self.ask(
            compliance_overview.read_overview, days=_days(self.query("days")), show=OverviewView.of
        )


@dataclass(frozen=True, slots=True)
class OpenRow:
    """One open item as text."""

    case_id: int
    reference: str
    client: str
    advisor: str
    code: str
    words: str
    kind: str
    deadline: str
    away: str
    remedy: str

    @classmethod
    def of(cls, item: OpenItem) -> "OpenRow":
        """Return what is shown of an open item."""
        days = (item.deadline - today()).days if item.deadline is not None else 0
        late = f"{several(-days, 'day')} late" if days < 0 else ""
        return cls(
            case_id=item.case_id,
            reference=item.reference,
            client=item.client,
            advisor=item.advisor,
            code=item.code,
            words=item.words,
            kind=item.kind,
            deadline=day_text(item.deadline, none="No date"),
            away=late,
            remedy=item.remedy,
        )


@dataclass(frozen=True, slots=True)
class LetRow:
    """One gate that was let through, as text."""

    case_id: int
    reference: str
    client: str
    advisor: str
    gate: str
    reason: str
    missing: str
    given: str
    used: str

    @classmethod
    def of(cls, row: LetThrough) -> "LetRow":
        """Return what is shown of a gate that was let through."""
        more = f" and {len(row.missing) - 6} more" if row.missing[6:] else ""
        return cls(
            case_id=row.case_id,
            reference=row.reference,
            client=row.client,
            advisor=row.advisor,
            gate=GATES[row.gate],
            reason=row.reason,
            missing=f"{', '.join(row.missing[:6])}{more}",
            given=f"{row.given_by}, {moment_text(row.given_at)}",
            used=f"Used: {moment_text(row.used_at)}" if row.used_at else "Not used yet",
        )


def _items(session: CentreSession, shown: dict[str, str]) -> tuple[list[OpenRow], Page[Any]]:
    page = compliance_overview.list_open_items(
        session,
        kind=shown["show"],
        advisor_id=_number(shown["advisor"]),
        code=shown["item"],
        days=_days(shown["days"]),
        number=page_in(shown["page"]),
    )
    return [OpenRow.of(row) for row in page.rows], page


def _let(session: CentreSession, shown: dict[str, str]) -> tuple[list[LetRow], Page[Any]]:
    page = compliance_overview.list_let_through(
        session, advisor_id=_number(shown["advisor"]), number=page_in(shown["page"])
    )
    return [LetRow.of(row) for row in page.rows], page


def _holders(session: CentreSession) -> list[tuple[str, str]] | None:
    """Return who may hold cases, for who answers for the centre; None for others."""
    if not session.actor.may(Act.CASELOAD_SEE):
        session.authorize(Act.COMPLIANCE_SEE)
        return None
    return [(str(who), name) for who, name, _ in caseload.holders(session)]


class OpenItemsState(CentreState):
    """The rows behind a number, and what the address said."""

    shown: dict[str, str] = dict(PLAIN)
    rows: list[OpenRow] = []
    let: list[LetRow] = []
    foot: Foot = Foot()
    holders: list[tuple[str, str]] = []
    is_whole: bool = False
    ready: bool = False
    filled: int = 0
    back: str = PATH

    @load(Act.COMPLIANCE_SEE)
    async def open(self):
        """Show the rows that the address asks for."""
        shown = {name: self.query(name, plain)[:20] for name, plain in PLAIN.items()}
        shown["show"] = shown["show"] if shown["show"] in SHOWS else ""
        shown["days"] = str(_days(shown["days"]))
        if shown["show"] == LET:
            let, page = await self.ask(_let, shown)
            rows: list[OpenRow] = []
        else:
            rows, page = await self.ask(_items, shown)
            let = []
        holders = await self.ask(_holders)
        self.rows, self.let = rows, let
        self.foot = Foot.of(page, none="None")
        self.is_whole, self.holders = holders is not None, holders or []
        self.back = address(PATH, {"days": shown["days"]}, PLAIN)
        if shown != self.shown or not self.ready:
            self.filled += 1
        self.shown, self.ready = shown, True

    @act(Act.COMPLIANCE_SEE)
    def choose(self, name: str, value: str):
        """Go to the list with one filter changed."""
        if name not in PLAIN or name == "page":
            return None
        self.shown = {**self.shown, name: value[:20], "page": "1"}  # the boxes say so already
        return rx.redirect(address(LIST, self.shown, PLAIN))

    @act(Act.COMPLIANCE_SEE)
    def step(self, by: int):
        """Go a page forth or back."""
        page = page_beside(self.shown["page"], by)
        return rx.redirect(address(LIST, {**self.shown, "page": page}, PLAIN))


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def _days(said: str) -> int:
    return int(said) if said in {str(each) for each in AHEAD} else AHEAD[0]
