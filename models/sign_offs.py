"""Sign-offs: what a trainee submitted, version by version, and what became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from models.base import (
    CentreOwned,
    Stamped,
    document,
    key,
    named,
    one_of,
    refers,
    when,
    word,
)

SIGN_OFF_STATUSES = ("submitted", "approved", "returned", "void", "withdrawn")


class SignOff(CentreOwned, Stamped, table=True):
    """One version of an act that a trainee submitted; its content is frozen with its hash.

    `subject_id` is the row that `step` acts on, `subject_key` a part of it that has no row of its
    own. `previous_id` is the version it answers. `decided_hash` is of what stood when it was
    signed off: the database lets that be nothing but what was submitted.
    """

    __tablename__ = named("sign_offs")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("previous_id", "sign_offs"),
        refers("submitted_by", "users"),
        refers("decided_by", "users"),
        one_of("status", SIGN_OFF_STATUSES),
        CheckConstraint("decided_by <> submitted_by", name="nobody_signs_off_their_own"),
        CheckConstraint(
            "content_hash = encode(sha256(convert_to(content, 'UTF8')), 'hex')", name="hash"
        ),
        CheckConstraint(
            "status <> 'approved' OR decided_hash IS NOT DISTINCT FROM content_hash",
            name="signed_off_as_submitted",
        ),
        CheckConstraint(
            "status NOT IN ('approved', 'returned') OR decided_by IS NOT NULL", name="decided_by"
        ),
        CheckConstraint("(status = 'submitted') = (decided_at IS NULL)", name="decided_at"),
        UniqueConstraint("centre_id", "step", "subject_id", "subject_key", "version_no"),
        Index("idx_sign_offs_case", "centre_id", "case_id", "id"),
        Index("idx_sign_offs_previous", "centre_id", "previous_id"),
        Index("idx_sign_offs_submitter", "centre_id", "submitted_by", "id"),
        Index(
            "idx_sign_offs_waiting",
            "centre_id",
            "submitted_at",
            postgresql_where=text("status = 'submitted'"),
        ),
        Index(
            "idx_sign_offs_one_waits",
            "centre_id",
            "step",
            "subject_id",
            "subject_key",
            unique=True,
            postgresql_where=text("status = 'submitted'"),
        ),
    )

    case_id: int = key()
    previous_id: int | None = key(default=None)
    act: str = Field(max_length=40)
    step: str = Field(max_length=40)
    subject_id: int = key()
    subject_key: str = word("", 40)
    version_no: int = Field(default=1, nullable=False, sa_column_kwargs={"server_default": "1"})
    content: str = Field(sa_type=Text)  # the canonical JSON that the hash is of
    content_hash: str = Field(max_length=64)
    status: str = word("submitted", 12)
    submitted_by: int = key()
    submitted_at: datetime = when()
    decided_by: int | None = key(default=None)
    decided_at: datetime | None = when(default=None, nullable=True)
    decided_hash: str | None = Field(default=None, max_length=64)
    reasons: list[dict[str, Any]] = document("[]")  # the checklist, each point with its answer
    comments: dict[str, Any] = document("{}")  # beside a line, by its key
    edits: dict[str, Any] = document("{}")  # what whoever signed off wrote instead, by line
    remark: str | None = Field(default=None, max_length=1000)
