"""Book no slot twice: rooms, hours and leave; an appointment's slot in UTC, held once.

Local date and time stay as they are written. The slot is worked out from them by the database: a
time that the clocks skip is refused, and one that comes twice is the first. Neither an advisor nor
a room takes two appointments that still stand. Who may not see an appointment learns by
`cma_busy` that the time is taken, and nothing more.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import context, op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
AT_WORK = f"{ROLE} IN ('manager', 'advisor', 'trainee', 'system')"
NEW = ("rooms", "working_weeks", "staff_leave")

# The summer reading of a local time is an hour behind it in UTC. Where London agrees, that is the
# moment, and the first of two; otherwise it is winter. A skipped time is neither, and the check
# on the table refuses it. What this calls is immutable, as a generated column asks.
UK_MOMENT = """
CREATE FUNCTION cma_uk_moment(local timestamp) RETURNS timestamptz
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE
    WHEN ((local - interval '1 hour') AT TIME ZONE 'UTC') AT TIME ZONE 'Europe/London' = local
    THEN (local - interval '1 hour') AT TIME ZONE 'UTC'
    ELSE local AT TIME ZONE 'UTC'
  END
$$"""
LOCAL = "scheduled_date + scheduled_time"
STARTS = f"cma_uk_moment({LOCAL})"
ENDS = f"({STARTS} AT TIME ZONE 'UTC' + duration_minutes * interval '1 minute') AT TIME ZONE 'UTC'"
SLOT = f"tstzrange({STARTS}, {ENDS}, '[)')"
LOCAL_SLOT = f"tsrange({LOCAL}, {LOCAL} + duration_minutes * interval '1 minute', '[)')"
STANDS = "status IN ('scheduled','confirmed') AND deleted_at IS NULL"
CHECKS = {
    "status": (
        "status IN ('scheduled', 'confirmed', 'attended', 'late', 'did_not_attend', 'cancelled')"
    ),
    "appointment_type": "appointment_type IN ('first', 'advice', 'review', 'casework', 'other')",
    "meeting_mode": "meeting_mode IN ('in_person', 'phone', 'video', 'outreach')",
    "cancelled_by": "cancelled_by IN ('client', 'centre', 'creditor', 'other')",
    "is_cancelled_by": "(status = 'cancelled') = (cancelled_by IS NOT NULL)",
    "duration": "duration_minutes BETWEEN 5 AND 480",
    "time_exists": f"{STARTS} AT TIME ZONE 'Europe/London' = {LOCAL}",
}

BUSY = """
CREATE FUNCTION cma_busy(p_from timestamptz, p_until timestamptz)
RETURNS TABLE (appointment_id bigint, advisor_id bigint, room_id bigint,
  starts_at timestamptz, ends_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT a.id, a.advisor_id, a.room_id, lower(a.slot), upper(a.slot)
  FROM public.appointments a
  WHERE a.centre_id = nullif(current_setting('app.centre_id', true), '')::bigint
    AND current_setting('app.role', true) IN ('manager', 'advisor', 'trainee', 'system')
    AND a.status IN ('scheduled', 'confirmed') AND a.deleted_at IS NULL
    AND a.slot && tstzrange(p_from, p_until, '[)')
$$"""


def _stamps(*, removed: bool = False) -> list[sa.Column]:
    def moment(name: str) -> sa.Column:
        return sa.Column(
            name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        )

    gone = [sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True)] if removed else []
    return [
        *gone,
        moment("created_at"),
        moment("updated_at"),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    ]


def _keys(table: str, *, person: bool = True) -> list[sa.Constraint]:
    of_person = sa.ForeignKeyConstraint(
        ["centre_id", "user_id"],
        ["users.centre_id", "users.id"],
        name=op.f(f"fk_{table}_centre_id_user_id"),
    )
    return [
        *([of_person] if person else []),
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


def _version() -> sa.Column:
    return sa.Column("version", sa.Integer(), server_default="1", nullable=False)


def _tables() -> None:
    op.create_table(
        "rooms",
        _version(),
        *_stamps(),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("is_open", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        *_keys("rooms", person=False),
    )
    op.create_index("uq_rooms_name", "rooms", ["centre_id", sa.text("lower(name)")], unique=True)
    op.create_table(
        "working_weeks",
        _version(),
        *_stamps(),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("days", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.UniqueConstraint(
            "centre_id", "user_id", "valid_from",
            name=op.f("uq_working_weeks_centre_id_user_id_valid_from"),
        ),
        *_keys("working_weeks"),
    )  # fmt: skip
    op.create_table(
        "staff_leave",
        *_stamps(removed=True),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_staff_leave_days")),
        *_keys("staff_leave"),
    )
    op.create_index(
        "idx_staff_leave_user",
        "staff_leave",
        ["centre_id", "user_id", "last_day"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )


def _exclude(name: str, column: str, slot: str, where: str) -> None:
    op.execute(
        f"ALTER TABLE appointments ADD CONSTRAINT {name} EXCLUDE USING gist"
        f" (centre_id WITH =, {column} WITH =, {slot} WITH &&) WHERE ({where})"
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    _tables()
    op.get_bind().exec_driver_sql(UK_MOMENT)
    op.execute("ALTER TABLE appointments DROP CONSTRAINT ex_appointments_advisor_slot")
    op.drop_column("appointments", "slot")
    op.add_column("appointments", _version())
    op.add_column("appointments", sa.Column("room_id", sa.BigInteger(), nullable=True))
    op.add_column("appointments", sa.Column("cancelled_by", sa.String(20), nullable=True))
    op.add_column("appointments", sa.Column("cancel_reason", sa.String(500), nullable=True))
    op.add_column(
        "appointments",
        sa.Column("slot", postgresql.TSTZRANGE(), sa.Computed(SLOT, persisted=True), nullable=True),
    )
    op.create_foreign_key(
        op.f("fk_appointments_centre_id_room_id"),
        "appointments",
        "rooms",
        ["centre_id", "room_id"],
        ["centre_id", "id"],
    )
    op.create_index("idx_appointments_room", "appointments", ["centre_id", "room_id"])
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_appointments_{name}"), "appointments", condition)
    _exclude("ex_appointments_advisor_slot", "advisor_id", "slot", STANDS)
    _exclude("ex_appointments_room_slot", "room_id", "slot", f"room_id IS NOT NULL AND {STANDS}")
    for table in NEW:
        _wall(table, app)
    op.get_bind().exec_driver_sql(BUSY)
    op.execute("REVOKE ALL ON FUNCTION cma_busy(timestamptz, timestamptz) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION cma_busy(timestamptz, timestamptz) TO {app}")


def _wall(table: str, app: str) -> None:
    condition = f"{CENTRE} AND {AT_WORK}"
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


def downgrade() -> None:
    op.execute("DROP FUNCTION cma_busy(timestamptz, timestamptz)")
    for name in ("ex_appointments_room_slot", "ex_appointments_advisor_slot"):
        op.execute(f"ALTER TABLE appointments DROP CONSTRAINT {name}")
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_appointments_{name}"), "appointments")
    op.drop_index("idx_appointments_room", "appointments")
    op.drop_constraint(op.f("fk_appointments_centre_id_room_id"), "appointments")
    for column in ("slot", "cancel_reason", "cancelled_by", "room_id", "version"):
        op.drop_column("appointments", column)
    op.execute("DROP FUNCTION cma_uk_moment(timestamp)")
    op.add_column(
        "appointments",
        sa.Column(
            "slot", postgresql.TSRANGE(), sa.Computed(LOCAL_SLOT, persisted=True), nullable=True
        ),
    )
    _exclude("ex_appointments_advisor_slot", "advisor_id", "slot", STANDS)
    for table in reversed(NEW):
        op.drop_table(table)
