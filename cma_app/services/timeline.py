"""The story of a case in words: its notes, what was done, what changed, and what is ahead.

Notes and actions come from their own tables; the rest is read from the audit log, each kind of
change by its own sentence. A change nobody has a sentence for is left out: never raw values.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.errors import CmaError
from cma_app.rules.appointments import CANCELLED_BY, STATUSES
from cma_app.rules.court_stages import court_stage
from cma_app.rules.debt_types import debt_type
from cma_app.rules.workflow import STAGE_LABELS, STATUS_LABELS, Stage, Status
from cma_app.services.advice_words import ADVICE_SAYERS
from cma_app.services.cases import NATION_LABELS, PRIORITY_LABELS, PRIORITY_ORDER
from cma_app.services.clock_words import CLOCK_SAYERS
from cma_app.services.intake import SOURCES
from cma_app.services.next_actions import list_actions
from cma_app.services.notes import CHANNEL_LABELS, list_notes
from cma_app.services.partners import clocks_here, debts_that_left
from cma_app.services.sign_off_steps import STEPS
from cma_app.session import CentreSession
from models import AuditLog, Case, NextAction, User

Values = Mapping[str, Any]
READ: Final = 400
"""How many rows of the log are read; saving a budget while typing writes many."""
TOGETHER: Final = timedelta(minutes=10)
"""Changes of one kind by one person within this time are one event."""
SHARING: Final = {
    "offer_method",
    "offers_in_pounds",
    "offer_minimum",
    "makes_token_offers",
    "lump_sum",
    "lump_sum_source",
}
"""What of a sheet says how its offers are shared."""
TABLES: Final = (
    *("cases", "debts", "debt_events", "budget_sheets", "offers", "documents", "appointments"),
    *("breathing_spaces", "request_deadlines", "sign_offs", "recommendations"),
)
DECIDED: Final = {
    "approved": "Signed off",
    "returned": "Sent back",
    "void": "What was submitted is void: it changed",
    "withdrawn": "Taken back before it was signed off",
}
IN_WORDS: Final = {**CLOCK_SAYERS, **ADVICE_SAYERS}
OF_SPACES: Final = ("breathing_spaces", "breathing_space_debts")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, or is to come; `count` says how many changes it stands for."""

    title: str
    text: str = ""
    by: str = ""
    at: datetime | None = None
    day: date | None = None
    clock: time | None = None
    count: int = 1
    kind: str = ""


def read_timeline(session: CentreSession, case_id: int, *, most: int = 30) -> list[Event]:
    """Return what is ahead, the farthest first, and then what happened, the newest first."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    ahead = [
        Event(action.what, by=action.owner, day=action.due_date, clock=action.due_time)
        for action in list_actions(session, case_id)
        if action.due_date is not None
    ]
    past = [*_notes(session, case_id), *_done(session, case), *_changes(session, case)]
    past.sort(key=lambda event: event.at or case.created_at, reverse=True)
    return [*reversed(ahead[:5]), *past[:most]]


def read_space_history(session: CentreSession, case_id: int) -> list[Event]:
    """Return all that was recorded about a case's breathing spaces, the newest first."""
    case = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, case)
    return _changes(session, case, OF_SPACES)


def _notes(session: CentreSession, case_id: int) -> list[Event]:
    return [
        Event(
            f"Note, {CHANNEL_LABELS[note.latest.channel].lower()}",
            _short(note.latest.body),
            by=(note.earlier[0] if note.earlier else note.latest).author,
            at=note.latest.happened_at,
            kind="note",
        )
        for note in list_notes(session, case_id).page.rows
    ]


def _short(body: str) -> str:
    line = " ".join(body.split())
    return line if len(line) <= 160 else f"{line[:159].rstrip()}…"


def _done(session: CentreSession, case: Case) -> list[Event]:
    wanted = (
        select(
            col(NextAction.what),
            col(NextAction.done_at),
            col(User.first_name),
            col(User.last_name),
        )
        .outerjoin(
            User,
            (col(User.centre_id) == col(NextAction.centre_id))
            & (col(User.id) == col(NextAction.done_by)),
        )
        .where(col(NextAction.centre_id) == case.centre_id, col(NextAction.case_id) == case.id)
        .where(col(NextAction.deleted_at).is_(None), col(NextAction.done_at).is_not(None))
        .order_by(col(NextAction.done_at).desc())
        .limit(50)
    )
    return [
        Event("Done", row.what, by=_name(row.first_name, row.last_name), at=row.done_at)
        for row in session.execute(wanted)
    ]


def _name(first: str | None, last: str | None) -> str:
    return " ".join(part for part in (first, last) if part)


def _changes(session: CentreSession, case: Case, tables: tuple[str, ...] = TABLES) -> list[Event]:
    """Return what the audit log tells of a case, in words, repeated changes as one."""
    wanted = (
        select(
            col(AuditLog.timestamp),
            col(AuditLog.action),
            col(AuditLog.table_name),
            col(AuditLog.record_id),
            col(AuditLog.user_id),
            col(AuditLog.old_values),
            col(AuditLog.new_values),
        )
        .where(col(AuditLog.centre_id) == case.centre_id, col(AuditLog.case_id) == case.id)
        .where(col(AuditLog.table_name).in_(tables))
        .where(col(AuditLog.action) != Act.CASE_OPEN.value)
        .order_by(col(AuditLog.timestamp).desc(), col(AuditLog.id).desc())
        .limit(READ)
    )
    names, left = _names(session), debts_that_left(session, case)
    here = clocks_here(session, case)
    events: list[Event] = []
    for row in session.execute(wanted):
        if row.table_name == "debts" and row.record_id in left:
            continue
        if row.record_id not in here.get(row.table_name, {row.record_id}):
            continue
        said = _say(row, names)
        events.extend(
            replace(each, at=row.timestamp, by=names.get(row.user_id, "")) for each in said
        )
    return _together(events)


def _names(session: CentreSession) -> dict[int, str]:
    people = select(col(User.id), col(User.first_name), col(User.last_name)).where(
        col(User.centre_id) == session.actor.centre_id
    )
    return {row.id: _name(row.first_name, row.last_name) for row in session.execute(people)}


def _together(events: Iterable[Event]) -> list[Event]:
    """Make one event of neighbours that say the same, by one person, within a short time."""
    kept: list[Event] = []
    for event in events:
        last = kept[-1] if kept else None
        if last is not None and _same(last, event):
            kept[-1] = replace(last, count=last.count + 1, at=last.at)
        else:
            kept.append(event)
    return kept


def _same(last: Event, event: Event) -> bool:
    if not event.kind or last.kind != event.kind or last.by != event.by:
        return False
    return last.at is not None and event.at is not None and last.at - event.at <= TOGETHER


def _say(row: Any, names: dict[int, str]) -> list[Event]:
    old, new = row.old_values or {}, row.new_values or {}
    if row.table_name == "cases":
        return _say_case(row.action, old, new, names)
    if row.table_name in IN_WORDS:
        return [Event(*said) for said in IN_WORDS[row.table_name](old, new)]
    say = _SAYERS.get(row.table_name)
    return say(old, new) if say is not None else []


def _say_case(action: str, old: Values, new: Values, names: dict[int, str]) -> list[Event]:
    if action == "case:reopen":
        return [Event("Case reopened", new["reason"])] if "reason" in new else []
    if action == "case:end_emergency":
        return [Event("Emergency is over", new["reason"])] if "reason" in new else []
    if "case_reference" in new:
        return [*_say_sender(new), Event("Case opened", new.get("emergency") or "")]
    said = [say(old, new, names) for say in _CASE_CHANGES]
    return [event for event in said if event is not None]


def _say_sender(new: Values) -> list[Event]:
    if not new.get("source"):
        return []
    who = new.get("referred_by")
    word = SOURCES.get(new["source"], "Other")
    return [Event("Sent by", f"{word} ({who})" if who else word)]


def _say_stage(old: Values, new: Values, _: dict[int, str]) -> Event | None:
    if "stage" not in new or new.get("status") in _ENDED or old.get("status") in _ENDED:
        return None
    return Event("Stage moved", f"From {_stage(old['stage'])} to {_stage(new['stage'])}")


def _stage(word: str) -> str:
    return STAGE_LABELS[Stage(word)].lower()


def _say_end(_: Values, new: Values, __: dict[int, str]) -> Event | None:
    if new.get("status") not in _ENDED:
        return None
    word = STATUS_LABELS[Status(new["status"])].lower()
    return Event(f"Case {word}", new.get("closure_reason") or "")


def _say_priority(old: Values, new: Values, _: dict[int, str]) -> Event | None:
    if "priority" not in new:
        return None
    up = PRIORITY_ORDER[new["priority"]] > PRIORITY_ORDER[old["priority"]]
    reason = new.get("priority_reason") or ""
    word = PRIORITY_LABELS[new["priority"]].lower()
    return Event(f"Priority {'raised' if up else 'lowered'} to {word}", reason)


def _say_holder(_: Values, new: Values, names: dict[int, str]) -> Event | None:
    if "advisor_id" not in new:
        return None
    return Event("Case handed on", f"To {names.get(new['advisor_id'], 'another advisor')}")


def _say_review(_: Values, new: Values, __: dict[int, str]) -> Event | None:
    if "next_review_date" not in new:
        return None
    day = new["next_review_date"]
    return Event("Next review", _day(day) if day else "Taken off")


def _say_nation(_: Values, new: Values, __: dict[int, str]) -> Event | None:
    if "nation" not in new:
        return None
    return Event("Nation changed", f"To {NATION_LABELS[new['nation']]}")


def _say_emergency(_: Values, new: Values, __: dict[int, str]) -> Event | None:
    if not new.get("emergency"):
        return None
    day = new.get("emergency_date")
    return Event("Emergency", f"{new['emergency']}, {_day(day)}" if day else new["emergency"])


def _say_debt(old: Values, new: Values) -> list[Event]:
    if new.get("deleted_at"):
        return [Event("Debt removed", kind="debt-removed")]
    if "debt_type" in new and not old:
        return [Event("Debt added", _debt(new), kind="debt-added")]
    if "balance" in new:
        text = f"From {_pounds(old.get('balance'))} to {_pounds(new['balance'])}"
        return [Event("Debt balance changed", text, kind="debt-balance")]
    return [Event("Debt changed", kind="debt-changed")] if old else []


def _say_debt_event(old: Values, new: Values) -> list[Event]:
    if new.get("deleted_at"):
        return [Event("Court step or event taken back", kind="event-removed")]
    if new.get("ended_how"):
        return [Event("Court step or event dealt with", new["ended_how"])]
    if not old and "kind" in new:
        return [Event(_happening(new["kind"]), _day(new.get("event_date")))]
    changed = {"kind", "event_date", "event_time", "reply_by", "detail"} & set(new)
    return [Event("Court step or event changed", kind="event-changed")] if changed else []


def _happening(kind: str) -> str:
    try:
        return court_stage(kind).label
    except CmaError:
        return "Court step or event"


def _debt(new: Values) -> str:
    try:
        label = debt_type(new["debt_type"]).label
    except CmaError:
        label = "Debt"
    return f"{label}, {_pounds(new['balance'])}" if new.get("balance") else label


def _say_sheet(old: Values, new: Values) -> list[Event]:
    if new.get("verification_status") == "verified":
        return [Event("Budget verified")]
    if not old:
        return [Event("Budget begun" if new.get("sheet_no", 1) == 1 else "Budget revised")]
    if "surplus_deficit" in new:
        return [Event("Budget changed", _left(new["surplus_deficit"]), kind="budget")]
    if SHARING & new.keys():
        return [Event("Sharing of offers changed", kind="sharing")]
    return [Event("Budget changed", kind="budget")]


def _left(surplus: Any) -> str:
    figure = _decimal(surplus)
    if figure is None:
        return ""
    return f"{'Deficit' if figure < 0 else 'Surplus'} {_pounds(figure)} a month"


def _say_offer(old: Values, new: Values) -> list[Event]:
    if "amount" in new or not old:
        return [Event("Offers worked out", kind="offers")]
    return []


def _say_document(old: Values, new: Values) -> list[Event]:
    if "deleted_at" in old:
        return [Event("Document removed" if new.get("deleted_at") else "Document brought back")]
    if "version_number" in old:
        return [Event("Newer version of a document", f"Version {new['version_number']}")]
    if old or "document_name" not in new:
        return []  # a view, or an edit
    return [Event("Document added", str(new["document_name"]))]


def _say_appointment(old: Values, new: Values) -> list[Event]:
    if not old:
        return [Event("Appointment booked", _when(new))]
    status = new.get("status")
    if status == "cancelled":
        by = CANCELLED_BY[new["cancelled_by"]].lower()
        return [Event("Appointment cancelled", f"By {by}: {new.get('cancel_reason') or ''}")]
    if status is not None and status != "scheduled":
        return [Event(f"Appointment: {STATUSES[status].lower()}", new.get("outcome_summary") or "")]
    if "scheduled_date" in new or "scheduled_time" in new:
        return [Event("Appointment moved", f"To {_when(new)}")]
    return [Event("Appointment changed", kind="appointment")]


def _when(new: Values) -> str:
    """Return the day and time of a change, as far as they are in it."""
    parts = (_day(new.get("scheduled_date")), (new.get("scheduled_time") or "")[:5])
    return ", ".join(part for part in parts if part)


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _pounds(value: Any) -> str:
    figure = _decimal(value)
    if figure is None:
        return "no figure"
    return f"{'−' if figure < 0 else ''}£{abs(figure):,.2f}"


def _day(day: str | None) -> str:
    if not day:
        return ""
    moment = date.fromisoformat(day[:10])
    return f"{moment.day} {moment:%b %Y}"


_ENDED: Final = ("closed", "referred", "cancelled")
_CASE_CHANGES: Final[tuple[Callable[..., Event | None], ...]] = (
    _say_end,
    _say_stage,
    _say_priority,
    _say_emergency,
    _say_holder,
    _say_review,
    _say_nation,
)


def _say_sign_off(old: Values, new: Values) -> list[Event]:
    if not old:
        step = STEPS.get(new.get("step", ""))
        return [Event("Submitted for sign-off", step.word if step else "")]
    title = DECIDED.get(new.get("status", ""))
    return [Event(title, new.get("remark") or "")] if title else []


_SAYERS: Final[dict[str, Callable[[Values, Values], list[Event]]]] = {
    "debts": _say_debt,
    "debt_events": _say_debt_event,
    "budget_sheets": _say_sheet,
    "offers": _say_offer,
    "documents": _say_document,
    "appointments": _say_appointment,
    "sign_offs": _say_sign_off,
}
