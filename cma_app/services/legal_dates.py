"""Every day that a law, a court or a paper has fixed, of a case or of many, in one list.

Hearings, evictions, visits and other events of debts; the last day to answer a claim; the midway
review and the last protected day of a breathing space; requests to be answered; and a case's own
emergency where it has a day. The days stand as they fall; `left` says when to act.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any, Final

from sqlalchemy import (
    Date,
    String,
    Time,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.rules.court_stages import court_stage
from cma_app.rules.legal_dates import Left, last_acted_on, left
from cma_app.rules.nations import NATIONS
from cma_app.rules.requests import request_kind
from cma_app.services.covers import whose_work
from cma_app.services.emergencies import KINDS, STEPS
from cma_app.session import CentreSession
from models import BreathingSpace, Case, Client, Creditor, Debt, DebtEvent, RequestDeadline

AHEAD: Final = timedelta(days=7)
"""How far ahead a legal date is near, by when to act: for the board's filter and the first page."""
OF_A_SPACE: Final = frozenset({"review", "contact", "protected"})
AT_WORK: Final = ("open", "in_progress")


@dataclass(frozen=True, slots=True)
class LegalDate:
    """One legal date; `source` is event, answer, review, contact, protected, request or case.

    `label` is what it is, `about` who or what it concerns. `ref_id` is its debt or its record's.
    `is_emergency` says that it stands among the emergencies too.
    """

    case_id: int
    source: str
    label: str
    about: str
    at: time | None
    ref_id: int
    left: Left
    is_emergency: bool = False

    @property
    def day(self) -> date:
        """Return the day itself."""
        return self.left.day

    @property
    def tells_alone(self) -> bool:
        """Say whether no emergency and no breathing space tells of it: an answer, a request."""
        return not self.is_emergency and self.source not in OF_A_SPACE

    @property
    def order(self) -> tuple[date, time, str]:
        """Return what sorts the next first: by when to act."""
        return self.left.act_by, self.at or time.max, self.label


@dataclass(frozen=True, slots=True)
class NearDate:
    """A legal date of the next days, with whose case it is."""

    date: LegalDate
    client: str
    reference: str


def list_legal_dates(session: CentreSession, case_id: int) -> list[LegalDate]:
    """Return the legal dates of a case that are not dealt with, the next first."""
    found = session.require(Case, case_id)
    session.authorize(Act.CASE_OPEN, found)
    own = own_date(
        found.id, found.emergency, found.emergency_date, found.emergency_time, found.nation
    )
    return sorted([*own, *of_cases(session, [case_id]).get(case_id, [])], key=lambda d: d.order)


def of_cases(session: CentreSession, case_ids: Collection[int]) -> dict[int, list[LegalDate]]:
    """Return the legal dates of these cases beside their own emergencies, the next first."""
    session.authorize(Act.CASE_LIST)
    if not case_ids:
        return {}
    dated = _dated(list(case_ids))
    wanted = select(dated, col(Case.nation)).join(Case, _case_of(dated))
    found: dict[int, list[LegalDate]] = defaultdict(list)
    for row in session.execute(wanted):
        found[row.case_id].append(_told(row))
    return {case_id: sorted(each, key=lambda d: d.order) for case_id, each in found.items()}


def own_date(
    case_id: int, what: str | None, day: date | None, at: time | None, nation: str
) -> list[LegalDate]:
    """Return a case's own emergency where it has a day, alone in a list."""
    if not what or day is None:
        return []
    when = left(day, today(), nation)
    return [LegalDate(case_id, "case", what, "", at, case_id, when, is_emergency=True)]


def near_dates(session: CentreSession, *, most: int) -> tuple[list[NearDate], int]:
    """Return the legal dates of my open cases in the next days, but emergencies, and their number.

    Who answers for the centre sees all of its. An emergency stands in a list of its own.
    """
    session.authorize(Act.HOME_SEE)
    dated = _dated(None, emergencies=False)
    wanted = (
        select(
            dated,
            col(Case.nation),
            func.concat_ws(" ", col(Client.first_name), col(Client.last_name)).label("client"),
            col(Case.case_reference),
        )
        .join(Case, _case_of(dated))
        .join(
            Client,
            (col(Client.centre_id) == col(Case.centre_id))
            & (col(Client.id) == col(Case.client_id)),
        )
        .where(dated.c.day <= _near_until(), col(Case.status).in_(AT_WORK))
        .order_by(dated.c.day, dated.c.case_id, dated.c.ref_id)
    )
    if not session.actor.may(Act.CASELOAD_SEE):
        wanted = wanted.where(col(Case.advisor_id).in_(whose_work(session)))
    total = session.execute(select(func.count()).select_from(wanted.subquery())).scalar_one()
    rows = session.execute(wanted.limit(most))
    return [NearDate(_told(row), row.client, row.case_reference) for row in rows], total


def has_near_date() -> ColumnElement[bool]:
    """Return the condition that a case of a select has a legal date within the next days."""
    dated = _dated(None)
    its_own = aliased(Case)
    near = (
        select(dated.c.case_id)
        .join(its_own, _case_of(dated, its_own))
        .where(dated.c.day <= _near_until(its_own))
    )
    return or_(
        and_(col(Case.emergency).is_not(None), col(Case.emergency_date) <= _near_until()),
        col(Case.id).in_(near),
    )


def is_near(found: LegalDate) -> bool:
    """Say of a legal date what `has_near_date` asks of a case."""
    return found.left.act_by <= today() + AHEAD


def _told(row: Any) -> LegalDate:
    said = {"review": "Breathing space review", "protected": "Last protected day"}
    if row.source == "request":
        label = request_kind(row.code).label
    elif row.source in said:
        label = said[row.source]
    elif row.source == "contact":
        label = "Ask whether treatment goes on"
    else:
        answer = ", answer" if row.source == "answer" else ""
        label = f"{court_stage(row.code).label_for(row.nation)}{answer}"
    when = left(row.day, today(), row.nation)
    return LegalDate(
        case_id=row.case_id,
        source=row.source,
        label=label,
        about=row.about or "",
        at=row.at,
        ref_id=row.ref_id,
        left=when,
        is_emergency=row.source in ("event", "answer") and row.code in KINDS,
    )


def _near_until(of: Any = Case) -> ColumnElement[date]:
    """Return the last legal day that is acted on within the next days, by the case's nation."""
    until = {nation: last_acted_on(today() + AHEAD, nation) for nation in NATIONS}
    return case(until, value=col(of.nation), else_=min(until.values()))


def _case_of(dated: Any, of: Any = Case) -> ColumnElement[bool]:
    return (col(of.centre_id) == dated.c.centre_id) & (col(of.id) == dated.c.case_id)


def _dated(case_ids: list[int] | None, *, emergencies: bool = True) -> Any:
    """Return what is dated and not dealt with: centre, case, source, code, about, day, time, id."""
    parts = (
        _of_events(emergencies=emergencies),
        _of_reviews(),
        _of_last_days(),
        _of_requests(),
    )
    return union_all(
        *[
            statement if case_ids is None else statement.where(col(table.case_id).in_(case_ids))
            for table, statement in parts
        ]
    ).subquery("dated")


def _columns(
    table: Any, *, source: Any, code: Any, day: Any, ref_id: Any, about: Any = None, at: Any = None
) -> tuple[Any, ...]:
    return (
        col(table.centre_id).label("centre_id"),
        col(table.case_id).label("case_id"),
        cast(source, String).label("source"),
        cast(code, String).label("code"),
        cast(null() if about is None else about, String).label("about"),
        cast(day, Date).label("day"),
        cast(null() if at is None else at, Time).label("at"),
        col(ref_id).label("ref_id"),
    )


def _of_events(*, emergencies: bool) -> tuple[Any, Any]:
    """Return the events of debts that have a day, and the steps that have a last day to answer."""
    is_step = col(DebtEvent.kind).in_(STEPS)
    day = case((is_step, col(DebtEvent.reply_by)), else_=col(DebtEvent.event_date))
    statement = (
        select(
            *_columns(
                DebtEvent,
                source=case((is_step, literal("answer")), else_=literal("event")),
                code=DebtEvent.kind,
                about=Creditor.creditor_name,
                day=day,
                at=case((is_step, null()), else_=col(DebtEvent.event_time)),
                ref_id=DebtEvent.debt_id,
            )
        )
        .join(
            Debt,
            (col(Debt.centre_id) == col(DebtEvent.centre_id))
            & (col(Debt.id) == col(DebtEvent.debt_id)),
        )
        .join(
            Creditor,
            (col(Creditor.centre_id) == col(Debt.centre_id))
            & (col(Creditor.id) == col(Debt.creditor_id)),
        )
        .where(
            col(DebtEvent.ended_at).is_(None),
            col(DebtEvent.deleted_at).is_(None),
            col(Debt.deleted_at).is_(None),
            day.is_not(None),
            *([] if emergencies else [col(DebtEvent.kind).not_in(KINDS)]),
        )
    )
    return DebtEvent, statement


def _of_reviews() -> tuple[Any, Any]:
    """Return the midway reviews, and the questions to named contacts, that are still to come."""
    source = case(
        (col(BreathingSpace.kind) == "crisis", literal("contact")), else_=literal("review")
    )
    statement = select(*_of_space(source, BreathingSpace.review_by)).where(
        *_runs(),
        col(BreathingSpace.review_by).is_not(None),
        col(BreathingSpace.review_held_on).is_(None),
    )
    return BreathingSpace, statement


def _of_last_days() -> tuple[Any, Any]:
    statement = select(*_of_space(literal("protected"), BreathingSpace.protected_until)).where(
        *_runs(), col(BreathingSpace.protected_until).is_not(None)
    )
    return BreathingSpace, statement


def _of_space(source: Any, day: Any) -> tuple[Any, ...]:
    return _columns(
        BreathingSpace, source=source, code=BreathingSpace.kind, day=day, ref_id=BreathingSpace.id
    )


def _runs() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a breathing space whose days still count."""
    return (
        col(BreathingSpace.deleted_at).is_(None),
        col(BreathingSpace.ended_on).is_(None),
        func.coalesce(col(BreathingSpace.protected_until), today()) >= today(),
    )


def _of_requests() -> tuple[Any, Any]:
    statement = select(
        *_columns(
            RequestDeadline,
            source=literal("request"),
            code=RequestDeadline.kind,
            about=RequestDeadline.about,
            day=RequestDeadline.due_date,
            ref_id=RequestDeadline.id,
        )
    ).where(col(RequestDeadline.done_on).is_(None), col(RequestDeadline.deleted_at).is_(None))
    return RequestDeadline, statement
