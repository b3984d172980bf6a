"""What the signed-in person has to do this week, and what every list of the first page shares."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any, Final

from sqlalchemy import and_, case, func, not_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import today
from cma_app.services.covers import whose_work
from cma_app.services.emergencies import KINDS
from cma_app.session import CentreSession, count
from models import BreathingSpace, Case, Client, DebtEvent, NextAction, RequestDeadline, User

SHOWN: Final = 10
"""Lines of a card beside the day."""
MOST: Final = 40
"""Lines of one kind that a day takes: who has more sees the first and how many there are."""
AHEAD: Final = timedelta(days=7)
"""How far ahead the week goes that the first page shows."""
AT_WORK: Final = ("open", "in_progress")


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do in a case: what, and by when.

    `id` and `version` are of a next action; `rule` made it, or `given_by` somebody else.
    """

    case_id: int
    client: str
    reference: str
    what: str
    kind: str
    due_date: date | None
    due_time: time | None = None
    id: int = 0
    version: int = 0
    rule: str = ""
    given_by: str = ""
    put_off_from: date | None = None
    put_off_reason: str = ""
    debt_id: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """The first lines of a card and how many there are in all."""

    rows: list[Any] = field(default_factory=list)
    total: int = 0


def my_actions(session: CentreSession) -> Listed:
    """Return what I have to do this week or had to do before, emergencies first.

    What a legal date or an emergency of the same list tells of already is not told twice.
    """
    session.authorize(Act.HOME_SEE)
    giver = aliased(User)
    wanted = (
        select(
            col(NextAction.case_id),
            func.concat_ws(" ", col(Client.first_name), col(Client.last_name)),
            col(Case.case_reference),
            col(NextAction.what),
            col(NextAction.kind),
            col(NextAction.due_date),
            col(NextAction.due_time),
            col(NextAction.id),
            col(NextAction.version),
            func.coalesce(col(NextAction.rule), ""),
            func.concat_ws(" ", col(giver.first_name), col(giver.last_name)),
            col(NextAction.put_off_from),
            func.coalesce(col(NextAction.put_off_reason), ""),
        )
        .join(Case, case_of(NextAction))
        .join(Client, client_of_case())
        .outerjoin(
            giver,
            (col(giver.centre_id) == col(NextAction.centre_id))
            & (col(giver.id) == col(NextAction.created_by))
            & (col(giver.id) != session.actor.user_id),
        )
        .where(
            col(NextAction.owner_id).in_(whose_work(session)),
            col(NextAction.done_at).is_(None),
            col(NextAction.due_date) <= today() + AHEAD,
            col(Case.status).in_(AT_WORK),
            not_(_is_told(session)),
        )
        .order_by(
            case((col(NextAction.kind) == "emergency", 0), else_=1),
            col(NextAction.due_date),
            col(NextAction.due_time),
            col(NextAction.id),
        )
    )
    total = count(session, wanted)
    return Listed([Task(*row) for row in session.execute(wanted.limit(MOST))], total)


def _is_told(session: CentreSession) -> Any:
    """Return the condition that an action's own date is among the emergencies or legal dates."""
    space, request = BreathingSpace, RequestDeadline
    of_clocks = [
        select(col(table.id))
        .where(
            col(table.centre_id) == col(NextAction.centre_id),
            col(table.deleted_at).is_(None),
            col(points) == col(NextAction.id),
            col(ended).is_(None),
        )
        .exists()
        for table, points, ended in (
            (space, space.review_action_id, space.ended_on),
            (space, space.end_action_id, space.ended_on),
            (request, request.action_id, request.done_on),
        )
    ]
    of_debts = (
        select(col(DebtEvent.id))
        .where(
            col(DebtEvent.centre_id) == col(NextAction.centre_id),
            col(DebtEvent.case_id) == col(NextAction.case_id),
            col(DebtEvent.kind).in_(KINDS),
            col(DebtEvent.ended_at).is_(None),
            col(DebtEvent.deleted_at).is_(None),
        )
        .exists()
    )
    is_emergency = col(NextAction.kind) == "emergency"
    told = or_(and_(is_emergency, or_(col(Case.emergency).is_not(None), of_debts)), *of_clocks)
    if session.actor.may(Act.CASELOAD_SEE):
        return told
    return and_(col(Case.advisor_id) == session.actor.user_id, told)


def own_references(session: CentreSession) -> list[tuple[str, str]]:
    """Return the references of my open cases with whose they are, for choosing one."""
    session.authorize(Act.CASE_LIST)
    wanted = (
        select(
            col(Case.case_reference),
            func.concat_ws(" ", col(Client.first_name), col(Client.last_name)),
        )
        .join(Client, client_of_case())
        .where(col(Case.advisor_id) == session.actor.user_id, col(Case.status).in_(AT_WORK))
        .order_by(col(Client.last_name), col(Client.first_name), col(Case.id))
        .limit(200)
    )
    return [(row[0], row[1]) for row in session.execute(wanted)]


def case_of(table: Any) -> Any:
    """Return the condition that joins a table's row to its case."""
    return (col(Case.centre_id) == col(table.centre_id)) & (col(Case.id) == col(table.case_id))


def client_of_case() -> Any:
    """Return the condition that joins a case to its client."""
    return (col(Client.centre_id) == col(Case.centre_id)) & (col(Client.id) == col(Case.client_id))
