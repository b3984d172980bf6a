"""A financial statement's way to the creditors: draft, complete, verified, confirmed, issued.

Each step is bound to the hash of what the statement said when it was completed. Whatever changes
afterwards voids the steps: they are refused until it is completed again. An issued statement never
changes; a new one supersedes it. Rules for sending: FCA Handbook, CONC 8.5.1R.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import local, now
from cma_app.errors import Conflict, Invalid, Refused
from cma_app.printing.content import Confirmation, StatementContent
from cma_app.printing.public_format import public_json
from cma_app.printing.statements import full, summary
from cma_app.rules.reconcile import findings
from cma_app.services.authorities import AuthorityRow, list_authorities
from cma_app.services.compliance_gates import pass_gate
from cma_app.services.consents import CONSENT_CHANNELS
from cma_app.services.forms import storable
from cma_app.services.guidelines import keep_guideline_version
from cma_app.services.issued_files import DATA, PDF, Printed, keep_file, open_issued_file, safe_name
from cma_app.services.locking import locked
from cma_app.services.partners import partner_of
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
LAYOUTS: Final[dict[str, Callable[[StatementContent], bytes]]] = {"full": full, "summary": summary}
NOT_ISSUED: Final = "Draft: not for sending"
CHANGED: Final = "Something changed since this statement was completed. Complete it again."


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
    rows = _rows(session, case)
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


def prepare_statement(session: CentreSession, case_id: int) -> Statement:
    """Begin a statement of the case's newest sheet; where one is being made, return that."""
    case = session.require(Case, case_id)
    session.authorize(Act.STATEMENT_PREPARE, case)
    locked(session, Case, case_id)
    rows = _rows(session, case)
    at_work = [row for row in rows if row.status in AT_WORK]
    if at_work:
        return session.require(Statement, at_work[0].id)
    sheet = newest_sheet_of(session, case)
    if sheet is None:
        raise Conflict("There is no budget sheet yet. Enter the budget first.")
    issued = next((row.id for row in rows if row.status == "issued"), None)
    statement = Statement(
        case_id=case.id,
        budget_sheet_id=sheet.id,
        supersedes_id=issued,
        statement_no=_last_number(session, case) + 1,
    )
    session.add(statement)
    session.flush()
    return statement


def note_statement(
    session: CentreSession, statement_id: int, *, note: str, version: int
) -> Statement:
    """Set the notes that are printed for creditors; paragraphs are lines."""
    statement, _ = _at_work(session, statement_id, Act.STATEMENT_PREPARE, version)
    said = storable(note).strip()
    if len(said) > 2000:
        raise Invalid({"note": "Use at most 2,000 characters."})
    statement.note = said or None
    session.flush()
    return statement


def complete_statement(session: CentreSession, statement_id: int, *, version: int) -> Statement:
    """Say that a statement is accurate and complete enough to send, as it stands now.

    It is made of the newest sheet. Whatever was verified or confirmed before is void then.
    """
    statement, case = _at_work(session, statement_id, Act.STATEMENT_PREPARE, version)
    sheet = newest_sheet_of(session, case)
    if sheet is not None:
        statement.budget_sheet_id = sheet.id
        keep_guideline_version(session, sheet)
    content = content_now(session, statement)
    gaps = gaps_of(session, statement, content)
    session.authorize(Act.STATEMENT_PREPARE, case)
    if gaps:
        raise Conflict(gaps[0].sentence)
    if statement.status != "draft":
        _void(statement, "It was completed again.")
    statement.status = "complete"
    statement.content_hash = hash_of(content)
    statement.completed_by, statement.completed_at = session.actor.user_id or None, now()
    session.flush()
    return statement


def verify_statement(session: CentreSession, statement_id: int, *, version: int) -> Statement:
    """Confirm a completed statement against its evidence; never one's own figures."""
    statement, case = _at_work(session, statement_id, Act.STATEMENT_VERIFY, version)
    if statement.status != "complete":
        raise Conflict("Only a complete statement that nobody verified yet can be verified.")
    _refuse_changed(session, statement)
    if session.actor.user_id in authors_of(session, statement):
        raise Refused("Another advisor must verify your figures.", Act.STATEMENT_VERIFY.value)
    session.authorize(Act.STATEMENT_VERIFY, case)
    statement.status = "verified"
    statement.verified_by, statement.verified_at = session.actor.user_id or None, now()
    session.flush()
    return statement


def confirm_statement(
    session: CentreSession,
    statement_id: int,
    *,
    version: int,
    how: str,
    is_accurate: bool,
    may_send: bool,
    client_id: int | None = None,
) -> Statement:
    """Record that a person said the statement is accurate and may be sent, and how they did.

    A joint statement is confirmed by each of the two: `client_id` says by whom. It is confirmed
    once both did.
    """
    statement, case = _at_work(session, statement_id, Act.STATEMENT_CONFIRM, version)
    wrong = {}
    signers = signers_of(session, statement)
    if client_id is None and not signers[1:]:
        client_id = signers[0].client_id
    signer = next((each for each in signers if each.client_id == client_id), None)
    if signer is None:
        wrong["client_id"] = "Choose who confirmed it."
    if how not in CONSENT_CHANNELS:
        wrong["how"] = "Choose how the client confirmed it."
    if not is_accurate:
        wrong["is_accurate"] = "The client has to say that it is accurate before it can be sent."
    if not may_send:
        wrong["may_send"] = "Without the client's consent it cannot be sent."
    if wrong:
        raise Invalid(wrong)
    if statement.status not in {"complete", "verified"}:
        raise Conflict("Complete the statement first." if statement.status == "draft" else None)
    _refuse_changed(session, statement)
    if statement.status == "complete" and needs_verification_of(session, statement):
        raise Conflict("Another advisor has to verify this statement first.")
    if signer is not None and signer.confirmed_at is not None:
        raise Conflict(f"{signer.name} confirmed this statement already.")
    session.authorize(Act.STATEMENT_CONFIRM, case)
    if signer is not None and signer.is_second:
        statement.partner_client_id, statement.partner_confirmed_how = signer.client_id, how
        statement.partner_confirmed_at, statement.partner_consent_to_send = now(), True
    else:
        statement.confirmed_client_id, statement.confirmed_how = case.client_id, how
        statement.confirmed_at, statement.consent_to_send = now(), True
    if all(each.confirmed_at for each in signers_of(session, statement)):
        statement.status = "confirmed"
    session.flush()
    return statement


def issue_statement(session: CentreSession, statement_id: int, *, version: int) -> Statement:
    """Freeze a confirmed statement, its sheet and its offers, and keep what is printed of it."""
    statement, case = _at_work(session, statement_id, Act.STATEMENT_ISSUE, version)
    waiting = [each.name for each in signers_of(session, statement) if each.confirmed_at is None]
    if statement.status != "confirmed" or waiting:
        raise Conflict(still_to_confirm(waiting))
    content = _refuse_changed(session, statement)
    missing = [*gaps_of(session, statement, content), *sending_gaps_of(session, statement)]
    if missing:
        raise Conflict(missing[0].sentence)
    pass_gate(session, case, "statement")
    session.authorize(Act.STATEMENT_ISSUE, case)
    content = _signed(session, statement, content)
    statement.content = content.to_json()
    for kind, printed in _printed(content).items():
        keep_file(session, printed, case_id=case.id, kind=kind, statement_id=statement.id)
    sheet = locked(session, BudgetSheet, statement.budget_sheet_id)
    sheet.frozen_at = now()
    statement.status = "issued"
    statement.issued_by, statement.issued_at = session.actor.user_id or None, now()
    _supersede(session, case, statement)
    session.flush()
    return statement


def still_to_confirm(names: list[str]) -> str:
    """Return the sentence that says whose confirmation is missing."""
    if not names:
        return "The statement has to be confirmed first."
    verb = "have" if names[1:] else "has"
    return f"{' and '.join(names)} {verb} to confirm the statement and consent to sending it first."


def discard_statement(session: CentreSession, statement_id: int, *, version: int) -> Statement:
    """Take away a statement that was never issued; its number is not used again."""
    statement, _ = _at_work(session, statement_id, Act.STATEMENT_PREPARE, version)
    statement.deleted_at = now()
    session.flush()
    return statement


def begin_again(session: CentreSession, case: Case, sheet: BudgetSheet) -> None:
    """Make a draft of another sheet out of a statement that was never issued, if there is one."""
    session.authorize(Act.STATEMENT_PREPARE, case)
    for row in _rows(session, case):
        if row.status in AT_WORK:
            statement = locked(session, Statement, row.id)
            _void(statement, "The household changed.")
            statement.status, statement.content_hash = "draft", None
            statement.completed_by, statement.completed_at = None, None
            statement.budget_sheet_id = sheet.id
    session.flush()


def preview_statement(session: CentreSession, statement_id: int, *, layout: str) -> Printed:
    """Return a statement as PDF: the issued bytes, or what it says now, marked as a draft."""
    if layout not in LAYOUTS:
        raise Conflict("Choose the full statement or the summary.")
    statement = session.require(Statement, statement_id)
    case = session.require(Case, statement.case_id)
    session.authorize(Act.STATEMENT_PRINT, case)
    if statement.status in ISSUED:
        kept = next(row for row in _files(session, statement) if row[1] == layout)
        return open_issued_file(session, kept[0])
    content = replace(content_now(session, statement), status_label=NOT_ISSUED)
    session.record_event(
        Act.STATEMENT_PRINT.value, record=statement, case_id=case.id, client_id=case.client_id
    )
    name = safe_name(content.number, layout, "draft", ending="pdf")
    return Printed(name, PDF, LAYOUTS[layout](content))


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


def _at_work(
    session: CentreSession, statement_id: int, act: Act, version: int
) -> tuple[Statement, Case]:
    """Return a statement that may still change, locked, as the editor saw it."""
    statement = session.require(Statement, statement_id)
    case = session.require(Case, statement.case_id)
    session.authorize(act, case)
    locked(session, Case, case.id)
    statement = locked(session, Statement, statement_id)
    if statement.status in ISSUED:
        raise Conflict("This statement was issued and stays as it is. Prepare a new one.")
    if statement.version != version:
        raise Conflict("Somebody changed this statement in the meantime. Look at it again.")
    return statement, case


def _last_number(session: CentreSession, case: Case) -> int:
    """Return the last number given out, discarded ones too: no number is used twice."""
    table = Statement.__table__  # type: ignore[attr-defined]
    last = select(func.coalesce(func.max(table.c.statement_no), 0)).where(
        table.c.centre_id == case.centre_id, table.c.case_id == case.id
    )
    return session.execute(last).scalar_one()


def _void(statement: Statement, why: str) -> None:
    statement.voided_at, statement.voided_why = now(), why
    statement.verified_by, statement.verified_at = None, None
    statement.confirmed_client_id, statement.confirmed_how = None, None
    statement.confirmed_at, statement.consent_to_send = None, False
    statement.partner_client_id, statement.partner_confirmed_how = None, None
    statement.partner_confirmed_at, statement.partner_consent_to_send = None, False


def _refuse_changed(session: CentreSession, statement: Statement) -> StatementContent:
    content = content_now(session, statement)
    if _is_changed(session, statement, content):
        raise Conflict(CHANGED)
    return content


def _is_changed(session: CentreSession, statement: Statement, content: StatementContent) -> bool:
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
    is_changed = _is_changed(session, statement, content)
    sheet = session.require(BudgetSheet, statement.budget_sheet_id)
    return OpenStatement(
        statement=statement,
        content=content,
        sheet_no=sheet.sheet_no,
        is_changed=is_changed,
        needs_verification=needs,
        may_verify=statement.status == "complete"
        and not is_changed
        and session.actor.may(Act.STATEMENT_VERIFY)
        and session.actor.user_id not in authors_of(session, statement),
        gaps=[] if is_issued else gaps_of(session, statement, content),
        sending_gaps=[] if is_issued else sending_gaps_of(session, statement),
        completed_by=_name(session, statement.completed_by),
        verified_by=_name(session, statement.verified_by),
        signers=[] if is_issued else signers_of(session, statement),
        confirmed=content.confirmation,
        issued_by=_name(session, statement.issued_by),
        files=_files(session, statement),
        difference=[] if is_issued else _difference(session, statement, content),
        is_intact=not is_issued or hash_of(content) == statement.content_hash,
    )


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


def _signed(
    session: CentreSession, statement: Statement, content: StatementContent
) -> StatementContent:
    """Return the content with who confirmed and who verified it, as it is issued."""
    signers = signers_of(session, statement)
    ways = dict.fromkeys(CONSENT_CHANNELS[each.how or "in_person"].lower() for each in signers)
    last = max(each.confirmed_at or now() for each in signers)
    return replace(
        content,
        confirmation=Confirmation(
            by=" and ".join(each.name for each in signers), on=_day(last), how=" and ".join(ways)
        ),
        verified_by=_name(session, statement.verified_by),
        verified_on=_day(statement.verified_at) if statement.verified_at else None,
    )


def _day(moment: datetime | None) -> date:
    return local(moment or now()).date()


def _printed(content: StatementContent) -> dict[str, Printed]:
    pages = {
        layout: Printed(safe_name(content.number, layout, ending="pdf"), PDF, make(content))
        for layout, make in LAYOUTS.items()
    }
    name = safe_name(content.number, "data", ending="json")
    return pages | {"data": Printed(name, DATA, public_json(content))}


def _supersede(session: CentreSession, case: Case, issued: Statement) -> None:
    for row in _rows(session, case):
        if row.status == "issued" and row.id != issued.id:
            old = locked(session, Statement, row.id)
            old.status, old.superseded_at = "superseded", now()


def _rows(session: CentreSession, case: Case) -> list[StatementRow]:
    listed = (
        select(
            col(Statement.id),
            col(Statement.statement_no),
            col(Statement.status),
            col(BudgetSheet.sheet_no),
            func.coalesce(col(BudgetSheet.statement_date), func.date(col(BudgetSheet.created_at))),
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


def _files(session: CentreSession, statement: Statement) -> list[tuple[int, str, str]]:
    wanted = (
        select(col(IssuedFile.id), col(IssuedFile.kind), col(IssuedFile.file_name))
        .where(
            col(IssuedFile.centre_id) == statement.centre_id,
            col(IssuedFile.statement_id) == statement.id,
        )
        .order_by(col(IssuedFile.id))
    )
    return [(row.id, row.kind, row.file_name) for row in session.execute(wanted)]


def _name(session: CentreSession, user_id: int | None) -> str:
    return session.require(User, user_id).full_name if user_id else ""
