"""Find documents sooner by several words.

How often several words stand together, and side by side above all, is a guess of the planner's: a
search that counted on a common phrase walked through every document of the centre. It looks now at
the newest few thousand, and where they do not fill the list it goes by the text index.
"""

from alembic import op

revision = "0040"
down_revision = "0033"
branch_labels = None
depends_on = None

FIND = "cma_find_documents(text, text, bigint, text, date, date, integer, integer)"
WALK = "  RETURN QUERY EXECUTE 'SELECT d.id FROM (SELECT x.id,"
NEWEST_FIRST = """  IF numnode(v_query) > 1 AND right(v_from, 8) <> 'OFFSET 0' THEN
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
    v_from := v_from || ' OFFSET 0';
  END IF;
"""
DECLARED = "  v_all float8;\n"
MORE = (
    "  v_newest bigint[];\n"
    "  v_most int := least(greatest(p_limit, 0), 1001) + greatest(p_skip, 0);\n"
)


def upgrade() -> None:
    """Put the newest first before the text index, in the function as it stands."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    _find_is((DECLARED, DECLARED + MORE), (WALK, NEWEST_FIRST + WALK))


def downgrade() -> None:
    """Take it out again."""
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
