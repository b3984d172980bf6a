"""Keeps what people say that documents are, beside what the sorter suggested: it learns from it."""

from decimal import Decimal

from cma_app.reading.sorting import known_terms
from cma_app.session import CentreSession
from models import Document, DocumentTypeChoice


def remember_choice(session: CentreSession, document: Document) -> DocumentTypeChoice | None:
    """Keep the type that a document was just given; None where it was given none.

    Of its text only counts of words of the sorter's own vocabulary are kept.
    """
    if not document.document_type:
        return None
    sorted_as = document.ai_classification
    guesses = sorted_as.get("guesses", [])
    choice = DocumentTypeChoice(
        document_id=document.id,
        version_number=document.version_number,
        suggested=sorted_as.get("type"),
        probability=Decimal(str(round(guesses[0][1], 2))) if guesses else None,
        guesses=guesses,
        chosen=document.document_type,
        model_version=sorted_as.get("version"),
        terms=dict(known_terms(document.extracted_text or "")),
    )
    session.add(choice)
    session.flush()
    return choice
