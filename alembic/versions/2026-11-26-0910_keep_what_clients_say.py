"""Keep what clients were asked about the service, and what they said of it."""

import sqlalchemy as sa

from alembic import context, op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

TABLE = "client_feedback"
CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
NOT_HIDDEN = (
    "NOT case_id = ANY ((SELECT cma_hidden_cases())::bigint[])"
    " AND NOT client_id = ANY ((SELECT cma_hidden_clients())::bigint[])"
)
POLICY = (
    f"{CENTRE} AND {ROLE} IN ('manager', 'advisor', 'trainee', 'system') AND {NOT_HIDDEN}"
    f" AND ({ROLE} <> 'trainee' OR case_id = ANY ((SELECT cma_own_cases())::bigint[]))"
)
READING = {
    "shadowing": (
        f"{CENTRE} AND {ROLE} = 'trainee' AND {NOT_HIDDEN}"
        " AND case_id = ANY ((SELECT cma_shadowed_cases())::bigint[])"
    ),
    "visiting": (
        f"{CENTRE} AND {ROLE} = 'visitor' AND (SELECT cma_open_grant()) IS NOT NULL"
        f" AND {NOT_HIDDEN}"
    ),
}
CHECKS = {
    "way": "way IN ('in_person', 'phone', 'video', 'text', 'email', 'letter')",
    "rating": "rating BETWEEN 1 AND 5",
    "answered_on": "answered_on >= asked_on",
    "answer": "answered_on IS NOT NULL OR (rating IS NULL AND said IS NULL AND NOT may_be_quoted)",
    "declined": "NOT is_declined OR answered_on IS NULL",
}


def _moment(name: str, *, stamped: bool = True) -> sa.Column:
    default = sa.text("now()") if stamped else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not stamped)


def _flag(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)


def _create() -> None:
    people = [
        sa.ForeignKeyConstraint([name], ["users.id"], name=op.f(f"fk_{TABLE}_{name}"))
        for name in ("created_by", "updated_by")
    ]
    parents = [
        sa.ForeignKeyConstraint(
            ["centre_id", column],
            [f"{parent}.centre_id", f"{parent}.id"],
            name=op.f(f"fk_{TABLE}_centre_id_{column}"),
        )
        for column, parent in (("case_id", "cases"), ("client_id", "clients"))
    ]
    op.create_table(
        TABLE,
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        _moment("deleted_at", stamped=False),
        _moment("created_at"),
        _moment("updated_at"),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        _flag("is_declined"),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        _flag("may_be_quoted"),
        *[
            sa.CheckConstraint(condition, name=op.f(f"ck_{TABLE}_{name}"))
            for name, condition in CHECKS.items()
        ],
        *people,
        *parents,
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f(f"fk_{TABLE}_centre_id")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f(f"pk_{TABLE}")),
    )
    for name, columns in (
        ("case", ["centre_id", "case_id", "id"]),
        ("client", ["centre_id", "client_id"]),
        ("asked", ["centre_id", "asked_on"]),
    ):
        op.create_index(
            f"idx_{TABLE}_{name}", TABLE, columns, postgresql_where=sa.text("deleted_at IS NULL")
        )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _create()
    app = context.get_context().opts["app_role"]
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY centre_isolation ON {TABLE} USING ({POLICY}) WITH CHECK ({POLICY})")
    op.execute(f"CREATE POLICY platform ON {TABLE} TO CURRENT_USER USING (true) WITH CHECK (true)")
    for name, condition in READING.items():
        op.execute(f"CREATE POLICY {name} ON {TABLE} FOR SELECT USING ({condition})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {TABLE} TO {app}")
    op.execute(
        f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {TABLE}"
        " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
    )


def downgrade() -> None:
    op.drop_table(TABLE)
