"""Keep breathing spaces with their debts, and requests with a last day; tell boards of both."""

from typing import Any

import sqlalchemy as sa

from alembic import context, op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
OF_A_CASE = (
    f"{CENTRE} AND {ROLE} IN ('manager', 'advisor', 'trainee', 'system')"
    " AND NOT case_id = ANY ((SELECT cma_hidden_cases())::bigint[])"
    f" AND ({ROLE} <> 'trainee' OR case_id = ANY ((SELECT cma_own_cases())::bigint[]))"
)
SEEN_SPACE = (
    "EXISTS (SELECT 1 FROM breathing_spaces s"
    " WHERE s.centre_id = breathing_space_debts.centre_id"
    " AND s.id = breathing_space_debts.breathing_space_id)"
)
MORE = {
    "breathing_spaces": "NOT client_id = ANY ((SELECT cma_hidden_clients())::bigint[])",
    "breathing_space_debts": SEEN_SPACE,
}
"""What hides a row beside its case: whose it is may have a restricted file and have left."""
TABLES = ("breathing_spaces", "breathing_space_debts", "request_deadlines")
PROTECTED = "daterange(start_date, COALESCE(ended_on, protected_until), '[]')"
LIVE = sa.text("deleted_at IS NULL")
OPEN = sa.text("deleted_at IS NULL AND done_on IS NULL")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _breathing_spaces()
    _breathing_space_debts()
    _request_deadlines()
    app = context.get_context().opts["app_role"]
    for table in TABLES:
        _wall(table, app)


def _stamped(table: str, *columns: sa.Column, removed: bool = True) -> list[Any]:
    """Return the columns and plain keys of a versioned, stamped table of a case."""
    moments = ["created_at", "updated_at"]
    stamps = [
        sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
        for name in moments
    ]
    gone = [sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True)] if removed else []
    return [
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        *gone,
        *stamps,
        _id("created_by", empty=True),
        _id("updated_by", empty=True),
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _id("case_id"),
        *columns,
        *[
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))
            for column, target in (
                ("centre_id", "centres.id"),
                ("created_by", "users.id"),
                ("updated_by", "users.id"),
            )
        ],
        _refers(table, "case_id", "cases"),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f(f"pk_{table}")),
    ]


def _id(name: str, *, empty: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=empty)


def _text(name: str, length: int, *, empty: bool = True) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=empty)


def _day(name: str, *, empty: bool = True) -> sa.Column:
    return sa.Column(name, sa.Date(), nullable=empty)


def _flag(name: str, default: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), server_default=sa.text(default), nullable=False)


def _refers(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["centre_id", column],
        [f"{parent}.centre_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_centre_id_{column}"),
    )


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _breathing_spaces() -> None:
    table = "breathing_spaces"
    op.create_table(
        table,
        *_stamped(
            table,
            _id("client_id"),
            _text("kind", 10, empty=False),
            _day("submitted_on"),
            _day("start_date", empty=False),
            _text("register_reference", 30),
            _text("contact_name", 100),
            _text("contact_role", 100),
            _text("contact_phone", 30),
            _day("confirmed_on"),
            _day("treatment_ended"),
            _day("review_from"),
            _day("review_by"),
            _day("protected_until"),
            _day("review_held_on"),
            _text("review_outcome", 20),
            _text("review_note", 500),
            _id("reviewed_by", empty=True),
            _day("ended_on"),
            _text("ended_reason", 30),
            _text("ended_note", 500),
            _id("ended_by", empty=True),
            _id("review_action_id", empty=True),
            _id("end_action_id", empty=True),
        ),
        _refers(table, "client_id", "clients"),
        _refers(table, "reviewed_by", "users"),
        _refers(table, "ended_by", "users"),
        _refers(table, "review_action_id", "next_actions"),
        _refers(table, "end_action_id", "next_actions"),
        _check(table, "kind", "kind IN ('standard', 'crisis')"),
        _check(table, "review_outcome", "review_outcome IN ('goes_on', 'to_cancel')"),
        _check(table, "last_day", "kind = 'crisis' OR protected_until IS NOT NULL"),
        _check(table, "named_contact", "kind = 'standard' OR contact_name IS NOT NULL"),
        _check(table, "crisis_not_reviewed", "kind = 'standard' OR review_held_on IS NULL"),
        _check(table, "reviewed", "(review_held_on IS NULL) = (review_outcome IS NULL)"),
        _check(table, "ended", "(ended_on IS NULL) = (ended_reason IS NULL)"),
        _check(table, "ended_on", "ended_on >= start_date"),
        _check(table, "protected_until", "protected_until >= start_date"),
    )
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT ex_breathing_spaces_client EXCLUDE USING gist"
        f" (centre_id WITH =, client_id WITH =, ({PROTECTED}) WITH &&) WHERE (deleted_at IS NULL)"
    )
    op.create_index(
        "idx_breathing_spaces_case",
        table,
        ["centre_id", "case_id", "start_date"],
        postgresql_where=LIVE,
    )
    op.create_index("idx_breathing_spaces_client", table, ["centre_id", "client_id", "start_date"])
    for name in ("review_action", "end_action"):
        op.create_index(f"idx_breathing_spaces_{name}", table, ["centre_id", f"{name}_id"])


def _breathing_space_debts() -> None:
    table = "breathing_space_debts"
    op.create_table(
        table,
        *_stamped(
            table,
            _id("breathing_space_id"),
            _id("debt_id"),
            _flag("is_in", "true"),
            _day("effective_on", empty=False),
            _text("reason", 300),
            removed=False,
        ),
        _refers(table, "breathing_space_id", "breathing_spaces"),
        _refers(table, "debt_id", "debts"),
        sa.UniqueConstraint(
            "centre_id",
            "breathing_space_id",
            "debt_id",
            name=op.f("uq_breathing_space_debts_centre_id_breathing_space_id_debt_id"),
        ),
        _check(table, "left_out_says_why", "is_in OR reason IS NOT NULL"),
    )
    op.create_index("idx_breathing_space_debts_case", table, ["centre_id", "case_id"])
    op.create_index("idx_breathing_space_debts_debt", table, ["centre_id", "debt_id"])


def _request_deadlines() -> None:
    table = "request_deadlines"
    op.create_table(
        table,
        *_stamped(
            table,
            _text("kind", 30, empty=False),
            _text("about", 200, empty=False),
            _day("asked_on", empty=False),
            _day("due_date", empty=False),
            _flag("is_given", "false"),
            _text("given_why", 300),
            _text("detail", 500),
            _day("done_on"),
            _id("done_by", empty=True),
            _text("done_how", 200),
            _id("action_id", empty=True),
        ),
        _refers(table, "done_by", "users"),
        _refers(table, "action_id", "next_actions"),
        _check(table, "due_date", "due_date >= asked_on"),
        _check(table, "done", "(done_on IS NULL) = (done_how IS NULL)"),
    )
    op.create_index(
        "idx_request_deadlines_case",
        table,
        ["centre_id", "case_id", "due_date"],
        postgresql_where=LIVE,
    )
    op.create_index(
        "idx_request_deadlines_open", table, ["centre_id", "due_date"], postgresql_where=OPEN
    )
    op.create_index("idx_request_deadlines_action", table, ["centre_id", "action_id"])


def _wall(table: str, app: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    seen = f"{OF_A_CASE} AND {MORE[table]}" if table in MORE else OF_A_CASE
    op.execute(f"CREATE POLICY centre_isolation ON {table} USING ({seen}) WITH CHECK ({seen})")
    op.execute(f"CREATE POLICY platform ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {app}")
    op.execute(
        f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
    )
    op.execute(
        f"CREATE TRIGGER tell_boards AFTER INSERT OR UPDATE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION cma_tell_boards()"
    )


def downgrade() -> None:
    app = context.get_context().opts["app_role"]
    for table in reversed(TABLES):
        op.execute(f"REVOKE ALL ON {table} FROM {app}")
        op.drop_table(table)
