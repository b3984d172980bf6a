"""Covers: who does another person's work while they are away."""

from datetime import date
from typing import ClassVar

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from models.base import CentreOwned, SoftDeleted, Stamped, key, live, named, refers


class Cover(CentreOwned, Stamped, SoftDeleted, table=True):
    """Whole days, both ends included, on which one person does another's work as well.

    It shows work and gives no right. `note` is for who covers; why the other is away is nobody's
    business.
    """

    casework: ClassVar[bool] = False
    __tablename__ = named("covers")
    __table_args__ = (
        refers("absent_id", "users"),
        refers("cover_id", "users"),
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint("absent_id <> cover_id", name="two_people"),
        live("idx_covers_absent", "centre_id", "absent_id", "last_day"),
        live("idx_covers_cover", "centre_id", "cover_id", "last_day"),
    )

    absent_id: int = key()
    cover_id: int = key()
    first_day: date = Field()
    last_day: date = Field()
    note: str | None = Field(default=None, max_length=200)
