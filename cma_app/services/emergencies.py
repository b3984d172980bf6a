"""The open emergencies of a case, told alike wherever they come from.

A case has at most one of its own, recorded at the walk-in or on its overview (`cases.emergency`).
All others are dated events of its debts. Pages, boards and lists ask here, so that they agree.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final, Literal

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.rules.court_stages import court_stage, court_stages, event_kinds
from cma_app.rules.debt_events import DatedEvent, emergencies, when_words
from cma_app.session import CentreSession
from models import Case, Creditor, Debt, DebtEvent

Nature = Literal["event", "answer", "step"]

STEPS: Final = tuple(kind.code for kind in court_stages())
KINDS: Final = tuple(kind.code for kind in [*court_stages(), *event_kinds()] if kind.is_emergency)
"""The kinds of events that are emergencies while they are open."""


@dataclass(frozen=True, slots=True)
class OpenEmergency:
    """One emergency; `words` is the whole of it, "Eviction Mon 30 Nov 2026 10:30".

    `nature` says whether its day is when it happens, the last day to answer, or merely the day a
    step was served. `debt_id` is 0 for the case's own.
    """

    label: str
    words: str
    consequence: str = ""
    day: date | None = None
    at: time | None = None
    nature: Nature = "event"
    debt_id: int = 0
    creditor: str = ""

    @property
    def order(self) -> tuple[date, time]:
        """Return what sorts the most pressing first: without a day before all."""
        return self.day or date.min, self.at or time.max


def open_emergencies(session: CentreSession, case: Case) -> list[OpenEmergency]:
    """Return what is open in a case, the soonest first, those without a day before all."""
    session.authorize(Act.CASE_OPEN, case)
    own = own_emergency(case.emergency, case.emergency_date, case.emergency_time)
    found = [*own, *of_debts(session, [case.id]).get(case.id, [])]
    return sorted(found, key=lambda each: each.order)


def own_emergency(what: str | None, day: date | None, at: time | None) -> list[OpenEmergency]:
    """Return a case's own emergency, alone in a list; an empty one where it has none."""
    if not what:
        return []
    was = "was due " if day is not None and day < today() else ""
    said = f" {was}{when_words(day, at, today())}" if day is not None else ""
    return [OpenEmergency(what, f"{what}{said}", day=day, at=at)]


def is_put_off(was: tuple[date | None, time | None], now: tuple[date | None, time | None]) -> bool:
    """Say whether an emergency's day and time become later, or are lost; a first day is neither."""
    (was_day, was_at), (day, at) = was, now
    if was_day is None:
        return False
    if day is None or day != was_day:
        return day is None or day > was_day
    return was_at is not None and (at is None or at > was_at)


def soonest(own: Iterable[OpenEmergency], others: Iterable[OpenEmergency]) -> OpenEmergency | None:
    """Return the one that presses most, None where nothing does."""
    return min([*own, *others], key=lambda each: each.order, default=None)


def of_debts(session: CentreSession, case_ids: Collection[int]) -> dict[int, list[OpenEmergency]]:
    """Return the open emergencies of these cases' debts by case, the soonest first."""
    session.authorize(Act.CASE_LIST)
    if not case_ids:
        return {}
    wanted = (
        _open(
            select(
                col(DebtEvent.case_id),
                col(Case.nation),
                col(Debt.id).label("debt_id"),
                col(Creditor.creditor_name),
                col(DebtEvent.kind),
                col(DebtEvent.event_date),
                col(DebtEvent.event_time),
                col(DebtEvent.reply_by),
            )
        )
        .where(col(DebtEvent.case_id).in_(list(case_ids)))
        .order_by(col(DebtEvent.id))
    )
    events: dict[tuple[int, str], list[DatedEvent]] = defaultdict(list)
    debts: dict[str, tuple[int, str]] = {}
    for number, row in enumerate(session.execute(wanted)):
        key = f"{number}"
        debts[key] = (row.debt_id, row.creditor_name)
        dated = DatedEvent(row.kind, row.event_date, row.event_time, row.reply_by, key=key)
        events[row.case_id, row.nation].append(dated)
    return {
        case_id: [
            _told(found.event, found.words, found.consequence, nation, debts[found.event.key])
            for found in emergencies(dated, today(), nation)
        ]
        for (case_id, nation), dated in events.items()
    }


def _told(
    event: DatedEvent, words: str, consequence: str, nation: str, debt: tuple[int, str]
) -> OpenEmergency:
    kind = court_stage(event.kind)
    nature: Nature = "event" if kind.is_event else "answer" if event.reply_by else "step"
    due = event.due()
    return OpenEmergency(
        label=kind.label_for(nation),
        words=words,
        consequence=consequence,
        day=due,
        at=event.at if due == event.day else None,
        nature=nature,
        debt_id=debt[0],
        creditor=debt[1],
    )


def has_open_emergency() -> ColumnElement[bool]:
    """Return the condition that a case of a select has one, its own or a debt's."""
    of_a_debt = (
        select(col(DebtEvent.case_id))
        .join(Debt, _debt_of_event())
        .where(*_is_open())
        .scalar_subquery()
    )
    return or_(col(Case.emergency).is_not(None), col(Case.id).in_(of_a_debt))


def dated_emergencies(*columns: Any) -> Any:
    """Return a select of open cases' emergencies of debts: these columns, kind, nation, due, time.

    The soonest first; those without a day before all.
    """
    due = case(
        (
            col(DebtEvent.kind).in_(STEPS),
            func.coalesce(col(DebtEvent.reply_by), col(DebtEvent.event_date)),
        ),
        else_=col(DebtEvent.event_date),
    )
    at = case((col(DebtEvent.kind).in_(STEPS), None), else_=col(DebtEvent.event_time))
    named = (col(DebtEvent.kind), col(Case.nation), due.label("due"), at.label("at"))
    order = (due.nulls_first(), col(DebtEvent.event_time), col(DebtEvent.id))
    return _open(select(*columns, *named)).order_by(*order)


def _open(statement: Any) -> Any:
    return (
        statement.select_from(DebtEvent)
        .join(Debt, _debt_of_event())
        .join(
            Creditor,
            and_(
                col(Creditor.centre_id) == col(Debt.centre_id),
                col(Creditor.id) == col(Debt.creditor_id),
            ),
        )
        .join(
            Case,
            and_(
                col(Case.centre_id) == col(DebtEvent.centre_id),
                col(Case.id) == col(DebtEvent.case_id),
            ),
        )
        .where(*_is_open())
    )


def _debt_of_event() -> ColumnElement[bool]:
    return and_(
        col(Debt.centre_id) == col(DebtEvent.centre_id), col(Debt.id) == col(DebtEvent.debt_id)
    )


def _is_open() -> tuple[ColumnElement[bool], ...]:
    return (
        col(DebtEvent.ended_at).is_(None),
        col(DebtEvent.deleted_at).is_(None),
        col(Debt.deleted_at).is_(None),
        col(DebtEvent.kind).in_(KINDS),
    )
