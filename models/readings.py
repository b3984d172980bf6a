"""How documents are read and sorted: readings, pages with their words, figures, chosen types."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import CheckConstraint, Index, Numeric, SmallInteger, UniqueConstraint, text
from sqlmodel import Field

from models.base import CentreOwned, Stamped, document, key, named, one_of, refers, when, word

READING_STATUSES: Final = ("waiting", "reading", "read", "failed", "dropped")
READING_FAILURES: Final = ("slow", "unreadable", "ended", "damaged")
PAGE_SOURCES: Final = ("layer", "picture", "none")
FIGURE_KINDS: Final = ("balance", "arrears", "payment", "income", "account_number", "dated")
FIGURE_STATUSES: Final = ("open", "accepted", "dismissed")
TO_READ: Final = "status IN ('waiting','reading')"


def _number(default: str = "0") -> Any:
    return Field(default=int(default), nullable=False, sa_column_kwargs={"server_default": default})


def _share() -> Any:
    return Field(default=None, sa_type=Numeric(3, 2))  # type: ignore[call-overload]


class DocumentReading(CentreOwned, Stamped, table=True):
    """The reading of one version of a document: what is to be done, by whom it is true.

    A job is only a nudge. `reading` with nobody holding its lock is a reading whose worker died.
    """

    __tablename__ = named("document_readings")
    __table_args__ = (
        refers("document_id", "documents"),
        UniqueConstraint("centre_id", "document_id", "version_number"),
        one_of("status", READING_STATUSES),
        one_of("why", READING_FAILURES),
        CheckConstraint("status <> 'failed' OR why IS NOT NULL", name="why_failed"),
        Index("idx_document_readings_due", "due_at", postgresql_where=text(TO_READ)),
    )

    document_id: int = key()
    version_number: int = _number("1")
    status: str = word("waiting", 20)
    due_at: datetime = when()
    attempts: int = _number()
    claimed_at: datetime | None = when(default=None, nullable=True)
    finished_at: datetime | None = when(default=None, nullable=True)
    pages_done: int = _number()
    page_count: int = _number()
    why: str | None = Field(default=None, max_length=20)


class DocumentPage(CentreOwned, table=True):
    """A page as it was read: size in pixels, words with their boxes, and how well it went.

    It is written once, with its reading. `words` is a list of text, left, top, width, height,
    line and certainty; `turned` counts quarter turns and `skew` degrees that were taken out.
    """

    __tablename__ = named("document_pages")
    __table_args__ = (
        refers("document_id", "documents"),
        UniqueConstraint("centre_id", "document_id", "version_number", "page_no"),
        one_of("source", PAGE_SOURCES),
    )

    document_id: int = key()
    version_number: int = _number("1")
    page_no: int = _number("1")
    width: int = _number()
    height: int = _number()
    source: str = word("none", 10)
    words: list[Any] = document("[]")
    confidence: Decimal | None = _share()
    ink_coverage: Decimal | None = _share()
    turned: int = Field(
        default=0,
        nullable=False,
        sa_type=SmallInteger,
        sa_column_kwargs={"server_default": "0"},
    )
    skew: Decimal = Field(
        default=Decimal("0.00"),
        sa_type=Numeric(5, 2),  # type: ignore[call-overload]
        nullable=False,
        sa_column_kwargs={"server_default": "0"},
    )
    steps: list[Any] = document("[]")


class DocumentFigure(CentreOwned, Stamped, table=True):
    """A figure that a paper names, with where it stands; a person accepts or dismisses it.

    `value` is as the reader saw it; what was taken over may differ and stands in `taken`.
    """

    __tablename__ = named("document_figures")
    __table_args__ = (
        refers("document_id", "documents"),
        refers("debt_id", "debts"),
        refers("decided_by", "users"),
        one_of("kind", FIGURE_KINDS),
        one_of("status", FIGURE_STATUSES),
        CheckConstraint("status = 'open' OR decided_by IS NOT NULL", name="decided"),
        Index("idx_document_figures_document", "centre_id", "document_id"),
        Index("idx_document_figures_debt", "centre_id", "debt_id"),
    )

    document_id: int = key()
    version_number: int = _number("1")
    page_no: int = _number("1")
    kind: str = word("balance", 20)
    value: str = Field(max_length=60)
    label: str | None = Field(default=None, max_length=60)
    x: int = _number()
    y: int = _number()
    width: int = _number()
    height: int = _number()
    sure: Decimal | None = _share()
    status: str = word("open", 10)
    taken: str | None = Field(default=None, max_length=60)
    debt_id: int | None = key(default=None)
    budget_line: str | None = Field(default=None, max_length=60)
    decided_by: int | None = key(default=None)
    decided_at: datetime | None = when(default=None, nullable=True)


class DocumentTypeChoice(CentreOwned, Stamped, table=True):
    """The type that a person gave a document, beside what was suggested; rows only grow.

    `terms` counts words of the sorter's own vocabulary and nothing else: enough to learn from,
    without a client's text.
    """

    __tablename__ = named("document_type_choices")
    __table_args__ = (
        refers("document_id", "documents"),
        Index("idx_document_type_choices_document", "centre_id", "document_id", "id"),
        Index("idx_document_type_choices_version", "centre_id", "model_version"),
    )

    document_id: int = key()
    version_number: int = _number("1")
    suggested: str | None = Field(default=None, max_length=100)
    probability: Decimal | None = _share()
    guesses: list[Any] = document("[]")
    chosen: str = Field(max_length=100)
    model_version: str | None = Field(default=None, max_length=60)
    terms: dict[str, Any] = document("{}")
