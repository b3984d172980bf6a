"""Tell every board, and any page that asks: one answer for all whose sight is the same.

`cma_watching` says of many open boards at once whose sign-in lives and what each person's sight is,
so that a change is asked of the database once for all who see the same. A board hears of the second
person of a case as it does of the first, of who works in the centre and of who waits. `cma_tell_topic` tells the
pages that list something: that it changed, and nothing of it.
"""

from alembic import context, op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public"

# What is hidden is asked of the very function that the policies ask, in each person's name.
WATCHING = f"""
CREATE FUNCTION cma_watching(p_centre bigint, p_hashes text[], p_idle interval)
RETURNS TABLE (token_hash text, user_id bigint, role text, must_change_password boolean,
               seconds_left double precision, sight text)
LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
  person record;
  hidden text;
BEGIN
  PERFORM set_config('app.centre_id', p_centre::text, true);
  FOR person IN
    SELECT u.id, u.role, u.must_change_password AS must_change,
      array_agg(s.token_hash::text) AS hashes,
      array_agg(extract(epoch FROM least(s.last_seen_at + p_idle, s.expires_at) - now())
        ::double precision) AS lefts
    FROM public.sessions s
    JOIN public.users u ON u.centre_id = s.centre_id AND u.id = s.user_id
    JOIN public.centres c ON c.id = s.centre_id
    WHERE s.centre_id = p_centre AND s.token_hash = ANY (p_hashes)
      AND s.revoked_at IS NULL AND s.expires_at > now() AND s.last_seen_at > now() - p_idle
      AND u.is_active AND u.deleted_at IS NULL AND c.status = 'active'
    GROUP BY u.id, u.role, u.must_change_password
  LOOP
    PERFORM set_config('app.user_id', person.id::text, true),
      set_config('app.role', person.role, true);
    SELECT encode(sha256(convert_to(coalesce(string_agg(h.id::text, ',' ORDER BY h.id), ''),
        'UTF8')), 'hex')
      INTO hidden FROM unnest(public.cma_hidden_clients()) h (id);
    RETURN QUERY SELECT one.token_hash, person.id, person.role::text, person.must_change,
      one.seconds_left, hidden
    FROM unnest(person.hashes, person.lefts) one (token_hash, seconds_left);
  END LOOP;
  PERFORM set_config('app.centre_id', '', true), set_config('app.user_id', '', true),
    set_config('app.role', '', true);
END $$"""
WATCHING_SIGNATURE = "cma_watching(bigint, text[], interval)"

TELL_TOPIC = """
CREATE FUNCTION cma_tell_topic() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  row_told jsonb;
BEGIN
  FOREACH row_told IN ARRAY CASE TG_OP
    WHEN 'INSERT' THEN ARRAY[to_jsonb(NEW)]
    WHEN 'DELETE' THEN ARRAY[to_jsonb(OLD)]
    ELSE ARRAY[to_jsonb(OLD), to_jsonb(NEW)] END
  LOOP
    IF TG_NARGS = 1 THEN
      PERFORM pg_notify('cma_topic', (row_told ->> 'centre_id') || '/' || TG_ARGV[0]);
    ELSIF row_told ->> TG_ARGV[1] IS NOT NULL THEN
      PERFORM pg_notify('cma_topic', (row_told ->> 'centre_id') || '/' || TG_ARGV[0]
        || '/' || (row_told ->> TG_ARGV[1]));
    END IF;
  END LOOP;
  RETURN NULL;
END $$"""

TELL_OF_CENTRE = """
CREATE FUNCTION cma_tell_boards_of_centre() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM pg_notify('cma_case', NEW.centre_id || '/0');
  RETURN NULL;
END $$"""

OF_CLIENT = """
CREATE OR REPLACE FUNCTION cma_tell_boards_of_client() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  row_now jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
BEGIN
  PERFORM pg_notify('cma_case', k.centre_id || '/' || k.id) FROM public.cases k
  WHERE k.centre_id = (row_now ->> 'centre_id')::bigint
    AND k.client_id = CASE WHEN TG_TABLE_NAME = 'clients' THEN (row_now ->> 'id')::bigint
                           ELSE (row_now ->> 'client_id')::bigint END;%s
  RETURN NULL;
END $$"""
AND_OF_SECOND = """
  PERFORM pg_notify('cma_case', p.centre_id || '/' || p.case_id) FROM public.case_people p
  WHERE p.centre_id = (row_now ->> 'centre_id')::bigint
    AND p.client_id = CASE WHEN TG_TABLE_NAME = 'clients' THEN (row_now ->> 'id')::bigint
                           ELSE (row_now ->> 'client_id')::bigint END;"""

TRIGGERS = (
    ("tell_boards", "case_people", "INSERT OR UPDATE", "cma_tell_boards()"),
    ("tell_boards", "creditors", "UPDATE", "cma_tell_boards()"),
    (
        "tell_boards",
        "users",
        "INSERT OR UPDATE OF first_name, last_name, role, is_active, deleted_at",
        "cma_tell_boards_of_centre()",
    ),
    *(
        ("tell_boards", table, "INSERT OR UPDATE", "cma_tell_boards_of_centre()")
        for table in ("referrals", "staff_leave", "working_weeks", "covers", "sign_offs")
    ),
    ("tell_topic", "referrals", "INSERT OR UPDATE", "cma_tell_topic('referrals')"),
    ("tell_topic", "sign_offs", "INSERT OR UPDATE", "cma_tell_topic('sign_offs')"),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    run = op.get_bind().exec_driver_sql
    for statement in (WATCHING, TELL_TOPIC, TELL_OF_CENTRE, OF_CLIENT % AND_OF_SECOND):
        run(statement)
    op.execute(f"REVOKE ALL ON FUNCTION {WATCHING_SIGNATURE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {WATCHING_SIGNATURE} TO {app}")
    for name, table, events, function in TRIGGERS:
        op.execute(
            f"CREATE TRIGGER {name} AFTER {events} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {function}"
        )


def downgrade() -> None:
    for name, table, *_ in TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    op.get_bind().exec_driver_sql(OF_CLIENT % "")
    op.execute("DROP FUNCTION cma_tell_boards_of_centre()")
    op.execute("DROP FUNCTION cma_tell_topic()")
    op.execute(f"DROP FUNCTION {WATCHING_SIGNATURE}")
