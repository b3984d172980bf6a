"""Sign-ins. The browser holds a random token; the table holds only its hash."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import INET
from sqlmodel import Field

from models.base import CentreOwned, key, named, one_of, refers, stamp, when, word


class SignInSession(CentreOwned, table=True):
    """One person signed in on one device, until it idles out, expires or is revoked.

    With `waits_until` it is a sign-in that still waits for its second factor and opens nothing.
    `method` proved it first, `second_method` after that; `proved_at` is the latest second proof.
    """

    casework: ClassVar[bool] = False
    __tablename__ = named("sessions")
    __table_args__ = (
        refers("user_id", "users"),
        one_of("method", ("password", "sso", "passkey")),
        one_of("second_method", ("app", "passkey", "recovery")),
        Index("idx_sessions_user", "centre_id", "user_id"),
    )

    user_id: int = key()
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = stamp()
    last_seen_at: datetime = stamp()
    expires_at: datetime = when()
    revoked_at: datetime | None = when(default=None, nullable=True)
    ip_address: str | None = Field(default=None, sa_type=INET)
    user_agent: str | None = Field(default=None, max_length=400)
    method: str = word("password", 20)
    second_method: str | None = Field(default=None, max_length=20)
    proved_at: datetime | None = when(default=None, nullable=True)
    waits_until: datetime | None = when(default=None, nullable=True)
    challenge: str | None = Field(default=None, max_length=100)
    challenge_until: datetime | None = when(default=None, nullable=True)
