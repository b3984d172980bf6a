"""How fast documents are found among a hundred thousand, row security on: `make bench-find`.

Each document has 300 words, drawn so that some words are in nearly all and some in a handful, as in
a language. A second centre has a tenth as many with the same words. Times are medians of whole
calls of the service: the session, its scope, the search, the twenty rows shown and their marks.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import Engine, text

from alembic import command
from cma_app.access.actor import Actor
from cma_app.database import app_engine, engine_for
from cma_app.postgres import EmbeddedPostgres
from cma_app.services.document_search import SearchForm, search_documents
from cma_app.session import open_as
from cma_app.settings import Settings, use_settings
from tests.conftest import alembic_config
from tests.people import Cast, make_cast

MANY = 100_000
WORDS = 300
ROUNDS = 15

_CASES = text(
    "INSERT INTO clients (centre_id, client_reference, first_name, last_name)"
    " SELECT :centre, 'C' || n, 'First', 'Last' FROM generate_series(1, :cases) n"
)
_MORE_CASES = text(
    "INSERT INTO cases (centre_id, case_reference, client_id, advisor_id)"
    " SELECT centre_id, 'R' || id, id, (:people)[1 + id % cardinality(:people)] FROM clients"
    " WHERE centre_id = :centre"
)
# The n-th commonest word comes about 1/n as often: n = size ^ random.
_DOCUMENTS = text(
    "INSERT INTO documents (centre_id, case_id, document_name, document_type, ocr_status,"
    " upload_status, extracted_text, created_at, access_level, named_people)"
    " SELECT :centre, c.ids[1 + n % cardinality(c.ids)], 'letter ' || n || '.pdf',"
    " (ARRAY['payslip', 'council_tax', 'bank_statement', 'court_form'])[1 + n % 4],"
    " CASE WHEN n % 20 = 0 THEN 'poor' ELSE 'read' END, 'stored',"
    " (SELECT string_agg('word' || chr(97 + k % 26) || chr(97 + k / 26 % 26)"
    " || chr(97 + k / 676 % 26) || chr(97 + k / 17576 % 26), ' ')"
    "   FROM (SELECT floor(power(20000, random()))::int - 1 AS k"
    "   FROM generate_series(1, CAST(:words AS int)) WHERE n > 0) p),"
    " now() - n * interval '5 minutes',"
    " CASE WHEN n % 50 = 0 THEN 'named_people' ELSE 'case_team' END,"
    " CASE WHEN n % 50 = 0 THEN ARRAY[:someone]::bigint[] ELSE '{}' END"
    " FROM generate_series(CAST(:first AS int), CAST(:last AS int)) n,"
    " (SELECT array_agg(id) AS ids FROM cases WHERE centre_id = :centre) c"
)


def plant(owner: Engine, cast: Cast, many: int) -> None:
    """Plant both centres' documents, the audit trigger off."""
    with owner.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        for table in ("clients", "cases", "documents"):
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for actor, people, here in (
            (cast.maria, [cast.amina, cast.ben, cast.tess], many),
            (cast.bea, [cast.colin], many // 10),
        ):
            values = {
                "centre": actor.centre_id,
                "cases": max(10, here // 20),
                "people": [each.user_id for each in people],
                "words": WORDS,
                "someone": actor.user_id,
            }
            connection.execute(_CASES, values)
            connection.execute(_MORE_CASES, values)
            for first in range(1, here + 1, 10_000):
                last = min(here, first + 9_999)
                connection.execute(_DOCUMENTS, values | {"first": first, "last": last})
        for table in ("clients", "cases", "documents"):
            connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE documents"))
        connection.execute(text("ANALYZE clients"))
        connection.execute(text("ANALYZE cases"))


QUESTIONS: dict[str, dict[str, str]] = {
    "nothing: the newest": {},
    "a word in nearly all": {"words": "wordaaaa"},
    "a word in one of three": {"words": "wordyaaa"},
    "a word in one of fifty": {"words": "wordaqba"},
    "a rare word": {"words": "wordqrsb"},
    "a word that nobody wrote": {"words": "zebra"},
    "two common words": {"words": "wordaaaa wordbaaa"},
    "a common and a rare one": {"words": "wordaaaa wordqrsb"},
    "two words side by side": {"words": '"wordaaaa wordbaaa"'},
    "one and not another": {"words": "wordaqba -wordaaaa"},
    "a type": {"document_type": "court_form"},
    "a common word of a type": {"words": "wordaaaa", "document_type": "court_form"},
    "what read badly": {"status": "poor"},
    "a word in March": {"words": "wordaqba", "since": "1 3 2026", "until": "31 3 2026"},
}


def main(many: int) -> None:
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
            owner = engine_for(server.owner_url, pool_size=2)
            cast = make_cast(owner, 1)
            plant(owner, cast, many)
            _say(f"| {many:,} documents of {WORDS} words | role | found | ms |\n|---|---|---|---|")
            for name, asked in QUESTIONS.items():
                for who in (cast.amina, cast.tess):
                    _measure(name, asked, who)
            app_engine().dispose()
            owner.dispose()


def _measure(name: str, asked: dict[str, str], who: Actor) -> None:
    form = SearchForm.read(asked)
    took, total = [], 0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        with open_as(who) as session:
            total = search_documents(session, form).total
        took.append((time.perf_counter() - began) * 1000)
    _say(f"| {name} | {who.role} | {total:,} | {statistics.median(took):.1f} |")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - what the command is for


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MANY)
