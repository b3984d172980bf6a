"""A file becomes a document: sealed and on the disk first, then its row, in one commit.

What comes here was made safe by `cma_app.intake`. Where anything fails there is no row; bytes
that were put before are removed, and the sweep finds those that a crash left.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select, text
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.errors import CmaError, Conflict
from cma_app.intake.kinds import tidy_name
from cma_app.intake.workshop import SafeFile
from cma_app.rules.document_types import document_types
from cma_app.services.document_requests import settle_request
from cma_app.services.documents import document_arrived, document_here
from cma_app.services.forms import storable
from cma_app.services.locking import locked
from cma_app.session import CentreSession
from cma_app.vault import keyring, store
from cma_app.vault.sealing import context_of, new_key, seal
from models import Case, Document, DocumentVersion

MOST_VERSIONS: Final = 50
_SHARE_KEYS: Final = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))")


@dataclass(frozen=True, slots=True)
class Original:
    """The file as it came, which is not kept: its name, size and hash, and the try it came by."""

    name: str
    size: int  # bytes
    sha256: str
    upload_key: str | None = None


def check_upload(session: CentreSession, case_id: int, document_id: int | None = None) -> None:
    """Let somebody begin to send a file for a case, or a new version of a document of it."""
    case = session.require(Case, case_id)
    session.authorize(Act.DOCUMENT_ADD, case)
    if document_id is not None and document_here(session, document_id)[1].id != case.id:
        raise Conflict("Choose a document of this case.")


def find_upload(session: CentreSession, case_id: int, upload_key: str) -> Document | None:
    """Return what a try has stored already: its answer was lost, and the browser tries again."""
    session.authorize(Act.DOCUMENT_ADD, session.require(Case, case_id))
    found = session.execute(
        select(Document)
        .join(
            DocumentVersion,
            (col(DocumentVersion.centre_id) == col(Document.centre_id))
            & (col(DocumentVersion.document_id) == col(Document.id)),
        )
        .where(col(Document.case_id) == case_id, col(DocumentVersion.upload_key) == upload_key)
    )
    return found.scalar_one_or_none()


def keep_document(
    session: CentreSession,
    case_id: int,
    safe: SafeFile,
    original: Original,
    *,
    type_code: str = "",
) -> Document:
    """Keep a safe file as a new document of a case; Conflict where the very file is here."""
    case = session.require(Case, case_id)
    session.authorize(Act.DOCUMENT_ADD, case)
    _refuse_same(session, case, original)
    document = Document(
        case_id=case.id,
        document_name=storable(tidy_name(original.name)),
        document_type=type_code if type_code in document_types() else None,
    )
    session.add(document)
    session.flush()
    _keep(session, document, safe, original)
    settle_request(session, document)
    return document


def keep_version(
    session: CentreSession, document_id: int, safe: SafeFile, original: Original
) -> Document:
    """Keep a safe file as the newest version of a document; the older ones stay."""
    _, case = document_here(session, document_id, Act.DOCUMENT_ADD)
    document = locked(session, Document, document_id)
    if document.version_number >= MOST_VERSIONS:
        raise Conflict(f"This document has {MOST_VERSIONS} versions. Add a new document.")
    _refuse_same(session, case, original)
    document.version_number += 1
    _keep(session, document, safe, original)
    return document


def _refuse_same(session: CentreSession, case: Case, original: Original) -> None:
    same = session.execute(
        select(col(Document.document_name))
        .join(
            DocumentVersion,
            (col(DocumentVersion.centre_id) == col(Document.centre_id))
            & (col(DocumentVersion.document_id) == col(Document.id)),
        )
        .where(
            col(Document.centre_id) == case.centre_id,
            col(Document.case_id) == case.id,
            col(DocumentVersion.original_sha256) == original.sha256,
        )
        .limit(1)
    ).scalar_one_or_none()
    if same is not None:
        raise Conflict(f"This very file is here already, as “{same}”.")


def _keep(session: CentreSession, document: Document, safe: SafeFile, original: Original) -> None:
    """Seal, put, and write the rows; on the way out of an error the bytes are taken back."""
    session.execute(_SHARE_KEYS, {"name": keyring.LOCK})  # until the commit: no key goes meanwhile
    context = context_of(document.centre_id, document.id, document.version_number)
    own, key_id, path = new_key(), keyring.current_key_id(), store.new_path(document.centre_id)
    store.put(path, seal(safe.content, key=own, context=context))
    try:
        session.add(
            DocumentVersion(
                document_id=document.id,
                version_number=document.version_number,
                file_path=path,
                file_size=len(safe.content),
                file_sha256=safe.sha256,
                mime_type=safe.mime_type,
                page_count=safe.page_count,
                original_name=storable(original.name)[:255] or "Document",
                original_size=original.size,
                original_sha256=original.sha256,
                taken_out=list(safe.left_behind),
                encryption_key_id=key_id,
                wrapped_key=keyring.wrap(own, key_id=key_id, context=context),
                upload_key=original.upload_key,
            )
        )
        for name, value in _newest(safe, path, key_id).items():
            setattr(document, name, value)
        session.flush()
        document_arrived(session, document)
    except BaseException:
        _take_back(path)
        raise


def _take_back(path: str) -> None:
    try:
        store.remove(path)
    except CmaError:
        return  # the sweep will find it


def _newest(safe: SafeFile, path: str, key_id: str) -> Mapping[str, Any]:
    """Return what a document says of its newest version, which nobody has read yet."""
    return {
        "file_path": path,
        "file_size": len(safe.content),
        "mime_type": safe.mime_type,
        "page_count": safe.page_count,
        "is_encrypted": True,
        "encryption_key_id": key_id,
        "upload_status": "stored",
        "ocr_status": "not_processed",
        "ocr_confidence": None,
        "extracted_text": None,
        "ai_classification": {},
    }
