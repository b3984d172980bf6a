"""Create the tables, their keys, checks, generated columns and indexes.

Every reference between rows of a centre carries the centre; the who-stamps alone do not.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


YEARS = range(2020, 2041)  # of the audit log; `cma migrate` in a later release adds more


def upgrade() -> None:  # noqa: PLR0915 - one statement a table
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
    op.create_table(
        "centres",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("address_line1", sa.String(length=255), nullable=True),
        sa.Column("address_line2", sa.String(length=255), nullable=True),
        sa.Column("city", sa.String(length=100), nullable=True),
        sa.Column("postcode", sa.String(length=20), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("email", sa.String(length=255), nullable=True),
        sa.Column(
            "nation", sa.String(length=20), server_default=sa.text("'england'"), nullable=False
        ),
        sa.Column("manager_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "status", sa.String(length=20), server_default=sa.text("'active'"), nullable=False
        ),
        sa.Column(
            "settings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
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
        sa.CheckConstraint("status IN ('active', 'closed')", name=op.f("ck_centres_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centres")),
        sa.UniqueConstraint("code", name=op.f("uq_centres_code")),
    )
    op.create_table(
        "security_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "occurred_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("subject_hash", sa.String(length=64), nullable=True),
        sa.Column("ip_address", postgresql.INET(), nullable=True),
        sa.Column("user_agent", sa.String(length=400), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_events")),
    )
    op.create_index(
        "idx_security_events_address",
        "security_events",
        ["ip_address", "occurred_at"],
        unique=False,
    )
    op.create_index(
        "idx_security_events_subject",
        "security_events",
        ["subject_hash", "occurred_at"],
        unique=False,
    )
    op.create_table(
        "reference_counters",
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_no", sa.Integer(), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_reference_counters_centre_id")
        ),
        sa.PrimaryKeyConstraint("centre_id", "kind", "year", name=op.f("pk_reference_counters")),
    )
    op.create_table(
        "users",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("username", sa.String(length=50), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column(
            "must_change_password", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("password_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_name", sa.String(length=100), nullable=True),
        sa.Column("last_name", sa.String(length=100), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("supervisor_id", sa.BigInteger(), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("hire_date", sa.Date(), nullable=True),
        sa.Column("qualification_level", sa.String(length=50), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("last_login", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "settings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "role IN ('admin', 'advisor', 'manager', 'trainee')", name=op.f("ck_users_role")
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "supervisor_id"],
            ["users.centre_id", "users.id"],
            name=op.f("fk_users_centre_id_supervisor_id"),
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_users_centre_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_users_created_by")),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"], name=op.f("fk_users_updated_by")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("id", name="uq_users_id"),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_index(
        "idx_users_centre_id", "users", ["centre_id", "role", "is_active"], unique=False
    )
    op.create_index("idx_users_supervisor", "users", ["centre_id", "supervisor_id"], unique=False)
    op.create_table(
        "audit_logs",
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "timestamp",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(length=100), nullable=False),
        sa.Column("table_name", sa.String(length=100), nullable=True),
        sa.Column("record_id", sa.BigInteger(), nullable=True),
        sa.Column("client_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("old_values", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("new_values", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("ip_address", postgresql.INET(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("session_id", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_audit_logs_centre_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_audit_logs_user_id")),
        sa.PrimaryKeyConstraint("centre_id", "id", "timestamp", name=op.f("pk_audit_logs")),
        postgresql_partition_by="RANGE (timestamp)",
    )
    op.create_index(
        "idx_audit_logs_case", "audit_logs", ["centre_id", "case_id", "timestamp"], unique=False
    )
    op.create_index(
        "idx_audit_logs_client", "audit_logs", ["centre_id", "client_id", "timestamp"], unique=False
    )
    op.create_index(
        "idx_audit_logs_record",
        "audit_logs",
        ["centre_id", "table_name", "record_id", "timestamp"],
        unique=False,
    )
    op.create_index(
        "idx_audit_logs_user_timestamp",
        "audit_logs",
        ["centre_id", "user_id", "timestamp"],
        unique=False,
    )
    op.create_table(
        "clients",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("client_reference", sa.String(length=50), nullable=False),
        sa.Column("title", sa.String(length=10), nullable=True),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("last_name", sa.String(length=100), nullable=False),
        sa.Column(
            "first_name_search",
            sa.Text(),
            sa.Computed("lower(first_name)", persisted=True),
            nullable=True,
        ),
        sa.Column(
            "last_name_search",
            sa.Text(),
            sa.Computed("lower(last_name)", persisted=True),
            nullable=True,
        ),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("national_insurance_number", sa.Text(), nullable=True),
        sa.Column("ni_number_index", sa.String(length=64), nullable=True),
        sa.Column("phone_primary", sa.String(length=20), nullable=True),
        sa.Column("phone_secondary", sa.String(length=20), nullable=True),
        sa.Column("email", sa.String(length=255), nullable=True),
        sa.Column("address_line1", sa.String(length=255), nullable=True),
        sa.Column("address_line2", sa.String(length=255), nullable=True),
        sa.Column("city", sa.String(length=100), nullable=True),
        sa.Column("postcode", sa.String(length=20), nullable=True),
        sa.Column("nation", sa.String(length=20), nullable=True),
        sa.Column("marital_status", sa.String(length=20), nullable=True),
        sa.Column("employment_status", sa.String(length=50), nullable=True),
        sa.Column("monthly_income", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("dependents", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "vulnerability_flags",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("data_consent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("data_consent_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "gdpr_deletion_request", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("gdpr_deletion_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_restricted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_clients_centre_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_clients_created_by")),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"], name=op.f("fk_clients_updated_by")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_clients")),
        sa.UniqueConstraint(
            "centre_id", "client_reference", name=op.f("uq_clients_centre_id_client_reference")
        ),
    )
    op.create_index(
        "idx_clients_birth_date",
        "clients",
        ["centre_id", "date_of_birth"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "idx_clients_centre_id",
        "clients",
        ["centre_id", "last_name_search", "first_name_search", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "idx_clients_created_by",
        "clients",
        ["centre_id", "created_by"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "idx_clients_email",
        "clients",
        ["centre_id", "email"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "idx_clients_first_name",
        "clients",
        ["centre_id", "first_name_search", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "idx_clients_ni_number",
        "clients",
        ["centre_id", "ni_number_index"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "idx_clients_other_phone",
        "clients",
        ["centre_id", "phone_secondary"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "idx_clients_phone",
        "clients",
        ["centre_id", "phone_primary"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "idx_clients_postcode",
        "clients",
        ["centre_id", "postcode"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "idx_clients_restricted",
        "clients",
        ["centre_id", "id"],
        unique=False,
        postgresql_where="is_restricted",
    )
    op.create_table(
        "drafts",
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
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.String(length=50), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "content",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "user_id"],
            ["users.centre_id", "users.id"],
            name=op.f("fk_drafts_centre_id_user_id"),
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_drafts_centre_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_drafts_created_by")),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"], name=op.f("fk_drafts_updated_by")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_drafts")),
        sa.UniqueConstraint(
            "centre_id",
            "user_id",
            "form",
            "record_id",
            name=op.f("uq_drafts_centre_id_user_id_form_record_id"),
        ),
    )
    op.create_table(
        "sessions",
        sa.Column("centre_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "last_seen_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ip_address", postgresql.INET(), nullable=True),
        sa.Column("user_agent", sa.String(length=400), nullable=True),
        sa.ForeignKeyConstraint(
            ["centre_id", "user_id"],
            ["users.centre_id", "users.id"],
            name=op.f("fk_sessions_centre_id_user_id"),
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_sessions_centre_id")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    op.create_index("idx_sessions_user", "sessions", ["centre_id", "user_id"], unique=False)
    op.create_table(
        "cases",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("case_reference", sa.String(length=50), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("advisor_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "case_type", sa.String(length=50), server_default=sa.text("'casework'"), nullable=False
        ),
        sa.Column(
            "nation", sa.String(length=20), server_default=sa.text("'england'"), nullable=False
        ),
        sa.Column("source", sa.String(length=20), nullable=True),
        sa.Column("referred_by", sa.String(length=200), nullable=True),
        sa.Column("status", sa.String(length=30), server_default=sa.text("'open'"), nullable=False),
        sa.Column(
            "stage", sa.String(length=20), server_default=sa.text("'fact_find'"), nullable=False
        ),
        sa.Column("stage_since", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False),
        sa.Column(
            "priority", sa.String(length=10), server_default=sa.text("'medium'"), nullable=False
        ),
        sa.Column("priority_reason", sa.String(length=500), nullable=True),
        sa.Column("emergency", sa.String(length=200), nullable=True),
        sa.Column("emergency_date", sa.Date(), nullable=True),
        sa.Column("emergency_time", sa.Time(), nullable=True),
        sa.Column(
            "opening_date", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False
        ),
        sa.Column("closing_date", sa.Date(), nullable=True),
        sa.Column("closure_reason", sa.String(length=100), nullable=True),
        sa.Column("total_debt", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("priority_debt", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("monthly_surplus", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("debt_solution", sa.String(length=100), nullable=True),
        sa.Column("fca_outcome", sa.String(length=100), nullable=True),
        sa.Column(
            "compliance_status",
            sa.String(length=30),
            server_default=sa.text("'pending'"),
            nullable=False,
        ),
        sa.Column("ai_risk_score", sa.Numeric(precision=3, scale=2), nullable=True),
        sa.Column(
            "ai_recommendations",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("next_review_date", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "nation IN ('england', 'wales', 'scotland', 'northern_ireland')",
            name=op.f("ck_cases_nation"),
        ),
        sa.CheckConstraint(
            "priority IN ('low', 'medium', 'high', 'urgent')", name=op.f("ck_cases_priority")
        ),
        sa.CheckConstraint(
            "source IN ('self', 'church', 'gp', 'council', 'landlord', 'other_agency', 'other')",
            name=op.f("ck_cases_source"),
        ),
        sa.CheckConstraint(
            "stage IN ('referral', 'waiting', 'fact_find', 'evidence', 'advice', 'approval', 'action', 'review', 'closing')",
            name=op.f("ck_cases_stage"),
        ),
        sa.CheckConstraint(
            "status IN ('open', 'in_progress', 'closed', 'referred', 'cancelled')",
            name=op.f("ck_cases_status"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "advisor_id"],
            ["users.centre_id", "users.id"],
            name=op.f("fk_cases_centre_id_advisor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "client_id"],
            ["clients.centre_id", "clients.id"],
            name=op.f("fk_cases_centre_id_client_id"),
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_cases_centre_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_cases_created_by")),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"], name=op.f("fk_cases_updated_by")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_cases")),
        sa.UniqueConstraint(
            "centre_id", "case_reference", name=op.f("uq_cases_centre_id_case_reference")
        ),
    )
    op.create_index(
        "idx_cases_advisor_status",
        "cases",
        ["centre_id", "advisor_id", "status"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "idx_cases_centre_id",
        "cases",
        ["centre_id", "status", "advisor_id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("idx_cases_client_id", "cases", ["centre_id", "client_id"], unique=False)
    op.create_index(
        "idx_cases_opening",
        "cases",
        ["centre_id", "opening_date", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "idx_cases_review",
        "cases",
        ["centre_id", "next_review_date", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND status IN ('open','in_progress')"),
    )
    op.create_index(
        "idx_cases_stage",
        "cases",
        ["centre_id", "stage", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND status IN ('open','in_progress')"),
    )
    op.create_table(
        "consents",
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
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=50), nullable=False),
        sa.Column("wording_version", sa.String(length=20), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id", "client_id"],
            ["clients.centre_id", "clients.id"],
            name=op.f("fk_consents_centre_id_client_id"),
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_consents_centre_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_consents_created_by")),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"], name=op.f("fk_consents_updated_by")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_consents")),
    )
    op.create_index(
        "idx_consents_client", "consents", ["centre_id", "client_id", "purpose", "id"], unique=False
    )
    op.create_table(
        "contact_routes",
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
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("route", sa.String(length=20), nullable=False),
        sa.Column(
            "answer", sa.String(length=10), server_default=sa.text("'not_asked'"), nullable=False
        ),
        sa.Column("from_time", sa.Time(), nullable=True),
        sa.Column("to_time", sa.Time(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "answer IN ('yes', 'no', 'not_asked')", name=op.f("ck_contact_routes_answer")
        ),
        sa.CheckConstraint(
            "route IN ('call', 'voicemail', 'text', 'email', 'post')",
            name=op.f("ck_contact_routes_route"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "client_id"],
            ["clients.centre_id", "clients.id"],
            name=op.f("fk_contact_routes_centre_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_contact_routes_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_contact_routes_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_contact_routes_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_contact_routes")),
        sa.UniqueConstraint(
            "centre_id",
            "client_id",
            "route",
            name=op.f("uq_contact_routes_centre_id_client_id_route"),
        ),
    )
    op.create_table(
        "file_access",
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
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id", "client_id"],
            ["clients.centre_id", "clients.id"],
            name=op.f("fk_file_access_centre_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "user_id"],
            ["users.centre_id", "users.id"],
            name=op.f("fk_file_access_centre_id_user_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_file_access_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_file_access_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_file_access_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_file_access")),
        sa.UniqueConstraint(
            "centre_id",
            "client_id",
            "user_id",
            name=op.f("uq_file_access_centre_id_client_id_user_id"),
        ),
    )
    op.create_index(
        "idx_file_access_user", "file_access", ["centre_id", "user_id", "client_id"], unique=False
    )
    op.create_table(
        "ai_insights",
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
        sa.Column("insight_type", sa.String(length=100), nullable=False),
        sa.Column("confidence_score", sa.Numeric(precision=3, scale=2), nullable=True),
        sa.Column(
            "analysis_data",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "recommendations",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("model_version", sa.String(length=50), nullable=True),
        sa.Column(
            "processed_date",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "status", sa.String(length=30), server_default=sa.text("'active'"), nullable=False
        ),
        sa.Column("feedback_rating", sa.Integer(), nullable=True),
        sa.Column("feedback_notes", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "feedback_rating BETWEEN 1 AND 5", name=op.f("ck_ai_insights_feedback_rating")
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_ai_insights_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_ai_insights_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_ai_insights_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_ai_insights_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_ai_insights")),
    )
    op.create_index(
        "idx_ai_insights_case",
        "ai_insights",
        ["centre_id", "case_id", "insight_type"],
        unique=False,
    )
    op.create_table(
        "appointments",
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("advisor_id", sa.BigInteger(), nullable=False),
        sa.Column("appointment_type", sa.String(length=50), nullable=False),
        sa.Column(
            "status", sa.String(length=30), server_default=sa.text("'scheduled'"), nullable=False
        ),
        sa.Column("scheduled_date", sa.Date(), nullable=False),
        sa.Column("scheduled_time", sa.Time(), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), server_default="60", nullable=False),
        sa.Column(
            "slot",
            postgresql.TSRANGE(),
            sa.Computed(
                "tsrange(scheduled_date + scheduled_time, scheduled_date + scheduled_time + duration_minutes * interval '1 minute', '[)')",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column("location", sa.String(length=255), nullable=True),
        sa.Column(
            "meeting_mode",
            sa.String(length=30),
            server_default=sa.text("'in_person'"),
            nullable=False,
        ),
        sa.Column("preparation_notes", sa.Text(), nullable=True),
        sa.Column("outcome_summary", sa.Text(), nullable=True),
        sa.Column(
            "follow_up_required", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("follow_up_date", sa.Date(), nullable=True),
        sa.Column("reminder_sent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("centre_id"), "="),
            (sa.column("advisor_id"), "="),
            (sa.column("slot"), "&&"),
            where=sa.text("status IN ('scheduled','confirmed') AND deleted_at IS NULL"),
            using="gist",
            name="ex_appointments_advisor_slot",
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "advisor_id"],
            ["users.centre_id", "users.id"],
            name=op.f("fk_appointments_centre_id_advisor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_appointments_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "client_id"],
            ["clients.centre_id", "clients.id"],
            name=op.f("fk_appointments_centre_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_appointments_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_appointments_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_appointments_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_appointments")),
    )
    op.create_index(
        "idx_appointments_advisor_date",
        "appointments",
        ["centre_id", "advisor_id", "scheduled_date"],
        unique=False,
    )
    op.create_index("idx_appointments_case", "appointments", ["centre_id", "case_id"], unique=False)
    op.create_index(
        "idx_appointments_centre_id", "appointments", ["centre_id", "client_id"], unique=False
    )
    op.create_index(
        "idx_appointments_date_status",
        "appointments",
        ["centre_id", "scheduled_date", "status"],
        unique=False,
    )
    op.create_table(
        "case_notes",
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("corrects_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "channel", sa.String(length=20), server_default=sa.text("'in_person'"), nullable=False
        ),
        sa.Column("minutes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "channel IN ('in_person', 'phone', 'video', 'text', 'email', 'letter', 'other')",
            name=op.f("ck_case_notes_channel"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_case_notes_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "corrects_id"],
            ["case_notes.centre_id", "case_notes.id"],
            name=op.f("fk_case_notes_centre_id_corrects_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_case_notes_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_case_notes_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_case_notes_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_case_notes")),
    )
    op.create_index(
        "idx_case_notes_case", "case_notes", ["centre_id", "case_id", "id"], unique=False
    )
    op.create_index(
        "idx_case_notes_corrects", "case_notes", ["centre_id", "corrects_id"], unique=False
    )
    op.create_table(
        "creditors",
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("creditor_name", sa.String(length=255), nullable=False),
        sa.Column("creditor_type", sa.String(length=50), nullable=True),
        sa.Column("account_number", sa.String(length=100), nullable=True),
        sa.Column("original_balance", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("current_balance", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("monthly_payment", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("interest_rate", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("arrears_amount", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column(
            "priority_level",
            sa.String(length=20),
            server_default=sa.text("'non-priority'"),
            nullable=False,
        ),
        sa.Column("contact_name", sa.String(length=100), nullable=True),
        sa.Column("contact_phone", sa.String(length=20), nullable=True),
        sa.Column("contact_email", sa.String(length=255), nullable=True),
        sa.Column(
            "status", sa.String(length=30), server_default=sa.text("'active'"), nullable=False
        ),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_creditors_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_creditors_centre_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_creditors_created_by")),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"], name=op.f("fk_creditors_updated_by")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_creditors")),
    )
    op.create_index(
        "idx_creditors_case",
        "creditors",
        ["centre_id", "case_id", "creditor_name"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "documents",
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("document_name", sa.String(length=255), nullable=False),
        sa.Column("document_type", sa.String(length=100), nullable=True),
        sa.Column("file_path", sa.String(length=500), nullable=True),
        sa.Column("file_size", sa.BigInteger(), nullable=True),
        sa.Column("mime_type", sa.String(length=100), nullable=True),
        sa.Column("version_number", sa.Integer(), server_default="1", nullable=False),
        sa.Column("is_encrypted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("encryption_key_id", sa.String(length=100), nullable=True),
        sa.Column(
            "upload_status",
            sa.String(length=30),
            server_default=sa.text("'pending'"),
            nullable=False,
        ),
        sa.Column(
            "ocr_status",
            sa.String(length=30),
            server_default=sa.text("'not_processed'"),
            nullable=False,
        ),
        sa.Column("ocr_confidence", sa.Numeric(precision=3, scale=2), nullable=True),
        sa.Column("extracted_text", sa.Text(), nullable=True),
        sa.Column(
            "extracted_tsv",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('english', coalesce(extracted_text, ''))", persisted=True),
            nullable=True,
        ),
        sa.Column(
            "ai_classification",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "access_level",
            sa.String(length=30),
            server_default=sa.text("'case_team'"),
            nullable=False,
        ),
        sa.Column("retention_date", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_documents_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_documents_centre_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_documents_created_by")),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"], name=op.f("fk_documents_updated_by")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_documents")),
    )
    op.create_index(
        "idx_documents_case_type",
        "documents",
        ["centre_id", "case_id", "document_type"],
        unique=False,
    )
    op.create_index(
        "idx_documents_ocr_text",
        "documents",
        ["centre_id", "extracted_tsv"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "households",
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
        sa.Column("adults", sa.Integer(), server_default="1", nullable=False),
        sa.Column("children_under_16", sa.Integer(), server_default="0", nullable=False),
        sa.Column("children_16_to_18", sa.Integer(), server_default="0", nullable=False),
        sa.Column("other_dependants", sa.Integer(), server_default="0", nullable=False),
        sa.Column("vehicles", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tenure", sa.String(length=30), nullable=True),
        sa.Column(
            "employment",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_households_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_households_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_households_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_households_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_households")),
    )
    op.create_index(
        "idx_households_case", "households", ["centre_id", "case_id", "id"], unique=False
    )
    op.create_table(
        "referrals",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("source", sa.String(length=20), server_default=sa.text("'self'"), nullable=False),
        sa.Column("referred_by", sa.String(length=200), nullable=True),
        sa.Column("received_date", sa.Date(), nullable=False),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("last_name", sa.String(length=100), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("email", sa.String(length=255), nullable=True),
        sa.Column("postcode", sa.String(length=20), nullable=True),
        sa.Column("nation", sa.String(length=20), nullable=True),
        sa.Column(
            "routes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "emergency", sa.String(length=10), server_default=sa.text("'not_known'"), nullable=False
        ),
        sa.Column("emergency_what", sa.String(length=200), nullable=True),
        sa.Column("emergency_date", sa.Date(), nullable=True),
        sa.Column("emergency_time", sa.Time(), nullable=True),
        sa.Column("needs", sa.Text(), nullable=True),
        sa.Column(
            "status", sa.String(length=10), server_default=sa.text("'waiting'"), nullable=False
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_reason", sa.String(length=500), nullable=True),
        sa.Column("client_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("merged_into_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "emergency IN ('yes', 'no', 'not_known')", name=op.f("ck_referrals_emergency")
        ),
        sa.CheckConstraint(
            "source IN ('self', 'church', 'gp', 'council', 'landlord', 'other_agency', 'other')",
            name=op.f("ck_referrals_source"),
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'accepted', 'merged', 'declined')",
            name=op.f("ck_referrals_status"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_referrals_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "client_id"],
            ["clients.centre_id", "clients.id"],
            name=op.f("fk_referrals_centre_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "merged_into_id"],
            ["referrals.centre_id", "referrals.id"],
            name=op.f("fk_referrals_centre_id_merged_into_id"),
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_referrals_centre_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_referrals_created_by")),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"], name=op.f("fk_referrals_updated_by")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_referrals")),
    )
    op.create_index("idx_referrals_case", "referrals", ["centre_id", "case_id"], unique=False)
    op.create_index("idx_referrals_client", "referrals", ["centre_id", "client_id"], unique=False)
    op.create_index(
        "idx_referrals_merged_into", "referrals", ["centre_id", "merged_into_id"], unique=False
    )
    op.create_index(
        "idx_referrals_waiting",
        "referrals",
        ["centre_id", "status", "received_date", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "appointment_notes",
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("appointment_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id", "appointment_id"],
            ["appointments.centre_id", "appointments.id"],
            name=op.f("fk_appointment_notes_centre_id_appointment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_appointment_notes_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_appointment_notes_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_appointment_notes_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_appointment_notes")),
    )
    op.create_index(
        "idx_appointment_notes_appointment",
        "appointment_notes",
        ["centre_id", "appointment_id", "id"],
        unique=False,
    )
    op.create_table(
        "budget_sheets",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("household_id", sa.BigInteger(), nullable=True),
        sa.Column("revises_id", sa.BigInteger(), nullable=True),
        sa.Column("sheet_no", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "sheet_type", sa.String(length=30), server_default=sa.text("'initial'"), nullable=False
        ),
        sa.Column("lines_version", sa.String(length=20), nullable=False),
        sa.Column(
            "total_income", sa.Numeric(precision=10, scale=2), server_default="0", nullable=False
        ),
        sa.Column(
            "total_expenses", sa.Numeric(precision=10, scale=2), server_default="0", nullable=False
        ),
        sa.Column(
            "surplus_deficit",
            sa.Numeric(precision=10, scale=2),
            sa.Computed("total_income - total_expenses", persisted=True),
            nullable=True,
        ),
        sa.Column("savings", sa.Numeric(precision=8, scale=2), server_default="0", nullable=False),
        sa.Column("savings_chosen", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column(
            "income_details",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "expense_details",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("statement_date", sa.Date(), nullable=True),
        sa.Column(
            "verification_status",
            sa.String(length=30),
            server_default=sa.text("'unverified'"),
            nullable=False,
        ),
        sa.Column("verified_by", sa.BigInteger(), nullable=True),
        sa.Column("verified_date", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "sheet_type IN ('initial', 'revised', 'final')",
            name=op.f("ck_budget_sheets_sheet_type"),
        ),
        sa.CheckConstraint(
            "verification_status IN ('unverified', 'verified')",
            name=op.f("ck_budget_sheets_verification_status"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_budget_sheets_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "household_id"],
            ["households.centre_id", "households.id"],
            name=op.f("fk_budget_sheets_centre_id_household_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "revises_id"],
            ["budget_sheets.centre_id", "budget_sheets.id"],
            name=op.f("fk_budget_sheets_centre_id_revises_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "verified_by"],
            ["users.centre_id", "users.id"],
            name=op.f("fk_budget_sheets_centre_id_verified_by"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_budget_sheets_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_budget_sheets_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_budget_sheets_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_budget_sheets")),
        sa.UniqueConstraint(
            "centre_id",
            "case_id",
            "sheet_no",
            name=op.f("uq_budget_sheets_centre_id_case_id_sheet_no"),
        ),
    )
    op.create_index(
        "idx_budget_sheets_case",
        "budget_sheets",
        ["centre_id", "case_id", "sheet_no"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "idx_budget_sheets_household", "budget_sheets", ["centre_id", "household_id"], unique=False
    )
    op.create_index(
        "idx_budget_sheets_revises", "budget_sheets", ["centre_id", "revises_id"], unique=False
    )
    op.create_table(
        "case_compliance",
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("compliance_type", sa.String(length=100), nullable=False),
        sa.Column("requirement_met", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "evidence_provided", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("evidence_document_id", sa.BigInteger(), nullable=True),
        sa.Column("check_date", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False),
        sa.Column("checked_by", sa.BigInteger(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("remedial_action", sa.Text(), nullable=True),
        sa.Column("deadline_date", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_case_compliance_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "checked_by"],
            ["users.centre_id", "users.id"],
            name=op.f("fk_case_compliance_centre_id_checked_by"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "evidence_document_id"],
            ["documents.centre_id", "documents.id"],
            name=op.f("fk_case_compliance_centre_id_evidence_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_case_compliance_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_case_compliance_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_case_compliance_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_case_compliance")),
    )
    op.create_index(
        "idx_compliance_case_type",
        "case_compliance",
        ["centre_id", "case_id", "compliance_type"],
        unique=False,
    )
    op.create_index(
        "idx_compliance_evidence",
        "case_compliance",
        ["centre_id", "evidence_document_id"],
        unique=False,
    )
    op.create_table(
        "debts",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("creditor_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("debt_type", sa.String(length=50), nullable=False),
        sa.Column("is_priority", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("priority_reason", sa.String(length=500), nullable=True),
        sa.Column(
            "liability", sa.String(length=20), server_default=sa.text("'sole'"), nullable=False
        ),
        sa.Column(
            "owed_by", sa.String(length=10), server_default=sa.text("'client'"), nullable=False
        ),
        sa.Column("account_number", sa.String(length=100), nullable=True),
        sa.Column("balance", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column("balance_date", sa.Date(), nullable=True),
        sa.Column(
            "is_balance_verified", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("arrears", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("monthly_payment", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("interest_rate", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column(
            "status", sa.String(length=20), server_default=sa.text("'active'"), nullable=False
        ),
        sa.Column("notes", sa.String(length=2000), nullable=True),
        sa.CheckConstraint(
            "liability IN ('sole', 'joint', 'guarantor', 'disputed', 'not_liable')",
            name=op.f("ck_debts_liability"),
        ),
        sa.CheckConstraint(
            "status IN ('active', 'disputed', 'settled', 'written_off')",
            name=op.f("ck_debts_status"),
        ),
        sa.CheckConstraint("arrears >= 0", name=op.f("ck_debts_arrears")),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_debts_balance")),
        sa.CheckConstraint("monthly_payment >= 0", name=op.f("ck_debts_monthly_payment")),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_debts_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "creditor_id"],
            ["creditors.centre_id", "creditors.id"],
            name=op.f("fk_debts_centre_id_creditor_id"),
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_debts_centre_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_debts_created_by")),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"], name=op.f("fk_debts_updated_by")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_debts")),
    )
    op.create_index(
        "idx_debts_case",
        "debts",
        ["centre_id", "case_id", "position", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("idx_debts_creditor", "debts", ["centre_id", "creditor_id"], unique=False)
    op.create_table(
        "next_actions",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("note_id", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), server_default=sa.text("'task'"), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("due_time", sa.Time(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('task', 'emergency', 'review')", name=op.f("ck_next_actions_kind")
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_next_actions_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "done_by"],
            ["users.centre_id", "users.id"],
            name=op.f("fk_next_actions_centre_id_done_by"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "note_id"],
            ["case_notes.centre_id", "case_notes.id"],
            name=op.f("fk_next_actions_centre_id_note_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "owner_id"],
            ["users.centre_id", "users.id"],
            name=op.f("fk_next_actions_centre_id_owner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_next_actions_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_next_actions_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_next_actions_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_next_actions")),
    )
    op.create_index(
        "idx_next_actions_case",
        "next_actions",
        ["centre_id", "case_id", "due_date", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND done_at IS NULL"),
    )
    op.create_index("idx_next_actions_note", "next_actions", ["centre_id", "note_id"])
    op.create_index(
        "idx_next_actions_owner",
        "next_actions",
        ["centre_id", "owner_id", "due_date", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL AND done_at IS NULL"),
    )
    op.create_table(
        "offers",
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("budget_sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("debt_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("entered_amount", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("entered_frequency", sa.String(length=20), nullable=True),
        sa.Column(
            "method",
            sa.String(length=20),
            server_default=sa.text("'pro_rata_balance'"),
            nullable=False,
        ),
        sa.Column("is_token", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("review_date", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "method IN ('pro_rata_balance', 'manual', 'nil')", name=op.f("ck_offers_method")
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_offers_amount")),
        sa.ForeignKeyConstraint(
            ["centre_id", "budget_sheet_id"],
            ["budget_sheets.centre_id", "budget_sheets.id"],
            name=op.f("fk_offers_centre_id_budget_sheet_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_offers_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "debt_id"],
            ["debts.centre_id", "debts.id"],
            name=op.f("fk_offers_centre_id_debt_id"),
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_offers_centre_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_offers_created_by")),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"], name=op.f("fk_offers_updated_by")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_offers")),
        sa.UniqueConstraint(
            "centre_id",
            "budget_sheet_id",
            "debt_id",
            name=op.f("uq_offers_centre_id_budget_sheet_id_debt_id"),
        ),
    )
    op.create_index("idx_offers_case", "offers", ["centre_id", "case_id"], unique=False)
    op.create_index("idx_offers_debt", "offers", ["centre_id", "debt_id"], unique=False)
    for year in YEARS:
        op.execute(
            f"CREATE TABLE audit_logs_{year} PARTITION OF audit_logs"
            f" FOR VALUES FROM ('{year}-01-01 00:00+00') TO ('{year + 1}-01-01 00:00+00')"
        )
    op.create_foreign_key("fk_centres_created_by", "centres", "users", ["created_by"], ["id"])
    op.create_foreign_key("fk_centres_updated_by", "centres", "users", ["updated_by"], ["id"])
    op.create_foreign_key(
        "fk_centres_manager",
        "centres",
        "users",
        ["id", "manager_id"],
        ["centre_id", "id"],
        deferrable=True,
        initially="DEFERRED",
    )


def downgrade() -> None:
    op.drop_constraint("fk_centres_manager", "centres")
    op.drop_constraint("fk_centres_updated_by", "centres")
    op.drop_constraint("fk_centres_created_by", "centres")
    op.drop_table("offers")
    op.drop_table("next_actions")
    op.drop_table("debts")
    op.drop_table("case_compliance")
    op.drop_table("budget_sheets")
    op.drop_table("appointment_notes")
    op.drop_table("referrals")
    op.drop_table("households")
    op.drop_table("documents")
    op.drop_table("creditors")
    op.drop_table("case_notes")
    op.drop_table("appointments")
    op.drop_table("ai_insights")
    op.drop_table("file_access")
    op.drop_table("contact_routes")
    op.drop_table("consents")
    op.drop_table("cases")
    op.drop_table("sessions")
    op.drop_table("drafts")
    op.drop_table("clients")
    op.drop_table("audit_logs")
    op.drop_table("users")
    op.drop_table("reference_counters")
    op.drop_table("security_events")
    op.drop_table("centres")
