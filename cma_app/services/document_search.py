"""Finds a centre's documents by their words, type, case, day and how they were read.

The search itself is a function of the database's owner (migration 0032) that answers with numbers;
the documents behind them are read here under row security, so that nothing is shown by it alone.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field
from sqlalchemy import func, select, text
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.errors import Invalid
from cma_app.paging import Page, offset_of
from cma_app.rules.document_types import document_types, type_label
from cma_app.services.forms import Day, Form
from cma_app.session import CentreSession
from models import Case, Client, Document
from models.documents import OCR_STATUSES

PAGE: Final = 20
MOST: Final = 100
"""Documents that one search lists; a narrower one finds what lies beyond."""
STATUS_LABELS: Final = {
    "not_processed": "Not read",
    "waiting": "Waiting to be read",
    "reading": "Being read",
    "read": "Read",
    "poor": "Read badly",
    "no_text": "No words found",
    "failed": "Could not be read",
}
FOUND: Final = ("\ue000", "\ue001")
"""What stands before and behind a found word; the worker keeps both out of every text."""
_OPEN: Final = "\ue002"
"""Stands for `<` while PostgreSQL makes a headline: it would leave out what looks like a tag."""
_LOOKED_AT: Final = 30_000
_HEADLINE: Final = (
    f"StartSel={FOUND[0]}, StopSel={FOUND[1]}, MaxFragments=2, MaxWords=22, MinWords=8,"
    ' FragmentDelimiter=" … "'
)
_FIND: Final = text(
    "SELECT document_id FROM cma_find_documents(:words, :type, :case, :status, :since, :until,"
    " :most, :skip)"
)
_TREE: Final = text("SELECT querytree(websearch_to_tsquery('english', :words))")
"""What of a search an index can look up: `T` where it only says what is not there."""


def _known(words: Mapping[str, str] | tuple[str, ...], sentence: str) -> BeforeValidator:
    def read(value: Any) -> Any:
        if value in (None, ""):
            return ""
        if value not in words:
            raise ValueError(sentence)
        return value

    return BeforeValidator(read)


class SearchForm(Form):
    """What is looked for; an empty box asks for nothing."""

    words: Annotated[str, Field(max_length=200)] = ""
    document_type: Annotated[str, Field(max_length=100)] = ""
    case_reference: Annotated[str, Field(max_length=50)] = ""
    status: Annotated[str, _known(OCR_STATUSES, "Choose one from the list.")] = ""
    since: Day = None
    until: Day = None


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text, and whether it is what was looked for."""

    said: str
    is_found: bool


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document that was found, with the places where the words stand."""

    id: int
    name: str
    type_word: str
    case_id: int
    case_reference: str
    client: str
    added_at: datetime
    status: str
    parts: tuple[Part, ...]


def search_documents(
    session: CentreSession, form: SearchForm, *, page: int = 1
) -> Page[FoundDocument]:
    """Return what was found, the newest first; a case that is not there finds nothing."""
    session.authorize(Act.DOCUMENT_FIND)
    if form.document_type and form.document_type not in document_types():
        raise Invalid({"document_type": "Choose a type from the list."})
    if form.since and form.until and form.since > form.until:
        raise Invalid({"until": "The last day is before the first."})
    if "-" in form.words and session.execute(_TREE, {"words": form.words}).scalar_one() == "T":
        raise Invalid({"words": "Add a word that it has: words it lacks do not find it."})
    case_id = _case(session, form.case_reference)
    if case_id == 0:
        return Page([], 0, 1, PAGE)
    found = _ids(session, form, case_id)
    number = min(max(page, 1), max(1, -(-len(found) // PAGE)))
    shown = found[offset_of(number, PAGE) :][:PAGE]
    rows = _rows(session, shown, form.words)
    if rows:  # passages of many files: how many is told, and not the words, which may be a name
        counted = {"found": len(found), "shown": len(rows)}
        session.record_event(Act.DOCUMENT_FIND.value, values=json.dumps(counted))
    return Page([rows[each] for each in shown if each in rows], len(found), number, PAGE)


def _case(session: CentreSession, reference: str) -> int | None:
    """Return the case of a reference; None where none was asked for, 0 where it is not here."""
    if not reference.strip():
        return None
    wanted = select(col(Case.id)).where(
        func.upper(col(Case.case_reference)) == reference.strip().upper()
    )
    return session.execute(wanted).scalar_one_or_none() or 0


def _ids(session: CentreSession, form: SearchForm, case_id: int | None) -> list[int]:
    asked = {
        "words": form.words.strip(),
        "type": form.document_type or None,
        "case": case_id,
        "status": form.status or None,
        "since": form.since,
        "until": form.until,
        "most": MOST,
        "skip": 0,
    }
    return list(session.execute(_FIND, asked).scalars())


def _rows(session: CentreSession, ids: list[int], words: str) -> dict[int, FoundDocument]:
    """Return the documents of these numbers that row security shows, marked where words are."""
    if not ids:
        return {}
    said = func.left(func.coalesce(col(Document.extracted_text), ""), _LOOKED_AT)
    said = func.replace(said, "<", _OPEN)
    query = func.websearch_to_tsquery("english", words)
    marked = func.ts_headline("english", said, query, _HEADLINE)
    shown = marked if words.strip() else func.left(said, 160)
    found = session.execute(
        select(
            col(Document.id),
            col(Document.document_name),
            col(Document.document_type),
            col(Document.case_id),
            col(Document.created_at),
            col(Document.ocr_status),
            col(Case.case_reference),
            col(Client.first_name),
            col(Client.last_name),
            shown,
        )
        .outerjoin(
            Case,
            (col(Case.centre_id) == col(Document.centre_id))
            & (col(Case.id) == col(Document.case_id)),
        )
        .outerjoin(
            Client,
            (col(Client.centre_id) == col(Case.centre_id))
            & (col(Client.id) == col(Case.client_id)),
        )
        .where(col(Document.id).in_(ids))
    )
    return {
        row[0]: FoundDocument(
            id=row[0],
            name=row[1],
            type_word=type_label(row[2]),
            case_id=row[3] or 0,
            added_at=row[4],
            status=row[5],
            case_reference=row[6] or "",
            client=" ".join(part for part in (row[7], row[8]) if part),
            parts=tuple(split_marked(row[9])),
        )
        for row in found
    }


def split_marked(headline: str) -> list[Part]:
    """Return a headline as parts: plain text, never anything that a page could take for markup."""
    parts: list[Part] = []
    pieces = re.split(f"{FOUND[0]}([^{''.join(FOUND)}]*){FOUND[1]}", headline)
    for place, piece in enumerate(pieces):
        is_found = place % 2 == 1
        said = " ".join(_tidy(piece).split()) if is_found else _tidy(piece)
        if said:
            parts.append(Part(said, is_found))
    return parts


def _tidy(piece: str) -> str:
    """Return a piece on one line, its spaces at the ends kept: a word follows or went before."""
    plain = re.sub(f"[{''.join(FOUND)}]", "", piece.replace(_OPEN, "<"))
    return re.sub(r"\s+", " ", plain)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the boxes of a search offer."""

    types: dict[str, str]
    statuses: dict[str, str]


def read_choices(session: CentreSession) -> Choices:
    """Return the types and states that a search may ask for."""
    session.authorize(Act.DOCUMENT_FIND)
    return Choices({code: each.label for code, each in document_types().items()}, STATUS_LABELS)
