"""Keep what compliance needs: checklists by version, a case's items in full, gates opened by hand."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import context, op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
AT_WORK = f"{ROLE} IN ('manager', 'advisor', 'trainee', 'system')"
HIDDEN_CASES = "(SELECT cma_hidden_cases())::bigint[]"
OWN_CASES = "(SELECT cma_own_cases())::bigint[]"
POLICIES = {
    "checklist_versions": f"{CENTRE} AND {AT_WORK}",
    "gate_overrides": (
        f"{CENTRE} AND {AT_WORK} AND NOT case_id = ANY ({HIDDEN_CASES})"
        f" AND ({ROLE} <> 'trainee' OR case_id = ANY ({OWN_CASES}))"
    ),
}
CHECKS = {
    "answer": "answer IN ('unknown', 'met', 'not_met', 'not_applicable')",
    "not_applicable_says_why": "answer <> 'not_applicable' OR notes IS NOT NULL",
}
FREEZE = """
CREATE FUNCTION cma_freeze_checklist() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF OLD.status = 'published' THEN
    RAISE EXCEPTION 'a published checklist stays as it is'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'frozen';
  END IF;
  RETURN NEW;
END $$"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "checklist_versions",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
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
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_type", sa.String(length=50), nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column(
            "status", sa.String(length=10), server_default=sa.text("'draft'"), nullable=False
        ),
        sa.Column(
            "items",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("published_by", sa.BigInteger(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status <> 'published' OR published_at IS NOT NULL",
            name=op.f("ck_checklist_versions_published"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'published')", name=op.f("ck_checklist_versions_status")
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "published_by"],
            ["users.centre_id", "users.id"],
            name=op.f("fk_checklist_versions_centre_id_published_by"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_checklist_versions_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_checklist_versions_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_checklist_versions_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_checklist_versions")),
        sa.UniqueConstraint(
            "centre_id",
            "case_type",
            "version_no",
            name=op.f("uq_checklist_versions_centre_id_case_type_version_no"),
        ),
    )
    op.create_index(
        "uq_checklist_versions_draft",
        "checklist_versions",
        ["centre_id", "case_type"],
        unique=True,
        postgresql_where="status = 'draft'",
    )
    op.create_table(
        "gate_overrides",
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
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("gate", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column(
            "missing",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "gate IN ('statement', 'advice', 'closing')", name=op.f("ck_gate_overrides_gate")
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_gate_overrides_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_gate_overrides_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_gate_overrides_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_gate_overrides_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_gate_overrides")),
    )
    op.create_index(
        "idx_gate_overrides_case",
        "gate_overrides",
        ["centre_id", "case_id", "gate", "id"],
        unique=False,
    )
    op.add_column(
        "case_compliance", sa.Column("version", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column("case_compliance", sa.Column("checklist_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "case_compliance", sa.Column("position", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "case_compliance",
        sa.Column(
            "item",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.add_column(
        "case_compliance",
        sa.Column(
            "answer", sa.String(length=20), server_default=sa.text("'unknown'"), nullable=False
        ),
    )
    op.add_column(
        "case_compliance", sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.drop_index(op.f("idx_compliance_case_type"), table_name="case_compliance")
    op.create_index(
        "idx_compliance_case_type",
        "case_compliance",
        ["centre_id", "case_id", "compliance_type"],
        unique=True,
        postgresql_where="deleted_at IS NULL",
    )
    op.create_index(
        "idx_compliance_checklist", "case_compliance", ["centre_id", "checklist_id"], unique=False
    )
    op.create_index(
        "idx_compliance_deadline",
        "case_compliance",
        ["centre_id", "deadline_date"],
        unique=False,
        postgresql_where="deleted_at IS NULL AND answer IN ('unknown','not_met')",
    )
    op.create_foreign_key(
        op.f("fk_case_compliance_centre_id_checklist_id"),
        "case_compliance",
        "checklist_versions",
        ["centre_id", "checklist_id"],
        ["centre_id", "id"],
    )
    op.add_column("cases", sa.Column("advised_on", sa.Date(), nullable=True))
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_case_compliance_{name}"), "case_compliance", condition)
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
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {app}")
        op.execute(
            f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION cma_audit()"
        )
    op.get_bind().exec_driver_sql(FREEZE)
    op.execute(
        "CREATE TRIGGER keep_published BEFORE UPDATE ON checklist_versions"
        " FOR EACH ROW EXECUTE FUNCTION cma_freeze_checklist()"
    )


def downgrade() -> None:
    app = context.get_context().opts["app_role"]
    op.execute("DROP TRIGGER keep_published ON checklist_versions")
    op.execute("DROP FUNCTION cma_freeze_checklist()")
    for table in POLICIES:
        op.execute(f"DROP TRIGGER audit ON {table}")
        op.execute(f"REVOKE ALL ON {table} FROM {app}")
        op.execute(f"DROP POLICY platform ON {table}")
        op.execute(f"DROP POLICY centre_isolation ON {table}")
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_case_compliance_{name}"), "case_compliance", type_="check")
    op.drop_column("cases", "advised_on")
    op.drop_constraint(
        op.f("fk_case_compliance_centre_id_checklist_id"), "case_compliance", type_="foreignkey"
    )
    op.drop_index(
        "idx_compliance_deadline",
        table_name="case_compliance",
        postgresql_where="deleted_at IS NULL AND answer IN ('unknown','not_met')",
    )
    op.drop_index("idx_compliance_checklist", table_name="case_compliance")
    op.drop_index(
        "idx_compliance_case_type",
        table_name="case_compliance",
        postgresql_where="deleted_at IS NULL",
    )
    op.create_index(
        op.f("idx_compliance_case_type"),
        "case_compliance",
        ["centre_id", "case_id", "compliance_type"],
        unique=False,
    )
    op.drop_column("case_compliance", "checked_at")
    op.drop_column("case_compliance", "answer")
    op.drop_column("case_compliance", "item")
    op.drop_column("case_compliance", "position")
    op.drop_column("case_compliance", "checklist_id")
    op.drop_column("case_compliance", "version")
    op.drop_index("idx_gate_overrides_case", table_name="gate_overrides")
    op.drop_table("gate_overrides")
    op.drop_index(
        "uq_checklist_versions_draft",
        table_name="checklist_versions",
        postgresql_where="status = 'draft'",
    )
    op.drop_table("checklist_versions")
