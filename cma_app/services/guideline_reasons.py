"""Why a group of a budget sheet is over its spending guideline, in the advisor's words."""

from typing import Final

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.errors import Conflict, Invalid
from cma_app.rules.guidelines import flexible_groups
from cma_app.services.budgets import FROZEN
from cma_app.services.locking import locked
from cma_app.services.statement_checks import newest_sheet_of
from cma_app.session import CentreSession
from models import BudgetSheet, Case

LONGEST_REASON: Final = 500
"""Characters: about what fits beside one group on the printed statement."""


def explain_group(
    session: CentreSession, sheet_id: int, *, group: str, reason: str, seen: str | None = None
) -> BudgetSheet:
    """Write down why a group is over its guideline; an empty text takes the reason away.

    `seen` is the reason that the editor began with: if another person wrote another since,
    Conflict has theirs under `reason`. What was verified with other words is so no longer.
    """
    sheet = session.require(BudgetSheet, sheet_id)
    case = session.require(Case, sheet.case_id)
    session.authorize(Act.BUDGET_RECORD, case)
    locked(session, Case, case.id)
    sheet = locked(session, BudgetSheet, sheet_id)
    newest = newest_sheet_of(session, case)
    if newest is not None and newest.id != sheet.id:
        raise Conflict(f"This sheet was revised and stays as it is. Open sheet {newest.sheet_no}.")
    if sheet.frozen_at is not None:
        raise Conflict(FROZEN)
    if group not in flexible_groups(sheet.statement_date or today()):
        raise Invalid({"group": "Only flexible costs have a spending guideline."})
    said = reason.strip()
    if len(said) > LONGEST_REASON:
        over = len(said) - LONGEST_REASON
        raise Invalid(
            {"reason": f"Use at most {LONGEST_REASON} characters: this is {over:,} too many."}
        )
    stored = str(sheet.guideline_reasons.get(group, ""))
    if said == stored:
        return sheet
    if seen is not None and seen.strip() != stored:
        raise Conflict("Somebody changed this explanation in the meantime.", {"reason": stored})
    others = {key: why for key, why in sheet.guideline_reasons.items() if key != group}
    sheet.guideline_reasons = others | ({group: said} if said else {})
    sheet.verification_status = "unverified"
    sheet.verified_by, sheet.verified_date = None, None
    session.flush()
    return sheet
