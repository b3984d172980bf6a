"""File reviews: rates and levels by date, draws with their pools, reviews by version, answers."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from models.base import (
    CentreOwned,
    Stamped,
    Versioned,
    document,
    flag,
    key,
    named,
    one_of,
    refers,
    when,
    word,
)

LEVELS = ("trainee", "newly_qualified", "experienced")
RESULTS = ("meets", "partly", "below")
STANCES = ("read", "accepted", "disputed", "replied")


class ReviewRates(CentreOwned, Stamped, table=True):
    """How many of an advisor's files a centre draws, by level, from a day on; rows only grow."""

    casework: ClassVar[bool] = False
    __tablename__ = named("review_rates")
    __table_args__ = (Index("idx_review_rates_from", "centre_id", "valid_from", "id"),)

    valid_from: date = Field()
    rates: dict[str, Any] = document("{}")  # per level: percent, and at least so many files


class ReviewLevel(CentreOwned, Stamped, table=True):
    """The level of an advisor for file reviews, from a day on; rows only grow."""

    casework: ClassVar[bool] = False
    __tablename__ = named("review_levels")
    __table_args__ = (
        refers("user_id", "users"),
        one_of("level", LEVELS),
        Index("idx_review_levels_user", "centre_id", "user_id", "valid_from", "id"),
    )

    user_id: int = key()
    level: str = word("newly_qualified", 20)
    valid_from: date = Field()


class ReviewSample(CentreOwned, Stamped, table=True):
    """One draw of files for a period: who, when and with which seed. It is never changed."""

    casework: ClassVar[bool] = False
    __tablename__ = named("review_samples")
    __table_args__ = (
        refers("drawn_by", "users"),
        UniqueConstraint("centre_id", "first_day", "last_day", "draw_no"),
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint("draw_no = 1 OR reason IS NOT NULL", name="again_says_why"),
    )

    first_day: date = Field()
    last_day: date = Field()
    draw_no: int = Field(default=1, nullable=False, sa_column_kwargs={"server_default": "1"})
    seed: str = Field(max_length=64)
    rates: dict[str, Any] = document("{}")  # as they were applied
    people: list[dict[str, Any]] = document("[]")  # who was asked of, and at which level
    reason: str | None = Field(default=None, max_length=500)  # why it was drawn again
    drawn_by: int = key()
    drawn_at: datetime = when()


class ReviewPool(CentreOwned, table=True):
    """A file that a draw could have taken, and who held it at the period's end."""

    __tablename__ = named("review_pool")
    __table_args__ = (
        refers("sample_id", "review_samples"),
        refers("case_id", "cases"),
        refers("holder_id", "users"),
        UniqueConstraint("centre_id", "sample_id", "case_id"),
        Index("idx_review_pool_case", "centre_id", "case_id"),
        Index("idx_review_pool_holder", "centre_id", "holder_id"),
    )

    sample_id: int = key()
    case_id: int = key()
    holder_id: int = key()
    is_apart: bool = flag()  # restricted: drawn by itself, so that it moves no count


class FileReview(CentreOwned, Stamped, Versioned, table=True):
    """A file that was drawn: whose it was, why, who reviews it, and what came of it so far.

    `holder_id` stays whatever becomes of the case. `result`, `version_no` and `answer` repeat the
    newest version and answer for lists.
    """

    __tablename__ = named("file_reviews")
    __table_args__ = (
        refers("sample_id", "review_samples"),
        refers("case_id", "cases"),
        refers("holder_id", "users"),
        refers("reviewer_id", "users"),
        one_of("level", LEVELS),
        one_of("result", RESULTS),
        one_of("answer", STANCES),
        CheckConstraint("reviewer_id <> holder_id", name="nobody_reviews_their_own"),
        UniqueConstraint("centre_id", "sample_id", "case_id"),
        Index("idx_file_reviews_case", "centre_id", "case_id"),
        Index("idx_file_reviews_holder", "centre_id", "holder_id", "finished_at"),
        Index("idx_file_reviews_reviewer", "centre_id", "reviewer_id", "finished_at"),
    )

    sample_id: int = key()
    case_id: int = key()
    case_reference: str = Field(max_length=50)  # for its advisor, once the case is another's
    holder_id: int = key()
    level: str = word("newly_qualified", 20)
    is_random: bool = flag()
    risks: list[dict[str, Any]] = document("[]")  # each rule with what it says
    reviewer_id: int | None = key(default=None)
    version_no: int = Field(default=0, nullable=False, sa_column_kwargs={"server_default": "0"})
    result: str | None = Field(default=None, max_length=10)
    answer: str | None = Field(default=None, max_length=10)
    finished_at: datetime | None = when(default=None, nullable=True)


class FileReviewVersion(CentreOwned, Stamped, table=True):
    """What a review found, as it was finished; a correction is another row with its reason."""

    __tablename__ = named("file_review_versions")
    __table_args__ = (
        refers("review_id", "file_reviews"),
        refers("finished_by", "users"),
        one_of("result", RESULTS),
        UniqueConstraint("centre_id", "review_id", "version_no"),
        CheckConstraint("version_no = 1 OR reason IS NOT NULL", name="correction_says_why"),
    )

    review_id: int = key()
    version_no: int = Field(default=1, nullable=False, sa_column_kwargs={"server_default": "1"})
    criteria_from: date = Field()
    scores: dict[str, Any] = document("{}")  # per criterion: score and comment
    percent: int | None = None
    result: str = word("meets", 10)
    summary: str = Field(sa_type=Text)
    harm: str | None = Field(default=None, max_length=150)
    actions: list[dict[str, Any]] = document("[]")  # what, by when, and the case's action
    reason: str | None = Field(default=None, max_length=500)
    finished_by: int = key()
    finished_at: datetime = when()


class ReviewResponse(CentreOwned, Stamped, table=True):
    """That an advisor read a review, what they say to it, and what they are told in turn."""

    __tablename__ = named("review_responses")
    __table_args__ = (
        refers("review_id", "file_reviews"),
        refers("said_by", "users"),
        one_of("stance", STANCES),
        UniqueConstraint("centre_id", "review_id", "version_no", "stance"),
    )

    review_id: int = key()
    version_no: int = Field(default=1, nullable=False, sa_column_kwargs={"server_default": "1"})
    stance: str = word("read", 10)
    body: str | None = Field(default=None, max_length=2000)
    said_by: int = key()
    said_at: datetime = when()
