"""What is shown of work that waits for sign-off, as text."""

from dataclasses import dataclass, field
from typing import Final

from cma_app.services.own_work import Month
from cma_app.services.sign_off_content import Compared
from cma_app.services.sign_off_list import Banner, OpenSignOff, QueueRow
from state.review_views import BarRow, bar_row
from state.words import moment_text, several

STATUS_WORDS: Final = {
    "submitted": "Waits",
    "approved": "Signed off",
    "returned": "Sent back",
    "void": "Void: it changed",
    "withdrawn": "Withdrawn",
}
MONTH_WORDS: Final = ("signed off at once", "signed off after changes", "not signed off yet")
TONES: Final = {"approved": "good", "returned": "late", "void": "late", "submitted": "note"}


@dataclass(frozen=True, slots=True)
class BannerView:
    """One line of a case's banner: what waits and for whom, or what came back."""

    id: int
    lead: str
    rest: str
    is_back: bool
    is_late: bool

    @classmethod
    def of(cls, found: Banner) -> "BannerView":
        """Return what is shown of a banner."""
        since = moment_text(found.submitted_at).replace("Today", "today")
        if found.status == "submitted":
            rest = f"waits for sign-off by {found.waits_for}, submitted by {found.trainee}, {since}"
            return cls(found.id, found.word, rest, is_back=False, is_late=found.is_late)
        who = "you" if found.is_mine else found.trainee
        why = "was sent back to" if found.status == "returned" else "changed and is void: back to"
        return cls(found.id, found.word, f"{why} {who}", is_back=True, is_late=False)


@dataclass(frozen=True, slots=True)
class WaitRow:
    """One version in a list."""

    id: int
    case_id: int
    word: str
    version: str
    client: str
    reference: str
    trainee: str
    submitted: str
    waited: str
    is_late: bool
    status: str
    status_word: str
    tone: str
    decided: str

    @classmethod
    def of(cls, row: QueueRow) -> "WaitRow":
        """Return what is shown of a version."""
        decided = moment_text(row.decided_at) if row.decided_at else ""
        return cls(
            id=row.id,
            case_id=row.case_id,
            word=row.word,
            version=f"Version {row.version_no}",
            client=row.client,
            reference=row.reference,
            trainee=row.trainee,
            submitted=moment_text(row.submitted_at),
            waited=several(row.days, "working day") if row.days else "Today",
            is_late=row.is_late,
            status=row.status,
            status_word=STATUS_WORDS[row.status],
            tone=TONES.get(row.status, ""),
            decided=f"{decided}, {row.decided_by}" if row.decided_by else decided,
        )


@dataclass(frozen=True, slots=True)
class LineView:
    """One submitted line, with the version before and what was said beside either."""

    key: str
    label: str
    old: str
    new: str
    is_changed: bool
    is_new: bool
    is_gone: bool
    may_edit: bool
    before_comment: str
    comment: str
    edited: str
    is_figure: bool

    @classmethod
    def of(cls, line: Compared, found: OpenSignOff) -> "LineView":
        """Return what is shown of a line."""
        return cls(
            key=line.key,
            label=line.label,
            old=line.old or "",
            new=line.new or "",
            is_changed=line.is_changed,
            is_new=line.old is None,
            is_gone=line.new is None,
            may_edit=line.may_edit and found.may_decide,
            before_comment=line.comment,
            comment=str(found.comments.get(line.key, "")),
            edited=str(found.edits.get(line.key, "")),
            is_figure=(line.new or line.old or "").startswith("£"),
        )


@dataclass(frozen=True, slots=True)
class PointView:
    """One point of the checklist; `answer` is empty until it is decided."""

    code: str
    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class SignOffView:
    """One version whole; `id` is 0 until one is open."""

    id: int = 0
    case_id: int = 0
    word: str = ""
    version: str = ""
    client: str = ""
    reference: str = ""
    trainee: str = ""
    submitted: str = ""
    waited: str = ""
    is_late: bool = False
    status: str = ""
    status_word: str = ""
    tone: str = ""
    decided: str = ""
    way: str = ""
    hash: str = ""
    lines: list[LineView] = field(default_factory=list)
    before: str = ""
    before_remark: str = ""
    before_by: str = ""
    before_points: list[str] = field(default_factory=list)
    points: list[PointView] = field(default_factory=list)
    remark: str = ""
    waits_for: str = ""
    is_mine: bool = False
    may_decide: bool = False
    may_withdraw: bool = False
    is_changed: bool = False
    is_newest: bool = True
    may_edit: bool = False

    @classmethod
    def of(cls, found: OpenSignOff) -> "SignOffView":
        """Return what is shown of a version."""
        row = WaitRow.of(found.row)
        answers = {each["code"]: each["answer"] for each in found.reasons}
        lines = [LineView.of(line, found) for line in found.lines]
        points = [(each.code, each.text) for each in found.points]
        if found.reasons:
            points = [(each["code"], each["text"]) for each in found.reasons]
        waits = row.status == "submitted"
        return cls(
            id=row.id,
            case_id=row.case_id,
            word=row.word,
            version=row.version,
            client=row.client,
            reference=row.reference,
            trainee=row.trainee,
            submitted=row.submitted,
            waited=row.waited,
            is_late=row.is_late,
            status=row.status,
            status_word=row.status_word,
            tone=row.tone,
            decided=row.decided,
            way=_way(found),
            hash=found.hash,
            lines=lines,
            before=f"Version {found.before_no}" if found.before_no else "",
            before_remark=found.before_remark,
            before_by=found.before_by,
            before_points=[
                each["text"] for each in found.before_reasons if each["answer"] == "change"
            ],
            points=[PointView(code, text, answers.get(code, "")) for code, text in points],
            remark=found.remark,
            waits_for=found.waits_for,
            is_mine=found.is_mine,
            may_decide=found.may_decide,
            may_withdraw=found.is_mine and waits,
            is_changed=found.is_changed,
            is_newest=found.is_newest,
            may_edit=any(line.may_edit for line in lines),
        )


def _way(found: OpenSignOff) -> str:
    """Return the address where the step is taken, so that it can be looked at and put right."""
    case = f"/cases/{found.row.case_id}"
    if found.tab == "client":
        return f"/clients/{found.client_id}"
    if found.tab == "letters":
        return f"{case}/letters/{found.subject_id}"
    return case if found.tab == "overview" else f"{case}/{found.tab}"


def month_rows(months: list[Month]) -> list[BarRow]:
    """Return each month as a bar with its figures."""
    return [
        bar_row(
            f"{month.first_day:%B %Y}",
            MONTH_WORDS,
            (month.at_once, month.after_changes, month.not_yet),
        )
        for month in months
    ]
