"""A financial statement's way to the creditors: draft, complete, verified, confirmed, issued.

Each step is bound to the hash of what the statement said when it was completed. Whatever changes
afterwards voids the steps: they are refused until it is completed again. An issued statement never
changes; a new one supersedes it. Rules for sending: FCA Handbook, CONC 8.5.1R.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select

from cma_app.access.acts import Act
from cma_app.clock import local, now
from cma_app.errors import Conflict, Invalid, Refused
from cma_app.printing.content import Confirmation, StatementContent
from cma_app.printing.public_format import public_json
from cma_app.printing.statements import full, summary
from cma_app.services.compliance_gates import pass_gate
from cma_app.services.consents import CONSENT_CHANNELS
from cma_app.services.forms import storable
from cma_app.services.guidelines import keep_guideline_version
from cma_app.services.issued_files import DATA, PDF, Printed, keep_file, open_issued_file, safe_name
from cma_app.services.locking import locked
from cma_app.services.statement_checks import (
    authors_of,
    gaps_of,
    needs_verification_of,
    newest_sheet_of,
    sending_gaps_of,
    signers_of,
)
from cma_app.services.statement_content import content_now, hash_of
from cma_app.services.statement_list import (
    AT_WORK,
    ISSUED,
    files_of,
    is_changed,
    person_name,
    statement_rows,
)
from cma_app.session import CentreSession
from models import BudgetSheet, Case, Statement

LAYOUTS: Final[dict[str, Callable[[StatementContent], bytes]]] = {"full": full, "summary": summary}
NOT_ISSUED: Final = "Draft: not for sending"
CHANGED: Final = "Something changed since this statement was completed. Complete it again."


def prepare_statement(session: CentreSession, case_id: int) -> Statement:
    """Begin a statement of the case's newest sheet; where one is being made, return that."""
    case = session.require(Case, case_id)
    session.authorize(Act.STATEMENT_PREPARE, case)
    locked(session, Case, case_id)
    rows = statement_rows(session, case)
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
    for row in statement_rows(session, case):
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
        kept = next(row for row in files_of(session, statement) if row[1] == layout)
        return open_issued_file(session, kept[0])
    content = replace(content_now(session, statement), status_label=NOT_ISSUED)
    session.record_event(
        Act.STATEMENT_PRINT.value, record=statement, case_id=case.id, client_id=case.client_id
    )
    name = safe_name(content.number, layout, "draft", ending="pdf")
    return Printed(name, PDF, LAYOUTS[layout](content))


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
    if is_changed(session, statement, content):
        raise Conflict(CHANGED)
    return content


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
        verified_by=person_name(session, statement.verified_by),
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
    for row in statement_rows(session, case):
        if row.status == "issued" and row.id != issued.id:
            old = locked(session, Statement, row.id)
            old.status, old.superseded_at = "superseded", now()
