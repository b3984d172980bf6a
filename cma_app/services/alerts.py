"""Telling a trainee's supervisor at once that the trainee made a case urgent."""

from typing import Final

from cma_app.access.acts import Role
from cma_app.clock import today
from cma_app.services.next_actions import record_action
from cma_app.services.notifications import notify
from cma_app.services.supervision import here_today
from cma_app.session import CentreSession
from models import Case

LONGEST: Final = 200


def alert_supervisor(session: CentreSession, case: Case, what: str) -> None:
    """Tell whoever answers for a trainee today that they made a case urgent, and give them a task.

    Of what anybody else does nobody is told; a trainee whom nobody supervises has nobody to tell.
    """
    if session.actor.role != Role.TRAINEE:
        return
    found = here_today(session, session.actor.user_id)
    if found is not None:
        said = f"{session.actor.name} made this urgent: {what}"[:LONGEST]
        record_action(session, case.id, what=said, due_date=today(), owner_id=found.answers)
        notify(session, found.answers, kind="raised_urgent", case_id=case.id)
