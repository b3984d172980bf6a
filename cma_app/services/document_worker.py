"""What the worker does about a document: claim its reading, and record what came of it.

A row of `document_readings` is what is true; a job is a nudge. Whoever reads holds an advisory
lock on a connection of its own, so a row that says `reading` while nobody holds the lock is one
whose worker is gone: the next one begins it again. All that is read is recorded in one transaction.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import select, text, update
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.errors import NotFound
from cma_app.reading.sorting import sort_text
from cma_app.reading.words import Page, Reading
from cma_app.rules.document_figures import Found, Spot, find_figures
from cma_app.services.document_queue import mark
from cma_app.services.documents import READ, DocumentDamaged, open_bytes
from cma_app.services.locking import locked
from cma_app.session import CentreSession
from models import Document, DocumentFigure, DocumentPage, DocumentReading

MOST_ATTEMPTS: Final = 3
AGAIN_AFTER: Final = (timedelta(seconds=30), timedelta(minutes=5))
FOR_GOOD: Final = ("unreadable", "damaged")
"""What trying again would not mend."""
LONGEST_TEXT: Final = 500_000
"""Characters of a document's text that are kept for finding it."""
MARKS: Final = "\ue000\ue001\ue002"
"""Characters that the search puts marks with; no text may hold them."""
_DUE: Final = text("SELECT * FROM cma_due_readings(:at)")


@dataclass(frozen=True, slots=True)
class Claim:
    """A reading that one worker took, and of which version."""

    reading_id: int
    document_id: int
    version_number: int
    mime_type: str
    page_count: int


def lock_name(centre_id: int, document_id: int) -> str:
    """Return the name of the lock that a worker holds while it reads a document."""
    return f"document/{centre_id}/{document_id}"


def due_readings(session: CentreSession) -> list[tuple[int, int]]:
    """Return which documents of any centre wait to be read, in numbers alone."""
    session.authorize(Act.DOCUMENT_READ)
    return [(row[0], row[1]) for row in session.execute(_DUE, {"at": now()})]


def claim_reading(session: CentreSession, document_id: int) -> Claim | None:
    """Take a document's reading; None where there is nothing to read. Its lock must be held."""
    session.authorize(Act.DOCUMENT_READ)
    row = _to_read(session, document_id)
    if row is None:
        return None
    try:
        document = session.require(Document, document_id)
    except NotFound:
        row.status = "dropped"
        return None
    if document.version_number != row.version_number:
        row.status = "dropped"
        return None
    if row.attempts >= MOST_ATTEMPTS:
        _fail(session, row, document, "ended")
        return None
    row.status, row.claimed_at, row.pages_done = "reading", now(), 0
    row.attempts += 1
    row.page_count = document.page_count or 0
    mark(session, document, ocr_status="reading")
    return Claim(
        row.id,
        document_id,
        row.version_number,
        document.mime_type or "application/pdf",
        row.page_count,
    )


def open_claimed(session: CentreSession, claim: Claim) -> bytes | None:
    """Return the bytes of a claimed reading; None where they cannot be opened, which is recorded.

    In a session of its own: who opens damaged bytes marks the document in another transaction.
    """
    session.authorize(Act.DOCUMENT_READ)
    try:
        return open_bytes(session, claim.document_id, purpose=READ, number=claim.version_number)
    except (DocumentDamaged, NotFound):
        return None


def _to_read(session: CentreSession, document_id: int) -> DocumentReading | None:
    """Return the locked row that waits or was left; None where another has been at it."""
    found = session.execute(
        select(col(DocumentReading.id))
        .where(
            col(DocumentReading.document_id) == document_id,
            col(DocumentReading.status).in_(("waiting", "reading")),
            col(DocumentReading.due_at) <= now(),
        )
        .order_by(col(DocumentReading.version_number).desc())
        .limit(1)
    ).scalar_one_or_none()
    if found is None:
        return None
    row = locked(session, DocumentReading, found)
    return row if row.status in {"waiting", "reading"} else None


def tell_progress(session: CentreSession, claim: Claim, done: int, of: int) -> None:
    """Record how many pages have been read, for whoever watches."""
    session.authorize(Act.DOCUMENT_READ)
    session.execute(
        update(DocumentReading)
        .where(
            col(DocumentReading.id) == claim.reading_id, col(DocumentReading.status) == "reading"
        )
        .values(pages_done=done, page_count=of)
    )


def record_reading(session: CentreSession, claim: Claim, reading: Reading) -> bool:
    """Record what was read, once; False where a newer version or another worker was first."""
    session.authorize(Act.DOCUMENT_READ)
    row = locked(session, DocumentReading, claim.reading_id)
    if row.status != "reading":
        return False
    try:
        document = locked(session, Document, claim.document_id)
    except NotFound:
        row.status = "dropped"
        return False
    if document.version_number != claim.version_number:
        row.status = "dropped"
        return False
    said = _storable(reading.text)
    sorted_as = sort_text(said)
    kind = document.document_type or sorted_as.suggested
    figures = find_figures(
        [(page.number, [Spot(*word.to_list()) for word in page.words]) for page in reading.pages],
        kind,
    )
    session.add_all([_page(claim, page) for page in reading.pages])
    session.add_all([_figure(claim, each) for each in figures])
    row.status, row.finished_at, row.why = "read", now(), None
    row.pages_done = len(reading.pages)
    row.page_count = reading.page_count
    mark(
        session,
        document,
        ocr_status=_status(reading),
        ocr_confidence=reading.confidence,
        extracted_text=said[:LONGEST_TEXT] or None,
        ai_classification=sorted_as.to_json(),
    )
    return True


def record_failure(session: CentreSession, claim: Claim, why: str) -> None:
    """Record that a reading failed: it is tried again twice, where that may help."""
    session.authorize(Act.DOCUMENT_READ)
    row = locked(session, DocumentReading, claim.reading_id)
    if row.status != "reading":
        return
    document = session.require(Document, claim.document_id)
    if why in FOR_GOOD or row.attempts >= MOST_ATTEMPTS:
        _fail(session, row, document, why)
        return
    row.status, row.due_at = "waiting", now() + AGAIN_AFTER[row.attempts - 1]
    mark(session, document, ocr_status="waiting")


def _fail(session: CentreSession, row: DocumentReading, document: Document, why: str) -> None:
    row.status, row.why, row.finished_at = "failed", why, now()
    mark(session, document, ocr_status="failed")


def _status(reading: Reading) -> str:
    if not any(page.words for page in reading.pages):
        return "no_text"
    return "poor" if reading.poor_pages else "read"


def _storable(said: str) -> str:
    """Return a text without what the database or the search could not keep apart."""
    return "".join(each for each in said if each not in MARKS and each != "\x00")


def _page(claim: Claim, page: Page) -> DocumentPage:
    return DocumentPage(
        document_id=claim.document_id,
        version_number=claim.version_number,
        page_no=page.number,
        width=page.width,
        height=page.height,
        source=page.source,
        words=[[_storable(word.text), *word.to_list()[1:]] for word in page.words],
        confidence=_share(page.confidence),
        ink_coverage=_share(page.coverage),
        turned=page.turned,
        skew=Decimal(str(page.skew)),
        steps=list(page.steps),
    )


def _figure(claim: Claim, found: Found) -> DocumentFigure:
    said = asdict(found)
    page, sure = said.pop("page"), said.pop("sure")
    return DocumentFigure(
        document_id=claim.document_id,
        version_number=claim.version_number,
        page_no=page,
        sure=_share(sure),
        **said | {"label": found.label or None, "value": found.value[:60]},
    )


def _share(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(round(value, 2)))
