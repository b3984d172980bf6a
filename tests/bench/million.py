"""A million cases in all, in centres of ten thousand: what that adds to the work of one of them.

Two servers stand side by side, one with few centres and one with a hundred, and samples take turns
between them, so that a busy moment of the machine falls on both. Generation leaves the triggers and
the checks of references off: a million audited changes are not what is measured.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, text

from alembic import command
from cma_app.access.actor import Actor
from cma_app.database import engine_for
from cma_app.postgres import EmbeddedPostgres
from cma_app.services import caseload, clients
from cma_app.services.caseload_rounds import Round
from cma_app.session import CentreSession, open_as
from tests.conftest import alembic_config
from tests.people import Cast, make_cast
from tests.walls.ten_thousand import plant_crowd

CENTRE: Final = 10_000
"""Cases of each centre, the measured one too; two thousand of them are open."""
FEW: Final = 2
MANY: Final = 100
"""Centres in the small and in the large database."""
ROUNDS: Final = 120
WARM: Final = 20
MOST: Final = 1.25
"""How much dearer a call may be where a hundred centres share the tables with one's own."""

TABLES = ("clients", "cases", "next_actions", "users", "centres")


def growth(say: Callable[[str], None]) -> None:
    """Plant both, measure, and say the figures."""
    with ExitStack() as stack:
        few, many = (_planted(stack, centres, say) for centres in (FEW, MANY))
        say(f"{'one centre of 10,000 cases':36}{'of 20,000':>11}{'of 1,000,000':>14}{'growth':>8}")
        for name, work in _reads().items():
            small, large = _in_turns(few, many, work)
            over = "" if large / small <= MOST else f"  MORE THAN {MOST}"
            say(f"{name:36}{small:11.2f}{large:14.2f}{large / small:8.2f}{over}")


def _reads() -> dict[str, Callable[[CentreSession], Any]]:
    case_ids: dict[Any, list[int]] = {}

    def change(session: CentreSession) -> Any:
        where = session.get_bind()
        if where not in case_ids:
            case_ids[where] = [card.id for card in caseload.listing(session).rows[:3]]
        return Round(case_ids[where]).change(session)

    return {
        "board as a list, first page": caseload.listing,
        "board, lanes and every count": caseload.board,
        "three changed cases, every count": change,
        "search by a name's beginning": lambda session: clients.find_clients(
            session, text="last12"
        ),
        "search by postcode": lambda session: clients.find_clients(session, text="CF12 1AA"),
        "search by reference": lambda session: clients.find_clients(
            session, text=f"{session.actor.centre_code}-2026-0091"
        ),
    }


def _planted(stack: ExitStack, centres: int, say: Callable[[str], None]) -> tuple[Engine, Actor]:
    """Return the serving engine of a server with so many centres, and the first one's manager."""
    home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cma-bench-")))
    home.chmod(0o755)
    server = stack.enter_context(EmbeddedPostgres(home, durable=False))
    command.upgrade(alembic_config(server.owner_url), "head")
    owner, chief = engine_for(server.owner_url), engine_for(server.superuser_database_url)
    began = time.perf_counter()
    casts = [make_cast(owner, number) for number in range(1, centres // 2 + 1)]
    for cast in casts:
        with chief.begin() as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for actor, advisors in _centres(cast):
                plant_crowd(connection, actor, advisors, CENTRE)
    with chief.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        for table in TABLES:
            connection.execute(text(f"VACUUM ANALYZE {table}"))
        size = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    owner.dispose()
    chief.dispose()
    took = time.perf_counter() - began
    made = f"{size / 1e6:,.0f} MB, made in {took:.0f} s"
    say(f"{centres * CENTRE:,} cases in {centres} centres: {made}")
    serving = engine_for(server.app_url, pool_size=2)
    stack.callback(serving.dispose)
    return serving, casts[0].maria


def _centres(cast: Cast) -> list[tuple[Actor, list[int]]]:
    crew = (cast.amina, cast.ben, cast.tess, cast.maria)
    return [
        (cast.maria, [each.user_id for each in crew]),
        (cast.bea, [cast.colin.user_id]),
    ]


def _in_turns(
    few: tuple[Engine, Actor],
    many: tuple[Engine, Actor],
    work: Callable[[CentreSession], Any],
) -> tuple[float, float]:
    """Return the median milliseconds of a call in each database, samples taking turns."""
    samples: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + WARM):
        for (engine, actor), taken in zip((few, many), samples, strict=True):
            began = time.perf_counter()
            with open_as(actor, engine=engine) as session:
                work(session)
            if turn >= WARM:
                taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(samples[0]), statistics.median(samples[1])
