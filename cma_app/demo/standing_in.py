"""The demo's cover and shadow: Tom covers for Priya, and Callum follows one of Tom's cases."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from typing import Final

from sqlalchemy import Connection

from cma_app.demo.dates import day_of, moment_of
from cma_app.demo.people import ORIGIN, Cast
from cma_app.services.covers import add_covered_leave
from cma_app.services.shadows import let_shadow
from cma_app.session import open_as

NATION: Final = "england"
REASON: Final = "To see how a self-employed household's profit is worked out"


def tell_standing_in(
    connection: Connection, cast: Cast, on: date, case_id: int
) -> Iterator[tuple[datetime, Callable[[], None]]]:
    """Yield each step's moment and what tells it, the earliest first."""
    yield (
        moment_of("W-5 16:30", on, NATION),
        partial(_let_shadow, connection, cast, on, case_id),
    )
    yield moment_of("W-2 16:50", on, NATION), partial(_go_away, connection, cast, on)


def _let_shadow(connection: Connection, cast: Cast, on: date, case_id: int) -> None:
    said = {
        "trainee_id": str(cast["callum"].user_id),
        "first_day": day_of("W-5", on, NATION).isoformat(),
        "reason": REASON,
    }
    with open_as(cast["tom"], ORIGIN, connection) as session:
        let_shadow(session, case_id, said)


def _go_away(connection: Connection, cast: Cast, on: date) -> None:
    days = {
        "first_day": day_of("T+19", on, NATION).isoformat(),
        "last_day": day_of("T+23", on, NATION).isoformat(),
    }
    covers = {"cover_id": str(cast["tom"].user_id), "note": "Callum's queue as well"}
    with open_as(cast["priya"], ORIGIN, connection) as session:
        add_covered_leave(session, cast["priya"].user_id, {**days, **covers})
