"""Many open boards and pages at once: whose sign-in lives, and which of them see the same.

What a manager or an advisor sees depends on the centre, the role and the files hidden from them,
and on nothing else: row security asks no more for these roles, which `tests/walls/test_sight.py`
reads in the catalogue. So two people whose `Sight` is equal, in one snapshot, get the same answer
to the same question, and it is asked once. A trainee sees what is assigned to them: theirs is a
sight of their own, and so is that of any role which is not named here.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy import Connection, text

from cma_app.access.actor import Actor, Origin
from cma_app.access.acts import Role
from cma_app.database import app_engine
from cma_app.session import CentreSession, open_as
from cma_app.settings import settings

SHARED: Final = frozenset({Role.MANAGER.value, Role.ADVISOR.value})
"""The roles in which people with the same hidden files see the same."""

_WATCHING = text("SELECT * FROM cma_watching(:centre, :hashes, :idle)")


class Sight(NamedTuple):
    """What decides on all that a person sees in their centre: the class of permission."""

    role: str
    hidden: str
    """A digest of the files hidden from them."""
    person: int
    """Whose sight it is where it is shared with nobody, else 0."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A sign-in that lives: whose it is, for how many seconds more, and their sight."""

    user_id: int
    role: str
    must_change_password: bool
    seconds_left: float
    sight: Sight


class Look:
    """One snapshot of a centre: standings by token hash, and sessions that all read in it."""

    def __init__(self, connection: Connection, standings: dict[str, Standing]) -> None:
        self._connection = connection
        self.standings = standings

    def open(self, actor: Actor, origin: Origin) -> AbstractContextManager[CentreSession]:
        """Open a session of a person within the snapshot, to read; writing is refused."""
        return open_as(actor, origin, self._connection)


@contextmanager
def look(centre_id: int, hashes: Sequence[str]) -> Iterator[Look]:
    """Take a snapshot of a centre and read in it which of these sign-ins live, and what each sees.

    Sights and what is read through them are of the same moment: a file restricted a moment later
    is in neither. Nothing here counts as activity.
    """
    chosen = app_engine().execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )
    with chosen.connect() as connection, connection.begin():
        idle = timedelta(minutes=settings().idle_minutes)
        asked = {"centre": centre_id, "hashes": list(hashes), "idle": idle}
        rows = connection.execute(_WATCHING, asked).all()
        yield Look(
            connection,
            {
                row.token_hash: Standing(
                    row.user_id,
                    row.role,
                    row.must_change_password,
                    row.seconds_left,
                    sight_of(row.user_id, row.role, row.sight),
                )
                for row in rows
            },
        )


def sight_of(user_id: int, role: str, hidden: str) -> Sight:
    """Return the class of permission of a person from whom these files are hidden."""
    return Sight(role, hidden, 0 if role in SHARED else user_id)
