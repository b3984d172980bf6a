"""Notes of a case: written once, corrected by a newer note that points to the older one."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field
from sqlalchemy import func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import LONDON, now, today
from cma_app.errors import Conflict, Invalid
from cma_app.paging import PAGE_SIZE, Page, offset_of
from cma_app.services.drafts import drop_draft
from cma_app.services.forms import Clock, Day, Form, choice, given
from cma_app.services.next_actions import record_action
from cma_app.session import CentreSession
from models import Case, CaseNote, User
from models.notes import CHANNELS

CHANNEL_LABELS: Final = {
    "in_person": "In person",
    "phone": "Phone",
    "video": "Video",
    "text": "Text",
    "email": "E-mail",
    "letter": "Letter",
    "other": "Other",
}
NOTE_DRAFT: Final = "note"
MOST_MINUTES: Final = 720
MOST_TEXT: Final = 20_000


def _whole(value: Any) -> Any:
    """Read minutes as a person types them: nothing is none."""
    return (value.strip() or 0) if isinstance(value, str) else value


class NoteForm(Form):
    """A note as a form sends it, with what comes next."""

    channel: Annotated[str, BeforeValidator(choice(*CHANNELS))]
    minutes: Annotated[int, BeforeValidator(_whole), Field(ge=0, le=MOST_MINUTES)] = 0
    body: Annotated[str, given("Write what was said or done."), Field(max_length=MOST_TEXT)]
    happened_date: Day = None
    happened_time: Clock = None
    next_action: Annotated[str, Field(max_length=200)] = ""
    next_action_date: Day = None
    next_action_owner_id: Annotated[int | None, BeforeValidator(lambda value: value or None)] = None


@dataclass(frozen=True, slots=True)
class NoteVersion:
    """One wording of a note, who wrote it and when."""

    id: int
    channel: str
    minutes: int
    body: str
    happened_at: datetime
    author: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note as it stands, and its earlier wordings, the first one first."""

    latest: NoteVersion
    earlier: tuple[NoteVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class NotePage:
    """A page of a case's notes, and the minutes of all of them."""

    page: Page[NoteRow]
    minutes: int


def record_note(
    session: CentreSession,
    case_id: int,
    *,
    channel: str,
    minutes: int,
    body: str,
    happened_at: datetime | None = None,
    next_action: str | None = None,
    next_action_date: date | None = None,
    next_action_owner_id: int | None = None,
) -> CaseNote:
    """Write a note, and what has to be done next where that was said."""
    case = session.require(Case, case_id)
    session.authorize(Act.NOTE_RECORD, case)
    note = CaseNote(
        case_id=case.id,
        channel=channel,
        minutes=minutes,
        body=body.strip(),
        happened_at=happened_at or now(),
    )
    _refuse_wrong(note)
    session.add(note)
    session.flush()
    if (next_action or "").strip():
        _promise(session, note, next_action or "", next_action_date, next_action_owner_id)
    elif next_action_date is not None:
        raise Invalid({"next_action": "Say what has to be done on this day."})
    return note


def save_note(session: CentreSession, case_id: int, form: NoteForm) -> CaseNote:
    """Write the note that a form holds and forget its draft."""
    session.authorize(Act.NOTE_RECORD, session.require(Case, case_id))
    drop_draft(session, NOTE_DRAFT, record_id=case_id)
    return record_note(
        session,
        case_id,
        channel=form.channel,
        minutes=form.minutes,
        body=form.body,
        happened_at=_moment(form.happened_date, form.happened_time),
        next_action=form.next_action,
        next_action_date=form.next_action_date,
        next_action_owner_id=form.next_action_owner_id,
    )


def _moment(day: date | None, clock: time | None) -> datetime | None:
    """Return a local day and time as a moment; a day without a time counts from its noon."""
    if day is None and clock is None:
        return None
    moment = datetime.combine(day or today(), clock or time(12), tzinfo=LONDON)
    return min(moment, now()) if clock is None and day == today() else moment


def correct_note(
    session: CentreSession,
    note_id: int,
    *,
    body: str,
    channel: str | None = None,
    minutes: int | None = None,
    happened_at: datetime | None = None,
) -> CaseNote:
    """Write a newer wording of a note; the older one stays and can be read."""
    old = session.require(CaseNote, note_id)
    session.authorize(Act.NOTE_CORRECT, session.require(Case, old.case_id))
    session.refresh(old, with_for_update=True)
    _refuse_corrected(session, old)
    note = CaseNote(
        case_id=old.case_id,
        corrects_id=old.id,
        channel=channel or old.channel,
        minutes=old.minutes if minutes is None else minutes,
        body=body.strip(),
        happened_at=happened_at or old.happened_at,
    )
    _refuse_wrong(note)
    session.add(note)
    session.flush()
    return note


def list_notes(session: CentreSession, case_id: int, *, number: int = 1) -> NotePage:
    """Return a page of a case's notes as they stand, the newest first, with earlier wordings.

    A page that is not there is the nearest that is.
    """
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    firsts = _versions(case).where(col(CaseNote.corrects_id).is_(None))
    total = session.execute(
        select(func.count()).select_from(firsts.order_by(None).subquery())
    ).scalar_one()
    number = min(max(number, 1), Page([], total).pages)
    shown = session.execute(
        firsts.order_by(col(CaseNote.happened_at).desc(), col(CaseNote.id).desc())
        .limit(PAGE_SIZE)
        .offset(offset_of(number))
    )
    newer = {
        row.corrects_id: _version(row)
        for row in session.execute(_versions(case).where(col(CaseNote.corrects_id).is_not(None)))
    }
    rows = [_chain(_version(row), newer) for row in shown]
    return NotePage(Page(rows, total, number), _minutes(session, case))


def _chain(first: NoteVersion, newer: dict[int, NoteVersion]) -> NoteRow:
    """Follow a note's corrections to the newest wording."""
    row = NoteRow(first)
    while (after := newer.get(row.latest.id)) is not None:
        row = replace(row, latest=after, earlier=(*row.earlier, row.latest))
    return row


def _versions(case: Case) -> Any:
    return (
        select(
            col(CaseNote.id),
            col(CaseNote.corrects_id),
            col(CaseNote.channel),
            col(CaseNote.minutes),
            col(CaseNote.body),
            col(CaseNote.happened_at),
            col(CaseNote.created_at),
            col(User.first_name),
            col(User.last_name),
        )
        .outerjoin(
            User,
            (col(User.id) == col(CaseNote.created_by))
            & (col(User.centre_id) == col(CaseNote.centre_id)),
        )
        .where(col(CaseNote.centre_id) == case.centre_id, col(CaseNote.case_id) == case.id)
        .where(col(CaseNote.deleted_at).is_(None))
    )


def _version(row: Any) -> NoteVersion:
    author = " ".join(part for part in (row.first_name, row.last_name) if part) or "The system"
    return NoteVersion(
        row.id, row.channel, row.minutes, row.body, row.happened_at, author, row.created_at
    )


def _minutes(session: CentreSession, case: Case) -> int:
    """Return the minutes of all notes as they stand: those that no newer note corrects."""
    corrected = select(col(CaseNote.corrects_id)).where(
        col(CaseNote.centre_id) == case.centre_id,
        col(CaseNote.case_id) == case.id,
        col(CaseNote.corrects_id).is_not(None),
        col(CaseNote.deleted_at).is_(None),
    )
    standing = select(func.coalesce(func.sum(col(CaseNote.minutes)), 0)).where(
        col(CaseNote.centre_id) == case.centre_id,
        col(CaseNote.case_id) == case.id,
        col(CaseNote.deleted_at).is_(None),
        col(CaseNote.id).not_in(corrected),
    )
    return session.execute(standing).scalar_one()


def _promise(
    session: CentreSession, note: CaseNote, what: str, day: date | None, owner_id: int | None
) -> None:
    """Record a note's next action; its errors are named as the note's form names its boxes."""
    names = {
        "what": "next_action",
        "due_date": "next_action_date",
        "owner_id": "next_action_owner_id",
    }
    try:
        record_action(
            session, note.case_id, what=what, due_date=day, owner_id=owner_id, note_id=note.id
        )
    except Invalid as error:
        fields = {names.get(name, name): said for name, said in error.fields.items()}
        raise Invalid(fields) from None


def _refuse_wrong(note: CaseNote) -> None:
    wrong: dict[str, str] = {}
    if note.channel not in CHANNELS:
        wrong["channel"] = "Choose one of the answers."
    if not 0 <= note.minutes <= MOST_MINUTES:
        wrong["minutes"] = f"Use 0 to {MOST_MINUTES} minutes."
    if not note.body:
        wrong["body"] = "Write what was said or done."
    elif len(note.body) > MOST_TEXT:
        wrong["body"] = f"Use at most {MOST_TEXT} characters."
    if note.happened_at > now():
        wrong["happened_date"] = "A note tells what has happened. Add a next action instead."
    if wrong:
        raise Invalid(wrong)


def _refuse_corrected(session: CentreSession, old: CaseNote) -> None:
    newer = select(col(CaseNote.body)).where(
        col(CaseNote.centre_id) == old.centre_id,
        col(CaseNote.corrects_id) == old.id,
        col(CaseNote.deleted_at).is_(None),
    )
    found = session.execute(newer).scalars().first()
    if found is not None:
        raise Conflict("Somebody corrected this note in the meantime.", theirs={"body": found})
