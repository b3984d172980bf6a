"""Find documents sooner by several words, and keep what hangs on them within one case.

How often several words stand together, and side by side above all, is a guess of the planner's: a
search that counted on a common phrase walked through every document of the centre. It looks now at
the newest few thousand, and where they do not fill the list it goes by the text index. A trainee's own
few cases are looked up by their index, rather than passed on a walk through everybody's.

A reference that carries the centre could still name a row of another case of it: what a figure was
taken over into, what a document shows, what was asked for. A trigger holds each to its own case; a
key over the case as well would need one more index on each of the large tables it points to.
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

FIND = "cma_find_documents(text, text, bigint, text, date, date, integer, integer)"
WALK = "  RETURN QUERY EXECUTE 'SELECT d.id FROM (SELECT x.id,"
NEWEST_FIRST = """  IF v_role = 'trainee' AND cardinality(v_own) <= 200 AND right(v_from, 8) <> 'OFFSET 0' THEN
    RETURN QUERY EXECUTE 'SELECT n.id FROM (SELECT d.id, d.extracted_tsv FROM public.documents d'
      || format(' WHERE d.centre_id = %s::bigint AND d.deleted_at IS NULL', v_centre) || v_where
      || ' ORDER BY d.id DESC OFFSET 0) n'  -- by their cases, and looked at from the newest on
      || CASE WHEN v_has_words THEN format(' WHERE n.extracted_tsv @@ %L::tsquery', v_query)
        ELSE '' END
      || format(' ORDER BY n.id DESC LIMIT %s OFFSET %s',
        least(greatest(p_limit, 0), 1001), greatest(p_skip, 0))
      USING v_hidden, v_own, v_me;
    RETURN;
  END IF;
  IF numnode(v_query) > 1 AND v_hits >= v_all * 0.07 THEN  -- enough to fill the list, if so
    EXECUTE 'SELECT coalesce(array_agg(f.id), ''{}'') FROM (SELECT n.id FROM'
      ' (SELECT d.id, d.extracted_tsv FROM public.documents d' || format(
        ' WHERE d.centre_id = %s::bigint AND d.deleted_at IS NULL', v_centre) || v_where
      || ' ORDER BY d.id DESC LIMIT 3000) n'
      || format(' WHERE n.extracted_tsv @@ %L::tsquery ORDER BY n.id DESC LIMIT %s) f',
        v_query, v_most)
      INTO v_newest USING v_hidden, v_own, v_me;
    IF cardinality(v_newest) = v_most THEN
      RETURN QUERY SELECT f FROM unnest(v_newest) f ORDER BY f DESC OFFSET greatest(p_skip, 0);
      RETURN;
    END IF;
    v_from := regexp_replace(v_from, ' OFFSET 0$', '') || ' OFFSET 0';
  END IF;
"""
DECLARED = "  v_all float8;\n"
MORE = (
    "  v_newest bigint[];\n"
    "  v_most int := least(greatest(p_limit, 0), 1001) + greatest(p_skip, 0);\n"
)
ONE_CASE = """
CREATE FUNCTION cma_one_case() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  v_row jsonb := to_jsonb(NEW);
  v_case bigint := (v_row ->> 'case_id')::bigint;
  v_other bigint;
  v_of bigint;
BEGIN
  IF TG_TABLE_NAME = 'document_figures' THEN  -- it is of its document's case
    SELECT d.case_id INTO v_case FROM public.documents d
      WHERE d.centre_id = NEW.centre_id AND d.id = NEW.document_id;
  END IF;
  FOR n IN 0 .. TG_NARGS / 2 - 1 LOOP
    v_other := (v_row ->> TG_ARGV[2 * n])::bigint;
    CONTINUE WHEN v_other IS NULL;
    EXECUTE format('SELECT p.case_id FROM public.%I p WHERE p.centre_id = $1 AND p.id = $2',
      TG_ARGV[2 * n + 1]) INTO v_of USING NEW.centre_id, v_other;
    IF v_of IS DISTINCT FROM v_case THEN
      RAISE EXCEPTION '% is of another case', TG_ARGV[2 * n]
        USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME;
    END IF;
  END LOOP;
  RETURN NULL;
END
$$"""
OF_ONE_CASE = {
    "document_figures": {"debt_id": "debts"},
    "document_requests": {"document_id": "documents"},
    "document_uses": {
        "document_id": "documents",
        "debt_id": "debts",
        "budget_sheet_id": "budget_sheets",
    },
    "case_compliance": {"evidence_document_id": "documents"},
}


def upgrade() -> None:
    """Put the newest first before the text index, in the function as it stands; hold each case."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.get_bind().exec_driver_sql(ONE_CASE.replace("%", "%%"))
    op.execute("REVOKE ALL ON FUNCTION cma_one_case() FROM PUBLIC")
    for table, columns in OF_ONE_CASE.items():
        asked = ", ".join(f"'{column}', '{parent}'" for column, parent in columns.items())
        of = ", ".join(columns)
        op.execute(
            f"CREATE TRIGGER one_case AFTER INSERT OR UPDATE OF {of} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION cma_one_case({asked})"
        )
    _find_is((DECLARED, DECLARED + MORE), (WALK, NEWEST_FIRST + WALK))


def downgrade() -> None:
    """Take both out again."""
    for table in OF_ONE_CASE:
        op.execute(f"DROP TRIGGER one_case ON {table}")
    op.execute("DROP FUNCTION cma_one_case()")
    _find_is((DECLARED + MORE, DECLARED), (NEWEST_FIRST + WALK, WALK))


def _find_is(*changes: tuple[str, str]) -> None:
    connection = op.get_bind()
    function = str(
        connection.exec_driver_sql(
            f"SELECT pg_get_functiondef('{FIND}'::regprocedure)"
        ).scalar_one()
    )
    for was, becomes in changes:
        if function.count(was) != 1:
            raise RuntimeError("the search is not the one that this migration was made for")
        function = function.replace(was, becomes)
    connection.exec_driver_sql(function.replace("%", "%%"))
