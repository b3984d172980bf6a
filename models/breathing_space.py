"""A breathing space of a person: its days, its review, how it ended, and the debts in it."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from models.base import (
    CentreOwned,
    SoftDeleted,
    Stamped,
    Versioned,
    flag,
    key,
    live,
    named,
    one_of,
    refers,
)

MORATORIUMS = ("standard", "crisis")
REVIEW_OUTCOMES = ("goes_on", "to_cancel")
PROTECTED = "daterange(start_date, COALESCE(ended_on, protected_until), '[]')"


class BreathingSpace(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """One moratorium of one person, as the register tells it; two never run on the same day.

    `review_from`, `review_by` and `protected_until` are the days by rule, kept so that the board
    finds them: `review_by` is the last day of the midway review, or in a crisis the day on which
    the named contact is asked next. A crisis has no last day while treatment lasts.
    """

    __tablename__ = named("breathing_spaces")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("client_id", "clients"),
        refers("reviewed_by", "users"),
        refers("ended_by", "users"),
        refers("review_action_id", "next_actions"),
        refers("end_action_id", "next_actions"),
        one_of("kind", MORATORIUMS),
        one_of("review_outcome", REVIEW_OUTCOMES),
        CheckConstraint("kind = 'crisis' OR protected_until IS NOT NULL", name="last_day"),
        CheckConstraint("kind = 'standard' OR contact_name IS NOT NULL", name="named_contact"),
        CheckConstraint("kind = 'standard' OR review_held_on IS NULL", name="crisis_not_reviewed"),
        CheckConstraint("(review_held_on IS NULL) = (review_outcome IS NULL)", name="reviewed"),
        CheckConstraint("(ended_on IS NULL) = (ended_reason IS NULL)", name="ended"),
        CheckConstraint("ended_on >= start_date", name="ended_on"),
        CheckConstraint("protected_until >= start_date", name="protected_until"),
        ExcludeConstraint(
            ("centre_id", "="),
            ("client_id", "="),
            (text(PROTECTED), "&&"),
            where=text("deleted_at IS NULL"),
            using="gist",
            name="ex_breathing_spaces_client",
        ),
        live("idx_breathing_spaces_case", "centre_id", "case_id", "start_date"),
        Index("idx_breathing_spaces_client", "centre_id", "client_id", "start_date"),
        Index("idx_breathing_spaces_review_action", "centre_id", "review_action_id"),
        Index("idx_breathing_spaces_end_action", "centre_id", "end_action_id"),
    )

    case_id: int = key()
    client_id: int = key()
    kind: str = Field(max_length=10)
    submitted_on: date | None = None
    start_date: date = Field()
    register_reference: str | None = Field(default=None, max_length=30)
    contact_name: str | None = Field(default=None, max_length=100)
    contact_role: str | None = Field(default=None, max_length=100)
    contact_phone: str | None = Field(default=None, max_length=30)
    confirmed_on: date | None = None
    treatment_ended: date | None = None
    review_from: date | None = None
    review_by: date | None = None
    protected_until: date | None = None
    review_held_on: date | None = None
    review_outcome: str | None = Field(default=None, max_length=20)
    review_note: str | None = Field(default=None, max_length=500)
    reviewed_by: int | None = key(default=None)
    ended_on: date | None = None
    ended_reason: str | None = Field(default=None, max_length=30)
    ended_note: str | None = Field(default=None, max_length=500)
    ended_by: int | None = key(default=None)
    review_action_id: int | None = key(default=None)
    end_action_id: int | None = key(default=None)


class BreathingSpaceDebt(CentreOwned, Stamped, Versioned, table=True):
    """Whether one debt is in a breathing space, from which day, or why it is left out."""

    __tablename__ = named("breathing_space_debts")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("breathing_space_id", "breathing_spaces"),
        refers("debt_id", "debts"),
        UniqueConstraint("centre_id", "breathing_space_id", "debt_id"),
        CheckConstraint("is_in OR reason IS NOT NULL", name="left_out_says_why"),
        Index("idx_breathing_space_debts_case", "centre_id", "case_id"),
        Index("idx_breathing_space_debts_debt", "centre_id", "debt_id"),
    )

    case_id: int = key()
    breathing_space_id: int = key()
    debt_id: int = key()
    is_in: bool = flag(default=True)
    effective_on: date = Field()
    reason: str | None = Field(default=None, max_length=300)
