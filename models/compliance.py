"""Compliance: a centre's checklists, how each case stands to its own, and gates opened by hand."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
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
    one_of,
    refers,
    when,
    word,
)

ANSWERS = ("unknown", "met", "not_met", "not_applicable")
GATES = ("statement", "advice", "closing")


class ChecklistVersion(CentreOwned, Stamped, Versioned, table=True):
    """One version of a centre's checklist for a case type; a published one never changes.

    A draft that was put away is kept, to read and to take up again.
    """

    casework: ClassVar[bool] = False
    __tablename__ = named("checklist_versions")
    __table_args__ = (
        UniqueConstraint("centre_id", "case_type", "version_no"),
        one_of("status", ("draft", "published", "discarded")),
        refers("published_by", "users"),
        Index(
            "uq_checklist_versions_draft",
            "centre_id",
            "case_type",
            unique=True,
            postgresql_where="status = 'draft'",
        ),
        CheckConstraint("status <> 'published' OR published_at IS NOT NULL", name="published"),
    )

    case_type: str = Field(max_length=50)
    version_no: int = Field(default=1, nullable=False)
    status: str = word("draft", 10)
    items: list[dict[str, Any]] = document("[]")
    published_by: int | None = key(default=None)
    published_at: datetime | None = when(default=None, nullable=True)


class CaseCompliance(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """One requirement of one case, in the words of the day the case was opened.

    `compliance_type` is the item's code. `answer` is what a person said; an item with a `proof` is
    ticked by the record itself unless somebody said that it does not apply.
    """

    __tablename__ = named("case_compliance")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("checklist_id", "checklist_versions"),
        refers("evidence_document_id", "documents"),
        refers("checked_by", "users"),
        one_of("answer", ANSWERS),
        CheckConstraint(
            "answer <> 'not_applicable' OR notes IS NOT NULL", name="not_applicable_says_why"
        ),
        Index(
            "idx_compliance_case_type",
            "centre_id",
            "case_id",
            "compliance_type",
            unique=True,
            postgresql_where="deleted_at IS NULL",
        ),
        Index("idx_compliance_evidence", "centre_id", "evidence_document_id"),
        Index("idx_compliance_checklist", "centre_id", "checklist_id"),
        Index(
            "idx_compliance_deadline",
            "centre_id",
            "deadline_date",
            postgresql_where="deleted_at IS NULL AND answer IN ('unknown','not_met')",
        ),
    )

    case_id: int = key()
    checklist_id: int | None = key(default=None)  # None: the list that every centre starts from
    compliance_type: str = Field(max_length=100)
    position: int = Field(default=0, nullable=False, sa_column_kwargs={"server_default": "0"})
    item: dict[str, Any] = document("{}")  # the words and settings it was opened with
    answer: str = word("unknown", 20)
    requirement_met: bool = flag()
    evidence_provided: bool = flag()
    evidence_document_id: int | None = key(default=None)
    check_date: date = Field(
        default=None, nullable=False, sa_column_kwargs={"server_default": text("CURRENT_DATE")}
    )
    checked_by: int | None = key(default=None)
    checked_at: datetime | None = when(default=None, nullable=True)
    notes: str | None = Field(default=None, sa_type=Text)
    remedial_action: str | None = Field(default=None, sa_type=Text)
    deadline_date: date | None = None


class GateOverride(CentreOwned, Stamped, table=True):
    """A manager let a case through a gate with items missing, and said why; kept for good."""

    __tablename__ = named("gate_overrides")
    __table_args__ = (
        refers("case_id", "cases"),
        one_of("gate", GATES),
        Index("idx_gate_overrides_case", "centre_id", "case_id", "gate", "id"),
        Index("idx_gate_overrides_given", "centre_id", "created_at"),
    )

    case_id: int = key()
    gate: str = Field(max_length=20)
    reason: str = Field(max_length=500)
    missing: list[str] = document("[]")  # the codes that were missing
    used_at: datetime | None = when(default=None, nullable=True)
