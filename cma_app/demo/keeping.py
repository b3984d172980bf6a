"""What managers find under keeping and removing in the demo: one due, one held, one coming."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from typing import Final

from sqlalchemy import Connection, select
from sqlmodel import col

from cma_app.access.actor import Actor
from cma_app.demo.dates import day_of, moment_of
from cma_app.demo.people import ORIGIN, Cast
from cma_app.services.forgetting import list_today
from cma_app.services.retention import hold_person
from cma_app.session import SYSTEM, open_as
from models import Client

NATION: Final = "england"
HELD: Final = "Kowal"
REASON: Final = "His complaint about the plan is with the ombudsman; they asked us to keep the file"


def tell_keeping(
    connection: Connection, cast: Cast, on: date
) -> Iterator[tuple[datetime, Callable[[], None]]]:
    """Yield each step's moment and what tells it: the hold, and the morning's lists."""
    yield moment_of("<T-20 11:10", on, NATION), partial(_hold, connection, cast, on)
    yield moment_of("T 06:05", on, NATION), partial(_list, connection, cast)


def _hold(connection: Connection, cast: Cast, on: date) -> None:
    said = {
        "kind": "complaint",
        "reason": REASON,
        "review_on": day_of("T+40", on, NATION).isoformat(),
    }
    with open_as(cast["ruth"], ORIGIN, connection) as session:
        wanted = select(col(Client.id)).where(col(Client.last_name) == HELD)
        hold_person(session, session.execute(wanted).scalar_one(), said)


def _list(connection: Connection, cast: Cast) -> None:
    for centre_id in sorted({cast[name].centre_id for name in ("ruth", "eleri")}):
        worker = Actor(0, centre_id, SYSTEM, "Worker", "", "")
        with open_as(worker, ORIGIN, connection) as session:
            list_today(session)
