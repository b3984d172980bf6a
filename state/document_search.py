"""Finding documents: what is looked for stands in the address, to be kept and shared."""

from dataclasses import dataclass, field
from typing import Final

import reflex as rx

from cma_app.access.acts import Act
from cma_app.clock import local
from cma_app.errors import Invalid
from cma_app.paging import Page
from cma_app.services.document_search import (
    MOST,
    STATUS_LABELS,
    FoundDocument,
    SearchForm,
    search_documents,
)
from state.base import CentreState, Form, FormErrors, act, load
from state.forms import joined_date, text_in
from state.lists import Foot, address, page_beside, page_in
from state.reading_views import TONES
from state.words import day_text

PATH: Final = "/documents"
PLAIN: Final = {
    "q": "",
    "type": "",
    "case": "",
    "status": "",
    "since": "",
    "until": "",
    "page": "1",
}
BOXES: Final = {
    "q": "words",
    "type": "document_type",
    "case": "case_reference",
    "status": "status",
    "since": "since",
    "until": "until",
}


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A document that was found, as text."""

    id: int
    case_id: int
    name: str
    type_word: str
    client: str
    reference: str
    added: str
    status_word: str
    tone: str
    parts: list[tuple[str, bool]] = field(default_factory=list)

    @classmethod
    def of(cls, row: FoundDocument) -> "FoundLine":
        """Return what is shown of a document in the list."""
        return cls(
            id=row.id,
            case_id=row.case_id,
            name=row.name,
            type_word=row.type_word,
            client=row.client,
            reference=row.case_reference,
            added=day_text(local(row.added_at).date()),
            status_word=STATUS_LABELS.get(row.status, row.status),
            tone=TONES.get(row.status, ""),
            parts=[(part.said, part.is_found) for part in row.parts],
        )


class DocumentSearchState(CentreState):
    """What was found, and what the address asked for."""

    rows: list[FoundLine] = []
    foot: Foot = Foot()
    asked: dict[str, str] = dict(PLAIN)
    days: dict[str, str] = {}
    errors: FormErrors = {}
    ready: bool = False
    is_asked: bool = False
    has_more: bool = False
    filled: int = 0

    @load(Act.DOCUMENT_FIND)
    async def open(self):
        """Show the documents that the address asks for."""
        asked = {name: self.query(name, plain)[:200] for name, plain in PLAIN.items()}
        self.asked, self.errors = asked, {}
        self.days = _days(asked)
        self.is_asked = any(asked[name] != plain for name, plain in PLAIN.items() if name != "page")
        self.filled += 1
        try:
            found: Page[FoundDocument] = await self.ask(
                search_documents,
                SearchForm.read({box: asked[name] for name, box in BOXES.items()}),
                page=page_in(asked["page"]),
            )
        except Invalid as error:
            self.errors, self.rows, self.ready = dict(error.fields), [], True
            self.foot = Foot(label="Nothing found")
            return
        self.rows = [FoundLine.of(row) for row in found.rows]
        self.foot, self.ready = Foot.of(found, none="Nothing found"), True
        self.has_more = found.total >= MOST

    @act(Act.DOCUMENT_FIND)
    def find(self, form: Form):
        """Go to the documents that the boxes ask for."""
        asked = {name: text_in(form, box) for name, box in BOXES.items()}
        asked |= {name: joined_date(form, name) for name in ("since", "until")}
        return rx.redirect(address(PATH, asked | {"page": "1"}, PLAIN))

    @act(Act.DOCUMENT_FIND)
    def step(self, by: int):
        """Go a page forth or back."""
        here = self.asked | {"page": page_beside(self.asked["page"], by)}
        return rx.redirect(address(PATH, here, PLAIN))


def _days(asked: dict[str, str]) -> dict[str, str]:
    """Return the boxes of the two days, as the address says them: `5 11 2026`."""
    boxes: dict[str, str] = {}
    for name in ("since", "until"):
        parts = [*asked[name].split(), "", "", ""][:3]
        boxes |= {
            f"{name}-{part}": said
            for part, said in zip(("day", "month", "year"), parts, strict=True)
        }
    return boxes
