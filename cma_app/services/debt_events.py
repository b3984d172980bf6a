"""What courts and creditors did about a debt, and what they are about to do: its dated events.

The newest court step is kept on its debt for lists. An emergency makes its case urgent, whoever
records it, and stands among the next actions until it is dealt with; it is never lowered by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field
from sqlalchemy import func, select, update
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import LONDON, local, now, today
from cma_app.errors import CmaError, Conflict, Invalid, NotFound
from cma_app.rules.court_stages import Stage, court_stage, missing_facts
from cma_app.services.alerts import alert_supervisor
from cma_app.services.debt_forms import PastDay, optional_text
from cma_app.services.emergencies import KINDS, STEPS, is_put_off
from cma_app.services.forms import Clock, Day, Form, given
from cma_app.services.locking import locked
from cma_app.session import CentreSession
from models import Case, Debt, DebtEvent, NextAction, User

NOON: Final = time(12)


def _near(day: date | None) -> date | None:
    if day is not None and not date(1970, 1, 1) <= day <= date(today().year + 5, 12, 31):
        raise ValueError("Check the year of this date.")
    return day


NearDay = Annotated[Day, AfterValidator(_near)]


class EventForm(Form):
    """One step or event; which of its answers are needed depends on its kind."""

    kind: Annotated[str, given("Choose the step or event."), Field(max_length=30)]
    event_date: NearDay = None
    event_time: Clock = None
    reply_by: NearDay = None
    detail: Annotated[str | None, optional_text(500)] = None


class EndForm(Form):
    """How something was dealt with, and on which day; today where none is given."""

    how: Annotated[str, given("Say how it was dealt with."), Field(max_length=200)]
    ended_on: PastDay = None


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event of a debt with who dealt with it."""

    id: int
    debt_id: int
    version: int
    kind: str
    event_date: date | None
    event_time: time | None
    reply_by: date | None
    detail: str | None
    created_at: datetime
    ended_at: datetime | None
    ended_how: str | None
    ended_by: str

    @property
    def day(self) -> date:
        """Return when it happens or happened: the day it was recorded, where no other is known."""
        return self.event_date or local(self.created_at).date()


def list_events(
    session: CentreSession, case_id: int, *, debt_id: int | None = None
) -> list[EventRow]:
    """Return the events of a case's debts, or of one of them, the newest first."""
    session.authorize(Act.CASE_OPEN, session.require(Case, case_id))
    one = [] if debt_id is None else [col(DebtEvent.debt_id) == debt_id]
    wanted = (
        select(
            col(DebtEvent.id),
            col(DebtEvent.debt_id),
            col(DebtEvent.version),
            col(DebtEvent.kind),
            col(DebtEvent.event_date),
            col(DebtEvent.event_time),
            col(DebtEvent.reply_by),
            col(DebtEvent.detail),
            col(DebtEvent.created_at),
            col(DebtEvent.ended_at),
            col(DebtEvent.ended_how),
            func.concat_ws(" ", col(User.first_name), col(User.last_name)),
        )
        .outerjoin(
            User,
            (col(User.centre_id) == col(DebtEvent.centre_id))
            & (col(User.id) == col(DebtEvent.ended_by)),
        )
        .where(
            col(DebtEvent.centre_id) == session.actor.centre_id,
            col(DebtEvent.case_id) == case_id,
            col(DebtEvent.deleted_at).is_(None),
            *one,
        )
    )
    rows = [EventRow(*row) for row in session.execute(wanted)]
    return sorted(rows, key=lambda row: (row.day, row.id), reverse=True)


def newest_step(events: Iterable[EventRow]) -> EventRow | None:
    """Return the court step that holds among a debt's events; None where there is none."""
    steps = (event for event in events if event.kind in STEPS)
    return max(steps, key=lambda event: (event.day, event.id), default=None)


def add_event(session: CentreSession, debt_id: int, data: Mapping[str, Any]) -> DebtEvent:
    """Record a step or event of a debt; an emergency makes the case urgent."""
    debt, case = _found(session, debt_id)
    session.authorize(Act.DEBT_RECORD, case)
    values = _values(data, case)
    case = locked(session, Case, case.id)
    event = DebtEvent(case_id=case.id, debt_id=debt.id, **values)
    session.add(event)
    session.flush()
    _keep_stage(session, debt)
    if event.kind in KINDS:
        _alarm(session, case, event)
    return event


def change_event(
    session: CentreSession, event_id: int, data: Mapping[str, Any], *, version: int
) -> DebtEvent:
    """Record an event anew; where another person changed it since `version`, Conflict has theirs.

    To make something else of an emergency, or to put it off, takes who may end one.
    """
    event = session.require(DebtEvent, event_id)
    debt, case = _found(session, event.debt_id)
    session.authorize(Act.DEBT_RECORD, case)
    values = _values(data, case)
    if event.kind in KINDS and values["kind"] not in KINDS:
        session.authorize(Act.EMERGENCY_END, case)
    case = locked(session, Case, case.id)
    event = locked(session, DebtEvent, event_id)
    _refuse_stale(event, version, values)
    if event.kind in KINDS and is_put_off(_when(event), _when_of(values)):
        _refuse_putting_off(session)
    if event.ended_at is not None:
        raise Conflict("This was dealt with. Open it again before you change it.")
    before = _actions(session, event)
    for name, value in values.items():
        setattr(event, name, value)
    session.flush()
    _keep_stage(session, debt)
    if event.kind in KINDS:
        for action in before[:1]:
            action.what, action.due_date, action.due_time = _label(case, event), *_when(event)
        session.flush()
        _alarm(session, case, event)
    else:
        _drop(session, before)
    return event


def end_event(
    session: CentreSession, event_id: int, data: Mapping[str, Any], *, version: int
) -> DebtEvent:
    """Record how, when and by whom an event was dealt with; a trainee may not end an emergency."""
    event = _held(session, event_id)
    form = EndForm.read(data)
    _refuse_stale(event, version, {})
    if event.ended_at is not None:
        raise Conflict("This was dealt with already.")
    day = form.ended_on or today()
    event.ended_at = now() if day == today() else datetime.combine(day, NOON, LONDON)
    event.ended_by, event.ended_how = session.actor.user_id or None, form.how
    session.flush()
    if event.kind in KINDS:
        for action in _actions(session, event):
            action.done_at, action.done_by = now(), session.actor.user_id or None
        session.flush()
    return event


def reopen_event(session: CentreSession, event_id: int) -> DebtEvent:
    """Make an event that was dealt with an open one; an emergency makes the case urgent again."""
    event = session.require(DebtEvent, event_id)
    _, case = _found(session, event.debt_id)
    session.authorize(Act.DEBT_RECORD, case)
    case = locked(session, Case, case.id)
    event = locked(session, DebtEvent, event_id)
    if event.ended_at is None:
        raise Conflict("This is open already.")
    event.ended_at, event.ended_by, event.ended_how = None, None, None
    session.flush()
    if event.kind in KINDS:
        _alarm(session, case, event)
    return event


def remove_event(session: CentreSession, event_id: int) -> DebtEvent:
    """Take back an event that was recorded by mistake; `restore_event` brings it back."""
    event = _held(session, event_id)
    if event.kind in KINDS:
        _drop(session, _actions(session, event))
    event.deleted_at = now()
    session.flush()
    _keep_stage(session, session.require(Debt, event.debt_id))
    return event


def restore_event(session: CentreSession, event_id: int) -> int:
    """Bring back an event that was taken back and return its debt; NotFound where none was."""
    table = DebtEvent.__table__  # type: ignore[attr-defined]
    taken = (table.c.centre_id == session.actor.centre_id, table.c.id == event_id)
    debt_id = session.execute(
        select(table.c.debt_id).where(*taken, table.c.deleted_at.is_not(None))
    ).scalar_one_or_none()
    if debt_id is None:
        raise NotFound
    debt, case = _found(session, debt_id)
    session.authorize(Act.DEBT_RECORD, case)
    case = locked(session, Case, case.id)
    session.execute(
        update(table)
        .where(*taken)
        .values(
            deleted_at=None,
            version=table.c.version + 1,
            updated_at=now(),
            updated_by=session.actor.user_id or None,
        )
    )
    event = locked(session, DebtEvent, event_id)
    _keep_stage(session, debt)
    if event.kind in KINDS and event.ended_at is None:
        _alarm(session, case, event)
    return debt_id


def has_open_event(session: CentreSession, debt: Debt) -> bool:
    """Say whether a debt has an emergency that nobody has dealt with."""
    session.authorize(Act.CASE_OPEN, session.require(Case, debt.case_id))
    found = select(col(DebtEvent.id)).where(
        col(DebtEvent.centre_id) == debt.centre_id,
        col(DebtEvent.debt_id) == debt.id,
        col(DebtEvent.deleted_at).is_(None),
        col(DebtEvent.ended_at).is_(None),
        col(DebtEvent.kind).in_(KINDS),
    )
    return session.execute(found.limit(1)).first() is not None


def _found(session: CentreSession, debt_id: int) -> tuple[Debt, Case]:
    debt = session.require(Debt, debt_id)
    return debt, session.require(Case, debt.case_id)


def _held(session: CentreSession, event_id: int) -> DebtEvent:
    """Return an event, locked, for who may take it off."""
    event = session.require(DebtEvent, event_id)
    _, case = _found(session, event.debt_id)
    if event.kind in KINDS and event.ended_at is None:
        session.authorize(Act.EMERGENCY_END, case)
    session.authorize(Act.DEBT_RECORD, case)
    locked(session, Case, case.id)
    return locked(session, DebtEvent, event_id)


def _values(data: Mapping[str, Any], case: Case) -> dict[str, Any]:
    form = EventForm.read(data)
    kind = _kind(form.kind, case)
    lacks = missing_facts(kind.code, form.event_date, form.event_time)
    wrong = {f"event_{name}": sentence for name, sentence in lacks.items()}
    day, reply_by = form.event_date, form.reply_by
    if not kind.is_event and day is not None and day > today():
        wrong["event_date"] = "A court step has happened already. Enter today or a day before."
    if not kind.is_event and reply_by is not None and day is not None and reply_by < day:
        wrong["reply_by"] = "The last day to answer cannot be before the step."
    if wrong:
        raise Invalid(wrong)
    return form.model_dump() | ({"reply_by": None} if kind.is_event else {"event_time": None})


def _kind(code: str, case: Case) -> Stage:
    try:
        kind = court_stage(code)
    except CmaError as error:
        raise Invalid({"kind": error.sentence}) from None
    if case.nation not in kind.nations:
        raise Invalid({"kind": "Choose a step or event that there is in this nation."})
    return kind


def _refuse_stale(event: DebtEvent, version: int, values: Mapping[str, Any]) -> None:
    if event.version == version:
        return
    stored = {name: getattr(event, name) for name in values}
    theirs = {
        name: "" if value is None else str(value)
        for name, value in stored.items()
        if value != values[name]
    }
    raise Conflict("Somebody changed this event in the meantime.", theirs)


def _keep_stage(session: CentreSession, debt: Debt) -> None:
    """Keep the newest court step on its debt; not a change of what is typed about the debt."""
    newest = newest_step(list_events(session, debt.case_id, debt_id=debt.id))
    session.authorize(Act.DEBT_RECORD)
    stage = ("none", None) if newest is None else (newest.kind, newest.event_date)
    if (debt.court_stage, debt.court_stage_date) == stage:
        return
    table = Debt.__table__  # type: ignore[attr-defined]
    session.execute(
        update(table)
        .where(table.c.centre_id == debt.centre_id, table.c.id == debt.id)
        .values(court_stage=stage[0], court_stage_date=stage[1], updated_at=now())
    )
    session.refresh(debt)


def _alarm(session: CentreSession, case: Case, event: DebtEvent) -> None:
    """Make the case urgent, and the emergency something to do: its date never rolls."""
    label = _label(case, event)
    if case.priority != "urgent":
        session.authorize(Act.CASE_RAISE_PRIORITY, case)
        case.priority, case.priority_reason = "urgent", label
        session.flush()
        alert_supervisor(session, case, label)
        session.authorize(Act.DEBT_RECORD, case)
    if _is_same(case, event, label):
        case.emergency, case.emergency_date, case.emergency_time = None, None, None
    if not _actions(session, event):
        day, at = _when(event)
        session.add(
            NextAction(
                case_id=case.id,
                owner_id=case.advisor_id,
                kind="emergency",
                what=label,
                due_date=day,
                due_time=at,
            )
        )
    session.flush()


def _is_same(case: Case, event: DebtEvent, label: str) -> bool:
    """Say whether the case's own emergency is this one: then the debt tells of it from now on."""
    if not case.emergency or case.emergency_date not in (None, _when(event)[0]):
        return False
    return bool(_stems(case.emergency) & _stems(label))


def _stems(text: str) -> set[str]:
    """Return the beginnings of a text's words: "bailiffs come" and "Bailiff visit" share one."""
    return {word[:6] for word in text.casefold().split()}


def _label(case: Case, event: DebtEvent) -> str:
    return court_stage(event.kind).label_for(case.nation)


def _when(event: DebtEvent) -> tuple[date | None, time | None]:
    """Return the day and time by which something is to be done about an event."""
    if event.kind in STEPS:
        return event.reply_by, None
    return event.event_date, event.event_time


def _when_of(values: Mapping[str, Any]) -> tuple[date | None, time | None]:
    """Return the same of what was typed."""
    if values["kind"] in STEPS:
        return values["reply_by"], None
    return values["event_date"], values["event_time"]


def _refuse_putting_off(session: CentreSession) -> None:
    if session.actor.prepares(Act.EMERGENCY_END):
        day = "A trainee cannot put an emergency off. Add the new date as another event, and submit"
        raise Invalid({"event_date": f"{day} that this one was dealt with."})


def _actions(session: CentreSession, event: DebtEvent) -> list[NextAction]:
    """Return the open next actions that are this emergency."""
    case = session.require(Case, event.case_id)
    day, _ = _when(event)
    wanted = (
        select(NextAction)
        .where(
            col(NextAction.case_id) == event.case_id,
            col(NextAction.done_at).is_(None),
            col(NextAction.kind) == "emergency",
            col(NextAction.due_date).is_not_distinct_from(day),
        )
        .order_by(col(NextAction.id))
    )
    found = session.execute(wanted).scalars().all()
    stems = _stems(_label(case, event))
    return [action for action in found if stems & _stems(action.what)]


def _drop(session: CentreSession, actions: Iterable[NextAction]) -> None:
    for action in actions:
        action.deleted_at = now()
    session.flush()
