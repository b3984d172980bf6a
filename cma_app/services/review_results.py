"""The files drawn for review as a list, and what the reviews came to: by advisor, by criterion.

Every figure is counted from files that the reader may see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.paging import Page, offset_of
from cma_app.session import CentreSession, count
from models import Case, Client, FileReview, FileReviewVersion, User

STATES: Final[dict[str, str]] = {
    "all": "All",
    "waiting": "Waiting",
    "done": "Done",
    "unanswered": "Not answered",
    "disputed": "Disputed",
}
SIZE: Final = 25


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """Which files of which draw, of whom (0: all of them), in which state."""

    sample_id: int = 0
    holder_id: int = 0
    state: str = "all"
    number: int = 1


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A drawn file of the list."""

    id: int
    case_id: int
    reference: str
    client: str
    holder: str
    reviewer: str
    is_random: bool
    risks: list[dict[str, str]]
    result: str
    answer: str
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewList:
    """A page of files, how many there are in each state, and whose there are."""

    page: Page[ReviewRow]
    counts: Mapping[str, int]
    holders: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class ByAdvisor:
    """What the reviews of an advisor's files came to."""

    id: int
    name: str
    meets: int
    partly: int
    below: int
    waiting: int


@dataclass(frozen=True, slots=True)
class ByCriterion:
    """The scores that a criterion got."""

    code: str
    met: int
    partly: int
    not_met: int
    not_applicable: int


@dataclass(frozen=True, slots=True)
class Results:
    """What the reviews came to, by advisor and by criterion."""

    advisors: list[ByAdvisor]
    criteria: dict[str, ByCriterion]


def list_reviews(session: CentreSession, wanted: ReviewFilter) -> ReviewList:
    """Return a page of the drawn files, those that wait first, then the newest finished."""
    session.authorize(Act.REVIEW_SEE_ALL)
    holder, reviewer = aliased(User), aliased(User)
    rows = _joined(
        select(
            col(FileReview.id),
            col(FileReview.case_id),
            col(FileReview.case_reference),
            func.concat_ws(" ", col(Client.first_name), col(Client.last_name)),
            func.concat_ws(" ", col(holder.first_name), col(holder.last_name)),
            func.concat_ws(" ", col(reviewer.first_name), col(reviewer.last_name)),
            col(FileReview.is_random),
            col(FileReview.risks),
            func.coalesce(col(FileReview.result), ""),
            func.coalesce(col(FileReview.answer), ""),
            col(FileReview.finished_at),
        )
    )
    rows = (
        rows.join(
            Client,
            and_(
                col(Client.centre_id) == col(Case.centre_id), col(Client.id) == col(Case.client_id)
            ),
        )
        .join(holder, _person(holder, FileReview.holder_id))
        .outerjoin(reviewer, _person(reviewer, FileReview.reviewer_id))
    )
    counts = _counts(session, wanted)
    rows = rows.where(*_matching(wanted), *_in_state(wanted.state))
    page = rows.order_by(
        col(FileReview.finished_at).desc().nulls_first(), col(FileReview.id)
    ).offset(offset_of(wanted.number, SIZE))
    found = [ReviewRow(*row) for row in session.execute(page.limit(SIZE))]
    return ReviewList(
        page=Page(found, count(session, rows), wanted.number, SIZE),
        counts=counts,
        holders=_holders(session, wanted),
    )


def read_results(session: CentreSession, wanted: ReviewFilter) -> Results:
    """Return what the reviews of a draw, or of all, came to."""
    session.authorize(Act.REVIEW_SEE_ALL)
    score = func.jsonb_each(FileReviewVersion.scores, type_=JSONB).table_valued("key", "value")
    given = score.c.value.op("->>")("score")
    by_criterion = (
        _joined(select(score.c.key, given.label("score"), func.count().label("many")))
        .join(
            FileReviewVersion,
            and_(
                col(FileReviewVersion.centre_id) == col(FileReview.centre_id),
                col(FileReviewVersion.review_id) == col(FileReview.id),
                col(FileReviewVersion.version_no) == col(FileReview.version_no),
            ),
        )
        .join(score, col(FileReviewVersion.id).is_not(None))
        .where(*_matching(wanted))
        .group_by(score.c.key, given)
    )
    many: dict[str, dict[str, int]] = {}
    for row in session.execute(by_criterion):
        many.setdefault(row.key, {})[row.score] = row.many
    return Results(
        advisors=_by_advisor(session, wanted),
        criteria={
            code: ByCriterion(
                code,
                *(said.get(word, 0) for word in ("met", "partly", "not_met", "not_applicable")),
            )
            for code, said in many.items()
        },
    )


def _by_advisor(session: CentreSession, wanted: ReviewFilter) -> list[ByAdvisor]:
    person = aliased(User)
    name = func.concat_ws(" ", col(person.first_name), col(person.last_name))
    many = [
        func.count().filter(col(FileReview.result) == word) for word in ("meets", "partly", "below")
    ]
    rows = (
        _joined(
            select(
                col(FileReview.holder_id),
                name,
                *many,
                func.count().filter(col(FileReview.finished_at).is_(None)),
            )
        )
        .join(person, _person(person, FileReview.holder_id))
        .where(*_matching(wanted))
        .group_by(col(FileReview.holder_id), name)
        .order_by(name)
    )
    return [ByAdvisor(*row) for row in session.execute(rows)]


def _counts(session: CentreSession, wanted: ReviewFilter) -> dict[str, int]:
    many = [
        func.count().filter(*_in_state(state)).label(state) if state != "all" else func.count()
        for state in STATES
    ]
    row = session.execute(_joined(select(*many)).where(*_matching(wanted))).one()
    return dict(zip(STATES, row, strict=True))


def _holders(session: CentreSession, wanted: ReviewFilter) -> list[tuple[int, str]]:
    everybody = ReviewFilter(sample_id=wanted.sample_id)
    return [(each.id, each.name) for each in _by_advisor(session, everybody)]


def _joined(selected: Any) -> Any:
    """Return a select of reviews whose case the reader sees."""
    return selected.select_from(FileReview).join(
        Case,
        and_(
            col(Case.centre_id) == col(FileReview.centre_id),
            col(Case.id) == col(FileReview.case_id),
        ),
    )


def _matching(wanted: ReviewFilter) -> list[Any]:
    conditions = []
    if wanted.sample_id:
        conditions.append(col(FileReview.sample_id) == wanted.sample_id)
    if wanted.holder_id:
        conditions.append(col(FileReview.holder_id) == wanted.holder_id)
    return conditions


def _in_state(state: str) -> list[Any]:
    done = col(FileReview.finished_at).is_not(None)
    return {
        "waiting": [~done],
        "done": [done],
        "unanswered": [done, func.coalesce(col(FileReview.answer), "read") == "read"],
        "disputed": [col(FileReview.answer) == "disputed"],
    }.get(state, [])


def _person(person: Any, column: Any) -> Any:
    return and_(col(person.centre_id) == col(FileReview.centre_id), col(person.id) == col(column))
