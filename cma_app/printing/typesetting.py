"""Pages set by typst: a template of ours and data; what people wrote never becomes markup."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst

from cma_app.errors import CmaError
from cma_app.printing.glyphs import FONTS, clean, printable

TEMPLATES: Final = Path(__file__).with_name("templates")


class UnknownLayout(CmaError):
    """A page kept under an edition of the layout that this version does not have."""

    sentence = "This printed page belongs to a newer edition of the programme."


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def typeset(template: str, layout: int, data: dict[str, Any], *, on: date) -> bytes:
    """Return a tagged PDF (PDF/UA-1) of a template filled with data.

    The same data give the same bytes on every machine: the fonts are the project's own and the
    document is dated `on`, not today. A layout that is not here raises UnknownLayout.
    """
    page = TEMPLATES / f"{template}_{layout}.typ"
    if not page.is_file():
        raise UnknownLayout
    compiler = typst.Compiler(
        page,
        root=TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(each_text(data, printable), ensure_ascii=False)},
    )
    pdf = compiler.compile(
        format="pdf", pdf_standards=["ua-1"], timestamp=datetime.combine(on, time(), UTC)
    )
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave no single document")
    return pdf


def each_text(value: Any, change: Callable[[str], str] = clean) -> Any:
    """Return the same dictionaries and lists with every text changed; keys stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: each_text(part, change) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [each_text(part, change) for part in value]
    return value


def money(amount: Decimal | None) -> str:
    """Return pounds as they are printed: 1,240.00, and −84.70 with a true minus sign."""
    if amount is None:
        return ""
    sign = "−" if amount < 0 else ""
    return f"{sign}{abs(amount):,.2f}"


def pounds(amount: Decimal) -> str:
    """Return pounds with their sign for a sentence: £49.00, −£84.70."""
    return f"{'−' if amount < 0 else ''}£{abs(amount):,.2f}"


def day(on: date | None) -> str:
    """Return a date as it is printed: 22 Nov 2026."""
    return f"{on.day} {on:%b %Y}" if on else ""
