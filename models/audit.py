"""What happened: written by the database's triggers, read by managers, changed by nobody."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import INET, JSONB
from sqlmodel import Field, SQLModel

from models.base import CentreOwned, key, named, stamp


class AuditLog(CentreOwned, table=True):
    """One change, opening or refusal; partitioned by year of its timestamp."""

    casework: ClassVar[bool] = False
    __tablename__ = named("audit_logs")
    __table_args__ = (
        Index("idx_audit_logs_user_timestamp", "centre_id", "user_id", "timestamp"),
        Index("idx_audit_logs_record", "centre_id", "table_name", "record_id", "timestamp"),
        Index("idx_audit_logs_case", "centre_id", "case_id", "timestamp"),
        Index("idx_audit_logs_client", "centre_id", "client_id", "timestamp"),
        Index(
            "idx_audit_logs_access_grant",
            "centre_id",
            "access_grant_id",
            postgresql_where=text("access_grant_id IS NOT NULL"),
        ),
        {"postgresql_partition_by": "RANGE (timestamp)"},
    )

    timestamp: datetime = Field(
        default=None,
        primary_key=True,
        sa_type=DateTime(timezone=True),  # type: ignore[call-overload]
        sa_column_kwargs={"server_default": text("clock_timestamp()")},
    )
    user_id: int | None = key(default=None, foreign_key="users.id")
    action: str = Field(max_length=100)
    table_name: str | None = Field(default=None, max_length=100)
    record_id: int | None = key(default=None)
    client_id: int | None = key(default=None)
    case_id: int | None = key(default=None)
    old_values: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    new_values: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    ip_address: str | None = Field(default=None, sa_type=INET)
    user_agent: str | None = Field(default=None, sa_type=Text)
    session_id: str | None = Field(default=None, max_length=255)
    access_grant_id: int | None = key(default=None)  # the emergency access it happened under


class SecurityEvent(SQLModel, table=True):
    """Something that happened before a centre was known, such as a failed sign-in."""

    __tablename__ = named("security_events")
    __table_args__ = (
        Index("idx_security_events_subject", "subject_hash", "occurred_at"),
        Index("idx_security_events_address", "ip_address", "occurred_at"),
    )

    id: int = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity()])
    occurred_at: datetime = stamp()
    kind: str = Field(max_length=50)
    subject_hash: str | None = Field(default=None, max_length=64)
    ip_address: str | None = Field(default=None, sa_type=INET)
    user_agent: str | None = Field(default=None, max_length=400)
