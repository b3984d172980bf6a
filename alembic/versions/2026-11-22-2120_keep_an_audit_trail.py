"""Keep an audit trail: a trigger on every business table writes changed columns to audit_logs.

Secrets never enter it: for an NI number or a password the row says only that it changed.
"""

from alembic import context, op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AUDITED = (
    "ai_insights",
    "appointment_notes",
    "appointments",
    "budget_sheets",
    "case_compliance",
    "case_notes",
    "cases",
    "centres",
    "clients",
    "consents",
    "contact_routes",
    "creditors",
    "debts",
    "documents",
    "file_access",
    "households",
    "next_actions",
    "offers",
    "referrals",
    "sessions",
    "users",
)

RECORD = """
CREATE FUNCTION cma_record(
    p_centre bigint, p_action text, p_table text, p_record bigint,
    p_client bigint, p_case bigint, p_old jsonb, p_new jsonb
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  INSERT INTO public.audit_logs (centre_id, user_id, action, table_name, record_id, client_id,
    case_id, old_values, new_values, ip_address, user_agent, session_id)
  VALUES (p_centre, nullif(current_setting('app.user_id', true), '')::bigint, p_action, p_table,
    p_record, p_client, p_case, p_old, p_new,
    nullif(current_setting('app.ip_address', true), '')::inet,
    nullif(current_setting('app.user_agent', true), ''),
    nullif(current_setting('app.session_id', true), ''))
$$"""

RECORD_OPENING = """
CREATE FUNCTION cma_record_event(
    p_action text, p_table text, p_record bigint, p_client bigint, p_case bigint, p_new jsonb
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  -- an opening, a sign-in or a refusal: always of the centre that is in force
  PERFORM cma_record(nullif(current_setting('app.centre_id', true), '')::bigint,
    p_action, p_table, p_record, p_client, p_case, NULL, p_new);
END $$"""

AUDIT = """
CREATE FUNCTION cma_audit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  secret text[] := ARRAY['national_insurance_number', 'ni_number_index', 'password_hash',
                         'token_hash'];
  noise text[] := ARRAY['updated_at', 'updated_by', 'version', 'first_name_search',
                        'last_name_search', 'extracted_tsv', 'slot', 'last_seen_at'];
  before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
  after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
  row_now jsonb := CASE WHEN TG_OP = 'DELETE' THEN before ELSE after END;
  old_part jsonb := '{}';
  new_part jsonb := '{}';
  name text;
  was jsonb;
  becomes jsonb;
BEGIN
  FOR name IN SELECT jsonb_object_keys(before || after) LOOP
    IF name = ANY (noise) OR (before -> name) IS NOT DISTINCT FROM (after -> name) THEN
      CONTINUE;
    END IF;
    IF TG_OP <> 'UPDATE' AND coalesce(row_now -> name, 'null') = 'null' THEN
      CONTINUE;
    END IF;
    IF name = ANY (secret) THEN
      new_part := new_part || jsonb_build_object(name, 'changed');
    ELSE
      was := before -> name;
      becomes := after -> name;
      IF jsonb_typeof(was) = 'object' AND jsonb_typeof(becomes) = 'object' THEN
        -- of a document only the entries that differ: one line of a budget, not all of them
        was := (SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}') FROM jsonb_each(was) e
                WHERE becomes -> e.key IS DISTINCT FROM e.value);
        becomes := (SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}')
                    FROM jsonb_each(becomes) e
                    WHERE before -> name -> e.key IS DISTINCT FROM e.value);
      END IF;
      IF TG_OP <> 'INSERT' THEN
        old_part := old_part || jsonb_build_object(name, was);
      END IF;
      IF TG_OP <> 'DELETE' THEN
        new_part := new_part || jsonb_build_object(name, becomes);
      END IF;
    END IF;
  END LOOP;
  IF TG_OP = 'UPDATE' AND new_part = '{}' THEN
    RETURN NULL;
  END IF;
  PERFORM cma_record(
    CASE WHEN TG_TABLE_NAME = 'centres' THEN (row_now ->> 'id')::bigint
         ELSE (row_now ->> 'centre_id')::bigint END,
    coalesce(nullif(current_setting('app.act', true), ''), lower(TG_OP)),
    TG_TABLE_NAME, (row_now ->> 'id')::bigint,
    CASE WHEN TG_TABLE_NAME = 'clients' THEN (row_now ->> 'id')::bigint
         ELSE (row_now ->> 'client_id')::bigint END,
    CASE WHEN TG_TABLE_NAME = 'cases' THEN (row_now ->> 'id')::bigint
         ELSE (row_now ->> 'case_id')::bigint END,
    nullif(old_part, '{}'), nullif(new_part, '{}'));
  RETURN NULL;
END $$"""

SIGNATURES = {
    "cma_record": "bigint, text, text, bigint, bigint, bigint, jsonb, jsonb",
    "cma_record_event": "text, text, bigint, bigint, bigint, jsonb",
    "cma_audit": "",
}


def upgrade() -> None:
    app = context.get_context().opts["app_role"]
    for statement in (RECORD, RECORD_OPENING, AUDIT):
        op.get_bind().exec_driver_sql(statement)
    for name, arguments in SIGNATURES.items():
        op.execute(f"REVOKE ALL ON FUNCTION {name}({arguments}) FROM PUBLIC")
    op.execute(
        f"GRANT EXECUTE ON FUNCTION cma_record_event({SIGNATURES['cma_record_event']}) TO {app}"
    )
    for table in AUDITED:
        op.execute(
            f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
        )


def downgrade() -> None:
    for table in AUDITED:
        op.execute(f"DROP TRIGGER audit ON {table}")
    for name, arguments in reversed(SIGNATURES.items()):
        op.execute(f"DROP FUNCTION {name}({arguments})")
