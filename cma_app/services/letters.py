"""Letters: merged from the case, edited until they are issued, locked after; by a safe route only.

A letter with advice or an offer is issued by an advisor. A creditor is written to under a live
authority. A client is written to only by a route they answered with yes.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field
from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import local, now, today
from cma_app.errors import Conflict, Invalid
from cma_app.printing.letter_content import Block, LetterContent, Table, body_from_text
from cma_app.printing.letters import letter_docx, letter_pdf
from cma_app.rules.letter_templates import (
    TABLE,
    LetterTemplate,
    fill,
    letter_kinds,
    letter_template,
    still_to_write,
)
from cma_app.rules.parameters import parameter
from cma_app.services.authorities import list_authorities, without_authority
from cma_app.services.compliance_gates import pass_gate
from cma_app.services.contact_routes import safe_routes
from cma_app.services.forms import Form, choice, given
from cma_app.services.issued_files import (
    PDF,
    WORD,
    Printed,
    keep_file,
    open_issued_file,
    safe_name,
)
from cma_app.services.letter_facts import (
    CreditorTo,
    client_lines,
    creditors_to,
    facts_for,
    letterhead,
    newest_issued,
    table_for,
)
from cma_app.services.locking import locked
from cma_app.services.next_actions import list_actions, record_action
from cma_app.services.replies import ANSWERED
from cma_app.session import CentreSession
from models import Case, Client, Creditor, IssuedFile, Letter, User

ROUTE_WORDS: Final = {"post": "By post", "email": "By e-mail", "handed": "Handed over"}
SEND_COPY: Final = "Give the client copies of the statement and the offers"
DRAFT: Final = "Draft: not for sending"
FORMATS: Final = {"pdf": (PDF, letter_pdf, "letter"), "docx": (WORD, letter_docx, "letter_word")}


class LetterForm(Form):
    """A draft's parts as they are edited; lines of an address stand under each other."""

    to_lines: Annotated[str, given("Say who it goes to."), Field(max_length=500)]
    their_reference: Annotated[str, Field(max_length=100)] = ""
    salutation: Annotated[str, given("Say how it begins: Dear ..."), Field(max_length=100)]
    subject: Annotated[str, given("Give it a subject."), Field(max_length=200)]
    body: Annotated[str, given("The letter has no words yet."), Field(max_length=10_000)]


class IssueForm(Form):
    """How a letter leaves."""

    route: Annotated[str, BeforeValidator(choice(*ROUTE_WORDS))]


@dataclass(frozen=True, slots=True)
class LetterRow:
    """One letter in the list of a case's."""

    id: int
    kind: str
    recipient: str
    to: str
    subject: str
    status: str
    route: str | None
    written_at: datetime
    issued_at: datetime | None
    chase_on: date | None
    chased_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenLetter:
    """One letter whole: what it says, what it still lacks, and how it may leave."""

    letter: Letter
    form: LetterForm
    content: LetterContent
    missing: list[str]
    routes: list[str]
    why_no_route: str
    needs_advisor: bool
    issued_by: str
    files: list[tuple[int, str, str]]


def list_letters(session: CentreSession, case_id: int) -> list[LetterRow]:
    """Return a case's letters, the newest first."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    listed = (
        select(
            col(Letter.id),
            col(Letter.kind),
            col(Letter.recipient),
            col(Creditor.creditor_name),
            col(Client.first_name),
            col(Client.last_name),
            col(Letter.subject),
            col(Letter.status),
            col(Letter.route),
            col(Letter.created_at),
            col(Letter.issued_at),
            col(Letter.chase_on),
            col(Letter.chased_at),
        )
        .join(
            Client,
            (col(Client.id) == col(Letter.client_id))
            & (col(Client.centre_id) == col(Letter.centre_id)),
        )
        .outerjoin(
            Creditor,
            (col(Creditor.id) == col(Letter.creditor_id))
            & (col(Creditor.centre_id) == col(Letter.centre_id)),
        )
        .where(
            col(Letter.centre_id) == case.centre_id,
            col(Letter.case_id) == case.id,
            col(Letter.deleted_at).is_(None),
        )
        .order_by(col(Letter.id).desc())
        .limit(500)
    )
    return [
        LetterRow(
            id=row.id,
            kind=row.kind,
            recipient=row.recipient,
            to=row.creditor_name or f"{row.first_name} {row.last_name}",
            subject=row.subject,
            status=row.status,
            route=row.route,
            written_at=row.created_at,
            issued_at=row.issued_at,
            chase_on=row.chase_on,
            chased_at=row.chased_at,
        )
        for row in session.execute(listed)
    ]


def draft_letters(
    session: CentreSession,
    case_id: int,
    kind: str,
    *,
    creditor_ids: list[int] | None = None,
    chases_id: int | None = None,
) -> list[Letter]:
    """Draft a letter to the client, or one to each creditor named (None: all of the case).

    A draft of the same kind to the same reader that was not issued yet is returned as it is. A
    chaser goes to the creditor of the letter it chases.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.LETTER_RECORD, case)
    template = letter_template(kind, today())
    chases = session.require(Letter, chases_id) if chases_id else None
    _refuse_wrong_chase(kind, case, chases, creditor_ids)
    client = session.require(Client, case.client_id)
    known = {each.id: each for each in creditors_to(session, case.id)}
    readers: list[CreditorTo | None] = [None]
    if template.recipient == "creditor":
        if not known:
            raise Conflict("This case has no creditor to write to. Enter the debts first.")
        wanted = list(known) if creditor_ids is None else creditor_ids
        if chases is not None and chases.creditor_id is not None:
            wanted = [chases.creditor_id]
        if not set(wanted) <= set(known):
            raise Conflict("Choose a creditor of this case with a debt that still stands.")
        readers = [known[creditor_id] for creditor_id in wanted]
    made = [
        _draft(session, case, client, template, creditor=reader, chases=chases)
        for reader in readers
    ]
    session.authorize(Act.LETTER_RECORD, case)
    session.flush()
    return made


def read_letter(session: CentreSession, letter_id: int) -> OpenLetter:
    """Return one letter whole."""
    letter = session.require(Letter, letter_id)
    case = session.require(Case, letter.case_id)
    session.authorize(Act.CASE_OPEN, case)
    form = _form_of(letter)
    content = _content(session, letter, form)
    routes, why_not = _routes(session, letter)
    return OpenLetter(
        letter=letter,
        form=form,
        content=content,
        missing=[] if letter.status == "issued" else _missing(form),
        routes=routes,
        why_no_route=why_not,
        needs_advisor=_template_of(letter).carries_advice,
        issued_by=session.require(User, letter.issued_by).full_name if letter.issued_by else "",
        files=_files(session, letter),
    )


def edit_letter(
    session: CentreSession, letter_id: int, data: Mapping[str, Any], *, version: int
) -> Letter:
    """Change a draft's words; where another person changed it since, Conflict has theirs."""
    letter, _ = _draft_of(session, letter_id, Act.LETTER_RECORD)
    form = LetterForm.read(data)
    if letter.version != version:
        theirs = _form_of(letter).model_dump()
        mine = form.model_dump()
        raise Conflict(
            "Somebody changed this letter in the meantime.",
            {name: text for name, text in theirs.items() if text != mine[name]},
        )
    letter.subject = form.subject
    letter.content = letter.content | form.model_dump()
    session.flush()
    return letter


def issue_letter(session: CentreSession, letter_id: int, *, version: int, route: str) -> Letter:
    """Lock a letter, keep what is printed of it, and set when its answer is chased."""
    act = Act.LETTER_ISSUE
    if _template_of(session.require(Letter, letter_id)).carries_advice:
        act = Act.LETTER_ISSUE_ADVICE
    letter, case = _draft_of(session, letter_id, act)
    if letter.version != version:
        raise Conflict("Somebody changed this letter in the meantime. Read it again.")
    chosen = IssueForm.read({"route": route}).route
    form = _form_of(letter)
    _refuse_unready(session, letter, case, form=form, route=chosen)
    if act == Act.LETTER_ISSUE_ADVICE:
        pass_gate(session, case, "advice")
    content = replace(_content(session, letter, form), status_label="")
    session.authorize(act, case)
    frozen = content.to_json()
    letter.content = frozen
    letter.content_hash = hashlib.sha256(json.dumps(frozen, sort_keys=True).encode()).hexdigest()
    letter.route, letter.status = chosen, "issued"
    letter.issued_by, letter.issued_at = session.actor.user_id or None, now()
    if letter.kind in ANSWERED:
        letter.chase_on = today() + timedelta(days=int(parameter("letter_chase_days").on(today())))
    for ending, (media_type, make, kind) in FORMATS.items():
        printed = Printed(_file_name(case, letter, ending), media_type, make(content))
        keep_file(session, printed, case_id=case.id, kind=kind, letter_id=letter.id)
    if letter.chases_id:
        chased = locked(session, Letter, letter.chases_id)
        chased.chased_at, chased.chase_on = now(), None
    session.flush()
    if letter.kind == "offer":
        _remember_copy(session, case)
    return letter


def _remember_copy(session: CentreSession, case: Case) -> None:
    """Plan that the client gets copies (CONC 8.5.1R), once for all offers that go out together."""
    waiting = {each.what for each in list_actions(session, case.id)}
    if SEND_COPY not in waiting:
        record_action(session, case.id, what=SEND_COPY, due_date=today())


def discard_letter(session: CentreSession, letter_id: int) -> int:
    """Take away a draft; return its case."""
    letter, case = _draft_of(session, letter_id, Act.LETTER_RECORD)
    letter.deleted_at = now()
    session.flush()
    return case.id


def print_letter(session: CentreSession, letter_id: int, *, ending: str) -> Printed:
    """Return a letter as PDF or Word: the issued bytes, or the draft, marked as one."""
    if ending not in FORMATS:
        raise Conflict("Choose PDF or Word.")
    media_type, make, kind = FORMATS[ending]
    letter = session.require(Letter, letter_id)
    case = session.require(Case, letter.case_id)
    session.authorize(Act.LETTER_PRINT, case)
    if letter.status == "issued":
        kept = next(row for row in _files(session, letter) if row[1] == kind)
        return open_issued_file(session, kept[0])
    content = _content(session, letter, _form_of(letter))
    session.authorize(Act.LETTER_PRINT, case)
    session.record_event(
        Act.LETTER_PRINT.value, record=letter, case_id=case.id, client_id=letter.client_id
    )
    return Printed(_file_name(case, letter, ending), media_type, make(content))


def _refuse_wrong_chase(
    kind: str, case: Case, chases: Letter | None, creditor_ids: list[int] | None
) -> None:
    if (kind == "chaser") != (chases is not None):
        raise Conflict("Choose the letter that this one chases.")
    if chases is None:
        return
    if chases.case_id != case.id or chases.status != "issued" or chases.creditor_id is None:
        raise Conflict("Only an issued letter of this case to a creditor can be chased.")
    if creditor_ids not in (None, [chases.creditor_id]):
        raise Conflict("A chaser goes to the creditor that was written to.")


def _draft(
    session: CentreSession,
    case: Case,
    client: Client,
    template: LetterTemplate,
    *,
    creditor: CreditorTo | None,
    chases: Letter | None,
) -> Letter:
    creditor_id = creditor.id if creditor else None
    begun = session.execute(
        select(col(Letter.id)).where(
            col(Letter.centre_id) == case.centre_id,
            col(Letter.case_id) == case.id,
            col(Letter.kind) == template.kind,
            col(Letter.status) == "draft",
            col(Letter.deleted_at).is_(None),
            col(Letter.creditor_id).is_not_distinct_from(creditor_id),
            col(Letter.chases_id).is_not_distinct_from(chases.id if chases else None),
        )
    ).scalars()
    for letter_id in begun:
        return session.require(Letter, letter_id)
    facts = facts_for(
        session, case, kind=template.kind, client=client, creditor=creditor, chases=chases
    )
    filled = fill(template, facts)
    lines = (creditor.name, *creditor.address) if creditor else _to_client(session, client)
    statement = newest_issued(session, case) if template.kind == "offer" else None
    letter = Letter(
        case_id=case.id,
        client_id=client.id,
        creditor_id=creditor_id,
        statement_id=statement.id if statement else None,
        chases_id=chases.id if chases else None,
        kind=template.kind,
        recipient=template.recipient,
        template_version=template.version,
        subject=filled.subject[:200],
        content={
            "to_lines": "\n".join(lines)[:500],
            "their_reference": facts.get("reference", "")[:100],
            "salutation": "Dear Sir or Madam" if creditor else f"Dear {client.first_name}",
            "subject": filled.subject[:200],
            "body": filled.body,
        },
    )
    session.authorize(Act.LETTER_RECORD, case)
    session.add(letter)
    session.flush()
    return letter


def _to_client(session: CentreSession, client: Client) -> tuple[str, ...]:
    """Return a client's name, and the address under it only where post is safe."""
    return client_lines(client) if "post" in _safe(session, client.id) else (client.full_name,)


def _safe(session: CentreSession, client_id: int) -> list[str]:
    """Return the ways by which a letter may safely reach a client."""
    answers = {each.route: each.answer for each in safe_routes(session, client_id)}
    return [route for route in ("post", "email") if answers.get(route) == "yes"]


def _draft_of(session: CentreSession, letter_id: int, act: Act) -> tuple[Letter, Case]:
    """Return a letter that may still change, locked."""
    letter = session.require(Letter, letter_id)
    case = session.require(Case, letter.case_id)
    session.authorize(act, case)
    letter = locked(session, Letter, letter_id)
    if letter.status == "issued":
        raise Conflict("This letter was issued and stays as it is. Draft a new one.")
    return letter, case


def _template_of(letter: Letter) -> LetterTemplate:
    return letter_template(letter.kind, local(letter.created_at or now()).date())


def _form_of(letter: Letter) -> LetterForm:
    stored = letter.content
    if letter.status != "issued":
        parts: dict[str, Any] = {
            name: str(stored.get(name, "")) for name in LetterForm.model_fields
        }
        return LetterForm.model_construct(**parts)
    content = LetterContent.from_json(stored)
    return LetterForm.model_construct(
        to_lines="\n".join(content.recipient),
        their_reference=content.their_reference,
        salutation=content.salutation,
        subject=content.subject,
        body="\n\n".join(_block_text(block) for block in content.body),
    )


def _block_text(block: Block) -> str:
    if block.kind == "bullets":
        return "\n".join(f"- {item}" for item in block.items)
    if block.kind == "table":
        return TABLE
    return f"# {block.text}" if block.kind == "heading" else block.text


def _missing(form: LetterForm) -> list[str]:
    return still_to_write("\n".join(str(part) for part in form.model_dump().values()))


def _content(session: CentreSession, letter: Letter, form: LetterForm) -> LetterContent:
    if letter.status == "issued":
        return LetterContent.from_json(letter.content)
    case = session.require(Case, letter.case_id)
    template = _template_of(letter)
    advisor = session.require(User, case.advisor_id)
    to_client = letter.recipient == "client"
    client = session.require(Client, letter.client_id)
    return LetterContent(
        letterhead=letterhead(session, case),
        recipient=tuple(line.strip() for line in form.to_lines.split("\n") if line.strip()),
        date=today(),
        our_reference=case.case_reference,
        their_reference="" if to_client else form.their_reference,
        status_label=DRAFT,
        salutation=form.salutation,
        subject=form.subject,
        body=_blocks(form.body, table_for(session, case, template)),
        closing="Yours sincerely" if to_client else "Yours faithfully",
        signatory=advisor.full_name,
        signatory_role="Debt advisor",
        enclosures=template.enclosures,
        copies_to=() if to_client or letter.kind != "offer" else (client.full_name,),
    )


def _blocks(body: str, table: Table | None) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for block in body_from_text(body):
        if block.kind == "paragraph" and block.text == TABLE:
            blocks += [Block(kind="table", table=table)] if table else []
        else:
            blocks.append(block)
    return tuple(blocks)


def _routes(session: CentreSession, letter: Letter) -> tuple[list[str], str]:
    """Return how a letter may leave, and why not by the others, where it goes to a client."""
    if letter.recipient == "creditor":
        known = {each.id: each.email for each in creditors_to(session, letter.case_id)}
        if known.get(letter.creditor_id or 0):
            return list(ROUTE_WORDS), ""
        return ["post", "handed"], "No e-mail address is known for this creditor."
    safe = _safe(session, letter.client_id)
    unsafe = [ROUTE_WORDS[route].lower() for route in ("post", "email") if route not in safe]
    why = f"Not safe for this client: {' and '.join(unsafe)}." if unsafe else ""
    return [*safe, "handed"], why


def _refuse_unready(
    session: CentreSession, letter: Letter, case: Case, *, form: LetterForm, route: str
) -> None:
    checked = LetterForm.read(form.model_dump())
    if missing := _missing(checked):
        raise Invalid({"body": f"Still to write: {', '.join(missing)}."})
    routes, why_not = _routes(session, letter)
    if route not in routes:
        raise Invalid({"route": why_not or "Choose another way."})
    if route == "post" and len(checked.to_lines.split("\n")) < 2:
        raise Invalid({"to_lines": "There is no address yet: write it under the name."})
    if letter.recipient == "creditor" and letter.creditor_id is not None:
        creditor = session.require(Creditor, letter.creditor_id)
        given = list_authorities(session, case.id)
        authorities = [each for each in given if each.client_id == letter.client_id]
        if without_authority(authorities, {creditor.id: creditor.creditor_name}, today()):
            raise Conflict(
                f"There is no live authority for {creditor.creditor_name}."
                " Record it on the statement tab first."
            )
    if letter.kind == "offer":
        issued = newest_issued(session, case)
        if issued is None:
            raise Conflict("Issue the financial statement first: the offer is made from it.")
        if letter.statement_id != issued.id:
            raise Conflict(
                "This letter is not of the statement issued last. Discard it and draft it again."
            )


def _file_name(case: Case, letter: Letter, ending: str) -> str:
    word = letter_kinds().get(letter.kind, letter.kind)
    return safe_name(case.case_reference, word, str(letter.id), ending=ending)


def _files(session: CentreSession, letter: Letter) -> list[tuple[int, str, str]]:
    wanted = (
        select(col(IssuedFile.id), col(IssuedFile.kind), col(IssuedFile.file_name))
        .where(
            col(IssuedFile.centre_id) == letter.centre_id, col(IssuedFile.letter_id) == letter.id
        )
        .order_by(col(IssuedFile.id))
    )
    return [(row.id, row.kind, row.file_name) for row in session.execute(wanted)]
