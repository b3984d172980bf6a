"""Budget sheets: every line saved by itself, sums by the rules, checked by another person.

A sheet belongs to the statement as it stood on its date. Only the newest sheet of a case is
changed; `revise_sheet` copies it, and the older ones stay as they were. Whatever changes a
verified sheet makes it unverified.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now, today
from cma_app.errors import CmaError, Conflict, Invalid, Refused
from cma_app.rules.budget_lines import line_stamp
from cma_app.rules.entries import parse_entry, parse_money
from cma_app.rules.financial_statement import (
    INCOME,
    NIL,
    Line,
    UnknownLine,
    entries_on,
    line_entry,
    savings_for,
    statement_lines,
    totals,
)
from cma_app.rules.frequencies import UnknownFrequency, known_frequency
from cma_app.rules.payslips import is_several, parse_pay
from cma_app.services.cases import read_case
from cma_app.services.forms import storable
from cma_app.services.guidelines import unexplained
from cma_app.services.households import Answers
from cma_app.services.locking import locked
from cma_app.services.partners import partner_of
from cma_app.services.sheet_day import sheet_day
from cma_app.session import CentreSession
from models import AuditLog, BudgetSheet, Case, Debt, Household, Offer, User

LONGEST_NOTE: Final = 500
FROZEN: Final = "A statement was issued from this sheet, so it stays as it is. Revise it first."
SINGLE: Final = "This is a single statement. Make it joint first, under Sheet details."
TYPE_LABELS: Final = {"initial": "Initial", "revised": "Revised", "final": "Final"}


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One sheet in the list of a case's sheets."""

    sheet_no: int
    sheet_type: str
    statement_date: date
    verification_status: str


@dataclass(frozen=True, slots=True)
class CaseBudget:
    """One sheet of a case with what stands around it; `sheet` is None where none was begun."""

    nation: str
    sheet: BudgetSheet | None
    household: Answers | None
    sheets: list[SheetRow]
    is_newest: bool = True
    may_verify: bool = False
    verified_by: str = ""
    priority_offers: Decimal = NIL
    other_offers: Decimal = NIL


def read_budget(session: CentreSession, case_id: int, *, sheet_no: int | None = None) -> CaseBudget:
    """Return a case's newest sheet, or the one of that number, with its household."""
    case = read_case(session, case_id)
    session.authorize(Act.CASE_OPEN, case)
    sheets = _sheets(session, case_id)
    sheet = _sheet_of(session, case_id, sheet_no) if sheets else None
    home = _household(session, case_id, sheet)
    household = Answers.of(home, partner_of(session, case)) if home is not None else None
    if sheet is None:
        return CaseBudget(case.nation, None, household, sheets)
    is_newest = sheet.sheet_no == sheets[0].sheet_no
    first, others = _offered(session, sheet)
    return CaseBudget(
        nation=case.nation,
        sheet=sheet,
        household=household,
        sheets=sheets,
        is_newest=is_newest,
        may_verify=is_newest and _may_verify(session, sheet),
        verified_by=_name(session, sheet.verified_by),
        priority_offers=first,
        other_offers=others,
    )


def start_sheet(
    session: CentreSession, case_id: int, *, statement_date: date | None = None
) -> BudgetSheet:
    """Begin the first sheet of a case; where there is one already, return the newest."""
    case = session.require(Case, case_id)
    session.authorize(Act.BUDGET_RECORD, case)
    locked(session, Case, case_id)
    if sheets := _sheets(session, case_id):
        return _sheet_of(session, case_id, sheets[0].sheet_no)
    on = statement_date or today()
    household = _household(session, case_id, None)
    sheet = BudgetSheet(
        case_id=case_id,
        household_id=household.id if household else None,
        sheet_no=1,
        sheet_type="initial",
        lines_version=_version(on),
        statement_date=on,
    )
    session.add(sheet)
    return kept(session, sheet)


def record_line(
    session: CentreSession,
    sheet_id: int,
    *,
    code: str,
    typed: str,
    frequency: str = "",
    note: str = "",
    seen: str | None = None,
) -> BudgetSheet:
    """Record one line as it was typed (`85w`, `340 4w`, `85`), or remove it where nothing was.

    `frequency` is what the box beside it says; a word typed after the amount wins. `seen` is the
    line's `line_stamp` when the editor began: if another person changed this very line since,
    Conflict has theirs, and other people's other lines are never touched.
    """
    sheet = to_change(session, sheet_id)
    line = statement_lines(sheet_day(sheet)).line(code)
    if line.partner and not sheet.is_joint and (typed.strip() or note.strip()):
        raise Invalid({"amount": SINGLE})
    side = "income_details" if line.section == INCOME else "expense_details"
    details = dict(getattr(sheet, side))
    stored = details.pop(code, None)
    entry = _entry(line, typed, frequency, note, sheet_day(sheet))
    if line_stamp(entry) == line_stamp(stored):
        return sheet
    if seen is not None and seen != line_stamp(stored):
        raise Conflict("Somebody changed this line in the meantime.", _line_theirs(stored))
    if entry is not None:
        details[code] = entry
    recount(sheet, **{side: details})
    return kept(session, sheet)


def record_savings(session: CentreSession, sheet_id: int, typed: str) -> BudgetSheet:
    """Set the month's savings, from nil to the cap; an empty text goes back to the usual share."""
    sheet = to_change(session, sheet_id)
    try:
        chosen = parse_money(typed) if typed.strip() else None
        savings_for(NIL, sheet_day(sheet), chosen)
    except CmaError as error:
        raise Invalid({"savings": error.sentence}) from None
    if chosen != sheet.savings_chosen:
        sheet.savings_chosen = chosen
        recount(sheet)
        kept(session, sheet)
    return sheet


def revise_sheet(
    session: CentreSession,
    sheet_id: int,
    *,
    sheet_type: str = "revised",
    statement_date: date | None = None,
) -> BudgetSheet:
    """Copy the newest sheet to a new one and return that; the old one stays as it is.

    Lines that the statement of the new date no longer has are left out of the copy, and the rest is
    converted by the factors of that date. That savings and assets were considered was said of the
    old statement: it is asked again.
    """
    old = newest_locked(session, sheet_id)
    if sheet_type not in TYPE_LABELS:
        raise Invalid({"sheet_type": "Choose one of the answers."})
    on = statement_date or today()
    household = _household(session, old.case_id, None)
    new = BudgetSheet(
        case_id=old.case_id,
        household_id=household.id if household else None,
        revises_id=old.id,
        sheet_no=old.sheet_no + 1,
        sheet_type=sheet_type,
        lines_version=_version(on),
        statement_date=on,
        savings_chosen=old.savings_chosen,
        guideline_reasons=dict(old.guideline_reasons),
        offer_method=old.offer_method,
        offers_in_pounds=old.offers_in_pounds,
        offer_minimum=old.offer_minimum,
        makes_token_offers=old.makes_token_offers,
        lump_sum=old.lump_sum,
        lump_sum_source=old.lump_sum_source,
        is_joint=old.is_joint,
        debt_admin_fee=old.debt_admin_fee,
    )
    recount(
        new,
        income_details=_still_there(old.income_details, on),
        expense_details=_still_there(old.expense_details, on),
    )
    session.add(new)
    return kept(session, new)


def verify_sheet(session: CentreSession, sheet_id: int, *, version: int) -> BudgetSheet:
    """Confirm the figures of a sheet against their evidence; never one's own, never a trainee."""
    sheet = session.require(BudgetSheet, sheet_id)
    case = session.require(Case, sheet.case_id)
    session.authorize(Act.BUDGET_VERIFY, case)
    locked(session, Case, case.id)
    sheet = locked(session, BudgetSheet, sheet_id)
    _refuse_superseded(session, sheet)
    if sheet.version != version:
        raise Conflict("Somebody changed the figures in the meantime. Check them again.")
    if sheet.verification_status == "verified":
        raise Conflict("This sheet is verified already.")
    if not (sheet.income_details or sheet.expense_details):
        raise Conflict("This sheet has no lines yet. There is nothing to verify.")
    if _recorded_by_me(session, sheet):
        raise Refused("Another advisor must verify your figures.", Act.BUDGET_VERIFY.value)
    if over := unexplained(session, sheet):
        groups = " and ".join(each.label for each in over)
        raise Conflict(f"{groups}: over the spending guideline. Say why before it is verified.")
    session.authorize(Act.BUDGET_VERIFY, case)
    sheet.verification_status = "verified"
    sheet.verified_by, sheet.verified_date = session.actor.user_id, now()
    session.flush()
    return sheet


def to_change(session: CentreSession, sheet_id: int) -> BudgetSheet:
    """Return a sheet whose figures may be changed, locked: the newest of its case, not issued."""
    sheet = newest_locked(session, sheet_id)
    if sheet.frozen_at is not None:
        raise Conflict(FROZEN)
    return sheet


def newest_locked(session: CentreSession, sheet_id: int) -> BudgetSheet:
    """Return the newest sheet of its case, locked."""
    sheet = session.require(BudgetSheet, sheet_id)
    case = session.require(Case, sheet.case_id)
    session.authorize(Act.BUDGET_RECORD, case)
    locked(session, Case, case.id)
    sheet = locked(session, BudgetSheet, sheet_id)
    _refuse_superseded(session, sheet)
    return sheet


def _refuse_superseded(session: CentreSession, sheet: BudgetSheet) -> None:
    newest = _sheets(session, sheet.case_id)[0].sheet_no
    if sheet.sheet_no != newest:
        raise Conflict(f"This sheet was revised and stays as it is. Open sheet {newest}.")


def _entry(line: Line, typed: str, frequency: str, note: str, on: date) -> dict[str, str] | None:
    """Return a line as it is stored, or None where neither amount nor note was typed."""
    said = storable(note).strip()
    if len(said) > LONGEST_NOTE:
        raise Invalid({"note": f"Use at most {LONGEST_NOTE} characters."})
    if not typed.strip() and not said:
        return None
    try:
        how_often = known_frequency(frequency or line.default_frequency).code
    except UnknownFrequency as error:
        raise Invalid({"frequency": error.sentence}) from None
    try:
        if is_several(typed):
            pay = parse_pay(typed, how_often)
            return line_entry(line.key, pay.mean(), pay.frequency, said, on, payslips=pay.payslips)
        entered = parse_entry(typed if typed.strip() else "0", how_often)
        return line_entry(line.key, entered.amount, entered.frequency, said, on)
    except CmaError as error:
        raise Invalid({"amount": error.sentence}) from None


def _line_theirs(stored: dict[str, str] | None) -> dict[str, str]:
    return {name: (stored or {}).get(name, "") for name in ("amount", "frequency", "note")}


def recount(sheet: BudgetSheet, **details: dict[str, Any]) -> None:
    """Take new lines into a sheet, add them up by the rules and take its verification back.

    The guidelines it was completed with are for the lines it had: it is compared anew.
    """
    income = details.get("income_details", sheet.income_details)
    expenses = details.get("expense_details", sheet.expense_details)
    try:
        sums = totals(
            income, expenses, sheet_day(sheet), sheet.debt_admin_fee, savings=sheet.savings_chosen
        )
    except UnknownLine:
        raise
    except CmaError as error:
        raise Invalid({"amount": error.sentence}) from None
    sheet.income_details, sheet.expense_details = income, expenses
    sheet.total_income, sheet.total_expenses = sums.total_income, sums.total_outgoings
    sheet.savings = sums.savings
    sheet.guideline_version = None
    sheet.verification_status = "unverified"
    sheet.verified_by, sheet.verified_date = None, None


def kept(session: CentreSession, sheet: BudgetSheet) -> BudgetSheet:
    """Write a sheet and read back the surplus, which the database works out."""
    session.flush()
    session.refresh(sheet, ["surplus_deficit", "version"])
    return sheet


def _version(on: date) -> str:
    try:
        return statement_lines(on).version
    except LookupError as error:
        raise Invalid({"statement_date": str(error)}) from None


def _still_there(details: dict[str, Any], on: date) -> dict[str, Any]:
    lines, kept = statement_lines(on), {}
    for code, entry in details.items():
        try:
            lines.line(code)
        except UnknownLine:
            continue
        kept[code] = entry
    return entries_on(kept, on)


def _sheets(session: CentreSession, case_id: int) -> list[SheetRow]:
    listed = (
        select(
            col(BudgetSheet.sheet_no),
            col(BudgetSheet.sheet_type),
            col(BudgetSheet.statement_date),
            col(BudgetSheet.verification_status),
        )
        .where(
            col(BudgetSheet.centre_id) == session.actor.centre_id,
            col(BudgetSheet.case_id) == case_id,
            col(BudgetSheet.deleted_at).is_(None),
        )
        .order_by(col(BudgetSheet.sheet_no).desc())
    )
    return [SheetRow(*row) for row in session.execute(listed)]


def _sheet_of(session: CentreSession, case_id: int, sheet_no: int | None) -> BudgetSheet:
    """Return the sheet of a number, or the newest; NotFound where the case has no such sheet."""
    wanted = (
        select(col(BudgetSheet.id))
        .where(
            col(BudgetSheet.centre_id) == session.actor.centre_id,
            col(BudgetSheet.case_id) == case_id,
            col(BudgetSheet.deleted_at).is_(None),
        )
        .order_by(col(BudgetSheet.sheet_no).desc())
        .limit(1)
    )
    if sheet_no is not None:
        wanted = wanted.where(col(BudgetSheet.sheet_no) == sheet_no)
    return session.require(BudgetSheet, session.execute(wanted).scalar_one_or_none() or 0)


def _household(session: CentreSession, case_id: int, sheet: BudgetSheet | None) -> Household | None:
    """Return the household a sheet refers to, or the case's newest answer."""
    if sheet is not None and sheet.household_id is not None:
        return session.require(Household, sheet.household_id)
    newest = select(func.max(col(Household.id))).where(
        col(Household.centre_id) == session.actor.centre_id, col(Household.case_id) == case_id
    )
    found = session.execute(newest).scalar_one()
    return session.require(Household, found) if found is not None and sheet is None else None


def _may_verify(session: CentreSession, sheet: BudgetSheet) -> bool:
    """Say whether this person verifies a sheet, or submits it for that: their own too, then."""
    if sheet.verification_status == "verified":
        return False
    if not (sheet.income_details or sheet.expense_details):
        return False
    if session.actor.prepares(Act.BUDGET_VERIFY):
        return True
    return session.actor.may(Act.BUDGET_VERIFY) and not _recorded_by_me(session, sheet)


def _recorded_by_me(session: CentreSession, sheet: BudgetSheet) -> bool:
    """Say whether this person recorded any of a sheet, or of what it copies that none verified."""
    if _is_mine(session, sheet):
        return True
    if sheet.revises_id is None:
        return False
    copied = session.require(BudgetSheet, sheet.revises_id)
    return copied.verification_status != "verified" and _recorded_by_me(session, copied)


def _is_mine(session: CentreSession, sheet: BudgetSheet) -> bool:
    """Say whether this person began the sheet or recorded any of it, by the audit log."""
    me = session.actor.user_id
    if me in {sheet.created_by, sheet.updated_by}:
        return True
    mine = (
        select(col(AuditLog.id))
        .where(
            col(AuditLog.centre_id) == sheet.centre_id,
            col(AuditLog.table_name) == BudgetSheet.__tablename__,
            col(AuditLog.record_id) == sheet.id,
            col(AuditLog.action) == Act.BUDGET_RECORD.value,
            col(AuditLog.user_id) == me,
        )
        .limit(1)
    )
    return session.execute(mine).first() is not None


def _offered(session: CentreSession, sheet: BudgetSheet) -> tuple[Decimal, Decimal]:
    """Return the month's offers out of a sheet's surplus: to priority debts, and to the others."""
    sums = (
        select(col(Debt.is_priority), func.sum(col(Offer.amount)))
        .join(
            Debt,
            (col(Debt.id) == col(Offer.debt_id)) & (col(Debt.centre_id) == col(Offer.centre_id)),
        )
        .where(
            col(Offer.centre_id) == sheet.centre_id,
            col(Offer.case_id) == sheet.case_id,
            col(Offer.budget_sheet_id) == sheet.id,
            col(Offer.is_token).is_(False),
        )
        .group_by(col(Debt.is_priority))
    )
    by_kind: dict[bool, Decimal] = {row[0]: row[1] for row in session.execute(sums)}
    return by_kind.get(True, NIL), by_kind.get(False, NIL)


def _name(session: CentreSession, user_id: int | None) -> str:
    return session.require(User, user_id).full_name if user_id else ""
