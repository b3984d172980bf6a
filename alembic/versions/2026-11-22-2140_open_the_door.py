"""Open the door: the owner's functions for signing in, before a centre is known.

The app's role cannot read another centre's users or sessions, so these few functions do, each for
one question. `cma_resume` also puts the transaction into the centre of the person it person.
"""

from alembic import context, op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public"

FIND = f"""
CREATE FUNCTION cma_find_sign_in(p_identifier text)
RETURNS TABLE (user_id bigint, centre_id bigint, password_hash text, may_sign_in boolean)
LANGUAGE sql STABLE {DEFINER} AS $$
  SELECT u.id, u.centre_id, u.password_hash::text,
    u.is_active AND u.deleted_at IS NULL AND c.status = 'active'
      AND (u.password_expires_at IS NULL OR u.password_expires_at > now())
  FROM public.users u JOIN public.centres c ON c.id = u.centre_id
  WHERE u.username = lower(p_identifier) OR u.email = lower(p_identifier)
  ORDER BY u.username = lower(p_identifier) DESC LIMIT 1
$$"""

EVENT = f"""
CREATE FUNCTION cma_record_security_event(
    p_kind text, p_subject text, p_address inet, p_agent text
) RETURNS void LANGUAGE sql {DEFINER} AS $$
  INSERT INTO public.security_events (kind, subject_hash, ip_address, user_agent)
  VALUES (p_kind, p_subject, p_address, left(p_agent, 400))
$$"""

FAILURES = f"""
CREATE FUNCTION cma_recent_failures(p_subject text, p_address inet, p_since timestamptz)
RETURNS TABLE (for_subject integer, for_address integer, latest timestamptz)
LANGUAGE sql STABLE {DEFINER} AS $$
  WITH good AS (
    SELECT max(occurred_at) AS at FROM public.security_events
    WHERE subject_hash = p_subject AND kind = 'sign_in' AND occurred_at > p_since),
  bad AS (
    SELECT occurred_at, subject_hash, ip_address FROM public.security_events
    WHERE kind = 'sign_in_failed' AND occurred_at > p_since
      AND (subject_hash = p_subject OR ip_address = p_address))
  SELECT
    (count(*) FILTER (WHERE subject_hash = p_subject
      AND occurred_at > coalesce((SELECT at FROM good), p_since)))::integer,
    (count(*) FILTER (WHERE ip_address = p_address))::integer,
    max(occurred_at) FILTER (WHERE subject_hash = p_subject
      AND occurred_at > coalesce((SELECT at FROM good), p_since))
  FROM bad
$$"""

OPEN = f"""
CREATE FUNCTION cma_open_sign_in(
    p_user bigint, p_token_hash text, p_expires timestamptz, p_address inet, p_agent text
) RETURNS bigint LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
  person public.users;
  made bigint;
BEGIN
  SELECT * INTO STRICT person FROM public.users WHERE id = p_user;
  PERFORM set_config('app.user_id', person.id::text, true),
    set_config('app.ip_address', coalesce(host(p_address), ''), true),
    set_config('app.user_agent', coalesce(p_agent, ''), true),
    set_config('app.act', 'signed_in', true);
  UPDATE public.users SET last_login = now() WHERE id = p_user;
  INSERT INTO public.sessions (centre_id, user_id, token_hash, expires_at, ip_address, user_agent)
  VALUES (person.centre_id, p_user, p_token_hash, p_expires, p_address, left(p_agent, 400))
  RETURNING id INTO made;
  RETURN made;
END $$"""

RESUME = f"""
CREATE FUNCTION cma_resume(
    p_token_hash text, p_idle interval, p_touch boolean, p_address text, p_agent text
) RETURNS TABLE (user_id bigint, centre_id bigint, role text, name text, centre_name text,
                 centre_code text, session_id bigint, must_change_password boolean)
LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
  person record;
BEGIN
  SELECT s.id AS session_id, s.last_seen_at, u.id AS user_id, u.centre_id, u.role,
    coalesce(nullif(concat_ws(' ', u.first_name, u.last_name), ''), u.username) AS name,
    c.name AS centre_name, c.code AS centre_code, u.must_change_password
  INTO person
  FROM public.sessions s
  JOIN public.users u ON u.centre_id = s.centre_id AND u.id = s.user_id
  JOIN public.centres c ON c.id = s.centre_id
  WHERE s.token_hash = p_token_hash AND s.revoked_at IS NULL AND s.expires_at > now()
    AND s.last_seen_at > now() - p_idle
    AND u.is_active AND u.deleted_at IS NULL AND c.status = 'active';
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF p_touch AND person.last_seen_at < now() - interval '20 seconds' THEN
    UPDATE public.sessions s SET last_seen_at = now() WHERE s.token_hash = p_token_hash;
  END IF;
  PERFORM set_config('app.centre_id', person.centre_id::text, true),
    set_config('app.user_id', person.user_id::text, true),
    set_config('app.role', person.role, true),
    set_config('app.session_id', person.session_id::text, true),
    set_config('app.ip_address', coalesce(p_address, ''), true),
    set_config('app.user_agent', coalesce(p_agent, ''), true);
  RETURN QUERY SELECT person.user_id, person.centre_id, person.role::text, person.name::text,
    person.centre_name::text, person.centre_code::text, person.session_id,
    person.must_change_password;
END $$"""

LEFT = f"""
CREATE FUNCTION cma_sign_in_left(p_token_hash text, p_idle interval)
RETURNS TABLE (idle_seconds integer, absolute_seconds integer)
LANGUAGE sql STABLE {DEFINER} AS $$
  SELECT extract(epoch FROM s.last_seen_at + p_idle - now())::integer,
    extract(epoch FROM s.expires_at - now())::integer
  FROM public.sessions s
  JOIN public.users u ON u.centre_id = s.centre_id AND u.id = s.user_id
  JOIN public.centres c ON c.id = s.centre_id
  WHERE s.token_hash = p_token_hash AND s.revoked_at IS NULL AND s.expires_at > now()
    AND s.last_seen_at > now() - p_idle
    AND u.is_active AND u.deleted_at IS NULL AND c.status = 'active'
$$"""

END = f"""
CREATE FUNCTION cma_end_sign_in(p_token_hash text)
RETURNS void LANGUAGE sql {DEFINER} AS $$
  UPDATE public.sessions SET revoked_at = now()
  WHERE token_hash = p_token_hash AND revoked_at IS NULL
$$"""

FUNCTIONS = {
    "cma_find_sign_in(text)": FIND,
    "cma_record_security_event(text, text, inet, text)": EVENT,
    "cma_recent_failures(text, inet, timestamptz)": FAILURES,
    "cma_open_sign_in(bigint, text, timestamptz, inet, text)": OPEN,
    "cma_resume(text, interval, boolean, text, text)": RESUME,
    "cma_sign_in_left(text, interval)": LEFT,
    "cma_end_sign_in(text)": END,
}


def upgrade() -> None:
    app = context.get_context().opts["app_role"]
    connection = op.get_bind()
    for signature, statement in FUNCTIONS.items():
        connection.exec_driver_sql(statement)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {app}")


def downgrade() -> None:
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
