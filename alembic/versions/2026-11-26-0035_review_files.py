"""Review files: rates and levels by date, draws with their pools, reviews, and answers to them.

All but the review itself is only ever added to: the app may not change or remove a draw, a
finished version or an answer. An advisor sees a review of their own once it is finished, whoever
holds the case by then; a restricted file stays absent for everybody who is not named on it.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import context, op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ME = "(SELECT nullif(current_setting('app.user_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
AT_WORK = f"{ROLE} IN ('manager', 'advisor', 'trainee', 'system')"
LEADS = f"{ROLE} IN ('manager', 'system')"
NOT_HIDDEN = "NOT case_id = ANY ((SELECT cma_hidden_cases())::bigint[])"


def of_review(table: str) -> str:
    """Return the condition that a row's review is one the reader sees."""
    return (
        f"{CENTRE} AND {AT_WORK} AND EXISTS (SELECT 1 FROM file_reviews r"
        f" WHERE r.centre_id = {table}.centre_id AND r.id = {table}.review_id)"
    )


POLICIES = {
    "review_rates": f"{CENTRE} AND {AT_WORK}",
    "review_levels": f"{CENTRE} AND {AT_WORK}",
    # The seed and the files it chose from tell which were drawn: no holder sees either beforehand.
    "review_samples": (
        f"{CENTRE} AND {AT_WORK} AND ({LEADS} OR EXISTS (SELECT 1 FROM file_reviews r"
        " WHERE r.centre_id = review_samples.centre_id AND r.sample_id = review_samples.id))"
    ),
    "review_pool": f"{CENTRE} AND {NOT_HIDDEN} AND {LEADS}",
    "file_reviews": (
        f"{CENTRE} AND {AT_WORK} AND {NOT_HIDDEN} AND ({LEADS}"
        f" OR ({ROLE} = 'advisor' AND reviewer_id = {ME})"
        f" OR (holder_id = {ME} AND finished_at IS NOT NULL))"
    ),
    "file_review_versions": of_review("file_review_versions"),
    "review_responses": of_review("review_responses"),
}

# The log as migration 0008 left it, and with what it tells of reviews: of those the reader sees.
HIDDEN_CLIENTS = "(SELECT cma_hidden_clients())::bigint[]"
OWN_CASES = "(SELECT cma_own_cases())::bigint[]"
CASEWORK_LOG = (
    f"{AT_WORK} AND (case_id IS NULL OR {NOT_HIDDEN})"
    f" AND ({ROLE} <> 'trainee' OR case_id = ANY ({OWN_CASES}))"
    f" AND (client_id IS NULL OR NOT client_id = ANY ({HIDDEN_CLIENTS}))"
)
ADMINS_LOG = f"{ROLE} = 'admin' AND table_name IN ('users', 'sessions')"


def log_of(*tables: str) -> str:
    """Return the log's condition: a row about one of these is seen by who sees the record."""
    seen = "".join(
        f" AND (table_name <> '{table}' OR EXISTS (SELECT 1 FROM {table} r"
        " WHERE r.centre_id = audit_logs.centre_id AND r.id = audit_logs.record_id))"
        for table in tables
    )
    return f"{CENTRE} AND (({CASEWORK_LOG}{seen}) OR ({ADMINS_LOG}))"


LOG = log_of("referrals", "appointment_notes")
NARROW_LOG = log_of(
    "referrals",
    "appointment_notes",
    "review_samples",
    "file_reviews",
    "file_review_versions",
    "review_responses",
)
# Of a drawn file: who reviews it and what came of it, never which it is, whose, or why.
CHANGES = "reviewer_id, version_no, result, answer, finished_at, version, updated_at, updated_by"
LEVELS = "level IN ('trainee', 'newly_qualified', 'experienced')"
RESULTS = "result IN ('meets', 'partly', 'below')"
STANCES = "IN ('read', 'accepted', 'disputed', 'replied')"


def _id(name: str, *, optional: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=optional)


def _words(name: str, length: int, default: str | None = None) -> sa.Column:
    shown = None if default is None else sa.text(f"'{default}'")
    return sa.Column(name, sa.String(length=length), server_default=shown, nullable=default is None)


def _said(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _number(name: str, default: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), server_default=default, nullable=False)


def _flag(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)


def _document(name: str, default: str) -> sa.Column:
    return sa.Column(
        name,
        postgresql.JSONB(astext_type=sa.Text()),
        server_default=sa.text(f"'{default}'"),
        nullable=False,
    )


def _day(name: str) -> sa.Column:
    return sa.Column(name, sa.Date(), nullable=False)


def _moment(name: str, *, optional: bool = False, stamped: bool = False) -> sa.Column:
    default = sa.text("now()") if stamped else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=optional)


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _create(
    table: str, *parts: sa.Column | sa.Constraint, refers: dict[str, str], stamped: bool = True
) -> None:
    """Create a table of a centre, with its key, its references and who made a row."""
    stamps = [
        _moment("created_at", stamped=True),
        _moment("updated_at", stamped=True),
        _id("created_by", optional=True),
        _id("updated_by", optional=True),
    ]
    people = [
        sa.ForeignKeyConstraint([name], ["users.id"], name=op.f(f"fk_{table}_{name}"))
        for name in ("created_by", "updated_by")
    ]
    op.create_table(
        table,
        *(stamps if stamped else []),
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        *parts,
        *(people if stamped else []),
        *[
            sa.ForeignKeyConstraint(
                ["centre_id", name],
                [f"{parent}.centre_id", f"{parent}.id"],
                name=op.f(f"fk_{table}_centre_id_{name}"),
            )
            for name, parent in refers.items()
        ],
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f(f"fk_{table}_centre_id")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f(f"pk_{table}")),
    )


def _settings() -> None:
    _create("review_rates", _day("valid_from"), _document("rates", "{}"), refers={})
    op.create_index("idx_review_rates_from", "review_rates", ["centre_id", "valid_from", "id"])
    _create(
        "review_levels",
        _id("user_id"),
        _words("level", 20, "newly_qualified"),
        _day("valid_from"),
        _check("review_levels", "level", LEVELS),
        refers={"user_id": "users"},
    )
    op.create_index(
        "idx_review_levels_user", "review_levels", ["centre_id", "user_id", "valid_from", "id"]
    )


def _draws() -> None:
    table = "review_samples"
    _create(
        table,
        _day("first_day"),
        _day("last_day"),
        _number("draw_no", "1"),
        _said("seed", 64),
        _document("rates", "{}"),
        _document("people", "[]"),
        _words("reason", 500),
        _id("drawn_by"),
        _moment("drawn_at"),
        _check(table, "days", "last_day >= first_day"),
        _check(table, "again_says_why", "draw_no = 1 OR reason IS NOT NULL"),
        _unique(table, "centre_id", "first_day", "last_day", "draw_no"),
        refers={"drawn_by": "users"},
    )
    table = "review_pool"
    _create(
        table,
        _id("sample_id"),
        _id("case_id"),
        _id("holder_id"),
        _flag("is_apart"),
        _unique(table, "centre_id", "sample_id", "case_id"),
        refers={"sample_id": "review_samples", "case_id": "cases", "holder_id": "users"},
        stamped=False,
    )
    op.create_index("idx_review_pool_case", table, ["centre_id", "case_id"])
    op.create_index("idx_review_pool_holder", table, ["centre_id", "holder_id"])


def _reviews() -> None:
    table = "file_reviews"
    _create(
        table,
        _number("version", "1"),
        _id("sample_id"),
        _id("case_id"),
        _said("case_reference", 50),
        _id("holder_id"),
        _words("level", 20, "newly_qualified"),
        _flag("is_random"),
        _document("risks", "[]"),
        _id("reviewer_id", optional=True),
        _number("version_no", "0"),
        _words("result", 10),
        _words("answer", 10),
        _moment("finished_at", optional=True),
        _check(table, "level", LEVELS),
        _check(table, "result", RESULTS),
        _check(table, "answer", f"answer {STANCES}"),
        _check(table, "nobody_reviews_their_own", "reviewer_id <> holder_id"),
        _unique(table, "centre_id", "sample_id", "case_id"),
        refers={
            "sample_id": "review_samples",
            "case_id": "cases",
            "holder_id": "users",
            "reviewer_id": "users",
        },
    )
    op.create_index("idx_file_reviews_case", table, ["centre_id", "case_id"])
    for name in ("holder", "reviewer"):
        op.create_index(
            f"idx_file_reviews_{name}", table, ["centre_id", f"{name}_id", "finished_at"]
        )


def _findings() -> None:
    table = "file_review_versions"
    _create(
        table,
        _id("review_id"),
        _number("version_no", "1"),
        _day("criteria_from"),
        _document("scores", "{}"),
        sa.Column("percent", sa.Integer(), nullable=True),
        _words("result", 10, "meets"),
        sa.Column("summary", sa.Text(), nullable=False),
        _words("harm", 150),
        _document("actions", "[]"),
        _words("reason", 500),
        _id("finished_by"),
        _moment("finished_at"),
        _check(table, "result", RESULTS),
        _check(table, "correction_says_why", "version_no = 1 OR reason IS NOT NULL"),
        _unique(table, "centre_id", "review_id", "version_no"),
        refers={"review_id": "file_reviews", "finished_by": "users"},
    )
    table = "review_responses"
    _create(
        table,
        _id("review_id"),
        _number("version_no", "1"),
        _words("stance", 10, "read"),
        _words("body", 2000),
        _id("said_by"),
        _moment("said_at"),
        _check(table, "stance", f"stance {STANCES}"),
        _unique(table, "centre_id", "review_id", "version_no", "stance"),
        refers={"review_id": "file_reviews", "said_by": "users"},
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_index(
        "idx_cases_closing",
        "cases",
        ["centre_id", "closing_date", "id"],
        postgresql_where=sa.text("deleted_at IS NULL AND closing_date IS NOT NULL"),
    )
    for part in (_settings, _draws, _reviews, _findings):
        part()
    app = context.get_context().opts["app_role"]
    for table, condition in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY centre_isolation ON {table} USING ({condition})"
            f" WITH CHECK ({condition})"
        )
        op.execute(
            f"CREATE POLICY platform ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)"
        )
        op.execute(f"GRANT SELECT, INSERT ON {table} TO {app}")
        if table != "review_pool":
            op.execute(
                f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
            )

    op.execute(f"GRANT UPDATE ({CHANGES}) ON file_reviews TO {app}")
    _policy(NARROW_LOG)


def _policy(condition: str) -> None:
    op.execute(
        f"ALTER POLICY centre_isolation ON audit_logs USING ({condition}) WITH CHECK ({condition})"
    )


def downgrade() -> None:
    _policy(LOG)
    op.execute("DROP POLICY centre_isolation ON review_samples")  # asks of a table that goes first
    for table in reversed(POLICIES):
        op.drop_table(table)
    op.drop_index("idx_cases_closing", "cases")
