"""The first page: for each role what to do next, the most pressing first."""

from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, Final

from sqlalchemy import Select, case, func, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.rules.court_stages import court_stage
from cma_app.services import centres
from cma_app.services.appointment_list import MyAppointments, list_my_appointments
from cma_app.services.call_list import my_calls
from cma_app.services.centres import Totals
from cma_app.services.covers import whose_work
from cma_app.services.emergencies import dated_emergencies
from cma_app.services.home_news import my_file_reviews, my_replies, my_sign_offs
from cma_app.services.home_tasks import (
    AHEAD,
    AT_WORK,
    MOST,
    SHOWN,
    Listed,
    Task,
    client_of_case,
    my_actions,
)
from cma_app.services.legal_dates import near_dates
from cma_app.services.rights_list import my_rights
from cma_app.services.sign_off_list import waiting_count
from cma_app.session import CentreSession
from models import Case, Client, Debt, NextAction, Referral

BEFORE_WORK: Final = ("referral", "waiting")


@dataclass(frozen=True, slots=True)
class WaitingPerson:
    """Somebody referred and not yet seen."""

    id: int
    name: str
    days: int
    emergency: str
    emergency_what: str
    emergency_date: date | None


@dataclass(frozen=True, slots=True)
class CentreNumbers:
    """What a manager answers for: cases whose review is overdue or that have no dated step.

    And what waits for sign-off in the whole centre.
    """

    overdue_reviews: int
    undated: int
    overdue_actions: int
    sign_offs: int = 0


@dataclass(frozen=True, slots=True)
class MyDay:
    """The first page; parts that a role does not have are None."""

    day: date
    me: int = 0
    emergencies: Listed = field(default_factory=Listed)
    legal_dates: Listed = field(default_factory=Listed)
    rights: Listed = field(default_factory=Listed)
    actions: Listed = field(default_factory=Listed)
    reviews: Listed = field(default_factory=Listed)
    new_cases: Listed = field(default_factory=Listed)
    appointments: MyAppointments | None = None
    calls: Listed = field(default_factory=Listed)
    replies: Listed = field(default_factory=Listed)
    file_reviews: Listed = field(default_factory=Listed)
    sign_offs: Listed = field(default_factory=Listed)
    referrals: Listed | None = None
    centre: CentreNumbers | None = None
    system: Totals | None = None


def my_day(session: CentreSession) -> MyDay:
    """Return what the signed-in person should do next."""
    session.authorize(Act.HOME_SEE)
    actor = session.actor
    if actor.may(Act.CENTRE_LIST):
        return MyDay(today(), system=centres.totals(session))
    return MyDay(
        today(),
        actor.user_id,
        emergencies=_emergencies(session),
        legal_dates=Listed(*near_dates(session, most=MOST)),
        rights=Listed(*my_rights(session, most=MOST)),
        actions=my_actions(session),
        reviews=_reviews(session),
        new_cases=_new_cases(session),
        appointments=list_my_appointments(session),
        calls=Listed(*my_calls(session, most=MOST)),
        replies=my_replies(session),
        file_reviews=my_file_reviews(session),
        sign_offs=my_sign_offs(session),
        referrals=_referrals(session) if actor.may(Act.REFERRAL_ACCEPT) else None,
        centre=_numbers(session) if actor.may(Act.CASELOAD_SEE) else None,
    )


def _emergencies(session: CentreSession) -> Listed:
    """Return emergencies of my cases; those of the whole centre for who answers for it."""
    wanted = (
        _cases(
            col(Case.emergency).label("what"), col(Case.emergency_date), col(Case.emergency_time)
        )
        .where(col(Case.emergency).is_not(None))
        .order_by(col(Case.emergency_date).nulls_first(), col(Case.emergency_time), col(Case.id))
    )
    of_debts = dated_emergencies(
        col(Case.id).label("case_id"),
        func.concat_ws(" ", col(Client.first_name), col(Client.last_name)).label("client"),
        col(Case.case_reference),
        col(Debt.id).label("debt_id"),
    )
    of_debts = of_debts.join(Client, client_of_case()).where(col(Case.status).in_(AT_WORK))
    if not session.actor.may(Act.CASELOAD_SEE):
        mine = col(Case.advisor_id).in_(whose_work(session))
        wanted, of_debts = wanted.where(mine), of_debts.where(mine)
    own = _listed(session, wanted, "emergency", most=MOST)
    total = session.execute(select(func.count()).select_from(of_debts.subquery())).scalar_one()
    others = [
        Task(
            row.case_id,
            row.client,
            row.case_reference,
            court_stage(row.kind).label_for(row.nation),
            "emergency",
            row.due,
            row.at,
            debt_id=row.debt_id,
        )
        for row in session.execute(of_debts.limit(MOST))
    ]
    rows = sorted([*own.rows, *others], key=_pressing)
    return Listed(rows[:MOST], own.total + total)


def _pressing(task: Task) -> tuple[date, time, int]:
    return task.due_date or date.min, task.due_time or time.max, task.case_id


def _reviews(session: CentreSession) -> Listed:
    wanted = (
        _cases(col(Case.debt_solution).label("what"), col(Case.next_review_date))
        .where(
            col(Case.advisor_id).in_(whose_work(session)),
            col(Case.next_review_date) <= today() + AHEAD,
        )
        .order_by(col(Case.next_review_date), col(Case.id))
    )
    return _listed(session, wanted, "review", most=MOST)


def _new_cases(session: CentreSession) -> Listed:
    wanted = (
        _cases(col(Case.stage).label("what"), col(Case.stage_since))
        .where(
            col(Case.advisor_id).in_(whose_work(session)),
            col(Case.stage).in_(BEFORE_WORK),
        )
        .order_by(col(Case.stage_since), col(Case.id))
    )
    return _listed(session, wanted, "waiting")


def _referrals(session: CentreSession) -> Listed:
    waiting = col(Referral.status) == "waiting"
    total = session.execute(select(func.count(col(Referral.id))).where(waiting)).scalar_one()
    rows = session.execute(
        select(
            col(Referral.id),
            func.concat_ws(" ", Referral.first_name, Referral.last_name).label("name"),
            col(Referral.received_date),
            col(Referral.emergency),
            col(Referral.emergency_what),
            col(Referral.emergency_date),
        )
        .where(waiting)
        .order_by(
            case((col(Referral.emergency) == "yes", 0), else_=1),
            col(Referral.emergency_date),
            col(Referral.received_date),
            col(Referral.id),
        )
        .limit(SHOWN)
    ).all()
    day = today()
    people = [
        WaitingPerson(
            row.id,
            row.name,
            (day - row.received_date).days,
            row.emergency,
            row.emergency_what or "",
            row.emergency_date,
        )
        for row in rows
    ]
    return Listed(people, total)


def _numbers(session: CentreSession) -> CentreNumbers:
    day = today()
    due = (
        select(
            col(NextAction.case_id).label("case_id"),
            func.min(NextAction.due_date).label("due"),
        )
        .where(col(NextAction.done_at).is_(None))
        .group_by(col(NextAction.case_id))
        .subquery()
    )
    row = session.execute(
        select(
            func.count().filter(col(Case.next_review_date) < day),
            func.count().filter(due.c.due.is_(None)),
            func.count().filter(due.c.due < day),
        )
        .select_from(Case)
        .outerjoin(due, due.c.case_id == col(Case.id))
        .where(col(Case.status).in_(AT_WORK))
    ).one()
    return CentreNumbers(*row, sign_offs=waiting_count(session))


def _cases(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Return a select of open cases with whose they are, and these columns."""
    return (
        select(
            col(Case.id),
            func.concat_ws(" ", col(Client.first_name), col(Client.last_name)),
            col(Case.case_reference),
            *columns,
        )
        .join(Client, client_of_case())
        .where(col(Case.status).in_(AT_WORK))
    )


def _listed(
    session: CentreSession, wanted: Select[*tuple[Any, ...]], kind: str, *, most: int = SHOWN
) -> Listed:
    total = session.execute(select(func.count()).select_from(wanted.subquery())).scalar_one()
    rows = session.execute(wanted.limit(most)).all()
    return Listed(
        [
            Task(
                row[0], row[1], row[2], row[3] or "", kind, row[4], row[5] if len(row) > 5 else None
            )
            for row in rows
        ],
        total,
    )
