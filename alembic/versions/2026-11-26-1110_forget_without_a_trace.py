"""Forget without a trace: what a removed document said, what an open tab writes back, days forged.

The log forgets what a machine read from documents, also where the row it tells of is gone. The app
writes nothing more about who is anonymous, and moves no case to another person. The owner's
functions hold the years, and ask the log, whose moments the app cannot write, when a case ended.
A line of the list is for who may see everybody of its circle. Drafts go with the case they are of.
"""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import context, op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

PLANS = Path(__file__).parent.parent
HIDDEN = "((SELECT cma_hidden_clients())::bigint[])"
OF_MANAGERS = (
    "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
    " AND (SELECT coalesce(current_setting('app.role', true), '')) IN ('manager', 'system')"
    f" AND NOT client_id = ANY ({HIDDEN})"
)
OF_CIRCLE = f"{OF_MANAGERS} AND NOT circle && {HIDDEN}"

# What a machine read from documents, in the log: lines that name no case. Each is known by the
# document that it names, for the row may be gone.
READ = (
    "ARRAY['document_versions', 'document_figures', 'document_readings', 'document_type_choices',"
    " 'document_pages']"
)
ORPHANS = f"""
UPDATE audit_logs l SET old_values = cma_redacted(l.old_values),
  new_values = cma_redacted(l.new_values)
WHERE l.table_name = ANY ({READ}) AND l.client_id IS NULL AND l.case_id IS NULL
  AND (l.centre_id, l.table_name, l.record_id) IN (
    SELECT g.centre_id, g.table_name, g.record_id FROM audit_logs g
    WHERE g.table_name = ANY ({READ})
    AND coalesce(g.old_values ->> 'document_id', g.new_values ->> 'document_id') IS NOT NULL
    AND NOT EXISTS (SELECT FROM document_versions v WHERE v.centre_id = g.centre_id
      AND v.document_id::text
        = coalesce(g.old_values ->> 'document_id', g.new_values ->> 'document_id')))"""

REDACT_WAS = """    USING p_centre, p_people, p_cases;
  END LOOP;
END """
REDACT_BECOMES = """    USING p_centre, p_people, p_cases;
    -- and those of rows that are gone: known by what they named
    IF step ? 'parents' THEN
      EXECUTE format('UPDATE public.audit_logs l SET old_values = public.cma_redacted(l.old_values),
          new_values = public.cma_redacted(l.new_values)
        WHERE l.centre_id = $1 AND l.table_name = %L AND l.client_id IS NULL AND l.case_id IS NULL
          AND l.record_id IN (SELECT g.record_id FROM public.audit_logs g
            WHERE g.centre_id = $1 AND g.table_name = %L
            AND coalesce(g.old_values ->> %L, g.new_values ->> %L) IN (%s))',
        step ->> 'table', step ->> 'table', step ->> 'column', step ->> 'column',
        step ->> 'parents')
      USING p_centre, p_people, p_cases;
    END IF;
  END LOOP;
END """

EMPTY_DAYS_WAS = """  v_ids := coalesce((SELECT array_agg(f.id) FROM (
    SELECT d.id FROM public.documents d WHERE d.centre_id = v_centre AND d.deleted_at < p_before
"""
EMPTY_DAYS_BECOMES = """  p_before := least(p_before, now() - interval '30 days');
  v_ids := coalesce((SELECT array_agg(f.id) FROM (
    SELECT d.id FROM public.documents d WHERE d.centre_id = v_centre AND d.deleted_at < p_before
    AND NOT EXISTS (SELECT FROM public.audit_logs l WHERE l.centre_id = v_centre
      AND l.table_name = 'documents' AND l.record_id = d.id AND l."timestamp" >= p_before
      AND l.old_values ? 'deleted_at')
"""
EMPTY_LOG_WAS = """  FROM public.document_versions v WHERE l.centre_id = v_centre
    AND l.table_name = 'document_versions' AND l.record_id = v.id AND v.centre_id = v_centre
    AND v.document_id = ANY (v_ids);
"""
EMPTY_LOG_BECOMES = f"""  WHERE cardinality(v_ids) > 0 AND l.centre_id = v_centre
    AND l.table_name = ANY ({READ})
    AND (l.table_name, l.record_id) IN (
      SELECT g.table_name, g.record_id FROM public.audit_logs g
        WHERE g.centre_id = v_centre AND g.table_name = ANY ({READ})
        AND coalesce(g.old_values ->> 'document_id', g.new_values ->> 'document_id')
          = ANY (v_ids::text[])
      UNION ALL SELECT 'document_versions', t.id FROM public.document_versions t
        WHERE t.centre_id = v_centre AND t.document_id = ANY (v_ids)
      UNION ALL SELECT 'document_figures', t.id FROM public.document_figures t
        WHERE t.centre_id = v_centre AND t.document_id = ANY (v_ids)
      UNION ALL SELECT 'document_type_choices', t.id FROM public.document_type_choices t
        WHERE t.centre_id = v_centre AND t.document_id = ANY (v_ids));
  -- of the document's own lines the words and where the bytes lay
  UPDATE public.audit_logs l SET
    old_values = l.old_values || public.cma_redacted(public.cma_only(l.old_values, v_words)),
    new_values = l.new_values || public.cma_redacted(public.cma_only(l.new_values, v_words))
  WHERE cardinality(v_ids) > 0 AND l.centre_id = v_centre AND l.table_name = 'documents'
    AND l.record_id = ANY (v_ids) AND (l.old_values ?| v_words OR l.new_values ?| v_words);
"""
EMPTY_WORDS_WAS = "  v_paths jsonb;\nBEGIN"
EMPTY_WORDS_BECOMES = """  v_paths jsonb;
  v_words text[] := ARRAY['extracted_text', 'ai_classification', 'file_path', 'encryption_key_id'];
BEGIN"""
ONLY = """
CREATE FUNCTION cma_only(p_values jsonb, p_names text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
  SELECT CASE WHEN p_values IS NOT NULL THEN coalesce((SELECT jsonb_object_agg(v.key, v.value)
    FROM jsonb_each(p_values) v WHERE v.key = ANY (p_names)), '{}') END
$$"""

# The years of rules/parameters, which a test compares: whatever the rows of a case say, it stays
# where the log has that its end changed within them.
HINDERED_WAS = """    RETURN 'undated';
  END IF;
  IF EXISTS (SELECT FROM unnest(p_people) one WHERE NOT EXISTS (
"""
HINDERED_BECOMES = """    RETURN 'undated';
  END IF;
  IF EXISTS (SELECT FROM public.audit_logs l WHERE l.centre_id = p_centre
    AND l.table_name = 'cases' AND l.record_id = ANY (p_cases)
    AND l.old_values ?| ARRAY['closing_date', 'deleted_at', 'status']
    AND (l."timestamp" AT TIME ZONE 'Europe/London')::date >= today
      - CASE p_covers WHEN 'case' THEN interval '6 years' ELSE interval '7 years' END)
  THEN
    RETURN 'undated';
  END IF;
  IF EXISTS (SELECT FROM unnest(p_people) one WHERE NOT EXISTS (
"""

CHANGES = (
    ("cma_redact_log(bigint, bigint[], bigint[])", REDACT_WAS, REDACT_BECOMES),
    ("cma_empty_removed(timestamptz, integer)", EMPTY_DAYS_WAS, EMPTY_DAYS_BECOMES),
    ("cma_empty_removed(timestamptz, integer)", EMPTY_LOG_WAS, EMPTY_LOG_BECOMES),
    ("cma_empty_removed(timestamptz, integer)", EMPTY_WORDS_WAS, EMPTY_WORDS_BECOMES),
    (
        "cma_forget_drafts(timestamptz)",
        "updated_at < p_before;",
        "updated_at < least(p_before, now() - interval '180 days');",
    ),
    (
        "cma_forget_old_log(timestamptz)",
        'l."timestamp" < p_before\n',
        "l.\"timestamp\" < least(p_before, now() - interval '10 years')\n",
    ),
    ("cma_hindered(bigint, bigint, text, bigint[], bigint[])", HINDERED_WAS, HINDERED_BECOMES),
)

# Whether a row is of somebody who is anonymous, asked by who is not the owner. A row that names
# neither is known by its parent, or a draft by what its form is about. Before a new row the case,
# then the client, is held: forgetting under way comes first, and is seen.
ANONYMOUS = """
CREATE FUNCTION cma_is_anonymous(
  p_writer name, p_new boolean, p_client bigint, p_case bigint, p_parent text, p_of bigint
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_centre bigint := nullif(current_setting('app.centre_id', true), '')::bigint;
BEGIN
  IF pg_has_role(p_writer, current_user, 'MEMBER') THEN
    RETURN false;
  END IF;
  IF p_parent = 'document' THEN
    SELECT t.case_id INTO p_case FROM public.documents t
      WHERE t.centre_id = v_centre AND t.id = p_of;
  ELSIF p_parent IN ('review', 'file_review') THEN
    SELECT t.case_id INTO p_case FROM public.file_reviews t
      WHERE t.centre_id = v_centre AND t.id = p_of;
  ELSIF p_parent = 'appointment' THEN
    SELECT t.client_id, t.case_id INTO p_client, p_case FROM public.appointments t
      WHERE t.centre_id = v_centre AND t.id = p_of;
  ELSIF p_parent IN ('advice', 'closing', 'household', 'note', 'pasted_debts', 'pasted_edits') THEN
    p_case := p_of;
  ELSIF p_parent = 'debt' THEN
    SELECT t.case_id INTO p_case FROM public.debts t WHERE t.centre_id = v_centre AND t.id = p_of;
  ELSIF p_parent = 'sheet details' THEN
    SELECT t.case_id INTO p_case FROM public.budget_sheets t
      WHERE t.centre_id = v_centre AND t.id = p_of;
  ELSIF p_parent = 'letter' THEN
    SELECT t.client_id, t.case_id INTO p_client, p_case FROM public.letters t
      WHERE t.centre_id = v_centre AND t.id = p_of;
  END IF;
  IF p_new AND p_case IS NOT NULL THEN
    PERFORM FROM public.cases k WHERE k.centre_id = v_centre AND k.id = p_case FOR KEY SHARE;
  END IF;
  IF p_new AND p_client IS NOT NULL THEN
    PERFORM FROM public.clients c WHERE c.centre_id = v_centre AND c.id = p_client FOR KEY SHARE;
  END IF;
  RETURN (p_client IS NOT NULL AND EXISTS (SELECT FROM public.clients c
      WHERE c.centre_id = v_centre AND c.id = p_client AND c.anonymised_at IS NOT NULL))
    OR (p_case IS NOT NULL AND (EXISTS (SELECT FROM public.cases k
        JOIN public.clients c ON c.centre_id = k.centre_id AND c.id = k.client_id
        WHERE k.centre_id = v_centre AND k.id = p_case AND c.anonymised_at IS NOT NULL)
      OR EXISTS (SELECT FROM public.case_people p
        JOIN public.clients c ON c.centre_id = p.centre_id AND c.id = p.client_id
        WHERE p.centre_id = v_centre AND p.case_id = p_case AND c.anonymised_at IS NOT NULL)));
END $$"""
REFUSE = """
CREATE FUNCTION cma_refuse_anonymous() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  v_new boolean := TG_OP = 'INSERT';
  is_so boolean;
BEGIN
  IF TG_ARGV[0] = 'own' THEN
    is_so := NEW.anonymised_at IS NOT NULL
      AND NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID),
        'MEMBER');
    IF NOT is_so AND NOT v_new THEN
      is_so := OLD.anonymised_at IS NOT NULL;
    END IF;
  ELSIF TG_ARGV[0] = 'client' THEN
    is_so := public.cma_is_anonymous(current_user, v_new, NEW.client_id, NULL, NULL, NULL);
  ELSIF TG_ARGV[0] = 'both' THEN
    is_so := public.cma_is_anonymous(current_user, v_new, NEW.client_id, NEW.case_id, NULL, NULL);
  ELSIF TG_ARGV[0] = 'case' THEN
    is_so := public.cma_is_anonymous(current_user, v_new, NULL, NEW.case_id, NULL, NULL);
  ELSIF TG_ARGV[0] = 'document' THEN
    is_so := public.cma_is_anonymous(
      current_user, v_new, NULL, NULL, TG_ARGV[0], NEW.document_id);
  ELSIF TG_ARGV[0] = 'review' THEN
    is_so := public.cma_is_anonymous(current_user, v_new, NULL, NULL, TG_ARGV[0], NEW.review_id);
  ELSIF TG_ARGV[0] = 'form' THEN
    is_so := public.cma_is_anonymous(current_user, v_new, NULL, NULL, NEW.form, NEW.record_id);
  ELSE
    is_so := public.cma_is_anonymous(
      current_user, v_new, NULL, NULL, TG_ARGV[0], NEW.appointment_id);
  END IF;
  IF is_so THEN
    RAISE EXCEPTION 'this record is anonymous'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'anonymous', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$"""
# Whose a case is, or was, is written once: otherwise its people would be without it, and its years.
THEIRS = """
CREATE FUNCTION cma_stays_theirs() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER')
  THEN
    RAISE EXCEPTION 'whose a case is stays'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'stays_theirs', TABLE = TG_TABLE_NAME;
  END IF;
  RETURN NEW;
END $$"""
KNOWN_BY = {
    "own": ("clients",),
    "client": (
        *("cases", "consents", "contact_routes", "file_access", "legal_holds"),
        *("monitoring_answers", "rights_requests", "client_copies"),
    ),
    "both": (
        *("appointments", "case_people", "client_feedback", "referrals", "authorities"),
        *("reminders", "breathing_spaces", "letters"),
    ),
    "case": (
        *("ai_insights", "case_closings", "case_notes", "case_shadows", "creditors", "documents"),
        *("file_reviews", "gate_overrides", "households", "notifications", "recommendations"),
        *("retention_dates", "review_pool", "sign_offs", "budget_sheets", "case_compliance"),
        *("closing_gains", "debts", "next_actions", "closing_debts", "debt_events"),
        *("document_requests", "document_uses", "offers", "request_deadlines", "statements"),
        *("breathing_space_debts", "creditor_replies", "issued_files"),
    ),
    "document": (
        *("document_versions", "document_pages", "document_figures", "document_readings"),
        "document_type_choices",
    ),
    "review": ("file_review_versions", "review_responses"),
    "appointment": ("appointment_notes",),
    "form": ("drafts",),
}
ASKED = "cma_is_anonymous(name, boolean, bigint, bigint, text, bigint)"


def _change(signature: str, was: str, becomes: str) -> None:
    """Change a function as it stands."""
    found = str(
        op.get_bind()
        .exec_driver_sql(f"SELECT pg_get_functiondef('{signature}'::regprocedure)")
        .scalar_one()
    )
    if found.count(was) != 1:
        raise RuntimeError(f"{signature} is not the one that this migration was made for")
    op.get_bind().exec_driver_sql(found.replace(was, becomes).replace("%", "%%"))


def _plan(name: str) -> None:
    plan = (PLANS / name).read_text("utf-8").strip()
    op.get_bind().exec_driver_sql(
        "CREATE OR REPLACE FUNCTION cma_forgetting_plan() RETURNS jsonb LANGUAGE sql IMMUTABLE"
        f" SET search_path = pg_catalog, public AS $function$ SELECT $plan${plan}$plan$::jsonb"
        " $function$".replace("%", "%%")
    )


def _own(statement: str, signature: str) -> None:
    op.get_bind().exec_driver_sql(statement)
    op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")


def _circles() -> None:
    op.add_column(
        "retention_items",
        sa.Column("circle", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
    )
    op.execute("UPDATE retention_items SET circle = cma_circle(centre_id, client_id)")
    op.execute(
        f"ALTER POLICY centre_isolation ON retention_items USING ({OF_CIRCLE})"
        f" WITH CHECK ({OF_CIRCLE})"
    )


def _refuse() -> None:
    app = context.get_context().opts["app_role"]
    _own(ANONYMOUS, ASKED)
    op.execute(f"GRANT EXECUTE ON FUNCTION {ASKED} TO {app}")
    _own(REFUSE, "cma_refuse_anonymous()")
    _own(THEIRS, "cma_stays_theirs()")
    for known_by, tables in KNOWN_BY.items():
        for table in tables:
            op.execute(
                f"CREATE TRIGGER refuse_anonymous BEFORE INSERT OR UPDATE ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION cma_refuse_anonymous('{known_by}')"
            )
    for table, columns in (("cases", ("client_id",)), ("case_people", ("client_id", "case_id"))):
        moved = " OR ".join(f"OLD.{name} <> NEW.{name}" for name in columns)
        op.execute(
            f"CREATE TRIGGER stays_theirs BEFORE UPDATE OF {', '.join(columns)} ON {table}"
            f" FOR EACH ROW WHEN ({moved}) EXECUTE FUNCTION cma_stays_theirs()"
        )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _own(ONLY, "cma_only(jsonb, text[])")
    for change in CHANGES:
        _change(*change)
    _plan("forgetting_0048.json")
    _circles()
    _refuse()
    op.get_bind().exec_driver_sql(ORPHANS)


def downgrade() -> None:
    for table in ("cases", "case_people"):
        op.execute(f"DROP TRIGGER stays_theirs ON {table}")
    for table in (each for tables in KNOWN_BY.values() for each in tables):
        op.execute(f"DROP TRIGGER refuse_anonymous ON {table}")
    for signature in ("cma_stays_theirs()", "cma_refuse_anonymous()", ASKED):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute(
        f"ALTER POLICY centre_isolation ON retention_items USING ({OF_MANAGERS})"
        f" WITH CHECK ({OF_MANAGERS})"
    )
    op.drop_column("retention_items", "circle")
    _plan("forgetting_0044.json")
    for signature, was, becomes in reversed(CHANGES):
        _change(signature, becomes, was)
    op.execute("DROP FUNCTION cma_only(jsonb, text[])")
