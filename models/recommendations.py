"""What was recommended to a client, what the client chose, and how far the solution is."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from models.base import (
    CentreOwned,
    SoftDeleted,
    Stamped,
    Versioned,
    document,
    key,
    named,
    one_of,
    refers,
    when,
    word,
)

ADVICE_STATUSES = ("draft", "advised", "started", "completed", "failed", "stopped")
CHOICES = ("accepted", "another", "undecided")


class Recommendation(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """One version of the advice of a case; once given its words never change.

    A draft is a trainee's until somebody else gives it, and its author may discard it. What is
    advised later is another version, and this one is superseded. `chosen` is what the client chose
    instead. `nation` is whose options were considered; words are kept as they read that day.
    """

    __tablename__ = named("recommendations")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("advised_by", "users"),
        refers("given_by", "users"),
        one_of("status", ADVICE_STATUSES),
        one_of("choice", CHOICES),
        CheckConstraint(
            "(status = 'draft') = (given_at IS NULL)"
            " AND (given_at IS NULL OR given_by IS NOT NULL)",
            name="given",
        ),
        CheckConstraint("deleted_at IS NULL OR status = 'draft'", name="discarded"),
        CheckConstraint(
            "(choice IS NOT DISTINCT FROM 'another') = (chosen IS NOT NULL)"
            " AND (chosen IS NULL) = (chosen_word IS NULL)"
            " AND (choice IS NULL) = (chosen_on IS NULL)",
            name="chosen",
        ),
        CheckConstraint(
            "status NOT IN ('started', 'completed')"
            " OR (started_on IS NOT NULL AND choice IN ('accepted', 'another'))",
            name="started",
        ),
        CheckConstraint(
            "(status IN ('completed', 'failed', 'stopped')) = (ended_on IS NOT NULL)"
            " AND (status NOT IN ('draft', 'advised') OR started_on IS NULL)"
            " AND ended_on >= started_on",
            name="ended",
        ),
        UniqueConstraint("centre_id", "case_id", "version_no"),
        Index(
            "uq_recommendations_draft",
            "centre_id",
            "case_id",
            unique=True,
            postgresql_where=text("status = 'draft' AND deleted_at IS NULL"),
        ),
        Index(
            "uq_recommendations_standing",
            "centre_id",
            "case_id",
            unique=True,
            postgresql_where=text("status <> 'draft' AND superseded_on IS NULL"),
        ),
        Index("idx_recommendations_advised", "centre_id", "advised_on"),
    )

    case_id: int = key()
    version_no: int = Field()
    status: str = word("draft", 10)
    nation: str = Field(max_length=20)
    solution: str = Field(max_length=30)
    solution_word: str = Field(max_length=100)
    reasons: str = Field(sa_type=Text)
    others: dict[str, str] = document("{}")  # why an option suits less, by its code
    others_words: str | None = Field(default=None, sa_type=Text)
    costs_told: str = Field(sa_type=Text)
    advised_on: date = Field()
    advised_by: int = key()
    given_at: datetime | None = when(default=None, nullable=True)
    given_by: int | None = key(default=None)  # who let it take effect
    superseded_on: date | None = None
    choice: str | None = Field(default=None, max_length=10)
    chosen: str | None = Field(default=None, max_length=30)
    chosen_word: str | None = Field(default=None, max_length=100)
    chosen_on: date | None = None
    choice_note: str | None = Field(default=None, max_length=1000)
    started_on: date | None = None
    ended_on: date | None = None
    progress_note: str | None = Field(default=None, max_length=1000)
