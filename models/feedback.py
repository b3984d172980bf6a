"""What clients were asked about the service, and what they said of it."""

from datetime import date

from sqlalchemy import CheckConstraint, Text
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

FEEDBACK_WAYS = ("in_person", "phone", "video", "text", "email", "letter")


class ClientFeedback(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """One time that a client of a case was asked how the service was, and the answer if any."""

    __tablename__ = named("client_feedback")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("client_id", "clients"),
        one_of("way", FEEDBACK_WAYS),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint("answered_on >= asked_on", name="answered_on"),
        CheckConstraint(
            "answered_on IS NOT NULL OR (rating IS NULL AND said IS NULL AND NOT may_be_quoted)",
            name="answer",
        ),
        CheckConstraint("NOT is_declined OR answered_on IS NULL", name="declined"),
        live("idx_client_feedback_case", "centre_id", "case_id", "id"),
        live("idx_client_feedback_client", "centre_id", "client_id"),
        live("idx_client_feedback_asked", "centre_id", "asked_on"),
    )

    case_id: int = key()
    client_id: int = key()
    asked_on: date = Field()
    way: str = Field(max_length=20)
    is_declined: bool = flag()
    answered_on: date | None = None
    rating: int | None = None  # 1 to 5, 5 the best
    said: str | None = Field(default=None, sa_type=Text)
    may_be_quoted: bool = flag()
