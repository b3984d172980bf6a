"""What came back: the finished reviews of one's own files, read, accepted or disputed.

They stay with whoever held the file in the period, whoever holds the case by now; of a case that
is another's the client's name is not shown.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.errors import Conflict, Invalid, NotFound
from cma_app.paging import Page, offset_of
from cma_app.services.locking import locked
from cma_app.services.review_versions import VersionView, read_versions, say
from cma_app.session import CentreSession, count
from models import Case, Client, FileReview, ReviewResponse, ReviewSample, User

SIZE: Final = 25
ANSWERS: Final = ("accepted", "disputed")


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """A file of one's own that was reviewed, or a file one is to review."""

    id: int
    case_id: int
    reference: str
    client: str
    other: str
    first_day: date
    last_day: date
    result: str
    answer: str
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class MyReviews:
    """A page of what came back to a person, and what they are to review."""

    came_back: Page[FeedbackRow]
    to_review: list[FeedbackRow]
    to_review_count: int


@dataclass(frozen=True, slots=True)
class OpenFeedback:
    """One's own file's review with its versions, newest first; `is_mine` while one holds it."""

    row: FeedbackRow
    is_mine: bool
    reviewer: str
    versions: list[VersionView]
    may_answer: bool


def list_my_reviews(session: CentreSession, number: int = 1) -> MyReviews:
    """Return what came back of one's own files, newest first, and what one is to review."""
    session.authorize(Act.REVIEW_ANSWER)
    me = session.actor.user_id
    mine = _rows(FileReview.reviewer_id).where(
        col(FileReview.holder_id) == me, col(FileReview.finished_at).is_not(None)
    )
    newest = mine.order_by(col(FileReview.finished_at).desc(), col(FileReview.id).desc())
    shown = newest.offset(offset_of(number, SIZE)).limit(SIZE)
    waiting = _rows(FileReview.holder_id).where(
        col(FileReview.reviewer_id) == me,
        col(FileReview.finished_at).is_(None),
        col(Case.id).is_not(None),
    )
    return MyReviews(
        came_back=Page(
            [FeedbackRow(*row) for row in session.execute(shown)],
            count(session, mine),
            number,
            SIZE,
        ),
        to_review=[
            FeedbackRow(*row)
            for row in session.execute(waiting.order_by(col(FileReview.id)).limit(SIZE))
        ],
        to_review_count=count(session, waiting),
    )


def open_feedback(session: CentreSession, review_id: int) -> OpenFeedback:
    """Return the review of one's own file; that it was read is kept once a version."""
    row = _own(session, review_id)
    if row.answer is None:
        row = locked(session, FileReview, row.id)
        if row.answer is None:
            say(session, row, "read", "")
    shown = _rows(FileReview.reviewer_id).where(col(FileReview.id) == row.id)
    line = FeedbackRow(*session.execute(shown).one())
    return OpenFeedback(
        row=line,
        is_mine=bool(line.client),
        reviewer=line.other,
        versions=read_versions(session, row),
        may_answer=row.answer in {None, "read"},
    )


def answer_feedback(
    session: CentreSession, review_id: int, *, stance: str, body: str, seen: int
) -> ReviewResponse:
    """Accept or dispute the version one saw; a dispute says why. It is said once a version."""
    row = _own(session, review_id)
    if stance not in ANSWERS:
        raise Invalid({"stance": "Choose one of the answers."})
    row = locked(session, FileReview, row.id)
    if row.version_no != seen:
        raise Conflict("The review was corrected in the meantime. Load the page again.")
    if row.answer not in {None, "read"}:
        raise Conflict("You answered this version already.")
    return say(session, row, stance, body)


def _own(session: CentreSession, review_id: int) -> FileReview:
    """Return a finished review of one's own file; of others', or unfinished, NotFound."""
    row = session.require(FileReview, review_id)
    session.authorize(Act.REVIEW_ANSWER)
    if row.holder_id != session.actor.user_id or row.finished_at is None:
        raise NotFound
    return row


def _rows(other: Any) -> Any:
    """Return a select of rows with another person's name: the reviewer's, or the holder's."""
    person = aliased(User)
    return (
        select(
            col(FileReview.id),
            func.coalesce(col(Case.id), 0),
            col(FileReview.case_reference),
            func.concat_ws(" ", col(Client.first_name), col(Client.last_name)),
            func.concat_ws(" ", col(person.first_name), col(person.last_name)),
            col(ReviewSample.first_day),
            col(ReviewSample.last_day),
            func.coalesce(col(FileReview.result), ""),
            func.coalesce(col(FileReview.answer), ""),
            col(FileReview.finished_at),
        )
        .select_from(FileReview)
        .join(ReviewSample, _same(ReviewSample, FileReview.sample_id))
        .outerjoin(person, _same(person, other))
        .outerjoin(Case, _same(Case, FileReview.case_id))
        .outerjoin(
            Client,
            and_(
                col(Client.centre_id) == col(Case.centre_id), col(Client.id) == col(Case.client_id)
            ),
        )
    )


def _same(table: Any, column: Any) -> Any:
    return and_(col(table.centre_id) == col(FileReview.centre_id), col(table.id) == col(column))
