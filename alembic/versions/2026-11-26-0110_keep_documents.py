"""Keep documents: versions under keys of their own, named people, what they prove, what is awaited.

A document for named people is absent for everybody else, and so is what the log says of it. A
version is only ever added; the owner alone wraps its key anew. The log says of a wrapped key, an
upload's mark and a document's text that they changed, and no more.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import context, op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ME = "(SELECT nullif(current_setting('app.user_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
AT_WORK = f"{ROLE} IN ('manager', 'advisor', 'trainee', 'system')"
BY_CASE = (
    "(case_id IS NULL OR NOT case_id = ANY ((SELECT cma_hidden_cases())::bigint[]))"
    f" AND ({ROLE} <> 'trainee' OR case_id = ANY ((SELECT cma_own_cases())::bigint[]))"
)
OPEN_TO_ME = f"(access_level <> 'named_people' OR {ROLE} = 'system' OR {ME} = ANY (named_people))"
BEFORE = f"{CENTRE} AND {AT_WORK} AND {BY_CASE}"


def of_document(table: str) -> str:
    """Return the condition that a row's document is one the reader sees."""
    return (
        f"{CENTRE} AND {AT_WORK} AND EXISTS (SELECT 1 FROM documents d"
        f" WHERE d.centre_id = {table}.centre_id AND d.id = {table}.document_id)"
    )


POLICIES = {
    "document_versions": of_document("document_versions"),
    "document_uses": of_document("document_uses"),
    "document_requests": f"{CENTRE} AND {AT_WORK} AND {BY_CASE}",
}
PAPERS = ("documents", "document_versions", "document_uses")
TOLD = " AND ".join(
    f"(table_name IS DISTINCT FROM '{table}' OR EXISTS (SELECT 1 FROM {table} r"
    " WHERE r.centre_id = audit_logs.centre_id AND r.id = audit_logs.record_id))"
    for table in PAPERS
)
"""What the log tells of a document, it tells to who sees that document."""
QUIET = ("'file_bytes'", "'file_bytes', 'wrapped_key', 'upload_key', 'extracted_text'")
"""What the log's trigger calls secret, before and after."""


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


def _text(name: str, length: int, *, optional: bool = False, start: str | None = None) -> sa.Column:
    return sa.Column(name, sa.String(length), server_default=start, nullable=optional)


def _big(name: str, *, optional: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=optional)


def _number(name: str, start: str | None = None) -> sa.Column:
    return sa.Column(name, sa.Integer(), server_default=start, nullable=False)


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _gone() -> sa.Column:
    return sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True)


CHECKS = {
    "upload_status": "upload_status IN ('pending', 'stored', 'damaged')",
    "access_level": "access_level IN ('case_team', 'named_people')",
    "named_people": "access_level <> 'named_people' OR cardinality(named_people) > 0",
}


def _documents() -> None:
    op.add_column(
        "documents", sa.Column("version", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column("documents", sa.Column("page_count", sa.Integer(), nullable=True))
    op.add_column(
        "documents",
        sa.Column(
            "named_people", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False
        ),
    )
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_documents_{name}"), "documents", condition)
    op.create_index(
        "idx_documents_named",
        "documents",
        ["centre_id", "id"],
        postgresql_where=sa.text("access_level = 'named_people'"),
    )


def _versions() -> None:
    table = "document_versions"
    op.create_table(
        table,
        *_stamps(),
        _big("document_id"),
        _number("version_number", "1"),
        _text("file_path", 500),
        _big("file_size"),
        _text("file_sha256", 64),
        _text("mime_type", 100),
        _number("page_count"),
        _text("original_name", 255),
        _big("original_size"),
        _text("original_sha256", 64),
        sa.Column("taken_out", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        _text("encryption_key_id", 100),
        _text("wrapped_key", 200),
        _text("upload_key", 64, optional=True),
        sa.UniqueConstraint(
            "centre_id",
            "document_id",
            "version_number",
            name=op.f("uq_document_versions_centre_id_document_id_version_number"),
        ),
        sa.UniqueConstraint("file_path", name=op.f("uq_document_versions_file_path")),
        *_keys(table, document_id="documents"),
    )
    op.create_index("idx_document_versions_key", table, ["encryption_key_id", "centre_id", "id"])
    op.create_index(
        "uq_document_versions_upload",
        table,
        ["centre_id", "upload_key"],
        unique=True,
        postgresql_where=sa.text("upload_key IS NOT NULL"),
    )


def _uses() -> None:
    table = "document_uses"
    op.create_table(
        table,
        _gone(),
        *_stamps(),
        _big("document_id"),
        _big("case_id"),
        _big("debt_id", optional=True),
        _big("budget_sheet_id", optional=True),
        _text("budget_line", 60, optional=True),
        _check(
            table,
            "target",
            "debt_id IS NOT NULL OR (budget_sheet_id IS NOT NULL AND budget_line IS NOT NULL)",
        ),
        *_keys(
            table,
            document_id="documents",
            case_id="cases",
            debt_id="debts",
            budget_sheet_id="budget_sheets",
        ),
    )
    for name, column in (
        ("document", "document_id"),
        ("case", "case_id"),
        ("debt", "debt_id"),
        ("sheet", "budget_sheet_id"),
    ):
        op.create_index(f"idx_document_uses_{name}", table, ["centre_id", column])


def _requests() -> None:
    table = "document_requests"
    op.create_table(
        table,
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        _gone(),
        *_stamps(),
        _big("case_id"),
        _text("document_type", 100),
        _text("about", 200, optional=True),
        _text("status", 20, start="asked"),
        sa.Column("asked_on", sa.Date(), nullable=False),
        _number("chased_count", "0"),
        sa.Column("chased_on", sa.Date(), nullable=True),
        _text("chased_how", 20, optional=True),
        sa.Column("next_chaser_on", sa.Date(), nullable=True),
        _big("action_id", optional=True),
        _big("document_id", optional=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        _check(table, "status", "status IN ('asked', 'received', 'not_needed')"),
        _check(table, "received", "status <> 'received' OR received_on IS NOT NULL"),
        *_keys(table, case_id="cases", document_id="documents", action_id="next_actions"),
    )
    for name, column in (
        ("case", "case_id"),
        ("document", "document_id"),
        ("action", "action_id"),
    ):
        op.create_index(f"idx_document_requests_{name}", table, ["centre_id", column])
    op.create_index(
        "idx_document_requests_chaser",
        table,
        ["centre_id", "next_chaser_on"],
        postgresql_where=sa.text("deleted_at IS NULL AND status = 'asked'"),
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    app = context.get_context().opts["app_role"]
    for part in (_documents, _versions, _uses, _requests):
        part()
    _policy("documents", f"{BEFORE} AND {OPEN_TO_ME}")
    for table, condition in POLICIES.items():
        _wall(table, condition)
        rights = "SELECT, INSERT" if table == "document_versions" else "SELECT, INSERT, UPDATE"
        op.execute(f"GRANT {rights} ON {table} TO {app}")
    _narrow_the_log()
    _hush(*QUIET)


def _wall(table: str, condition: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY centre_isolation ON {table} USING ({condition}) WITH CHECK ({condition})"
    )
    op.execute(f"CREATE POLICY platform ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    op.execute(
        f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
    )


def _policy(table: str, condition: str) -> None:
    op.execute(
        f"ALTER POLICY centre_isolation ON {table} USING ({condition}) WITH CHECK ({condition})"
    )


def _told(sql: str) -> str:
    return str(op.get_bind().exec_driver_sql(sql).scalar_one())


def _narrow_the_log() -> None:
    """Add our condition to the log's policy as it stands, which a comment keeps for the way back."""
    was = _told(
        "SELECT qual FROM pg_policies WHERE tablename = 'audit_logs'"
        " AND policyname = 'centre_isolation'"
    )
    kept = was.replace("'", "''")
    op.get_bind().exec_driver_sql(f"COMMENT ON POLICY centre_isolation ON audit_logs IS '{kept}'")
    both = f"({was}) AND {TOLD}"
    op.get_bind().exec_driver_sql(
        f"ALTER POLICY centre_isolation ON audit_logs USING ({both}) WITH CHECK ({both})"
    )


def _widen_the_log() -> None:
    was = _told(
        "SELECT obj_description(oid, 'pg_policy') FROM pg_policy"
        " WHERE polrelid = 'audit_logs'::regclass AND polname = 'centre_isolation'"
    )
    op.get_bind().exec_driver_sql(
        f"ALTER POLICY centre_isolation ON audit_logs USING ({was}) WITH CHECK ({was})"
    )
    op.execute("COMMENT ON POLICY centre_isolation ON audit_logs IS NULL")


def _hush(was: str, becomes: str) -> None:
    """Change what the log's trigger calls secret, in the function as it stands."""
    function = _told("SELECT pg_get_functiondef('cma_audit()'::regprocedure)")
    if was not in function:
        raise RuntimeError("the log's trigger is not the one that this migration was made for")
    op.get_bind().exec_driver_sql(function.replace(was, becomes))


def downgrade() -> None:
    _hush(*reversed(QUIET))
    _widen_the_log()
    for table in ("document_requests", "document_uses", "document_versions"):
        op.drop_table(table)
    _policy("documents", BEFORE)
    op.drop_index("idx_documents_named", "documents")
    for name in reversed(CHECKS):
        op.drop_constraint(op.f(f"ck_documents_{name}"), "documents")
    for column in ("named_people", "page_count", "version"):
        op.drop_column("documents", column)
