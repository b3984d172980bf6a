"""Requests in a case that have a last day: made to us, or by us and waited for."""

from datetime import date

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from models.base import CentreOwned, SoftDeleted, Stamped, Versioned, flag, key, live, named, refers


class RequestDeadline(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """One request: its kind, whose it is, its last day, and when and how it was answered.

    `is_given` says that a person gave the last day, because the paper or an extension says so;
    else it is the rule's.
    """

    __tablename__ = named("request_deadlines")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("done_by", "users"),
        refers("action_id", "next_actions"),
        CheckConstraint("due_date >= asked_on", name="due_date"),
        CheckConstraint("(done_on IS NULL) = (done_how IS NULL)", name="done"),
        live("idx_request_deadlines_case", "centre_id", "case_id", "due_date"),
        live(
            "idx_request_deadlines_open",
            "centre_id",
            "due_date",
            where="deleted_at IS NULL AND done_on IS NULL",
        ),
        Index("idx_request_deadlines_action", "centre_id", "action_id"),
    )

    case_id: int = key()
    kind: str = Field(max_length=30)
    about: str = Field(max_length=200)
    asked_on: date = Field()
    due_date: date = Field()
    is_given: bool = flag()
    given_why: str | None = Field(default=None, max_length=300)
    detail: str | None = Field(default=None, max_length=500)
    done_on: date | None = None
    done_by: int | None = key(default=None)
    done_how: str | None = Field(default=None, max_length=200)
    action_id: int | None = key(default=None)
