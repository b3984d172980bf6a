"""Print, in one run at ten thousand cases, what our way costs beside raw psycopg, the bytes, how
long a key takes to reach a budget's total and a change to reach every open board, how long the
outcomes report takes; then what a million cases of other centres add.
Named parts run alone: `python -m tests.bench boards million`.

Ours is the whole call: the session, its scope, the act, row security, audit triggers, the commit.
Raw is the same SQL with the same settings on one psycopg connection. Samples take turns, so that a
busy moment of the machine falls on both; the figures are medians and their ratio.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, event, text

from alembic import command
from cma_app.access.actor import Actor
from cma_app.database import app_engine, engine_for
from cma_app.postgres import EmbeddedPostgres
from cma_app.services import case_steps, caseload, clients
from cma_app.session import CentreSession, open_as
from cma_app.settings import Settings, use_settings
from models import Case
from tests.bench.boards import boards
from tests.bench.first_load import first_load
from tests.bench.keystroke import key_to_total
from tests.bench.million import growth
from tests.bench.outcomes import outcomes
from tests.conftest import alembic_config
from tests.people import Cast, make_cast
from tests.walls.ten_thousand import BIG, plant

ROUNDS = 200
WARM = 20

Work = Callable[[], Any]
Statements = list[tuple[str, Any]]

_SCOPE = (
    "SELECT set_config('app.centre_id', %(centre)s, true),"
    " set_config('app.user_id', %(user)s, true),"
    " set_config('app.role', %(role)s, true), set_config('app.session_id', '', true),"
    " set_config('app.ip_address', '', true), set_config('app.user_agent', '', true)"
)


def main() -> None:
    """Plant, measure, print: all, or the parts named."""
    parts = set(sys.argv[1:]) or {"calls", "pages", "boards", "outcomes", "million"}
    if parts != {"million"}:
        _in_one_centre(parts)
    if "million" in parts:
        growth(_say)


def _in_one_centre(parts: set[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="cma-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        with EmbeddedPostgres(home) as server:
            _measure(server, home, parts)
            app_engine().dispose()


def _measure(server: EmbeddedPostgres, home: Path, parts: set[str]) -> None:
    use_settings(
        Settings(CMA_HOME=home, DATABASE_URL=server.app_url, DATABASE_OWNER_URL=server.owner_url)
    )
    command.upgrade(alembic_config(server.owner_url), "head")
    owner = engine_for(server.owner_url, pool_size=2)
    cast = make_cast(owner, 1)
    plant(owner, cast)
    _say(f"{BIG:,} cases in the centre, 1,000 next door")
    if "calls" in parts:
        _calls(server, owner, cast)
    if "boards" in parts:
        boards(server, home, owner, cast, _say)
    others = make_cast(owner, 2)  # whose numbers nobody planted
    owner.dispose()
    if "pages" in parts:
        sign_in, first = first_load(server, home, cast)
        _say(f"sign-in page {sign_in:,} bytes, first signed-in page {first:,} bytes over the wire")
        median, worst = key_to_total(server, home, others)
        _say(f"key to total on 120 budget lines: {median:.1f} ms, median; {worst:.1f} ms at most")
    if "outcomes" in parts:
        chief = engine_for(server.superuser_database_url)
        outcomes(chief, cast, _say)
        chief.dispose()


def _calls(server: EmbeddedPostgres, owner: Engine, cast: Cast) -> None:
    """Compare our calls with the same SQL by hand."""
    _say(f"{f'{ROUNDS} rounds, medians in ms':32}{'ours':>8}{'raw':>8}{'ratio':>8}")
    address = server.app_url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(address) as raw:
        for name, work in _reads().items():
            _compare(name, _ours(cast.maria, work), _replayed(raw, cast.maria, work))
        ours, theirs = _status_change(owner, raw, cast)
        _compare("case status change, audited", ours, theirs)


def _reads() -> dict[str, Callable[[CentreSession], Any]]:
    return {
        "board as a list, first page": caseload.listing,
        "board, lanes and every count": caseload.board,
        "client search by prefix": lambda session: clients.find_clients(session, text="last12"),
    }


def _ours(actor: Actor, work: Callable[[CentreSession], Any]) -> Work:
    def run() -> None:
        with open_as(actor) as session:
            work(session)

    return run


def _replayed(
    raw: psycopg.Connection[Any], actor: Actor, work: Callable[[CentreSession], Any]
) -> Work:
    """Return a replay of the statements that our call sends, the settings first."""
    statements = _heard(actor, work)

    def run() -> None:
        with raw.transaction():
            _scope(raw, actor)
            for statement, values in statements:
                raw.execute(statement, values).fetchall()

    return run


def _heard(actor: Actor, work: Callable[[CentreSession], Any]) -> Statements:
    sent: Statements = []

    def hear(_conn: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        sent.append((statement, values))

    with open_as(actor) as session:
        event.listen(app_engine(), "before_cursor_execute", hear)
        try:
            work(session)
        finally:
            event.remove(app_engine(), "before_cursor_execute", hear)
    return sent


def _status_change(owner: Engine, raw: psycopg.Connection[Any], cast: Cast) -> tuple[Work, Work]:
    """Return a stage moved back and forth by our call, and by the same SQL written by hand."""
    with owner.begin() as connection:
        mine, theirs = connection.execute(
            text(
                "SELECT id FROM cases WHERE centre_id = :centre AND stage = 'advice'"
                " AND status = 'in_progress' ORDER BY id LIMIT 2"
            ),
            {"centre": cast.maria.centre_id},
        ).scalars()
    turns = {"ours": 0, "raw": 0}

    def next_stage(who: str) -> str:
        turns[who] += 1
        return ("fact_find", "advice")[turns[who] % 2 == 0]

    def ours() -> None:
        with open_as(cast.maria) as session:
            case_steps.move_stage(session, mine, stage=next_stage("ours"))

    heard = _heard(cast.maria, lambda session: session.require(Case, theirs))

    def by_hand() -> None:
        with raw.transaction():
            _scope(raw, cast.maria)
            for statement, values in heard:
                raw.execute(statement, values).fetchall()
            raw.execute("SELECT set_config('app.act', 'case:move_stage', true)").fetchall()
            raw.execute(
                "UPDATE cases SET stage = %(stage)s, stage_since = current_date,"
                " updated_at = now(), updated_by = %(user)s, version = version + 1"
                " WHERE centre_id = %(centre)s AND id = %(id)s",
                {
                    "stage": next_stage("raw"),
                    "user": cast.maria.user_id,
                    "centre": cast.maria.centre_id,
                    "id": theirs,
                },
            )

    return ours, by_hand


def _scope(raw: psycopg.Connection[Any], actor: Actor) -> None:
    values = {"centre": str(actor.centre_id), "user": str(actor.user_id), "role": actor.role}
    raw.execute(_SCOPE, values).fetchall()


def _compare(name: str, ours: Work, raw: Work) -> None:
    samples: dict[str, list[float]] = {"ours": [], "raw": []}
    for turn in range(ROUNDS + WARM):
        for who, work in (("ours", ours), ("raw", raw)):
            began = time.perf_counter()
            work()
            if turn >= WARM:
                samples[who].append((time.perf_counter() - began) * 1000)
    mine, theirs = (statistics.median(samples[who]) for who in ("ours", "raw"))
    _say(f"{name:32}{mine:8.2f}{theirs:8.2f}{mine / theirs:8.2f}")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - what the command is for


if __name__ == "__main__":
    main()
