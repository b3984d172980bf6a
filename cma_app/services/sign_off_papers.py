"""Steps of a case's papers that wait for sign-off: its sheet, its statement, its letters."""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from cma_app.errors import Conflict, Invalid
from cma_app.printing.content import Debt as PrintedDebt
from cma_app.printing.content import StatementContent
from cma_app.printing.letter_content import LetterContent
from cma_app.rules.financial_statement import statement_lines
from cma_app.rules.frequencies import FREQUENCIES
from cma_app.services.budgets import verify_sheet
from cma_app.services.letter_issue import issue_letter
from cma_app.services.letter_texts import PARTS, content_of, form_of
from cma_app.services.letter_ways import FIGURES, ROUTE_WORDS, obstacles, ways_of
from cma_app.services.letters import edit_letter
from cma_app.services.sheet_day import sheet_day
from cma_app.services.sign_off_content import Line, pounds
from cma_app.services.statement_content import content_now, hash_of
from cma_app.services.statements import issue_statement, verify_statement
from cma_app.session import CentreSession
from models import BudgetSheet, Case, Creditor, Letter, Statement

Asked = Mapping[str, Any]
STATUS_WORDS: Final = {
    "complete": "Complete",
    "verified": "Verified",
    "confirmed": "Confirmed",
}
UNPRINTED: Final = ("letterhead", "date", "status_label", "signatory", "signatory_role")
"""What of a letter says who writes and when: it binds nobody to the words and figures."""


def sheet_lines(session: CentreSession, sheet: BudgetSheet, _asked: Asked) -> list[Line]:
    """Return each line of a budget sheet with its sums."""
    lines = statement_lines(sheet_day(sheet))
    nation = session.require(Case, sheet.case_id).nation
    entered = {**sheet.income_details, **sheet.expense_details}
    said = [
        Line(
            f"line-{code}",
            lines.line(code).label_in(nation),
            _entered(entry),
        )
        for code, entry in entered.items()
    ]
    return [
        Line("sheet", "Sheet", str(sheet.sheet_no)),
        *said,
        Line("income", "Income", pounds(sheet.total_income)),
        Line("outgoings", "Outgoings", pounds(sheet.total_expenses)),
        Line("surplus", "Left each month", pounds(sheet.surplus_deficit)),
        Line("savings", "Savings", pounds(sheet.savings)),
    ]


def _entered(entry: Asked) -> str:
    """Return what was typed on a line of a budget sheet."""
    amount, monthly = pounds(Decimal(entry["amount"])), pounds(Decimal(entry["monthly"]))
    note = f". {entry['note']}" if entry.get("note") else ""
    return f"{amount} {FREQUENCIES[entry['frequency']].lower()}, {monthly} a month{note}"


def check_sheet(_session: CentreSession, sheet: BudgetSheet, _asked: Asked) -> None:
    """Refuse a sheet with nothing to verify."""
    if sheet.verification_status == "verified":
        raise Conflict("This sheet is verified already.")
    if not (sheet.income_details or sheet.expense_details):
        raise Conflict("This sheet has no lines yet. There is nothing to verify.")


def do_verify_sheet(
    session: CentreSession, sheet: BudgetSheet, _asked: Asked, _edits: Asked
) -> None:
    """Verify the figures."""
    verify_sheet(session, sheet.id, version=sheet.version)


def statement_lines_of(session: CentreSession, statement: Statement, _asked: Asked) -> list[Line]:
    """Return what a statement says: its sums, and each debt with its offer."""
    content = content_now(session, statement)
    totals = content.totals
    groups = [
        Line(f"group-{group.key}", group.label, f"{pounds(group.total)} a month")
        for group in content.groups
    ]
    parts = (
        ("Priority", content.priority_debts),
        ("Other", content.non_priority_debts),
        ("By deduction", content.deduction_debts),
    )
    debts = [_debt_line(word, debt) for word, rows in parts for debt in rows]
    return [
        Line("number", "Statement", content.number),
        Line("status", "Stands as", STATUS_WORDS.get(statement.status, statement.status)),
        Line("income", "Income", pounds(totals.income)),
        Line("outgoings", "Outgoings", pounds(totals.outgoings)),
        Line("surplus", "Left each month", pounds(totals.surplus)),
        *groups,
        *debts,
        Line("notes", "Notes for creditors", "\n".join(content.notes)),
    ]


def _debt_line(word: str, debt: PrintedDebt) -> Line:
    offer = "no offer" if debt.offer is None else f"offer {pounds(debt.offer)}"
    return Line(
        f"debt-{debt.debt_id}", debt.creditor, f"{word}: {pounds(debt.balance)} owed, {offer}"
    )


def statement_bound(session: CentreSession, statement: Statement) -> str:
    """Return the hash of all that a statement says."""
    content: StatementContent = content_now(session, statement)
    return hash_of(content)


def check_verify(_session: CentreSession, statement: Statement, _asked: Asked) -> None:
    """Refuse a statement that is not complete."""
    if statement.status != "complete":
        raise Conflict("Only a complete statement that nobody verified yet can be verified.")


def check_issue(_session: CentreSession, statement: Statement, _asked: Asked) -> None:
    """Refuse a statement that was not confirmed."""
    if statement.status != "confirmed":
        raise Conflict("The statement has to be confirmed first.")


def do_verify_statement(
    session: CentreSession, statement: Statement, _asked: Asked, _edits: Asked
) -> None:
    """Verify the statement."""
    verify_statement(session, statement.id, version=statement.version)


def do_issue_statement(
    session: CentreSession, statement: Statement, _asked: Asked, _edits: Asked
) -> None:
    """Issue the statement."""
    issue_statement(session, statement.id, version=statement.version)


def letter_lines(session: CentreSession, letter: Letter, asked: Asked) -> list[Line]:
    """Return a letter's parts, and each row of its table."""
    form = form_of(session, letter)
    content = content_of(session, letter, form)
    tables = [block.table for block in content.body if block.table is not None]
    rows = [
        Line(f"row-{number}", "In its table", " · ".join(row.cells))
        for number, row in enumerate((row for each in tables for row in each.rows), start=1)
    ]
    creditor = session.require(Creditor, letter.creditor_id) if letter.creditor_id else None
    return [
        Line("to", "Goes to", creditor.creditor_name if creditor else "The client"),
        Line("route", "How it leaves", ROUTE_WORDS.get(str(asked["route"]), "")),
        *[
            Line(name, label, getattr(form, name), may_edit=True)
            for name, label in PARTS.items()
            if creditor is not None or name != "their_reference"
        ],
        *rows,
    ]


def letter_bound(session: CentreSession, letter: Letter) -> str:
    """Return the hash of what is printed of a letter, but for who writes and when."""
    content: LetterContent = content_of(session, letter, form_of(session, letter))
    said = {name: part for name, part in content.to_json().items() if name not in UNPRINTED}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def check_letter(session: CentreSession, letter: Letter, asked: Asked) -> None:
    """Refuse a letter that could not leave; its checklist's gate stands when it is issued."""
    if letter.status == "issued":
        raise Conflict("This letter was issued and stays as it is. Draft a new one.")
    route = str(asked.get("route", ""))
    form, ways = form_of(session, letter), ways_of(session, letter)
    if route not in ways.possible:
        raise Invalid({"route": ways.why_not.get(route, "Choose how it leaves.")})
    for each in obstacles(session, letter, form):
        if each.tab == "checklist" or (each.field == FIGURES and asked.get("figures_meant")):
            continue
        if each.field:
            raise Invalid({each.field: each.sentence})
        raise Conflict(each.sentence)


def do_issue_letter(session: CentreSession, letter: Letter, asked: Asked, edits: Asked) -> None:
    """Issue the letter, with the words that whoever signs off put better."""
    if edits:
        parts = form_of(session, letter).model_dump() | dict(edits)
        letter = edit_letter(session, letter.id, parts, version=letter.version)
    issue_letter(
        session,
        letter.id,
        version=letter.version,
        route=str(asked["route"]),
        figures_meant=bool(asked.get("figures_meant")),
    )
