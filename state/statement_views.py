"""What the statement tab shows, as text."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from cma_app.clock import today
from cma_app.printing.content import Debt, Group, Line, StatementContent
from cma_app.printing.statement_page import people
from cma_app.rules.dates import add_months
from cma_app.rules.guidelines import STATUS_WORDS as GUIDELINE_WORDS
from cma_app.services.authorities import SIGNED_HOW, AuthorityRow
from cma_app.services.consents import CONSENT_CHANNELS
from cma_app.services.statement_checks import Gap
from cma_app.services.statement_list import (
    STATUS_WORDS,
    CaseStatements,
    OpenStatement,
    StatementRow,
)
from cma_app.services.statements import still_to_confirm
from state.words import day_text, moment_text, pounds

TONES: Final = {"issued": "good", "superseded": "", "draft": ""}
SECTION_WORDS: Final = {"income": "Income", "fixed": "Fixed costs", "flexible": "Flexible costs"}
OFFER_NOTES: Final = {"token": "Token, not from surplus", "lump_sum": "Full and final, once"}
FILE_WORDS: Final = {"full": "Full statement, PDF", "summary": "Summary, PDF", "data": "Data, JSON"}


@dataclass(frozen=True, slots=True)
class GapView:
    """Something that is missing, and the tab that mends it, with `#` and the box's id if any."""

    sentence: str
    tab: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of a statement's way: done by whom and when, next, or still to come."""

    word: str
    state: str  # done | next | later | skipped
    said: str


@dataclass(frozen=True, slots=True)
class LineView:
    """One printed line: a label with what was entered below it, and the month's sum."""

    label: str
    said: str
    monthly: str


@dataclass(frozen=True, slots=True)
class GroupView:
    """Printed lines with their subtotal."""

    key: str
    section: str
    label: str
    total: str
    note: str
    lines: list[LineView]


@dataclass(frozen=True, slots=True)
class DebtLine:
    """One debt of the statement with its offer."""

    creditor: str
    said: str
    owed: str
    offer: str
    months: str


@dataclass(frozen=True, slots=True)
class NumberView:
    """One statement of the case, for the list."""

    number: int
    word: str
    tone: str
    said: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class FileView:
    """A file to take away."""

    href: str
    word: str


@dataclass(frozen=True, slots=True)
class AuthorityView:
    """One authority, whose where there are two people, and whether it holds today."""

    id: int
    person: str
    creditor: str
    said: str
    state: str  # live | expired | withdrawn


@dataclass(frozen=True, slots=True)
class StatementView:
    """All that the tab shows; `id` is 0 where the case has no statement."""

    id: int = 0
    version: int = 0
    number: int = 0
    printed_number: str = ""
    status: str = ""
    status_word: str = ""
    tone: str = ""
    statement_day: str = ""
    is_at_work: bool = False
    is_changed: bool = False
    is_intact: bool = True
    voided: str = ""
    may_complete: bool = False
    may_verify: bool = False
    may_confirm: bool = False
    may_issue: bool = False
    waits_for_another: bool = False
    who: str = ""
    about: list[list[str]] = field(default_factory=list)
    note: str = ""
    gaps: list[GapView] = field(default_factory=list)
    sending_gaps: list[GapView] = field(default_factory=list)
    steps: list[StepView] = field(default_factory=list)
    sums: list[tuple[str, str]] = field(default_factory=list)
    groups: list[GroupView] = field(default_factory=list)
    first: list[DebtLine] = field(default_factory=list)
    others: list[DebtLine] = field(default_factory=list)
    deducted: list[DebtLine] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: list[FileView] = field(default_factory=list)
    difference: list[tuple[str, str, str]] = field(default_factory=list)
    rows: list[NumberView] = field(default_factory=list)
    authorities: list[AuthorityView] = field(default_factory=list)
    creditors: list[tuple[str, str]] = field(default_factory=list)
    people: list[tuple[str, str]] = field(default_factory=list)
    to_confirm: list[tuple[str, str]] = field(default_factory=list)
    half_confirmed: str = ""
    has_sheet: bool = False
    may_prepare: bool = False

    @classmethod
    def of(cls, found: CaseStatements) -> "StatementView":
        """Return what is shown of a case's statements."""
        shown = found.shown
        own = _own(shown) if shown is not None else {}
        return cls(
            rows=[_number(row, shown) for row in found.rows],
            has_sheet=found.has_sheet,
            may_prepare=found.may_prepare,
            authorities=[_authority(row, found.people) for row in found.authorities],
            people=[(str(key), name) for key, name in found.people] if found.people[1:] else [],
            creditors=[
                ("", "Every creditor"),
                *((str(key), name) for key, name in found.creditors.items()),
            ],
            **own,
        )


def _own(shown: OpenStatement) -> dict[str, Any]:
    statement, content = shown.statement, shown.content
    at_work = statement.status not in {"issued", "superseded"}
    ready = not shown.is_changed
    missing = [each for each in shown.signers if each.confirmed_at is None]
    verified = statement.status == "verified" or not shown.needs_verification
    return {
        "id": statement.id,
        "version": statement.version,
        "number": statement.statement_no,
        "printed_number": content.number,
        "status": statement.status,
        "status_word": STATUS_WORDS[statement.status],
        "tone": TONES.get(statement.status, "note"),
        "statement_day": day_text(content.statement_date),
        "is_at_work": at_work,
        "is_changed": shown.is_changed,
        "is_intact": shown.is_intact,
        "voided": _voided(shown),
        "may_complete": at_work and (statement.status == "draft" or shown.is_changed),
        "may_verify": shown.may_verify,
        "may_confirm": ready and statement.status in {"complete", "verified"} and verified,
        "to_confirm": [(str(each.client_id), each.name) for each in missing]
        if shown.signers[1:]
        else [],
        "half_confirmed": still_to_confirm([each.name for each in missing])
        if ready and missing and len(missing) < len(shown.signers)
        else "",
        "may_issue": ready and statement.status == "confirmed",
        "waits_for_another": ready
        and statement.status == "complete"
        and shown.needs_verification
        and not shown.may_verify,
        "who": _who(content),
        "about": [fact for column in people(content) for fact in column],
        "note": statement.note or "",
        "gaps": [_gap(each) for each in shown.gaps],
        "sending_gaps": [_gap(each) for each in shown.sending_gaps],
        "steps": _steps(shown),
        "sums": _sums(content),
        "groups": [_group(each) for each in content.groups if each.lines],
        "first": [_debt(each) for each in content.priority_debts],
        "others": [_debt(each) for each in content.non_priority_debts],
        "deducted": [_debt(each) for each in content.deduction_debts],
        "notes": list(content.notes),
        "files": [
            FileView(f"/files/{number}", FILE_WORDS.get(kind, name))
            for number, kind, name in shown.files
        ],
        "difference": shown.difference,
    }


def _number(row: StatementRow, shown: OpenStatement | None) -> NumberView:
    issued = f", issued {moment_text(row.issued_at)}" if row.issued_at else ""
    return NumberView(
        number=row.statement_no,
        word=STATUS_WORDS[row.status],
        tone=TONES.get(row.status, "note"),
        said=f"{day_text(row.statement_date)}, sheet {row.sheet_no}{issued}",
        is_shown=shown is not None and shown.statement.id == row.id,
    )


def _gap(gap: Gap) -> GapView:
    return GapView(gap.sentence, gap.tab, f"#{gap.part}" if gap.part else "")


def _voided(shown: OpenStatement) -> str:
    statement = shown.statement
    if statement.voided_at is None or statement.status in {"issued", "superseded"}:
        return ""
    return (
        f"What was done before {moment_text(statement.voided_at)} is void. {statement.voided_why}"
    )


def _who(content: StatementContent) -> str:
    if content.partner is not None:
        return f"{content.client.name} and {content.partner.name}"
    return content.client.name


def _said(who: str, at: datetime | None, more: str = "") -> str:
    return f"{who}{', ' + more if more else ''}, {moment_text(at)}" if at is not None else ""


def _steps(shown: OpenStatement) -> list[StepView]:
    """Return the way as a task list; what a change made void is to be done again."""
    statement = shown.statement
    done = [
        ("Complete", _said(shown.completed_by, statement.completed_at)),
        ("Verified by another person", _said(shown.verified_by, statement.verified_at)),
        *_confirmations(shown),
        ("Issued", _said(shown.issued_by, statement.issued_at)),
    ]
    steps: list[StepView] = []
    for word, said in done:
        before = all(each.state in {"done", "skipped"} for each in steps)
        if said and not shown.is_changed:
            steps.append(StepView(word, "done", said))
        elif word.startswith("Verified") and not shown.needs_verification:
            steps.append(StepView(word, "skipped", "Not needed"))
        else:
            steps.append(StepView(word, "next" if before else "later", ""))
    return steps


def _confirmations(shown: OpenStatement) -> list[tuple[str, str]]:
    """Return a step for each person who has to confirm; as it was issued, for all in one."""
    issued = shown.confirmed
    if issued is not None:
        return [("Confirmed", f"{issued.by}, {issued.how}, {day_text(issued.on)}")]
    steps = []
    for each in shown.signers:
        how = CONSENT_CHANNELS.get(each.how or "", "").lower()
        word = f"Confirmed by {each.name}" if shown.signers[1:] else "Confirmed by the client"
        steps.append((word, _said(each.name, each.confirmed_at, how)))
    return steps


def _sums(content: StatementContent) -> list[tuple[str, str]]:
    sums = content.totals
    surplus = "Deficit" if sums.surplus < 0 else "Surplus"
    rows = [
        ("Income", sums.income),
        ("Outgoings", sums.outgoings),
        (surplus, sums.surplus),
        ("Savings", sums.savings),
        ("Debt administration fee", sums.debt_admin_fee),
        ("Available for priority debts", sums.available_for_priority),
        ("Priority offers", sums.priority_offers),
        ("Available for other debts", sums.available_for_non_priority),
        ("Other offers", sums.non_priority_offers),
        ("Unallocated", sums.unallocated),
        ("Token offers, not from surplus", sums.token_offers),
    ]
    optional = {"Debt administration fee", "Token offers, not from surplus"}
    return [(word, pounds(sum_)) for word, sum_ in rows if sum_ or word not in optional]


def _group(group: Group) -> GroupView:
    level = group.guideline
    note = ""
    if level is not None and level.amount is not None:
        said = GUIDELINE_WORDS[level.status].lower()
        note = f"Guideline {pounds(level.amount)} ({level.version}): {said}"
        if level.explanation:
            note = f"{note}. {level.explanation}"
    return GroupView(
        key=group.key,
        section=SECTION_WORDS[group.section],
        label=group.label,
        total=pounds(group.total, sign=False),
        note=note,
        lines=[_line(each) for each in group.lines],
    )


def _line(line: Line) -> LineView:
    entered = f"{pounds(line.amount)} {line.frequency_label.lower()}"
    if line.payslips:
        entered = f"{entered}, mean of {len(line.payslips)}"
    said = entered if line.frequency != "monthly" or line.payslips else ""
    parts = [part for part in (said, line.note) if part]
    return LineView(line.label, ". ".join(parts), pounds(line.monthly, sign=False))


def _debt(debt: Debt) -> DebtLine:
    offered = "None" if debt.offer is None else pounds(debt.offer, sign=False)
    said = [debt.reference, "Joint" if debt.joint else "", "CCJ" if debt.ccj else "", debt.note]
    said.append(OFFER_NOTES.get(debt.kind, ""))
    if debt.kind == "deduction":
        said.append(f"Taken from {debt.deducted_from}" if debt.deducted_from else "Deducted")
    return DebtLine(
        creditor=debt.creditor,
        said=" · ".join(part for part in said if part),
        owed=pounds(debt.balance, sign=False),
        offer=offered,
        months="Token" if debt.kind == "token" else str(debt.months or ""),
    )


def _authority(row: AuthorityRow, people: list[tuple[int, str]]) -> AuthorityView:
    until = f" until {day_text(row.expires_on)}" if row.expires_on else ", no end date"
    state = "live" if row.is_live(today()) else "expired"
    said = f"{SIGNED_HOW[row.how]}, signed {day_text(row.signed_on)}{until}"
    if row.withdrawn_on is not None:
        state, said = "withdrawn", f"{said}. Withdrawn {day_text(row.withdrawn_on)}"
    person = row.person if people[1:] else ""
    return AuthorityView(row.id, person, row.creditor or "Every creditor", said, state)


def usual_end() -> str:
    """Return the day that an authority signed today usually ends: in twelve months."""
    return day_text(add_months(today(), 12))
