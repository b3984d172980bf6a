"""Who supervises whom: whose submitted work reaches whose queue."""

from cma_app.session import CentreSession
from models import User


def supervisor_of(session: CentreSession, trainee_id: int) -> User | None:
    """Return who supervises a person; None where nobody was chosen."""
    supervisor_id = session.require(User, trainee_id).supervisor_id
    return session.require(User, supervisor_id) if supervisor_id is not None else None


def supervises(session: CentreSession, trainee_id: int) -> bool:
    """Say whether the acting person supervises a trainee."""
    found = supervisor_of(session, trainee_id)
    return found is not None and found.id == session.actor.user_id
