"""Find documents within bounds: phrases by pairs of words, days by their index, own cases first.

A search by words asks first how common they are, and how often they came among the newest; then it
walks from the newest on as far as that should take, or asks the text index. Either way the positions
of words are looked at until the list is full, and no longer. Words side by side are looked up as
pairs, of which an index keeps a number each: two words that are each common and seldom stand
together are found without looking into every document that has both.

Lists go by the day of the document, so a month long past is where the walk begins. What is long
about a document (its text, its words) lies apart from the row, which makes a walk through the rows
short; documents that are there already are written anew once. A trainee's own cases and clients have
an index that names removed ones too, since what they see is asked of all.
"""

import sqlalchemy as sa

from alembic import context, op

revision = "0046"
down_revision = "0044"
branch_labels = None
depends_on = None

SIGNATURE = "cma_find_documents(text, text, bigint, text, date, date, integer, integer)"
NEWEST = ("created_at", "id")
LIVE = sa.text("deleted_at IS NULL")
BY_DAY = {
    "idx_documents_live": ("centre_id", *NEWEST),
    "idx_documents_type": ("centre_id", "document_type", *NEWEST),
    "idx_documents_status": ("centre_id", "ocr_status", *NEWEST),
}
WORDS = (
    "to_tsvector('english', translate(document_name, '_.-', '   ')"
    " || ' ' || coalesce(extracted_text, ''))"
)

# A pair is two words one or two places apart: a word of no meaning between them leaves a gap. Its
# number is one of 131,072, so that the index stays a fraction of the texts'; who shares a number is
# told apart by the positions.
PAIRS = """
CREATE FUNCTION cma_word_pairs(p_words tsvector) RETURNS integer[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog SET enable_nestloop = off
AS $$
  WITH placed AS MATERIALIZED (
    SELECT w.lexeme, p.place FROM unnest(p_words) w, unnest(w.positions) p(place)
  )
  SELECT coalesce(array_agg(DISTINCT hashtext(a.lexeme || ' ' || s.apart || ' ' || b.lexeme)
    & 131071), '{}')
  FROM placed a CROSS JOIN (VALUES (1), (2)) s(apart)
  JOIN placed b ON b.place = a.place + s.apart
$$"""
ASKED_PAIRS = r"""
CREATE FUNCTION cma_asked_pairs(p_query tsquery) RETURNS integer[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, public
AS $$
  -- one of several, or the lack of a phrase, is looked up by its words alone
  SELECT CASE WHEN p_query::text ~ '[|(]' THEN '{}' ELSE coalesce(array_agg(DISTINCT n), '{}') END
  FROM regexp_split_to_table(p_query::text, ' & ') part,
    LATERAL (
      SELECT string_agg(said || ':' || place, ' ') AS words FROM (
        SELECT CASE WHEN at % 2 = 1 THEN token END AS said,
          1 + sum(CASE WHEN at % 2 = 1 THEN 0 WHEN token = '<->' THEN 1
            ELSE trim(token, '<>')::integer END) OVER (ORDER BY at) AS place
        FROM regexp_split_to_table(part, ' ') WITH ORDINALITY t(token, at)
      ) tokens WHERE said IS NOT NULL
    ) phrase,
    unnest(public.cma_word_pairs(phrase.words::tsvector)) n
  WHERE part ~ ' <(-|\d+)> '
$$"""

FIND = r"""
CREATE OR REPLACE FUNCTION cma_find_documents(
    p_words text, p_type text, p_case bigint, p_status text, p_from date, p_to date,
    p_limit integer, p_skip integer
) RETURNS TABLE (document_id bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public
SET work_mem = '16MB' SET enable_indexscan = on SET enable_seqscan = on AS $$
DECLARE
  c_look constant float8 := 12;  -- microseconds to look into the words of one document
  c_name constant float8 := 3;  -- and to fetch one that the text index names
  v_centre bigint := nullif(current_setting('app.centre_id', true), '')::bigint;
  v_role text := coalesce(current_setting('app.role', true), '');
  v_me bigint := nullif(current_setting('app.user_id', true), '')::bigint;
  v_hidden bigint[] := coalesce(public.cma_hidden_cases(), '{}');
  v_own bigint[] := '{}';
  v_query tsquery := websearch_to_tsquery('english', coalesce(p_words, ''));
  v_has_words boolean := numnode(v_query) > 0;
  v_skip integer := greatest(p_skip, 0);
  v_most integer := least(greatest(p_limit, 0), 1001) + greatest(p_skip, 0);
  v_here text;
  v_where text := '';
  v_fits text := 'true';
  v_asked text;
  v_pairs integer[];
  v_plan json;
  v_counts float8[] := '{}';  -- documents of the centre, within the boxes, with the words
  v_ids bigint[] := '{}';
  v_seen integer := 0;
  v_far integer;  -- documents that a walk looks at
  v_walk float8;  -- microseconds that the rest of a walk should take
  v_index float8;  -- and asking the text index
  v_row record;
BEGIN
  IF v_centre IS NULL OR v_role NOT IN ('manager', 'advisor', 'trainee', 'system') THEN
    RETURN;
  END IF;
  IF coalesce(p_words, '') <> '' AND NOT v_has_words THEN
    RETURN;  -- words of no meaning find nothing, rather than everything
  END IF;
  v_here := format(' FROM public.documents d WHERE d.centre_id = %s::bigint'
    ' AND d.deleted_at IS NULL', v_centre);
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
  -- what the policy of documents says, said again
  IF cardinality(v_hidden) > 0 THEN
    v_where := v_where || ' AND (d.case_id IS NULL OR NOT d.case_id = ANY ($1))';
  END IF;
  IF v_role = 'trainee' THEN
    v_own := coalesce(public.cma_own_cases(), '{}');
    v_where := v_where || ' AND d.case_id = ANY ($2)';
  END IF;
  IF v_role <> 'system' THEN
    v_where := v_where || ' AND (d.access_level <> ''named_people'' OR $3 = ANY (d.named_people))';
  END IF;

  IF v_has_words THEN
    v_fits := format('d.extracted_tsv @@ %L::tsquery', v_query);
    FOREACH v_asked IN ARRAY ARRAY['', v_where, ' AND ' || v_fits] LOOP
      EXECUTE 'EXPLAIN (FORMAT JSON) SELECT d.id' || v_here || v_asked
        INTO v_plan USING v_hidden, v_own, v_me;
      v_counts := v_counts || greatest(1, (v_plan -> 0 -> 'Plan' ->> 'Plan Rows')::float8);
    END LOOP;
    v_index := v_counts[3] * c_name;
    v_walk := least(v_most * v_counts[1] / v_counts[3], v_counts[2]) * c_look;
  END IF;
  v_far := CASE WHEN v_has_words THEN greatest(3 * v_walk / c_look, 500) ELSE v_most END;

  -- From the newest on, for as long as that should take less than asking the text index.
  IF NOT v_has_words OR v_walk <= v_index THEN
    FOR v_row IN EXECUTE 'SELECT d.id, ' || v_fits || ' AS fits FROM (SELECT d.id,'
      ' d.extracted_tsv' || v_here || v_where || ' ORDER BY d.created_at DESC, d.id DESC'
      || format(' LIMIT %s) d', v_far)
      USING v_hidden, v_own, v_me
    LOOP
      v_seen := v_seen + 1;
      IF v_row.fits THEN
        v_ids := v_ids || v_row.id;
        EXIT WHEN cardinality(v_ids) >= v_most;
      END IF;
      IF v_has_words AND v_seen % 100 = 0 THEN
        v_walk := least((v_most - cardinality(v_ids)) * v_seen / (cardinality(v_ids) + 1.0),
          v_counts[2] - v_seen) * c_look;
        IF v_walk > v_index THEN
          v_seen := v_far;  -- it is left: there are more to look at
          EXIT;
        END IF;
      END IF;
    END LOOP;
    IF NOT v_has_words OR cardinality(v_ids) >= v_most OR v_seen < v_far THEN
      RETURN QUERY SELECT f.id FROM unnest(v_ids) WITH ORDINALITY f(id, at)
        ORDER BY f.at OFFSET v_skip;
      RETURN;
    END IF;
  END IF;

  -- By the text index: those with all the words, the newest first, until the list is full.
  PERFORM set_config('enable_indexscan', 'off', true), set_config('enable_seqscan', 'off', true);
  v_pairs := public.cma_asked_pairs(v_query);
  v_asked := format(' AND d.extracted_tsv @@ %L::tsquery',
    regexp_replace(v_query::text, ' <(-|\d+)> ', ' & ', 'g'));
  IF cardinality(v_pairs) > 0 THEN
    v_asked := v_asked || format(' AND public.cma_word_pairs(d.extracted_tsv) @> %L::integer[]',
      v_pairs);
  END IF;
  RETURN QUERY EXECUTE 'SELECT d.id FROM (SELECT d.id, d.created_at, d.extracted_tsv FROM ('
    'SELECT d.id, d.document_type, d.case_id, d.ocr_status, d.created_at, d.access_level,'
    ' d.named_people, d.extracted_tsv' || v_here || v_asked || ' OFFSET 0) d WHERE true'
    || v_where || ' ORDER BY d.created_at DESC, d.id DESC OFFSET 0) d'
    || CASE WHEN v_query::text ~ ' <(-|\d+)> ' THEN ' WHERE ' || v_fits ELSE '' END
    || format(' ORDER BY d.created_at DESC, d.id DESC LIMIT %s OFFSET %s', v_most - v_skip, v_skip)
    USING v_hidden, v_own, v_me;
END
$$"""


def _run(sql: str) -> None:
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def _by_day(indexes: dict[str, tuple[str, ...]]) -> None:
    for name, columns in indexes.items():
        op.create_index(name, "documents", list(columns), postgresql_where=LIVE)


def upgrade() -> None:
    """Keep what was there as the function's comment, for the way back."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    was = (
        op.get_bind()
        .exec_driver_sql(f"SELECT pg_get_functiondef('{SIGNATURE}'::regprocedure)")
        .scalar_one()
    )
    for name in ("idx_documents_live", "idx_documents_type", "idx_documents_ocr_text"):
        op.drop_index(name, "documents")
    op.execute("ALTER TABLE documents SET (toast_tuple_target = 256)")
    op.execute("ALTER TABLE documents ALTER COLUMN extracted_tsv SET STORAGE EXTERNAL")
    _run(f"ALTER TABLE documents ALTER COLUMN extracted_tsv SET EXPRESSION AS ({WORDS})")
    for function in (PAIRS, ASKED_PAIRS, FIND):
        _run(function)
    _run(f"COMMENT ON FUNCTION {SIGNATURE} IS '{str(was).replace(chr(39), chr(39) * 2)}'")
    op.execute("REVOKE ALL ON FUNCTION cma_asked_pairs(tsquery) FROM PUBLIC")
    op.execute("REVOKE ALL ON FUNCTION cma_word_pairs(tsvector) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION cma_word_pairs(tsvector) TO {app}")
    _by_day(BY_DAY)
    op.create_index("idx_cases_holder", "cases", ["centre_id", "advisor_id", "id"])
    op.drop_index("idx_clients_created_by", "clients")
    op.create_index("idx_clients_created_by", "clients", ["centre_id", "created_by", "id"])
    op.create_index(
        "idx_documents_ocr_text",
        "documents",
        ["centre_id", "extracted_tsv"],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index(
        "idx_documents_pairs",
        "documents",
        ["centre_id", sa.text("cma_word_pairs(extracted_tsv)")],
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.execute("ALTER INDEX idx_documents_pairs ALTER COLUMN 2 SET STATISTICS 0")


def downgrade() -> None:
    was = (
        op.get_bind()
        .exec_driver_sql(f"SELECT obj_description('{SIGNATURE}'::regprocedure, 'pg_proc')")
        .scalar_one()
    )
    for name in ("idx_documents_pairs", "idx_documents_ocr_text", *BY_DAY):
        op.drop_index(name, "documents")
    op.drop_index("idx_cases_holder", "cases")
    op.drop_index("idx_clients_created_by", "clients")
    op.create_index(
        "idx_clients_created_by", "clients", ["centre_id", "created_by"], postgresql_where=LIVE
    )
    op.execute("ALTER TABLE documents RESET (toast_tuple_target)")
    op.execute("ALTER TABLE documents ALTER COLUMN extracted_tsv SET STORAGE EXTENDED")
    _run(str(was))
    op.execute(f"COMMENT ON FUNCTION {SIGNATURE} IS NULL")
    op.execute("DROP FUNCTION cma_asked_pairs(tsquery)")
    op.execute("DROP FUNCTION cma_word_pairs(tsvector)")
    op.create_index("idx_documents_live", "documents", ["centre_id", "id"], postgresql_where=LIVE)
    op.create_index("idx_documents_type", "documents", ["centre_id", "document_type", "id"])
    op.create_index(
        "idx_documents_ocr_text",
        "documents",
        ["centre_id", "extracted_tsv"],
        postgresql_using="gin",
    )
