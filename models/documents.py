"""Documents of a case: each version's sealed bytes, what they prove, what is still awaited."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Index,
    Numeric,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
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
    word,
)

OCR_STATUSES: Final = ("not_processed", "waiting", "reading", "read", "poor", "no_text", "failed")
UPLOAD_STATUSES: Final = ("pending", "stored", "damaged")
ACCESS_LEVELS: Final = ("case_team", "named_people")
ASKED_STATUSES: Final = ("asked", "received", "not_needed")


class Document(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """A file kept for a case: the newest of its versions, its text, and who may see it.

    `file_path`, `file_size`, `mime_type`, `page_count` and `encryption_key_id` are those of the
    version that `version_number` names. What was read (`ocr_…`, `extracted_text`) is of that
    version too, and starts again with a new one. A document for `named_people` does not exist for
    anybody else: row security says so.
    """

    __tablename__ = named("documents")
    __table_args__ = (
        refers("case_id", "cases"),
        one_of("upload_status", UPLOAD_STATUSES),
        one_of("access_level", ACCESS_LEVELS),
        CheckConstraint(
            "access_level <> 'named_people' OR cardinality(named_people) > 0", name="named_people"
        ),
        Index("idx_documents_case_type", "centre_id", "case_id", "document_type"),
        Index(
            "idx_documents_ocr_text",
            "centre_id",
            "extracted_tsv",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
        Index(
            "idx_documents_pairs",
            "centre_id",
            text("cma_word_pairs(extracted_tsv)"),
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
        live("idx_documents_live", "centre_id", "created_at", "id"),
        live("idx_documents_type", "centre_id", "document_type", "created_at", "id"),
        live("idx_documents_status", "centre_id", "ocr_status", "created_at", "id"),
        one_of("ocr_status", OCR_STATUSES),
        Index(
            "idx_documents_named",
            "centre_id",
            "id",
            postgresql_where="access_level = 'named_people'",
        ),
    )

    case_id: int | None = key(default=None)
    document_name: str = Field(max_length=255)
    document_type: str | None = Field(default=None, max_length=100)
    file_path: str | None = Field(default=None, max_length=500)
    file_size: int | None = Field(default=None, sa_type=BigInteger)
    mime_type: str | None = Field(default=None, max_length=100)
    page_count: int | None = None
    version_number: int = Field(default=1, nullable=False, sa_column_kwargs={"server_default": "1"})
    is_encrypted: bool = flag()
    encryption_key_id: str | None = Field(default=None, max_length=100)
    upload_status: str = word("pending", 30)
    ocr_status: str = word("not_processed", 30)
    ocr_confidence: Decimal | None = Field(default=None, sa_type=Numeric(3, 2))  # type: ignore[call-overload]
    extracted_text: str | None = Field(default=None, sa_type=Text)
    extracted_tsv: str | None = Field(
        default=None,
        sa_column=Column(
            TSVECTOR,
            Computed(
                "to_tsvector('english', translate(document_name, '_.-', '   ')"
                " || ' ' || coalesce(extracted_text, ''))",
                persisted=True,
            ),
        ),
    )
    ai_classification: dict[str, Any] = document("{}")
    access_level: str = word("case_team", 30)
    named_people: list[int] = Field(
        default_factory=list,
        sa_type=ARRAY(BigInteger),
        nullable=False,
        sa_column_kwargs={"server_default": text("'{}'")},
    )  # type: ignore[call-overload]
    retention_date: date | None = None


class DocumentVersion(CentreOwned, Stamped, table=True):
    """One version of a document: where its sealed bytes lie, its own key (wrapped), and its origin.

    `original_…` tell of the file as it came, which is not kept; `file_sha256` is of the bytes that
    are. Nothing of a version changes but the wrapping of its key.
    """

    __tablename__ = named("document_versions")
    __table_args__ = (
        refers("document_id", "documents"),
        UniqueConstraint("centre_id", "document_id", "version_number"),
        UniqueConstraint("file_path"),
        Index("idx_document_versions_key", "encryption_key_id", "centre_id", "id"),
        Index(
            "uq_document_versions_upload",
            "centre_id",
            "upload_key",
            unique=True,
            postgresql_where="upload_key IS NOT NULL",
        ),
    )

    document_id: int = key()
    version_number: int = Field(default=1, nullable=False, sa_column_kwargs={"server_default": "1"})
    file_path: str = Field(max_length=500)  # made by us; never from a name
    file_size: int = Field(sa_type=BigInteger)  # bytes, before sealing
    file_sha256: str = Field(max_length=64)
    mime_type: str = Field(max_length=100)
    page_count: int = 1
    original_name: str = Field(max_length=255)
    original_size: int = Field(sa_type=BigInteger)
    original_sha256: str = Field(max_length=64)
    taken_out: list[str] = document("[]")  # what was removed from it, by code
    encryption_key_id: str = Field(max_length=100)
    wrapped_key: str = Field(max_length=200)
    upload_key: str | None = Field(default=None, max_length=64)  # one try of one browser


class DocumentUse(CentreOwned, Stamped, SoftDeleted, table=True):
    """What a document proves: a debt, or one line of a budget sheet.

    A compliance item names its document itself (`case_compliance.evidence_document_id`).
    """

    __tablename__ = named("document_uses")
    __table_args__ = (
        refers("document_id", "documents"),
        refers("case_id", "cases"),
        refers("debt_id", "debts"),
        refers("budget_sheet_id", "budget_sheets"),
        CheckConstraint(
            "debt_id IS NOT NULL OR (budget_sheet_id IS NOT NULL AND budget_line IS NOT NULL)",
            name="target",
        ),
        Index("idx_document_uses_document", "centre_id", "document_id"),
        Index("idx_document_uses_case", "centre_id", "case_id"),
        Index("idx_document_uses_debt", "centre_id", "debt_id"),
        Index("idx_document_uses_sheet", "centre_id", "budget_sheet_id"),
    )

    document_id: int = key()
    case_id: int = key()
    debt_id: int | None = key(default=None)
    budget_sheet_id: int | None = key(default=None)
    budget_line: str | None = Field(default=None, max_length=60)


class DocumentRequest(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """A document that the client was asked for: since when, how often chased, when next."""

    __tablename__ = named("document_requests")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("document_id", "documents"),
        refers("action_id", "next_actions"),
        one_of("status", ASKED_STATUSES),
        CheckConstraint("status <> 'received' OR received_on IS NOT NULL", name="received"),
        Index("idx_document_requests_case", "centre_id", "case_id"),
        Index("idx_document_requests_document", "centre_id", "document_id"),
        Index("idx_document_requests_action", "centre_id", "action_id"),
        live(
            "idx_document_requests_chaser",
            "centre_id",
            "next_chaser_on",
            where="deleted_at IS NULL AND status = 'asked'",
        ),
    )

    case_id: int = key()
    document_type: str = Field(max_length=100)
    about: str | None = Field(default=None, max_length=200)
    status: str = word("asked", 20)
    asked_on: date = Field()
    chased_count: int = Field(default=0, nullable=False, sa_column_kwargs={"server_default": "0"})
    chased_on: date | None = None
    chased_how: str | None = Field(default=None, max_length=20)
    next_chaser_on: date | None = None
    action_id: int | None = key(default=None)  # the next chaser, among the case's actions
    document_id: int | None = key(default=None)
    received_on: date | None = None
