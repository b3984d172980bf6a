"""Each kind of letter as its two files: the same words in both, on pages that hold them.

With CMA_SHOTS naming a folder, each page is kept there as a picture.
"""

import io
import os
import re
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from docx import Document
from sqlmodel import col, select

from cma_app.rules.letter_templates import letter_kinds
from cma_app.services import letters
from cma_app.services.letter_drafts import draft_letters
from models import Centre, Debt
from tests.people import Cast
from tests.services.test_letter_offers import two_accounts
from tests.services.test_letters import creditor_of, issue, printed, text_of
from tests.services.test_replies import sent
from tests.services.test_statements import Leanne

SAID = {
    "the account's reference": "4929 1111 2222",
    "the day and time": "Tuesday 1 December 2026 at 10:30",
    "the place, or the number that will be called": "Room 2, Ashdown",
    "the centre's telephone number": "0113 496 0000",
    "what was agreed for each debt": "Payments by instalments, each month.",
}


@pytest.fixture(scope="module")
def folder() -> Path | None:
    said = os.environ.get("CMA_SHOTS")  # noqa: TID251 - no setting of the app
    return Path(said) if said else None


def written(cast: Cast, case: Leanne, kind: str) -> Any:
    """Return a letter of a kind with all that was still to write written, issued."""
    bank = creditor_of(cast, case, "Northern Bank")
    chases = sent(cast, case, "Swift Loans", "holding").id if kind == "chaser" else None
    who: dict[str, Any] = {"chases_id": chases} if chases else {"creditor_ids": [bank]}
    if kind in {"authority", "appointment", "closing"}:
        who = {}
    with cast.open(cast.amina) as session:
        row = draft_letters(session, case.case_id, kind, **who)[0]
        form = letters.read_letter(session, row.id).form.model_dump()
        for gap, said in SAID.items():
            form = {name: text.replace(f"[{gap}]", said) for name, text in form.items()}
        if row.creditor_id:
            form["to_lines"] += "\nFreepost RSTU-VWXY\n1 Quay Street\nLeeds\nLS1 4DY"
        row = letters.edit_letter(session, row.id, form, version=row.version)
    return issue(cast, row, route="handed")


def words_of(docx: bytes) -> str:
    document = Document(io.BytesIO(docx))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in document.paragraphs), *cells])


@pytest.mark.parametrize("kind", letter_kinds())
def test_both_files_say_the_same(cast: Cast, kind: str, folder: Path | None) -> None:
    case = two_accounts(cast)
    with cast.open(cast.ashdown_system) as session:
        centre = session.get_one(Centre, cast.amina.centre_id)
        centre.address_line1, centre.city, centre.postcode = "12 Mill Lane", "Leeds", "LS2 7DA"
        rows = session.exec(select(Debt).where(col(Debt.case_id) == case.case_id)).all()
        for number, row in enumerate(rows, start=1):
            row.account_number = row.account_number or f"4929 0000 {number:04}"
    done = written(cast, case, kind)
    pdf, docx = printed(cast, done), printed(cast, done, "docx")
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        for number, page in enumerate(pypdfium2.PdfDocument(pdf), start=1):
            page.render(scale=1.4).to_pil().save(folder / f"pdf-{kind}-{number}.png")
        (folder / f"{kind}.docx").write_bytes(docx)
    said, words = text_of(pdf), words_of(docx)
    assert len(pypdfium2.PdfDocument(pdf)) <= 2
    for text in (said, words):
        assert not re.search(r"[\[\]{}]|not for sending", text)
    for line in letters_lines(done.content):
        assert squeezed(line) in squeezed(said), line
        assert squeezed(line) in squeezed(words), line


def letters_lines(content: dict[str, Any]) -> list[str]:
    """Return every paragraph, point and cell of a frozen letter."""
    lines = [*content["recipient"], content["salutation"], content["subject"]]
    for block in content["body"]:
        table = block["table"] or {"rows": []}
        cells = [cell for row in table["rows"] for cell in row["cells"]]
        lines += [*block["text"].split("\n"), *block["items"], *cells]
    return [line for line in lines if line]


def squeezed(text: str) -> str:
    """Return a text without spaces, line breaks and the hyphens of words that were parted."""
    return re.sub(r"[\s\u00ad-]+", "", text)
