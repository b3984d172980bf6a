"""The figures of the caseload: each a bar, or a column of weeks, with its numbers beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.rules.workflow import STAGE_LABELS, Stage
from cma_app.services.caseload_figures import (
    BANDS,
    WAITS,
    Figures,
    Load,
    PersonLoad,
    Visits,
    Week,
    read_figures,
)
from cma_app.services.caseload_values import Filter
from state.base import CentreState, act, load
from state.board_view import CHIPS, address, ways
from state.budget_parts import BAR
from state.caseload import Choice, filter_in, number_in
from state.words import day_text, several

WORK: Final = (
    ("p1", "Action to come"),
    ("p4", "Overdue"),
    ("p6", "No next date"),
)
"""What a case at work has to do next: colour and word."""
KEPT: Final = (
    ("p1", "Attended"),
    ("p2", "Late"),
    ("p4", "Missed"),
    ("p3", "Cancelled"),
    ("p6", "Not said"),
)


def band_words(ends: Sequence[int]) -> list[str]:
    """Return the words of bands of days: "Up to 7 days", "8 to 28", "Over 56"."""
    starts = [end + 1 for end in ends[:-1]]
    between = [f"{start} to {end}" for start, end in zip(starts, ends[1:], strict=True)]
    return [f"Up to {ends[0]} days", *between, f"Over {ends[-1]}"]


AGES: Final = tuple(zip(("p3", "p2", "p1", "p4"), band_words(BANDS), strict=True))
WAITING: Final = tuple(zip(("p3", "p2", "p1", "p4"), band_words(WAITS), strict=True))


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a bar, in units of its width."""

    key: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A line of figures with its bar; `path` lists its cases, `said` is the bar in words."""

    label: str
    path: str
    parts: list[Piece]
    said: str
    figures: list[str]


@dataclass(frozen=True, slots=True)
class WeekColumn:
    """A week as two columns of a picture, in units of its height, and as a row of a table."""

    name: str
    opened: int
    ended: int
    x: str
    beside: str
    opened_top: str
    opened_tall: str
    ended_top: str
    ended_tall: str


@dataclass(frozen=True, slots=True)
class FiguresView:
    """Everything that the page of figures shows."""

    narrowed: str = ""
    everything: str = "/board/figures"
    stages: list[FigureRow] = field(default_factory=list)
    people: list[FigureRow] = field(default_factory=list)
    ages: list[FigureRow] = field(default_factory=list)
    weeks: list[WeekColumn] = field(default_factory=list)
    weeks_said: str = ""
    first_week: str = ""
    last_week: str = ""
    most: int = 0
    visits: list[FigureRow] = field(default_factory=list)
    waiting: list[FigureRow] = field(default_factory=list)
    wait: str = ""
    weights: str = ""

    @classmethod
    def of(cls, found: Figures) -> "FiguresView":
        """Return the figures as they are shown."""
        most = max((max(week.opened, week.ended) for week in found.weeks), default=0)
        opened, ended = sum(w.opened for w in found.weeks), sum(w.ended for w in found.weeks)
        return cls(
            narrowed=_narrowed(found),
            everything=address(Filter(advisor_id=found.filter.advisor_id), path="/board/figures"),
            stages=_stages(found),
            people=_people(found),
            ages=_ages(found),
            weeks=[_column(place, week, most) for place, week in enumerate(found.weeks)],
            weeks_said=(
                f"{several(len(found.weeks), 'week')}: {several(opened, 'case')} opened,"
                f" {ended} ended; the table below has each week"
            ),
            first_week=f"Week of {day_text(found.weeks[0].start)}",
            last_week=f"Week of {day_text(found.weeks[-1].start)}",
            most=most,
            visits=_visits(found.visits),
            waiting=_waiting(found.waiting),
            wait=f"The longest: {several(found.longest_wait, 'day')}" if any(found.waiting) else "",
            weights=found.weights,
        )


class CaseloadFiguresState(CentreState):
    """The figures under the filter in the address."""

    view: FiguresView = FiguresView()
    ready: bool = False
    advisor: str = ""
    holders: list[tuple[str, str]] = []
    ways: list[Choice] = []

    @load(Act.CASELOAD_SEE)
    async def open(self):
        """Show the figures under the filter in the address."""
        wanted = filter_in(self)
        found: Figures = await self.ask(read_figures, wanted=wanted)
        self.view, self.ready = FiguresView.of(found), True
        self.advisor = str(wanted.advisor_id or "")
        self.holders = [("", "Everyone"), *[(str(who), name) for who, name in found.holders]]
        self.ways = Choice.each(ways(wanted, "figures"))

    @act(Act.CASELOAD_SEE)
    def choose_advisor(self, advisor: str):
        """Narrow the figures to an advisor."""
        wanted = filter_in(self)
        return rx.redirect(address(wanted, path="/board/figures", advisor=number_in(advisor)))


def _narrowed(found: Figures) -> str:
    said = [word for show, word in CHIPS if show and show == found.filter.show]
    said += [STAGE_LABELS[Stage(stage)] for stage in found.filter.stages]
    return f"Open cases are narrowed to: {', '.join(said).lower()}." if said else ""


def bar_row(
    label: str,
    words: Sequence[tuple[str, str]],
    numbers: Sequence[int],
    *,
    whole: int,
    path: str = "",
    more: Iterable[str] = (),
) -> FigureRow:
    """Return a line whose bar is as long as its numbers are of `whole`."""
    parts, x = [], 0.0
    for (key, _), number in zip(words, numbers, strict=True):
        width = BAR * number / whole if whole else 0.0
        if number:
            parts.append(Piece(key, f"{x:.2f}", f"{width:.2f}"))
        x += width
    said = ", ".join(
        f"{number} {word.lower()}"
        for (_, word), number in zip(words, numbers, strict=True)
        if number
    )
    figures = [f"{number}" for number in numbers] + list(more)
    return FigureRow(label, path, parts, f"{label}: {said or 'none'}", figures)


def _load(
    label: str, part: Load, *, whole: int, path: str, more: tuple[str, ...] = ()
) -> FigureRow:
    numbers = (part.coming, part.overdue, part.undated)
    return bar_row(label, WORK, numbers, whole=whole, path=path, more=(f"{part.open}", *more))


def _stages(found: Figures) -> list[FigureRow]:
    whole = max((part.open for part in found.stages.values()), default=0)
    return [
        _load(
            STAGE_LABELS[stage],
            part,
            whole=whole,
            path=address(found.filter, by="", view="list", stage=stage.value),
        )
        for stage, part in found.stages.items()
    ]


def _people(found: Figures) -> list[FigureRow]:
    whole = max((one.load.open for one in found.people), default=0)
    return [
        _load(
            _person(one),
            one.load,
            whole=whole,
            path=address(found.filter, by="", view="list", advisor=one.id) if one.load.open else "",
            more=(f"{one.weighted:.1f}",),
        )
        for one in found.people
    ]


def _person(one: PersonLoad) -> str:
    return f"{one.name} ({one.away})" if one.away else one.name


def _ages(found: Figures) -> list[FigureRow]:
    whole = max((sum(each.bands) for each in found.ages.values()), default=0)
    return [
        bar_row(
            STAGE_LABELS[stage],
            AGES,
            each.bands,
            whole=whole,
            path=address(found.filter, by="", view="list", stage=stage.value, sort="longest"),
            more=(f"{each.median}", f"{each.longest}"),
        )
        for stage, each in found.ages.items()
    ]


def _visits(found: Sequence[Visits]) -> list[FigureRow]:
    numbers = [(one.attended, one.late, one.missed, one.cancelled, one.unsaid) for one in found]
    whole = max((sum(each) for each in numbers), default=0)
    return [
        bar_row(one.name, KEPT, each, whole=whole, more=(_share(one),))
        for one, each in zip(found, numbers, strict=True)
    ]


def _share(one: Visits) -> str:
    """Return how many of the meetings that were to be were missed, as a part in a hundred."""
    held = one.attended + one.late + one.missed
    return f"{round(one.missed * 100 / held)}%" if held else "–"


def _waiting(waiting: Sequence[int]) -> list[FigureRow]:
    whole = sum(waiting)
    if not whole:
        return []
    return [
        bar_row("Waiting", WAITING, waiting, whole=whole, path="/referrals", more=(f"{whole}",))
    ]


TALL: Final = 120
"""Units of the weeks' picture from its foot to its top; a week is 40 of them wide."""


def _column(place: int, week: Week, most: int) -> WeekColumn:
    def tall(number: int) -> float:
        return TALL * number / most if most else 0.0

    x = place * 40 + 4
    return WeekColumn(
        name=day_text(week.start),
        opened=week.opened,
        ended=week.ended,
        x=f"{x}",
        beside=f"{x + 16}",
        opened_top=f"{TALL - tall(week.opened):.1f}",
        opened_tall=f"{tall(week.opened):.1f}",
        ended_top=f"{TALL - tall(week.ended):.1f}",
        ended_tall=f"{tall(week.ended):.1f}",
    )
