"""What the letters tab and an open letter show, as text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Final

from cma_app.clock import today
from cma_app.printing.letter_content import Block, LetterContent, Table
from cma_app.rules.letter_templates import letter_kinds
from cma_app.services.chasers import Waiting
from cma_app.services.letter_batches import DraftRow
from cma_app.services.letter_drafts import Readers
from cma_app.services.letter_ways import FIGURES, ROUTE_WORDS, Obstacle
from cma_app.services.letters import LetterRow, OpenLetter
from state.words import away, day_text, moment_text, several

FILE_WORDS: Final = {"letter": "PDF", "letter_word": "Word"}
ROLE_WORDS: Final = {"client": "Client", "partner": "Partner"}
_GAP: Final = re.compile(r"(\[[^\[\]\n]{1,100}\])")


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One letter in the list: `status` is draft, sent, waiting, due or chased."""

    id: int
    kind: str
    reader: str
    subject: str
    status: str
    sent: str
    chase: str

    @classmethod
    def of(cls, row: LetterRow) -> "LetterLine":
        """Return what is shown of a letter."""
        how = f", {ROUTE_WORDS[row.route].lower()}" if row.route else ""
        sent = f"{moment_text(row.issued_at)}{how}" if row.issued_at else ""
        return cls(
            id=row.id,
            kind=letter_kinds().get(row.kind, row.kind),
            reader=row.to,
            subject=row.subject,
            status=_status(row),
            sent=sent or f"Drafted {_moment(row.written_at)}",
            chase=_chase(row),
        )


def _moment(at: datetime) -> str:
    """Return a moment as it reads within a sentence."""
    said = moment_text(at)
    return said[:1].lower() + said[1:]


def _status(row: LetterRow) -> str:
    if row.status == "draft":
        return "draft"
    if row.chase_on is not None:
        return "due" if row.chase_on <= today() else "waiting"
    return "chased" if row.chased_at is not None else "sent"


def _chase(row: LetterRow) -> str:
    if row.chase_on is not None:
        return f"{day_text(row.chase_on)}, {away(row.chase_on)}"
    return f"Chased {_moment(row.chased_at)}" if row.chased_at is not None else ""


@dataclass(frozen=True, slots=True)
class ObstacleView:
    """Why a letter cannot leave, the part it is in, and the tab that mends it."""

    sentence: str
    field: str
    tab: str

    @classmethod
    def of(cls, each: Obstacle) -> "ObstacleView":
        """Return what is shown of an obstacle."""
        return cls(each.sentence, each.field, each.tab)


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One draft of a batch: that it is ready, or why it cannot leave yet."""

    id: int
    reader: str
    said: str
    is_ready: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """The drafts of one kind, to be issued together."""

    kind: str
    word: str
    count: int
    ready: int
    may_issue: bool
    lines: list[DraftLine]


def batches(rows: list[DraftRow]) -> list[Batch]:
    """Return the drafts by kind."""
    made = []
    for kind, each in groupby(rows, key=lambda row: row.kind):
        drafts = list(each)
        made.append(
            Batch(
                kind=kind,
                word=drafts[0].kind_word,
                count=len(drafts),
                ready=sum(not row.obstacles for row in drafts),
                may_issue=all(row.may_issue for row in drafts),
                lines=[_draft(row) for row in drafts],
            )
        )
    return made


def _draft(row: DraftRow) -> DraftLine:
    if row.obstacles:
        return DraftLine(row.id, row.to, row.obstacles[0].sentence, is_ready=False)
    ready = "Ready" if row.has_address else "Ready, without an address for the post"
    return DraftLine(row.id, row.to, ready, is_ready=True)


@dataclass(frozen=True, slots=True)
class ReaderView:
    """Somebody whom a letter may go to; `said` is what they are."""

    id: int
    name: str
    said: str


@dataclass(frozen=True, slots=True)
class ReadersView:
    """Who may be written to, and what is wanting."""

    creditors: list[ReaderView] = field(default_factory=list)
    people: list[ReaderView] = field(default_factory=list)
    without_authority: str = ""
    without_address: str = ""

    @classmethod
    def of(cls, found: Readers) -> "ReadersView":
        """Return what is shown of who may be written to."""
        return cls(
            creditors=[
                ReaderView(each.id, each.name, several(each.accounts, "account"))
                for each in found.creditors
            ],
            people=[
                ReaderView(each.id, each.name, _reached(each.role, each.is_safe("post")))
                for each in found.people
            ],
            without_authority=_names(
                each.name for each in found.creditors if not each.has_authority
            ),
            without_address=_names(each.name for each in found.creditors if not each.has_address),
        )


def _reached(role: str, by_post: bool) -> str:  # noqa: FBT001 - an answer of theirs
    return ROLE_WORDS[role] if by_post else f"{ROLE_WORDS[role]}, not by post"


def _names(names: Iterable[str]) -> str:
    return ", ".join(names)


@dataclass(frozen=True, slots=True)
class WaitingView:
    """A letter that waits for its answer."""

    letter_id: int
    kind: str
    creditor_id: int
    creditor: str
    sent: str
    chase: str
    is_due: bool
    hold: str
    shield: str
    chaser_id: int

    @classmethod
    def of(cls, row: Waiting) -> "WaitingView":
        """Return what is shown of a letter that waits."""
        return cls(
            letter_id=row.letter_id,
            kind=letter_kinds().get(row.kind, row.kind),
            creditor_id=row.creditor_id,
            creditor=row.creditor,
            sent=f"Sent {_moment(row.issued_at)}",
            chase=f"{day_text(row.chase_on)}, {away(row.chase_on)}",
            is_due=row.is_due,
            hold=day_text(row.hold_until),
            shield=_shield(row),
            chaser_id=row.chaser_id,
        )


def _shield(row: Waiting) -> str:
    """Return what to look at before a chaser to a creditor who is held off; empty for others."""
    if not row.is_protected:
        return ""
    until = f" until {day_text(row.protected_until)}" if row.protected_until else ""
    return f"In breathing space{until}: see whether to chase at all."


@dataclass(frozen=True, slots=True)
class PartView:
    """A piece of text; `is_gap` where somebody has still to write it."""

    text: str
    is_gap: bool


@dataclass(frozen=True, slots=True)
class LineView:
    """A line or a list's item in its pieces."""

    parts: list[PartView]


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell of a letter's table."""

    text: str
    is_sum: bool


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of a letter's table."""

    cells: list[CellView]


@dataclass(frozen=True, slots=True)
class BlockView:
    """A paragraph, heading, list or table of the letter."""

    kind: str
    parts: list[PartView] = field(default_factory=list)
    points: list[LineView] = field(default_factory=list)
    head: list[CellView] = field(default_factory=list)
    rows: list[RowView] = field(default_factory=list)
    total: list[CellView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PaperView:
    """The letter as it prints."""

    centre: str = ""
    centre_lines: list[str] = field(default_factory=list)
    recipient: list[LineView] = field(default_factory=list)
    date: str = ""
    references: list[LineView] = field(default_factory=list)
    status: str = ""
    salutation: list[PartView] = field(default_factory=list)
    subject: list[PartView] = field(default_factory=list)
    blocks: list[BlockView] = field(default_factory=list)
    closing: str = ""
    signatory: str = ""
    signatory_role: str = ""
    enclosures: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    small_print: str = ""

    @classmethod
    def of(cls, content: LetterContent) -> "PaperView":
        """Return a letter's content as its page shows it."""
        head = content.letterhead
        reach = (*head.address, head.phone, head.email, head.website)
        references = [f"Our reference {content.our_reference}"]
        if content.their_reference:
            references.append(f"Your reference {content.their_reference}")
        return cls(
            centre=head.name,
            centre_lines=[line for line in reach if line],
            recipient=[LineView(_parts(line)) for line in content.recipient],
            date=f"{content.date.day} {content.date:%B %Y}",
            references=[LineView(_parts(line)) for line in references],
            status=content.status_label,
            salutation=_parts(content.salutation),
            subject=_parts(content.subject),
            blocks=[_block(block) for block in content.body],
            closing=content.closing,
            signatory=content.signatory,
            signatory_role=content.signatory_role,
            enclosures=list(content.enclosures),
            copies=list(content.copies_to),
            small_print=head.small_print,
        )


def _parts(text: str) -> list[PartView]:
    """Return a text with what is still to write in it set apart."""
    return [PartView(each, bool(_GAP.fullmatch(each))) for each in _GAP.split(text) if each]


def _block(block: Block) -> BlockView:
    if block.table is not None:
        return _table(block.table)
    return BlockView(
        kind=block.kind,
        parts=_parts(block.text),
        points=[LineView(_parts(item)) for item in block.items],
    )


def _table(table: Table) -> BlockView:
    sums = [column.is_sum for column in table.columns]

    def cells(texts: tuple[str, ...]) -> list[CellView]:
        return [CellView(text, is_sum) for text, is_sum in zip(texts, sums, strict=True)]

    return BlockView(
        kind="table",
        head=cells(tuple(column.label for column in table.columns)),
        rows=[RowView(cells(row.cells)) for row in table.rows],
        total=cells(table.total.cells) if table.total else [],
    )


@dataclass(frozen=True, slots=True)
class LetterView:
    """One letter whole, ready to show; `id` is 0 until one is open."""

    id: int = 0
    version: int = 0
    kind: str = ""
    reader: str = ""
    is_draft: bool = False
    to_client: bool = False
    has_table: bool = False
    paper: PaperView = field(default_factory=PaperView)
    gaps: list[str] = field(default_factory=list)
    obstacles: list[ObstacleView] = field(default_factory=list)
    figures: str = ""
    routes: list[tuple[str, str]] = field(default_factory=list)
    why_not: list[str] = field(default_factory=list)
    hides_address: bool = False
    needs_advisor: bool = False
    may_issue: bool = False
    may_submit: bool = False
    sent: str = ""
    chase: str = ""
    files: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, found: OpenLetter) -> "LetterView":
        """Return what is shown of a letter."""
        letter = found.letter
        is_draft = letter.status != "issued"
        figures = [each.sentence for each in found.obstacles if each.field == FIGURES]
        return cls(
            id=letter.id,
            version=letter.version,
            kind=found.kind_word,
            reader=found.to,
            is_draft=is_draft,
            to_client=letter.recipient == "client",
            has_table=any(block.table is not None for block in found.content.body),
            paper=PaperView.of(found.content),
            gaps=list(found.missing),
            obstacles=[ObstacleView.of(each) for each in found.obstacles if each.field != FIGURES],
            figures=figures[0] if figures else "",
            routes=[(route, ROUTE_WORDS[route]) for route in found.ways.possible],
            why_not=list(found.ways.why_not.values()),
            hides_address=found.hides_address,
            needs_advisor=found.needs_advisor,
            may_issue=found.may_issue or found.may_submit,
            may_submit=found.may_submit,
            sent=_sent(found),
            chase=f"{day_text(letter.chase_on)}, {away(letter.chase_on)}"
            if letter.chase_on
            else "",
            files=_files(found),
        )


def _sent(found: OpenLetter) -> str:
    letter = found.letter
    if letter.issued_at is None or letter.route is None:
        return ""
    how = ROUTE_WORDS[letter.route].lower()
    return f"Issued {_moment(letter.issued_at)}, {how} by {found.issued_by}"


def _files(found: OpenLetter) -> list[tuple[str, str]]:
    """Return the letter's files: what was issued, or the draft made on the spot."""
    if found.letter.status == "issued":
        return [
            (f"/files/{number}", FILE_WORDS.get(kind, name)) for number, kind, name in found.files
        ]
    number = found.letter.id
    return [(f"/letters/{number}.pdf", "Draft PDF"), (f"/letters/{number}.docx", "Draft Word")]
