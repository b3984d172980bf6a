"""What was issued, byte for byte: kept once, never changed, handed out again on request.

Each time one is opened is written in the audit log.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from cma_app.access.acts import Act
from cma_app.errors import Conflict
from cma_app.services.letter_people import letter_here
from cma_app.session import CentreSession
from models import Case, IssuedFile

PDF: Final = "application/pdf"
WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DATA: Final = "application/json"
ALTERED: Final = "This file is not what was issued: its kept copy was changed. Tell your manager."


@dataclass(frozen=True, slots=True)
class Printed:
    """A file to hand out: its bytes, what they are, and a name that is safe on any machine."""

    file_name: str
    media_type: str
    content: bytes


def safe_name(*parts: str, ending: str) -> str:
    """Return a file's name of plain letters, figures and hyphens: `HMA-2026-000101-offer.pdf`."""
    said = "-".join(re.sub(r"[^A-Za-z0-9]+", "-", part).strip("-") for part in parts if part)
    return f"{said[:150] or 'file'}.{ending}"


def keep_file(
    session: CentreSession,
    printed: Printed,
    *,
    case_id: int,
    kind: str,
    statement_id: int | None = None,
    letter_id: int | None = None,
) -> IssuedFile:
    """Keep the bytes of what is being issued, in the same transaction."""
    kept = IssuedFile(
        case_id=case_id,
        statement_id=statement_id,
        letter_id=letter_id,
        kind=kind,
        media_type=printed.media_type,
        file_name=printed.file_name,
        sha256=hashlib.sha256(printed.content).hexdigest(),
        file_bytes=printed.content,
    )
    session.add(kept)
    session.flush()
    return kept


def open_issued_file(session: CentreSession, file_id: int) -> Printed:
    """Return a file that was issued, and write down that it was opened."""
    kept = session.require(IssuedFile, file_id)
    act = Act.LETTER_PRINT if kept.statement_id is None else Act.STATEMENT_PRINT
    case = session.require(Case, kept.case_id)
    session.authorize(act, case)
    if kept.letter_id is not None:
        letter_here(session, kept.letter_id, act)
    if hashlib.sha256(kept.file_bytes).hexdigest() != kept.sha256:
        raise Conflict(ALTERED)
    session.record_event(act.value, record=kept, case_id=case.id, client_id=case.client_id)
    return Printed(kept.file_name, kept.media_type, kept.file_bytes)
