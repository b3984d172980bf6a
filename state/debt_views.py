"""What the page of one debt shows, as text, and what its boxes begin with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from cma_app.clock import local
from cma_app.rules.court_stages import Stage, court_stage, court_stages, event_kinds
from cma_app.rules.debt_types import debt_type, debt_types
from cma_app.rules.frequencies import FREQUENCIES
from cma_app.services import debt_forms as words
from cma_app.services.debt_events import EventRow
from cma_app.services.debt_file import DebtFile
from cma_app.services.emergencies import KINDS
from models import Debt
from state.case_bar import ClockView
from state.suggestion_views import Suggested, by_box
from state.words import clock_text, day_text, moment_text, pounds, weekday_text

Values = dict[str, str]
DATES: Final = (
    "balance_date",
    "agreement_date",
    "default_date",
    "last_payment_date",
    "last_acknowledged_date",
)
SUMS: Final = (
    "balance",
    "arrears",
    "payment_amount",
    "deduction_amount",
    "ordered_payment",
    "written_off_amount",
)
TEXTS: Final = (
    "debt_type",
    "account_number",
    "original_creditor",
    "collector",
    "collector_reference",
    "liability",
    "owed_by",
    "balance_source",
    "are_charges_added",
    "is_regulated",
    "payment_frequency",
    "deduction_source",
    "deduction_frequency",
    "secured_on",
    "priority_reason",
    "status",
    "strategy",
    "outcome",
    "notes",
)
WORDS: Final[dict[str, Mapping[str, str]]] = {
    "liability": words.LIABILITY_LABELS,
    "owed_by": words.OWED_BY_LABELS,
    "status": words.STATUS_LABELS,
    "balance_source": words.SOURCE_LABELS,
    "are_charges_added": words.KNOWN_LABELS,
    "is_regulated": words.KNOWN_LABELS,
    "secured_on": words.SECURITY_LABELS,
    "deduction_source": words.DEDUCTION_LABELS,
    "outcome": words.OUTCOME_LABELS,
    "payment_frequency": FREQUENCIES,
    "deduction_frequency": FREQUENCIES,
    "priority": {
        "by_type": "By kind of debt",
        "priority": "Priority",
        "non_priority": "Non-priority",
    },
    "is_balance_verified": {"on": "Checked", "": "Not checked"},
}
PARTS: Final = ("day", "month", "year")


@dataclass(frozen=True, slots=True)
class EventView:
    """A step or event as text; `boxes` are what its boxes begin with."""

    id: int = 0
    version: int = 0
    word: str = ""
    when: str = ""
    reply: str = ""
    detail: str = ""
    consequence: str = ""
    ended: str = ""
    is_emergency: bool = False
    is_open: bool = True
    boxes: Values = field(default_factory=lambda: event_values(None))

    @classmethod
    def of(cls, row: EventRow, nation: str) -> "EventView":
        """Return what is shown of an event in a nation's words."""
        kind = court_stage(row.kind)
        at = clock_text(row.event_time)
        day = weekday_text(row.event_date, year=True) or "Date not known"
        return cls(
            id=row.id,
            version=row.version,
            word=kind.label_for(nation),
            when=f"{day}, {at}" if at else day,
            reply=weekday_text(row.reply_by, year=True),
            detail=row.detail or "",
            consequence=kind.consequence_for(nation),
            ended=_ended(row),
            is_emergency=row.kind in KINDS,
            is_open=row.ended_at is None,
            boxes=event_values(row),
        )


def _ended(row: EventRow) -> str:
    if row.ended_at is None:
        return ""
    by = f" by {row.ended_by}" if row.ended_by else ""
    return f"Dealt with {day_text(local(row.ended_at).date())}{by}: {row.ended_how}"


def event_values(row: EventRow | None) -> Values:
    """Return what the boxes of an event begin with."""
    return {
        "kind": row.kind if row else "",
        "event_time": clock_text(row.event_time) if row else "",
        "detail": (row.detail or "") if row else "",
        **_date_values("event_date", row.event_date if row else None),
        **_date_values("reply_by", row.reply_by if row else None),
    }


@dataclass(frozen=True, slots=True)
class KindView:
    """The step or event that is chosen in the dialog: what it means, and which boxes it has."""

    is_step: bool = False
    is_emergency: bool = False
    consequence: str = ""

    @classmethod
    def of(cls, kind: Stage, nation: str) -> "KindView":
        """Return what is said of a kind."""
        return cls(not kind.is_event, kind.code in KINDS, kind.consequence_for(nation))


@dataclass(frozen=True, slots=True)
class InclusionView:
    """Whether a debt is in a solution by its kind, and why."""

    code: str
    label: str
    by_type: str
    why: str


@dataclass(frozen=True, slots=True)
class DebtFileView:
    """One debt beside its boxes; `id` is 0 until one is on screen."""

    id: int = 0
    nation: str = ""
    creditor: str = ""
    kind_word: str = ""
    balance: str = ""
    is_priority: bool = False
    by_type_word: str = ""
    consequence: str = ""
    status_word: str = ""
    is_settled: bool = False
    is_disputed: bool = False
    court_word: str = ""
    court_day: str = ""
    court_consequence: str = ""
    age: str = ""
    age_state: str = ""
    age_note: str = ""
    verified: str = ""
    monthly: str = ""
    offer: str = ""
    vary: str = ""
    clocks: list[ClockView] = field(default_factory=list)
    events: list[EventView] = field(default_factory=list)
    inclusions: list[InclusionView] = field(default_factory=list)
    kinds: list[tuple[str, str]] = field(default_factory=list)
    steps: list[tuple[str, str]] = field(default_factory=list)
    happenings: list[tuple[str, str]] = field(default_factory=list)
    suggested: Suggested = field(default_factory=dict)

    @classmethod
    def of(cls, file: DebtFile) -> "DebtFileView":
        """Return what is shown of a debt."""
        debt, nation = file.debt, file.nation
        kind = debt_type(debt.debt_type)
        has_step = debt.court_stage != "none"
        return cls(
            id=debt.id,
            nation=nation,
            creditor=file.creditor,
            kind_word=kind.label,
            balance=pounds(debt.balance),
            is_priority=debt.is_priority,
            by_type_word="Priority" if file.first_by_type else "Non-priority",
            consequence=file.consequence,
            status_word=words.STATUS_LABELS[debt.status],
            is_settled=debt.status in {"settled", "written_off"},
            is_disputed="disputed" in {debt.status, debt.liability},
            court_word=file.stage.label_for(nation) if has_step else "",
            court_day=day_text(debt.court_stage_date),
            court_consequence=file.stage.consequence_for(nation) if has_step else "",
            age=file.age.sentence,
            age_state=file.age.status,
            age_note=_limit_words(file),
            verified=_verified(file),
            monthly=pounds(debt.monthly_payment),
            offer=pounds(file.offer),
            vary=file.vary if debt.ordered_payment or _is_ordered(debt) else "",
            clocks=[ClockView.of(each) for each in file.emergencies],
            events=[EventView.of(row, nation) for row in file.events],
            inclusions=_inclusions(file),
            kinds=[(each.code, each.label) for each in debt_types(nation)],
            steps=[(each.code, each.label_for(nation)) for each in court_stages(nation)],
            happenings=[(each.code, each.label_for(nation)) for each in event_kinds(nation)],
            suggested=by_box(file.suggested),
        )


def _is_ordered(debt: Debt) -> bool:
    return debt.court_stage == "instalment_order"


def _verified(file: DebtFile) -> str:
    if file.verified is None:
        return ""
    return f"Checked by {file.verified.by}, {moment_text(file.verified.at)}"


def _limit_words(file: DebtFile) -> str:
    """Return which law the flag rests on; never that the debt is too old."""
    limit = file.age.limit
    if limit is None or limit.years is None:
        return ""
    return f"{limit.years} years. {limit.reference.title}"


def _inclusions(file: DebtFile) -> list[InclusionView]:
    said = {"all": "Yes", "arrears": "Yes, the arrears", "none": "No"}
    return [
        InclusionView(code, label, said[file.inclusions[code].part], file.inclusions[code].why)
        for code, label in file.solutions.items()
    ]


def _date_values(name: str, day: date | None) -> Values:
    texts = (str(day.day), str(day.month), str(day.year)) if day is not None else ("", "", "")
    return {f"{name}-{part}": text for part, text in zip(PARTS, texts, strict=True)}


def debt_values(file: DebtFile) -> Values:
    """Return what each box of a debt begins with."""
    debt = file.debt
    chosen = "priority" if debt.is_priority else "non_priority"
    values = {name: str(getattr(debt, name) or "") for name in TEXTS}
    values |= {name: pounds(getattr(debt, name), sign=False) for name in SUMS}
    for name in DATES:
        values |= _date_values(name, getattr(debt, name))
    if debt.payment_amount is None and debt.monthly_payment is not None:
        values |= {
            "payment_amount": pounds(debt.monthly_payment, sign=False),
            "payment_frequency": "monthly",
        }
    rate = debt.interest_rate
    values |= {
        "creditor": file.creditor,
        "is_balance_verified": "on" if debt.is_balance_verified else "",
        "interest_rate": "" if rate is None else f"{rate.normalize():f}",
        "priority": chosen if debt.priority_reason else "by_type",
        "status": "active" if debt.status == "disputed" else debt.status,
    }
    for code in file.solutions:
        values[f"in_{code}"] = str(debt.included_in.get(code, "by_type"))
    return values


def said_of(values: Values, name: str) -> str:
    """Return a box's stored value as a person reads it, for showing it beside what was typed."""
    if f"{name}-day" in values:
        parts = [values[f"{name}-{part}"] for part in PARTS]
        if not all(parts):
            return "empty"
        return day_text(date(int(parts[2]), int(parts[1]), int(parts[0])))
    text = values.get(name, "")
    if name == "debt_type" and text:
        return debt_type(text).label
    if name.startswith("in_"):
        return words.INCLUSION_LABELS.get(text, text)
    if name == "kind" and text:
        return court_stage(text).label
    known = WORDS.get(name, {}).get(text, text)
    return known or "empty"


def kind_view(code: str, nation: str) -> KindView:
    """Return what is said of a kind in the dialog; nothing while none is chosen."""
    known = {kind.code: kind for kind in [*court_stages(nation), *event_kinds(nation)]}
    return KindView.of(known[code], nation) if code in known else KindView()
