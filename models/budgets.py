"""Budget sheets, the household they were true for, the offers made from them, and guidelines."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Column, Computed, Index, Numeric, UniqueConstraint
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

SHEET_TYPES = ("initial", "revised", "final")
SHARE_METHODS = ("pro_rata_balance", "pro_rata_contractual", "equal", "manual", "nil")
OFFER_METHODS = (*SHARE_METHODS, "token", "deduction", "full_and_final")


class Household(CentreOwned, Stamped, table=True):
    """Who lives on a budget, as it was on one day; a new answer is a new row."""

    __tablename__ = named("households")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("partner_client_id", "clients"),
        Index("idx_households_case", "centre_id", "case_id", "id"),
        Index("idx_households_partner", "centre_id", "partner_client_id"),
    )

    case_id: int = key()
    adults: int = Field(default=1, nullable=False, sa_column_kwargs={"server_default": "1"})
    children_under_16: int = Field(
        default=0, nullable=False, sa_column_kwargs={"server_default": "0"}
    )
    children_16_to_18: int = Field(
        default=0, nullable=False, sa_column_kwargs={"server_default": "0"}
    )
    other_dependants: int = Field(
        default=0, nullable=False, sa_column_kwargs={"server_default": "0"}
    )
    vehicles: int = Field(default=0, nullable=False, sa_column_kwargs={"server_default": "0"})
    tenure: str | None = Field(default=None, max_length=30)
    tenure_note: str | None = Field(default=None, max_length=100)
    employment: list[str] = document("[]")
    employment_note: str | None = Field(default=None, max_length=100)
    has_partner: bool = flag()
    partner_client_id: int | None = key(default=None)  # a partner with a file of their own
    partner_employment: list[str] = document("[]")
    partner_employment_note: str | None = Field(default=None, max_length=100)
    child_ages: list[int] = document("[]")
    non_dependants: int = Field(default=0, nullable=False, sa_column_kwargs={"server_default": "0"})


class BudgetSheet(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """A financial statement in the making; totals are sums of its lines' monthly pence."""

    __tablename__ = named("budget_sheets")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("household_id", "households"),
        refers("revises_id", "budget_sheets"),
        refers("verified_by", "users"),
        UniqueConstraint("centre_id", "case_id", "sheet_no"),
        one_of("sheet_type", SHEET_TYPES),
        one_of("verification_status", ("unverified", "verified")),
        one_of("offer_method", SHARE_METHODS),
        CheckConstraint("debt_admin_fee >= 0", name="debt_admin_fee"),
        CheckConstraint("offer_minimum >= 0", name="offer_minimum"),
        CheckConstraint("lump_sum >= 0", name="lump_sum"),
        Index("idx_budget_sheets_household", "centre_id", "household_id"),
        Index("idx_budget_sheets_revises", "centre_id", "revises_id"),
        live("idx_budget_sheets_case", "centre_id", "case_id", "sheet_no"),
    )

    case_id: int = key()
    household_id: int | None = key(default=None)
    revises_id: int | None = key(default=None)
    sheet_no: int = Field(default=1, nullable=False, sa_column_kwargs={"server_default": "1"})
    sheet_type: str = word("initial", 30)
    lines_version: str = Field(max_length=20)
    total_income: Decimal = money(
        10, default=ZERO, nullable=False, sa_column_kwargs={"server_default": "0"}
    )
    total_expenses: Decimal = money(
        10, default=ZERO, nullable=False, sa_column_kwargs={"server_default": "0"}
    )
    surplus_deficit: Decimal = Field(
        default=None,
        sa_column=Column(Numeric(10, 2), Computed("total_income - total_expenses", persisted=True)),
    )
    savings: Decimal = money(
        8, default=ZERO, nullable=False, sa_column_kwargs={"server_default": "0"}
    )
    savings_chosen: Decimal | None = money(8)  # None: the usual share
    income_details: dict[str, Any] = document("{}")
    expense_details: dict[str, Any] = document("{}")
    statement_date: date | None = None
    verification_status: str = word("unverified", 30)
    verified_by: int | None = key(default=None)
    verified_date: datetime | None = when(default=None, nullable=True)
    is_joint: bool = flag()
    are_savings_considered: bool = flag()
    are_assets_considered: bool = flag()
    debt_admin_fee: Decimal = money(
        8, default=ZERO, nullable=False, sa_column_kwargs={"server_default": "0"}
    )
    guideline_version: str | None = Field(default=None, max_length=50)
    guideline_reasons: dict[str, Any] = document("{}")  # group -> why it is over
    # how the offers of this sheet are shared
    offer_method: str = word("pro_rata_balance", 20)
    offers_in_pounds: bool = flag()
    offer_minimum: Decimal | None = money(8)
    makes_token_offers: bool = flag()
    lump_sum: Decimal | None = money(10)  # for full and final offers
    lump_sum_source: str | None = Field(default=None, max_length=500)
    frozen_at: datetime | None = when(default=None, nullable=True)  # a statement of it was issued


class SpendingGuideline(CentreOwned, Stamped, SoftDeleted, table=True):
    """What a centre's licensed guidelines allow one flexible group, by version and date."""

    casework: ClassVar[bool] = False
    __tablename__ = named("spending_guidelines")
    __table_args__ = (
        Index(
            "uq_spending_guidelines_version",
            "centre_id",
            "version",
            "group_key",
            unique=True,
            postgresql_where="deleted_at IS NULL",
        ),
        live("idx_spending_guidelines_valid", "centre_id", "valid_from"),
        CheckConstraint(
            "first_adult >= 0 AND each_additional_adult >= 0"
            " AND each_child_under_16 >= 0 AND each_child_16_18 >= 0",
            name="amounts",
        ),
    )

    version: str = Field(max_length=50)
    valid_from: date = Field()
    group_key: str = Field(max_length=50)
    first_adult: Decimal = money(8, default=ZERO, nullable=False)
    each_additional_adult: Decimal = money(8, default=ZERO, nullable=False)
    each_child_under_16: Decimal = money(8, default=ZERO, nullable=False)
    each_child_16_18: Decimal = money(8, default=ZERO, nullable=False)
    is_sample: bool = flag()


class Offer(CentreOwned, Stamped, SoftDeleted, Versioned, table=True):
    """What is offered on one debt out of one budget sheet, in pounds a month."""

    __tablename__ = named("offers")
    __table_args__ = (
        refers("case_id", "cases"),
        refers("budget_sheet_id", "budget_sheets"),
        refers("debt_id", "debts"),
        Index("idx_offers_case", "centre_id", "case_id"),
        one_of("method", OFFER_METHODS),
        CheckConstraint("amount >= 0", name="amount"),
        UniqueConstraint("centre_id", "budget_sheet_id", "debt_id"),
        Index("idx_offers_debt", "centre_id", "debt_id"),
    )

    case_id: int = key()
    budget_sheet_id: int = key()
    debt_id: int = key()
    amount: Decimal = money(8, default=ZERO, nullable=False)
    entered_amount: Decimal | None = money(8)
    entered_frequency: str | None = Field(default=None, max_length=20)
    method: str = word("pro_rata_balance", 20)
    is_token: bool = flag()
    is_fixed: bool = flag()  # what was entered holds, whatever the sheet's way of sharing
    lump_sum: Decimal | None = money(10)  # of a full and final offer
    review_date: date | None = None
