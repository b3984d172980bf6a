"""Read documents: readings and pages, figures found, chosen types, and the search of a centre.

Row security never lets a text search be an index condition (`@@` is not leakproof), so the search
is a function of the owner that repeats what the policy of `documents` says and answers with
numbers alone; the rows behind them are read under row security again. It plans each search by its
words: a rare word goes by the text index, a common one by the newest first.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import context, op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
AT_WORK = f"{ROLE} IN ('manager', 'advisor', 'trainee', 'system')"
TABLES = ("document_readings", "document_pages", "document_figures", "document_type_choices")
IN_THE_LOG = ("document_figures", "document_type_choices")
"""What a person decides. Readings and pages are a machine's: the document's status is in the log."""
TOLD = " AND ".join(
    f"(table_name IS DISTINCT FROM '{table}' OR EXISTS (SELECT 1 FROM {table} r"
    " WHERE r.centre_id = audit_logs.centre_id AND r.id = audit_logs.record_id))"
    for table in IN_THE_LOG
)
QUIET = ("'extracted_text'", "'extracted_text', 'terms'")
ADDED_TO = ("document_pages", "document_type_choices")
ONE_OF = {
    "document_readings": {
        "status": ("waiting", "reading", "read", "failed", "dropped"),
        "why": ("slow", "unreadable", "ended", "damaged"),
    },
    "document_pages": {"source": ("layer", "picture", "none")},
    "document_figures": {
        "kind": ("balance", "arrears", "payment", "income", "account_number", "dated"),
        "status": ("open", "accepted", "dismissed"),
    },
}
OCR_STATUSES = ("not_processed", "waiting", "reading", "read", "poor", "no_text", "failed")
TO_READ = "status IN ('waiting','reading')"
BOTH_NAMES = (
    "to_tsvector('english', translate(document_name, '_.-', '   ')"
    " || ' ' || coalesce(extracted_text, ''))"
)
TEXT_ALONE = "to_tsvector('english', coalesce(extracted_text, ''))"

DUE = """
CREATE FUNCTION cma_due_readings(p_at timestamptz)
RETURNS TABLE (centre_id bigint, document_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT r.centre_id, r.document_id FROM public.document_readings r
  WHERE current_setting('app.role', true) = 'system'
    AND r.status IN ('waiting', 'reading') AND r.due_at <= p_at
  ORDER BY r.due_at LIMIT 200
$$"""
FIND_SIGNATURE = "cma_find_documents(text, text, bigint, text, date, date, integer, integer)"
FIND = """
CREATE FUNCTION cma_find_documents(
    p_words text, p_type text, p_case bigint, p_status text, p_from date, p_to date,
    p_limit integer, p_skip integer
) RETURNS TABLE (document_id bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_centre bigint := nullif(current_setting('app.centre_id', true), '')::bigint;
  v_role text := coalesce(current_setting('app.role', true), '');
  v_me bigint := nullif(current_setting('app.user_id', true), '')::bigint;
  v_hidden bigint[] := coalesce(public.cma_hidden_cases(), '{}');
  v_own bigint[] := '{}';
  v_query tsquery := websearch_to_tsquery('english', coalesce(p_words, ''));
  v_has_words boolean := numnode(v_query) > 0;
  v_where text := '';
  v_from text;
  v_here text;
  v_plan json;
  v_hits float8;
  v_all float8;
BEGIN
  IF v_centre IS NULL OR v_role NOT IN ('manager', 'advisor', 'trainee', 'system') THEN
    RETURN;
  END IF;
  IF coalesce(p_words, '') <> '' AND NOT v_has_words THEN
    RETURN;  -- words of no meaning find nothing, rather than everything
  END IF;
  IF v_role = 'trainee' THEN
    v_own := coalesce(public.cma_own_cases(), '{}');
  END IF;
  v_here := format('FROM public.documents x WHERE x.centre_id = %s::bigint'
    ' AND x.deleted_at IS NULL', v_centre);
  v_from := v_here;
  IF v_has_words THEN
    v_from := v_here || format(' AND x.extracted_tsv @@ %L::tsquery', v_query);
    -- How common the words are decides the way: the planner does not know what it costs to fetch
    -- a kept list of words, so it would walk through thousands of documents for a rarer one.
    EXECUTE 'EXPLAIN (FORMAT JSON) SELECT x.id ' || v_from INTO v_plan;
    v_hits := (v_plan -> 0 -> 'Plan' ->> 'Plan Rows')::float8;
    EXECUTE 'EXPLAIN (FORMAT JSON) SELECT x.id ' || v_here INTO v_plan;
    v_all := (v_plan -> 0 -> 'Plan' ->> 'Plan Rows')::float8;
    IF v_hits < v_all * 0.2 THEN
      v_from := v_from || ' OFFSET 0';  -- found by the index on its own, then sorted
    END IF;
  END IF;
  IF p_type IS NOT NULL THEN
    v_where := v_where || format(' AND d.document_type = %L', p_type);
  END IF;
  IF p_case IS NOT NULL THEN
    v_where := v_where || format(' AND d.case_id = %s::bigint', p_case);
  END IF;
  IF p_status IS NOT NULL THEN
    v_where := v_where || format(' AND d.ocr_status = %L', p_status);
  END IF;
  IF p_from IS NOT NULL THEN
    v_where := v_where || format(' AND d.created_at >= %L::timestamptz', p_from::timestamptz);
  END IF;
  IF p_to IS NOT NULL THEN
    v_where := v_where || format(' AND d.created_at < %L::timestamptz', (p_to + 1)::timestamptz);
  END IF;
  IF cardinality(v_hidden) > 0 THEN
    v_where := v_where || ' AND (d.case_id IS NULL OR NOT d.case_id = ANY ($1))';
  END IF;
  IF v_role = 'trainee' THEN
    v_where := v_where || ' AND d.case_id = ANY ($2)';
  END IF;
  IF v_role <> 'system' THEN
    v_where := v_where || ' AND (d.access_level <> ''named_people'' OR $3 = ANY (d.named_people))';
  END IF;
  RETURN QUERY EXECUTE 'SELECT d.id FROM (SELECT x.id, x.document_type, x.case_id, x.ocr_status,'
    ' x.created_at, x.access_level, x.named_people ' || v_from || ') d WHERE true' || v_where
    || format(' ORDER BY d.id DESC LIMIT %s OFFSET %s',
      least(greatest(p_limit, 0), 1001), greatest(p_skip, 0))
    USING v_hidden, v_own, v_me;
END
$$"""
OLD_ARGS = "'{centre_id,appointment_id,timestamp}'::text[]"
NEW_ARGS = "'{centre_id,appointment_id,document_id,timestamp}'::text[]"


def _ids_alone(allowed: str, *names: str) -> str:
    numbers = "".join(
        f" AND coalesce(jsonb_typeof(args -> '{name}'), 'number') = 'number'" for name in names
    )
    return (
        f"args - {allowed} = '{{}}'::jsonb{numbers}"
        " AND coalesce(lock, '') ~ '^[a-z0-9/]*$' AND coalesce(queueing_lock, '') ~ '^[a-z0-9/]*$'"
    )


def _stamps() -> list[sa.Column]:
    def moment(name: str) -> sa.Column:
        return sa.Column(
            name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        )

    return [
        moment("created_at"),
        moment("updated_at"),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
    ]


def _create(
    table: str, *parts: sa.Column | sa.Constraint, stamped: bool = True, **references: str
) -> None:
    """Create a table of a centre with its key, its references and who made a row."""
    who = [("created_by", "users.id"), ("updated_by", "users.id")] if stamped else []
    op.create_table(
        table,
        *(_stamps() if stamped else []),
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _big("document_id"),
        _number("version_number", "1"),
        *parts,
        *[
            sa.CheckConstraint(
                f"{column} IN ({', '.join(repr(word) for word in words)})",
                name=op.f(f"ck_{table}_{column}"),
            )
            for column, words in ONE_OF.get(table, {}).items()
        ],
        *[
            sa.ForeignKeyConstraint(
                ["centre_id", column],
                [f"{parent}.centre_id", f"{parent}.id"],
                name=op.f(f"fk_{table}_centre_id_{column}"),
            )
            for column, parent in {"document_id": "documents", **references}.items()
        ],
        *[
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
            for column, target in [("centre_id", "centres.id"), *who]
        ],
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f(f"pk_{table}")),
    )


def _big(name: str, *, optional: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=optional)


def _number(name: str, start: str = "0") -> sa.Column:
    return sa.Column(name, sa.Integer(), server_default=start, nullable=False)


def _text(name: str, length: int, *, optional: bool = False, start: str | None = None) -> sa.Column:
    return sa.Column(name, sa.String(length), server_default=start, nullable=optional)


def _moment(name: str, *, optional: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=optional)


def _share(name: str) -> sa.Column:
    return sa.Column(name, sa.Numeric(3, 2), nullable=True)


def _json(name: str, start: str) -> sa.Column:
    return sa.Column(name, postgresql.JSONB(), server_default=sa.text(f"'{start}'"), nullable=False)


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _readings() -> None:
    table = "document_readings"
    _create(
        table,
        _text("status", 20, start="waiting"),
        _moment("due_at"),
        _number("attempts"),
        _moment("claimed_at", optional=True),
        _moment("finished_at", optional=True),
        _number("pages_done"),
        _number("page_count"),
        _text("why", 20, optional=True),
        _check(table, "why_failed", "status <> 'failed' OR why IS NOT NULL"),
        _unique(table, "centre_id", "document_id", "version_number"),
    )
    op.create_index(
        "idx_document_readings_due", table, ["due_at"], postgresql_where=sa.text(TO_READ)
    )
    table = "document_pages"
    _create(
        table,
        _number("page_no", "1"),
        _number("width"),
        _number("height"),
        _text("source", 10, start="none"),
        _json("words", "[]"),
        _share("confidence"),
        _share("ink_coverage"),
        sa.Column("turned", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("skew", sa.Numeric(5, 2), server_default="0", nullable=False),
        _json("steps", "[]"),
        _unique(table, "centre_id", "document_id", "version_number", "page_no"),
        stamped=False,
    )


def _figures() -> None:
    table = "document_figures"
    _create(
        table,
        _number("page_no", "1"),
        _text("kind", 20, start="balance"),
        _text("value", 60),
        _text("label", 60, optional=True),
        _number("x"),
        _number("y"),
        _number("width"),
        _number("height"),
        _share("sure"),
        _text("status", 10, start="open"),
        _text("taken", 60, optional=True),
        _big("debt_id", optional=True),
        _text("budget_line", 60, optional=True),
        _big("decided_by", optional=True),
        _moment("decided_at", optional=True),
        _check(table, "decided", "status = 'open' OR decided_by IS NOT NULL"),
        debt_id="debts",
        decided_by="users",
    )
    op.create_index("idx_document_figures_document", table, ["centre_id", "document_id"])
    op.create_index("idx_document_figures_debt", table, ["centre_id", "debt_id"])
    table = "document_type_choices"
    _create(
        table,
        _text("suggested", 100, optional=True),
        _share("probability"),
        _json("guesses", "[]"),
        _text("chosen", 100),
        _text("model_version", 60, optional=True),
        _json("terms", "{}"),
    )
    op.create_index("idx_document_type_choices_document", table, ["centre_id", "document_id", "id"])
    op.create_index("idx_document_type_choices_version", table, ["centre_id", "model_version"])


def _search_by(expression: str) -> None:
    """Make the kept search words of a document anew; its index goes and comes with them."""
    op.execute("ALTER TABLE documents DROP COLUMN extracted_tsv")
    op.execute(
        "ALTER TABLE documents ADD COLUMN extracted_tsv tsvector"
        f" GENERATED ALWAYS AS ({expression}) STORED"
    )
    op.create_index(
        "idx_documents_ocr_text",
        "documents",
        ["centre_id", "extracted_tsv"],
        postgresql_using="gin",
    )


def _jobs_may_name(condition: str) -> None:
    op.execute("ALTER TABLE jobs.procrastinate_jobs DROP CONSTRAINT ids_alone")
    op.get_bind().exec_driver_sql(
        f"ALTER TABLE jobs.procrastinate_jobs ADD CONSTRAINT ids_alone CHECK ({condition})"
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    _readings()
    _figures()
    for table in TABLES:
        _wall(table)
        rights = "SELECT, INSERT" if table in ADDED_TO else "SELECT, INSERT, UPDATE"
        op.execute(f"GRANT {rights} ON {table} TO {app}")
    listed = ", ".join(repr(word) for word in OCR_STATUSES)
    op.create_check_constraint(
        op.f("ck_documents_ocr_status"), "documents", f"ocr_status IN ({listed})"
    )
    op.create_index(
        "idx_documents_live",
        "documents",
        ["centre_id", "id"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("idx_documents_type", "documents", ["centre_id", "document_type", "id"])
    _search_by(BOTH_NAMES)
    for function, signature in ((DUE, "cma_due_readings(timestamptz)"), (FIND, FIND_SIGNATURE)):
        op.get_bind().exec_driver_sql(function.replace("%", "%%"))
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {app}")
    _narrow_the_log()
    _hush(*QUIET)
    _jobs_may_name(_ids_alone(NEW_ARGS, "centre_id", "appointment_id", "document_id", "timestamp"))


def _wall(table: str) -> None:
    condition = (
        f"{CENTRE} AND {AT_WORK} AND EXISTS (SELECT 1 FROM documents d"
        f" WHERE d.centre_id = {table}.centre_id AND d.id = {table}.document_id)"
    )
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY centre_isolation ON {table} USING ({condition}) WITH CHECK ({condition})"
    )
    op.execute(f"CREATE POLICY platform ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    if table in IN_THE_LOG:
        op.execute(
            f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
        )


def _told(sql: str) -> str:
    return str(op.get_bind().exec_driver_sql(sql).scalar_one())


def _log_is(condition: str) -> None:
    op.get_bind().exec_driver_sql(
        f"ALTER POLICY centre_isolation ON audit_logs USING ({condition}) WITH CHECK ({condition})"
    )


def _narrow_the_log() -> None:
    """Add our condition to the log's policy as it stands; a comment keeps that for the way back."""
    was = _told(
        "SELECT qual FROM pg_policies WHERE tablename = 'audit_logs'"
        " AND policyname = 'centre_isolation'"
    )
    kept = was.replace("'", "''")
    op.get_bind().exec_driver_sql(f"COMMENT ON INDEX idx_document_figures_document IS '{kept}'")
    _log_is(f"({was}) AND {TOLD}")


def _hush(was: str, becomes: str) -> None:
    """Change what the log's trigger calls secret, in the function as it stands."""
    function = _told("SELECT pg_get_functiondef('cma_audit()'::regprocedure)")
    if was not in function:
        raise RuntimeError("the log's trigger is not the one that this migration was made for")
    op.get_bind().exec_driver_sql(function.replace(was, becomes))


def downgrade() -> None:
    _hush(*reversed(QUIET))
    _log_is(_told("SELECT obj_description('idx_document_figures_document'::regclass, 'pg_class')"))
    op.execute("DELETE FROM jobs.procrastinate_jobs WHERE args ? 'document_id'")
    _jobs_may_name(_ids_alone(OLD_ARGS, "centre_id", "appointment_id", "timestamp"))
    op.execute(f"DROP FUNCTION {FIND_SIGNATURE}")
    op.execute("DROP FUNCTION cma_due_readings(timestamptz)")
    _search_by(TEXT_ALONE)
    op.drop_index("idx_documents_type", "documents")
    op.drop_index("idx_documents_live", "documents")
    op.drop_constraint(op.f("ck_documents_ocr_status"), "documents")
    for table in reversed(TABLES):
        op.drop_table(table)
