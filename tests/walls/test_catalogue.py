"""The catalogue tells the truth: every table with a centre has every wall."""

import pytest
from sqlalchemy import Engine, text

from cma_app.postgres import EmbeddedPostgres
from models import CASEWORK, CENTRE_OWNED, metadata

CENTRE_TABLES = sorted(table.name for table in metadata.tables.values() if "centre_id" in table.c)
NO_TRIGGER = {
    "audit_logs": "it is the log",
    "drafts": "nothing is decided in a draft, and its author alone sees it",
    "notifications": "nothing is decided in one: what it tells of is in the log",
    "reference_counters": "numbers without a person",
    "review_pool": "written once with its draw, which is in the log",
    "document_readings": "a machine's steps; what came of them is in the log with the document",
    "retention_items": "the list is in the log, and what was done of it with the client",
    "retention_statistics": "of nobody, under a number that leads nowhere: no line may lead there",
    "document_pages": "what a machine read, written once; the log would keep a client's text twice",
}
NEVER_CHANGED = {
    "issued_files",  # what was issued
    "case_closings",
    "closing_debts",
    "closing_gains",
    "review_rates",
    "review_levels",
    "review_samples",
    "review_pool",
    "file_review_versions",
    "review_responses",
    "document_versions",
    "document_pages",
    "document_type_choices",
    "file_reviews",  # but for the columns that say who reviews it and what came of it
    "sign_offs",  # but for the columns that say what was decided
}
NEVER_FOLLOWED = {
    "case_shadows": "a trainee sees their own by its own policy",
    "drafts": "its author alone sees one",
    "file_access": "no restricted file is followed",
    "legal_holds": "about a client, and no part of the work",
    "retention_items": "as the hold",
    "rights_requests": "about a client's data, and no part of the work",
    "client_copies": "as the request",
    "review_pool": "no holder sees which files were drawn",
    "review_samples": "as the pool",
    "file_reviews": "a review is for who held the file",
    "file_review_versions": "as the review",
    "review_responses": "as the review",
    "sign_offs": "what a colleague submitted is between them and their supervisor",
    "notifications": "its person alone sees one",
    "monitoring_answers": "for who recorded it or holds the case",
    "documents": "one can name who may see it; who follows is shown the others by a colleague",
    "document_versions": "as the document",
    "document_uses": "as the document",
    "document_requests": "as the document",
    "document_readings": "as the document",
    "document_pages": "as the document",
    "document_figures": "as the document",
    "document_type_choices": "as the document",
}
"""Tables of casework that a trainee who follows a case does not read, and why."""
NEVER_VISITED = {
    "case_shadows": "who learns from a case is no part of its record",
    "client_copies": "who took a copy of everything is for those who answer for it",
    "drafts": "its author alone sees one",
    "file_access": "no restricted file is opened by emergency access",
    "legal_holds": "why a record is held is for those who hold it",
    "monitoring_answers": "for who recorded it or holds the case",
    "notifications": "its person alone sees one",
    "retention_items": "as the hold",
    "review_pool": "about colleagues' work, and no client's record",
    "review_samples": "as the pool",
    "file_reviews": "as the pool",
    "file_review_versions": "as the pool",
    "review_responses": "as the pool",
    "rights_requests": "how a request about data is answered is for those who answer it",
    "saved_views": "of managers alone",
    "sign_offs": "what a colleague submitted is between them and their supervisor",
}
"""Tables of casework that an admin with emergency access does not read, and why."""
BESIDE_CASES = {"checklist_versions", "creditor_directory", "rooms", "spending_guidelines"}
"""What the pages of a case read beside it, and emergency access with them."""
WHO_STAMPS = {"created_by", "updated_by"}
PEOPLE = {
    "advised_by",
    "called_by",
    "checked_by",
    "completed_by",
    "confirmed_by",
    "decided_by",
    "done_by",
    "drawn_by",
    "ended_by",
    "finished_by",
    "given_by",
    "issued_by",
    "owner_id",
    "published_by",
    "said_by",
    "submitted_by",
    "reviewed_by",
    "verified_by",
}


def rows(owner: Engine, statement: str, **values: object) -> list[tuple[object, ...]]:
    with owner.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement), values)]


def test_the_database_and_the_models_know_the_same_centre_tables(owner: Engine) -> None:
    found = rows(
        owner,
        "SELECT c.table_name FROM information_schema.columns c JOIN pg_class p"
        " ON p.relname = c.table_name AND NOT p.relispartition WHERE c.table_schema = 'public'"
        " AND c.column_name = 'centre_id' AND p.relkind IN ('r', 'p')",
    )
    assert sorted(str(name) for (name,) in found) == CENTRE_TABLES
    assert set(CENTRE_TABLES) - set(CENTRE_OWNED) == {"reference_counters"}


@pytest.mark.parametrize("table", CENTRE_TABLES)
def test_row_security_is_forced_with_its_two_policies(owner: Engine, table: str) -> None:
    assert rows(
        owner,
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = :t",
        t=table,
    ) == [(True, True)]
    policies = rows(
        owner,
        "SELECT policyname, roles::text, cmd, qual, with_check FROM pg_policies"
        " WHERE tablename = :t ORDER BY 1",
        t=table,
    )
    assert [row[0] for row in policies[:2]] == ["centre_isolation", "platform"]
    isolation, platform, *reading = [row for row in policies if row[0] != "told_to_managers"]
    visiting = [row for row in reading if row[0] == "visiting"]
    shadowing = [row for row in reading if row[0] != "visiting"]
    assert "app.centre_id" in str(isolation[3])
    assert "app.centre_id" in str(isolation[4])
    assert platform[1] == "{cma_owner}"
    if table in CASEWORK:
        assert "app.role" in str(isolation[3]), f"an admin could read {table}"
    _reads_alone(table, shadowing)
    _visited_alone(table, visiting, str(isolation[4]))


def _visited_alone(table: str, visiting: list[tuple[object, ...]], check: str) -> None:
    """Check that emergency access reads of a table what was decided, and writes nothing."""
    expected = table in ((CASEWORK - set(NEVER_VISITED)) | BESIDE_CASES | {"audit_logs"})
    assert len(visiting) == expected, f"decide what emergency access sees of {table}"
    for _, _, command, qual, with_check in visiting:
        assert (command, with_check) == ("SELECT", None)
        for part in ("'visitor'", "app.centre_id", "cma_open_grant"):
            assert part in str(qual), table
    assert "app.role" in check, f"a visitor could write {table}"


def _reads_alone(table: str, shadowing: list[tuple[object, ...]]) -> None:
    """Check that whoever follows a case reads of it, and that nothing else opens a table."""
    expected = table in (CASEWORK | {"audit_logs"}) - set(NEVER_FOLLOWED)
    assert [row[0] for row in shadowing] == (["shadowing"] if expected else []), table
    for _, _, command, qual, with_check in shadowing:
        assert (command, with_check) == ("SELECT", None)
        assert "'trainee'" in str(qual)
        assert "app.centre_id" in str(qual)


@pytest.mark.parametrize("table", sorted(set(CENTRE_TABLES) - set(NO_TRIGGER)))
def test_every_change_is_audited(owner: Engine, table: str) -> None:
    found = rows(
        owner,
        "SELECT tgenabled FROM pg_trigger WHERE tgrelid = cast(:t AS regclass) AND tgname = 'audit'"
        " AND tgfoid = 'cma_audit'::regproc",
        t=table,
    )
    assert found == [("O",)]


@pytest.mark.parametrize("table", CENTRE_TABLES)
def test_the_key_begins_with_the_centre(table: str) -> None:
    key = [column.name for column in metadata.tables[table].primary_key]
    assert key[0] == "centre_id"


def test_every_reference_between_centre_tables_carries_the_centre(owner: Engine) -> None:
    references = rows(
        owner,
        "SELECT conrelid::regclass::text, confrelid::regclass::text,"
        " (SELECT array_agg(a.attname::text) FROM pg_attribute a"
        "  WHERE a.attrelid = conrelid AND a.attnum = ANY (conkey)) FROM pg_constraint"
        " WHERE contype = 'f' AND conparentid = 0",
    )
    assert len(references) > 60
    for child, parent, columns in references:
        if child in CENTRE_TABLES and parent in CENTRE_TABLES:
            named = set(columns)  # type: ignore[call-overload]
            if child == "audit_logs" and named == {"user_id"}:
                continue  # a who-stamp of the log
            assert "centre_id" in named or named <= WHO_STAMPS, f"{child} {columns} -> {parent}"


@pytest.mark.parametrize("table", CENTRE_TABLES)
def test_every_reference_has_an_index_that_begins_with_the_centre(
    owner: Engine, table: str
) -> None:
    indexes = [
        list(columns)  # type: ignore[call-overload]
        for (columns,) in rows(
            owner,
            "SELECT array(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY k(n, o)"
            " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n ORDER BY k.o)"
            " FROM pg_index i WHERE i.indrelid = cast(:t AS regclass)",
            t=table,
        )
    ]
    assert any(columns[0] == "centre_id" for columns in indexes)
    for key in metadata.tables[table].foreign_key_constraints:
        columns = [column.name for column in key.columns]
        if columns[0] != "centre_id" or len(columns) == 1:
            continue
        if columns[1] in PEOPLE:
            continue  # people are never removed, so nothing looks them up this way
        assert any(index[:2] == columns for index in indexes), f"{table}: no index on {columns}"


def test_the_app_cannot_pass_the_wall(owner: Engine) -> None:
    assert rows(owner, "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'cma_app'") == [
        (False, False)
    ]
    owned = rows(owner, "SELECT relname FROM pg_class WHERE relowner = 'cma_app'::regrole")
    assert owned == []


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_the_app_may_do_only_what_it_needs(owner: Engine, table: str) -> None:
    granted = {
        str(word)
        for (word,) in rows(
            owner,
            "SELECT privilege_type FROM information_schema.role_table_grants"
            " WHERE grantee = 'cma_app' AND table_name = :t",
            t=table,
        )
    }
    if table in {"security_events", "spent_sign_ins"}:
        assert granted == set()
    elif table in {"audit_logs", "access_grants", "retention_statistics"}:
        # that a grant was mailed is a column alone
        assert granted == {"SELECT"}
    elif table in {"drafts", "file_access", "monitoring_answers"}:
        assert granted == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    elif table == "notifications":  # that it was seen is the one column that changes
        assert granted == {"SELECT", "INSERT", "DELETE"}
    elif table in NEVER_CHANGED:
        assert granted == {"SELECT", "INSERT"}
    else:
        assert granted == {"SELECT", "INSERT", "UPDATE"}


def test_nothing_is_granted_on_a_year_of_the_log(owner: Engine) -> None:
    assert not rows(
        owner,
        "SELECT 1 FROM information_schema.role_table_grants"
        " WHERE grantee = 'cma_app' AND table_name LIKE 'audit_logs_%'",
    )


def test_every_definer_function_pins_its_search_path_and_is_not_for_everybody(
    owner: Engine,
) -> None:
    functions = rows(
        owner,
        "SELECT proname, proconfig::text, has_function_privilege('public', oid, 'execute')"
        " FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace",
    )
    assert len(functions) >= 10
    for name, config, open_to_all in functions:
        assert "search_path=pg_catalog" in str(config), name
        assert not open_to_all, f"{name} may be called by everybody"
    assert {"cma_match_names", "cma_resume", "cma_open_cases_of"} <= {row[0] for row in functions}
    views = rows(owner, "SELECT viewname FROM pg_views WHERE schemaname = 'public'")
    assert views == []


def test_up_down_up_gives_the_same_schema(postgres: EmbeddedPostgres) -> None:
    """Runs on a database of its own."""
    from tests.schema_dump import dump_after

    first, second = dump_after(postgres)
    assert first.count("CREATE POLICY") > 40
    assert first == second
