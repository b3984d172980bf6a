"""Openings: that somebody reads a client's file is a line of the log, once a day and sign-in.

A file is read by three acts: on a case, on a client, and on the documents of a case. Whichever part
of it is asked for, by a page or by one bare event, the session writes the opening of that case or
client where this sign-in has not left one today. Who has no sign-in writes none by it: the worker,
the demo. What is read under emergency access is written act by act already.
"""

from typing import Any, Final

from sqlalchemy import TextClause, text

from cma_app.access.actor import Actor
from cma_app.access.acts import VISITOR, Act
from cma_app.clock import LONDON, now
from models import Case, Client

READING: Final = {Act.CASE_OPEN, Act.CLIENT_OPEN, Act.DOCUMENT_SEE}
"""The acts that read a file."""

_UNLESS_OPENED: Final = (
    "SELECT cma_record_event(:action, :table, :record, :client, :case, NULL)"
    " WHERE :again OR NOT EXISTS (SELECT FROM audit_logs"
    " WHERE centre_id = :centre AND {column} = :record AND timestamp >= :midnight"
    " AND action = :action AND user_id = :user AND session_id IS NOT DISTINCT FROM :sign_in)"
)
"""Writes an opening; the log is looked up by the index of its case or client and its time."""
_OF_CASE: Final = text(_UNLESS_OPENED.format(column="case_id"))
_OF_CLIENT: Final = text(_UNLESS_OPENED.format(column="client_id"))


def is_opening(actor: Actor, act: Act) -> bool:
    """Say whether an act on a case or a client reads its file in a way that the log has to tell."""
    return act in READING and actor.session_id is not None and actor.role != VISITOR


def opening(
    actor: Actor, record: Case | Client, *, again: bool
) -> tuple[TextClause, dict[str, Any]]:
    """Return the statement, which gives a row where it wrote, and its values.

    `again` writes whatever the log has; otherwise only what this sign-in has not opened today, by
    the clock of London.
    """
    is_case = isinstance(record, Case)
    act = Act.CASE_OPEN if is_case else Act.CLIENT_OPEN
    return _OF_CASE if is_case else _OF_CLIENT, {
        "action": act.value,
        "table": record.__tablename__,
        "record": record.id,
        "client": record.client_id if is_case else record.id,
        "case": record.id if is_case else None,
        "again": again,
        "centre": actor.centre_id,
        "midnight": now().astimezone(LONDON).replace(hour=0, minute=0, second=0, microsecond=0),
        "user": actor.user_id,
        "sign_in": str(actor.session_id) if actor.session_id else None,
    }
