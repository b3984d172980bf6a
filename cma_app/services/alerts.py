"""Telling somebody of something in a case that they should look at."""

from typing import Final

from cma_app.access.acts import Act, Role
from cma_app.clock import today
from cma_app.services.next_actions import record_action
from cma_app.services.supervision import supervisor_of
from cma_app.session import CentreSession
from models import Case

LONGEST: Final = 200


def alert(
    session: CentreSession, case: Case, user_id: int, sentence: str, *, presses: bool = False
) -> None:
    """Tell a person of the centre a sentence about a case; what presses becomes theirs to do today.

    What does not press is told where they look anyway: the banner, the queue and one's own work.
    """
    session.authorize(Act.CASE_OPEN, case)
    if presses:
        record_action(session, case.id, what=sentence[:LONGEST], due_date=today(), owner_id=user_id)


def alert_supervisor(session: CentreSession, case: Case, what: str) -> None:
    """Tell a trainee's supervisor that the trainee made a case urgent; nobody else's doing is."""
    if session.actor.role != Role.TRAINEE:
        return
    supervisor = supervisor_of(session, session.actor.user_id)
    if supervisor is not None:
        sentence = f"{session.actor.name} made this urgent: {what}"
        alert(session, case, supervisor.id, sentence, presses=True)
