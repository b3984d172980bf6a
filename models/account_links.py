"""Account links: an invitation to choose a first password, or the way to a forgotten one's next."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from models.base import CentreOwned, Stamped, key, named, one_of, refers, stamp, when, word

LINK_KINDS = ("invitation", "reset")
LINK_STATUSES = ("waiting", "sending", "sent", "unknown", "failed")
LINK_FAILURES = ("refused", "unreachable", "late", "left")


class AccountLink(CentreOwned, Stamped, table=True):
    """One link to one person: the hash of its secret, from the moment a letter is written.

    It lives until it is used, ended or out of time. What ends it: a newer one, somebody who takes
    it back, another password or address, and leaving (the trigger `void_links` on users).
    """

    casework: ClassVar[bool] = False
    __tablename__ = named("account_links")
    __table_args__ = (
        refers("user_id", "users"),
        one_of("kind", LINK_KINDS),
        one_of("status", LINK_STATUSES),
        one_of("reason", LINK_FAILURES),
        CheckConstraint("status <> 'failed' OR reason IS NOT NULL", name="why_failed"),
        CheckConstraint("used_at IS NULL OR ended_at IS NULL", name="one_end"),
        UniqueConstraint("token_hash"),
        Index("idx_account_links_user", "centre_id", "user_id", "id"),
        Index(
            "uq_account_links_living",
            "centre_id",
            "user_id",
            "kind",
            unique=True,
            postgresql_where=text("used_at IS NULL AND ended_at IS NULL"),
        ),
        Index(
            "idx_account_links_due",
            "due_at",
            postgresql_where=text(
                "status IN ('waiting','sending') AND used_at IS NULL AND ended_at IS NULL"
            ),
        ),
    )

    user_id: int = key()
    kind: str = Field(max_length=12)
    token_hash: str | None = Field(default=None, max_length=64)
    status: str = word("waiting", 12)
    reason: str | None = Field(default=None, max_length=12)
    attempts: int = Field(default=0, nullable=False, sa_column_kwargs={"server_default": "0"})
    due_at: datetime = stamp()
    expires_at: datetime = when(nullable=False)
    sent_at: datetime | None = when(default=None, nullable=True)
    used_at: datetime | None = when(default=None, nullable=True)
    ended_at: datetime | None = when(default=None, nullable=True)
