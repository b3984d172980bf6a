"""The papers of the demo's clients, drawn on the spot: letters and photographs of letters.

Everything on them is made up. They come in as any file does: made safe, sealed, and then told of.
"""

import hashlib
import io
from typing import Any, Final

from PIL import Image, ImageDraw, ImageFont

from cma_app.intake.workshop import spool, workshop
from cma_app.printing.glyphs import FONTS
from cma_app.services.document_changes import restrict_document
from cma_app.services.document_intake import Original, keep_document
from cma_app.services.document_uses import list_targets, use_as_evidence
from cma_app.session import CentreSession

WIDE, HIGH, EDGE = 1240, 1754, 120  # A4 at 150 dots an inch
PHOTO_PAPER: Final = (236, 231, 219)


def drawn(title: str, lines: list[str], *, photo: bool) -> bytes:
    """Return a page with these words: a PDF, or the JPEG that a phone's camera makes of one."""
    page = Image.new("RGB", (WIDE, HIGH), PHOTO_PAPER if photo else (255, 255, 255))
    pen = ImageDraw.Draw(page)
    font = next(iter(sorted(FONTS.glob("Inter*.ttf"))))
    head, body = ImageFont.truetype(font, 44), ImageFont.truetype(font, 27)
    pen.text((EDGE, EDGE), title, font=head, fill=(25, 30, 34))
    for number, line in enumerate(lines):
        pen.text((EDGE, EDGE + 110 + number * 46), line, font=body, fill=(38, 43, 48))
    if photo:
        page = page.rotate(0.8, expand=True, fillcolor=(92, 84, 74))
    into = io.BytesIO()
    if photo:
        page.save(into, "JPEG", quality=80)
    else:
        page.save(into, "PDF", resolution=150)
    return into.getvalue()


def add_paper(session: CentreSession, case_id: int, said: dict[str, Any]) -> None:
    """Add one paper to a case, with what it shows and for whom it is, as its data say."""
    photo = bool(said.get("photo"))
    content = drawn(said["name"], said["lines"], photo=photo)
    name = f"{said['name']}.{'jpg' if photo else 'pdf'}"
    with spool() as file:
        file.write(content)
        safe = workshop().make_safe(file, name=name)
    original = Original(name, len(content), hashlib.sha256(content).hexdigest())
    made = keep_document(session, case_id, safe, original, type_code=said["type"])
    for word in said.get("shows", ()):
        target = next(each for each in list_targets(session, made.id) if word in each.label)
        use_as_evidence(session, made.id, kind=target.kind, mark=target.mark)
    if said.get("people"):
        restrict_document(session, made.id, said["people"], version=made.version)
