"""Documents that were read, for tests: rows and readings made without a file or a program."""

from typing import Any

from cma_app.access.actor import Actor
from cma_app.intake.workshop import SafeFile
from cma_app.reading.read import read_document
from cma_app.reading.words import Page, Reading, Word
from cma_app.services import document_worker
from cma_app.services.document_intake import Original, keep_document
from cma_app.services.document_queue import queue_reading
from cma_app.services.document_worker import Claim
from models import Document
from tests.people import Cast

COUNCIL = (
    "Ashdown Borough Council\nCouncil tax reminder\nDate of notice: 5 November 2026\n"
    "Account reference 40771203\nYour council tax instalment is overdue. Liability order.\n"
    "The balance outstanding is £860.00 for the year."
)
PAYSLIP = (
    "Gorse Care Homes payslip\nEmployee number 0091 Tax code 1257L\nPay date 27 October 2026\n"
    "Basic pay £1,372.80 Gross pay £1,510.08 PAYE tax National Insurance pension\n"
    "Net pay £1,335.36"
)


def page_of(text: str, number: int = 1, **over: Any) -> Page:
    """Return a page with these lines, a letter ten wide and a line thirty high."""
    words = [
        Word(word, 40 + 10 * sum(len(w) + 1 for w in line.split()[:place]), 60 + 30 * row,
             10 * len(word), 20, line=row, sure=0.95)
        for row, line in enumerate(text.split("\n"))
        for place, word in enumerate(line.split())
    ]  # fmt: skip
    usual: dict[str, Any] = {
        "number": number,
        "width": 1654,
        "height": 2339,
        "source": "picture",
        "words": tuple(words),
        "confidence": 0.95,
        "coverage": 0.98,
    }
    return Page(**usual | over)


def stored(cast: Cast, case_id: int, name: str = "paper.pdf", **over: Any) -> int:
    """Return a document that was just stored, waiting to be read."""
    with cast.open(cast.ashdown_system) as session:
        row = Document(
            case_id=case_id,
            document_name=name,
            mime_type="application/pdf",
            page_count=1,
            upload_status="stored",
            **over,
        )
        session.add(row)
        queue_reading(session, row)
        return row.id


def claimed(cast: Cast, document_id: int) -> Claim | None:
    with cast.open(cast.ashdown_system) as session:
        return document_worker.claim_reading(session, document_id)


def read(cast: Cast, case_id: int, text: str = COUNCIL, **over: Any) -> int:
    """Return a document that was read and says this."""
    number = stored(cast, case_id, **over)
    claim = claimed(cast, number)
    assert claim is not None
    with cast.open(cast.ashdown_system) as session:
        assert document_worker.record_reading(session, claim, Reading((page_of(text),), 1))
    return number


def document(cast: Cast, document_id: int, who: Actor | None = None) -> Document:
    with cast.open(who or cast.amina) as session:
        return session.require(Document, document_id)


def kept(cast: Cast, case_id: int, content: bytes, name: str, *, pages: int = 1) -> int:
    """Return a document of Amina's case with real bytes, stored as an upload stores them."""
    safe = SafeFile(content, "application/pdf", pages, ())
    original = Original(name, len(content), safe.sha256)
    with cast.open(cast.amina) as session:
        return keep_document(session, case_id, safe, original).id


def read_kept(cast: Cast, document_id: int) -> None:
    """Read a stored document as the worker does, on this thread."""
    claim = claimed(cast, document_id)
    assert claim is not None
    with cast.open(cast.ashdown_system) as session:
        content = document_worker.open_claimed(session, claim)
    assert content is not None
    found = read_document(content, claim.mime_type)
    with cast.open(cast.ashdown_system) as session:
        assert document_worker.record_reading(session, claim, found)
