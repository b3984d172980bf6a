"""A case's letters: listed, read whole, edited until they are issued, discarded, printed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.errors import Conflict
from cma_app.printing.letter_content import LetterContent
from cma_app.rules.letter_templates import letter_kinds
from cma_app.services.issued_files import Printed, open_issued_file
from cma_app.services.letter_issue import FORMATS, act_of, draft_of, file_name
from cma_app.services.letter_people import draft_like, letter_here
from cma_app.services.letter_texts import LetterForm, content_of, form_of, stored_form
from cma_app.services.letter_ways import Obstacle, Ways, obstacles, ways_of
from cma_app.services.partners import people_here
from cma_app.services.restoring import restore
from cma_app.session import CentreSession
from models import Case, Client, Creditor, IssuedFile, Letter, User


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
    version: int


@dataclass(frozen=True, slots=True)
class OpenLetter:
    """One letter whole: what it says, what it still lacks, and how it may leave."""

    letter: Letter
    kind_word: str
    to: str
    form: LetterForm
    content: LetterContent
    missing: list[str]
    obstacles: list[Obstacle]
    ways: Ways
    hides_address: bool
    needs_advisor: bool
    may_issue: bool
    may_submit: bool
    issued_by: str
    files: list[tuple[int, str, str]]


def list_letters(session: CentreSession, case_id: int) -> list[LetterRow]:
    """Return a case's letters, the newest first; none that is of somebody who left it."""
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
            col(Letter.version),
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
            col(Letter.client_id).in_(people_here(session, case)),
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
            version=row.version,
        )
        for row in session.execute(listed)
    ]


def read_letter(
    session: CentreSession, letter_id: int, *, typed: Mapping[str, Any] | None = None
) -> OpenLetter:
    """Return one letter whole; with `typed`, as it would be with parts that are not saved yet."""
    letter, _ = letter_here(session, letter_id, Act.CASE_OPEN)
    is_draft = letter.status != "issued"
    stored = stored_form(letter)
    form = LetterForm.as_typed(stored.model_dump() | dict(typed)) if typed else stored
    shown = form_of(session, letter, form)
    act = act_of(letter)
    return OpenLetter(
        letter=letter,
        kind_word=letter_kinds().get(letter.kind, letter.kind),
        to=_reader(session, letter),
        form=shown,
        content=content_of(session, letter, shown),
        missing=[gap for gaps in shown.missing().values() for gap in gaps] if is_draft else [],
        obstacles=_obstacles(session, letter, shown, act) if is_draft else [],
        ways=ways_of(session, letter) if is_draft else Ways(),
        hides_address=is_draft and shown.to_lines != form.to_lines,
        needs_advisor=act is Act.LETTER_ISSUE_ADVICE,
        may_issue=session.actor.may(act),
        may_submit=session.actor.prepares(act),
        issued_by=session.require(User, letter.issued_by).full_name if letter.issued_by else "",
        files=_files(session, letter),
    )


def edit_letter(
    session: CentreSession, letter_id: int, data: Mapping[str, Any], *, version: int
) -> Letter:
    """Change a draft's words; where another person changed it since, Conflict has theirs."""
    letter, _ = draft_of(session, letter_id, Act.LETTER_RECORD)
    form = LetterForm.read(data)
    if letter.version != version:
        theirs = stored_form(letter).model_dump()
        mine = form.model_dump()
        raise Conflict(
            "Somebody changed this letter in the meantime.",
            {name: text for name, text in theirs.items() if text != mine[name]},
        )
    letter.subject = form.subject
    letter.content = letter.content | form.model_dump()
    session.flush()
    return letter


def discard_letter(session: CentreSession, letter_id: int) -> int:
    """Take away a draft; return its case."""
    letter, case = draft_of(session, letter_id, Act.LETTER_RECORD)
    letter.deleted_at = now()
    session.flush()
    return case.id


def restore_letter(session: CentreSession, letter_id: int) -> int:
    """Bring a discarded draft back as it was and return its case; NotFound where there is none.

    Not beside a draft that was begun since: two of a kind would both be issued.
    """
    case_id = restore(session, Letter, letter_id, Act.LETTER_RECORD)
    letter, _ = letter_here(session, letter_id, Act.LETTER_RECORD)
    if draft_like(session, letter) is not None:
        raise Conflict("There is a newer draft of this letter. Discard that one first.")
    return case_id


def print_letter(session: CentreSession, letter_id: int, *, ending: str) -> Printed:
    """Return a letter as PDF or Word: the issued bytes, or the draft, marked as one."""
    if ending not in FORMATS:
        raise Conflict("Choose PDF or Word.")
    media_type, make, kind = FORMATS[ending]
    letter, case = letter_here(session, letter_id, Act.LETTER_PRINT)
    if letter.status == "issued":
        kept = next(row for row in _files(session, letter) if row[1] == kind)
        return open_issued_file(session, kept[0])
    content = content_of(session, letter, stored_form(letter))
    session.authorize(Act.LETTER_PRINT, case)
    session.record_event(
        Act.LETTER_PRINT.value, record=letter, case_id=case.id, client_id=letter.client_id
    )
    return Printed(file_name(case, letter, ending), media_type, make(content))


def _obstacles(
    session: CentreSession, letter: Letter, form: LetterForm, act: Act
) -> list[Obstacle]:
    """Return what stands in a letter's way; a checklist's gate waits for who signs it off."""
    found = obstacles(session, letter, form)
    submits = session.actor.prepares(act)
    return [each for each in found if not (submits and each.tab == "checklist")]


def _reader(session: CentreSession, letter: Letter) -> str:
    if letter.creditor_id is not None:
        return session.require(Creditor, letter.creditor_id).creditor_name
    return session.require(Client, letter.client_id).full_name


def _files(session: CentreSession, letter: Letter) -> list[tuple[int, str, str]]:
    wanted = (
        select(col(IssuedFile.id), col(IssuedFile.kind), col(IssuedFile.file_name))
        .where(
            col(IssuedFile.centre_id) == letter.centre_id, col(IssuedFile.letter_id) == letter.id
        )
        .order_by(col(IssuedFile.id))
    )
    return [(row.id, row.kind, row.file_name) for row in session.execute(wanted)]
