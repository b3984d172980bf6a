"""Sign in with an organisation: a centre's identity provider, and whose identity is whose account.

Before a centre is known the app's role sees no row, so the owner's functions answer the callback:
each one question. A state that came back is spent, so that it comes back once.
"""

import sqlalchemy as sa

from alembic import context, op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ME = "(SELECT nullif(current_setting('app.user_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
LOOKS_AFTER = f"{ROLE} IN ('admin', 'manager', 'system')"
DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public"

# Only the person themself gets an identity; who looks after people may end one, and no more.
POLICIES = {
    "identity_providers": (CENTRE, f"{CENTRE} AND {ROLE} IN ('admin', 'system')"),
    "identities": (
        f"{CENTRE} AND ({LOOKS_AFTER} OR user_id = {ME})",
        f"{CENTRE} AND (user_id = {ME} OR ({LOOKS_AFTER} AND ended_at IS NOT NULL))",
    ),
    "linking_codes": (f"{CENTRE} AND {LOOKS_AFTER}", f"{CENTRE} AND {LOOKS_AFTER}"),
}

OFFERED = f"""
CREATE FUNCTION cma_single_sign_on_offered() RETURNS boolean LANGUAGE sql STABLE {DEFINER} AS $$
  SELECT EXISTS (SELECT 1 FROM public.identity_providers p
    JOIN public.centres c ON c.id = p.centre_id WHERE p.is_active AND c.status = 'active')
$$"""

PROVIDER = f"""
CREATE FUNCTION cma_identity_provider(p_code text)
RETURNS TABLE (centre_id bigint, provider_id bigint, issuer text, application_id text,
               application_secret text, max_age_minutes integer, acr text)
LANGUAGE sql STABLE {DEFINER} AS $$
  SELECT p.centre_id, p.id, p.issuer::text, p.application_id::text, p.application_secret::text,
    p.max_age_minutes, p.acr::text
  FROM public.identity_providers p JOIN public.centres c ON c.id = p.centre_id
  WHERE c.code = p_code AND c.status = 'active' AND p.is_active
$$"""

# An admin holds every centre: no centre's provider says who that is.
LINKED = f"""
CREATE FUNCTION cma_linked_person(p_centre bigint, p_issuer text, p_subject text)
RETURNS bigint LANGUAGE sql STABLE {DEFINER} AS $$
  SELECT u.id
  FROM public.identities i
  JOIN public.users u ON u.centre_id = i.centre_id AND u.id = i.user_id
  JOIN public.centres c ON c.id = i.centre_id
  JOIN public.identity_providers p ON p.centre_id = i.centre_id AND p.issuer = i.issuer
  WHERE i.centre_id = p_centre AND i.issuer = p_issuer AND i.subject = p_subject
    AND i.ended_at IS NULL AND p.is_active AND c.status = 'active'
    AND u.is_active AND u.deleted_at IS NULL AND u.role <> 'admin'
$$"""

SPEND = f"""
CREATE FUNCTION cma_spend_sign_in(p_hash text, p_expires timestamptz)
RETURNS boolean LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
  DELETE FROM public.spent_sign_ins WHERE expires_at < now();
  INSERT INTO public.spent_sign_ins (state_hash, expires_at) VALUES (p_hash, p_expires)
  ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $$"""

LINK = f"""
CREATE FUNCTION cma_link_by_code(
    p_centre bigint, p_issuer text, p_subject text, p_code_hash text, p_password_hash text,
    p_address inet, p_agent text
) RETURNS bigint LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
  person public.users;
BEGIN
  SELECT u.* INTO person
  FROM public.linking_codes k
  JOIN public.users u ON u.centre_id = k.centre_id AND u.id = k.user_id
  JOIN public.centres c ON c.id = k.centre_id
  JOIN public.identity_providers p ON p.centre_id = k.centre_id
  WHERE k.centre_id = p_centre AND k.code_hash = p_code_hash AND k.used_at IS NULL
    AND k.expires_at > now() AND p.is_active AND p.issuer = p_issuer AND c.status = 'active'
    AND u.is_active AND u.deleted_at IS NULL AND u.role <> 'admin'
  FOR UPDATE OF k, u;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  PERFORM set_config('app.user_id', person.id::text, true),
    set_config('app.ip_address', coalesce(host(p_address), ''), true),
    set_config('app.user_agent', coalesce(p_agent, ''), true),
    set_config('app.act', 'own_identity:link', true);
  INSERT INTO public.identities (centre_id, user_id, issuer, subject, linked_how)
  VALUES (p_centre, person.id, p_issuer, p_subject, 'code')
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  UPDATE public.linking_codes k SET used_at = now()
  WHERE k.centre_id = p_centre AND k.code_hash = p_code_hash;
  -- a one-time password that was never used opens nothing any more
  UPDATE public.users u SET password_hash = p_password_hash, must_change_password = false,
    password_expires_at = NULL
  WHERE u.centre_id = p_centre AND u.id = person.id AND u.must_change_password;
  RETURN person.id;
END $$"""

MAY_USE_PASSWORD = f"""
CREATE FUNCTION cma_may_use_password(p_user bigint)
RETURNS boolean LANGUAGE sql STABLE {DEFINER} AS $$
  SELECT NOT EXISTS (SELECT 1 FROM public.users u
    JOIN public.identity_providers p ON p.centre_id = u.centre_id
    WHERE u.id = p_user AND u.role <> 'admin' AND p.is_active AND p.passwords = 'instead')
$$"""

FUNCTIONS = {
    "cma_single_sign_on_offered()": OFFERED,
    "cma_identity_provider(text)": PROVIDER,
    "cma_linked_person(bigint, text, text)": LINKED,
    "cma_spend_sign_in(text, timestamptz)": SPEND,
    "cma_link_by_code(bigint, text, text, text, text, inet, text)": LINK,
    "cma_may_use_password(bigint)": MAY_USE_PASSWORD,
}

SECRETS = ", 'application_secret', 'code_hash'"
STAMPS = ("created_by", "updated_by")


def _stamps() -> list[sa.Column[object]]:
    moments = [
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for name in ("created_at", "updated_at")
    ]
    return [*moments, *(sa.Column(name, sa.BigInteger(), nullable=True) for name in STAMPS)]


def _keys() -> list[sa.Column[object]]:
    return [
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    ]


def _walls(table: str, *people: str, stamps: tuple[str, ...] = ()) -> list[sa.Constraint]:
    """Return the key, the reference to the centre, and those to people."""
    return [
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f(f"fk_{table}_centre_id")),
        *(
            sa.ForeignKeyConstraint([name], ["users.id"], name=op.f(f"fk_{table}_{name}"))
            for name in stamps
        ),
        *(
            sa.ForeignKeyConstraint(
                ["centre_id", name],
                ["users.centre_id", "users.id"],
                name=op.f(f"fk_{table}_centre_id_{name}"),
            )
            for name in people
        ),
    ]


def _tables() -> None:
    op.create_table(
        "identity_providers",
        *_stamps(),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        *_keys(),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("application_id", sa.String(length=255), nullable=False),
        sa.Column("application_secret", sa.String(length=2000), nullable=False),
        sa.Column("passwords", sa.String(length=10), server_default="beside", nullable=False),
        sa.Column("max_age_minutes", sa.Integer(), nullable=True),
        sa.Column("acr", sa.String(length=255), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "passwords IN ('beside', 'instead')", name=op.f("ck_identity_providers_passwords")
        ),
        sa.CheckConstraint(
            "max_age_minutes BETWEEN 1 AND 1440",
            name=op.f("ck_identity_providers_max_age_minutes"),
        ),
        sa.UniqueConstraint("centre_id", name=op.f("uq_identity_providers_centre_id")),
        *_walls("identity_providers", stamps=STAMPS),
    )
    op.create_table(
        "identities",
        *_keys(),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column(
            "linked_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("linked_how", sa.String(length=20), server_default="signed_in", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "linked_how IN ('signed_in', 'code')", name=op.f("ck_identities_linked_how")
        ),
        sa.CheckConstraint("subject <> ''", name=op.f("ck_identities_subject")),
        *_walls("identities", "user_id", "ended_by"),
    )
    lives = {"unique": True, "postgresql_where": sa.text("ended_at IS NULL")}
    op.create_index(
        "uq_identities_subject", "identities", ["centre_id", "issuer", "subject"], **lives
    )
    op.create_index("uq_identities_person", "identities", ["centre_id", "user_id"], **lives)
    op.create_table(
        "linking_codes",
        *_stamps(),
        *_keys(),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("code_hash", name=op.f("uq_linking_codes_code_hash")),
        *_walls("linking_codes", "user_id", stamps=STAMPS),
    )
    op.create_index("idx_linking_codes_user", "linking_codes", ["centre_id", "user_id"])
    op.create_table(
        "spent_sign_ins",
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_spent_sign_ins")),
    )
    op.create_index("idx_spent_sign_ins_expires", "spent_sign_ins", ["expires_at"])


def _replaced(function: str, was: str, becomes: str) -> None:
    """Change a function as it stands, so that nothing which others added to it is lost."""
    found = str(
        op.get_bind()
        .exec_driver_sql(f"SELECT pg_get_functiondef('{function}'::regprocedure)")
        .scalar_one()
    )
    if was not in found:
        raise RuntimeError("the function is not the one that this migration was made for")
    op.get_bind().exec_driver_sql(found.replace(was, becomes, 1))


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    _tables()
    for table, (seen, written) in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY centre_isolation ON {table} USING ({seen}) WITH CHECK ({written})"
        )
        op.execute(
            f"CREATE POLICY platform ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {app}")
        op.execute(
            f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
        )
    _replaced("cma_audit()", "'token_hash'", f"'token_hash'{SECRETS}")
    for signature, statement in FUNCTIONS.items():
        op.get_bind().exec_driver_sql(statement)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {app}")


def downgrade() -> None:
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    _replaced("cma_audit()", SECRETS, "")
    for table in ("spent_sign_ins", "linking_codes", "identities", "identity_providers"):
        op.drop_table(table)
