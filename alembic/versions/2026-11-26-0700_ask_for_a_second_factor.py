"""Ask for a second factor: authenticator apps, passkeys, recovery codes, and a sign-in that waits.

A person reads their own factors alone; who runs people learns how many there are and may take
them all away, through the owner's functions. While a sign-in waits for its second factor
`cma_resume` does not know it, so that no page and no event can use it; the row security of the
one function that does know it (`cma_resume_waiting`) shows no casework.
"""

import sqlalchemy as sa

from alembic import context, op

revision = "0035"
down_revision = "0033"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ME = "(SELECT nullif(current_setting('app.user_id', true), '')::bigint)"
OWN = f"{CENTRE} AND user_id = {ME}"
DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public"

HAS = """EXISTS (SELECT 1 FROM public.second_factors f
      WHERE f.centre_id = u.centre_id AND f.user_id = u.id
        AND f.confirmed_at IS NOT NULL AND f.deleted_at IS NULL)"""
REQUIRED = "coalesce(c.settings -> 'second_factor_roles', '[]') ? u.role::text"

LIVING = (
    "s.revoked_at IS NULL AND s.expires_at > now()",
    "s.revoked_at IS NULL AND s.waits_until IS NULL AND s.expires_at > now()",
)
OF_RESUME = (
    LIVING,
    (
        "must_change_password boolean)",
        "must_change_password boolean, has_factor boolean, factor_required boolean)",
    ),
    (
        "u.must_change_password\n  INTO person",
        (
            f"u.must_change_password,\n    {HAS} AS has_factor,\n"
            f"    {REQUIRED} AS factor_required\n  INTO person"
        ),
    ),
    (
        "    person.must_change_password;",
        "    person.must_change_password, person.has_factor, person.factor_required;",
    ),
)
OF_WATCHING = (
    LIVING,
    (
        "u.must_change_password AS must_change,",
        f"(u.must_change_password OR ({REQUIRED} AND NOT {HAS})) AS must_change,",
    ),
    (
        "GROUP BY u.id, u.role, u.must_change_password",
        "GROUP BY u.id, u.centre_id, u.role, u.must_change_password, c.settings",
    ),
)
WATCHING = "cma_watching(bigint, text[], interval)"
RESUME = "cma_resume(text, interval, boolean, text, text)"
LEFT = "cma_sign_in_left(text, interval)"

OPENED_BEFORE = f"""
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
BEFORE = "cma_open_sign_in(bigint, text, timestamptz, inet, text)"

FUNCTIONS = {
    # A passkey proves who one is by itself; anything else waits where the person has a factor.
    "cma_open_sign_in(bigint, text, timestamptz, timestamptz, inet, text, text)": f"""
CREATE FUNCTION cma_open_sign_in(
    p_user bigint, p_token_hash text, p_expires timestamptz, p_waits timestamptz,
    p_address inet, p_agent text, p_method text
) RETURNS boolean LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
  person record;
  waits boolean;
BEGIN
  SELECT u.id, u.centre_id, {HAS} AS has_factor INTO STRICT person
  FROM public.users u WHERE u.id = p_user;
  waits := person.has_factor AND p_method <> 'passkey';
  PERFORM set_config('app.user_id', person.id::text, true),
    set_config('app.ip_address', coalesce(host(p_address), ''), true),
    set_config('app.user_agent', coalesce(p_agent, ''), true),
    set_config('app.act', CASE WHEN waits THEN 'sign_in_begun' ELSE 'signed_in' END, true);
  IF NOT waits THEN
    UPDATE public.users SET last_login = now() WHERE id = p_user;
  END IF;
  INSERT INTO public.sessions (centre_id, user_id, token_hash, expires_at, ip_address, user_agent,
    method, waits_until, second_method, proved_at)
  VALUES (person.centre_id, p_user, p_token_hash, p_expires, p_address, left(p_agent, 400),
    p_method, CASE WHEN waits THEN p_waits END,
    CASE WHEN p_method = 'passkey' THEN 'passkey' END,
    CASE WHEN p_method = 'passkey' THEN now() END);
  RETURN waits;
END $$""",
    "cma_resume_waiting(text, text, text)": f"""
CREATE FUNCTION cma_resume_waiting(p_token_hash text, p_address text, p_agent text)
RETURNS TABLE (user_id bigint, centre_id bigint, role text, name text, centre_name text,
               centre_code text, session_id bigint, must_change_password boolean,
               has_factor boolean, factor_required boolean)
LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
  person record;
BEGIN
  SELECT s.id AS session_id, u.id AS user_id, u.centre_id, u.role,
    coalesce(nullif(concat_ws(' ', u.first_name, u.last_name), ''), u.username) AS name,
    c.name AS centre_name, c.code AS centre_code, u.must_change_password,
    {HAS} AS has_factor
  INTO person
  FROM public.sessions s
  JOIN public.users u ON u.centre_id = s.centre_id AND u.id = s.user_id
  JOIN public.centres c ON c.id = s.centre_id
  WHERE s.token_hash = p_token_hash AND s.revoked_at IS NULL AND s.waits_until > now()
    AND u.is_active AND u.deleted_at IS NULL AND c.status = 'active';
  IF NOT FOUND THEN
    RETURN;
  END IF;
  -- no role of the centre's: row security shows their own factors and no casework
  PERFORM set_config('app.centre_id', person.centre_id::text, true),
    set_config('app.user_id', person.user_id::text, true),
    set_config('app.role', 'waiting', true),
    set_config('app.session_id', person.session_id::text, true),
    set_config('app.ip_address', coalesce(p_address, ''), true),
    set_config('app.user_agent', coalesce(p_agent, ''), true);
  RETURN QUERY SELECT person.user_id, person.centre_id, person.role::text, person.name::text,
    person.centre_name::text, person.centre_code::text, person.session_id,
    person.must_change_password, person.has_factor, false;
END $$""",
    "cma_finish_sign_in(text, text, timestamptz, text)": f"""
CREATE FUNCTION cma_finish_sign_in(
    p_waiting_hash text, p_token_hash text, p_expires timestamptz, p_second text
) RETURNS boolean LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
  was public.sessions;
BEGIN
  PERFORM set_config('app.act', 'signed_in', true);
  UPDATE public.sessions SET revoked_at = now()
  WHERE token_hash = p_waiting_hash AND revoked_at IS NULL AND waits_until > now()
  RETURNING * INTO was;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE public.users SET last_login = now() WHERE id = was.user_id;
  INSERT INTO public.sessions (centre_id, user_id, token_hash, expires_at, ip_address, user_agent,
    method, second_method, proved_at)
  VALUES (was.centre_id, was.user_id, p_token_hash, p_expires, was.ip_address, was.user_agent,
    was.method, p_second, now());
  RETURN true;
END $$""",
    "cma_find_passkey(text)": f"""
CREATE FUNCTION cma_find_passkey(p_credential text)
RETURNS TABLE (user_id bigint, centre_id bigint, role text, factor_id bigint,
               may_sign_in boolean)
LANGUAGE sql STABLE {DEFINER} AS $$
  SELECT u.id, u.centre_id, u.role::text, f.id, u.is_active AND u.deleted_at IS NULL AND c.status = 'active'
  FROM public.second_factors f
  JOIN public.users u ON u.centre_id = f.centre_id AND u.id = f.user_id
  JOIN public.centres c ON c.id = f.centre_id
  WHERE f.credential_id = p_credential AND f.confirmed_at IS NOT NULL AND f.deleted_at IS NULL
$$""",
    "cma_people_with_factors()": f"""
CREATE FUNCTION cma_people_with_factors()
RETURNS TABLE (user_id bigint, apps integer, passkeys integer)
LANGUAGE sql STABLE {DEFINER} AS $$
  SELECT f.user_id, (count(*) FILTER (WHERE f.kind = 'app'))::integer,
    (count(*) FILTER (WHERE f.kind = 'passkey'))::integer
  FROM public.second_factors f
  WHERE f.centre_id = nullif(current_setting('app.centre_id', true), '')::bigint
    AND current_setting('app.role', true) IN ('admin', 'manager', 'system')
    AND f.confirmed_at IS NOT NULL AND f.deleted_at IS NULL
  GROUP BY f.user_id
$$""",
    "cma_reset_factors(bigint)": f"""
CREATE FUNCTION cma_reset_factors(p_user bigint) RETURNS integer
LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
  acting text := coalesce(current_setting('app.role', true), '');
  gone integer;
BEGIN
  IF acting NOT IN ('admin', 'manager', 'system')
     OR p_user = nullif(current_setting('app.user_id', true), '')::bigint
     OR NOT EXISTS (SELECT 1 FROM public.users u WHERE u.id = p_user
       AND u.centre_id = nullif(current_setting('app.centre_id', true), '')::bigint
       AND (acting <> 'manager' OR u.role <> 'admin'))
  THEN
    RAISE EXCEPTION 'only who runs people resets the second factor of another'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  UPDATE public.recovery_codes SET deleted_at = now()
  WHERE centre_id = nullif(current_setting('app.centre_id', true), '')::bigint
    AND user_id = p_user AND deleted_at IS NULL;
  UPDATE public.second_factors
  SET deleted_at = now(), sealed_secret = NULL, credential_id = NULL, public_key = NULL
  WHERE centre_id = nullif(current_setting('app.centre_id', true), '')::bigint
    AND user_id = p_user AND deleted_at IS NULL;
  GET DIAGNOSTICS gone = ROW_COUNT;
  INSERT INTO public.notifications (centre_id, user_id, kind, created_by)
  SELECT u.centre_id, u.id, 'factors_reset',
    nullif(current_setting('app.user_id', true), '')::bigint
  FROM public.users u WHERE u.id = p_user AND u.role <> 'admin' AND gone > 0
  ON CONFLICT DO NOTHING;
  RETURN gone;
END $$""",
}

QUIET = (
    ("'token_hash'", "'token_hash', 'sealed_secret', 'code_hash', 'credential_id', 'public_key'"),
    ("'last_seen_at'", "'last_seen_at', 'last_step', 'sign_count', 'challenge', 'challenge_until'"),
)
METHODS = "('password', 'sso', 'passkey')"
SECONDS = "('app', 'passkey', 'recovery')"


def _moment(name: str) -> sa.Column:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )


def _then(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def _owned(table: str) -> list[sa.Column | sa.Constraint]:
    """Return what both tables begin and end with: whose a row is."""
    return [
        _moment("created_at"),
        _moment("updated_at"),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        _then("deleted_at"),
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["centre_id", "user_id"],
            ["users.centre_id", "users.id"],
            name=op.f(f"fk_{table}_centre_id_user_id"),
        ),
        *[
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
            for column, target in (
                ("centre_id", "centres.id"),
                ("created_by", "users.id"),
                ("updated_by", "users.id"),
            )
        ],
    ]


def _wall(table: str, app: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY centre_isolation ON {table} USING ({OWN}) WITH CHECK ({OWN})")
    op.execute(f"CREATE POLICY platform ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {app}")
    op.execute(
        f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
    )


def _tables(app: str) -> None:
    op.create_table(
        "second_factors",
        *_owned("second_factors"),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("sealed_secret", sa.String(300), nullable=True),
        sa.Column("last_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("credential_id", sa.String(1400), nullable=True),
        sa.Column("public_key", sa.String(3000), nullable=True),
        sa.Column("sign_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("transports", sa.String(100), nullable=True),
        _then("confirmed_at"),
        _then("last_used_at"),
        sa.CheckConstraint("kind IN ('app', 'passkey')", name=op.f("ck_second_factors_kind")),
        sa.CheckConstraint(
            "deleted_at IS NOT NULL OR (kind = 'app' AND sealed_secret IS NOT NULL)"
            " OR (kind = 'passkey' AND credential_id IS NOT NULL AND public_key IS NOT NULL)",
            name=op.f("ck_second_factors_can_be_proved"),
        ),
    )
    op.create_index("idx_second_factors_user", "second_factors", ["centre_id", "user_id"])
    op.create_index(
        "uq_second_factors_credential",
        "second_factors",
        ["credential_id"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "recovery_codes",
        *_owned("recovery_codes"),
        sa.Column("code_hash", sa.String(64), nullable=False),
        _then("used_at"),
    )
    op.create_index(
        "uq_recovery_codes_code",
        "recovery_codes",
        ["centre_id", "user_id", "code_hash"],
        unique=True,
    )
    for table in ("second_factors", "recovery_codes"):
        _wall(table, app)


def _told(signature: str) -> str:
    return str(
        op.get_bind()
        .exec_driver_sql(f"SELECT pg_get_functiondef('{signature}'::regprocedure)")
        .scalar_one()
    )


def _rewrite(signature: str, changes: tuple[tuple[str, str], ...], app: str | None = None) -> None:
    """Change a function as it stands; with `app` it is made anew, since it returns more."""
    function = _told(signature)
    for was, becomes in changes:
        if was not in function:
            raise RuntimeError(f"{signature} is not the one that this migration was made for")
        function = function.replace(was, becomes)
    if app is not None:
        op.execute(f"DROP FUNCTION {signature}")
    op.get_bind().exec_driver_sql(function)
    if app is not None:
        _let(signature, app)


def _let(signature: str, app: str) -> None:
    op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {app}")


def _back(changes: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((becomes, was) for was, becomes in changes)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    _rewrite("cma_audit()", QUIET)
    _tables(app)
    op.add_column(
        "sessions", sa.Column("method", sa.String(20), server_default="password", nullable=False)
    )
    for name, kind in (
        ("second_method", sa.String(20)),
        ("proved_at", sa.DateTime(timezone=True)),
        ("waits_until", sa.DateTime(timezone=True)),
        ("challenge", sa.String(100)),
        ("challenge_until", sa.DateTime(timezone=True)),
    ):
        op.add_column("sessions", sa.Column(name, kind, nullable=True))
    for name, condition in (
        ("method", f"method IN {METHODS}"),
        ("second_method", f"second_method IN {SECONDS}"),
    ):
        op.create_check_constraint(op.f(f"ck_sessions_{name}"), "sessions", condition)
    _rewrite(RESUME, OF_RESUME, app)
    _rewrite(LEFT, (LIVING,))
    _rewrite(WATCHING, OF_WATCHING)
    op.execute(f"DROP FUNCTION {BEFORE}")
    for signature, statement in FUNCTIONS.items():
        op.get_bind().exec_driver_sql(statement)
        _let(signature, app)


def downgrade() -> None:
    app = context.get_context().opts["app_role"]
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.get_bind().exec_driver_sql(OPENED_BEFORE)
    _let(BEFORE, app)
    _rewrite(WATCHING, _back(OF_WATCHING))
    _rewrite(LEFT, _back((LIVING,)))
    _rewrite(RESUME, _back(OF_RESUME), app)
    for name in ("second_method", "method"):
        op.drop_constraint(op.f(f"ck_sessions_{name}"), "sessions")
    for name in (
        "challenge_until",
        "challenge",
        "waits_until",
        "proved_at",
        "second_method",
        "method",
    ):
        op.drop_column("sessions", name)
    for table in ("recovery_codes", "second_factors"):
        op.drop_table(table)
    _rewrite("cma_audit()", _back(QUIET))
