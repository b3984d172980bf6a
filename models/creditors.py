"""Creditors of a case, the debts owed to them, what happened to each, and what they answered.

Money is entered on debts alone.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Column, Computed, Index, Numeric, Text
from sqlmodel import Field

from models.base import (
    ZERO,
    CentreOwned,
    SoftDeleted,
    Stamped,
    Versioned,
    document,
    flag,
    key,
    live,
    money,
    named,
    one_of,
    refers,
    when,
    word,
)

LIABILITIES = ("sole", "joint", "guarantor", "disputed", "not_liable")
DEBT_STATUSES = ("active", "disputed", "settled", "written_off")
KNOWN = ("yes", "no", "unknown")
BALANCE_SOURCES = ("client", "letter", "credit_report", "creditor")
SECURITIES = ("home", "other_property", "vehicle", "goods")
DEDUCTION_SOURCES = ("benefits", "earnings")
REPLIES = ("accept", "reject", "counter", "hold", "balance", "other")


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
        one_of("balance_source", BALANCE_SOURCES),
        one_of("are_charges_added", KNOWN),
        one_of("is_regulated", KNOWN),
        one_of("secured_on", SECURITIES),
        one_of("deduction_source", DEDUCTION_SOURCES),
        CheckConstraint("deduction_amount >= 0", name="deduction_amount"),
        CheckConstraint("ordered_payment >= 0", name="ordered_payment"),
        CheckConstraint("written_off_amount >= 0", name="written_off_amount"),
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
    # who else stands behind it
    original_creditor: str | None = Field(default=None, max_length=255)
    collector: str | None = Field(default=None, max_length=255)
    collector_reference: str | None = Field(default=None, max_length=100)
    # what is known of it, and from whom
    balance_source: str | None = Field(default=None, max_length=20)
    are_charges_added: str = word("unknown", 10)
    is_regulated: str = word("unknown", 10)
    secured_on: str | None = Field(default=None, max_length=20)
    agreement_date: date | None = None
    default_date: date | None = None
    last_payment_date: date | None = None
    last_acknowledged_date: date | None = None
    # what is paid: as it was said, beside the month's sum in monthly_payment
    payment_amount: Decimal | None = money(8)
    payment_frequency: str | None = Field(default=None, max_length=20)
    deduction_source: str | None = Field(default=None, max_length=20)
    deduction_amount: Decimal | None = money(8)  # as it was said
    deduction_frequency: str | None = Field(default=None, max_length=20)
    # courts: the newest step of debt_events, kept by the service
    court_stage: str = word("none", 30)
    court_stage_date: date | None = None
    ordered_payment: Decimal | None = money(8)  # by the month
    # what is done about it
    included_in: dict[str, Any] = document("{}")  # solution -> yes or no; absent: by its type
    strategy: str | None = Field(default=None, max_length=500)
    outcome: str | None = Field(default=None, max_length=30)
    written_off_amount: Decimal | None = money(10)


class DebtEvent(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """A step of a court or a creditor: what it is, its day, and whether it was dealt with."""

    __tablename__ = named("debt_events")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("debt_id", "debts"),
        refers("ended_by", "users"),
        live("idx_debt_events_case", "centre_id", "case_id", "event_date"),
        Index("idx_debt_events_debt", "centre_id", "debt_id", "id"),
        live(
            "idx_debt_events_open",
            "centre_id",
            "case_id",
            where="deleted_at IS NULL AND ended_at IS NULL",
        ),
    )

    case_id: int = key()
    debt_id: int = key()
    kind: str = Field(max_length=30)
    event_date: date | None = None
    event_time: time | None = None
    reply_by: date | None = None
    detail: str | None = Field(default=None, max_length=500)
    ended_at: datetime | None = when(default=None, nullable=True)
    ended_by: int | None = key(default=None)
    ended_how: str | None = Field(default=None, max_length=200)


class CreditorReply(CentreOwned, Stamped, SoftDeleted, table=True):
    """What a creditor answered to a letter or an offer, and whether the client was told."""

    __tablename__ = named("creditor_replies")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("debt_id", "debts"),
        refers("letter_id", "letters"),
        refers("offer_id", "offers"),
        one_of("reply", REPLIES),
        CheckConstraint("amount >= 0", name="amount"),
        Index("idx_creditor_replies_case", "centre_id", "case_id", "id"),
        Index("idx_creditor_replies_debt", "centre_id", "debt_id"),
        Index("idx_creditor_replies_letter", "centre_id", "letter_id"),
        Index("idx_creditor_replies_offer", "centre_id", "offer_id"),
    )

    case_id: int = key()
    debt_id: int = key()
    letter_id: int | None = key(default=None)
    offer_id: int | None = key(default=None)
    reply: str = Field(max_length=10)
    received_on: date = Field()
    amount: Decimal | None = money(10)
    hold_until: date | None = None
    note: str | None = Field(default=None, max_length=2000)
    client_told_on: date | None = None


class CreditorEntry(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """A creditor of the centre's own directory: typed once, used in every case."""

    casework: ClassVar[bool] = False
    __tablename__ = named("creditor_directory")
    __table_args__ = (
        Index(
            "uq_creditor_directory_name",
            "centre_id",
            "name_search",
            unique=True,
            postgresql_where="deleted_at IS NULL",
        ),
    )

    name: str = Field(max_length=255)
    name_search: str = Field(
        default=None,
        sa_column=Column(Text(collation="C"), Computed("lower(name)", persisted=True)),
    )
    debt_type: str | None = Field(default=None, max_length=50)
    address_line1: str | None = Field(default=None, max_length=255)
    address_line2: str | None = Field(default=None, max_length=255)
    city: str | None = Field(default=None, max_length=100)
    postcode: str | None = Field(default=None, max_length=20)
    phone: str | None = Field(default=None, max_length=20)
    email: str | None = Field(default=None, max_length=255)
    note: str | None = Field(default=None, max_length=500)
