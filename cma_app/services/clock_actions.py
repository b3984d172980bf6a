"""The next action that a legal clock keeps in its case: made, moved, settled and opened again."""

from datetime import date

from cma_app.clock import now
from cma_app.session import CentreSession
from models import Case, NextAction


def keep_action(
    session: CentreSession, case: Case, action_id: int | None, *, kind: str, what: str, due: date
) -> int:
    """Make the open action say this, or add one where there is none open; return its id."""
    action = _action(session, action_id)
    if action is None or action.done_at is not None:
        action = NextAction(case_id=case.id, owner_id=case.advisor_id, kind=kind, what=what)
        session.add(action)
    action.what, action.due_date = what[:200], due
    session.flush()
    return action.id


def settle_action(session: CentreSession, action_id: int | None) -> None:
    """Mark a clock's action as done by the person, where it is still to do."""
    action = _action(session, action_id)
    if action is not None and action.done_at is None:
        action.done_at, action.done_by = now(), session.actor.user_id or None
        session.flush()


def drop_action(session: CentreSession, action_id: int | None, *, even_done: bool = False) -> None:
    """Take a clock's action off the list, where it is still to do; or with all that is told."""
    action = _action(session, action_id)
    if action is not None and (even_done or action.done_at is None):
        action.deleted_at = now()
        session.flush()


def _action(session: CentreSession, action_id: int | None) -> NextAction | None:
    if action_id is None:
        return None
    key = {"centre_id": session.actor.centre_id, "id": action_id}
    action = session.get(NextAction, key)
    return None if action is None or action.deleted_at is not None else action
