"""Close side doors: a trainee's own hand, logs that name no client, boards that heard nothing.

A trainee begins a case for a client of their own alone. A row of the log whose table carries
neither client nor case is seen by who sees the record it is about. A board hears when a file is
restricted, when who is named on it changes, and when its client's name does.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
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

CASES = (
    f"{CENTRE} AND {AT_WORK} AND NOT client_id = ANY ({HIDDEN_CLIENTS})"
    f" AND ({ROLE} <> 'trainee' OR advisor_id = {ME})"
)
NEW_CASES = f"{CASES} AND ({ROLE} <> 'trainee' OR client_id = ANY ({OWN_CLIENTS}))"

CASEWORK_LOG = (
    f"{AT_WORK} AND (case_id IS NULL OR NOT case_id = ANY ({HIDDEN_CASES}))"
    f" AND ({ROLE} <> 'trainee' OR case_id = ANY ({OWN_CASES}))"
    f" AND (client_id IS NULL OR NOT client_id = ANY ({HIDDEN_CLIENTS}))"
)
ADMINS_LOG = f"{ROLE} = 'admin' AND table_name IN ('users', 'sessions')"
LOG = f"{CENTRE} AND (({CASEWORK_LOG}) OR ({ADMINS_LOG}))"
SEEN_RECORDS = "".join(
    f" AND (table_name <> '{table}' OR EXISTS (SELECT 1 FROM {table} r"
    " WHERE r.centre_id = audit_logs.centre_id AND r.id = audit_logs.record_id))"
    for table in ("referrals", "appointment_notes")
)
NARROW_LOG = f"{CENTRE} AND (({CASEWORK_LOG}{SEEN_RECORDS}) OR ({ADMINS_LOG}))"

# As the owner: whoever restricts a file may not see all of its cases, and every board must hear.
TELL_OF_CLIENT = """
CREATE FUNCTION cma_tell_boards_of_client() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  row_now jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
BEGIN
  PERFORM pg_notify('cma_case', k.centre_id || '/' || k.id) FROM public.cases k
  WHERE k.centre_id = (row_now ->> 'centre_id')::bigint
    AND k.client_id = CASE WHEN TG_TABLE_NAME = 'clients' THEN (row_now ->> 'id')::bigint
                           ELSE (row_now ->> 'client_id')::bigint END;
  RETURN NULL;
END $$"""
TELLS = {
    "clients": "AFTER UPDATE OF first_name, last_name, is_restricted, deleted_at",
    "file_access": "AFTER INSERT OR DELETE",
}


def _policy(table: str, using: str, check: str) -> None:
    op.execute(f"ALTER POLICY centre_isolation ON {table} USING ({using}) WITH CHECK ({check})")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _policy("cases", CASES, NEW_CASES)
    _policy("audit_logs", NARROW_LOG, NARROW_LOG)
    op.get_bind().exec_driver_sql(TELL_OF_CLIENT)
    op.execute("REVOKE ALL ON FUNCTION cma_tell_boards_of_client() FROM PUBLIC")
    for table, when in TELLS.items():
        op.execute(
            f"CREATE TRIGGER tell_boards {when} ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION cma_tell_boards_of_client()"
        )


def downgrade() -> None:
    for table in TELLS:
        op.execute(f"DROP TRIGGER tell_boards ON {table}")
    op.execute("DROP FUNCTION cma_tell_boards_of_client()")
    _policy("audit_logs", LOG, LOG)
    _policy("cases", CASES, CASES)
