"""The head of a budget sheet: its date and kind, for whom it is, what was considered, a fee."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator

from cma_app.clock import today
from cma_app.errors import CmaError, Conflict, Invalid
from cma_app.rules.financial_statement import (
    NIL,
    entries_on,
    partner_lines,
    statement_lines,
    totals,
)
from cma_app.services.budgets import TYPE_LABELS, kept, recount, to_change
from cma_app.services.forms import Day, Form, Pounds, Tick, choice
from cma_app.services.sheet_day import sheet_day
from cma_app.session import CentreSession
from models import BudgetSheet

MOST_FEE: Final = Decimal("9999.99")
HEAD: Final = (
    "sheet_type",
    "statement_date",
    "is_joint",
    "are_savings_considered",
    "are_assets_considered",
    "debt_admin_fee",
)
WORDS: Final = {
    "sheet_type": "Kind",
    "statement_date": "Statement date",
    "is_joint": "Joint",
    "are_savings_considered": "Savings considered",
    "are_assets_considered": "Assets considered",
    "debt_admin_fee": "Debt administration fee",
}


def _day(value: Any) -> Any:
    if not isinstance(value, date):
        raise ValueError("Enter the date of the statement.")  # noqa: TRY004 - a form's sentence
    if value > today():
        raise ValueError("The statement date cannot be later than today.")
    try:
        statement_lines(value)
    except LookupError as error:
        raise ValueError(str(error)) from None
    return value


def _fee(value: Any) -> Any:
    if isinstance(value, Decimal) and value > MOST_FEE:
        raise ValueError(f"Enter a fee of £{MOST_FEE:,} or less.")
    return value


class SheetForm(Form):
    """What stands above a sheet's lines; `takes_partner_out` empties the partner's lines."""

    sheet_type: Annotated[str, BeforeValidator(choice(*TYPE_LABELS))]
    statement_date: Annotated[Day, AfterValidator(_day)]
    is_joint: Tick = False
    are_savings_considered: Tick = False
    are_assets_considered: Tick = False
    debt_admin_fee: Annotated[Pounds, AfterValidator(_fee)] = None
    takes_partner_out: Tick = False


def details_stamp(sheet: BudgetSheet) -> str:
    """Return a sheet's details in one text to compare by."""
    return "|".join(str(getattr(sheet, name)) for name in HEAD)


def record_details(
    session: CentreSession, sheet_id: int, data: Mapping[str, Any], *, seen: str | None = None
) -> BudgetSheet:
    """Record what stands above a sheet's lines, and convert and count them by its date.

    Invalid where the statement of the new date lacks a line that is filled, and where a sheet with
    the partner's lines is made single without `takes_partner_out`. `seen` is the `details_stamp`
    when the form began: Conflict has what another person recorded since. A verified sheet that
    changes is unverified.
    """
    sheet = to_change(session, sheet_id)
    form = SheetForm.read(data)
    answers = {**form.model_dump(include=set(HEAD)), "debt_admin_fee": form.debt_admin_fee or NIL}
    if all(getattr(sheet, name) == value for name, value in answers.items()):
        return sheet
    if seen is not None and seen != details_stamp(sheet):
        theirs = {WORDS[name]: _told(getattr(sheet, name)) for name in HEAD}
        raise Conflict("Somebody changed these details in the meantime.", theirs)
    on = answers["statement_date"]
    sides = _sides(sheet, form)
    try:
        moved = {side: entries_on(lines, on) for side, lines in sides.items()}
        totals(
            moved["income_details"],
            moved["expense_details"],
            on,
            answers["debt_admin_fee"],
            savings=sheet.savings_chosen,
        )
    except (CmaError, LookupError) as error:
        raise Invalid({"statement_date": _sentence(error)}) from None
    for name, value in answers.items():
        setattr(sheet, name, value)
    sheet.lines_version = statement_lines(on).version
    recount(sheet, **moved)
    return kept(session, sheet)


def _sides(sheet: BudgetSheet, form: SheetForm) -> dict[str, dict[str, Any]]:
    """Return the sheet's lines, without the partner's where it is made single."""
    sides = {"income_details": sheet.income_details, "expense_details": sheet.expense_details}
    theirs = partner_lines([*sheet.income_details, *sheet.expense_details], sheet_day(sheet))
    if form.is_joint or not theirs:
        return sides
    if not form.takes_partner_out:
        filled = ", ".join(line.label for line in theirs)
        raise Invalid({"is_joint": f"This sheet has the partner’s lines: {filled}."})
    keys = {line.key for line in theirs}
    return {
        side: {code: each for code, each in lines.items() if code.partition(":")[0] not in keys}
        for side, lines in sides.items()
    }


def _sentence(error: Exception) -> str:
    said = error.sentence if isinstance(error, CmaError) else str(error)
    return f"{said} Empty that line first, or keep the date." if "ended" in said else said


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return TYPE_LABELS.get(value, str(value)) if isinstance(value, str) else str(value)
