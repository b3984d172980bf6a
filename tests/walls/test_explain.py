"""At ten thousand cases the board and the search go by the centre's indexes, row security on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from cma_app.clock import today
from cma_app.database import app_engine
from cma_app.services import (
    caseload,
    checklists,
    clients,
    compliance_overview,
    home,
    review_facts,
    review_results,
)
from cma_app.services.caseload_rounds import Round
from cma_app.services.caseload_values import Filter
from cma_app.services.review_results import ReviewFilter
from cma_app.session import CentreSession
from tests.people import Cast, make_cast
from tests.walls.ten_thousand import BIG, plant

TABLES = {"cases", "clients", "next_actions", "case_compliance", "gate_overrides"}


@pytest.fixture(scope="module")
def crowd(owner: Engine) -> Cast:
    cast = make_cast(owner, 9001)
    plant(owner, cast)
    return cast


def asked(cast: Cast, work: Callable[[CentreSession], Any]) -> list[tuple[str, Any]]:
    """Return the statements that a service sends, with their values."""
    sent: list[tuple[str, Any]] = []

    def hear(_conn: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            sent.append((statement, values))

    event.listen(app_engine(), "before_cursor_execute", hear)
    try:
        with cast.open(cast.maria) as session:
            work(session)
    finally:
        event.remove(app_engine(), "before_cursor_execute", hear)
    return [(statement, values) for statement, values in sent if _reads(statement)]


def _reads(statement: str) -> bool:
    words = set(statement.replace(",", " ").replace("(", " ").split())
    return bool(words & TABLES)


def plans(cast: Cast, work: Callable[[CentreSession], Any]) -> list[dict[str, Any]]:
    """Return the plan of each statement, as the serving role in the centre's scope."""
    found = []
    with cast.open(cast.maria) as session:
        raw = session.connection().connection.cursor()
        for statement, values in asked(cast, work):
            raw.execute(f"EXPLAIN (FORMAT JSON) {statement}", values)
            found.append(raw.fetchone()[0][0]["Plan"])
    return found


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", []) for node in nodes(part))]


LAST_MONTH = review_facts.Period(today() - timedelta(days=30), today())
WORK: dict[str, Callable[[CentreSession], Any]] = {
    "board": caseload.board,
    "board of an advisor": lambda session: caseload.board(
        session, wanted=Filter(advisor_id=session.actor.user_id)
    ),
    "board list": caseload.listing,
    "board list by status": lambda session: caseload.listing(session, status="open"),
    "a change": lambda session: Round([1, 2, 3]).change(session),
    "client search": lambda session: clients.find_clients(session, text="last12"),
    "first page": home.my_day,
    "compliance": compliance_overview.read_overview,
    "compliance items": lambda session: compliance_overview.list_open_items(session, kind="late"),
    "compliance items of an advisor": lambda session: compliance_overview.list_open_items(
        session, advisor_id=session.actor.user_id, code="F4"
    ),
    "gates let through": compliance_overview.list_let_through,
    "checklists": lambda session: checklists.read_checklists(session, "casework"),
    "draw of files": lambda session: review_facts.find_pool(session, LAST_MONTH, LAST_MONTH.last),
    "drawn files": lambda session: review_results.list_reviews(session, ReviewFilter()),
}


@pytest.mark.parametrize("name", WORK)
def test_reads_by_an_index_and_never_the_whole_table(crowd: Cast, name: str) -> None:
    seen = plans(crowd, WORK[name])
    assert seen
    for plan in seen:
        for node in nodes(plan):
            if node.get("Relation Name") in TABLES:
                assert "Seq Scan" not in node["Node Type"], (name, node)


def test_every_index_condition_begins_with_the_centre(crowd: Cast) -> None:
    for name, work in WORK.items():
        for plan in plans(crowd, work):
            for node in nodes(plan):
                condition = node.get("Index Cond")
                by_table = (
                    node.get("Relation Name") in TABLES or "Bitmap Index" in node["Node Type"]
                )
                if condition and by_table:
                    assert "centre_id" in condition, (name, node)


def test_the_crowd_is_there_and_its_neighbour_is_not(crowd: Cast) -> None:
    with crowd.open(crowd.maria) as session:
        assert session.execute(text("SELECT count(*) FROM cases")).scalar_one() == BIG
        assert caseload.board(session).summary.centre.open == BIG // 5
