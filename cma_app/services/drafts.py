"""What a person has typed and not yet saved: kept within seconds, seen by its author alone."""

from datetime import datetime
from typing import Final

from sqlmodel import col, select

from cma_app.access.acts import VISITOR, Act
from cma_app.clock import now
from cma_app.errors import Invalid
from cma_app.keys import key_for
from cma_app.services.forms import storable
from cma_app.session import CentreSession
from models import Draft

MOST_CHARACTERS: Final = 60_000


def browser_key(session: CentreSession) -> str:
    """Return the key (64 hex characters) under which this person's browser keeps what they type.

    It is the same at each of their sign-ins and nobody else's; it is written down nowhere.
    """
    session.authorize(Act.CASE_OPEN)  # a sheet that is read asks for it too
    actor = session.actor
    return key_for(f"what a browser keeps, centre {actor.centre_id}, person {actor.user_id}")


def keep_draft(
    session: CentreSession,
    form: str,
    content: dict[str, str],
    *,
    record_id: int = 0,
    most: int = MOST_CHARACTERS,
) -> datetime:
    """Keep what was typed in place of what was kept before, of so many characters; return when."""
    session.authorize(Act.CLIENT_RECORD)
    if sum(len(name) + len(text) for name, text in content.items()) > most:
        raise Invalid({"form": "This is too long to keep. Shorten the longest answer."})
    draft = _own(session, form, record_id)
    if draft is None:
        draft = Draft(user_id=session.actor.user_id, form=form, record_id=record_id)
    draft.content = {name: storable(text) for name, text in content.items()}
    session.add(draft)
    session.flush()
    return now()


def kept_draft(session: CentreSession, form: str, *, record_id: int = 0) -> dict[str, str]:
    """Return what this person typed earlier; empty where nothing was kept, and for a visitor."""
    if session.actor.role == VISITOR:
        return {}
    session.authorize(Act.CLIENT_RECORD)
    draft = _own(session, form, record_id)
    return {str(name): str(text) for name, text in draft.content.items()} if draft else {}


def drop_draft(session: CentreSession, form: str, *, record_id: int = 0) -> None:
    """Forget what was typed: it was saved, or is not wanted."""
    session.authorize(Act.CLIENT_RECORD)
    draft = _own(session, form, record_id)
    if draft is not None:
        session.delete(draft)
        session.flush()


def _own(session: CentreSession, form: str, record_id: int) -> Draft | None:
    return session.exec(
        select(Draft).where(
            col(Draft.user_id) == session.actor.user_id,
            col(Draft.form) == form,
            col(Draft.record_id) == record_id,
        )
    ).one_or_none()
