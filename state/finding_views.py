"""What a review shows as text: to its reviewer, and to the advisor whose file it is of."""

from dataclasses import dataclass, field

from cma_app.rules.review_sampling import levels
from cma_app.services.file_reviews import OpenReview
from cma_app.services.review_feedback import FeedbackRow, OpenFeedback
from cma_app.services.review_versions import Said, VersionView
from state.review_views import STANCES, Words
from state.words import away, day_text, moment_text


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
