"""Financial statements on their way to creditors, and the files that were issued."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from models.base import (
    CentreOwned,
    SoftDeleted,
    Stamped,
    Versioned,
    document,
    flag,
    key,
    live,
    named,
    one_of,
    refers,
    when,
    word,
)

STATEMENT_STATUSES = ("draft", "complete", "verified", "confirmed", "issued", "superseded")
CONFIRMED_HOW = ("in_person", "phone", "video", "text", "email", "letter")
FILE_KINDS = ("full", "summary", "data", "letter", "letter_word")


class Statement(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """One financial statement: its content is frozen when it is issued and never changes then.

    `content_hash` is of what was completed; whatever differs from it voids what came after.
    """

    __tablename__ = named("statements")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("budget_sheet_id", "budget_sheets"),
        refers("supersedes_id", "statements"),
        refers("completed_by", "users"),
        refers("verified_by", "users"),
        refers("confirmed_client_id", "clients"),
        refers("partner_client_id", "clients"),
        refers("issued_by", "users"),
        UniqueConstraint("centre_id", "case_id", "statement_no"),
        one_of("status", STATEMENT_STATUSES),
        one_of("confirmed_how", CONFIRMED_HOW),
        one_of("partner_confirmed_how", CONFIRMED_HOW),
        CheckConstraint(
            "status NOT IN ('issued', 'superseded') OR (content_hash IS NOT NULL"
            " AND confirmed_at IS NOT NULL AND consent_to_send AND issued_at IS NOT NULL)",
            name="issued_whole",
        ),
        CheckConstraint(
            "status NOT IN ('issued', 'superseded') OR partner_client_id IS NULL"
            " OR (partner_confirmed_at IS NOT NULL AND partner_consent_to_send)",
            name="issued_by_both",
        ),
        live("idx_statements_case", "centre_id", "case_id", "statement_no"),
        Index("idx_statements_sheet", "centre_id", "budget_sheet_id"),
        Index("idx_statements_supersedes", "centre_id", "supersedes_id"),
        Index("idx_statements_confirmed_client", "centre_id", "confirmed_client_id"),
        Index("idx_statements_partner", "centre_id", "partner_client_id"),
    )

    case_id: int = key()
    budget_sheet_id: int = key()
    supersedes_id: int | None = key(default=None)
    statement_no: int = Field(default=1, nullable=False)
    status: str = word("draft", 20)
    note: str | None = Field(default=None, max_length=2000)  # printed for the creditors
    content: dict[str, Any] = document("{}")
    content_hash: str | None = Field(default=None, max_length=64)
    completed_by: int | None = key(default=None)
    completed_at: datetime | None = when(default=None, nullable=True)
    verified_by: int | None = key(default=None)
    verified_at: datetime | None = when(default=None, nullable=True)
    confirmed_client_id: int | None = key(default=None)
    confirmed_how: str | None = Field(default=None, max_length=20)
    confirmed_at: datetime | None = when(default=None, nullable=True)
    consent_to_send: bool = flag()
    partner_client_id: int | None = key(default=None)  # who else has to confirm a joint one
    partner_confirmed_how: str | None = Field(default=None, max_length=20)
    partner_confirmed_at: datetime | None = when(default=None, nullable=True)
    partner_consent_to_send: bool = flag()
    issued_by: int | None = key(default=None)
    issued_at: datetime | None = when(default=None, nullable=True)
    superseded_at: datetime | None = when(default=None, nullable=True)
    voided_at: datetime | None = when(default=None, nullable=True)
    voided_why: str | None = Field(default=None, max_length=200)


class IssuedFile(CentreOwned, Stamped, table=True):
    """The very bytes that were issued of a statement or a letter: they print the same for ever."""

    __tablename__ = named("issued_files")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("statement_id", "statements"),
        refers("letter_id", "letters"),
        one_of("kind", FILE_KINDS),
        CheckConstraint("num_nonnulls(statement_id, letter_id) >= 1", name="of_something"),
        Index("idx_issued_files_case", "centre_id", "case_id"),
        Index("idx_issued_files_statement", "centre_id", "statement_id", "kind", unique=True),
        Index("idx_issued_files_letter", "centre_id", "letter_id", "kind", unique=True),
    )

    case_id: int = key()
    statement_id: int | None = key(default=None)
    letter_id: int | None = key(default=None)
    kind: str = Field(max_length=20)
    media_type: str = Field(max_length=100)
    file_name: str = Field(max_length=200)
    sha256: str = Field(max_length=64)
    file_bytes: bytes = Field(sa_type=LargeBinary)
