"""What the board's filters mean: one condition each, for its counts, its cards and its lists.

Whatever counts and whatever lists asks here, so that a number opens exactly its cases.
"""

from typing import Any, Final, NamedTuple

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from cma_app.access.acts import Role
from cma_app.clock import today
from cma_app.rules.appointments import QUESTION_LIKE
from cma_app.services.caseload_values import SHOWS, Filter
from cma_app.services.emergencies import has_open_emergency
from cma_app.services.legal_dates import has_near_date
from models import Case, NextAction, User


class Due(NamedTuple):
    """Of each case what is open to do: its earliest day, and whether there is nothing at all."""

    day: ColumnElement[Any]
    is_nothing: ColumnElement[bool]


def at_work() -> ColumnElement[bool]:
    """Say "open" as the indexes say it, in words and not in parameters: so they serve."""
    words = bindparam("at_work", ["open", "in_progress"], expanding=True, literal_execute=True)
    return col(Case.status).in_(words)


_ITS_OPEN: Final = (
    col(NextAction.centre_id) == col(Case.centre_id),
    col(NextAction.case_id) == col(Case.id),
    col(NextAction.done_at).is_(None),
)


def first_due() -> tuple[Any, Due]:
    """Return what is first to do of each case of a select, to be joined to each, and its columns.

    It is looked up case by case: behind row security the planner expects a handful of cases, and
    where other centres are many it would compare each case with each action.
    """
    joined = (
        select(func.min(col(NextAction.due_date)).label("day"), func.count().label("many"))
        .where(*_ITS_OPEN)
        .correlate(Case)
        .lateral("due")
    )
    return joined, Due(joined.c.day, joined.c.many == 0)


def own_due() -> Due:
    """Return what is first to do of a case, asked for each by itself."""
    earliest = select(func.min(col(NextAction.due_date))).where(*_ITS_OPEN).correlate(Case)
    something = select(col(NextAction.id)).where(*_ITS_OPEN).correlate(Case)
    return Due(earliest.scalar_subquery(), ~something.exists())


def shows(due: Due) -> dict[str, ColumnElement[bool]]:
    """Return the condition behind each filter of the board, but the one on people."""
    day = today()
    return {
        "emergency": has_open_emergency(),
        "legal": has_near_date(),
        "missed": waits_for_manager(),
        "today": due.day == day,
        "overdue": due.day < day,
        "undated": due.day.is_(None),
        "unplanned": due.is_nothing,
        "review": col(Case.next_review_date) < day,
        "deficit": col(Case.monthly_surplus) < 0,
    }


def narrowed(wanted: Filter, due: Due | None = None) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter; without `due` those on dates ask by themselves."""
    conditions: list[ColumnElement[bool]] = [at_work()]
    if wanted.advisor_id is not None:
        conditions.append(col(Case.advisor_id) == wanted.advisor_id)
    if wanted.stages:
        conditions.append(col(Case.stage).in_(wanted.stages))
    if wanted.show == "trainee":
        trainees = select(col(User.id)).where(col(User.role) == Role.TRAINEE.value)
        conditions.append(col(Case.advisor_id).in_(trainees))
    elif wanted.show in SHOWS[1:]:
        conditions.append(shows(due or own_due())[wanted.show])
    return conditions


def waits_for_manager() -> ColumnElement[bool]:
    """Say that its client missed appointments and the manager's decision is still to come."""
    asked = select(col(NextAction.case_id)).where(
        and_(col(NextAction.done_at).is_(None), col(NextAction.what).like(QUESTION_LIKE))
    )
    return col(Case.id).in_(asked)
