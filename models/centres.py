"""Centres: the tenants."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKeyConstraint, Identity
from sqlmodel import Field

from models.base import Versioned, document, key, named, one_of, stamp, word


class Centre(Versioned, table=True):
    """A debt advice agency; everything else belongs to one."""

    __tablename__ = named("centres")
    __table_args__ = (
        # the manager is one of the centre's own people; added once both tables exist
        ForeignKeyConstraint(
            ["id", "manager_id"],
            ["users.centre_id", "users.id"],
            name="fk_centres_manager",
            use_alter=True,
            deferrable=True,
            initially="DEFERRED",
        ),
        ForeignKeyConstraint(
            ["created_by"], ["users.id"], name="fk_centres_created_by", use_alter=True
        ),
        ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name="fk_centres_updated_by", use_alter=True
        ),
        one_of("status", ("active", "closed")),
    )

    id: int = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity()])
    name: str = Field(max_length=255)
    code: str = Field(max_length=10, unique=True)
    address_line1: str | None = Field(default=None, max_length=255)
    address_line2: str | None = Field(default=None, max_length=255)
    city: str | None = Field(default=None, max_length=100)
    postcode: str | None = Field(default=None, max_length=20)
    phone: str | None = Field(default=None, max_length=20)
    email: str | None = Field(default=None, max_length=255)
    nation: str = word("england", 20)
    manager_id: int | None = key(default=None)
    status: str = word("active", 20)
    settings: dict[str, Any] = document("{}")
    created_at: datetime = stamp()
    updated_at: datetime = stamp()
    created_by: int | None = key(default=None)
    updated_by: int | None = key(default=None)
