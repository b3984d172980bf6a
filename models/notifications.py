"""What a person is told of inside the app: that something came to them, and whether they saw it."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from models.base import CentreOwned, Stamped, key, named, refers, when


class Notification(CentreOwned, Stamped, table=True):
    """One thing told to one person: its kind, the case and record meant, and when it was seen.

    Its sentence is made from its kind when it is read; `what` holds a few words of ours and never
    a client's name. Told again before it was seen, it stays one. It is deleted after some days.
    """

    __tablename__ = named("notifications")
    __table_args__ = (
        refers("user_id", "users"),
        refers("case_id", "cases"),
        Index(
            "uq_notifications_unseen",
            "centre_id",
            "user_id",
            "kind",
            text("coalesce(case_id, 0)"),
            text("coalesce(ref_id, 0)"),
            unique=True,
            postgresql_where="seen_at IS NULL",
        ),
        Index("idx_notifications_user", "centre_id", "user_id", "id"),
        Index("idx_notifications_case", "centre_id", "case_id"),
        Index("idx_notifications_created", "centre_id", "created_at"),
    )

    user_id: int = key()
    kind: str = Field(max_length=40)
    case_id: int | None = key(default=None)
    ref_id: int | None = key(default=None)  # the record its click leads to, by its kind
    what: str | None = Field(default=None, max_length=200)
    seen_at: datetime | None = when(default=None, nullable=True)
