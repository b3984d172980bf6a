"""Cases: one piece of advice work for one client; and the counters behind references."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, Numeric, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import (
    CentreOwned,
    SoftDeleted,
    Stamped,
    Versioned,
    document,
    key,
    live,
    money,
    named,
    one_of,
    refers,
    stamp,
    word,
)
from models.referrals import SOURCES

STATUSES = ("open", "in_progress", "closed", "referred", "cancelled")
PRIORITIES = ("low", "medium", "high", "urgent")
STAGES = (
    "referral",
    "waiting",
    "fact_find",
    "evidence",
    "advice",
    "approval",
    "action",
    "review",
    "closing",
)
NATIONS = ("england", "wales", "scotland", "northern_ireland")
WORKING = "deleted_at IS NULL AND status IN ('open','in_progress')"
ENDED = "deleted_at IS NULL AND closing_date IS NOT NULL"


class Case(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """One piece of advice work. `total_debt` and `monthly_surplus` are kept by the database."""

    __tablename__ = named("cases")
    __table_args__ = (
        UniqueConstraint("centre_id", "case_reference"),
        refers("client_id", "clients"),
        refers("advisor_id", "users"),
        one_of("status", STATUSES),
        one_of("priority", PRIORITIES),
        one_of("stage", STAGES),
        one_of("nation", NATIONS),
        one_of("source", SOURCES),
        live("idx_cases_centre_id", "centre_id", "status", "advisor_id"),
        live("idx_cases_advisor_status", "centre_id", "advisor_id", "status"),
        Index("idx_cases_holder", "centre_id", "advisor_id", "id"),  # what a trainee sees by
        live("idx_cases_review", "centre_id", "next_review_date", "id", where=WORKING),
        live("idx_cases_stage", "centre_id", "stage", "id", where=WORKING),
        live("idx_cases_reference", "centre_id", "case_reference", begins="case_reference"),
        live("idx_cases_opening", "centre_id", "opening_date", "id"),
        live("idx_cases_closing", "centre_id", "closing_date", "id", where=ENDED),
        Index("idx_cases_client_id", "centre_id", "client_id"),
    )

    case_reference: str = Field(max_length=50)
    client_id: int = key()
    advisor_id: int = key()
    case_type: str = word("casework", 50)
    nation: str = word("england", 20)
    source: str | None = Field(default=None, max_length=20)
    referred_by: str | None = Field(default=None, max_length=200)
    status: str = word("open", 30)
    stage: str = word("fact_find", 20)
    stage_since: date = Field(
        default=None, nullable=False, sa_column_kwargs={"server_default": text("CURRENT_DATE")}
    )
    advised_on: date | None = None  # the day its advice stage first began
    priority: str = word("medium", 10)
    priority_reason: str | None = Field(default=None, max_length=500)
    emergency: str | None = Field(default=None, max_length=200)
    emergency_date: date | None = None
    emergency_time: time | None = None
    opening_date: date = Field(
        default=None, nullable=False, sa_column_kwargs={"server_default": text("CURRENT_DATE")}
    )
    closing_date: date | None = None
    closure_reason: str | None = Field(default=None, max_length=100)
    total_debt: Decimal | None = money(12)
    priority_debt: Decimal | None = money(12)
    monthly_surplus: Decimal | None = money(8)
    debt_solution: str | None = Field(default=None, max_length=100)
    fca_outcome: str | None = Field(default=None, max_length=100)
    compliance_status: str = word("pending", 30)
    ai_risk_score: Decimal | None = Field(default=None, sa_type=Numeric(3, 2))  # type: ignore[call-overload]
    ai_recommendations: list[dict[str, Any]] = document("[]")
    next_review_date: date | None = None
    reopened_count: int = Field(default=0, nullable=False, sa_column_kwargs={"server_default": "0"})
    retention_date: date | None = None  # the last day; None while nothing counts


class CasePerson(CentreOwned, Stamped, table=True):
    """A second person of a case, with a file of their own, until the two are separated."""

    __tablename__ = named("case_people")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("client_id", "clients"),
        one_of("role", ("partner",)),
        Index(
            "uq_case_people_role",
            "centre_id",
            "case_id",
            "role",
            unique=True,
            postgresql_where="left_on IS NULL",
        ),
        Index("idx_case_people_case", "centre_id", "case_id"),
        Index("idx_case_people_client", "centre_id", "client_id"),
    )

    case_id: int = key()
    client_id: int = key()
    role: str = word("partner", 10)
    joined_on: date = Field(
        default=None, nullable=False, sa_column_kwargs={"server_default": text("CURRENT_DATE")}
    )
    left_on: date | None = None


class ReferenceCounter(SQLModel, table=True):
    """The last number given out for one kind of reference in one centre and year."""

    casework: ClassVar[bool] = False
    __tablename__ = named("reference_counters")

    centre_id: int = Field(
        primary_key=True,
        sa_type=BigInteger,
        foreign_key="centres.id",
        sa_column_kwargs={"autoincrement": False},
    )
    kind: str = Field(primary_key=True, max_length=20)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last_no: int = Field(default=0, nullable=False)
    updated_at: datetime = stamp()
