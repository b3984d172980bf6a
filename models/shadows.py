"""Shadows: which trainee follows which case, and reads it without holding it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from models.base import CentreOwned, Stamped, key, named, refers, when


class CaseShadow(CentreOwned, Stamped, table=True):
    """One trainee reads one case from a day on, until a last day, an end by hand, or the case's.

    The database ends it when the case ends, is given to the trainee, or its file is restricted.
    """

    __tablename__ = named("case_shadows")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("trainee_id", "users"),
        refers("ended_by", "users"),
        CheckConstraint("last_day >= first_day", name="days"),
        Index("idx_case_shadows_case", "centre_id", "case_id"),
        Index("idx_case_shadows_trainee", "centre_id", "trainee_id"),
        Index(
            "uq_case_shadows_standing",
            "centre_id",
            "case_id",
            "trainee_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    case_id: int = key()
    trainee_id: int = key()
    first_day: date = Field()
    last_day: date | None = None
    reason: str = Field(max_length=300)
    ended_at: datetime | None = when(default=None, nullable=True)
    ended_by: int | None = key(default=None)
