"""What a document proves: an item of the checklist, a debt, or a line of the newest sheet."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.errors import CmaError, Conflict, NotFound
from cma_app.rules.financial_statement import statement_lines
from cma_app.services.budgets import read_budget
from cma_app.services.compliance import answer_item
from cma_app.services.compliance_rows import standing_rows
from cma_app.services.debts import list_debts
from cma_app.services.documents import document_here
from cma_app.services.sheet_day import sheet_day
from cma_app.session import CentreSession
from models import BudgetSheet, Case, CaseCompliance, Creditor, Debt, Document, DocumentUse

ITEM: Final = "item"
DEBT: Final = "debt"
LINE: Final = "line"
GROUP_WORDS: Final = {ITEM: "Checklist", DEBT: "Debts", LINE: "Budget lines"}


@dataclass(frozen=True, slots=True)
class Target:
    """Something a document can show: `mark` names it, `is_shown` says that this one does already.

    `other` is the name of the document that shows a checklist item now.
    """

    kind: str
    mark: str
    label: str
    detail: str
    is_shown: bool
    other: str = ""


@dataclass(frozen=True, slots=True)
class UseRow:
    """One thing that a document proves, in words."""

    document_id: int
    kind: str
    mark: str
    label: str


def list_targets(session: CentreSession, document_id: int) -> list[Target]:
    """Return what a document could show in its case: checklist items, debts, budget lines."""
    _, case = document_here(session, document_id)
    shown = {
        (use.kind, use.mark)
        for use in list_uses(session, case.id)
        if use.document_id == document_id
    }
    found = [*_items(session, case), *_debts(session, case), *_lines(session, case)]
    return [
        Target(
            kind, mark, label, detail, (kind, mark) in shown, "" if (kind, mark) in shown else by
        )
        for kind, mark, label, detail, by in found
    ]


def _items(session: CentreSession, case: Case) -> list[tuple[str, str, str, str, str]]:
    return [
        (ITEM, str(row.id), f"{row.standing.item.code} {row.standing.item.text}", "", row.evidence)
        for row in standing_rows(session, case)
        if row.standing.item.evidence == "document" and row.may_answer
    ]


def _debts(session: CentreSession, case: Case) -> list[tuple[str, str, str, str, str]]:
    return [
        (DEBT, str(row.id), row.creditor, f"£{row.balance:,}", "")
        for row in list_debts(session, case.id).rows
    ]


def _lines(session: CentreSession, case: Case) -> list[tuple[str, str, str, str, str]]:
    budget = read_budget(session, case.id)
    sheet = budget.sheet
    if sheet is None:
        return []
    known, found = statement_lines(sheet_day(sheet)), []
    stored = {**sheet.income_details, **sheet.expense_details}
    for line in known.by_key.values():
        for code in sorted(each for each in stored if each.partition(":")[0] == line.key):
            label = _line_label(sheet, code, case.nation)
            month = stored[code].get("monthly", "")
            found.append((LINE, f"{sheet.id}/{code}", label, f"£{month} a month", ""))
    return found


def _line_label(sheet: BudgetSheet, code: str, nation: str) -> str:
    number = code.partition(":")[2]
    try:
        label = statement_lines(sheet_day(sheet)).line(code).label_in(nation)
    except CmaError:
        label = code.partition(":")[0].replace("_", " ").capitalize()
    return f"{label}, {number}" if number else label


def list_uses(session: CentreSession, case_id: int) -> list[UseRow]:
    """Return what each document of a case proves; a document that may not be seen is left out."""
    case = session.require(Case, case_id)
    session.authorize(Act.DOCUMENT_SEE, case)
    return [*_used_for_items(session, case), *_used_otherwise(session, case)]


def _used_for_items(session: CentreSession, case: Case) -> list[UseRow]:
    rows = session.execute(
        select(col(CaseCompliance.id), col(CaseCompliance.item), col(Document.id))
        .join(
            Document,
            (col(Document.centre_id) == col(CaseCompliance.centre_id))
            & (col(Document.id) == col(CaseCompliance.evidence_document_id)),
        )
        .where(
            col(CaseCompliance.centre_id) == case.centre_id,
            col(CaseCompliance.case_id) == case.id,
            col(CaseCompliance.deleted_at).is_(None),
            col(Document.deleted_at).is_(None),
        )
        .order_by(col(CaseCompliance.position))
    )
    return [
        UseRow(document_id, ITEM, str(row_id), f"{item.get('code', '')} {item.get('text', '')}")
        for row_id, item, document_id in rows
    ]


def _used_otherwise(session: CentreSession, case: Case) -> list[UseRow]:
    rows = session.execute(
        select(DocumentUse, col(Creditor.creditor_name), BudgetSheet)
        .outerjoin(
            Debt,
            (col(Debt.centre_id) == col(DocumentUse.centre_id))
            & (col(Debt.id) == col(DocumentUse.debt_id)),
        )
        .outerjoin(
            Creditor,
            (col(Creditor.centre_id) == col(Debt.centre_id))
            & (col(Creditor.id) == col(Debt.creditor_id)),
        )
        .outerjoin(
            BudgetSheet,
            (col(BudgetSheet.centre_id) == col(DocumentUse.centre_id))
            & (col(BudgetSheet.id) == col(DocumentUse.budget_sheet_id)),
        )
        .where(col(DocumentUse.centre_id) == case.centre_id, col(DocumentUse.case_id) == case.id)
        .order_by(col(DocumentUse.id))
    )
    found = []
    for use, creditor, sheet in rows:
        if use.debt_id is not None:
            found.append(UseRow(use.document_id, DEBT, str(use.debt_id), creditor or "A debt"))
        elif sheet is not None:
            mark = f"{use.budget_sheet_id}/{use.budget_line}"
            label = _line_label(sheet, use.budget_line or "", case.nation)
            found.append(UseRow(use.document_id, LINE, mark, label))
    return found


def use_as_evidence(session: CentreSession, document_id: int, *, kind: str, mark: str) -> str:
    """Let a document show something, and return in words what.

    A checklist item that asks for a document and has no proof of its own counts as met from then
    on, in the name of whoever said so.
    """
    _, case = document_here(session, document_id, Act.DOCUMENT_USE)
    target = next(
        (
            each
            for each in list_targets(session, document_id)
            if (each.kind, each.mark) == (kind, mark)
        ),
        None,
    )
    if target is None:
        raise NotFound
    if target.is_shown:
        raise Conflict("This document shows that already.")
    if kind == ITEM:
        _answer(session, int(mark), document_id)
    else:
        session.authorize(Act.DOCUMENT_USE, case)
        session.add(DocumentUse(document_id=document_id, case_id=case.id, **_target(kind, mark)))
        session.flush()
    return target.label


def _answer(session: CentreSession, row_id: int, document_id: int | None) -> None:
    row = session.require(CaseCompliance, row_id)
    has_proof = bool(row.item.get("proof"))
    met = row.answer if has_proof else "met"
    taken_off = row.answer if has_proof or row.notes else "unknown"
    said = {
        "answer": met if document_id is not None else taken_off,
        "notes": row.notes,
        "remedial_action": row.remedial_action,
        "evidence_document_id": document_id,
    }
    answer_item(session, row_id, said, version=row.version)


def _target(kind: str, mark: str) -> dict[str, Any]:
    if kind == DEBT:
        return {"debt_id": int(mark)}
    sheet, _, code = mark.partition("/")
    return {"budget_sheet_id": int(sheet), "budget_line": code}


def drop_use(session: CentreSession, document_id: int, *, kind: str, mark: str) -> str:
    """Say that a document does not show this after all, and return in words what.

    A checklist item that nothing else shows goes back to not answered.
    """
    _, case = document_here(session, document_id, Act.DOCUMENT_USE)
    use = next(
        (
            each
            for each in list_uses(session, case.id)
            if (each.document_id, each.kind, each.mark) == (document_id, kind, mark)
        ),
        None,
    )
    if use is None:
        raise NotFound
    if kind == ITEM:
        _answer(session, int(mark), None)
        return use.label
    session.authorize(Act.DOCUMENT_USE, case)
    wanted = {"document_id": document_id, **_target(kind, mark)}
    kept = session.execute(
        select(DocumentUse).where(
            *(col(getattr(DocumentUse, name)) == value for name, value in wanted.items())
        )
    ).scalars()
    for row in kept:
        row.deleted_at = now()
    session.flush()
    return use.label
