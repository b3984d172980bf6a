"""Open in an emergency: an admin reads one centre's clients for a while, and its manager is told.

A grant is made by `cma_open_access` alone: an admin's living sign-in that proved a second factor in
the last five minutes, a reason, at most four hours, and in the same breath the managers of that
centre are told. While it is open that one sign-in acts
as `visitor` in that centre. Every policy that lets a visitor see asks `cma_open_grant` for the grant
itself, is for SELECT alone, and shows no restricted file; nothing lets a visitor write. What happens
under a grant carries its number in the log.
"""

import sqlalchemy as sa

from alembic import context, op

revision = "0037"
down_revision = "0035"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ME = "(SELECT nullif(current_setting('app.user_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
HIDDEN_CLIENTS = "(SELECT cma_hidden_clients())::bigint[]"
HIDDEN_CASES = "(SELECT cma_hidden_cases())::bigint[]"
DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, public"

REGISTER = f"{CENTRE} AND {ROLE} IN ('manager', 'system')"
VISITING = f"{CENTRE} AND {ROLE} = 'visitor' AND (SELECT cma_open_grant()) IS NOT NULL"
OPEN_CASE = f"(case_id IS NULL OR NOT case_id = ANY ({HIDDEN_CASES}))"
OPEN_CLIENT = f"(client_id IS NULL OR NOT client_id = ANY ({HIDDEN_CLIENTS}))"

OF_A_CASE = (
    *("ai_insights", "budget_sheets", "case_closings", "case_compliance", "case_notes"),
    *("closing_debts", "closing_gains", "creditor_replies", "creditors", "debt_events", "debts"),
    *("document_requests", "gate_overrides", "households", "issued_files", "next_actions"),
    *("offers", "request_deadlines", "retention_dates", "statements"),
)
OF_A_PERSON_TOO = (
    *("appointments", "authorities", "breathing_spaces", "case_people", "letters", "referrals"),
    "reminders",
)
OF_A_CLIENT = ("consents", "contact_routes")
OF_A_DOCUMENT = (
    *("document_figures", "document_pages", "document_readings", "document_type_choices"),
    *("document_uses", "document_versions"),
)
OF_THE_CENTRE = ("checklist_versions", "creditor_directory", "rooms", "spending_guidelines")
"""What the pages of a case read beside the case."""
TOLD_BY_THEMSELVES = ("documents", *OF_A_DOCUMENT, "appointment_notes")
# What the log tells of these no visitor reads: drafts of others' judgement, and who may see what.
NOT_TOLD = (
    "'legal_holds', 'file_access', 'case_shadows', 'review_samples', 'file_reviews',"
    " 'file_review_versions', 'review_responses', 'sign_offs', 'notifications',"
    " 'monitoring_answers', 'access_grants', 'rights_requests', 'client_copies'"
)


def _seen_with(table: str, parent: str, key: str) -> str:
    return (
        f" AND EXISTS (SELECT 1 FROM {parent} p WHERE p.centre_id = {table}.centre_id"
        f" AND p.id = {table}.{key})"
    )


SEEN = {
    "clients": f"{VISITING} AND NOT id = ANY ({HIDDEN_CLIENTS})",
    "cases": (
        f"{VISITING} AND NOT client_id = ANY ({HIDDEN_CLIENTS}) AND NOT id = ANY ({HIDDEN_CASES})"
    ),
    **dict.fromkeys(OF_A_CASE, f"{VISITING} AND {OPEN_CASE}"),
    **dict.fromkeys(OF_A_PERSON_TOO, f"{VISITING} AND {OPEN_CASE} AND {OPEN_CLIENT}"),
    **dict.fromkeys(OF_A_CLIENT, f"{VISITING} AND {OPEN_CLIENT}"),
    "documents": f"{VISITING} AND {OPEN_CASE} AND access_level <> 'named_people'",
    **{
        table: f"{VISITING}{_seen_with(table, 'documents', 'document_id')}"
        for table in OF_A_DOCUMENT
    },
    "breathing_space_debts": (
        f"{VISITING} AND {OPEN_CASE}"
        + _seen_with("breathing_space_debts", "breathing_spaces", "breathing_space_id")
    ),
    "appointment_notes": VISITING
    + _seen_with("appointment_notes", "appointments", "appointment_id"),
    **dict.fromkeys(OF_THE_CENTRE, VISITING),
    "audit_logs": (
        f"{VISITING} AND (case_id IS NOT NULL OR client_id IS NOT NULL)"
        f" AND {OPEN_CASE} AND {OPEN_CLIENT} AND coalesce(table_name, '') NOT IN ({NOT_TOLD})"
        + "".join(
            f" AND (table_name IS DISTINCT FROM '{table}' OR EXISTS (SELECT 1 FROM {table} r"
            " WHERE r.centre_id = audit_logs.centre_id AND r.id = audit_logs.record_id))"
            for table in TOLD_BY_THEMSELVES
        )
    ),
}
"""What a visitor sees, by table: a policy for SELECT each, beside the one that stays as it is."""

NO_ROLE = {
    "centres": (
        "(id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
        f" OR {ROLE} = 'admin')"
    ),
    "identities": (
        f"{CENTRE} AND (user_id = {ME}"
        f" OR ({ROLE} IN ('admin', 'manager', 'system') AND ended_at IS NOT NULL))"
    ),
    "recovery_codes": f"{CENTRE} AND user_id = {ME}",
    "reference_counters": CENTRE,
    "second_factors": f"{CENTRE} AND user_id = {ME}",
    "sessions": CENTRE,
    "users": CENTRE,
}
"""Tables whose wall asks for no role: there a visitor would write, so each says so."""

OPEN_GRANT = f"""
CREATE FUNCTION cma_open_grant() RETURNS bigint LANGUAGE sql STABLE {DEFINER} AS $$
  SELECT g.id FROM public.access_grants g
  JOIN public.sessions s ON s.id = g.session_id
  JOIN public.users u ON u.centre_id = s.centre_id AND u.id = s.user_id
  WHERE current_setting('app.role', true) = 'visitor'
    AND g.centre_id = nullif(current_setting('app.centre_id', true), '')::bigint
    AND g.created_by = nullif(current_setting('app.user_id', true), '')::bigint
    AND g.session_id = nullif(current_setting('app.session_id', true), '')::bigint
    AND g.ended_at IS NULL AND g.expires_at > now()
    AND s.user_id = g.created_by AND s.revoked_at IS NULL AND s.expires_at > now()
    AND u.role = 'admin' AND u.is_active AND u.deleted_at IS NULL
$$"""

# After `cma_resume`, for an admin alone: the transaction goes to the centre that is read.
VISIT = f"""
CREATE FUNCTION cma_visit()
RETURNS TABLE (grant_id bigint, centre_id bigint, centre_name text, centre_code text,
               kind text, reason text, expires_at timestamptz)
LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
  here record;
BEGIN
  IF coalesce(current_setting('app.role', true), '') <> 'admin' THEN
    RETURN;
  END IF;
  SELECT g.id, g.centre_id, c.name, c.code, g.kind, g.reason, g.expires_at INTO here
  FROM public.access_grants g JOIN public.centres c ON c.id = g.centre_id
  WHERE g.session_id = nullif(current_setting('app.session_id', true), '')::bigint
    AND g.created_by = nullif(current_setting('app.user_id', true), '')::bigint
    AND g.ended_at IS NULL AND g.expires_at > now();
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM set_config('app.centre_id', here.centre_id::text, true),
    set_config('app.role', 'visitor', true);
  RETURN QUERY SELECT here.id, here.centre_id, here.name::text, here.code::text,
    here.kind::text, here.reason::text, here.expires_at;
END $$"""

OPEN = f"""
CREATE FUNCTION cma_open_access(p_centre bigint, p_kind text, p_reason text, p_minutes integer)
RETURNS bigint LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
  me bigint := nullif(current_setting('app.user_id', true), '')::bigint;
  sign_in bigint := nullif(current_setting('app.session_id', true), '')::bigint;
  who text;
  made bigint;
  until timestamptz := now() + make_interval(mins => p_minutes);
BEGIN
  -- its row is locked: one sign-in opens one at a time
  SELECT coalesce(nullif(concat_ws(' ', u.first_name, u.last_name), ''), u.username) INTO who
  FROM public.sessions s JOIN public.users u ON u.centre_id = s.centre_id AND u.id = s.user_id
  WHERE s.id = sign_in AND s.user_id = me AND s.revoked_at IS NULL AND s.expires_at > now()
    AND s.waits_until IS NULL AND u.role = 'admin' AND u.is_active AND u.deleted_at IS NULL
    AND current_setting('app.role', true) = 'admin'
  FOR UPDATE OF s;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'only an admin who is signed in opens emergency access'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM public.sessions s
      JOIN public.second_factors f ON f.centre_id = s.centre_id AND f.user_id = s.user_id
      WHERE s.id = sign_in AND s.proved_at > now() - interval '5 minutes'
        AND f.confirmed_at IS NOT NULL AND f.deleted_at IS NULL) THEN
    RAISE EXCEPTION 'a second factor proved in the last five minutes opens emergency access'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF EXISTS (SELECT 1 FROM public.access_grants g WHERE g.session_id = sign_in
      AND g.ended_at IS NULL AND g.expires_at > now()) THEN
    RAISE EXCEPTION 'this sign-in has emergency access already'
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'one_access_at_a_time';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM public.centres c WHERE c.id = p_centre AND c.status = 'active') THEN
    RETURN NULL;
  END IF;
  INSERT INTO public.access_grants (centre_id, created_by, updated_by, session_id, admin_name,
    kind, reason, opened_at, expires_at)
  VALUES (p_centre, me, me, sign_in, left(who, 200), p_kind, p_reason, now(), until)
  RETURNING id INTO made;
  INSERT INTO public.notifications (centre_id, user_id, kind, ref_id, what, created_by)
  SELECT p_centre, u.id, 'emergency_access', made,
    'By ' || left(who, 120) || ', until ' || to_char(until AT TIME ZONE 'Europe/London', 'HH24:MI') || '.', me
  FROM public.users u
  WHERE u.centre_id = p_centre AND u.role = 'manager' AND u.is_active AND u.deleted_at IS NULL
    AND u.id <> me;
  RETURN made;
END $$"""

END = f"""
CREATE FUNCTION cma_end_access(p_grant bigint) RETURNS boolean LANGUAGE plpgsql {DEFINER} AS $$
DECLARE
  me bigint := nullif(current_setting('app.user_id', true), '')::bigint;
  here bigint := nullif(current_setting('app.centre_id', true), '')::bigint;
  role text := coalesce(current_setting('app.role', true), '');
  how text;
BEGIN
  SELECT CASE
    WHEN role IN ('visitor', 'admin') AND g.created_by = me
      AND g.session_id = nullif(current_setting('app.session_id', true), '')::bigint THEN 'left'
    WHEN role = 'manager' AND g.centre_id = here AND EXISTS (
      SELECT 1 FROM public.users u WHERE u.centre_id = here AND u.id = me
      AND u.role = 'manager' AND u.is_active AND u.deleted_at IS NULL) THEN 'revoked' END
  INTO how FROM public.access_grants g
  WHERE g.id = p_grant AND g.ended_at IS NULL AND g.expires_at > now();
  IF how IS NULL THEN
    RETURN false;
  END IF;
  UPDATE public.access_grants SET ended_at = now(), ended_how = how, updated_by = me,
    updated_at = now() WHERE id = p_grant AND ended_at IS NULL;
  RETURN FOUND;
END $$"""

UNMAILED = f"""
CREATE FUNCTION cma_unmailed_access() RETURNS TABLE (centre_id bigint, grant_id bigint)
LANGUAGE sql STABLE {DEFINER} AS $$
  SELECT g.centre_id, g.id FROM public.access_grants g
  WHERE current_setting('app.role', true) = 'system' AND g.mailed_at IS NULL
    AND g.opened_at > now() - interval '1 day'
  ORDER BY g.opened_at
$$"""

ENDED = f"""
CREATE FUNCTION cma_tell_access_ended() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
  PERFORM pg_notify('cma_signed_out', NEW.centre_id || '/' || NEW.created_by);
  RETURN NULL;
END $$"""
SIGNED_OUT = f"""
CREATE FUNCTION cma_end_access_with_sign_in() RETURNS trigger LANGUAGE plpgsql {DEFINER} AS $$
BEGIN
  UPDATE public.access_grants SET ended_at = now(), ended_how = 'signed_out', updated_at = now()
  WHERE session_id = NEW.id AND ended_at IS NULL AND expires_at > now();
  RETURN NULL;
END $$"""

RECORDED = (
    ("ip_address, user_agent, session_id)", "ip_address, user_agent, session_id, access_grant_id)"),
    (
        "nullif(current_setting('app.session_id', true), ''))",
        """nullif(current_setting('app.session_id', true), ''),
    CASE WHEN current_setting('app.role', true) = 'visitor' THEN cma_open_grant() END)""",
    ),
)

CALLED = {
    "cma_open_grant()": OPEN_GRANT,
    "cma_visit()": VISIT,
    "cma_open_access(bigint, text, text, integer)": OPEN,
    "cma_end_access(bigint)": END,
    "cma_unmailed_access()": UNMAILED,
}
TRIGGERED = {"cma_tell_access_ended()": ENDED, "cma_end_access_with_sign_in()": SIGNED_OUT}


def _moment(name: str, *, nullable: bool = False, default: str | None = "now()") -> sa.Column:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        nullable=nullable,
        server_default=sa.text(default) if default else None,
    )


def _table(app: str) -> None:
    op.create_table(
        "access_grants",
        _moment("created_at"),
        _moment("updated_at"),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("admin_name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        _moment("opened_at"),
        _moment("expires_at", default=None),
        _moment("ended_at", nullable=True, default=None),
        sa.Column("ended_how", sa.String(20), nullable=True),
        _moment("mailed_at", nullable=True, default=None),
        sa.CheckConstraint(
            "kind IN ('safeguarding', 'cover', 'fault', 'security', 'regulator', 'other')",
            name=op.f("ck_access_grants_kind"),
        ),
        sa.CheckConstraint(
            "ended_how IN ('left', 'revoked', 'signed_out')",
            name=op.f("ck_access_grants_ended_how"),
        ),
        sa.CheckConstraint("length(btrim(reason)) >= 20", name=op.f("ck_access_grants_reason")),
        sa.CheckConstraint(
            "expires_at > opened_at AND expires_at <= opened_at + interval '4 hours'",
            name=op.f("ck_access_grants_time"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_how IS NULL)", name=op.f("ck_access_grants_ended")
        ),
        *[
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_access_grants_{column}"))
            for column, target in (
                ("centre_id", "centres.id"),
                ("created_by", "users.id"),
                ("updated_by", "users.id"),
            )
        ],
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_access_grants")),
    )
    op.create_index("idx_access_grants_opened", "access_grants", ["centre_id", "opened_at"])
    op.create_index(
        "idx_access_grants_session",
        "access_grants",
        ["session_id"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.execute("ALTER TABLE access_grants ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE access_grants FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY centre_isolation ON access_grants USING ({REGISTER}) WITH CHECK ({REGISTER})"
    )
    op.execute(
        "CREATE POLICY platform ON access_grants TO CURRENT_USER USING (true) WITH CHECK (true)"
    )
    op.execute(f"GRANT SELECT ON access_grants TO {app}")  # its own functions alone write it
    op.execute(f"GRANT UPDATE (mailed_at) ON access_grants TO {app}")
    op.execute(
        "CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON access_grants"
        " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
    )
    op.execute(
        "CREATE TRIGGER tell_topic AFTER INSERT OR UPDATE ON access_grants"
        " FOR EACH ROW EXECUTE FUNCTION cma_tell_topic('access_grants')"
    )


def _functions(app: str) -> None:
    for signature, statement in (CALLED | TRIGGERED).items():
        op.get_bind().exec_driver_sql(statement)
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    for signature in CALLED:
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {app}")
    op.execute(
        "CREATE TRIGGER tell_access_ended AFTER UPDATE ON access_grants FOR EACH ROW"
        " WHEN (OLD.ended_at IS DISTINCT FROM NEW.ended_at)"
        " EXECUTE FUNCTION cma_tell_access_ended()"
    )
    op.execute(
        "CREATE TRIGGER end_access AFTER UPDATE OF revoked_at ON sessions FOR EACH ROW"
        " WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)"
        " EXECUTE FUNCTION cma_end_access_with_sign_in()"
    )


def _log(changes: tuple[tuple[str, str], ...]) -> None:
    """Change the function that writes the log, as it stands."""
    function = str(
        op.get_bind()
        .exec_driver_sql("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'cma_record'")
        .scalar_one()
    )
    for was, becomes in changes:
        if was not in function:
            raise RuntimeError("the function is not the one that this migration was made for")
        function = function.replace(was, becomes)
    op.get_bind().exec_driver_sql(function)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    op.add_column("audit_logs", sa.Column("access_grant_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "idx_audit_logs_access_grant",
        "audit_logs",
        ["centre_id", "access_grant_id"],
        postgresql_where=sa.text("access_grant_id IS NOT NULL"),
    )
    _table(app)
    _functions(app)
    _log(RECORDED)
    for table, condition in SEEN.items():
        op.execute(f"CREATE POLICY visiting ON {table} FOR SELECT USING ({condition})")
    for table, condition in NO_ROLE.items():
        op.execute(
            f"ALTER POLICY centre_isolation ON {table}"
            f" WITH CHECK ({condition} AND {ROLE} <> 'visitor')"
        )
    # what the log tells of a grant is for those who read the grant
    op.execute(
        f"CREATE POLICY told_to_managers ON audit_logs AS RESTRICTIVE FOR SELECT TO {app}"
        f" USING (table_name IS DISTINCT FROM 'access_grants' OR {ROLE} IN ('manager', 'system'))"
    )


def downgrade() -> None:
    op.execute("DROP POLICY told_to_managers ON audit_logs")
    for table, condition in NO_ROLE.items():
        op.execute(f"ALTER POLICY centre_isolation ON {table} WITH CHECK ({condition})")
    for table in SEEN:
        op.execute(f"DROP POLICY visiting ON {table}")
    _log(tuple((becomes, was) for was, becomes in RECORDED))
    op.execute("DROP TRIGGER end_access ON sessions")
    op.drop_table("access_grants")
    for signature in reversed(CALLED | TRIGGERED):
        op.execute(f"DROP FUNCTION {signature}")
    op.drop_index("idx_audit_logs_access_grant", "audit_logs")
    op.drop_column("audit_logs", "access_grant_id")
