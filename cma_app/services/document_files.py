"""A document as a file to take away, and its pages as pictures to look at."""

from typing import Final

from cma_app.errors import NotFound
from cma_app.intake.kinds import KEPT
from cma_app.intake.refusals import FileRefused
from cma_app.intake.workshop import workshop
from cma_app.services.documents import DocumentDamaged, document_here, open_version
from cma_app.services.issued_files import Printed
from cma_app.session import CentreSession

SIDES: Final = {"small": 480, "large": 1600}
"""The longest side of a page's picture, in pixels."""


def download_document(
    session: CentreSession, document_id: int, number: int | None = None
) -> Printed:
    """Return a version of a document as a file with a name that is safe to show and to keep."""
    document, _ = document_here(session, document_id)
    version, content = open_version(session, document_id, purpose="download", number=number)
    ending = KEPT[version.mime_type]
    return Printed(f"{document.document_name}.{ending}", version.mime_type, content)


def page_picture(
    session: CentreSession, document_id: int, page: int, *, size: str = "large"
) -> Printed:
    """Return a page of the newest version, counted from 1, as a JPEG."""
    document, _ = document_here(session, document_id)
    if not 1 <= page <= (document.page_count or 0) or size not in SIDES:
        raise NotFound
    version, content = open_version(session, document_id, purpose=f"page {page}")
    try:
        picture = workshop().draw_page(
            content, mime_type=version.mime_type, number=page, longest=SIDES[size]
        )
    except FileRefused:
        raise DocumentDamaged from None
    return Printed(f"page-{page}.jpg", "image/jpeg", picture)
