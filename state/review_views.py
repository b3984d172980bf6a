"""What the pages of file reviews show, as text: draws, files, results, one review."""

from dataclasses import dataclass, field
from typing import Final

from cma_app.rules.review_criteria import criteria_on, results, scores
from cma_app.rules.review_sampling import levels
from cma_app.services.file_reviews import OpenReview
from cma_app.services.review_draws import Earlier, OpenSample, PersonLine
from cma_app.services.review_feedback import FeedbackRow, OpenFeedback
from cma_app.services.review_results import ByAdvisor, ByCriterion, ReviewRow
from cma_app.services.review_versions import Said, VersionView
from state.budget_parts import BAR
from state.words import away, day_text, moment_text, several

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
    for key, figure in zip(KEYS, figures, strict=True):
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


@dataclass(frozen=True, slots=True)
class CriterionView:
    """A criterion of the form, with what was typed to it."""

    code: str
    word: str
    text: str
    is_critical: bool
    tab: str
    score: str
    comment: str


@dataclass(frozen=True, slots=True)
class ScoreView:
    """A criterion of a finished version."""

    word: str
    text: str
    score: str
    comment: str


@dataclass(frozen=True, slots=True)
class TaskView:
    """What a version asked for."""

    what: str
    due: str
    is_harm: bool
    state: str


@dataclass(frozen=True, slots=True)
class SaidView:
    """Something said to a version."""

    who: str
    word: str
    body: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finished version as text."""

    number: int = 0
    result: str = ""
    why: str = ""
    by: str = ""
    reason: str = ""
    summary: str = ""
    harm: str = ""
    scores: list[ScoreView] = field(default_factory=list)
    tasks: list[TaskView] = field(default_factory=list)
    said: list[SaidView] = field(default_factory=list)

    @classmethod
    def of(cls, found: VersionView) -> "FindingView":
        """Return what is shown of a version."""
        row = found.row
        return cls(
            number=row.version_no,
            result=row.result,
            why=found.why,
            by=f"{found.by}, {moment_text(row.finished_at)}",
            reason=row.reason or "",
            summary=row.summary,
            harm=row.harm or "",
            scores=[
                ScoreView(
                    each.word,
                    each.text,
                    row.scores.get(each.code, {}).get("score", ""),
                    row.scores.get(each.code, {}).get("comment", ""),
                )
                for each in found.criteria.criteria
            ],
            tasks=[
                TaskView(
                    each.what,
                    f"{day_text(each.due)}, {away(each.due)}",
                    each.is_harm,
                    "" if each.is_done is None else "done" if each.is_done else "open",
                )
                for each in found.actions
            ],
            said=[_said(each) for each in found.said],
        )


def _said(one: Said) -> SaidView:
    word = "Read it" if one.stance == "read" else STANCES[one.stance]
    return SaidView(f"{one.by}, {moment_text(one.at)}", word, one.body)


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A review as its page shows it; `id` is 0 while none is open."""

    id: int = 0
    case_id: int = 0
    client: str = ""
    reference: str = ""
    is_restricted: bool = False
    holder: str = ""
    advisor: str = ""
    moved_on: bool = False
    period: str = ""
    sample_id: int = 0
    why: list[str] = field(default_factory=list)
    reviewer: str = ""
    reviewer_id: int = 0
    reviewers: Words = field(default_factory=list)
    criteria: list[CriterionView] = field(default_factory=list)
    findings: list[FindingView] = field(default_factory=list)
    answer: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    may_write: bool = False
    why_not: str = ""
    may_reply: bool = False
    version_no: int = 0

    @classmethod
    def of(cls, found: OpenReview) -> "ReviewView":
        """Return what is shown of a review."""
        row = found.row
        typed = _typed(found)
        return cls(
            id=row.id,
            case_id=row.case_id,
            client=found.client,
            reference=row.case_reference,
            is_restricted=found.is_restricted,
            holder=f"{found.holder}, {levels()[row.level].lower()}",
            advisor=found.advisor,
            moved_on=found.advisor != found.holder,
            period=f"{day_text(found.sample.first_day)} to {day_text(found.sample.last_day)}",
            sample_id=row.sample_id,
            why=[
                *(["Drawn at random."] if row.is_random else []),
                *(f"{each['word']}. {each['why']}" for each in row.risks),
            ],
            reviewer=found.reviewer or "Nobody yet",
            reviewer_id=row.reviewer_id or 0,
            reviewers=[(str(number), name) for number, name in found.reviewers],
            criteria=[
                CriterionView(
                    each.code,
                    each.word,
                    each.text,
                    each.is_critical,
                    each.tab,
                    typed.get(f"score-{each.code}", ""),
                    typed.get(f"comment-{each.code}", ""),
                )
                for each in found.criteria.criteria
            ],
            findings=[FindingView.of(each) for each in found.versions],
            answer=STANCES[row.answer or ""] if found.versions else "",
            typed=typed,
            may_write=found.may_write,
            why_not=found.why_not,
            may_reply=found.may_reply,
            version_no=row.version_no,
        )


def _typed(found: OpenReview) -> dict[str, str]:
    """Return what the form begins with: a draft, else the version that would be corrected."""
    if found.typed or not found.versions:
        return found.typed
    newest = found.versions[0].row
    said = {
        f"{name}-{code}": given[name]
        for code, given in newest.scores.items()
        for name in ("score", "comment")
    }
    harm = {"harm": "yes", "harm-what": newest.harm} if newest.harm else {"harm": "no"}
    return said | harm | {"summary": newest.summary}


@dataclass(frozen=True, slots=True)
class MineLine:
    """A file of one's own that was reviewed, or one to review."""

    id: int
    name: str
    reference: str
    other: str
    period: str
    result: str
    answer: str
    finished: str
    is_new: bool

    @classmethod
    def of(cls, row: FeedbackRow) -> "MineLine":
        """Return what is shown of it."""
        return cls(
            id=row.id,
            name=row.client or "A case that is another's now",
            reference=row.reference,
            other=row.other,
            period=f"{day_text(row.first_day)} to {day_text(row.last_day)}",
            result=row.result,
            answer=STANCES[row.answer],
            finished=moment_text(row.finished_at),
            is_new=row.answer == "",
        )


@dataclass(frozen=True, slots=True)
class FeedbackView:
    """One's own file's review; `id` is 0 while none is open."""

    id: int = 0
    case_id: int = 0
    name: str = ""
    reference: str = ""
    is_mine: bool = False
    period: str = ""
    reviewer: str = ""
    findings: list[FindingView] = field(default_factory=list)
    answer: str = ""
    may_answer: bool = False

    @classmethod
    def of(cls, found: OpenFeedback) -> "FeedbackView":
        """Return what is shown of one's review."""
        line = MineLine.of(found.row)
        return cls(
            id=line.id,
            case_id=found.row.case_id,
            name=line.name,
            reference=line.reference,
            is_mine=found.is_mine,
            period=line.period,
            reviewer=found.reviewer,
            findings=[FindingView.of(each) for each in found.versions],
            answer=line.answer,
            may_answer=found.may_answer,
        )
