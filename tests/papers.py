"""Honest files for tests, made on the spot, and the short way of putting one into a case."""

import hashlib
import io
from itertools import count

import pikepdf
import pillow_heif
from PIL import Image, ImageDraw

from cma_app.access.actor import Actor
from cma_app.intake.workshop import SafeFile, spool, workshop
from cma_app.services.document_intake import Original, keep_document, keep_version
from tests.people import Cast

_numbers = count(1)
pillow_heif.register_heif_opener()


def paper(words: str = "A payslip", pages: int = 1) -> bytes:
    """Return a PDF with these words in Helvetica on each page; no two are alike."""
    book = pikepdf.new()
    for page in range(pages):
        sheet = book.add_blank_page(page_size=(595, 842))
        said = f"{words} {next(_numbers)} {page + 1}".replace("(", "[").replace(")", "]")
        sheet.obj.Resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(
                F1=pikepdf.Dictionary(
                    Type=pikepdf.Name.Font,
                    Subtype=pikepdf.Name.Type1,
                    BaseFont=pikepdf.Name.Helvetica,
                )
            )
        )
        sheet.obj.Contents = pikepdf.Stream(book, f"BT /F1 18 Tf 60 760 Td ({said}) Tj ET".encode())
    into = io.BytesIO()
    book.save(into)
    return into.getvalue()


def picture(form: str = "JPEG", size: tuple[int, int] = (320, 240), mode: str = "RGB") -> bytes:
    """Return a picture of a kind; no two are alike."""
    made = Image.new(mode, size)
    ImageDraw.Draw(made).text((10, 10), f"number {next(_numbers)}", fill="white")
    into = io.BytesIO()
    made.save(into, form)
    return into.getvalue()


def made_safe(content: bytes, name: str = "paper.pdf") -> SafeFile:
    """Return a file as the workshop gives it back."""
    with spool() as file:
        file.write(content)
        return workshop().make_safe(file, name=name)


def told(content: bytes, name: str, upload_key: str | None = None) -> Original:
    """Return what is kept of a file as it came."""
    return Original(name, len(content), hashlib.sha256(content).hexdigest(), upload_key)


def keep(
    cast: Cast, case_id: int, name: str = "Payslip.pdf", *, by: Actor | None = None, kind: str = ""
) -> int:
    """Keep a new paper in a case, and return its id."""
    content = paper(name)
    with cast.open(by or cast.amina) as session:
        safe, original = made_safe(content, name), told(content, name)
        return keep_document(session, case_id, safe, original, type_code=kind).id


def renew(cast: Cast, document_id: int, content: bytes, name: str = "again.pdf") -> None:
    """Keep a newer version of a document."""
    with cast.open(cast.amina) as session:
        keep_version(session, document_id, made_safe(content, name), told(content, name))
