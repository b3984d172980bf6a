"""Let a trainee's acts wait for sign-off: what was submitted, and two triggers that hold the line.

One guards the table: a version is frozen once it is submitted, it is decided once, by an advisor or
a manager of the centre who is not its author, and what is signed off is what was submitted. The
other refuses a trainee's own session every state that a sign-off leads to, whatever the app says.
The owner passes both: planting, retention and migrations.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import context, op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TABLE = "sign_offs"
CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
POLICY = (
    f"{CENTRE} AND {ROLE} IN ('manager', 'advisor', 'trainee', 'system')"
    " AND NOT case_id = ANY ((SELECT cma_hidden_cases())::bigint[])"
    f" AND ({ROLE} <> 'trainee' OR case_id = ANY ((SELECT cma_own_cases())::bigint[]))"
)
DECIDED = (
    "status, decided_by, decided_at, decided_hash, reasons, comments, edits, remark,"
    " updated_at, updated_by"
)
STATUSES = "status IN ('submitted', 'approved', 'returned', 'void', 'withdrawn')"
OWNER_PASSES = """
  IF pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER') THEN
    RETURN NEW;
  END IF;"""

GUARD = f"""
CREATE FUNCTION cma_guard_sign_off() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  me bigint := nullif(current_setting('app.user_id', true), '')::bigint;
BEGIN{OWNER_PASSES}
  IF NEW.centre_id IS DISTINCT FROM nullif(current_setting('app.centre_id', true), '')::bigint THEN
    RETURN NEW;  -- row security refuses it
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'submitted' OR NEW.submitted_by IS DISTINCT FROM me THEN
      RAISE EXCEPTION 'work is submitted by its author' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'sign_off';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.status <> 'submitted' THEN
    RAISE EXCEPTION 'this was decided' USING ERRCODE = 'check_violation', CONSTRAINT = 'sign_off';
  END IF;
  IF NEW.status IN ('approved', 'returned') AND (
    NEW.decided_by IS DISTINCT FROM me
    OR current_setting('app.role', true) NOT IN ('advisor', 'manager')
    OR NOT EXISTS (SELECT 1 FROM users u WHERE u.centre_id = NEW.centre_id AND u.id = me
                   AND u.role IN ('advisor', 'manager') AND u.is_active)
  ) THEN
    RAISE EXCEPTION 'an advisor or a manager decides' USING ERRCODE = 'check_violation',
      CONSTRAINT = 'sign_off';
  END IF;
  RETURN NEW;
END $$"""

# The letters that carry advice and the events that are emergencies as they were when this was
# written; the services ask the dated lists.
WAIT = """
CREATE FUNCTION cma_wait_for_sign_off() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
  was jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
  becomes jsonb := to_jsonb(NEW);
  ranks text[] := ARRAY['low', 'medium', 'high', 'urgent'];
  waits boolean := false;
BEGIN
  IF coalesce(current_setting('app.role', true), '') <> 'trainee' THEN
    RETURN NEW;
  END IF;
  IF TG_TABLE_NAME = 'cases' THEN
    waits := (becomes ->> 'status' IN ('closed', 'referred', 'cancelled')
        AND was ->> 'status' IS DISTINCT FROM becomes ->> 'status')
      OR (becomes ->> 'stage' IN ('action', 'review')
        AND coalesce(was ->> 'stage', '') NOT IN ('action', 'review'))
      OR (TG_OP = 'UPDATE' AND array_position(ranks, becomes ->> 'priority')
        < array_position(ranks, was ->> 'priority'))
      OR (was ->> 'emergency' IS NOT NULL AND becomes ->> 'emergency' IS NULL
        AND NOT EXISTS (SELECT 1 FROM debt_events e WHERE e.centre_id = NEW.centre_id
          AND e.case_id = NEW.id AND e.ended_at IS NULL AND e.deleted_at IS NULL));
  ELSIF TG_TABLE_NAME = 'budget_sheets' THEN
    waits := becomes ->> 'verification_status' = 'verified'
      AND was ->> 'verification_status' IS DISTINCT FROM 'verified';
  ELSIF TG_TABLE_NAME = 'statements' THEN
    waits := becomes ->> 'status' IN ('verified', 'issued')
      AND was ->> 'status' IS DISTINCT FROM becomes ->> 'status';
  ELSIF TG_TABLE_NAME = 'letters' THEN
    waits := becomes ->> 'status' = 'issued' AND was ->> 'status' IS DISTINCT FROM 'issued'
      AND becomes ->> 'kind' IN ('offer', 'closing');
  ELSIF TG_TABLE_NAME = 'debt_events' THEN
    waits := was ->> 'kind' IN ('statutory_demand', 'bankruptcy_petition', 'bailiff_visit',
        'hearing', 'possession_hearing', 'eviction', 'disconnection', 'self_disconnected',
        'arrest_warrant', 'repossession', 'insolvency_deadline', 'no_essentials')
      AND was ->> 'ended_at' IS NULL AND was ->> 'deleted_at' IS NULL
      AND (becomes ->> 'ended_at' IS NOT NULL OR becomes ->> 'deleted_at' IS NOT NULL);
  ELSIF TG_TABLE_NAME = 'clients' THEN
    waits := EXISTS (SELECT 1 FROM jsonb_array_elements(was -> 'vulnerability_flags') f
      WHERE NOT (becomes -> 'vulnerability_flags')
        @> jsonb_build_array(jsonb_build_object('id', f -> 'id')));
  END IF;
  IF waits THEN
    RAISE EXCEPTION 'this waits for sign-off' USING ERRCODE = 'check_violation',
      CONSTRAINT = 'waits_for_sign_off';
  END IF;
  RETURN NEW;
END $$"""
HELD = ("budget_sheets", "cases", "clients", "debt_events", "letters", "statements")


def _id(name: str, *, optional: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=optional)


def _said(name: str, length: int, default: str | None = None) -> sa.Column:
    shown = None if default is None else sa.text(f"'{default}'")
    return sa.Column(name, sa.String(length=length), server_default=shown, nullable=False)


def _moment(name: str, *, optional: bool = False, stamped: bool = False) -> sa.Column:
    default = sa.text("now()") if stamped else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=optional)


def _document(name: str, default: str) -> sa.Column:
    kind = postgresql.JSONB(astext_type=sa.Text())
    return sa.Column(name, kind, server_default=sa.text(f"'{default}'"), nullable=False)


def _check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{TABLE}_{name}"))


def _refers(column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["centre_id", column],
        [f"{parent}.centre_id", f"{parent}.id"],
        name=op.f(f"fk_{TABLE}_centre_id_{column}"),
    )


def _create() -> None:
    people = [
        sa.ForeignKeyConstraint([name], ["users.id"], name=op.f(f"fk_{TABLE}_{name}"))
        for name in ("created_by", "updated_by")
    ]
    op.create_table(
        TABLE,
        _moment("created_at", stamped=True),
        _moment("updated_at", stamped=True),
        _id("created_by", optional=True),
        _id("updated_by", optional=True),
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _id("case_id"),
        _id("previous_id", optional=True),
        _said("act", 40),
        _said("step", 40),
        _id("subject_id"),
        _said("subject_key", 40, ""),
        sa.Column("version_no", sa.Integer(), server_default="1", nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        _said("content_hash", 64),
        _said("status", 12, "submitted"),
        _id("submitted_by"),
        _moment("submitted_at"),
        _id("decided_by", optional=True),
        _moment("decided_at", optional=True),
        sa.Column("decided_hash", sa.String(length=64), nullable=True),
        _document("reasons", "[]"),
        _document("comments", "{}"),
        _document("edits", "{}"),
        sa.Column("remark", sa.String(length=1000), nullable=True),
        _check("status", STATUSES),
        _check("nobody_signs_off_their_own", "decided_by <> submitted_by"),
        _check("hash", "content_hash = encode(sha256(convert_to(content, 'UTF8')), 'hex')"),
        _check(
            "signed_off_as_submitted",
            "status <> 'approved' OR decided_hash IS NOT DISTINCT FROM content_hash",
        ),
        _check("decided_by", "status NOT IN ('approved', 'returned') OR decided_by IS NOT NULL"),
        _check("decided_at", "(status = 'submitted') = (decided_at IS NULL)"),
        *people,
        _refers("case_id", "cases"),
        _refers("previous_id", TABLE),
        _refers("submitted_by", "users"),
        _refers("decided_by", "users"),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f(f"fk_{TABLE}_centre_id")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint(
            "centre_id",
            "step",
            "subject_id",
            "subject_key",
            "version_no",
            name=op.f(f"uq_{TABLE}_centre_id_step_subject_id_subject_key_version_no"),
        ),
    )
    waits = sa.text("status = 'submitted'")
    op.create_index("idx_sign_offs_case", TABLE, ["centre_id", "case_id", "id"])
    op.create_index("idx_sign_offs_previous", TABLE, ["centre_id", "previous_id"])
    op.create_index("idx_sign_offs_submitter", TABLE, ["centre_id", "submitted_by", "id"])
    op.create_index(
        "idx_sign_offs_waiting", TABLE, ["centre_id", "submitted_at"], postgresql_where=waits
    )
    op.create_index(
        "idx_sign_offs_one_waits",
        TABLE,
        ["centre_id", "step", "subject_id", "subject_key"],
        unique=True,
        postgresql_where=waits,
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _create()
    app = context.get_context().opts["app_role"]
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY centre_isolation ON {TABLE} USING ({POLICY}) WITH CHECK ({POLICY})")
    op.execute(f"CREATE POLICY platform ON {TABLE} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT ON {TABLE} TO {app}")
    op.execute(f"GRANT UPDATE ({DECIDED}) ON {TABLE} TO {app}")
    op.execute(
        f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
    )
    for function in (GUARD, WAIT):
        op.get_bind().exec_driver_sql(function)
    op.execute(
        f"CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION cma_guard_sign_off()"
    )
    for table in HELD:
        op.execute(
            f"CREATE TRIGGER wait_for_sign_off BEFORE INSERT OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION cma_wait_for_sign_off()"
        )


def downgrade() -> None:
    for table in HELD:
        op.execute(f"DROP TRIGGER wait_for_sign_off ON {table}")
    op.drop_table(TABLE)
    op.execute("DROP FUNCTION cma_wait_for_sign_off()")
    op.execute("DROP FUNCTION cma_guard_sign_off()")
