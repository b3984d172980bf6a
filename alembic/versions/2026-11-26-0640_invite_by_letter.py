"""Invite people by e-mail, and let them choose another password: links, and what asks about them.

A link's secret is made by the worker as it writes the letter, so it is in no queue and no row: the
row has its hash. What stands before a centre is known (finding and using a link, asking for one)
is done by the owner's functions, each for one question, as signing in is. Another password, another
address and leaving end every link of a person, whichever way they come about: a trigger does it.
"""

import sqlalchemy as sa

from alembic import context, op

revision = "0036"
down_revision = "0040"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
RUNS_PEOPLE = f"{CENTRE} AND {ROLE} IN ('admin', 'manager', 'system')"
DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public"
LIVES = "used_at IS NULL AND ended_at IS NULL"

VOID = f"""
CREATE FUNCTION cma_void_links() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
  UPDATE public.account_links SET ended_at = now()
  WHERE centre_id = NEW.centre_id AND user_id = NEW.id AND {LIVES};
  RETURN NULL;
END $$"""
VOIDS = (
    "CREATE TRIGGER void_links AFTER UPDATE ON users FOR EACH ROW WHEN ("
    " OLD.password_hash IS DISTINCT FROM NEW.password_hash"
    " OR OLD.email IS DISTINCT FROM NEW.email OR OLD.is_active AND NOT NEW.is_active"
    " OR OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL)"
    " EXECUTE FUNCTION cma_void_links()"
)
OPENS = """l.token_hash = p_token_hash AND l.used_at IS NULL AND l.ended_at IS NULL
    AND l.expires_at > p_at AND u.is_active AND u.deleted_at IS NULL AND c.status = 'active'"""
FIND = f"""
CREATE FUNCTION cma_find_link(p_token_hash text, p_at timestamptz)
RETURNS TABLE (kind text, username text, email text, first_name text, last_name text,
               centre_name text, centre_code text)
LANGUAGE sql STABLE {DEFINER} AS $$
  SELECT l.kind::text, u.username::text, u.email::text, u.first_name::text, u.last_name::text,
    c.name::text, c.code::text
  FROM public.account_links l
  JOIN public.users u ON u.centre_id = l.centre_id AND u.id = l.user_id
  JOIN public.centres c ON c.id = l.centre_id
  WHERE {OPENS}
$$"""
USE = f"""
CREATE FUNCTION cma_use_link(
    p_token_hash text, p_password_hash text, p_at timestamptz, p_address inet, p_agent text
) RETURNS boolean LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
  found_link record;
BEGIN
  SELECT l.centre_id, l.id, l.user_id, l.kind INTO found_link
  FROM public.account_links l
  JOIN public.users u ON u.centre_id = l.centre_id AND u.id = l.user_id
  JOIN public.centres c ON c.id = l.centre_id
  WHERE {OPENS}
  FOR UPDATE OF l, u;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM set_config('app.user_id', found_link.user_id::text, true),
    set_config('app.ip_address', coalesce(host(p_address), ''), true),
    set_config('app.user_agent', left(coalesce(p_agent, ''), 400), true),
    set_config('app.act', 'own_password:by_' || found_link.kind, true);
  UPDATE public.account_links SET used_at = p_at, updated_at = now(),
    updated_by = found_link.user_id
  WHERE centre_id = found_link.centre_id AND id = found_link.id;
  UPDATE public.users SET password_hash = p_password_hash, must_change_password = false,
    password_expires_at = NULL, version = version + 1, updated_at = now(),
    updated_by = found_link.user_id
  WHERE centre_id = found_link.centre_id AND id = found_link.user_id;
  UPDATE public.sessions SET revoked_at = now()
  WHERE centre_id = found_link.centre_id AND user_id = found_link.user_id AND revoked_at IS NULL;
  RETURN true;
END $$"""
ASK = f"""
CREATE FUNCTION cma_ask_reset(
    p_identifier text, p_subject text, p_at timestamptz, p_since timestamptz,
    p_expires timestamptz, p_most_subject integer, p_most_address integer,
    p_address inet, p_agent text
) RETURNS void LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
  person record;
  for_subject integer;
  for_address integer;
BEGIN
  -- who is asked for is looked up first: many for one person are made one after the other
  SELECT u.centre_id, u.id INTO person
  FROM public.users u JOIN public.centres c ON c.id = u.centre_id
  WHERE (u.username = lower(p_identifier) OR u.email = lower(p_identifier))
    AND u.is_active AND u.deleted_at IS NULL AND c.status = 'active'
    AND NOT u.must_change_password
  ORDER BY u.username = lower(p_identifier) DESC LIMIT 1
  FOR UPDATE OF u;
  SELECT count(*) FILTER (WHERE subject_hash = p_subject),
    count(*) FILTER (WHERE ip_address = p_address)
  INTO for_subject, for_address
  FROM public.security_events
  WHERE kind = 'reset_asked' AND occurred_at > p_since
    AND (subject_hash = p_subject OR ip_address = p_address);
  IF for_subject >= p_most_subject OR for_address >= p_most_address THEN
    RETURN;
  END IF;
  INSERT INTO public.security_events (occurred_at, kind, subject_hash, ip_address, user_agent)
  VALUES (p_at, 'reset_asked', p_subject, p_address, left(p_agent, 400));
  IF person.id IS NULL THEN
    RETURN;
  END IF;
  PERFORM set_config('app.act', 'own_password:ask', true),
    set_config('app.ip_address', coalesce(host(p_address), ''), true),
    set_config('app.user_agent', left(coalesce(p_agent, ''), 400), true);
  UPDATE public.account_links SET ended_at = p_at
  WHERE centre_id = person.centre_id AND user_id = person.id AND kind = 'reset' AND {LIVES};
  INSERT INTO public.account_links (centre_id, user_id, kind, due_at, expires_at)
  VALUES (person.centre_id, person.id, 'reset', p_at, p_expires);
END $$"""
DUE = f"""
CREATE FUNCTION cma_due_links(p_at timestamptz)
RETURNS TABLE (centre_id bigint, link_id bigint, what text)
LANGUAGE sql STABLE {DEFINER} AS $$
  SELECT l.centre_id, l.id, CASE WHEN l.status = 'sending' THEN 'settle' ELSE 'send' END
  FROM public.account_links l JOIN public.centres c ON c.id = l.centre_id AND c.status = 'active'
  WHERE l.status IN ('waiting', 'sending') AND l.used_at IS NULL AND l.ended_at IS NULL
    AND l.due_at <= p_at AND current_setting('app.role', true) = 'system'
  ORDER BY l.due_at LIMIT 200
$$"""
HELD = f"""
CREATE FUNCTION cma_held_by(p_user bigint)
RETURNS TABLE (cases integer, appointments integer, actions integer, reviews integer,
               sign_offs integer, trainees integer, covers integer)
LANGUAGE sql STABLE {DEFINER} AS $$
  WITH here AS (
    SELECT nullif(current_setting('app.centre_id', true), '')::bigint AS id
    WHERE current_setting('app.role', true) IN ('admin', 'manager', 'system'))
  SELECT
    (SELECT count(*)::integer FROM public.cases k WHERE k.centre_id = here.id
      AND k.advisor_id = p_user AND k.deleted_at IS NULL AND k.status IN ('open', 'in_progress')),
    (SELECT count(*)::integer FROM public.appointments a WHERE a.centre_id = here.id
      AND a.advisor_id = p_user AND a.deleted_at IS NULL
      AND a.status IN ('scheduled', 'confirmed') AND upper(a.slot) > now()),
    (SELECT count(*)::integer FROM public.next_actions n WHERE n.centre_id = here.id
      AND n.owner_id = p_user AND n.deleted_at IS NULL AND n.done_at IS NULL),
    (SELECT count(*)::integer FROM public.file_reviews r WHERE r.centre_id = here.id
      AND r.reviewer_id = p_user AND r.finished_at IS NULL),
    (SELECT count(*)::integer FROM public.sign_offs s WHERE s.centre_id = here.id
      AND s.submitted_by = p_user AND s.status = 'submitted'),
    (SELECT count(*)::integer FROM public.users t WHERE t.centre_id = here.id AND t.is_active
      AND t.deleted_at IS NULL AND (t.supervisor_id = p_user OR t.stand_in_id = p_user)),
    (SELECT count(*)::integer FROM public.covers v WHERE v.centre_id = here.id
      AND v.deleted_at IS NULL AND v.last_day >= current_date
      AND (v.cover_id = p_user OR v.absent_id = p_user))
  FROM here
$$"""
FUNCTIONS = {
    "cma_find_link(text, timestamptz)": FIND,
    "cma_use_link(text, text, timestamptz, inet, text)": USE,
    "cma_ask_reset(text, text, timestamptz, timestamptz, timestamptz, integer, integer, inet,"
    " text)": ASK,
    "cma_due_links(timestamptz)": DUE,
    "cma_held_by(bigint)": HELD,
}
ONE_OF = {
    "kind": ("invitation", "reset"),
    "status": ("waiting", "sending", "sent", "unknown", "failed"),
    "reason": ("refused", "unreachable", "late"),
}
CHECKS = {
    "why_failed": "status <> 'failed' OR reason IS NOT NULL",
    "one_end": "used_at IS NULL OR ended_at IS NULL",
}


def _moment(name: str, *, stamped: bool = False, nullable: bool = False) -> sa.Column:
    default = {"server_default": sa.text("now()")} if stamped else {}
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, **default)


def _links(app: str) -> None:
    op.create_table(
        "account_links",
        _moment("created_at", stamped=True),
        _moment("updated_at", stamped=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=True),
        sa.Column("status", sa.String(12), server_default="waiting", nullable=False),
        sa.Column("reason", sa.String(12), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        _moment("due_at", stamped=True),
        _moment("expires_at"),
        _moment("sent_at", nullable=True),
        _moment("used_at", nullable=True),
        _moment("ended_at", nullable=True),
        *[
            sa.CheckConstraint(
                f"{column} IN ({', '.join(repr(each) for each in words)})",
                name=op.f(f"ck_account_links_{column}"),
            )
            for column, words in ONE_OF.items()
        ],
        *[
            sa.CheckConstraint(condition, name=op.f(f"ck_account_links_{name}"))
            for name, condition in CHECKS.items()
        ],
        sa.ForeignKeyConstraint(
            ["centre_id", "user_id"],
            ["users.centre_id", "users.id"],
            name=op.f("fk_account_links_centre_id_user_id"),
        ),
        *[
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_account_links_{column}"))
            for column, target in (
                ("centre_id", "centres.id"),
                ("created_by", "users.id"),
                ("updated_by", "users.id"),
            )
        ],
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_links_token_hash")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_account_links")),
    )
    op.create_index("idx_account_links_user", "account_links", ["centre_id", "user_id", "id"])
    op.create_index(
        "uq_account_links_living",
        "account_links",
        ["centre_id", "user_id", "kind"],
        unique=True,
        postgresql_where=sa.text(LIVES),
    )
    op.create_index(
        "idx_account_links_due",
        "account_links",
        ["due_at"],
        postgresql_where=sa.text(f"status IN ('waiting','sending') AND {LIVES}"),
    )
    op.execute("ALTER TABLE account_links ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE account_links FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY centre_isolation ON account_links USING ({RUNS_PEOPLE})"
        f" WITH CHECK ({RUNS_PEOPLE})"
    )
    op.execute(
        "CREATE POLICY platform ON account_links TO CURRENT_USER USING (true) WITH CHECK (true)"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON account_links TO {app}")
    op.execute(
        "CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON account_links"
        " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
    )


def _jobs_may_name(*names: str) -> None:
    allowed = ",".join(names)
    numbers = "".join(
        f" AND coalesce(jsonb_typeof(args -> '{name}'), 'number') = 'number'" for name in names
    )
    op.execute("ALTER TABLE jobs.procrastinate_jobs DROP CONSTRAINT ids_alone")
    op.get_bind().exec_driver_sql(
        "ALTER TABLE jobs.procrastinate_jobs ADD CONSTRAINT ids_alone CHECK ("
        f"args - '{{{allowed}}}'::text[] = '{{}}'::jsonb{numbers}"
        " AND coalesce(lock, '') ~ '^[a-z0-9/]*$' AND coalesce(queueing_lock, '') ~ '^[a-z0-9/]*$')"
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    _links(app)
    op.get_bind().exec_driver_sql(VOID)
    op.execute("REVOKE ALL ON FUNCTION cma_void_links() FROM PUBLIC")
    op.execute(VOIDS)
    for signature, statement in FUNCTIONS.items():
        op.get_bind().exec_driver_sql(statement)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {app}")
    _jobs_may_name("centre_id", "appointment_id", "document_id", "link_id", "timestamp")


def downgrade() -> None:
    _jobs_may_name("centre_id", "appointment_id", "document_id", "timestamp")
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("DROP TRIGGER void_links ON users")
    op.execute("DROP FUNCTION cma_void_links()")
    op.drop_table("account_links")
