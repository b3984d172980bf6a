"""Keep views of the board, and tell the boards of referrals and of who is away.

A view is seen by the manager who keeps it; by every manager of the centre once it is shared. So is
what the audit log says of it. A referral and a person's leave move a number of the board and no
card: the boards hear of case 0, which is none.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import context, op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ME = "(SELECT nullif(current_setting('app.user_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
SEEN = f"{CENTRE} AND {ROLE} IN ('manager', 'system') AND (is_shared OR owner_id = {ME})"

# The log's policy is taken as it stands, so that nothing which others added to it is lost.
LOG_NOW = sa.text(
    "SELECT qual FROM pg_policies WHERE tablename = 'audit_logs'"
    " AND policyname = 'centre_isolation'"
)
BEGINS = " AND (((table_name)::text <> 'saved_views'::text)"
OF_VIEWS = (
    "(table_name <> 'saved_views' OR EXISTS (SELECT 1 FROM saved_views r"
    " WHERE r.centre_id = audit_logs.centre_id AND r.id = audit_logs.record_id))"
)


def _log(condition: str) -> None:
    op.execute(
        f"ALTER POLICY centre_isolation ON audit_logs USING ({condition}) WITH CHECK ({condition})"
    )


def _without_views(condition: str) -> str:
    """Return the log's condition without the part about views, as PostgreSQL wrote it."""
    start = condition.index(BEGINS)
    depth = 0
    for at in range(start + len(" AND "), len(condition)):
        depth += {"(": 1, ")": -1}.get(condition[at], 0)
        if depth == 0:
            return condition[:start] + condition[at + 1 :]
    raise ValueError("The condition of the log ends inside a bracket.")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "saved_views",
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column(
            "shown",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("is_shared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        *[
            sa.ForeignKeyConstraint([name], ["users.id"], name=op.f(f"fk_saved_views_{name}"))
            for name in ("created_by", "updated_by")
        ],
        sa.ForeignKeyConstraint(
            ["centre_id", "owner_id"],
            ["users.centre_id", "users.id"],
            name=op.f("fk_saved_views_centre_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_saved_views_centre_id")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_saved_views")),
    )
    op.create_index(
        "uq_saved_views_own",
        "saved_views",
        ["centre_id", "owner_id", sa.text("lower(name)")],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL AND NOT is_shared"),
    )
    op.create_index(
        "uq_saved_views_shared",
        "saved_views",
        ["centre_id", sa.text("lower(name)")],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL AND is_shared"),
    )
    op.create_index("idx_saved_views_owner", "saved_views", ["centre_id", "owner_id", "id"])
    op.execute("ALTER TABLE saved_views ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE saved_views FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY centre_isolation ON saved_views USING ({SEEN}) WITH CHECK ({SEEN})")
    op.execute(
        "CREATE POLICY platform ON saved_views TO CURRENT_USER USING (true) WITH CHECK (true)"
    )
    app = context.get_context().opts["app_role"]
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON saved_views TO {app}")
    op.execute(
        "CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON saved_views"
        " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
    )
    _log(f"{op.get_bind().execute(LOG_NOW).scalar_one()} AND {OF_VIEWS}")


def downgrade() -> None:
    _log(_without_views(op.get_bind().execute(LOG_NOW).scalar_one()))
    op.drop_table("saved_views")
