"""Letters of a case, and the authorities a client signed for us to write them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from models.base import (
    CentreOwned,
    SoftDeleted,
    Stamped,
    Versioned,
    document,
    key,
    live,
    named,
    one_of,
    refers,
    when,
    word,
)

LETTER_KINDS = (
    "authority",
    "balance_request",
    "holding",
    "offer",
    "appointment",
    "closing",
    "chaser",
)
RECIPIENTS = ("client", "creditor")
LETTER_ROUTES = ("post", "email", "handed")
AUTHORITY_HOW = ("paper", "electronic", "phone")


class Authority(CentreOwned, Stamped, SoftDeleted, table=True):
    """A client's authority for us to act with one creditor, or with all, until a day."""

    __tablename__ = named("authorities")
    __table_args__ = (
        refers("client_id", "clients"),
        refers("case_id", "cases"),
        refers("creditor_id", "creditors"),
        one_of("how", AUTHORITY_HOW),
        CheckConstraint("expires_on IS NULL OR expires_on >= signed_on", name="expires_on"),
        live("idx_authorities_case", "centre_id", "case_id", "creditor_id"),
        Index("idx_authorities_client", "centre_id", "client_id"),
        Index("idx_authorities_creditor", "centre_id", "creditor_id"),
    )

    client_id: int = key()
    case_id: int = key()
    creditor_id: int | None = key(default=None)  # None: every creditor of the case
    how: str = word("paper", 20)
    signed_on: date = Field()
    expires_on: date | None = None
    withdrawn_on: date | None = None
    note: str | None = Field(default=None, max_length=500)


class Letter(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """One letter: merged from the case, edited until it is issued, and never after."""

    __tablename__ = named("letters")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("client_id", "clients"),
        refers("creditor_id", "creditors"),
        refers("debt_id", "debts"),
        refers("statement_id", "statements"),
        refers("chases_id", "letters"),
        refers("issued_by", "users"),
        one_of("kind", LETTER_KINDS),
        one_of("recipient", RECIPIENTS),
        one_of("route", LETTER_ROUTES),
        one_of("status", ("draft", "issued")),
        CheckConstraint(
            "status <> 'issued' OR (issued_at IS NOT NULL AND content_hash IS NOT NULL"
            " AND route IS NOT NULL)",
            name="issued_whole",
        ),
        live("idx_letters_case", "centre_id", "case_id", "id"),
        live("idx_letters_chase", "centre_id", "chase_on"),
        Index("idx_letters_client", "centre_id", "client_id"),
        Index("idx_letters_creditor", "centre_id", "creditor_id"),
        Index("idx_letters_debt", "centre_id", "debt_id"),
        Index("idx_letters_statement", "centre_id", "statement_id"),
        Index("idx_letters_chases", "centre_id", "chases_id"),
    )

    case_id: int = key()
    client_id: int = key()  # whose letter it is: the client's, or the partner's
    creditor_id: int | None = key(default=None)
    debt_id: int | None = key(default=None)
    statement_id: int | None = key(default=None)
    chases_id: int | None = key(default=None)
    kind: str = Field(max_length=20)
    recipient: str = Field(max_length=10)
    template_version: str = Field(max_length=20)
    subject: str = Field(max_length=200)
    content: dict[str, Any] = document("{}")
    content_hash: str | None = Field(default=None, max_length=64)
    route: str | None = Field(default=None, max_length=10)
    status: str = word("draft", 10)
    issued_by: int | None = key(default=None)
    issued_at: datetime | None = when(default=None, nullable=True)
    chase_on: date | None = None
    chased_at: datetime | None = when(default=None, nullable=True)
