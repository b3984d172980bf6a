"""Tell people inside the app, and let rules make tasks: notifications, and more of next actions.

A notification is read by the person it is for, and only while they may see its case; whoever works
at the centre may make one for a colleague about a case that they see themselves. A task that a rule
made carries the rule and its cause: the index lets one cause make one task, whoever tries again.
"""

import sqlalchemy as sa

from alembic import context, op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ME = "(SELECT nullif(current_setting('app.user_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
AT_WORK = f"{ROLE} IN ('manager', 'advisor', 'trainee', 'system')"
OF_A_CASE_SEEN = (
    "(case_id IS NULL OR (NOT case_id = ANY ((SELECT cma_hidden_cases())::bigint[])"
    f" AND ({ROLE} <> 'trainee' OR case_id = ANY ((SELECT cma_own_cases())::bigint[]))))"
)
MAKES = f"{CENTRE} AND {AT_WORK} AND {OF_A_CASE_SEEN}"
READS = f"{MAKES} AND (user_id = {ME} OR {ROLE} = 'system')"

TELL = """
CREATE FUNCTION cma_tell_person() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM pg_notify('cma_notification', NEW.centre_id || '/' || NEW.user_id);
  RETURN NULL;
END $$"""

CENTRES = """
CREATE FUNCTION cma_open_centres() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT c.id FROM public.centres c
  WHERE c.status = 'active' AND current_setting('app.role', true) = 'system' ORDER BY c.id
$$"""


def _moment(name: str) -> sa.Column:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )


def _notifications(app: str) -> None:
    references = {"user_id": "users", "case_id": "cases"}
    op.create_table(
        "notifications",
        _moment("created_at"),
        _moment("updated_at"),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("ref_id", sa.BigInteger(), nullable=True),
        sa.Column("what", sa.String(200), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        *[
            sa.ForeignKeyConstraint(
                ["centre_id", column],
                [f"{parent}.centre_id", f"{parent}.id"],
                name=op.f(f"fk_notifications_centre_id_{column}"),
            )
            for column, parent in references.items()
        ],
        *[
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_notifications_{column}"))
            for column, target in (
                ("centre_id", "centres.id"),
                ("created_by", "users.id"),
                ("updated_by", "users.id"),
            )
        ],
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_notifications")),
    )
    same = [sa.text("coalesce(case_id, 0)"), sa.text("coalesce(ref_id, 0)")]
    op.create_index(
        "uq_notifications_unseen",
        "notifications",
        ["centre_id", "user_id", "kind", *same],
        unique=True,
        postgresql_where=sa.text("seen_at IS NULL"),
    )
    op.create_index("idx_notifications_user", "notifications", ["centre_id", "user_id", "id"])
    op.create_index("idx_notifications_case", "notifications", ["centre_id", "case_id"])
    op.create_index("idx_notifications_created", "notifications", ["centre_id", "created_at"])
    op.execute("ALTER TABLE notifications ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE notifications FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY centre_isolation ON notifications USING ({READS}) WITH CHECK ({MAKES})"
    )
    op.execute(
        "CREATE POLICY platform ON notifications TO CURRENT_USER USING (true) WITH CHECK (true)"
    )
    op.execute(f"GRANT SELECT, INSERT, DELETE ON notifications TO {app}")
    op.execute(f"GRANT UPDATE (seen_at, updated_at, updated_by) ON notifications TO {app}")
    op.execute(
        "CREATE TRIGGER tell_person AFTER INSERT OR UPDATE OF seen_at ON notifications"
        " FOR EACH ROW EXECUTE FUNCTION cma_tell_person()"
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    for name, kind in (
        ("rule", sa.String(40)),
        ("cause", sa.String(80)),
        ("put_off_from", sa.Date()),
        ("put_off_reason", sa.String(300)),
    ):
        op.add_column("next_actions", sa.Column(name, kind, nullable=True))
    for name, condition in (
        ("cause_of_a_rule", "cause IS NULL OR rule IS NOT NULL"),
        ("put_off_says_why", "put_off_from IS NULL OR put_off_reason IS NOT NULL"),
    ):
        op.create_check_constraint(op.f(f"ck_next_actions_{name}"), "next_actions", condition)
    op.create_index(
        "uq_next_actions_cause",
        "next_actions",
        ["centre_id", "rule", "cause"],
        unique=True,
        postgresql_where=sa.text("cause IS NOT NULL"),
    )
    for function, arguments in ((TELL, "cma_tell_person()"), (CENTRES, "cma_open_centres()")):
        op.get_bind().exec_driver_sql(function)
        op.execute(f"REVOKE ALL ON FUNCTION {arguments} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION cma_open_centres() TO {app}")
    _notifications(app)


def downgrade() -> None:
    op.drop_table("notifications")
    op.execute("DROP FUNCTION cma_open_centres()")
    op.execute("DROP FUNCTION cma_tell_person()")
    op.drop_index("uq_next_actions_cause", "next_actions")
    for name in ("put_off_says_why", "cause_of_a_rule"):
        op.drop_constraint(op.f(f"ck_next_actions_{name}"), "next_actions")
    for name in ("put_off_reason", "put_off_from", "cause", "rule"):
        op.drop_column("next_actions", name)
