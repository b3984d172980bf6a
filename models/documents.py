"""Documents of a case: what they are, where their bytes lie, what was read in them."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Column, Computed, Index, Numeric, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field

from models.base import CentreOwned, SoftDeleted, Stamped, document, flag, key, named, refers, word


class Document(CentreOwned, Stamped, SoftDeleted, table=True):
    """A file kept for a case or a client, with its version, text and retention date."""

    __tablename__ = named("documents")
    __table_args__ = (
        refers("case_id", "cases"),
        Index("idx_documents_case_type", "centre_id", "case_id", "document_type"),
        Index("idx_documents_ocr_text", "centre_id", "extracted_tsv", postgresql_using="gin"),
    )

    case_id: int | None = key(default=None)
    document_name: str = Field(max_length=255)
    document_type: str | None = Field(default=None, max_length=100)
    file_path: str | None = Field(default=None, max_length=500)
    file_size: int | None = Field(default=None, sa_type=BigInteger)
    mime_type: str | None = Field(default=None, max_length=100)
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
            Computed("to_tsvector('english', coalesce(extracted_text, ''))", persisted=True),
        ),
    )
    ai_classification: dict[str, Any] = document("{}")
    access_level: str = word("case_team", 30)
    retention_date: date | None = None
