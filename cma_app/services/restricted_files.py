"""Restricted files: a manager names who may open one, and for everybody else it is not there."""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlmodel import col

from cma_app.access.acts import Act
from cma_app.errors import Invalid
from cma_app.session import CentreSession
from models import Client, FileAccess, User

WORKING_ROLES = ("manager", "advisor", "trainee")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the centre who could be named on a file."""

    id: int
    name: str
    role: str
    is_named: bool


def colleagues(session: CentreSession, client_id: int) -> list[Colleague]:
    """Return the centre's people who work with clients, and which are named on this file."""
    client = session.require(Client, client_id)
    session.authorize(Act.CLIENT_RESTRICT, client)
    named = {row.user_id for row in _named(session, client_id)}
    people = session.execute(
        select(User)
        .where(
            col(User.role).in_(WORKING_ROLES), col(User.is_active), col(User.deleted_at).is_(None)
        )
        .order_by(col(User.last_name), col(User.first_name))
    ).scalars()
    return [Colleague(each.id, each.full_name, each.role, each.id in named) for each in people]


def restrict_file(session: CentreSession, client_id: int, user_ids: list[int]) -> Client:
    """Let only these people, and the manager who says so, see the file; others find nothing."""
    client = session.require(Client, client_id)
    session.authorize(Act.CLIENT_RESTRICT, client)
    wanted = {*user_ids, session.actor.user_id} - {0}
    known = set(
        session.execute(
            select(col(User.id)).where(
                col(User.id).in_(wanted),
                col(User.role).in_(WORKING_ROLES),
                col(User.deleted_at).is_(None),
            )
        ).scalars()
    )
    if wanted - known:
        raise Invalid({"people": "Choose people of your centre who work with clients."})
    already = {row.user_id: row for row in _named(session, client_id)}
    # The manager's own name first: from the moment the file is restricted only the named see it.
    for user_id in sorted(wanted - already.keys(), key=lambda each: each != session.actor.user_id):
        session.add(FileAccess(client_id=client_id, user_id=user_id))
        session.flush()
    for user_id, row in already.items():
        if user_id not in wanted:
            session.delete(row)
    client.is_restricted = True
    session.add(client)
    session.flush()
    return client


def open_file_to_all(session: CentreSession, client_id: int) -> Client:
    """Let the whole centre see the file again."""
    client = session.require(Client, client_id)
    session.authorize(Act.CLIENT_RESTRICT, client)
    client.is_restricted = False
    session.add(client)
    session.flush()
    session.execute(delete(FileAccess).where(col(FileAccess.client_id) == client_id))
    return client


def _named(session: CentreSession, client_id: int) -> list[FileAccess]:
    mine = col(FileAccess.client_id) == client_id
    return list(session.execute(select(FileAccess).where(mine)).scalars())
