"""Puts documents on the list of those to be read; the worker takes them from there."""

from typing import Any

from sqlalchemy import update
from sqlmodel import col

from cma_app.clock import now
from cma_app.session import CentreSession
from models import Document, DocumentReading


def queue_reading(session: CentreSession, document: Document) -> None:
    """Have the newest version of a document read, in the transaction that stored it.

    A reading of an earlier version that has not ended is dropped.
    """
    session.flush()
    session.execute(
        update(DocumentReading)
        .where(
            col(DocumentReading.centre_id) == document.centre_id,
            col(DocumentReading.document_id) == document.id,
            col(DocumentReading.status).in_(("waiting", "reading")),
        )
        .values(status="dropped")
    )
    session.add(
        DocumentReading(
            document_id=document.id, version_number=document.version_number, due_at=now()
        )
    )
    mark(session, document, ocr_status="waiting")


def mark(session: CentreSession, document: Document, **values: Any) -> None:
    """Set what was read, without the version that a person may be editing."""
    session.flush()
    session.execute(
        update(Document)
        .where(col(Document.centre_id) == document.centre_id, col(Document.id) == document.id)
        .values(**values)
    )
