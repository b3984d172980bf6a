"""What the pages of file reviews show, as text: draws, files, results, one review."""

from dataclasses import dataclass, field
from typing import Final

from cma_app.rules.review_criteria import criteria_on, results, scores
from cma_app.rules.review_sampling import levels
from cma_app.services.review_draws import Earlier, OpenSample, PersonLine
from cma_app.services.review_results import ByAdvisor, ByCriterion, ReviewRow
from state.budget_parts import BAR
from state.words import day_text, moment_text, several

Words = list[tuple[str, str]]

STANCES: Final = {
    "": "Not read yet",
    "read": "Read, not answered",
    "accepted": "Accepted",
    "disputed": "Disputed",
    "replied": "Dispute answered",
}
"""What an advisor made of a review, by stored word."""


@dataclass(frozen=True, slots=True)
class LineView:
    """One advisor's line of a draw as text."""

    name: str
    level: str
    rate: str
    pool: int
    asked: int
    drawn: int
    risks: int
    apart: str
    why: str

    @classmethod
    def of(cls, line: PersonLine) -> "LineView":
        """Return what is shown of an advisor in a draw."""
        level = levels()[line.level]
        apart = (
            f"{line.apart_drawn} of {several(line.apart_pool, 'restricted file')}"
            if line.apart_pool
            else ""
        )
        rate = f"{line.rate.percent}%"
        return cls(
            name=line.name,
            level=level if line.is_said else f"{level} (not set)",
            rate=f"{rate}, at least {line.rate.at_least}" if line.rate.at_least else rate,
            pool=line.pool,
            asked=line.asked,
            drawn=line.drawn,
            risks=line.risks,
            apart=apart,
            why=line.why_fewer,
        )


@dataclass(frozen=True, slots=True)
class DrawView:
    """A draw as text; `id` is 0 while none is shown."""

    id: int = 0
    period: str = ""
    name: str = ""
    drawn: str = ""
    reason: str = ""
    seed: str = ""
    lines: list[LineView] = field(default_factory=list)

    @classmethod
    def of(cls, found: OpenSample) -> "DrawView":
        """Return what is shown of a draw."""
        draw = cls.named(found.draw)
        lines = [LineView.of(line) for line in found.lines]
        return cls(draw.id, draw.period, draw.name, draw.drawn, draw.reason, found.seed, lines)

    @classmethod
    def named(cls, one: Earlier) -> "DrawView":
        """Return how a draw is called in a list."""
        period = f"{day_text(one.first_day)} to {day_text(one.last_day)}"
        again = f", draw {one.draw_no}" if one.draw_no > 1 else ""
        drawn = f"Drawn by {one.drawn_by}, {moment_text(one.drawn_at)}"
        return cls(one.id, period, f"{period}{again}", drawn, one.reason)


@dataclass(frozen=True, slots=True)
class FileLine:
    """A drawn file of the list as text."""

    id: int
    client: str
    reference: str
    holder: str
    reviewer: str
    why: str
    result: str
    answer: str
    is_disputed: bool
    finished: str

    @classmethod
    def of(cls, row: ReviewRow) -> "FileLine":
        """Return what is shown of a drawn file."""
        why = ["At random"] if row.is_random else []
        return cls(
            id=row.id,
            client=row.client,
            reference=row.reference,
            holder=row.holder,
            reviewer=row.reviewer or "Nobody yet",
            why=", ".join([*why, *(each["word"] for each in row.risks)]),
            result=row.result or "waiting",
            answer=STANCES[row.answer] if row.finished_at else "",
            is_disputed=row.answer == "disputed",
            finished=moment_text(row.finished_at),
        )


@dataclass(frozen=True, slots=True)
class BarPart:
    """A piece of a bar, in units of its width."""

    key: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class BarRow:
    """A line of figures with its bar; `said` is what a screen reader hears in the bar's place."""

    label: str
    figures: list[int]
    parts: list[BarPart]
    said: str
    many: int


KEYS: Final = ("p1", "p5", "p4", "p6")
"""The colours of what is well, in part, not, and not yet."""


def bar_row(label: str, words: tuple[str, ...], figures: tuple[int, ...]) -> BarRow:
    """Return a line whose bar shares out its figures."""
    many = sum(figures)
    parts, x = [], 0.0
    for key, figure in zip(KEYS, figures, strict=False):
        width = BAR * figure / many if many else 0
        if figure:
            parts.append(BarPart(key, f"{x:.2f}", f"{width:.2f}"))
        x += width
    said = ", ".join(
        f"{figure} {word}" for word, figure in zip(words, figures, strict=True) if figure
    )
    return BarRow(label, list(figures), parts, f"{label}: {said or 'none'}", many)


def advisor_rows(found: list[ByAdvisor]) -> list[BarRow]:
    """Return what each advisor's reviews came to."""
    words = (*(word.lower() for word in results().values()), "waiting")
    return [
        bar_row(each.name, words, (each.meets, each.partly, each.below, each.waiting))
        for each in found
    ]


def criterion_rows(found: dict[str, ByCriterion], on: object) -> list[BarRow]:
    """Return the scores that each criterion got, in the order of the form."""
    words = tuple(word.lower() for word in scores().values())
    known = {each.code: each.word for each in criteria_on(on).criteria}  # type: ignore[arg-type]
    order = [*known, *(code for code in found if code not in known)]
    return [
        bar_row(
            known.get(code, code),
            words,
            (
                found[code].met,
                found[code].partly,
                found[code].not_met,
                found[code].not_applicable,
            ),
        )
        for code in order
        if code in found
    ]
