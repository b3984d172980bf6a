"""Tasks that rules make, for who holds the case: asked by the worker, one for each cause.

What a task was made for is kept with it (`cause`), and the database takes each cause once: two
rounds at the same time, or a task that is done already, never make another. A task whose cause is
gone before anybody did it is taken off.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.clock import local, now, today
from cma_app.rules.dates import add_months
from cma_app.rules.task_rules import TaskRule, task_rules
from cma_app.session import CentreSession
from models import BudgetSheet, Case, NextAction, Offer, Statement

AT_WORK: Final = ("open", "in_progress")
_CENTRES: Final = text("SELECT * FROM cma_open_centres()")


@dataclass(frozen=True, slots=True)
class Cause:
    """What a task is made for: in which case, whose, by when; `key` tells it from all others."""

    case_id: int
    owner_id: int
    key: str
    due: date


def open_centres(session: CentreSession) -> list[int]:
    """Return the numbers of the centres at work, for the worker alone."""
    session.authorize(Act.ACTION_RECORD)
    return list(session.execute(_CENTRES).scalars())


def make_rule_tasks(session: CentreSession) -> int:
    """Make the tasks that today's rules ask for in a centre; return how many were new."""
    session.authorize(Act.ACTION_RECORD)
    made = 0
    for rule in task_rules(today()):
        if not rule.at_once:
            causes = FINDERS[rule.code](session, rule)
            made += sum(_make(session, rule, cause) for cause in causes)
            _take_off(session, rule, [cause.key for cause in causes])
    return made


def _make(session: CentreSession, rule: TaskRule, cause: Cause) -> int:
    row = {
        "centre_id": session.actor.centre_id,
        "case_id": cause.case_id,
        "owner_id": cause.owner_id,
        "kind": rule.kind,
        "what": rule.what,
        "due_date": cause.due,
        "rule": rule.code,
        "cause": cause.key,
    }
    once = insert(NextAction).values(row).on_conflict_do_nothing().returning(col(NextAction.id))
    return len(session.execute(once).all())


def _take_off(session: CentreSession, rule: TaskRule, standing: Sequence[str]) -> None:
    session.execute(
        update(NextAction)
        .where(
            col(NextAction.rule) == rule.code,
            col(NextAction.cause).is_not(None),
            col(NextAction.cause).not_in(standing),
            col(NextAction.done_at).is_(None),
            col(NextAction.deleted_at).is_(None),
        )
        .values(deleted_at=now(), updated_at=now(), version=col(NextAction.version) + 1)
        .execution_options(synchronize_session=False)
    )


def _of_case(table: Any) -> Any:
    return (col(table.centre_id) == col(Case.centre_id)) & (col(table.case_id) == col(Case.id))


def _offers_review(session: CentreSession, rule: TaskRule) -> list[Cause]:
    """Return the offers of each case's newest sheet whose review day is near."""
    newest = (
        select(col(BudgetSheet.id))
        .where(_of_case(BudgetSheet), col(BudgetSheet.deleted_at).is_(None))
        .order_by(col(BudgetSheet.sheet_no).desc())
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
    day = func.max(col(Offer.review_date))
    wanted = (
        select(col(Case.id), col(Case.advisor_id), col(Offer.budget_sheet_id), day.label("day"))
        .join(Offer, _of_case(Offer))
        .where(col(Case.status).in_(AT_WORK), col(Offer.budget_sheet_id) == newest)
        .group_by(col(Case.id), col(Case.advisor_id), col(Offer.budget_sheet_id))
        .having(day <= today() + timedelta(days=rule.limits["days_before"]))
    )
    return [
        Cause(row.id, row.advisor_id, f"sheet/{row.budget_sheet_id}/{row.day}", row.day)
        for row in session.execute(wanted)
    ]


def _statement_review(session: CentreSession, rule: TaskRule) -> list[Cause]:
    """Return the statements that stand as issued and will be so many months old."""
    until = today() + timedelta(days=rule.limits["days_before"])
    wanted = (
        select(
            col(Case.id),
            col(Case.advisor_id),
            col(Statement.id).label("statement_id"),
            col(Statement.issued_at),
        )
        .join(Statement, _of_case(Statement))
        .where(col(Case.status).in_(AT_WORK), col(Statement.status) == "issued")
    )
    found = []
    for row in session.execute(wanted):
        due = add_months(local(row.issued_at).date(), rule.limits["months"])
        if due <= until:
            found.append(Cause(row.id, row.advisor_id, f"statement/{row.statement_id}", due))
    return found


def _evidence_waits(session: CentreSession, rule: TaskRule) -> list[Cause]:
    """Return the cases that have waited for evidence so many days."""
    days = timedelta(days=rule.limits["days"])
    wanted = select(col(Case.id), col(Case.advisor_id), col(Case.stage_since)).where(
        col(Case.status).in_(AT_WORK),
        col(Case.stage) == "evidence",
        col(Case.stage_since) <= today() - days,
    )
    return [
        Cause(row.id, row.advisor_id, f"case/{row.id}/{row.stage_since}", row.stage_since + days)
        for row in session.execute(wanted)
    ]


FINDERS: Final[dict[str, Callable[[CentreSession, TaskRule], list[Cause]]]] = {
    "offers_review": _offers_review,
    "statement_review": _statement_review,
    "evidence_waits": _evidence_waits,
}
"""What each rule that the worker asks looks for; a test holds them against the data."""
