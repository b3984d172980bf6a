"""The worker reads documents: killed in the middle, nothing is lost and nothing comes twice."""

import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from cma_app.postgres import EmbeddedPostgres
from cma_app.serve import WorkerProcess
from cma_app.settings import settings
from tests.people import Cast
from tests.platform.waiting import until
from tests.reading.pages import LETTER, PAYSLIP, drawn, pdf_of, score, typed_pdf
from tests.services.money import make_case
from tests.services.reading import document, kept

pytestmark = pytest.mark.database


def of(owner: Engine, document_id: int) -> tuple[str, int, int, int]:
    """Return a reading's status, attempts and pages done, and how many pages are kept."""
    asked = text(
        "SELECT r.status, r.attempts, r.pages_done, (SELECT count(*) FROM document_pages p"
        " WHERE p.document_id = r.document_id) FROM document_readings r WHERE r.document_id = :d"
    )
    with owner.connect() as connection:
        row = connection.execute(asked, {"d": document_id}).one()
    return row[0], row[1], row[2], row[3]


def children(home: Path) -> list[str]:
    """Return the private folders of readings that are under way, or were left."""
    folder = home / "reading"
    return [each.name for each in folder.iterdir()] if folder.exists() else []


def test_killed_in_the_middle_of_a_document(
    cast: Cast, owner: Engine, postgres: EmbeddedPostgres
) -> None:
    case_id = make_case(cast, cast.amina)
    scan = pdf_of(drawn("letter"), drawn("payslip")[:700])
    long = kept(cast, case_id, scan, "two pages.pdf", pages=2)
    worker = WorkerProcess(settings())
    try:
        worker.start()
        until(lambda: of(owner, long)[2] >= 1, what="the first page")
        assert of(owner, long)[0] == "reading"
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        until(lambda: not worker.alive, what="the end")
        assert of(owner, long)[3] == 0  # nothing of it was kept by halves

        typed = kept(cast, case_id, typed_pdf(PAYSLIP), "typed.pdf")
        worker.start()
        until(lambda: of(owner, typed)[0] == "read", what="another document")
        until(lambda: of(owner, long)[0] == "read", what="reading it again")
    finally:
        worker.stop()
    assert of(owner, long) == ("read", 2, 2, 2)
    assert of(owner, typed)[1:] == (1, 1, 1)
    read = document(cast, long)
    assert read.ocr_status == "read"
    assert score(LETTER, read.extracted_text or "").words > 0.95
    assert children(settings().home) == []
    assert "Mr Gordon Tait" not in worker.log.read_text()
