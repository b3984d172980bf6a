"""Remind of appointments: reminders, when a centre's go, private calendar feeds, and the job queue.

The queue is procrastinate's, in a schema of its own that the owner owns. Its jobs may hold the
number of a centre and of an appointment, and nothing else: a check says so. Only a connection that
says it is the worker's sees a job. Two functions answer across centres, in numbers alone: which
appointments want something of the worker, and whose a calendar feed is.
"""

import hashlib

import sqlalchemy as sa
from procrastinate.schema import SchemaManager

from alembic import context, op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
AT_WORK = f"{ROLE} IN ('manager', 'advisor', 'trainee', 'system')"
SEEN = (
    "NOT client_id = ANY ((SELECT cma_hidden_clients())::bigint[])"
    f" AND ({ROLE} <> 'trainee' OR client_id = ANY ((SELECT cma_own_clients())::bigint[]))"
    " AND (case_id IS NULL OR NOT case_id = ANY ((SELECT cma_hidden_cases())::bigint[]))"
)
POLICIES = {
    "reminders": f"{CENTRE} AND {AT_WORK} AND {SEEN}",
    "reminder_timings": f"{CENTRE} AND {AT_WORK}",
    "calendar_feeds": f"{CENTRE} AND {AT_WORK}",
}
STANDS = "status IN ('scheduled','confirmed') AND deleted_at IS NULL"
ONE_OF = {
    "status": (
        *("waiting", "claimed", "sending", "sent", "unknown"),
        *("left", "call", "called", "none", "dropped"),
    ),
    "reason": (
        *("no_server", "sender", "words", "no_email", "route_no", "route_not_asked"),
        *("route_hours", "refused", "unreachable", "late", "changed"),
    ),
    "result": ("spoke", "voicemail", "text", "other", "no_answer"),
}
REMINDER_CHECKS = {
    "sent": "status <> 'sent' OR sent_at IS NOT NULL",
    "why_call": "status <> 'call' OR reason IS NOT NULL",
    "called": "status <> 'called' OR called_by IS NOT NULL",
}

DUE = """
CREATE FUNCTION cma_due_reminders(p_at timestamptz)
RETURNS TABLE (centre_id bigint, appointment_id bigint, what text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT due.centre_id, due.appointment_id, due.what FROM (
    SELECT r.centre_id, r.appointment_id, 'settle' AS what
    FROM public.reminders r WHERE r.status IN ('claimed', 'sending')
    UNION ALL
    (SELECT a.centre_id, a.id, 'plan' FROM public.appointments a
    WHERE a.status IN ('scheduled', 'confirmed') AND a.deleted_at IS NULL
      AND a.scheduled_date >= p_at::date AND lower(a.slot) > p_at
      AND NOT EXISTS (SELECT 1 FROM public.reminders r
        WHERE r.centre_id = a.centre_id AND r.appointment_id = a.id AND r.is_current)
    LIMIT 500)
    UNION ALL
    (SELECT r.centre_id, r.appointment_id, 'send' FROM public.reminders r
    WHERE r.status = 'waiting' AND r.is_current AND r.due_at <= p_at
    ORDER BY r.due_at LIMIT 500)
  ) due
  JOIN public.centres c ON c.id = due.centre_id AND c.status = 'active'
  WHERE current_setting('app.role', true) = 'system'
$$"""

FEED = """
CREATE FUNCTION cma_feed(p_token_hash text)
RETURNS TABLE (user_id bigint, centre_id bigint, role text, name text, centre_name text,
               centre_code text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT u.id, u.centre_id, u.role::text, u.username::text, c.name::text, c.code::text
  FROM public.calendar_feeds f
  JOIN public.users u ON u.centre_id = f.centre_id AND u.id = f.user_id
  JOIN public.centres c ON c.id = f.centre_id
  WHERE f.token_hash = p_token_hash AND f.revoked_at IS NULL
    AND u.is_active AND u.deleted_at IS NULL AND c.status = 'active'
$$"""

# procrastinate 3.10.0. When its pin moves: a migration of ours with what changed, and this text
# kept beside it for new databases.
QUEUE_SHA256 = "c70ec4b400a60ad9592787653aae5ae77ae41bf801d56b5bd2712751a07f2009"
QUEUE_TABLES = (
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_workers",
    "procrastinate_periodic_defers",
)
# args - allowed = {} : no other name; and what stands under them are numbers
IDS_ALONE = (
    "args - '{centre_id,appointment_id,timestamp}'::text[] = '{}'::jsonb"
    " AND coalesce(jsonb_typeof(args -> 'centre_id'), 'number') = 'number'"
    " AND coalesce(jsonb_typeof(args -> 'appointment_id'), 'number') = 'number'"
    " AND coalesce(jsonb_typeof(args -> 'timestamp'), 'number') = 'number'"
    " AND coalesce(lock, '') ~ '^[a-z0-9/]*$' AND coalesce(queueing_lock, '') ~ '^[a-z0-9/]*$'"
)
WORKER = "(SELECT coalesce(current_setting('app.role', true), '')) = 'worker'"


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
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    ]


def _keys(table: str, **references: str) -> list[sa.Constraint]:
    """Return the key of a table, its who-stamps, and its references that carry the centre."""
    return [
        *[
            sa.ForeignKeyConstraint(
                ["centre_id", column],
                [f"{parent}.centre_id", f"{parent}.id"],
                name=op.f(f"fk_{table}_centre_id_{column}"),
            )
            for column, parent in references.items()
        ],
        *[
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
            for column, target in (
                ("centre_id", "centres.id"),
                ("created_by", "users.id"),
                ("updated_by", "users.id"),
            )
        ],
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f(f"pk_{table}")),
    ]


def _moment(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _count(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _reminders() -> None:
    op.create_table(
        "reminders",
        *_stamps(),
        sa.Column("appointment_id", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        _moment("starts_at", nullable=False),
        sa.Column("is_current", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("status", sa.String(20), server_default="waiting", nullable=False),
        _moment("due_at", nullable=False),
        sa.Column("reason", sa.String(20), nullable=True),
        sa.Column("reply_code", sa.Integer(), nullable=True),
        _count("attempts"),
        _moment("claimed_at"),
        _moment("sent_at"),
        _count("calls"),
        _moment("called_at"),
        sa.Column("called_by", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.String(20), nullable=True),
        sa.Column("note", sa.String(500), nullable=True),
        *[
            sa.CheckConstraint(
                f"{column} IN ({', '.join(repr(each) for each in words)})",
                name=op.f(f"ck_reminders_{column}"),
            )
            for column, words in ONE_OF.items()
        ],
        *[
            sa.CheckConstraint(condition, name=op.f(f"ck_reminders_{name}"))
            for name, condition in REMINDER_CHECKS.items()
        ],
        *_keys(
            "reminders",
            appointment_id="appointments",
            client_id="clients",
            case_id="cases",
            called_by="users",
        ),
    )
    for name, columns, where in (
        ("idx_reminders_appointment", ["centre_id", "appointment_id"], None),
        ("idx_reminders_client", ["centre_id", "client_id"], None),
        ("idx_reminders_case", ["centre_id", "case_id"], None),
        ("idx_reminders_due", ["due_at"], "status = 'waiting' AND is_current"),
        ("idx_reminders_at_work", ["centre_id", "id"], "status IN ('claimed','sending')"),
        ("idx_reminders_status", ["centre_id", "status"], "is_current"),
    ):
        partial = {"postgresql_where": sa.text(where)} if where else {}
        op.create_index(name, "reminders", columns, **partial)
    op.create_index(
        "uq_reminders_current",
        "reminders",
        ["centre_id", "appointment_id"],
        unique=True,
        postgresql_where=sa.text("is_current"),
    )


def _timings() -> None:
    op.create_table(
        "reminder_timings",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        *_stamps(),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("at_time", sa.Time(), nullable=False),
        sa.Column("sender", sa.String(60), nullable=True),
        sa.UniqueConstraint(
            "centre_id", "valid_from", name=op.f("uq_reminder_timings_centre_id_valid_from")
        ),
        sa.CheckConstraint("working_days BETWEEN 1 AND 10", name=op.f("ck_reminder_timings_days")),
        sa.CheckConstraint(
            "at_time BETWEEN '08:00' AND '20:00'", name=op.f("ck_reminder_timings_at_time")
        ),
        *_keys("reminder_timings"),
    )


def _feeds() -> None:
    op.create_table(
        "calendar_feeds",
        *_stamps(),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        _moment("revoked_at"),
        sa.Column("fetched_on", sa.Date(), nullable=True),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feeds_token_hash")),
        *_keys("calendar_feeds", user_id="users"),
    )
    op.create_index("idx_calendar_feeds_user", "calendar_feeds", ["centre_id", "user_id"])
    op.create_index(
        "uq_calendar_feeds_living",
        "calendar_feeds",
        ["centre_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    op.create_index(
        "idx_appointments_stands",
        "appointments",
        ["scheduled_date"],
        postgresql_where=sa.text(STANDS),
    )
    _reminders()
    _timings()
    _feeds()
    for table, condition in POLICIES.items():
        _wall(table, condition, app)
    for function, arguments in ((DUE, "cma_due_reminders(timestamptz)"), (FEED, "cma_feed(text)")):
        op.get_bind().exec_driver_sql(function)
        op.execute(f"REVOKE ALL ON FUNCTION {arguments} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {arguments} TO {app}")
    _queue(app)


def _wall(table: str, condition: str, app: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY centre_isolation ON {table} USING ({condition}) WITH CHECK ({condition})"
    )
    op.execute(f"CREATE POLICY platform ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {app}")
    op.execute(
        f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
    )


def _queue(app: str) -> None:
    """Put procrastinate's tables into a schema that the app's role may use and not change."""
    schema = SchemaManager.get_schema()
    if hashlib.sha256(schema.encode()).hexdigest() != QUEUE_SHA256:
        raise RuntimeError("procrastinate's schema is not the one that this migration was made for")
    tables = schema[schema.index("-- Enums") :]  # what stands before makes plpgsql, always there
    op.execute("CREATE SCHEMA jobs")
    op.execute("REVOKE ALL ON SCHEMA jobs FROM PUBLIC")
    op.execute("SET LOCAL search_path = jobs")
    op.get_bind().connection.driver_connection.execute(tables)
    op.execute("SET LOCAL search_path TO DEFAULT")
    op.execute(f"ALTER TABLE jobs.procrastinate_jobs ADD CONSTRAINT ids_alone CHECK ({IDS_ALONE})")
    for table in QUEUE_TABLES:
        op.execute(f"ALTER TABLE jobs.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE jobs.{table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY worker ON jobs.{table} TO {app} USING ({WORKER}) WITH CHECK ({WORKER})"
        )
        op.execute(
            f"CREATE POLICY platform ON jobs.{table} TO CURRENT_USER USING (true) WITH CHECK (true)"
        )
    op.execute(f"GRANT USAGE ON SCHEMA jobs TO {app}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO {app}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO {app}")
    op.execute("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA jobs FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs TO {app}")


def downgrade() -> None:
    op.execute("DROP SCHEMA jobs CASCADE")
    op.execute("DROP FUNCTION cma_feed(text)")
    op.execute("DROP FUNCTION cma_due_reminders(timestamptz)")
    for table in ("calendar_feeds", "reminder_timings", "reminders"):
        op.drop_table(table)
    op.drop_index("idx_appointments_stands", "appointments")
