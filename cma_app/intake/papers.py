"""PDFs made safe: their pages are taken into a new document, and nothing else is.

Runs in the workshop alone. Scripts, actions, attachments, forms' behaviour and links stay behind;
what a form shows is drawn into its page first. Every page is then drawn once, which proves that
it opens within the time and memory a document may cost.
"""

import io
from typing import Any, Final

import pikepdf
import pypdfium2

from cma_app.intake.kinds import PDF
from cma_app.intake.refusals import MOST_PAGES, FileRefused


def _names(words: str) -> frozenset[str]:
    return frozenset(f"/{word}" for word in words.split())


PAGE_KEYS: Final = _names("Type Parent MediaBox CropBox Rotate Resources Contents Group UserUnit")
"""What a page may bring; its annotations have been drawn into it by then."""
ACTIONS: Final = _names(
    "JavaScript Launch SubmitForm ImportData GoToE GoToR URI Rendition Movie Sound"
    " ResetForm Hide Named SetOCGState GoTo3DView Trans Thread RichMediaExecute"
)
NEVER: Final = _names(
    "JS JavaScript AA OpenAction EmbeddedFiles EF AF PieceInfo Metadata XFA AcroForm"
    " RichMedia RichMediaContent OPI Annots StructParents StructParent Names Alternates"
    " Measure PtData Ref LastModified A PA URI"
)
"""Keys that no page needs to be seen; names of fonts and pictures are not keys of this kind."""
OUTSIDE: Final = ("/F", "/FFilter", "/FDecodeParms")
"""What makes a stream's bytes those of another file."""
FREE_NAMES: Final = _names("Font XObject ExtGState ColorSpace Pattern Shading Properties CharProcs")
"""Dictionaries whose keys are names that the page chose."""
FOUND: Final = {
    "scripts": ("/JS", "/JavaScript", "/XFA"),
    "actions": ("/Launch", "/OpenAction", "/AA", "/SubmitForm", "/ImportData"),
    "attachments": ("/EmbeddedFiles", "/EmbeddedFile", "/EF", "/RichMedia"),
    "form": ("/AcroForm",),
    "links": ("/URI",),
}
MOST_OBJECTS: Final = 250_000
_SMALL: Final = 300  # pixels of the longest side of a page that is drawn for proof


def clean_paper(content: bytes) -> tuple[bytes, str, int, list[str]]:
    """Return the pages as a new PDF, how many they are, and what was left behind."""
    if b"%%EOF" not in content[-2048:]:
        raise FileRefused("cut_off")
    try:
        with pikepdf.open(io.BytesIO(content)) as source:
            count = len(source.pages)
            if not count:
                raise FileRefused("broken")
            if count > MOST_PAGES:
                raise FileRefused("pages")
            left = _found(source)
            made = _taken_over(source, left)
    except pikepdf.PasswordError:
        raise FileRefused("password") from None
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError):
        raise FileRefused("broken") from None
    _prove(made, count)
    return made, PDF, count, left


def _found(source: pikepdf.Pdf) -> list[str]:
    """Return the codes of what the document holds beside its pages."""
    if len(source.objects) > MOST_OBJECTS:
        raise FileRefused("too_much")
    seen: set[str] = set()
    for each in source.objects:
        if isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            seen.update(each.keys())
            for name in ("/S", "/Type", "/Subtype"):
                value = each.get(name)
                if isinstance(value, pikepdf.Name):
                    seen.add(str(value))
    seen.update(source.Root.keys())
    return [code for code, marks in FOUND.items() if seen.intersection(marks)]


def _taken_over(source: pikepdf.Pdf, left: list[str]) -> bytes:
    if "form" in left or any("/Annots" in page.obj for page in source.pages):
        if "/AcroForm" in source.Root:
            source.generate_appearance_streams()
        source.flatten_annotations("screen")
    for page in source.pages:
        _keep(page.obj)
    target = pikepdf.new()
    for page in source.pages:
        target.pages.append(page)
    for page in target.pages:
        _keep(page.obj)
        _strip(page.obj)
    into = io.BytesIO()
    target.save(into, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return into.getvalue()


def _keep(page: pikepdf.Object) -> None:
    for name in list(page.keys()):
        if name not in PAGE_KEYS:
            del page[name]


def _strip(page: pikepdf.Object) -> None:
    """Walk all that a page reaches and take out what acts, is attached or lies outside."""
    waiting: list[tuple[Any, bool]] = [(page, False)]
    seen: set[tuple[int, int]] = set()
    while waiting:
        each, is_free = waiting.pop()
        if each.is_indirect:
            if each.objgen in seen:
                continue
            seen.add(each.objgen)
        if isinstance(each, pikepdf.Array):
            waiting.extend((part, False) for part in each if _holds(part))  # type: ignore[union-attr]
            continue
        _take_out(each, is_free=is_free)
        for name in list(each.keys()):
            if name == "/Parent":
                continue
            inner = each.get(name)
            if _holds(inner):
                waiting.append((inner, not is_free and name in FREE_NAMES))


def _take_out(each: Any, *, is_free: bool) -> None:
    if is_free:
        return
    kind = each.get("/S")
    if isinstance(kind, pikepdf.Name) and str(kind) in ACTIONS and "/Type" not in each:
        for name in list(each.keys()):
            del each[name]
        return
    is_file = each.get("/Type") in {pikepdf.Name.Filespec, pikepdf.Name.EmbeddedFile}
    outside = OUTSIDE if isinstance(each, pikepdf.Stream) or is_file else ()
    for name in list(each.keys()):
        if name in NEVER or name in outside:
            del each[name]


def _holds(part: Any) -> bool:
    return isinstance(part, pikepdf.Dictionary | pikepdf.Stream | pikepdf.Array)


def _prove(content: bytes, count: int) -> None:
    """Draw every page small; FileRefused where one does not open."""
    try:
        with pypdfium2.PdfDocument(content) as shown:
            if len(shown) != count:
                raise FileRefused("broken")
            for number in range(count):
                page = shown[number]
                draw(page, _SMALL).close()
                page.close()
    except pypdfium2.PdfiumError:
        raise FileRefused("broken") from None


def draw(page: pypdfium2.PdfPage, longest: int) -> pypdfium2.PdfBitmap:
    """Return a page as pixels, its longest side as given."""
    width, height = page.get_size()
    if not (0.1 < width < 1e6 and 0.1 < height < 1e6):
        raise FileRefused("broken")
    return page.render(scale=longest / max(width, height), draw_annots=False, may_draw_forms=False)
