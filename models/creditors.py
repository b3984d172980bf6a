"""Creditors of a case and the debts owed to them. Money is entered on debts alone."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, Numeric, Text
from sqlmodel import Field

from models.base import (
    ZERO,
    CentreOwned,
    SoftDeleted,
    Stamped,
    Versioned,
    flag,
    key,
    live,
    money,
    named,
    one_of,
    refers,
    word,
)

LIABILITIES = ("sole", "joint", "guarantor", "disputed", "not_liable")
DEBT_STATUSES = ("active", "disputed", "settled", "written_off")


class Creditor(CentreOwned, Stamped, SoftDeleted, table=True):
    """Who is owed, in one case; the money columns are kept sums of its debts."""

    __tablename__ = named("creditors")
    __table_args__ = (
        refers("case_id", "cases"),
        live("idx_creditors_case", "centre_id", "case_id", "creditor_name"),
    )

    case_id: int = key()
    creditor_name: str = Field(max_length=255)
    creditor_type: str | None = Field(default=None, max_length=50)
    account_number: str | None = Field(default=None, max_length=100)
    original_balance: Decimal | None = money(10)
    current_balance: Decimal | None = money(10)
    monthly_payment: Decimal | None = money(8)
    interest_rate: Decimal | None = Field(default=None, sa_type=Numeric(5, 2))  # type: ignore[call-overload]
    arrears_amount: Decimal | None = money(10)
    priority_level: str = word("non-priority", 20)
    contact_name: str | None = Field(default=None, max_length=100)
    contact_phone: str | None = Field(default=None, max_length=20)
    contact_email: str | None = Field(default=None, max_length=255)
    status: str = word("active", 30)
    notes: str | None = Field(default=None, sa_type=Text)


class Debt(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """One sum owed. A joint debt counts once for the household, in full for each person."""

    __tablename__ = named("debts")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("creditor_id", "creditors"),
        one_of("liability", LIABILITIES),
        one_of("status", DEBT_STATUSES),
        CheckConstraint("balance >= 0", name="balance"),
        CheckConstraint("arrears >= 0", name="arrears"),
        CheckConstraint("monthly_payment >= 0", name="monthly_payment"),
        live("idx_debts_case", "centre_id", "case_id", "position", "id"),
        Index("idx_debts_creditor", "centre_id", "creditor_id"),
    )

    case_id: int = key()
    creditor_id: int = key()
    position: int = Field(default=0, nullable=False, sa_column_kwargs={"server_default": "0"})
    debt_type: str = Field(max_length=50)
    is_priority: bool = flag()
    priority_reason: str | None = Field(default=None, max_length=500)
    liability: str = word("sole", 20)
    owed_by: str = word("client", 10)
    account_number: str | None = Field(default=None, max_length=100)
    balance: Decimal = money(10, default=ZERO, nullable=False)
    balance_date: date | None = None
    is_balance_verified: bool = flag()
    arrears: Decimal | None = money(10)
    monthly_payment: Decimal | None = money(8)
    interest_rate: Decimal | None = Field(default=None, sa_type=Numeric(5, 2))  # type: ignore[call-overload]
    status: str = word("active", 20)
    notes: str | None = Field(default=None, max_length=2000)
