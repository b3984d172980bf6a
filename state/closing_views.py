"""What the closing page shows, as text: boxes to fill, sums as picture and table, the record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from cma_app.clock import today
from cma_app.rules.closing import GAIN_FREQUENCIES, GROUPS, NIL, ONCE, Gain, Sum, Totals
from cma_app.rules.retention import KeepUntil
from cma_app.services.closing_forms import GainPart
from cma_app.services.closing_page import ClosingPage, DebtToEnd, GainSaid, Record, Revision
from cma_app.services.compliance_rows import CheckRow
from cma_app.services.retention import Hold, Kept
from state.budget_parts import BAR, PartView
from state.words import day_text, moment_text, pounds, several, weekday_text

NOT_KNOWN = "Not known"
FEW = 5
"""How many missing items stand open; the rest is behind one press."""
PLACES = {
    "written_off": "p3",
    "arranged": "p1",
    "solution": "p2",
    "paid": "p4",
    "client": "p5",
    "unknown": "p6",
}
"""The colour of each group in the picture."""


def long_day(day: date | None) -> str:
    """Return 26 November 2032."""
    return f"{day.day} {day:%B %Y}" if day is not None else ""


def box(amount: Decimal | None) -> str:
    """Return a sum as a box begins with it; empty where it is not known."""
    return f"{amount:.2f}" if amount is not None else ""


@dataclass(frozen=True, slots=True)
class DebtBoxes:
    """One debt of the form: the names of its boxes, and what they begin with."""

    id: int
    creditor: str
    kind: str
    is_priority: bool
    outcome_name: str
    start_name: str
    now_name: str
    off_name: str
    outcome: str
    start: str
    now: str
    off: str

    @classmethod
    def of(cls, debt: DebtToEnd, typed: Mapping[str, str]) -> "DebtBoxes":
        """Return a debt's boxes, with what was typed before in the place of what is stored."""
        names = {part: f"debt-{debt.id}-{part}" for part in ("outcome", "start", "now", "off")}
        begin = begin_debt(debt) | {name: typed[name] for name in names.values() if name in typed}
        return cls(
            id=debt.id,
            creditor=debt.creditor,
            kind=debt.kind,
            is_priority=debt.is_priority,
            **{f"{part}_name": name for part, name in names.items()},
            **{part: begin[name] for part, name in names.items()},
        )


def begin_debt(debt: DebtToEnd) -> dict[str, str]:
    """Return what a debt's boxes begin with, by name."""
    return {
        f"debt-{debt.id}-outcome": debt.outcome,
        f"debt-{debt.id}-start": box(debt.start),
        f"debt-{debt.id}-now": box(debt.now),
        f"debt-{debt.id}-off": box(debt.off),
    }


def begin_gain(number: int, gain: GainSaid) -> dict[str, str]:
    """Return what a gain's boxes begin with, by name."""
    return {
        f"gain-{number}-kind": gain.kind,
        f"gain-{number}-amount": box(gain.amount),
        f"gain-{number}-frequency": gain.frequency,
        f"gain-{number}-detail": gain.detail,
    }


@dataclass(frozen=True, slots=True)
class GainBoxes:
    """One gain of the form; `year` is what it comes to in a year by our factors."""

    number: int
    kind_name: str
    amount_name: str
    frequency_name: str
    detail_name: str
    kind: str = ""
    amount: str = ""
    frequency: str = ""
    detail: str = ""
    year: str = ""

    @classmethod
    def of(cls, number: int, typed: Mapping[str, str]) -> "GainBoxes":
        """Return a gain's boxes with what is typed."""
        parts = ("kind", "amount", "frequency", "detail")
        names = {part: f"gain-{number}-{part}" for part in parts}
        said = {part: typed.get(name, "") for part, name in names.items()}
        return cls(
            number=number,
            **{f"{part}_name": name for part, name in names.items()},
            **said,
            year=_year(said),
        )


def _year(said: Mapping[str, str]) -> str:
    frequency = said["frequency"]
    if GainPart.sentence_for("amount", said["amount"]) or frequency not in GAIN_FREQUENCIES:
        return ""
    amount = GainPart.read({"amount": said["amount"]}).amount
    if amount is None or frequency == ONCE:
        return ""
    return f"{pounds(Gain(amount, frequency).counted())} a year"


@dataclass(frozen=True, slots=True)
class StandBox:
    """Something that still stands: its box's name, what it is, and what was said of it."""

    name: str
    what: str
    when: str
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """Something to read, with where it is; `path` is empty where it is nowhere else."""

    what: str
    more: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class SumView:
    """One sum of a closing; `note` says of how many debts or gains it is not known."""

    label: str
    amount: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class SumsView:
    """The sums of a closing: what was owed by where it went, and the figures beside it."""

    parts: list[PartView] = field(default_factory=list)
    said: str = ""
    sums: list[SumView] = field(default_factory=list)

    @classmethod
    def of(cls, sums: Totals) -> "SumsView":
        """Return the picture and the figures."""
        parts = _parts(sums.where)
        return cls(
            parts=parts,
            said="What was owed at the start: "
            + (", ".join(f"{each.label} £{each.amount}" for each in parts) or "nothing known"),
            sums=[
                _sum("Owed at the start", sums.owed_at_start, "debt"),
                _sum("Owed at closing", sums.owed_at_closing, "debt"),
                _sum("Written off", sums.written_off, "debt"),
                _sum("Still owed, repayment arranged", sums.arranged, "debt"),
                _sum("Still owed, in a solution", sums.in_solution, "debt"),
                _sum("Gained in a year", sums.gained_a_year, "gain"),
                _sum("Gained once", sums.gained_once, "gain"),
                SumView("Gained in the first year", pounds(sums.first_year)),
            ],
        )


def _sum(label: str, found: Sum, of: str) -> SumView:
    if found.unknown and not found.of:
        return SumView(label, NOT_KNOWN)
    note = f"{several(found.unknown, of)} not known" if found.unknown else ""
    return SumView(label, pounds(found.known), note)


def _parts(where: Mapping[str, Decimal]) -> list[PartView]:
    whole, x, parts = sum(where.values(), NIL), NIL, []
    for group, word in GROUPS.items():
        amount = where[group]
        if amount <= 0:
            continue
        width = amount * BAR / whole
        share = (amount * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
        text = pounds(amount, sign=False)
        parts.append(PartView(PLACES[group], word, text, f"{share}%", f"{x:.2f}", f"{width:.2f}"))
        x += width
    return parts


@dataclass(frozen=True, slots=True)
class DebtSaid:
    """A debt of the record, as text."""

    creditor: str
    outcome: str
    start: str
    now: str
    off: str


@dataclass(frozen=True, slots=True)
class GainLine:
    """A gain of the record, as text."""

    what: str
    said: str
    counted: str


@dataclass(frozen=True, slots=True)
class RecordView:
    """How a case ended, in the words of its day; `revision` is 0 where there is no record."""

    revision: int = 0
    status: str = ""
    closed: str = ""
    by: str = ""
    reason: str = ""
    referred_to: str = ""
    solution: str = ""
    fca_outcome: str = ""
    client_words: str = ""
    what_next: str = ""
    emergency_words: str = ""
    saved: str = ""
    amended: str = ""
    debts: list[DebtSaid] = field(default_factory=list)
    gains: list[GainLine] = field(default_factory=list)
    sums: SumsView = SumsView()

    @classmethod
    def of(cls, record: Record | None) -> "RecordView":
        """Return the record as it stands."""
        if record is None:
            return cls()
        closing, words = record.closing, record.words
        return cls(
            revision=closing.revision,
            status=words["status"],
            closed=long_day(closing.closed_on),
            by=f"{record.by}, {moment_text(closing.created_at)}",
            reason=words["reason"],
            referred_to=closing.referred_to or "",
            solution=words["debt_solution"],
            fca_outcome=words["fca_outcome"],
            client_words=closing.client_words or "",
            what_next=closing.what_next or "",
            emergency_words=closing.emergency_words or "",
            saved=words.get("saved", ""),
            amended=closing.amended_because or "",
            debts=[
                DebtSaid(
                    creditor=each.creditor,
                    outcome=each.outcome,
                    start=pounds(each.start, sign=False, none=NOT_KNOWN),
                    now=pounds(each.now, sign=False, none=NOT_KNOWN),
                    off=pounds(each.off, sign=False, none="–"),
                )
                for each in record.debts
            ],
            gains=[_gain_line(each) for each in record.gains],
            sums=SumsView.of(record.totals),
        )


def _gain_line(gain: GainSaid) -> GainLine:
    often = GAIN_FREQUENCIES.get(gain.frequency, gain.frequency).lower()
    year = "" if gain.frequency == ONCE else " a year"
    return GainLine(
        what=f"{gain.word}: {gain.detail}" if gain.detail else gain.word,
        said=f"{pounds(gain.amount, none=NOT_KNOWN)} {often}",
        counted=f"{pounds(gain.counted)}{year}" if gain.counted is not None else NOT_KNOWN,
    )


@dataclass(frozen=True, slots=True)
class KeptView:
    """One class of the record: "Kept until 26 November 2032" and why."""

    what: str
    until: str
    why: str

    @classmethod
    def foreseen(cls, each: KeepUntil) -> "KeptView":
        """Return what holds if the case ends today."""
        return cls(each.label, f"Until {long_day(each.keep_until)}", _why(each.years, each.rule))

    @classmethod
    def of(cls, kept: Kept) -> "KeptView":
        """Return what holds, or held."""
        word = "Was until" if kept.ended_at is not None else "Kept until"
        why = f"{kept.ended_because}." if kept.ended_because else _why(kept.years, kept.rule)
        return cls(kept.label, f"{word} {long_day(kept.until)}", why)


def _why(years: int, rule: str) -> str:
    return f"{several(years, 'year')} from the day it ended: {rule}."


@dataclass(frozen=True, slots=True)
class HoldView:
    """A hold on the client's record, as text."""

    id: int = 0
    version: int = 0
    what: str = ""
    reason: str = ""
    by: str = ""

    @classmethod
    def of(cls, hold: Hold) -> "HoldView":
        """Return what is shown of a hold."""
        by = f"{hold.person}. {hold.placed_by}, {moment_text(hold.placed_at)}"
        return cls(hold.id, hold.version, hold.kind, hold.reason, by)


@dataclass(frozen=True, slots=True)
class PageView:
    """The page but for its boxes."""

    is_at_work: bool = True
    may_close: bool = False
    may_amend: bool = False
    may_save: bool = False
    may_hold: bool = False
    may_lift: bool = False
    may_let_through: bool = False
    missing_count: int = 0
    missing: list[Line] = field(default_factory=list)
    more_missing: list[Line] = field(default_factory=list)
    let_through: str = ""
    emergencies: list[Line] = field(default_factory=list)
    waiting: list[Line] = field(default_factory=list)
    authorities: list[Line] = field(default_factory=list)
    letter: Line = Line("")
    letter_state: str = "none"
    record: RecordView = RecordView()
    history: list[Line] = field(default_factory=list)
    kept: list[KeptView] = field(default_factory=list)
    earlier: list[KeptView] = field(default_factory=list)
    client_kept: str = ""

    @classmethod
    def of(cls, page: ClosingPage) -> "PageView":
        """Return what is shown of a closing page."""
        case = f"/cases/{page.case_id}"
        standing = [each for each in page.kept if each.ended_at is None]
        missing = [_missing(row, page) for row in page.missing]
        shown = 0 if page.let_through else FEW
        return cls(
            is_at_work=page.is_at_work,
            may_close=page.may_close,
            may_amend=page.may_amend,
            may_save=page.may_save,
            may_hold=page.may_hold,
            may_lift=page.may_lift,
            may_let_through=page.may_let_through,
            missing_count=len(page.missing),
            missing=missing[:shown],
            more_missing=missing[shown:],
            let_through=page.let_through,
            emergencies=[
                Line(
                    each.words,
                    each.creditor,
                    f"{case}/debts/{each.debt_id}" if each.debt_id else case,
                )
                for each in page.standing.emergencies
            ],
            waiting=[
                Line(each.creditor, f"sent {moment_text(each.issued_at)}", f"{case}/letters")
                for each in page.standing.waiting
            ],
            authorities=[
                Line(
                    each.creditor or "Every creditor",
                    f"{each.person}, signed {day_text(each.signed_on)}",
                    f"{case}/statement",
                )
                for each in page.standing.authorities
            ],
            letter=_letter(page, case),
            letter_state=page.letter,
            record=RecordView.of(page.record),
            history=[_revision(each) for each in page.history],
            kept=[KeptView.of(each) for each in standing]
            if not page.is_at_work
            else [KeptView.foreseen(each) for each in page.foreseen],
            earlier=[KeptView.of(each) for each in page.kept if each.ended_at is not None],
            client_kept=_client_kept(page),
        )


def _missing(row: CheckRow, page: ClosingPage) -> Line:
    """Return an item the gate waits for, and where it is put right."""
    case = f"/cases/{page.case_id}"
    places = {"client": f"/clients/{page.client_id}", "overview": case}
    item = row.standing.item
    path = places.get(row.tab, f"{case}/{row.tab}") if row.tab else f"{case}/checklist"
    return Line(item.text, row.why, path)


def _letter(page: ClosingPage, case: str) -> Line:
    if page.letter == "issued":
        return Line("The closing letter is issued.", "Read it", f"{case}/letters/{page.letter_id}")
    if page.letter == "none":
        return Line("There is no closing letter yet.", "Write it", f"{case}/letters")
    return Line("The closing letter is a draft.", "Open it", f"{case}/letters/{page.letter_id}")


def _revision(each: Revision) -> Line:
    word = f"{each.word}, revision {each.revision}" if each.revision > 1 else each.word
    return Line(word, f"{each.by}, {moment_text(each.at)}", each.because)


def _client_kept(page: ClosingPage) -> str:
    if page.holds:
        return "The client's own details are kept: a hold stands."
    if page.other_cases:
        return f"The client's own details are kept while {page.other_cases[0]} is open."
    if page.client_until is not None:
        return f"The client's own details are kept until {long_day(page.client_until)}."
    if page.is_at_work:
        return "The client's own details are kept as long as the longest of their cases."
    return "The client's own details are kept while a case, request or complaint of theirs is open."


def stand_boxes(
    page: ClosingPage, typed: Mapping[str, str]
) -> tuple[list[StandBox], list[StandBox]]:
    """Return the appointments and the actions to be decided about."""
    meetings = [
        StandBox(
            f"meeting-{number}",
            f"Appointment with {who}",
            f"{weekday_text(day, year=True)}, {at}",
            typed.get(f"meeting-{number}", ""),
        )
        for number, day, at, who in page.standing.meetings
    ]
    tasks = [
        StandBox(
            f"task-{number}",
            what,
            _due(due),
            typed.get(f"task-{number}", ""),
        )
        for number, what, due in page.standing.tasks
    ]
    return meetings, tasks


def _due(due: date | None) -> str:
    if due is None:
        return "No date"
    return f"{'Was due' if due < today() else 'By'} {day_text(due)}"
