"""A case's statements as they are listed and read: what each says, and what it still lacks."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.errors import Conflict
from cma_app.printing.content import Confirmation, StatementContent
from cma_app.rules.reconcile import findings
from cma_app.services.authorities import AuthorityRow, list_authorities
from cma_app.services.partners import partner_of
from cma_app.services.sheet_day import sheet_day_column
from cma_app.services.statement_checks import (
    Gap,
    Signer,
    authors_of,
    gaps_of,
    needs_verification_of,
    newest_sheet_of,
    sending_gaps_of,
    signers_of,
)
from cma_app.services.statement_content import content_now, creditors_on, hash_of
from cma_app.session import CentreSession
from models import BudgetSheet, Case, Client, IssuedFile, Statement, User

AT_WORK: Final = ("draft", "complete", "verified", "confirmed")
ISSUED: Final = ("issued", "superseded")
STATUS_WORDS: Final = {
    "draft": "Draft",
    "complete": "Complete",
    "verified": "Verified",
    "confirmed": "Confirmed by the client",
    "issued": "Issued",
    "superseded": "Superseded",
}


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement in the list of a case's; times are moments in UTC."""

    id: int
    statement_no: int
    status: str
    sheet_no: int
    statement_date: date
    issued_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenStatement:
    """One statement with what it says, who did which step, and what is missing for the next."""

    statement: Statement
    content: StatementContent
    sheet_no: int
    is_changed: bool
    needs_verification: bool
    may_verify: bool
    gaps: list[Gap]
    sending_gaps: list[Gap]
    completed_by: str
    verified_by: str
    signers: list[Signer]
    confirmed: Confirmation | None  # as it was issued
    issued_by: str
    files: list[tuple[int, str, str]]  # id, kind, name
    difference: list[tuple[str, str, str]]  # what, as issued last, now
    is_intact: bool  # an issued one says what it said when it was issued


@dataclass(frozen=True, slots=True)
class CaseStatements:
    """A case's statements, the newest first, and the one that is shown."""

    rows: list[StatementRow]
    shown: OpenStatement | None
    has_sheet: bool
    may_prepare: bool
    authorities: list[AuthorityRow]
    creditors: dict[int, str]
    people: list[tuple[int, str]]  # who may sign an authority: the client, and the second person


def read_statements(
    session: CentreSession, case_id: int, *, statement_no: int | None = None
) -> CaseStatements:
    """Return a case's statements and the newest of them, or the one of that number, whole."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    rows = statement_rows(session, case)
    wanted = [row for row in rows if statement_no in (None, row.statement_no)]
    if statement_no is not None and not wanted:
        raise Conflict("This case has no statement of that number. Choose one of the list.")
    shown = _opened(session, session.require(Statement, wanted[0].id)) if wanted else None
    sheet = newest_sheet_of(session, case)
    return CaseStatements(
        rows=rows,
        shown=shown,
        has_sheet=sheet is not None,
        may_prepare=sheet is not None and not any(row.status in AT_WORK for row in rows),
        authorities=list_authorities(session, case.id),
        creditors=creditors_on(session, case.id),
        people=_people(session, case),
    )


def _people(session: CentreSession, case: Case) -> list[tuple[int, str]]:
    partner = partner_of(session, case)
    people = [session.require(Client, case.client_id), *([partner] if partner else [])]
    return [(each.id, each.full_name) for each in people]


def unreconciled_statements(session: CentreSession) -> list[tuple[str, list[str]]]:
    """Return each issued statement of the centre whose frozen totals do not reconcile, and why."""
    session.authorize(Act.STATEMENT_PRINT)
    wanted = (
        select(col(Statement.content))
        .where(
            col(Statement.centre_id) == session.actor.centre_id,
            col(Statement.status).in_(ISSUED),
            col(Statement.deleted_at).is_(None),
        )
        .order_by(col(Statement.id))
        .execution_options(yield_per=100)
    )
    contents = (StatementContent.from_json(row.content) for row in session.execute(wanted))
    found = ((content.number, findings(content)) for content in contents)
    return [(number, wrong) for number, wrong in found if wrong]


def is_changed(session: CentreSession, statement: Statement, content: StatementContent) -> bool:
    """Say whether a statement would say something else than when it was completed."""
    if statement.status == "draft" or statement.status in ISSUED:
        return False
    newest = newest_sheet_of(session, session.require(Case, statement.case_id))
    is_revised = newest is not None and newest.id != statement.budget_sheet_id
    return is_revised or hash_of(content) != statement.content_hash


def _opened(session: CentreSession, statement: Statement) -> OpenStatement:
    is_issued = statement.status in ISSUED
    content = (
        StatementContent.from_json(statement.content)
        if is_issued
        else content_now(session, statement)
    )
    needs = not is_issued and needs_verification_of(session, statement)
    changed = is_changed(session, statement, content)
    sheet = session.require(BudgetSheet, statement.budget_sheet_id)
    return OpenStatement(
        statement=statement,
        content=content,
        sheet_no=sheet.sheet_no,
        is_changed=changed,
        needs_verification=needs,
        may_verify=statement.status == "complete"
        and not changed
        and _may_verify(session, statement),
        gaps=[] if is_issued else gaps_of(session, statement, content),
        sending_gaps=[] if is_issued else sending_gaps_of(session, statement),
        completed_by=person_name(session, statement.completed_by),
        verified_by=person_name(session, statement.verified_by),
        signers=[] if is_issued else signers_of(session, statement),
        confirmed=content.confirmation,
        issued_by=person_name(session, statement.issued_by),
        files=files_of(session, statement),
        difference=[] if is_issued else _difference(session, statement, content),
        is_intact=not is_issued or hash_of(content) == statement.content_hash,
    )


def _may_verify(session: CentreSession, statement: Statement) -> bool:
    """Say whether this person verifies a statement, or submits one that another has to verify."""
    if session.actor.prepares(Act.STATEMENT_VERIFY):
        return needs_verification_of(session, statement)
    is_author = session.actor.user_id in authors_of(session, statement)
    return session.actor.may(Act.STATEMENT_VERIFY) and not is_author


def _difference(
    session: CentreSession, statement: Statement, content: StatementContent
) -> list[tuple[str, str, str]]:
    """Return what differs from the statement that this one will supersede."""
    if statement.supersedes_id is None:
        return []
    before = StatementContent.from_json(session.require(Statement, statement.supersedes_id).content)
    was, becomes = _said(before), _said(content)
    names = [*becomes, *(name for name in was if name not in becomes)]
    return [
        (name, was.get(name, "none"), becomes.get(name, "none"))
        for name in names
        if was.get(name) != becomes.get(name)
    ]


def _said(content: StatementContent) -> dict[str, str]:
    """Return a statement's sums and offers, by what they are called."""
    sums = content.totals
    said = {
        "Income": f"£{sums.income:,.2f}",
        "Outgoings": f"£{sums.outgoings:,.2f}",
        "Surplus": f"£{sums.surplus:,.2f}",
        "Available for debts": f"£{sums.available_for_priority:,.2f}",
    }
    for debt in (*content.priority_debts, *content.non_priority_debts):
        name = f"Offer to {debt.creditor}" + (f", {debt.reference}" if debt.reference else "")
        said[name] = "none" if debt.offer is None else f"£{debt.offer:,.2f}"
    return said


def statement_rows(session: CentreSession, case: Case) -> list[StatementRow]:
    """Return a case's statements, the newest first; for verbs that have asked."""
    listed = (
        select(
            col(Statement.id),
            col(Statement.statement_no),
            col(Statement.status),
            col(BudgetSheet.sheet_no),
            sheet_day_column(),
            col(Statement.issued_at),
        )
        .join(
            BudgetSheet,
            (col(BudgetSheet.id) == col(Statement.budget_sheet_id))
            & (col(BudgetSheet.centre_id) == col(Statement.centre_id)),
        )
        .where(
            col(Statement.centre_id) == case.centre_id,
            col(Statement.case_id) == case.id,
            col(Statement.deleted_at).is_(None),
        )
        .order_by(col(Statement.statement_no).desc())
    )
    return [StatementRow(*row) for row in session.execute(listed)]


def files_of(session: CentreSession, statement: Statement) -> list[tuple[int, str, str]]:
    """Return what is kept of an issued statement: id, kind and name of each file."""
    wanted = (
        select(col(IssuedFile.id), col(IssuedFile.kind), col(IssuedFile.file_name))
        .where(
            col(IssuedFile.centre_id) == statement.centre_id,
            col(IssuedFile.statement_id) == statement.id,
        )
        .order_by(col(IssuedFile.id))
    )
    return [(row.id, row.kind, row.file_name) for row in session.execute(wanted)]


def person_name(session: CentreSession, user_id: int | None) -> str:
    """Return who did a step, an empty text where nobody did."""
    return session.require(User, user_id).full_name if user_id else ""
