"""Users: the people of a centre."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from models.base import (
    CentreOwned,
    SoftDeleted,
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


class User(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """Somebody who signs in: admin, manager, advisor or trainee of one centre."""

    casework: ClassVar[bool] = False
    __tablename__ = named("users")
    __table_args__ = (
        UniqueConstraint("id", name="uq_users_id"),  # what the who-stamps refer to
        refers("supervisor_id", "users"),
        refers("stand_in_id", "users"),
        CheckConstraint("stand_in_id <> supervisor_id", name="two_supervisors"),
        one_of("role", ("admin", "advisor", "manager", "trainee")),
        Index("idx_users_centre_id", "centre_id", "role", "is_active"),
        Index("idx_users_supervisor", "centre_id", "supervisor_id"),
        Index("idx_users_stand_in", "centre_id", "stand_in_id"),
    )

    username: str = Field(max_length=50, unique=True)
    email: str = Field(max_length=255, unique=True)
    password_hash: str = Field(max_length=255)
    must_change_password: bool = flag()
    password_expires_at: datetime | None = when(default=None, nullable=True)
    first_name: str | None = Field(default=None, max_length=100)
    last_name: str | None = Field(default=None, max_length=100)
    role: str = Field(max_length=20)
    supervisor_id: int | None = key(default=None)
    stand_in_id: int | None = key(default=None)
    phone: str | None = Field(default=None, max_length=20)
    hire_date: date | None = None
    qualification_level: str | None = word(None, 50)
    is_active: bool = flag(default=True)
    last_login: datetime | None = when(default=None, nullable=True)
    settings: dict[str, Any] = document("{}")

    @property
    def full_name(self) -> str:
        """Return the name as it stands on screen."""
        return " ".join(part for part in (self.first_name, self.last_name) if part) or self.username
