"""The day a budget sheet is of: the one it states, else the day it was begun by a British clock."""

from datetime import date
from typing import Any

from sqlalchemy import func
from sqlmodel import col

from cma_app.clock import LONDON, local
from models import BudgetSheet


def sheet_day(sheet: BudgetSheet) -> date:
    """Return the day a sheet's statement is of."""
    return sheet.statement_date or local(sheet.created_at).date()


def sheet_day_column() -> Any:
    """Return the same for a list of sheets that the database reads."""
    begun = func.date(func.timezone(LONDON.key, col(BudgetSheet.created_at)))
    return func.coalesce(col(BudgetSheet.statement_date), begun)
