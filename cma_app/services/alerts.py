"""Telling a trainee's supervisor at once that the trainee made a case urgent."""

from contextlib import suppress
from typing import Final

from sqlalchemy import select
from sqlmodel import col

from cma_app.access.acts import Role
from cma_app.clock import today
from cma_app.errors import Invalid
from cma_app.services.next_actions import record_action
from cma_app.services.notifications import notify
from cma_app.services.supervision import here_today
from cma_app.session import CentreSession
from models import Case, NextAction

LONGEST: Final = 200


def alert_supervisor(session: CentreSession, case: Case, what: str) -> None:
    """Tell whoever answers for a trainee today that they made a case urgent, and give them a task.

    Of what anybody else does nobody is told; a trainee whom nobody supervises has nobody to tell.
    """
    if session.actor.role != Role.TRAINEE:
        return
    found = here_today(session, session.actor.user_id)
    if found is None:
        return
    said = f"{session.actor.name} made this urgent: {what}"[:LONGEST]
    _give(session, case, said, found.answers)
    notify(session, found.answers, kind="raised_urgent", case_id=case.id)


def _give(session: CentreSession, case: Case, what: str, owner_id: int) -> None:
    """Give the task, once while it stands; the one notification is that the case is urgent.

    Nobody is given a task in a file that is closed to them: the case is urgent all the same.
    """
    standing = select(col(NextAction.id)).where(
        col(NextAction.centre_id) == case.centre_id,
        col(NextAction.case_id) == case.id,
        col(NextAction.owner_id) == owner_id,
        col(NextAction.what) == what,
        col(NextAction.done_at).is_(None),
    )
    if session.execute(standing.limit(1)).first() is not None:
        return
    with suppress(Invalid):
        record_action(session, case.id, what=what, due_date=today(), owner_id=owner_id, tells=False)
