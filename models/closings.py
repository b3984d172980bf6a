"""How a case ended: its closings, each debt's outcome, what was gained, and how long it is kept.

A closing never changes: an amendment is another revision, a closing after a reopening another
round. Its words are kept as they read that day.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from models.base import (
    ZERO,
    CentreOwned,
    Stamped,
    Versioned,
    document,
    key,
    money,
    named,
    one_of,
    refers,
    when,
)

ENDINGS = ("closed", "referred", "cancelled")
GROUPS = ("written_off", "arranged", "solution", "paid", "client", "unknown")
COVERS = ("case", "financial", "audit")
HOLDS = ("complaint", "legal_claim", "subject_request", "other")


class CaseClosing(CentreOwned, Stamped, table=True):
    """One revision of how a case ended; sums in pounds are of what is known alone."""

    __tablename__ = named("case_closings")
    __table_args__ = (
        refers("case_id", "cases"),
        UniqueConstraint("centre_id", "case_id", "round_no", "revision"),
        one_of("status", ENDINGS),
        CheckConstraint("(revision = 1) = (amended_because IS NULL)", name="amendment_says_why"),
        CheckConstraint("status <> 'referred' OR referred_to IS NOT NULL", name="referred_to_whom"),
        Index("idx_case_closings_closed", "centre_id", "closed_on", "id"),
    )

    case_id: int = key()
    round_no: int = Field()  # 1, and one more for each time the case was reopened
    revision: int = Field()
    amended_because: str | None = Field(default=None, max_length=500)
    status: str = Field(max_length=30)
    closed_on: date = Field()
    reason: str = Field(max_length=30)
    reason_words: str | None = Field(default=None, max_length=100)
    referred_to: str | None = Field(default=None, max_length=200)
    debt_solution: str = Field(max_length=30)
    fca_outcome: str = Field(max_length=30)
    client_words: str | None = Field(default=None, sa_type=Text)
    what_next: str | None = Field(default=None, sa_type=Text)
    emergency_words: str | None = Field(default=None, max_length=500)
    saved: list[str] = document("[]")  # what the client kept because of the advice
    owed_at_start: Decimal = money(14, default=ZERO, nullable=False)
    owed_at_closing: Decimal = money(14, default=ZERO, nullable=False)
    written_off: Decimal = money(14, default=ZERO, nullable=False)
    arranged: Decimal = money(14, default=ZERO, nullable=False)
    in_solution: Decimal = money(14, default=ZERO, nullable=False)
    gained_a_year: Decimal = money(14, default=ZERO, nullable=False)
    gained_once: Decimal = money(14, default=ZERO, nullable=False)
    words: dict[str, Any] = document("{}")  # what was chosen, as it read that day


class ClosingDebt(CentreOwned, Stamped, table=True):
    """What became of one debt by a closing; a sum that is NULL is not known."""

    __tablename__ = named("closing_debts")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("closing_id", "case_closings"),
        refers("debt_id", "debts"),
        one_of("grouping", GROUPS),
        CheckConstraint("owed_at_start >= 0", name="owed_at_start"),
        CheckConstraint("owed_at_closing >= 0", name="owed_at_closing"),
        CheckConstraint("written_off >= 0", name="written_off"),
        UniqueConstraint("centre_id", "closing_id", "debt_id"),
        Index("idx_closing_debts_case", "centre_id", "case_id"),
        Index("idx_closing_debts_debt", "centre_id", "debt_id"),
    )

    case_id: int = key()
    closing_id: int = key()
    debt_id: int = key()
    creditor_name: str = Field(max_length=255)
    debt_type: str = Field(max_length=50)
    is_priority: bool = Field()
    outcome: str = Field(max_length=30)
    outcome_word: str = Field(max_length=100)
    grouping: str = Field(max_length=20)
    owed_at_start: Decimal | None = money(10)
    owed_at_closing: Decimal | None = money(10)
    written_off: Decimal | None = money(10)


class ClosingGain(CentreOwned, Stamped, table=True):
    """One gain for the client: as it was said, and what it is in a year or once."""

    __tablename__ = named("closing_gains")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("closing_id", "case_closings"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("(amount IS NULL) = (counted IS NULL)", name="counted"),
        Index("idx_closing_gains_case", "centre_id", "case_id"),
        Index("idx_closing_gains_closing", "centre_id", "closing_id"),
    )

    case_id: int = key()
    closing_id: int = key()
    kind: str = Field(max_length=30)
    kind_word: str = Field(max_length=100)
    detail: str | None = Field(default=None, max_length=200)
    amount: Decimal | None = money(10)
    entered_frequency: str = Field(max_length=20)  # a frequency, or once
    counted: Decimal | None = money(12)  # in a year, or once


class RetentionDate(CentreOwned, Stamped, table=True):
    """Until when one class of a case's record is kept, by which rule; ended rows are its history.

    `keep_until` is the last day. The client's own date is kept by the database from all of theirs.
    """

    __tablename__ = named("retention_dates")
    __table_args__ = (
        refers("case_id", "cases"),
        one_of("covers", COVERS),
        CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended_says_why"),
        Index(
            "uq_retention_dates_standing",
            "centre_id",
            "case_id",
            "covers",
            unique=True,
            postgresql_where="ended_at IS NULL",
        ),
        Index("idx_retention_dates_case", "centre_id", "case_id", "id"),
        Index(
            "idx_retention_dates_due",
            "centre_id",
            "keep_until",
            postgresql_where="ended_at IS NULL",
        ),
    )

    case_id: int = key()
    covers: str = Field(max_length=20)
    counted_from: date = Field()
    years: int = Field()
    keep_until: date = Field()
    rule: str = Field(max_length=300)
    ended_at: datetime | None = when(default=None, nullable=True)
    ended_because: str | None = Field(default=None, max_length=200)


class LegalHold(CentreOwned, Stamped, Versioned, table=True):
    """Why nothing of a client may be forgotten for now, such as an open complaint."""

    __tablename__ = named("legal_holds")
    __table_args__ = (
        refers("client_id", "clients"),
        refers("ended_by", "users"),
        one_of("kind", HOLDS),
        CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended_says_why"),
        Index("idx_legal_holds_client", "centre_id", "client_id", "id"),
    )

    client_id: int = key()
    kind: str = Field(max_length=20)
    reason: str = Field(max_length=500)
    review_on: date | None = None  # when somebody looks whether it is still needed
    ended_at: datetime | None = when(default=None, nullable=True)
    ended_by: int | None = key(default=None)
    ended_because: str | None = Field(default=None, max_length=500)
