"""The letter's Word file: a template built once, filled by docxtpl with every text as data."""

import zipfile
from datetime import date, datetime, time
from functools import cache
from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell
from docxtpl import DocxTemplate

from cma_app.printing.glyphs import clean
from cma_app.printing.typesetting import each_text

ACCENT: Final = RGBColor(0x0B, 0x5A, 0x5C)
QUIET: Final = RGBColor(0x46, 0x52, 0x58)
STAMP: Final = (1980, 1, 1, 0, 0, 0)  # the first day a zip file knows


def fill_letter(page: dict[str, Any], *, title: str, on: date) -> bytes:
    """Return a Word file of the letter's template filled with a page's texts."""
    template = DocxTemplate(BytesIO(_template()))
    template.render(each_text(page, clean), autoescape=True)
    document = template.docx
    if document is None:
        raise TypeError("the template was not filled")
    about = document.core_properties
    about.title, about.language = clean(title)[:255], "en-GB"
    about.author = clean(page["centre"]["name"])[:255]
    about.last_modified_by, about.comments, about.revision = "", "", 1
    about.created = about.modified = datetime.combine(on, time())
    filled = BytesIO()
    document.save(filled)
    return _same_bytes(filled)


def _same_bytes(filled: BytesIO) -> bytes:
    """Return the file without the moment it was written, so that it can be compared."""
    out = BytesIO()
    with zipfile.ZipFile(filled) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            part = zipfile.ZipInfo(name, STAMP)
            part.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(part, source.read(name))
    return out.getvalue()


@cache
def _template() -> bytes:
    document = Document()
    _page(document)
    _top(document)
    _body(document)
    _end(document)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: Docx) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(18), Mm(20)
    style = _style(document, "Normal")
    style.font.name, style.font.size = "Arial", Pt(10.5)
    style.element.get_or_add_rPr().append(_element("w:lang", {"w:val": "en-GB"}))
    style.paragraph_format.space_after = Pt(8)
    for name, size in (("Heading 1", 12.5), ("Heading 2", 11)):
        heading = _style(document, name)
        heading.font.name, heading.font.size, heading.font.bold = "Arial", Pt(size), True
        heading.font.color.rgb = ACCENT
        fonts = heading.element.get_or_add_rPr().find(qn("w:rFonts"))
        if fonts is not None:
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
    _style(document, "List Bullet").paragraph_format.space_after = Pt(3)


def _style(document: Docx, name: str) -> ParagraphStyle:
    style = document.styles[name]
    if not isinstance(style, ParagraphStyle):
        raise TypeError(f"{name} is no style of paragraphs")
    return style


def _element(tag: str, attributes: dict[str, str]) -> Any:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(name), value)
    return element


def _tag(document: Docx, tag: str) -> None:
    document.add_paragraph("{%p " + tag + " %}")


def _line(document: Docx, text: str, **look: Any) -> Any:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(look.get("after", 0))
    paragraph.paragraph_format.space_before = Pt(look.get("before", 0))
    run = paragraph.add_run(text)
    run.bold = look.get("bold", False)
    if "size" in look:
        run.font.size = Pt(look["size"])
    if "colour" in look:
        run.font.color.rgb = look["colour"]
    return paragraph


def _top(document: Docx) -> None:
    _line(document, "{{ centre.name }}", bold=True, size=15, colour=ACCENT, after=2)
    _tag(document, "for line in centre.lines")
    _line(document, "{{ line }}", size=8.5, colour=QUIET)
    _tag(document, "endfor")
    first = _line(document, "", before=18)
    first.paragraph_format.space_after = Pt(0)
    _tag(document, "for line in recipient")
    _line(document, "{{ line }}")
    _tag(document, "endfor")
    _line(document, "{{ date }}", before=22, after=2)
    _tag(document, "for fact in references")
    _line(document, "{{ fact[0] }}: {{ fact[1] }}", size=9.5, colour=QUIET)
    _tag(document, "endfor")
    _tag(document, "if status")
    _line(document, "{{ status }}", bold=True, colour=RGBColor(0xA8, 0x23, 0x1B), before=10)
    _tag(document, "endif")
    _line(document, "{{ salutation }}", before=16, after=8)
    document.add_heading("{{ subject }}", level=1)


def _body(document: Docx) -> None:
    _tag(document, "for block in body")
    _tag(document, "if block.kind == 'heading'")
    document.add_heading("{{ block.text }}", level=2)
    _tag(document, "elif block.kind == 'paragraph'")
    document.add_paragraph("{{ block.text }}")
    _tag(document, "elif block.kind == 'bullets'")
    _tag(document, "for point in block.points")
    document.add_paragraph("{{ point }}", style="List Bullet")
    _tag(document, "endfor")
    _tag(document, "elif block.kind == 'table'")
    _table(document)
    document.add_paragraph()
    _tag(document, "endif")
    _tag(document, "endfor")


def _table(document: Docx) -> None:
    """Add a table whose columns and rows both repeat: a cell for texts and one for sums."""
    table = document.add_table(rows=0, cols=7)
    table.style = "Light List"
    _cells(table, "block.table.head", bold=True)
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader", {"w:val": "true"}))  # noqa: SLF001 - python-docx has no word for a repeated heading
    _row_tag(table, "for row in block.table.rows")
    _cells(table, "row")
    _row_tag(table, "endfor")
    _row_tag(table, "if block.table.total")
    _cells(table, "block.table.total", bold=True)
    _row_tag(table, "endif")
    for width in list(table._tbl.iter(qn("w:tcW"))):  # noqa: SLF001 - widths of seven cells
        width.getparent().remove(width)
    whole = table._tbl.tblPr.find(qn("w:tblW"))  # noqa: SLF001
    whole.set(qn("w:type"), "pct")
    whole.set(qn("w:w"), "5000")


def _row_tag(table: Table, tag: str) -> None:
    table.add_row().cells[0].text = "{%tr " + tag + " %}"


def _cells(table: Table, source: str, *, bold: bool = False) -> None:
    cells = table.add_row().cells
    cells[0].text = "{%tc for cell in " + source + " %}"
    cells[1].text = "{%tc if cell.is_sum %}"
    _text(cells[2], bold=bold).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    cells[3].text = "{%tc else %}"
    _text(cells[4], bold=bold)
    cells[5].text = "{%tc endif %}"
    cells[6].text = "{%tc endfor %}"


def _text(cell: _Cell, *, bold: bool) -> Any:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(2)
    paragraph.add_run("{{ cell.text }}").bold = bold
    return paragraph


def _end(document: Docx) -> None:
    _line(document, "{{ closing }}", before=10, after=40)
    _line(document, "{{ signatory }}", bold=True)
    _tag(document, "if signatory_role")
    _line(document, "{{ signatory_role }}")
    _tag(document, "endif")
    _tag(document, "for end in ends")
    _line(document, "{{ end[0] }}", size=9.5, colour=QUIET, before=10)
    _tag(document, "for item in end[1]")
    document.add_paragraph("{{ item }}", style="List Bullet")
    _tag(document, "endfor")
    _tag(document, "endfor")
    _tag(document, "if small_print")
    _line(document, "{{ small_print }}", size=8, colour=QUIET, before=14)
    _tag(document, "endif")
