"""Single sign-on: a centre's identity provider, and whose identity there is whose account here."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import (
    CentreOwned,
    Stamped,
    Versioned,
    flag,
    key,
    named,
    one_of,
    refers,
    stamp,
    when,
    word,
)


class IdentityProvider(CentreOwned, Stamped, Versioned, table=True):
    """Where a centre's people prove who they are; an admin sets it, and its secret is sealed."""

    casework: ClassVar[bool] = False
    __tablename__ = named("identity_providers")
    __table_args__ = (
        UniqueConstraint("centre_id"),
        one_of("passwords", ("beside", "instead")),
        CheckConstraint("max_age_minutes BETWEEN 1 AND 1440", name="max_age_minutes"),
    )

    issuer: str = Field(max_length=500)
    application_id: str = Field(max_length=255)
    application_secret: str = Field(max_length=2000)
    passwords: str = word("beside", 10)
    max_age_minutes: int | None = None
    acr: str | None = Field(default=None, max_length=255)
    is_active: bool = flag()


class Identity(CentreOwned, table=True):
    """A person's identity at a provider, by issuer and subject: never by an e-mail address."""

    casework: ClassVar[bool] = False
    __tablename__ = named("identities")
    __table_args__ = (
        refers("user_id", "users"),
        refers("ended_by", "users"),
        one_of("linked_how", ("signed_in", "code")),
        CheckConstraint("subject <> ''", name="subject"),
        Index(
            "uq_identities_subject",
            "centre_id",
            "issuer",
            "subject",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_identities_person",
            "centre_id",
            "user_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    user_id: int = key()
    issuer: str = Field(max_length=500)
    subject: str = Field(max_length=255)
    linked_at: datetime = stamp()
    linked_how: str = word("signed_in", 20)
    ended_at: datetime | None = when(default=None, nullable=True)
    ended_by: int | None = key(default=None)


class LinkingCode(CentreOwned, Stamped, table=True):
    """A code that a manager hands over once: with it a person links their account, signed out."""

    casework: ClassVar[bool] = False
    __tablename__ = named("linking_codes")
    __table_args__ = (
        refers("user_id", "users"),
        Index("idx_linking_codes_user", "centre_id", "user_id"),
    )

    user_id: int = key()
    code_hash: str = Field(max_length=64, unique=True)
    expires_at: datetime = when()
    used_at: datetime | None = when(default=None, nullable=True)


class SpentSignIn(SQLModel, table=True):
    """The hash of a `state` that came back from a provider: each comes back once."""

    __tablename__ = named("spent_sign_ins")
    __table_args__ = (Index("idx_spent_sign_ins_expires", "expires_at"),)

    state_hash: str = Field(max_length=64, primary_key=True)
    expires_at: datetime = when()
