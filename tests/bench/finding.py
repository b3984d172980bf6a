"""How fast documents are found among a hundred thousand, row security on: `make bench-find`.

Each document has 300 words, drawn so that some words are in nearly all and some in a handful, as in
a language. A trainee has every fiftieth case; one client of 250 is restricted. A second centre has
a tenth as many with the same words. Times are of whole calls of the service: the session, its
scope, the search, the twenty rows shown and their marks. Beside them stands a bare query in turns
with them: by the database's superuser, whom no row security stops, written out with its words and
the centre's number, for the twenty newest with the same marks. What the server itself spends is
told by EXPLAIN ANALYZE.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import event

from alembic import command
from cma_app.access.actor import Actor
from cma_app.clock import now
from cma_app.database import app_engine, engine_for
from cma_app.postgres import EmbeddedPostgres, plain
from cma_app.services.document_search import SearchForm, search_documents
from cma_app.session import open_as
from cma_app.settings import Settings, use_settings
from tests.conftest import alembic_config
from tests.people import Cast, make_cast

MANY: Final = 100_000
WORDS: Final = 300
VOCABULARY: Final = 20_000
ROUNDS: Final = 40
LEAST_ROUNDS: Final = 8
MOST_BARE: Final = 4_000.0
"""Milliseconds after which a slow bare query is asked no more, once it was asked often enough."""
AIM: Final = 50.0
"""Milliseconds that the slower of twenty calls may take."""
TYPES: Final = ("payslip", "council_tax", "bank_statement", "court_form")

_CLIENTS = (
    "INSERT INTO clients (centre_id, client_reference, first_name, last_name, is_restricted)"
    " SELECT %(centre)s, 'C' || n, 'First', 'Last', n %% 250 = 0"
    " FROM generate_series(1, %(cases)s) n"
)
_CASES = (
    "INSERT INTO cases (centre_id, case_reference, client_id, advisor_id)"
    " SELECT centre_id, 'R' || id, id, (%(people)s::bigint[])[1 + least(id %% 50, %(last)s)]"
    " FROM clients WHERE centre_id = %(centre)s"
)
_DOCUMENTS = (
    "COPY documents (centre_id, case_id, document_name, document_type, ocr_status, upload_status,"
    " extracted_text, created_at, access_level, named_people) FROM STDIN"
)
_INDEXES = (
    "SELECT indexname, indexdef FROM pg_indexes"
    " WHERE tablename = 'documents' AND indexname LIKE 'idx%'"
)


def word(place: int) -> str:
    """Return the word that is so far down the list of the commonest, from 0."""
    letters = [place // 26**power % 26 for power in range(4)]
    return "word" + "".join(chr(97 + letter) for letter in letters)


def texts(many: int, seed: int) -> Iterator[str]:
    """Make the texts: the n-th commonest word comes about 1/n as often, n = size ^ random."""
    known = [word(place) for place in range(VOCABULARY)]
    chance = np.random.default_rng(seed)
    for _ in range(many):
        places = np.power(float(VOCABULARY), chance.random(WORDS)).astype(int) - 1
        yield " ".join(known[place] for place in places.tolist())


def plant(connection: psycopg.Connection, cast: Cast, many: int) -> None:
    """Plant both centres' documents by COPY, without triggers, and index them when all are in."""
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET maintenance_work_mem = '512MB'")
    indexes = connection.execute(_INDEXES).fetchall()
    for name, _ in indexes:
        connection.execute(SQL("DROP INDEX {}").format(Identifier(name)))
    _centre(connection, cast.maria, [cast.tess, cast.ben, cast.amina], many)
    _centre(connection, cast.bea, [cast.colin], many // 10)
    for _, made_by in indexes:
        connection.execute(made_by)
    for table in ("documents", "clients", "cases"):
        connection.execute(SQL("VACUUM (ANALYZE) {}").format(Identifier(table)))


def _centre(connection: psycopg.Connection, boss: Actor, people: list[Actor], many: int) -> None:
    values = {
        "centre": boss.centre_id,
        "cases": max(10, many // 20),
        "people": [each.user_id for each in people],
        "last": len(people) - 1,
    }
    for statement in (_CLIENTS, _CASES):
        connection.execute(statement, values)
    here = "SELECT id FROM cases WHERE centre_id = %(centre)s ORDER BY id"
    cases = [row[0] for row in connection.execute(here, values)]
    with connection.cursor() as cursor, cursor.copy(_DOCUMENTS) as copy:
        for n, said in enumerate(texts(many, boss.centre_id)):
            for_some = n % 50 == 0
            copy.write_row(
                (
                    boss.centre_id,
                    cases[n % len(cases)],
                    f"letter {n}.pdf",
                    TYPES[n % len(TYPES)],
                    "poor" if n % 20 == 0 else "read",
                    "stored",
                    said,
                    now() - timedelta(minutes=5 * (many - n)),
                    "named_people" if for_some else "case_team",
                    [boss.user_id] if for_some else [],
                )
            )


QUESTIONS: dict[str, dict[str, str]] = {
    "nothing: the newest": {},
    "a word in nearly all": {"words": word(0)},
    "a word in one of three": {"words": word(70)},
    "a word in one of forty": {"words": word(1100)},
    "a rare word": {"words": word(19_000)},
    "a word that nobody wrote": {"words": "zebra"},
    "two common words": {"words": f"{word(0)} {word(1)}"},
    "three fairly common words": {"words": f"{word(30)} {word(60)} {word(90)}"},
    "a common and a rare one": {"words": f"{word(0)} {word(19_000)}"},
    "two words side by side": {"words": f'"{word(0)} {word(1)}"'},
    "two rarer ones side by side": {"words": f'"{word(40)} {word(60)}"'},
    "one of two": {"words": f"{word(1100)} or {word(1200)}"},
    "one and not another": {"words": f"{word(1100)} -{word(70)}"},
    "a type": {"document_type": "court_form"},
    "a common word of a type": {"words": word(0), "document_type": "court_form"},
    "what read badly": {"status": "poor"},
    "a fairly common word, read badly": {"words": word(70), "status": "poor"},
    "a rare phrase of common words": {"words": f'"{word(300)} {word(350)}"'},
    "a phrase of three words": {"words": f'"{word(3)} {word(7)} {word(12)}"'},
    "a phrase and another word": {"words": f'"{word(40)} {word(60)}" {word(2)}'},
    "what failed (none)": {"status": "failed"},
    "a word in nearly all, of those that failed": {"words": word(0), "status": "failed"},
    "three months": {"since": "1 3 2026", "until": "31 5 2026"},
    "a word of three months": {"words": word(70), "since": "1 3 2026", "until": "31 5 2026"},
    "two words, a type, one month": {
        "words": f"{word(5)} {word(200)}",
        "document_type": "payslip",
        "since": "1 2 2026",
        "until": "28 2 2026",
    },
    "a word of one case": {"words": word(0), "case_reference": "R50"},
}
_BARE = (
    "SELECT id, document_name, ts_headline('english', extracted_text, q,"
    " 'MaxFragments=2, MaxWords=22, MinWords=8') FROM ("
    " SELECT id, document_name, extracted_text, q FROM documents,"
    " websearch_to_tsquery('english', {words}) q"
    " WHERE centre_id = {centre} AND deleted_at IS NULL AND {said} ORDER BY id DESC LIMIT 20) d"
)


def _bare(asked: dict[str, str], centre: int) -> Any:
    said = [SQL("extracted_tsv @@ q")] if "words" in asked else []
    for name, column in (("document_type", "document_type"), ("status", "ocr_status")):
        if name in asked:
            said.append(SQL("{} = {}").format(Identifier(column), asked[name]))
    form = SearchForm.read(asked)
    if form.since and form.until:
        days = (form.since, form.until + timedelta(days=1))
        said.append(SQL("created_at >= {} AND created_at < {}").format(*days))
    where = SQL(" AND ").join(said or [SQL("true")])
    return SQL(_BARE).format(words=asked.get("words", ""), centre=centre, said=where)


def main(many: int) -> None:
    """Plant, and measure each question."""
    with tempfile.TemporaryDirectory(prefix="cma-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        with EmbeddedPostgres(home) as server:
            use_settings(
                Settings(
                    CMA_HOME=home,
                    DATABASE_URL=server.app_url,
                    DATABASE_OWNER_URL=server.owner_url,
                )
            )
            command.upgrade(alembic_config(server.owner_url), "head")
            owner = engine_for(server.owner_url, pool_size=1)
            cast = make_cast(owner, 1)
            owner.dispose()
            with psycopg.connect(plain(server.superuser_database_url), autocommit=True) as bare:
                began = time.perf_counter()
                plant(bare, cast, many)
                _say(f"Planted {many:,} and {many // 10:,} in {time.perf_counter() - began:.0f} s.")
                measure(bare, cast, many)
            app_engine().dispose()


def measure(bare: psycopg.Connection, cast: Cast, many: int) -> None:
    _say(
        f"| {many:,} documents of {WORDS} words | role | found | calls | p50 ms | p95 ms | least |"
        " server ms | pages | bare calls | bare p50 | bare p95 | ratio of p50 |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|"
    )
    for name, asked in QUESTIONS.items():
        _measure(bare, name, asked, [cast.amina, cast.maria, cast.tess])


def _measure(
    bare: psycopg.Connection, name: str, asked: dict[str, str], people: list[Actor]
) -> None:
    """Measure a question by each person in turns with the bare query."""
    form, query = SearchForm.read(asked), _bare(asked, people[0].centre_id)
    found: dict[str, int] = {}
    times: dict[str, list[float]] = {each.role: [] for each in people} | {"bare": []}

    def ours(who: Actor) -> None:
        with open_as(who) as session:
            found[who.role] = search_documents(session, form).total

    def plainly() -> None:
        if len(times["bare"]) < LEAST_ROUNDS or sum(times["bare"]) < MOST_BARE:
            times["bare"].append(_timed(lambda: bare.execute(query).fetchall()))

    for who in people:
        ours(who)
    for _ in range(ROUNDS):
        for who in people:
            times[who.role].append(_timed(lambda who=who: ours(who)))
        plainly()
    bare_half, bare_most = _spread(times["bare"])
    for who in people:
        half, most = _spread(times[who.role])
        over = "" if most <= AIM else " **over**"
        server, pages = _inside(who, form)
        _say(
            f"| {name} | {who.role} | {found[who.role]:,} | {ROUNDS} | {half:.1f} | {most:.1f}"
            f"{over} | {min(times[who.role]):.1f} | {server:.1f} | {pages:,} |"
            f" {len(times['bare'])} | {bare_half:.1f} | {bare_most:.1f} | {half / bare_half:.2f} |"
        )


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _inside(who: Actor, form: SearchForm) -> tuple[float, int]:
    """Return the server's own milliseconds and the pages it touched, by EXPLAIN ANALYZE.

    Of each statement of a search: planning and execution, the least of five.
    """
    asked: list[tuple[str, Any]] = []

    def heard(_c: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, values))

    event.listen(app_engine(), "before_cursor_execute", heard)
    with open_as(who) as session:
        asked.clear()
        search_documents(session, form)
    event.remove(app_engine(), "before_cursor_execute", heard)
    took, pages = 0.0, 0
    with open_as(who) as session:
        driver = session.connection().connection.cursor()
        for statement, values in asked:
            told = [_explained(driver, statement, values) for _ in range(5)]
            took += min(each["Execution Time"] + each["Planning Time"] for each in told)
            pages += told[-1]["Plan"]["Shared Hit Blocks"] + told[-1]["Plan"]["Shared Read Blocks"]
    return took, pages


def _explained(driver: Any, statement: str, values: Any) -> dict[str, Any]:
    driver.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", values)
    return dict(driver.fetchone()[0][0])


def _spread(times: list[float]) -> tuple[float, float]:
    """Return the half and the slower of twenty."""
    return statistics.median(times), statistics.quantiles(times, n=20)[18]


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - what the command is for


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MANY)
