"""Bringing back a row of a case that was removed, as it was."""

from typing import Any

from sqlalchemy import select, update

from cma_app.access.acts import Act
from cma_app.clock import now
from cma_app.errors import NotFound
from cma_app.session import CentreSession
from models import Case


def restore(session: CentreSession, model: Any, record_id: int, act: Act) -> int:
    """Bring a removed row back and return its case; NotFound where none was removed."""
    table = model.__table__
    removed = (table.c.centre_id == session.actor.centre_id, table.c.id == record_id)
    case_id = session.execute(
        select(table.c.case_id).where(*removed, table.c.deleted_at.is_not(None))
    ).scalar_one_or_none()
    if case_id is None:
        raise NotFound
    session.authorize(act, session.require(Case, case_id))
    changed = {"version": table.c.version + 1} if "version" in table.c else {}
    changed |= {"deleted_at": None, "updated_at": now()}
    changed["updated_by"] = session.actor.user_id or None
    session.execute(update(table).where(*removed).values(**changed))
    return case_id
