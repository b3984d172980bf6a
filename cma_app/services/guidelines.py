"""A centre's licensed spending guidelines, and how a budget sheet stands to them.

Being over is never refused: without an explanation it only keeps a statement from being completed.
"""

from typing import Final

from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.rules.financial_statement import FLEXIBLE, statement_lines, totals
from cma_app.rules.guidelines import Guideline, GuidelineFinding, GuidelineHousehold, compare
from cma_app.session import CentreSession
from models import BudgetSheet, Case, Household, SpendingGuideline

NOBODY_ASKED: Final = GuidelineHousehold()
"""One adult: what is compared with until the household is recorded."""


def loaded_guidelines(session: CentreSession) -> list[Guideline]:
    """Return every guideline of the centre, the oldest version first."""
    session.authorize(Act.GUIDELINE_SEE)
    return _loaded(session)


def sheet_findings(session: CentreSession, sheet: BudgetSheet) -> list[GuidelineFinding]:
    """Return each flexible group of a sheet beside the guideline of its statement date."""
    session.authorize(Act.CASE_OPEN, session.require(Case, sheet.case_id))
    on = sheet.statement_date or sheet.created_at.date()
    sums = totals(sheet.income_details, sheet.expense_details, on)
    known = {group.key for group in statement_lines(on).in_section(FLEXIBLE)}
    amounts = {key: amount for key, amount in sums.flexible.items() if key in known}
    household = _household(session, sheet)
    return compare(
        amounts, _loaded(session), household, on=on, explained=dict(sheet.guideline_reasons)
    )


def _household(session: CentreSession, sheet: BudgetSheet) -> GuidelineHousehold:
    if sheet.household_id is None:
        return NOBODY_ASKED
    home = session.require(Household, sheet.household_id)
    return GuidelineHousehold(
        adults=max(1, home.adults),
        children_under_16=home.children_under_16,
        children_16_18=home.children_16_to_18,
    )


def _loaded(session: CentreSession) -> list[Guideline]:
    rows = session.execute(
        select(
            col(SpendingGuideline.version),
            col(SpendingGuideline.valid_from),
            col(SpendingGuideline.group_key),
            col(SpendingGuideline.first_adult),
            col(SpendingGuideline.each_additional_adult),
            col(SpendingGuideline.each_child_under_16),
            col(SpendingGuideline.each_child_16_18),
        )
        .where(
            col(SpendingGuideline.centre_id) == session.actor.centre_id,
            col(SpendingGuideline.deleted_at).is_(None),
        )
        .order_by(col(SpendingGuideline.valid_from), col(SpendingGuideline.id))
    )
    return [Guideline(*row) for row in rows]
