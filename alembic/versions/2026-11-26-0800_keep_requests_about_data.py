"""Keep requests about data and who took a copy of everything; an open one holds the record.

A request is of a client, seen as the client's own file is. While one is open nothing of the person
is forgotten, whoever writes it: what decides holds asks this table too.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import context, op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
AT_WORK = f"{ROLE} IN ('manager', 'advisor', 'trainee', 'system')"
BY_CLIENT = (
    f"{CENTRE} AND {AT_WORK} AND NOT client_id = ANY ((SELECT cma_hidden_clients())::bigint[])"
    f" AND ({ROLE} <> 'trainee' OR client_id = ANY ((SELECT cma_own_clients())::bigint[]))"
)
NO_TRAINEE = f"{BY_CLIENT} AND {ROLE} <> 'trainee'"
POLICIES = {"rights_requests": BY_CLIENT, "client_copies": BY_CLIENT}
WRITES = {"rights_requests": BY_CLIENT, "client_copies": NO_TRAINEE}
"""What is seen of each, and what may be written: no trainee takes a copy."""

OF_RIGHTS = """
  OR EXISTS (SELECT FROM public.rights_requests q WHERE q.centre_id = p_centre
    AND q.client_id = p_client AND q.outcome IS NULL AND q.deleted_at IS NULL)
"""
TRIGGERS = (
    ("lock_cases", "BEFORE INSERT OR UPDATE OF outcome, deleted_at", "cma_lock_cases_of"),
    ("keep_until", "AFTER INSERT OR UPDATE OF outcome, deleted_at", "cma_keep_of_hold"),
)


def _stamps(*, versioned: bool) -> list[sa.Column]:
    def moment(name: str) -> sa.Column:
        return sa.Column(
            name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        )

    more = [
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
    ]
    return [
        *(more if versioned else []),
        moment("created_at"),
        moment("updated_at"),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
    ]


def _text(name: str, length: int, *, needed: bool = False, default: str | None = None) -> sa.Column:
    server = sa.text(f"'{default}'") if default is not None else None
    return sa.Column(name, sa.String(length=length), nullable=not needed, server_default=server)


def _day(name: str, *, needed: bool = False) -> sa.Column:
    return sa.Column(name, sa.Date(), nullable=not needed)


def _number(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _listed(name: str) -> sa.Column:
    return sa.Column(name, postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False)


def _keys(table: str, **parents: str) -> list[sa.Constraint]:
    return [
        *[
            sa.ForeignKeyConstraint(
                ["centre_id", column],
                [f"{parent}.centre_id", f"{parent}.id"],
                name=op.f(f"fk_{table}_centre_id_{column}"),
            )
            for column, parent in parents.items()
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


def _one_of(table: str, column: str, *words: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return _check(table, column, f"{column} IN ({listed})")


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _requests() -> None:
    table = "rights_requests"
    op.create_table(
        table,
        *_stamps(versioned=True),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        _text("kind", 20, needed=True),
        _day("received_on", needed=True),
        _text("channel", 20, needed=True),
        _text("asked_for", 2000, needed=True),
        _text("asked_by", 200),
        _text("identity", 20, needed=True, default="known"),
        _text("identity_how", 300),
        _listed("pauses"),
        _day("paused_since"),
        _day("due_date"),
        _day("extended_on"),
        _text("extended_why", 500),
        _day("acknowledged_on"),
        _text("acknowledged_how", 300),
        _text("outcome", 20),
        _text("ground", 30),
        _day("decided_on"),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        _text("answer", 2000),
        _day("action_on"),
        _one_of(
            table, "kind", "access", "rectification", "erasure", "restriction", "portability",
            "objection", "complaint",
        ),
        _one_of(table, "channel", "in_person", "phone", "email", "letter", "text", "website"),
        _one_of(table, "identity", "known", "checked", "asked"),
        _one_of(table, "outcome", "fulfilled", "partly", "refused", "withdrawn"),
        _check(table, "due_date", "due_date >= received_on"),
        _check(table, "decided", "(outcome IS NULL) = (decided_on IS NULL)"),
        _check(table, "says_why", "outcome NOT IN ('partly', 'refused') OR ground IS NOT NULL"),
        _check(table, "action_on", "action_on IS NULL OR kind = 'erasure'"),
        *_keys(table, client_id="clients", decided_by="users"),
    )  # fmt: skip
    op.create_index(f"idx_{table}_client", table, ["centre_id", "client_id", "id"])
    op.create_index(
        f"idx_{table}_open",
        table,
        ["centre_id", "due_date", "id"],
        postgresql_where=sa.text("deleted_at IS NULL AND outcome IS NULL"),
    )


def _copies() -> None:
    table = "client_copies"
    op.create_table(
        table,
        *_stamps(versioned=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        _text("reason", 500),
        _text("status", 10, needed=True, default="asked"),
        _listed("left_out"),
        _number("files_total"),
        _number("files_done"),
        _number("failed"),
        sa.Column("file_size", sa.BigInteger(), nullable=True),
        _text("sha256", 64),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        _one_of(table, "status", "asked", "making", "made", "broken"),
        _check(table, "says_why", "request_id IS NOT NULL OR reason IS NOT NULL"),
        *_keys(table, client_id="clients", request_id="rights_requests"),
    )
    op.create_index(f"idx_{table}_client", table, ["centre_id", "client_id", "id"])
    op.create_index(f"idx_{table}_request", table, ["centre_id", "request_id"])


def _held(was: str, becomes: str) -> None:
    """Change what decides whether a person is held, as it stands."""
    function = str(
        op.get_bind()
        .exec_driver_sql("SELECT pg_get_functiondef('cma_held(bigint,bigint)'::regprocedure)")
        .scalar_one()
    )
    if was not in function:
        raise RuntimeError("the function is not the one that this migration was made for")
    head, _, end = function.rpartition(was)
    op.get_bind().exec_driver_sql(f"{head}{becomes}{end}")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    _requests()
    _copies()
    for table, seen in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY centre_isolation ON {table} USING ({seen}) WITH CHECK ({WRITES[table]})"
        )
        op.execute(
            f"CREATE POLICY platform ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {app}")
        op.execute(
            f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
        )
    for name, moment, function in TRIGGERS:
        op.execute(
            f"CREATE TRIGGER {name} {moment} ON rights_requests"
            f" FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
    _held("$function$", f"{OF_RIGHTS}$function$")


def downgrade() -> None:
    _held(f"{OF_RIGHTS}$function$", "$function$")
    op.drop_table("client_copies")
    op.drop_table("rights_requests")
