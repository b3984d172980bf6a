"""How documents are shown: rows, versions, what they prove, and what is still awaited."""

from dataclasses import dataclass, field

from cma_app.services.document_requests import AskedList, AskedRow
from cma_app.services.document_search import STATUS_LABELS
from cma_app.services.document_uses import GROUP_WORDS, Target, UseRow
from cma_app.services.documents import DocumentFile, DocumentRow, VersionRow
from state.reading_views import TONES as READ_TONES
from state.words import away, day_text, moment_text, several, weekday_text

LEFT_BEHIND = {
    "scripts": "scripts",
    "actions": "actions",
    "attachments": "attached files",
    "form": "the form's own behaviour (what was filled in stays)",
    "links": "links",
    "details": "the camera's notes on place and time",
    "frames": "all pictures but the first",
}


def size_text(size: int) -> str:
    """Return 84 kB or 2.1 MB."""
    kilobytes = max(round(size / 1000), 1)
    return f"{kilobytes} kB" if kilobytes < 1000 else f"{kilobytes / 1000:.1f} MB"


@dataclass(frozen=True, slots=True)
class UseView:
    """One thing a document proves; `short` is what a narrow column says."""

    kind: str
    mark: str
    word: str
    label: str

    @classmethod
    def of(cls, row: UseRow) -> "UseView":
        """Return what is shown of a use."""
        return cls(row.kind, row.mark, GROUP_WORDS[row.kind], row.label)


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One document in the list."""

    id: int = 0
    version: int = 0
    name: str = ""
    type_code: str = ""
    about: str = ""
    added: str = ""
    added_by: str = ""
    state: str = ""
    read_word: str = ""
    read_tone: str = ""
    is_for_named: bool = False
    uses: list[UseView] = field(default_factory=list)

    @classmethod
    def of(cls, row: DocumentRow, uses: list[UseRow]) -> "DocumentLine":
        """Return what is shown of a document."""
        number = f"version {row.version_number}" if row.version_number > 1 else ""
        parts = (row.type_label, several(row.pages, "page"), size_text(row.size), number)
        return cls(
            id=row.id,
            version=row.version,
            name=row.name,
            type_code=row.type_code,
            about=" · ".join(part for part in parts if part),
            added=moment_text(row.added_at),
            added_by=row.added_by,
            state=row.status,
            read_word=STATUS_LABELS.get(row.ocr_status, row.ocr_status),
            read_tone=READ_TONES.get(row.ocr_status, ""),
            is_for_named=row.is_for_named,
            uses=[UseView.of(use) for use in uses if use.document_id == row.id],
        )


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of a document, with what was left behind of the file as it came."""

    number: int
    is_newest: bool
    came_as: str
    about: str
    left: str

    @classmethod
    def of(cls, row: VersionRow, newest: int) -> "VersionView":
        """Return what is shown of a version."""
        left = ", ".join(LEFT_BEHIND.get(each, each) for each in row.left_behind)
        who = f" by {row.added_by}" if row.added_by else ""
        parts = (several(row.pages, "page"), size_text(row.size), moment_text(row.added_at) + who)
        return cls(
            number=row.number,
            is_newest=row.number == newest,
            came_as=row.original_name,
            about=" · ".join(parts),
            left=f"Left behind to keep it safe: {left}." if left else "",
        )


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One document on its own page."""

    line: DocumentLine = field(default_factory=DocumentLine)
    case_id: int = 0
    number: int = 1
    pages: list[int] = field(default_factory=list)
    versions: list[VersionView] = field(default_factory=list)
    named: str = ""
    kept_until: str = ""

    @classmethod
    def of(cls, found: DocumentFile, uses: list[UseRow]) -> "DocumentView":
        """Return what is shown of a document."""
        row = found.row
        return cls(
            line=DocumentLine.of(row, uses),
            case_id=row.case_id,
            number=row.version_number,
            pages=list(range(1, row.pages + 1)) if row.status == "stored" else [],
            versions=[VersionView.of(each, row.version_number) for each in found.versions],
            named=", ".join(found.named),
            kept_until=day_text(row.retention_date),
        )


@dataclass(frozen=True, slots=True)
class AskedView:
    """A document that was asked for."""

    id: int = 0
    version: int = 0
    name: str = ""
    about: str = ""
    status: str = ""
    said: str = ""
    chaser: str = ""
    is_due: bool = False
    document_id: int = 0
    document: str = ""

    @classmethod
    def of(cls, row: AskedRow) -> "AskedView":
        """Return what is shown of what was asked for."""
        asked = [f"Asked {weekday_text(row.asked_on)}"]
        if row.chased_count:
            times = "once" if row.chased_count == 1 else several(row.chased_count, "time")
            how = f" by {row.chased_how.lower()}" if row.chased_how else ""
            asked.append(f"chased {times}, last {weekday_text(row.chased_on)}{how}")
        if row.status == "received":
            asked = [f"Came {weekday_text(row.received_on)}"]
        return cls(
            id=row.id,
            version=row.version,
            name=row.type_label,
            about=row.about,
            status=row.status,
            said="; ".join(asked),
            chaser=_chaser(row),
            is_due=row.is_due,
            document_id=row.document_id or 0,
            document=row.document,
        )


def _chaser(row: AskedRow) -> str:
    if row.status != "asked":
        return ""
    if row.next_chaser_on is None:
        return "Asked often enough: decide what to do without it"
    return f"Next chaser {weekday_text(row.next_chaser_on)}, {away(row.next_chaser_on)}"


@dataclass(frozen=True, slots=True)
class AwaitedView:
    """What was asked for in a case, and how the client may be asked."""

    rows: list[AskedView] = field(default_factory=list)
    summary: str = ""
    routes: list[tuple[str, str]] = field(default_factory=list)
    unsafe: str = ""

    @classmethod
    def of(cls, found: AskedList) -> "AwaitedView":
        """Return what is shown of a case's awaited documents."""
        chased = sum(bool(row.chased_count) for row in found.rows if row.status == "asked")
        return cls(
            rows=[AskedView.of(row) for row in found.rows],
            summary=f"{found.missing} missing, {chased} of them chased; {found.received} received",
            routes=found.routes,
            unsafe=", ".join(found.unsafe).lower(),
        )


@dataclass(frozen=True, slots=True)
class TargetView:
    """Something a document can show."""

    kind: str
    mark: str
    label: str
    detail: str
    is_shown: bool
    other: str


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """The targets of one kind."""

    word: str
    targets: list[TargetView]


def target_groups(found: list[Target]) -> list[TargetGroup]:
    """Return what a document can show, by kind; a kind without any is left out."""
    groups = []
    for kind, word in GROUP_WORDS.items():
        here = [
            TargetView(each.kind, each.mark, each.label, each.detail, each.is_shown, each.other)
            for each in found
            if each.kind == kind
        ]
        if here:
            groups.append(TargetGroup(word, here))
    return groups
