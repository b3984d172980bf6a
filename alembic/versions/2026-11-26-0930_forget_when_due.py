"""Forget people when it is due: the list a manager confirms, and the one function that does it.

The app may list and confirm. What blanks and removes is the owner's function `cma_forget`: it does
so for a confirmed person of the centre in force alone, with all who share a case with them, and
only where the database itself finds the days passed and nothing held. What it does with each column
is the plan beside the migrations, made from `rules/forgetting.yaml`; a test compares them.
"""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import context, op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

PLAN = Path(__file__).parent.parent / "forgetting_0044.json"
CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
OF_MANAGERS = f"{CENTRE} AND {ROLE} IN ('manager', 'system')"
BY_CLIENT = f"{OF_MANAGERS} AND NOT client_id = ANY ((SELECT cma_hidden_clients())::bigint[])"
POLICIES = {
    "retention_runs": OF_MANAGERS,
    "retention_items": BY_CLIENT,
    "retention_statistics": OF_MANAGERS,
}
GRANTS = {
    "retention_runs": "SELECT, INSERT, UPDATE",
    "retention_items": "SELECT, INSERT, UPDATE",
    "retention_statistics": "SELECT",
}

RANDOM = """
CREATE FUNCTION cma_random_reference() RETURNS text
LANGUAGE sql VOLATILE SET search_path = pg_catalog, public AS $$
  SELECT 'X-' || upper(left(replace(gen_random_uuid()::text, '-', ''), 16))
$$"""
FIGURES = """
CREATE FUNCTION cma_figures_alone(p_lines jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
  SELECT coalesce(jsonb_object_agg(l.key, jsonb_strip_nulls(jsonb_build_object(
    'amount', l.value -> 'amount', 'frequency', l.value -> 'frequency',
    'monthly', l.value -> 'monthly'))), '{}')
  FROM jsonb_each(p_lines) l WHERE jsonb_typeof(l.value) = 'object'
$$"""
REDACTED = """
CREATE FUNCTION cma_redacted(p_values jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
  SELECT CASE WHEN p_values IS NULL THEN NULL
    WHEN jsonb_typeof(p_values) <> 'object' THEN '"removed"'
    ELSE (SELECT coalesce(jsonb_object_agg(v.key, 'removed'), '{}')
          FROM jsonb_each(p_values) v) END
$$"""
BAND = """
CREATE FUNCTION cma_band(p_value numeric, p_starts jsonb) RETURNS integer
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$
  SELECT max(s::integer) FROM jsonb_array_elements_text(p_starts) s WHERE s::integer <= p_value
$$"""

# Everybody who shares a case with a person, now or once, directly or through others.
CIRCLE = """
CREATE FUNCTION cma_circle(p_centre bigint, p_client bigint) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH RECURSIVE circle (client) AS (
    SELECT p_client
    UNION
    SELECT other.client FROM circle c
    CROSS JOIN LATERAL public.cma_cases_of(p_centre, c.client) of_case (id)
    CROSS JOIN LATERAL (
      SELECT k.client_id FROM public.cases k WHERE k.centre_id = p_centre AND k.id = of_case.id
      UNION
      SELECT p.client_id FROM public.case_people p
      WHERE p.centre_id = p_centre AND p.case_id = of_case.id
    ) other (client)
  ) SELECT coalesce(array_agg(client ORDER BY client), '{}') FROM circle
$$"""

# Why a circle may not be forgotten now; NULL where nothing stands against it.
HINDERED = """
CREATE FUNCTION cma_hindered(
  p_centre bigint, p_run bigint, p_covers text, p_people bigint[], p_cases bigint[]
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  today date := (now() AT TIME ZONE 'Europe/London')::date;
BEGIN
  IF EXISTS (SELECT FROM unnest(p_people) one WHERE public.cma_held(p_centre, one)) THEN
    RETURN 'hold';
  END IF;
  IF EXISTS (SELECT FROM public.cases k WHERE k.centre_id = p_centre AND k.id = ANY (p_cases)
    AND k.deleted_at IS NULL AND (k.status IN ('open', 'in_progress') OR k.closing_date IS NULL))
  THEN
    RETURN 'at_work';
  END IF;
  IF EXISTS (SELECT FROM public.cases k WHERE k.centre_id = p_centre AND k.id = ANY (p_cases)
    AND k.deleted_at IS NULL AND NOT EXISTS (
      SELECT FROM public.retention_dates d WHERE d.centre_id = p_centre AND d.case_id = k.id
      AND d.covers = p_covers AND d.ended_at IS NULL AND d.keep_until < today))
  THEN
    RETURN 'undated';
  END IF;
  IF EXISTS (SELECT FROM unnest(p_people) one WHERE NOT EXISTS (
      SELECT FROM public.cma_cases_of(p_centre, one))
    AND NOT EXISTS (SELECT FROM public.rights_requests q WHERE q.centre_id = p_centre
      AND q.client_id = one AND q.kind = 'erasure' AND q.outcome = 'fulfilled'
      AND q.deleted_at IS NULL AND q.action_on <= today))
  THEN
    RETURN 'undated';
  END IF;
  IF EXISTS (SELECT FROM public.clients c WHERE c.centre_id = p_centre AND c.id = ANY (p_people)
    AND (p_covers = 'financial' OR c.anonymised_at IS NULL) AND NOT EXISTS (
      SELECT FROM public.retention_items i WHERE i.centre_id = p_centre AND i.run_id = p_run
      AND i.client_id = c.id AND i.covers = p_covers AND i.state = 'confirmed'))
  THEN
    RETURN 'shared';
  END IF;
  IF p_covers = 'financial' AND EXISTS (SELECT FROM public.clients c
    WHERE c.centre_id = p_centre AND c.id = ANY (p_people) AND c.anonymised_at IS NULL)
  THEN
    RETURN 'shared';
  END IF;
  RETURN NULL;
END $$"""

REDACT = """
CREATE FUNCTION cma_redact_log(p_centre bigint, p_people bigint[], p_cases bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  step jsonb;
BEGIN
  UPDATE public.audit_logs SET old_values = public.cma_redacted(old_values),
    new_values = public.cma_redacted(new_values)
  WHERE centre_id = p_centre AND (client_id = ANY (p_people) OR case_id = ANY (p_cases))
    AND (old_values IS NOT NULL OR new_values IS NOT NULL);
  -- rows that name neither: known by the record that they are about
  FOR step IN SELECT * FROM jsonb_array_elements(public.cma_forgetting_plan() -> 'remove') LOOP
    EXECUTE format('UPDATE public.audit_logs l SET old_values = public.cma_redacted(l.old_values),
        new_values = public.cma_redacted(l.new_values)
      FROM public.%I t WHERE l.centre_id = $1 AND l.table_name = %L AND t.centre_id = $1
        AND l.record_id = t.id AND l.client_id IS NULL AND l.case_id IS NULL
        AND (l.old_values IS NOT NULL OR l.new_values IS NOT NULL)
        AND t.id IN (SELECT id FROM public.%I WHERE centre_id = $1 AND (%s))',
      step ->> 'table', step ->> 'table', step ->> 'table', step ->> 'rows')
    USING p_centre, p_people, p_cases;
  END LOOP;
END $$"""

# One circle, whole or not at all. Returns what became of it: the paths whose bytes nobody names any
# more, or why it was left.
FORGET = """
CREATE FUNCTION cma_forget(p_item bigint, p_bands jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_centre bigint := nullif(current_setting('app.centre_id', true), '')::bigint;
  v_item public.retention_items;
  v_people bigint[];
  v_cases bigint[];
  v_why text;
  v_paths jsonb := '[]';
  v_act text := current_setting('app.act', true);
  step jsonb;
BEGIN
  IF current_setting('app.role', true) IS DISTINCT FROM 'system' THEN
    RAISE EXCEPTION 'the worker alone does this' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT i.* INTO v_item FROM public.retention_items i
    JOIN public.retention_runs r ON r.centre_id = i.centre_id AND r.id = i.run_id
    WHERE i.centre_id = v_centre AND i.id = p_item AND i.state = 'confirmed'
      AND i.confirmed_at IS NOT NULL AND r.status = 'confirmed'
    FOR UPDATE OF i;
  IF v_item.id IS NULL THEN
    RETURN NULL;
  END IF;
  -- cases before clients, as everywhere; then once more who is of it, now that nobody can change it
  v_people := public.cma_circle(v_centre, v_item.client_id);
  PERFORM FROM public.cases k WHERE k.centre_id = v_centre AND k.id IN (
    SELECT public.cma_cases_of(v_centre, one) FROM unnest(v_people) one) ORDER BY k.id FOR UPDATE;
  PERFORM FROM public.clients c WHERE c.centre_id = v_centre AND c.id = ANY (v_people)
    ORDER BY c.id FOR UPDATE;
  v_cases := coalesce((SELECT array_agg(DISTINCT k ORDER BY k) FROM unnest(v_people) one
    CROSS JOIN LATERAL public.cma_cases_of(v_centre, one) k), '{}');
  v_why := CASE WHEN v_people <> public.cma_circle(v_centre, v_item.client_id) THEN 'changed'
    ELSE public.cma_hindered(v_centre, v_item.run_id, v_item.covers, v_people, v_cases) END;
  IF v_why IS NOT NULL THEN
    UPDATE public.retention_items SET state = 'skipped', skipped_because = v_why, updated_at = now()
    WHERE centre_id = v_centre AND id = p_item;
    RETURN jsonb_build_object('left', v_why);
  END IF;

  PERFORM set_config('app.act', 'retention:forget', true);
  PERFORM public.cma_redact_log(v_centre, v_people, v_cases);
  IF v_item.covers = 'case' THEN
    SELECT coalesce(jsonb_agg(v.file_path), '[]') INTO v_paths FROM public.document_versions v
      JOIN public.documents d ON d.centre_id = v.centre_id AND d.id = v.document_id
      WHERE v.centre_id = v_centre AND d.case_id = ANY (v_cases);
    FOR step IN SELECT * FROM jsonb_array_elements(public.cma_forgetting_plan() -> 'blank') LOOP
      IF step ? 'set' THEN
        EXECUTE format('UPDATE public.%I SET %s WHERE centre_id = $1 AND (%s)',
          step ->> 'table', step ->> 'set', step ->> 'rows') USING v_centre, v_people, v_cases;
      ELSE
        EXECUTE format('DELETE FROM public.%I WHERE centre_id = $1 AND (%s)',
          step ->> 'table', step ->> 'rows') USING v_centre, v_people, v_cases;
      END IF;
    END LOOP;
  ELSE
    INSERT INTO public.retention_statistics (centre_id, id, ended_year, nation, case_type, status,
      debt_solution, fca_outcome, owed_from, written_off_from, gained_from, surplus_from,
      debts_from)
    SELECT k.centre_id, floor(random() * 9007199254740991)::bigint,
      extract(year FROM coalesce(k.closing_date, k.deleted_at))::integer, k.nation, k.case_type,
      k.status, k.debt_solution, k.fca_outcome,
      public.cma_band(coalesce(c.owed_at_closing, k.total_debt), p_bands -> 'owed'),
      public.cma_band(c.written_off, p_bands -> 'written_off'),
      public.cma_band(c.gained_a_year + c.gained_once, p_bands -> 'gained'),
      public.cma_band(k.monthly_surplus, p_bands -> 'surplus'),
      public.cma_band((SELECT count(*) FROM public.debts b WHERE b.centre_id = k.centre_id
        AND b.case_id = k.id AND b.deleted_at IS NULL), p_bands -> 'debts')
    FROM public.cases k LEFT JOIN LATERAL (
      SELECT x.* FROM public.case_closings x WHERE x.centre_id = k.centre_id AND x.case_id = k.id
      ORDER BY x.round_no DESC, x.revision DESC LIMIT 1) c ON true
    WHERE k.centre_id = v_centre AND k.id = ANY (v_cases) AND k.deleted_at IS NULL
    ORDER BY random();
    FOR step IN SELECT * FROM jsonb_array_elements(public.cma_forgetting_plan() -> 'remove') LOOP
      EXECUTE format('DELETE FROM public.%I WHERE centre_id = $1 AND (%s)',
        step ->> 'table', step ->> 'rows') USING v_centre, v_people, v_cases;
    END LOOP;
  END IF;
  -- what the triggers have just written of it holds the very values: one line says it instead
  DELETE FROM public.audit_logs WHERE centre_id = v_centre AND action = 'retention:forget'
    AND "timestamp" >= now() AND xmin = pg_current_xact_id()::xid;
  UPDATE public.retention_items SET state = 'done', done_at = now(), updated_at = now()
    WHERE centre_id = v_centre AND run_id = v_item.run_id AND client_id = ANY (v_people)
      AND covers = v_item.covers AND state = 'confirmed';
  PERFORM public.cma_record(v_centre, 'retention:forget', 'clients', one, one, NULL, NULL,
    jsonb_build_object('run', v_item.run_id, 'covers', v_item.covers))
    FROM unnest(v_people) one;
  PERFORM set_config('app.act', coalesce(v_act, ''), true);
  RETURN jsonb_build_object('paths', v_paths, 'people', to_jsonb(v_people));
END $$"""

# The bytes, keys and words of documents that were removed before a moment, unless somebody of their
# case is held. The row stays: that there was a document, and on which day it was removed.
EMPTY = """
CREATE FUNCTION cma_empty_removed(p_before timestamptz, p_most integer) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_centre bigint := nullif(current_setting('app.centre_id', true), '')::bigint;
  v_ids bigint[];
  v_paths jsonb;
BEGIN
  IF current_setting('app.role', true) IS DISTINCT FROM 'system' OR p_before > now() THEN
    RAISE EXCEPTION 'the worker alone does this' USING ERRCODE = 'insufficient_privilege';
  END IF;
  v_ids := coalesce((SELECT array_agg(f.id) FROM (
    SELECT d.id FROM public.documents d WHERE d.centre_id = v_centre AND d.deleted_at < p_before
    AND EXISTS (SELECT FROM public.document_versions v
      WHERE v.centre_id = d.centre_id AND v.document_id = d.id)
    AND NOT EXISTS (SELECT FROM public.cases k WHERE k.centre_id = d.centre_id
      AND k.id = d.case_id AND (public.cma_held(k.centre_id, k.client_id) OR EXISTS (
        SELECT FROM public.case_people p WHERE p.centre_id = k.centre_id AND p.case_id = k.id
        AND public.cma_held(p.centre_id, p.client_id))))
    ORDER BY d.deleted_at LIMIT p_most FOR UPDATE SKIP LOCKED) f), '{}');
  SELECT coalesce(jsonb_agg(v.file_path), '[]') INTO v_paths FROM public.document_versions v
    WHERE v.centre_id = v_centre AND v.document_id = ANY (v_ids);
  PERFORM set_config('app.act', 'document:empty', true);
  UPDATE public.audit_logs l SET old_values = public.cma_redacted(l.old_values),
    new_values = public.cma_redacted(l.new_values)
  FROM public.document_versions v WHERE l.centre_id = v_centre
    AND l.table_name = 'document_versions' AND l.record_id = v.id AND v.centre_id = v_centre
    AND v.document_id = ANY (v_ids);
  DELETE FROM public.document_pages WHERE centre_id = v_centre AND document_id = ANY (v_ids);
  DELETE FROM public.document_figures WHERE centre_id = v_centre AND document_id = ANY (v_ids);
  DELETE FROM public.document_readings WHERE centre_id = v_centre AND document_id = ANY (v_ids);
  DELETE FROM public.document_type_choices
    WHERE centre_id = v_centre AND document_id = ANY (v_ids);
  DELETE FROM public.document_versions WHERE centre_id = v_centre AND document_id = ANY (v_ids);
  UPDATE public.documents SET file_path = NULL, encryption_key_id = NULL, extracted_text = NULL,
    ai_classification = '{}', upload_status = 'pending', ocr_status = 'not_processed'
    WHERE centre_id = v_centre AND id = ANY (v_ids);
  DELETE FROM public.audit_logs WHERE centre_id = v_centre AND action = 'document:empty'
    AND "timestamp" >= now() AND xmin = pg_current_xact_id()::xid;
  PERFORM public.cma_record(v_centre, 'document:empty', 'documents', d.id, NULL, d.case_id, NULL,
    NULL) FROM public.documents d WHERE d.centre_id = v_centre AND d.id = ANY (v_ids);
  RETURN jsonb_build_object('documents', cardinality(v_ids), 'paths', v_paths);
END $$"""
UNNAMED = """
CREATE FUNCTION cma_unnamed_paths(p_paths text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT path FROM unnest(p_paths) path
  WHERE current_setting('app.role', true) = 'system'
    AND starts_with(path, nullif(current_setting('app.centre_id', true), '') || '/')
    AND NOT EXISTS (SELECT FROM public.document_versions v WHERE v.file_path = path)
$$"""
DRAFTS = """
CREATE FUNCTION cma_forget_drafts(p_before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  gone integer;
BEGIN
  IF current_setting('app.role', true) IS DISTINCT FROM 'system' OR p_before > now() THEN
    RAISE EXCEPTION 'the worker alone does this' USING ERRCODE = 'insufficient_privilege';
  END IF;
  DELETE FROM public.drafts
    WHERE centre_id = nullif(current_setting('app.centre_id', true), '')::bigint
      AND updated_at < p_before;
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$"""
# Lines of the log whose own years have passed, but for those of clients and cases that are still
# here, or whose record's ten years have not.
OLD_LOG = """
CREATE FUNCTION cma_forget_old_log(p_before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_centre bigint := nullif(current_setting('app.centre_id', true), '')::bigint;
  today date := (now() AT TIME ZONE 'Europe/London')::date;
  gone integer;
BEGIN
  IF current_setting('app.role', true) IS DISTINCT FROM 'system'
    OR p_before > now() - interval '5 years' THEN
    RAISE EXCEPTION 'the worker alone does this' USING ERRCODE = 'insufficient_privilege';
  END IF;
  DELETE FROM public.audit_logs l WHERE l.centre_id = v_centre AND l."timestamp" < p_before
    AND NOT EXISTS (SELECT FROM public.clients c
      WHERE c.centre_id = v_centre AND c.id = l.client_id)
    AND NOT EXISTS (SELECT FROM public.cases k WHERE k.centre_id = v_centre AND k.id = l.case_id)
    AND NOT EXISTS (SELECT FROM public.retention_items i WHERE i.centre_id = v_centre
      AND i.covers = 'financial' AND i.state = 'done' AND (i.what ->> 'log_until')::date >= today
      AND (i.client_id = l.client_id OR i.what -> 'cases' @> to_jsonb(l.case_id)));
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$"""
OWN = {
    "cma_random_reference()": RANDOM,
    "cma_figures_alone(jsonb)": FIGURES,
    "cma_redacted(jsonb)": REDACTED,
    "cma_band(numeric, jsonb)": BAND,
    "cma_circle(bigint, bigint)": CIRCLE,
    "cma_hindered(bigint, bigint, text, bigint[], bigint[])": HINDERED,
    "cma_redact_log(bigint, bigint[], bigint[])": REDACT,
}
FOR_APP = {
    "cma_forget(bigint, jsonb)": FORGET,
    "cma_empty_removed(timestamptz, integer)": EMPTY,
    "cma_unnamed_paths(text[])": UNNAMED,
    "cma_forget_drafts(timestamptz)": DRAFTS,
    "cma_forget_old_log(timestamptz)": OLD_LOG,
}


def _moment(name: str, *, needed: bool = False) -> sa.Column:
    default = sa.text("now()") if needed else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not needed)


def _stamps(*, stamped: bool = True) -> list[sa.Column]:
    who = [
        _moment("created_at", needed=True),
        _moment("updated_at", needed=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
    ]
    return [
        *(who if stamped else []),
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    ]


def _text(name: str, length: int, *, needed: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=not needed)


def _keys(table: str, *, stamped: bool = True, **parents: str) -> list[sa.Constraint]:
    who = [("created_by", "users.id"), ("updated_by", "users.id")] if stamped else []
    return [
        *[
            sa.ForeignKeyConstraint(
                ["centre_id", column],
                [f"{parent}.centre_id", f"{parent}.id"],
                name=op.f(f"fk_{table}_centre_id_{column}"),
            )
            for column, parent in parents.items()
        ],
        *[
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
            for column, target in (("centre_id", "centres.id"), *who)
        ],
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f(f"pk_{table}")),
    ]


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _runs() -> None:
    table = "retention_runs"
    op.create_table(
        table,
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        *_stamps(),
        sa.Column("status", sa.String(length=10), server_default="listed", nullable=False),
        sa.Column("listed_on", sa.Date(), nullable=False),
        _moment("confirmed_at"),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=True),
        _moment("ended_at"),
        _check(table, "status", "status IN ('listed', 'confirmed', 'done')"),
        _check(table, "confirmed", "(status = 'listed') = (confirmed_at IS NULL)"),
        _check(table, "ended", "(status = 'done') = (ended_at IS NOT NULL)"),
        *_keys(table, confirmed_by="users"),
    )
    op.create_index(
        "uq_retention_runs_listed",
        table,
        ["centre_id"],
        unique=True,
        postgresql_where=sa.text("status = 'listed'"),
    )
    op.create_index("idx_retention_runs_listed_on", table, ["centre_id", "listed_on", "id"])


def _items() -> None:
    table = "retention_items"
    states = "'due', 'coming', 'held', 'left', 'confirmed', 'done', 'skipped'"
    op.create_table(
        table,
        *_stamps(),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        _text("covers", 20, needed=True),
        _text("state", 10, needed=True),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("what", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        _moment("confirmed_at"),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=True),
        _moment("done_at"),
        _text("skipped_because", 20),
        _check(table, "covers", "covers IN ('case', 'financial')"),
        _check(table, "state", f"state IN ({states})"),
        _check(table, "says_why", "state <> 'skipped' OR skipped_because IS NOT NULL"),
        sa.UniqueConstraint(
            "centre_id",
            "run_id",
            "client_id",
            name=op.f("uq_retention_items_centre_id_run_id_client_id"),
        ),
        *_keys(table, run_id="retention_runs", confirmed_by="users"),
    )
    op.create_index("idx_retention_items_client", table, ["centre_id", "client_id", "id"])


def _statistics() -> None:
    table = "retention_statistics"
    bands = ("owed", "written_off", "gained", "surplus", "debts")
    op.create_table(
        table,
        *_stamps(stamped=False),
        sa.Column("ended_year", sa.Integer(), nullable=False),
        _text("nation", 20, needed=True),
        _text("case_type", 50, needed=True),
        _text("status", 30, needed=True),
        _text("debt_solution", 100),
        _text("fca_outcome", 100),
        *[sa.Column(f"{name}_from", sa.Integer(), nullable=True) for name in bands],
        *_keys(table, stamped=False),
    )
    op.create_index("idx_retention_statistics_year", table, ["centre_id", "ended_year"])


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    op.add_column("clients", sa.Column("anonymised_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("legal_holds", sa.Column("review_on", sa.Date(), nullable=True))
    _runs()
    _items()
    _statistics()
    for table, seen in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY centre_isolation ON {table} USING ({seen}) WITH CHECK ({seen})")
        op.execute(
            f"CREATE POLICY platform ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)"
        )
        op.execute(f"GRANT {GRANTS[table]} ON {table} TO {app}")
    op.execute(
        "CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON retention_runs"
        " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
    )
    plan = PLAN.read_text("utf-8").strip()
    op.get_bind().exec_driver_sql(
        "CREATE FUNCTION cma_forgetting_plan() RETURNS jsonb LANGUAGE sql IMMUTABLE"
        f" SET search_path = pg_catalog, public AS $function$ SELECT $plan${plan}$plan$::jsonb"
        " $function$"
    )
    op.execute("REVOKE ALL ON FUNCTION cma_forgetting_plan() FROM PUBLIC")
    for signature, statement in (OWN | FOR_APP).items():
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    for signature in FOR_APP:
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {app}")


def downgrade() -> None:
    for signature in reversed((OWN | FOR_APP).keys()):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("DROP FUNCTION cma_forgetting_plan()")
    for table in reversed(POLICIES):
        op.drop_table(table)
    op.drop_column("legal_holds", "review_on")
    op.drop_column("clients", "anonymised_at")
