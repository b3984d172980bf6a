"""Taking a row for oneself until the commit, so that two saves at once come one after the other."""

from typing import TypeVar

from sqlmodel import col, select

from cma_app.errors import NotFound
from cma_app.session import CentreSession
from models.base import CentreOwned

Table = TypeVar("Table", bound=CentreOwned)


def locked(session: CentreSession, model: type[Table], record_id: int) -> Table:
    """Return the row as it stands now, locked until the commit; NotFound as `require` says it."""
    newest = (
        select(model)
        .where(col(model.centre_id) == session.actor.centre_id, col(model.id) == record_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = session.exec(newest).one_or_none()
    if row is None:
        raise NotFound
    return row
