"""A read document as its page shows it: pages with words, how well they read, type and figures."""

from dataclasses import dataclass, field
from decimal import Decimal
from math import cos, radians, sin
from typing import Any, Final

from cma_app.clock import local
from cma_app.reading.sorting import model_facts
from cma_app.rules.document_types import type_label
from cma_app.services.document_reading import FIELDS, OpenDocument, SorterFigures, is_poor
from cma_app.services.document_search import STATUS_LABELS
from models import Debt, DocumentFigure, DocumentPage
from state.suggestion_views import shown_figure
from state.words import day_text

UNSURE: Final = 0.6
"""A word of which the reader was less sure than this is marked."""
TONES: Final = {"poor": "soon", "no_text": "soon", "failed": "late", "read": "good"}
WHY: Final = {
    "slow": "It took too long: the pages may be very large.",
    "unreadable": "Its pages cannot be opened.",
    "ended": "Reading it was interrupted three times.",
    "damaged": "Its stored copy is damaged.",
}
STEPS: Final = {
    "inverted": "light writing on dark paper turned round",
    "light evened": "uneven light evened out",
    "enlarged": "small letters enlarged",
    "straightened": "straightened",
    "turned": "turned upright",
    "black and white": "read in black and white",
}
KINDS: Final = {kind: word for kind, (_, word) in FIELDS.items()} | {"income": "Income"}


@dataclass(frozen=True, slots=True)
class WordView:
    """A word where it stands, in the units of its page's picture."""

    said: str = ""
    x: int = 0
    y: int = 0
    base: int = 0
    width: int = 0
    height: int = 0
    size: int = 0
    is_unsure: bool = False


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of words."""

    words: list[WordView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PageView:
    """One page: its picture, how that is turned to lie as it was read, its words, how it went."""

    number: int = 0
    box: str = "0 0 1 1"
    picture: str = ""
    picture_width: int = 0
    picture_height: int = 0
    turn: str = ""
    lines: list[LineView] = field(default_factory=list)
    text: str = ""
    quality: str = ""
    is_poor: bool = False
    steps: str = ""
    unsure: int = 0

    @classmethod
    def of(cls, page: DocumentPage, document_id: int) -> "PageView":
        """Return what is shown of a page."""
        wide, high = _before_turning(page)
        words = [_word(word) for word in page.words]
        return cls(
            number=page.page_no,
            box=f"0 0 {max(1, page.width)} {max(1, page.height)}",
            picture=f"/documents/{document_id}/pages/{page.page_no}.jpg?of={page.version_number}",
            picture_width=wide,
            picture_height=high,
            turn=(
                f"translate({page.width / 2} {page.height / 2})"
                f" rotate({90 * page.turned - page.skew})"
                f" translate({-wide / 2} {-high / 2})"
            ),
            lines=_lines(page.words, words),
            text=_text(page.words),
            quality=_quality(page),
            is_poor=is_poor(page),
            steps=", ".join(STEPS.get(str(step), str(step)) for step in page.steps),
            unsure=sum(word.is_unsure for word in words),
        )


def _before_turning(page: DocumentPage) -> tuple[int, int]:
    """Return the size of a page's picture before it was straightened and turned.

    Straightening by an angle made the picture as large as its corners need; this solves for what
    it was.
    """
    wide, high = page.width, page.height
    if page.turned % 2:
        wide, high = high, wide
    angle = radians(abs(float(page.skew)))
    along, across = cos(angle), sin(angle)
    whole = along**2 - across**2
    return (
        max(1, round((wide * along - high * across) / whole)),
        max(1, round((high * along - wide * across) / whole)),
    )


def _word(word: list[Any]) -> WordView:
    said, x, y, width, height, _, sure = word
    return WordView(
        said=said,
        x=x,
        y=y,
        base=y + round(height * 0.8),
        width=width,
        height=height,
        size=max(6, height),
        is_unsure=sure < UNSURE,
    )


def _lines(kept: list[list[Any]], words: list[WordView]) -> list[LineView]:
    lines: dict[int, list[WordView]] = {}
    for raw, word in zip(kept, words, strict=True):
        lines.setdefault(raw[5], []).append(word)
    return [LineView(line) for line in lines.values()]


def _text(kept: list[list[Any]]) -> str:
    lines: dict[int, list[str]] = {}
    for raw in kept:
        lines.setdefault(raw[5], []).append(raw[0])
    return "\n".join(" ".join(line) for line in lines.values())


def _quality(page: DocumentPage) -> str:
    if page.ink_coverage is None:
        return "Nothing is written on this page."
    covered = f"{page.ink_coverage * 100:.0f}% of the marks lie in words that were read"
    if page.source == "layer":
        return f"The file's own text; {covered}."
    if page.confidence is None:
        return "No words were recognised on this page."
    return f"Read from the picture, {page.confidence * 100:.0f}% sure; {covered}."


@dataclass(frozen=True, slots=True)
class FigureView:
    """A figure that was found, with the field it would fill and what stands there now."""

    id: int = 0
    kind: str = ""
    word: str = ""
    value: str = ""
    shown: str = ""
    where: str = ""
    now: str = ""
    same: bool = False
    is_unsure: bool = False
    is_income: bool = False
    status: str = "open"
    decided: str = ""

    @classmethod
    def of(cls, row: DocumentFigure, found: OpenDocument, debt: Debt | None) -> "FigureView":
        """Return what is shown of a figure beside a debt's field or a budget line."""
        now = _now(row, found, debt)
        return cls(
            id=row.id,
            kind=row.kind,
            word=KINDS[row.kind],
            value=_typed(row),
            shown=shown_figure(row.kind, row.value),
            where=f"Page {row.page_no}" + (f", beside “{row.label}”" if row.label else ""),
            now=shown_figure(row.kind, now) if now else "Nothing recorded",
            same=bool(now) and now == row.value,
            is_unsure=row.sure is not None and row.sure < Decimal("0.85"),
            is_income=row.kind == "income",
            status=row.status,
            decided="" if row.status == "open" else _decided(row),
        )


def _typed(row: DocumentFigure) -> str:
    """Return a figure as a person would type it."""
    if row.kind != "dated":
        return row.value
    year, month, day = row.value.split("-")
    return f"{int(day)} {int(month)} {year}"


def _now(row: DocumentFigure, found: OpenDocument, debt: Debt | None) -> str:
    if row.kind == "income":
        line = found.recorded_income
        return line.get("amount", "")
    if debt is None:
        return ""
    stored = getattr(debt, FIELDS[row.kind][0])
    return "" if stored is None else str(stored)


def _decided(row: DocumentFigure) -> str:
    when = local(row.decided_at) if row.decided_at else None
    day = f" on {day_text(when.date())}" if when else ""
    if row.status == "dismissed":
        return f"Put away{day}"
    taken = (
        f" as {shown_figure(row.kind, row.taken)}" if row.taken and row.taken != row.value else ""
    )
    return f"Taken over{taken}{day}"


@dataclass(frozen=True, slots=True)
class ReadingView:
    """A document's reading as a whole."""

    id: int = 0
    case_id: int = 0
    version: int = 0
    name: str = ""
    status: str = ""
    status_word: str = ""
    tone: str = ""
    is_waiting: bool = False
    has_failed: bool = False
    done: int = 0
    of: int = 0
    why: str = ""
    about: str = ""
    pages: list[int] = field(default_factory=list)
    poor: list[int] = field(default_factory=list)
    unread: str = ""
    type_code: str = ""
    type_word: str = ""
    suggested: str = ""
    suggested_word: str = ""
    probability: str = ""
    guesses: list[tuple[str, str, str]] = field(default_factory=list)
    chosen: bool = False
    model: str = ""
    scam: list[tuple[str, str]] = field(default_factory=list)
    may_decide: bool = True

    @classmethod
    def of_document(cls, found: OpenDocument) -> "ReadingView":
        """Return what is shown of a document's reading."""
        row, reading = found.document, found.reading
        sorted_as = row.ai_classification
        poor = [page.page_no for page in found.pages if is_poor(page)]
        total = row.page_count or len(found.pages)
        return cls(
            id=row.id,
            case_id=row.case_id or 0,
            version=row.version_number,
            name=row.document_name,
            status=row.ocr_status,
            status_word=STATUS_LABELS.get(row.ocr_status, row.ocr_status),
            tone=TONES.get(row.ocr_status, ""),
            is_waiting=row.ocr_status in {"waiting", "reading"},
            has_failed=row.ocr_status in {"failed", "not_processed"},
            done=reading.pages_done if reading else 0,
            of=max(1, reading.page_count if reading else 1),
            why=WHY.get(reading.why or "", "") if reading else "",
            about=_about(found),
            pages=[page.page_no for page in found.pages],
            poor=poor,
            unread=(
                f"Pages {len(found.pages) + 1} to {total} are beyond the longest that is read."
                if found.pages and total > len(found.pages)
                else ""
            ),
            type_code=row.document_type or "",
            type_word=type_label(row.document_type),
            suggested=sorted_as.get("type") or "",
            suggested_word=type_label(sorted_as.get("type")),
            probability=f"{sorted_as.get('probability', 0) * 100:.0f}%",
            guesses=[
                (code, type_label(code), f"{chance * 100:.0f}%")
                for code, chance in sorted_as.get("guesses", [])
            ],
            chosen=found.chosen is not None or bool(row.document_type),
            model=sorted_as.get("version", ""),
            scam=[(sign["says"], sign["seen"]) for sign in sorted_as.get("scam", [])],
            may_decide=found.may_decide,
        )


def _about(found: OpenDocument) -> str:
    if not found.pages:
        return ""
    words = sum(len(page.words) for page in found.pages)
    pages = len(found.pages)
    return f"{words:,} {'word' if words == 1 else 'words'} on {pages} page{'s' * (pages != 1)}"


@dataclass(frozen=True, slots=True)
class CardView:
    """What there is to know of the sorter: how it was tested, and how it does in this centre."""

    version: str = ""
    papers: int = 0
    tested: int = 0
    right: str = ""
    suggested: str = ""
    suggested_count: int = 0
    suggested_right: str = ""
    nothing: int = 0
    nothing_wrong: int = 0
    earlier: str = ""
    here: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, here: list[SorterFigures]) -> "CardView":
        """Return the sorter's card with what people of this centre chose."""
        facts = model_facts()
        tested, earlier = facts["fresh"], facts["tested"]
        return cls(
            version=facts["version"],
            papers=facts["papers"],
            tested=tested["papers"],
            right=f"{tested['right'] * 100:.0f}%",
            suggested=f"{tested['suggested'] * 100:.0f}%",
            suggested_count=tested["suggested_count"],
            suggested_right=f"{tested['suggested_right'] * 100:.0f}%",
            nothing=tested["of_no_class"],
            nothing_wrong=tested["of_no_class_suggested"],
            earlier=(
                f"On {earlier['papers']} earlier papers, some written by those who had"
                f" written the rules: likeliest type right for {earlier['right'] * 100:.0f}%;"
                f" suggested for {earlier['suggested_count']}, of these"
                f" {earlier['suggested_right'] * 100:.0f}% right."
            ),
            here=[
                f"{each.version or 'No suggestion'}: {each.chosen} sorted by people,"
                f" {each.suggested} suggested, {each.right} of these taken as suggested"
                for each in here
            ],
        )
