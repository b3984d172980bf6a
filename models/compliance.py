"""Compliance checks of a case."""

from datetime import date

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from models.base import CentreOwned, SoftDeleted, Stamped, flag, key, named, refers


class CaseCompliance(CentreOwned, Stamped, SoftDeleted, table=True):
    """One requirement of one case: met or not, its evidence, its deadline."""

    __tablename__ = named("case_compliance")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("evidence_document_id", "documents"),
        refers("checked_by", "users"),
        Index("idx_compliance_case_type", "centre_id", "case_id", "compliance_type"),
        Index("idx_compliance_evidence", "centre_id", "evidence_document_id"),
    )

    case_id: int = key()
    compliance_type: str = Field(max_length=100)
    requirement_met: bool = flag()
    evidence_provided: bool = flag()
    evidence_document_id: int | None = key(default=None)
    check_date: date = Field(
        default=None, nullable=False, sa_column_kwargs={"server_default": text("CURRENT_DATE")}
    )
    checked_by: int | None = key(default=None)
    notes: str | None = Field(default=None, sa_type=Text)
    remedial_action: str | None = Field(default=None, sa_type=Text)
    deadline_date: date | None = None
