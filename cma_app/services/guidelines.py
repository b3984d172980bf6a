"""A centre's licensed spending guidelines, and how a budget sheet stands to them.

Being over is never refused: without an explanation it only keeps a sheet from being verified and a
statement from being completed. A sheet keeps the version that its statement was completed with.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select, update
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.rules.financial_statement import FLEXIBLE, statement_lines, totals
from cma_app.rules.guidelines import (
    Guideline,
    GuidelineFinding,
    GuidelineHousehold,
    applicable,
    compare,
)
from cma_app.services.sheet_day import sheet_day
from cma_app.session import CentreSession
from models import BudgetSheet, Case, Household, SpendingGuideline

NOBODY_ASKED: Final = GuidelineHousehold()
"""One adult: what is compared with until the household is recorded."""

TABLE: Final = SpendingGuideline.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class SheetGuidelines:
    """One sheet beside its guidelines, and whether the reader may explain what is over."""

    sheet_id: int
    findings: list[GuidelineFinding]
    reasons: dict[str, str]
    household: GuidelineHousehold
    is_household_asked: bool
    is_kept: bool  # with the version that a statement of it was completed with


def loaded_guidelines(session: CentreSession) -> list[Guideline]:
    """Return every guideline of the centre, the oldest version first."""
    session.authorize(Act.GUIDELINE_SEE)
    return _loaded(session)


def read_sheet_guidelines(
    session: CentreSession, case_id: int, *, sheet_no: int | None = None
) -> SheetGuidelines | None:
    """Return a case's newest sheet beside its guidelines, or the one of that number, if any."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    wanted = select(func.max(col(BudgetSheet.id))).where(
        col(BudgetSheet.centre_id) == case.centre_id,
        col(BudgetSheet.case_id) == case.id,
        col(BudgetSheet.deleted_at).is_(None),
    )
    if sheet_no is not None:
        wanted = wanted.where(col(BudgetSheet.sheet_no) == sheet_no)
    found = session.execute(wanted).scalar_one()
    return beside_guidelines(session, session.require(BudgetSheet, found)) if found else None


def beside_guidelines(session: CentreSession, sheet: BudgetSheet) -> SheetGuidelines:
    """Return a sheet beside the guidelines of its statement date, or of those it keeps."""
    findings = sheet_findings(session, sheet)
    return SheetGuidelines(
        sheet_id=sheet.id,
        findings=findings,
        reasons={key: str(said) for key, said in sheet.guideline_reasons.items()},
        household=_household(session, sheet),
        is_household_asked=sheet.household_id is not None,
        is_kept=any(each.version == sheet.guideline_version for each in findings if each.version),
    )


def sheet_findings(session: CentreSession, sheet: BudgetSheet) -> list[GuidelineFinding]:
    """Return each flexible group of a sheet beside the guideline of its statement date.

    A sheet that was issued without any is compared with none that was loaded later.
    """
    session.authorize(Act.CASE_OPEN, session.require(Case, sheet.case_id))
    on = sheet_day(sheet)
    sums = totals(sheet.income_details, sheet.expense_details, on)
    known = {group.key for group in statement_lines(on).in_section(FLEXIBLE)}
    amounts = {key: amount for key, amount in sums.flexible.items() if key in known}
    return compare(
        amounts,
        _of_sheet(session, sheet),
        _household(session, sheet),
        on=on,
        explained=dict(sheet.guideline_reasons),
        kept=sheet.guideline_version,
    )


def unexplained(session: CentreSession, sheet: BudgetSheet) -> list[GuidelineFinding]:
    """Return the groups of a sheet that are over their guideline and do not say why."""
    return [each for each in sheet_findings(session, sheet) if each.blocks_sign_off]


def keep_guideline_version(session: CentreSession, sheet: BudgetSheet) -> None:
    """Write down on a sheet which version it is compared with from now on, if any holds.

    Neither the figures nor who recorded them change by it, so that the sheet's version and stamps
    stay as they are. A sheet that keeps one already, or is issued, goes on as it is.
    """
    session.authorize(Act.STATEMENT_PREPARE, session.require(Case, sheet.case_id))
    if sheet.guideline_version is not None or sheet.frozen_at is not None:
        return
    holds = applicable(_loaded(session), sheet_day(sheet))
    version = next((each.version for each in holds.values()), None)
    if version is not None:
        session.execute(
            update(BudgetSheet)
            .where(col(BudgetSheet.centre_id) == sheet.centre_id, col(BudgetSheet.id) == sheet.id)
            .values(guideline_version=version)
        )
        session.refresh(sheet)


def _household(session: CentreSession, sheet: BudgetSheet) -> GuidelineHousehold:
    if sheet.household_id is None:
        return NOBODY_ASKED
    home = session.require(Household, sheet.household_id)
    return GuidelineHousehold(
        adults=max(1, home.adults),
        children_under_16=home.children_under_16,
        children_16_18=home.children_16_to_18,
    )


def _of_sheet(session: CentreSession, sheet: BudgetSheet) -> list[Guideline]:
    """Return the guidelines that a sheet may be compared with."""
    if sheet.frozen_at is not None and sheet.guideline_version is None:
        return []
    return _loaded(session, kept=sheet.guideline_version)


def _loaded(session: CentreSession, *, kept: str | None = None) -> list[Guideline]:
    """Return the centre's guidelines, the oldest first, and a kept version though it is removed.

    Whoever removes a version may not see every file that was compared with it.
    """
    columns = (
        TABLE.c.version,
        TABLE.c.valid_from,
        TABLE.c.group_key,
        TABLE.c.first_adult,
        TABLE.c.each_additional_adult,
        TABLE.c.each_child_under_16,
        TABLE.c.each_child_16_18,
        TABLE.c.is_sample,
    )
    listed = (
        select(*columns, TABLE.c.deleted_at)
        .where(
            TABLE.c.centre_id == session.actor.centre_id,
            TABLE.c.deleted_at.is_(None) | (TABLE.c.version == kept),
        )
        .order_by(TABLE.c.valid_from, TABLE.c.id)
    )
    rows = [(Guideline(*row[:-1]), row.deleted_at) for row in session.execute(listed)]
    live = [each for each, removed in rows if removed is None]
    if kept is None or any(each.version == kept for each in live):
        return live
    return live + [each for each, removed in rows if removed is not None]
