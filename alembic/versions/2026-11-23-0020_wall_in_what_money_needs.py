"""Wall in what money needs: row security, grants and audit for the new tables.

A second person of a case is seen by who sees the case. Where that person's file is restricted,
the case is hidden like the file itself. The bytes of an issued file never enter the log.
"""

from alembic import context, op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ME = "(SELECT nullif(current_setting('app.user_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
AT_WORK = f"{ROLE} IN ('manager', 'advisor', 'trainee', 'system')"
HIDDEN_CLIENTS = "(SELECT cma_hidden_clients())::bigint[]"
HIDDEN_CASES = "(SELECT cma_hidden_cases())::bigint[]"
OWN_CASES = "(SELECT cma_own_cases())::bigint[]"
OWN_CLIENTS = "(SELECT cma_own_clients())::bigint[]"
BY_CASE = (
    f"NOT case_id = ANY ({HIDDEN_CASES}) AND ({ROLE} <> 'trainee' OR case_id = ANY ({OWN_CASES}))"
)
SEEN_CLIENT = f"NOT client_id = ANY ({HIDDEN_CLIENTS})"

POLICIES = {
    "creditor_directory": f"{CENTRE} AND {AT_WORK}",
    "spending_guidelines": f"{CENTRE} AND {AT_WORK}",
    **dict.fromkeys(
        ("creditor_replies", "debt_events", "issued_files", "statements"),
        f"{CENTRE} AND {AT_WORK} AND {BY_CASE}",
    ),
    **dict.fromkeys(
        ("authorities", "case_people", "letters"),
        f"{CENTRE} AND {AT_WORK} AND {BY_CASE} AND {SEEN_CLIENT}",
    ),
}
CASES = (
    f"{CENTRE} AND {AT_WORK} AND NOT client_id = ANY ({HIDDEN_CLIENTS})"
    f" AND ({ROLE} <> 'trainee' OR advisor_id = {ME})"
)
NEW_CASES = f"{CASES} AND ({ROLE} <> 'trainee' OR client_id = ANY ({OWN_CLIENTS}))"
SEEN_CASE = f" AND NOT id = ANY ({HIDDEN_CASES})"

IN_CENTRE = "centre_id = nullif(current_setting('app.centre_id', true), '')::bigint"
MINE = "advisor_id = nullif(current_setting('app.user_id', true), '')::bigint"
HIDE = f"""
        SELECT coalesce(array_agg(k.id), '{{}}') FROM public.cases k
        WHERE k.{IN_CENTRE}
          AND k.client_id = ANY (public.cma_hidden_clients())"""
HIDE_WITH_PARTNER = f"""
        SELECT coalesce(array_agg(id), '{{}}') FROM (
          SELECT k.id FROM public.cases k
          WHERE k.{IN_CENTRE} AND k.client_id = ANY (public.cma_hidden_clients())
          UNION
          SELECT p.case_id FROM public.case_people p
          WHERE p.{IN_CENTRE} AND p.left_on IS NULL
            AND p.client_id = ANY (public.cma_hidden_clients())
        ) hidden"""
OWN = f"""
        SELECT coalesce(array_agg(id), '{{}}') FROM (
          SELECT k.client_id AS id FROM public.cases k
          WHERE k.{IN_CENTRE}
            AND k.{MINE}
          UNION
          SELECT c.id FROM public.clients c
          WHERE c.{IN_CENTRE}
            AND c.created_by = nullif(current_setting('app.user_id', true), '')::bigint
        ) mine"""
OWN_WITH_PARTNER = OWN.replace(
    "        ) mine",
    f"""          UNION
          SELECT p.client_id FROM public.case_people p
          JOIN public.cases k ON k.centre_id = p.centre_id AND k.id = p.case_id
          WHERE p.{IN_CENTRE} AND p.left_on IS NULL
            AND k.{MINE}
        ) mine""",
)


def _replace(name: str, body: str) -> None:
    op.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER"
        f" SET search_path = pg_catalog, public AS $${body}$$"
    )


def _secrets(before: str, after: str) -> None:
    """Change the list of columns whose values the log never holds."""
    op.execute(
        "DO $$ BEGIN EXECUTE replace(pg_get_functiondef('cma_audit'::regproc),"
        f" $a${before}$a$, $a${after}$a$); END $$"
    )


def _cases(more: str) -> None:
    op.execute(
        f"ALTER POLICY centre_isolation ON cases USING ({CASES}{more})"
        f" WITH CHECK ({NEW_CASES}{more})"
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    _replace("cma_hidden_cases", HIDE_WITH_PARTNER)
    _replace("cma_own_clients", OWN_WITH_PARTNER)
    _cases(SEEN_CASE)
    _secrets("'token_hash'", "'token_hash', 'file_bytes'")
    for table, condition in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY centre_isolation ON {table} USING ({condition})"
            f" WITH CHECK ({condition})"
        )
        op.execute(
            f"CREATE POLICY platform ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)"
        )
        verbs = "SELECT, INSERT" if table == "issued_files" else "SELECT, INSERT, UPDATE"
        op.execute(f"GRANT {verbs} ON {table} TO {app}")
        op.execute(
            f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
        )


def downgrade() -> None:
    app = context.get_context().opts["app_role"]
    for table in POLICIES:
        op.execute(f"DROP TRIGGER audit ON {table}")
        op.execute(f"REVOKE ALL ON {table} FROM {app}")
        op.execute(f"DROP POLICY platform ON {table}")
        op.execute(f"DROP POLICY centre_isolation ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    _secrets("'token_hash', 'file_bytes'", "'token_hash'")
    _cases("")
    _replace("cma_own_clients", OWN)
    _replace("cma_hidden_cases", HIDE)
