"""Wall in each centre: forced row security on every table with a centre, and the app's grants.

The app says who acts with settings that last one transaction (app.centre_id, app.user_id,
app.role). Without them it sees nothing. An admin sees no row of casework, a trainee only what is
assigned to them, and a restricted file is absent for everybody not named on it.
"""

from alembic import context, op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ME = "(SELECT nullif(current_setting('app.user_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
AT_WORK = f"{ROLE} IN ('manager', 'advisor', 'trainee', 'system')"
HIDDEN_CLIENTS = "(SELECT cma_hidden_clients())::bigint[]"
HIDDEN_CASES = "(SELECT cma_hidden_cases())::bigint[]"
OWN_CLIENTS = "(SELECT cma_own_clients())::bigint[]"
OWN_CASES = "(SELECT cma_own_cases())::bigint[]"


def trainee(condition: str) -> str:
    """Narrow what a trainee sees; everybody else passes."""
    return f"({ROLE} <> 'trainee' OR {condition})"


BY_CASE = (
    f"(case_id IS NULL OR NOT case_id = ANY ({HIDDEN_CASES}))"
    f" AND {trainee(f'case_id = ANY ({OWN_CASES})')}"
)
BY_CLIENT = (
    f"NOT client_id = ANY ({HIDDEN_CLIENTS}) AND {trainee(f'client_id = ANY ({OWN_CLIENTS})')}"
)

POLICIES = {
    # the centre's own affairs
    "users": CENTRE,
    "sessions": CENTRE,
    "reference_counters": CENTRE,
    # casework
    "clients": (
        f"{CENTRE} AND {AT_WORK} AND NOT id = ANY ({HIDDEN_CLIENTS})"
        f" AND {trainee(f'(created_by = {ME} OR id = ANY ({OWN_CLIENTS}))')}"
    ),
    "cases": (
        f"{CENTRE} AND {AT_WORK} AND NOT client_id = ANY ({HIDDEN_CLIENTS})"
        f" AND {trainee(f'advisor_id = {ME}')}"
    ),
    "referrals": (
        f"{CENTRE} AND {AT_WORK} AND (client_id IS NULL OR NOT client_id = ANY ({HIDDEN_CLIENTS}))"
        f" AND {trainee(f'(created_by = {ME} OR case_id = ANY ({OWN_CASES}))')}"
    ),
    "drafts": f"{CENTRE} AND {AT_WORK} AND user_id = {ME}",
    "appointments": (
        f"{CENTRE} AND {AT_WORK} AND {BY_CLIENT}"
        f" AND (case_id IS NULL OR NOT case_id = ANY ({HIDDEN_CASES}))"
    ),
    "appointment_notes": (
        f"{CENTRE} AND {AT_WORK}"
        " AND EXISTS (SELECT 1 FROM appointments a WHERE a.centre_id = appointment_notes.centre_id"
        " AND a.id = appointment_notes.appointment_id)"
    ),
    **dict.fromkeys(
        ("contact_routes", "consents", "file_access"), f"{CENTRE} AND {AT_WORK} AND {BY_CLIENT}"
    ),
    **dict.fromkeys(
        (
            "ai_insights",
            "budget_sheets",
            "case_compliance",
            "case_notes",
            "creditors",
            "debts",
            "documents",
            "households",
            "next_actions",
            "offers",
        ),
        f"{CENTRE} AND {AT_WORK} AND {BY_CASE}",
    ),
}
AUDIT_POLICY = (
    f"{CENTRE} AND (({AT_WORK} AND {BY_CASE}"
    f" AND (client_id IS NULL OR NOT client_id = ANY ({HIDDEN_CLIENTS})))"
    f" OR ({ROLE} = 'admin' AND table_name IN ('users', 'sessions')))"
)
CENTRES_POLICY = (
    f"id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint) OR {ROLE} = 'admin'"
)

FUNCTIONS = {
    "cma_hidden_clients": """
        SELECT coalesce(array_agg(c.id), '{}') FROM public.clients c
        WHERE c.centre_id = nullif(current_setting('app.centre_id', true), '')::bigint
          AND c.is_restricted AND current_setting('app.role', true) <> 'system'
          AND NOT EXISTS (
            SELECT 1 FROM public.file_access f
            WHERE f.centre_id = c.centre_id AND f.client_id = c.id
              AND f.user_id = nullif(current_setting('app.user_id', true), '')::bigint)""",
    "cma_hidden_cases": """
        SELECT coalesce(array_agg(k.id), '{}') FROM public.cases k
        WHERE k.centre_id = nullif(current_setting('app.centre_id', true), '')::bigint
          AND k.client_id = ANY (public.cma_hidden_clients())""",
    "cma_own_cases": """
        SELECT coalesce(array_agg(k.id), '{}') FROM public.cases k
        WHERE k.centre_id = nullif(current_setting('app.centre_id', true), '')::bigint
          AND k.advisor_id = nullif(current_setting('app.user_id', true), '')::bigint""",
    "cma_own_clients": """
        SELECT coalesce(array_agg(id), '{}') FROM (
          SELECT k.client_id AS id FROM public.cases k
          WHERE k.centre_id = nullif(current_setting('app.centre_id', true), '')::bigint
            AND k.advisor_id = nullif(current_setting('app.user_id', true), '')::bigint
          UNION
          SELECT c.id FROM public.clients c
          WHERE c.centre_id = nullif(current_setting('app.centre_id', true), '')::bigint
            AND c.created_by = nullif(current_setting('app.user_id', true), '')::bigint
        ) mine""",
}


def protect(table: str, condition: str, owner: str) -> None:
    """Switch on row security for a table, for its owner too."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY centre_isolation ON {table} USING ({condition}) WITH CHECK ({condition})"
    )
    op.execute(f"CREATE POLICY platform ON {table} TO {owner} USING (true) WITH CHECK (true)")


def upgrade() -> None:
    app = context.get_context().opts["app_role"]
    owner = "CURRENT_USER"
    op.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    op.execute(f"GRANT USAGE ON SCHEMA public TO {app}")
    for name, body in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER"
            f" SET search_path = pg_catalog, public AS $${body}$$"
        )
        op.execute(f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name}() TO {app}")
    for table, condition in POLICIES.items():
        protect(table, condition, owner)
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {app}")
    for table in ("drafts", "file_access"):
        op.execute(f"GRANT DELETE ON {table} TO {app}")
    protect("audit_logs", AUDIT_POLICY, owner)
    op.execute(f"GRANT SELECT ON audit_logs TO {app}")  # written by triggers alone
    protect("centres", CENTRES_POLICY, owner)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON centres TO {app}")
    op.execute("ALTER TABLE security_events ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE security_events FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY platform ON security_events TO {owner} USING (true)")
    op.execute(f"GRANT SELECT ON alembic_version TO {app}")


def downgrade() -> None:
    app = context.get_context().opts["app_role"]
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {app}")
    for table in (*POLICIES, "audit_logs", "centres"):
        op.execute(f"DROP POLICY centre_isolation ON {table}")
    for table in (*POLICIES, "audit_logs", "centres", "security_events"):
        op.execute(f"DROP POLICY platform ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for name in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}()")
    op.execute(f"REVOKE USAGE ON SCHEMA public FROM {app}")
