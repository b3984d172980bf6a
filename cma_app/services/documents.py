"""Documents of a case: listed, looked up, and opened here alone.

A document's bytes are those that were made safe; what came from outside is not kept. A document
for named people does not exist for anybody else: the database says so, whatever asks.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import structlog
from sqlalchemy import func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.errors import NotFound
from cma_app.keys import KeyTrouble
from cma_app.rules.document_types import document_types, type_label
from cma_app.services.compliance_rows import names_of
from cma_app.services.document_queue import queue_reading
from cma_app.session import CentreSession, open_as
from cma_app.vault import keyring, store
from cma_app.vault.sealing import Damaged as DocumentDamaged
from cma_app.vault.sealing import context_of, unseal
from models import Case, Document, DocumentVersion, User

log = structlog.get_logger(__name__)

READ: Final = "read"
"""The purpose of the job that reads a document's words: no person sees it, so it is no view."""
MOST_LISTED: Final = 300


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document as a list shows it; `version` is what an edit says it saw."""

    id: int
    case_id: int
    version: int
    name: str
    type_code: str
    type_label: str
    mime_type: str
    size: int
    pages: int
    version_number: int
    status: str
    ocr_status: str
    added_at: datetime
    added_by: str
    is_for_named: bool
    retention_date: date | None


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a document: how it came, and what was left behind to make it safe."""

    number: int
    original_name: str
    original_size: int
    size: int
    pages: int
    left_behind: tuple[str, ...]
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """One document with its versions, newest first, and the names of those it is for."""

    row: DocumentRow
    versions: list[VersionRow]
    named: list[str]


@dataclass(frozen=True, slots=True)
class DocumentList:
    """A case's documents, newest first; `total` counts those beyond the longest list too."""

    rows: list[DocumentRow]
    total: int


def document_here(
    session: CentreSession, document_id: int, act: Act = Act.DOCUMENT_SEE
) -> tuple[Document, Case]:
    """Return a document and its case, the act allowed on it; NotFound where it is out of reach."""
    document = session.require(Document, document_id)
    case = session.require(Case, document.case_id or 0)
    session.authorize(act, case)
    return document, case


def list_documents(
    session: CentreSession, case_id: int, *, type_code: str = "", removed: bool = False
) -> DocumentList:
    """Return a case's documents that the reader may see: of one type, or those removed."""
    case = session.require(Case, case_id)
    session.authorize(Act.DOCUMENT_SEE, case)
    table = Document.__table__  # type: ignore[attr-defined]
    gone = table.c.deleted_at.is_not(None) if removed else table.c.deleted_at.is_(None)
    wanted = select(table).where(
        table.c.centre_id == case.centre_id,
        table.c.case_id == case.id,
        table.c.upload_status != "pending",
        gone,
    )
    if type_code in document_types():
        wanted = wanted.where(table.c.document_type == type_code)
    total = session.execute(select(func.count()).select_from(wanted.subquery())).scalar_one()
    newest = wanted.order_by(table.c.created_at.desc(), table.c.id.desc()).limit(MOST_LISTED)
    rows = session.execute(newest).all()
    people = names_of(session, {row.created_by for row in rows} & _here(session, rows))
    return DocumentList([_row(row, people) for row in rows], total)


def _here(session: CentreSession, rows: Iterable[Any]) -> set[int | None]:
    """Return which of the people who added documents are of this centre: an admin may not be."""
    wanted = {row.created_by for row in rows if row.created_by}
    mine = (col(User.centre_id) == session.actor.centre_id, col(User.id).in_(wanted))
    return set(session.execute(select(col(User.id)).where(*mine)).scalars())


def read_document(session: CentreSession, document_id: int) -> DocumentFile:
    """Return one document with its versions."""
    document, _ = document_here(session, document_id)
    versions = _versions(session, document)
    made = [*versions, document]
    people = names_of(session, {each.created_by for each in made} & _here(session, made))
    named = names_of(session, set(document.named_people) if _is_named(document) else set())
    return DocumentFile(
        row=_row(document, people),
        versions=[
            VersionRow(
                number=each.version_number,
                original_name=each.original_name,
                original_size=each.original_size,
                size=each.file_size,
                pages=each.page_count,
                left_behind=tuple(each.taken_out),
                added_at=each.created_at,
                added_by=people.get(each.created_by or 0, ""),
            )
            for each in versions
        ],
        named=sorted(named.values()),
    )


def _is_named(document: Any) -> bool:
    return document.access_level == "named_people"


def _row(row: Any, people: dict[int, str]) -> DocumentRow:
    return DocumentRow(
        id=row.id,
        case_id=row.case_id,
        version=row.version,
        name=row.document_name,
        type_code=row.document_type or "",
        type_label=type_label(row.document_type),
        mime_type=row.mime_type or "",
        size=row.file_size or 0,
        pages=row.page_count or 1,
        version_number=row.version_number,
        status=row.upload_status,
        ocr_status=row.ocr_status,
        added_at=row.created_at,
        added_by=people.get(row.created_by or 0, ""),
        is_for_named=_is_named(row),
        retention_date=row.retention_date,
    )


def _versions(session: CentreSession, document: Document) -> list[DocumentVersion]:
    wanted = (
        select(DocumentVersion)
        .where(
            col(DocumentVersion.centre_id) == document.centre_id,
            col(DocumentVersion.document_id) == document.id,
        )
        .order_by(col(DocumentVersion.version_number).desc())
    )
    return list(session.execute(wanted).scalars())


def open_bytes(
    session: CentreSession, document_id: int, *, purpose: str, number: int | None = None
) -> bytes:
    """Return a version's bytes, the newest's unless a number says which, opened.

    A person's purpose goes into the audit log. Raises NotFound where the reader may not see the
    document, and DocumentDamaged where the bytes are gone, changed or another document's.
    """
    return open_version(session, document_id, purpose=purpose, number=number)[1]


def open_version(
    session: CentreSession, document_id: int, *, purpose: str, number: int | None = None
) -> tuple[DocumentVersion, bytes]:
    """Return a version's row with its bytes, as `open_bytes` does."""
    document, case = document_here(session, document_id, Act.DOCUMENT_OPEN)
    wanted = document.version_number if number is None else number
    version = next(
        (each for each in _versions(session, document) if each.version_number == wanted), None
    )
    if version is None:
        raise DocumentDamaged if number is None else NotFound
    try:
        content = _opened(session, version)
    except (DocumentDamaged, KeyTrouble) as error:
        _tell_damage(session, document)
        raise DocumentDamaged from error
    if purpose != READ:
        session.record_event(
            Act.DOCUMENT_OPEN.value,
            record=document,
            case_id=case.id,
            client_id=case.client_id,
            values=json.dumps({"version_number": wanted, "purpose": purpose[:60]}),
        )
    return version, content


def _opened(session: CentreSession, version: DocumentVersion) -> bytes:
    context = context_of(version.centre_id, version.document_id, version.version_number)
    try:
        key = keyring.unwrap(version.wrapped_key, key_id=version.encryption_key_id, context=context)
    except keyring.KeyGone:  # the keys were changed between our reading the row and the key
        session.refresh(version, ["wrapped_key", "encryption_key_id"])
        key = keyring.unwrap(version.wrapped_key, key_id=version.encryption_key_id, context=context)
    content = unseal(store.get(version.file_path), key=key, context=context)
    if hashlib.sha256(content).hexdigest() != version.file_sha256:
        raise DocumentDamaged
    return content


def _tell_damage(session: CentreSession, document: Document) -> None:
    """Mark a document that does not open, in a transaction of its own: this one will be undone."""
    log.error("document_damaged", document=document.id)
    with open_as(session.actor) as other:
        found = other.require(Document, document.id)
        other.record_event("document:damaged", record=found, case_id=found.case_id)
        found.upload_status = "damaged"


def document_arrived(session: CentreSession, document: Document) -> None:
    """Let it be read: called in the transaction in which a new version was stored."""
    queue_reading(session, document)
