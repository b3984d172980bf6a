"""Emergency access: an admin reads one centre's clients for a while, for a stated reason."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from models.base import CentreOwned, Stamped, key, named, one_of, stamp, when

KINDS = ("safeguarding", "cover", "fault", "security", "regulator", "other")
ENDS = ("left", "revoked", "signed_out", "closed")


class AccessGrant(CentreOwned, Stamped, table=True):
    """One admin's reading of one centre's clients, from one sign-in, until it ends or runs out.

    `centre_id` is the centre that is read and `created_by` the admin, who is of another. The
    database makes and ends it by its own functions; `admin_name` is kept as it was, because the
    centre cannot read who works elsewhere. It runs out by the clock, and no row changes then.
    """

    casework: ClassVar[bool] = False
    __tablename__ = named("access_grants")
    __table_args__ = (
        one_of("kind", KINDS),
        one_of("ended_how", ENDS),
        CheckConstraint("length(btrim(reason)) >= 20", name="reason"),
        CheckConstraint(
            "expires_at > opened_at AND expires_at <= opened_at + interval '4 hours'", name="time"
        ),
        CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name="ended"),
        Index("idx_access_grants_opened", "centre_id", "opened_at"),
        Index("idx_access_grants_session", "session_id", postgresql_where=text("ended_at IS NULL")),
    )

    session_id: int = key()  # the sign-in that opened it, of the admin's own centre
    admin_name: str = Field(max_length=200)
    kind: str = Field(max_length=20)
    reason: str = Field(max_length=500)
    opened_at: datetime = stamp()
    expires_at: datetime = when()
    ended_at: datetime | None = when(default=None, nullable=True)
    ended_how: str | None = Field(default=None, max_length=20)
    mailed_at: datetime | None = when(default=None, nullable=True)
