"""Views of the caseload board that a manager keeps: for themselves, or for the centre."""

from typing import Any, ClassVar

from sqlalchemy import Index, text
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
    refers,
)

OWN = "deleted_at IS NULL AND NOT is_shared"
SHARED = "deleted_at IS NULL AND is_shared"


class SavedView(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """What the board was narrowed to, under a name: its owner's alone until it is shared.

    `shown` holds the filter's words as the address says them, and no client's.
    """

    casework: ClassVar[bool] = False
    __tablename__ = named("saved_views")
    __table_args__ = (
        refers("owner_id", "users"),
        Index(
            "uq_saved_views_own",
            "centre_id",
            "owner_id",
            text("lower(name)"),
            unique=True,
            postgresql_where=text(OWN),
        ),
        Index(
            "uq_saved_views_shared",
            "centre_id",
            text("lower(name)"),
            unique=True,
            postgresql_where=text(SHARED),
        ),
        Index("idx_saved_views_owner", "centre_id", "owner_id", "id"),
    )

    owner_id: int = key()
    name: str = Field(max_length=60)
    shown: dict[str, Any] = document("{}")
    is_shared: bool = flag()
