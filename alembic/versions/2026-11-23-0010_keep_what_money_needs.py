"""Keep what money needs: debts whole, a second person, guidelines, statements, letters, replies.

Every reference between rows of a centre carries the centre; the who-stamps alone do not.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

METHODS = "'pro_rata_balance', 'pro_rata_contractual', 'equal', 'manual', 'nil'"
KNOWN = "'yes', 'no', 'unknown'"
CHECKS = {
    "debts": {
        "balance_source": "balance_source IN ('client', 'letter', 'credit_report', 'creditor')",
        "are_charges_added": f"are_charges_added IN ({KNOWN})",
        "is_regulated": f"is_regulated IN ({KNOWN})",
        "secured_on": "secured_on IN ('home', 'other_property', 'vehicle', 'goods')",
        "deduction_source": "deduction_source IN ('benefits', 'earnings')",
        "deduction_amount": "deduction_amount >= 0",
        "ordered_payment": "ordered_payment >= 0",
        "written_off_amount": "written_off_amount >= 0",
    },
    "budget_sheets": {
        "offer_method": f"offer_method IN ({METHODS})",
        "debt_admin_fee": "debt_admin_fee >= 0",
        "offer_minimum": "offer_minimum >= 0",
        "lump_sum": "lump_sum >= 0",
    },
}
OLD_METHODS = "method IN ('pro_rata_balance', 'manual', 'nil')"
NEW_METHODS = f"method IN ({METHODS}, 'token', 'deduction', 'full_and_final')"
TABLES = (
    "issued_files",
    "creditor_replies",
    "letters",
    "statements",
    "debt_events",
    "authorities",
    "case_people",
    "spending_guidelines",
    "creditor_directory",
)
COLUMNS = {
    "budget_sheets": (
        "is_joint",
        "are_savings_considered",
        "are_assets_considered",
        "debt_admin_fee",
        "guideline_version",
        "guideline_reasons",
        "offer_method",
        "offers_in_pounds",
        "offer_minimum",
        "makes_token_offers",
        "lump_sum",
        "lump_sum_source",
        "frozen_at",
    ),
    "debts": (
        "original_creditor",
        "collector",
        "collector_reference",
        "balance_source",
        "are_charges_added",
        "is_regulated",
        "secured_on",
        "agreement_date",
        "default_date",
        "last_payment_date",
        "last_acknowledged_date",
        "payment_amount",
        "payment_frequency",
        "deduction_source",
        "deduction_amount",
        "deduction_frequency",
        "court_stage",
        "court_stage_date",
        "ordered_payment",
        "included_in",
        "strategy",
        "outcome",
        "written_off_amount",
    ),
    "households": (
        "tenure_note",
        "employment_note",
        "has_partner",
        "partner_client_id",
        "partner_employment",
        "partner_employment_note",
        "child_ages",
        "non_dependants",
    ),
    "offers": ("lump_sum",),
}


def upgrade() -> None:  # noqa: PLR0915 - one statement a table
    op.create_table(
        "creditor_directory",
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
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column(
            "name_search",
            sa.Text(collation="C"),
            sa.Computed("lower(name)", persisted=True),
            nullable=True,
        ),
        sa.Column("debt_type", sa.String(length=50), nullable=True),
        sa.Column("address_line1", sa.String(length=255), nullable=True),
        sa.Column("address_line2", sa.String(length=255), nullable=True),
        sa.Column("city", sa.String(length=100), nullable=True),
        sa.Column("postcode", sa.String(length=20), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("email", sa.String(length=255), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_creditor_directory_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_creditor_directory_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_creditor_directory_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_creditor_directory")),
    )
    op.create_index(
        "uq_creditor_directory_name",
        "creditor_directory",
        ["centre_id", "name_search"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "spending_guidelines",
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
        sa.Column("version", sa.String(length=50), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("group_key", sa.String(length=50), nullable=False),
        sa.Column("first_adult", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("each_additional_adult", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("each_child_under_16", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("each_child_16_18", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("is_sample", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "first_adult >= 0 AND each_additional_adult >= 0 AND each_child_under_16 >= 0 AND each_child_16_18 >= 0",
            name=op.f("ck_spending_guidelines_amounts"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_spending_guidelines_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_spending_guidelines_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_spending_guidelines_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_spending_guidelines")),
    )
    op.create_index(
        "idx_spending_guidelines_valid",
        "spending_guidelines",
        ["centre_id", "valid_from"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "uq_spending_guidelines_version",
        "spending_guidelines",
        ["centre_id", "version", "group_key"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "case_people",
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
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "role", sa.String(length=10), server_default=sa.text("'partner'"), nullable=False
        ),
        sa.Column("joined_on", sa.Date(), server_default=sa.text("CURRENT_DATE"), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.CheckConstraint("role IN ('partner')", name=op.f("ck_case_people_role")),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_case_people_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "client_id"],
            ["clients.centre_id", "clients.id"],
            name=op.f("fk_case_people_centre_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_case_people_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_case_people_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_case_people_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_case_people")),
    )
    op.create_index("idx_case_people_case", "case_people", ["centre_id", "case_id"], unique=False)
    op.create_index(
        "idx_case_people_client", "case_people", ["centre_id", "client_id"], unique=False
    )
    op.create_index(
        "uq_case_people_role",
        "case_people",
        ["centre_id", "case_id", "role"],
        unique=True,
        postgresql_where=sa.text("left_on IS NULL"),
    )
    op.create_table(
        "authorities",
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
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("creditor_id", sa.BigInteger(), nullable=True),
        sa.Column("how", sa.String(length=20), server_default=sa.text("'paper'"), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "how IN ('paper', 'electronic', 'phone')", name=op.f("ck_authorities_how")
        ),
        sa.CheckConstraint(
            "expires_on IS NULL OR expires_on >= signed_on", name=op.f("ck_authorities_expires_on")
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_authorities_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "client_id"],
            ["clients.centre_id", "clients.id"],
            name=op.f("fk_authorities_centre_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "creditor_id"],
            ["creditors.centre_id", "creditors.id"],
            name=op.f("fk_authorities_centre_id_creditor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_authorities_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_authorities_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_authorities_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_authorities")),
    )
    op.create_index(
        "idx_authorities_case",
        "authorities",
        ["centre_id", "case_id", "creditor_id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "idx_authorities_client", "authorities", ["centre_id", "client_id"], unique=False
    )
    op.create_index(
        "idx_authorities_creditor", "authorities", ["centre_id", "creditor_id"], unique=False
    )
    op.create_table(
        "debt_events",
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
        sa.Column("debt_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("event_date", sa.Date(), nullable=True),
        sa.Column("event_time", sa.Time(), nullable=True),
        sa.Column("reply_by", sa.Date(), nullable=True),
        sa.Column("detail", sa.String(length=500), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_how", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_debt_events_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "debt_id"],
            ["debts.centre_id", "debts.id"],
            name=op.f("fk_debt_events_centre_id_debt_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "ended_by"],
            ["users.centre_id", "users.id"],
            name=op.f("fk_debt_events_centre_id_ended_by"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_debt_events_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_debt_events_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_debt_events_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_debt_events")),
    )
    op.create_index(
        "idx_debt_events_case",
        "debt_events",
        ["centre_id", "case_id", "event_date"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "idx_debt_events_debt", "debt_events", ["centre_id", "debt_id", "id"], unique=False
    )
    op.create_table(
        "statements",
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
        sa.Column("supersedes_id", sa.BigInteger(), nullable=True),
        sa.Column("statement_no", sa.Integer(), nullable=False),
        sa.Column(
            "status", sa.String(length=20), server_default=sa.text("'draft'"), nullable=False
        ),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column(
            "content",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("completed_by", sa.BigInteger(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.BigInteger(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_client_id", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_how", sa.String(length=20), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consent_to_send", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("issued_by", sa.BigInteger(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_why", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "confirmed_how IN ('in_person', 'phone', 'video', 'email', 'letter')",
            name=op.f("ck_statements_confirmed_how"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'complete', 'verified', 'confirmed', 'issued', 'superseded')",
            name=op.f("ck_statements_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('issued', 'superseded') OR (content_hash IS NOT NULL AND confirmed_at IS NOT NULL AND consent_to_send AND issued_at IS NOT NULL)",
            name=op.f("ck_statements_issued_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "budget_sheet_id"],
            ["budget_sheets.centre_id", "budget_sheets.id"],
            name=op.f("fk_statements_centre_id_budget_sheet_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_statements_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "completed_by"],
            ["users.centre_id", "users.id"],
            name=op.f("fk_statements_centre_id_completed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "confirmed_client_id"],
            ["clients.centre_id", "clients.id"],
            name=op.f("fk_statements_centre_id_confirmed_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "issued_by"],
            ["users.centre_id", "users.id"],
            name=op.f("fk_statements_centre_id_issued_by"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "supersedes_id"],
            ["statements.centre_id", "statements.id"],
            name=op.f("fk_statements_centre_id_supersedes_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "verified_by"],
            ["users.centre_id", "users.id"],
            name=op.f("fk_statements_centre_id_verified_by"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_statements_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_statements_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_statements_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_statements")),
        sa.UniqueConstraint(
            "centre_id",
            "case_id",
            "statement_no",
            name=op.f("uq_statements_centre_id_case_id_statement_no"),
        ),
    )
    op.create_index(
        "idx_statements_case",
        "statements",
        ["centre_id", "case_id", "statement_no"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "idx_statements_confirmed_client",
        "statements",
        ["centre_id", "confirmed_client_id"],
        unique=False,
    )
    op.create_index(
        "idx_statements_sheet", "statements", ["centre_id", "budget_sheet_id"], unique=False
    )
    op.create_index(
        "idx_statements_supersedes", "statements", ["centre_id", "supersedes_id"], unique=False
    )
    op.create_table(
        "letters",
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
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("creditor_id", sa.BigInteger(), nullable=True),
        sa.Column("debt_id", sa.BigInteger(), nullable=True),
        sa.Column("statement_id", sa.BigInteger(), nullable=True),
        sa.Column("chases_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.String(length=10), nullable=False),
        sa.Column("template_version", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column(
            "content",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("route", sa.String(length=10), nullable=True),
        sa.Column(
            "status", sa.String(length=10), server_default=sa.text("'draft'"), nullable=False
        ),
        sa.Column("issued_by", sa.BigInteger(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chase_on", sa.Date(), nullable=True),
        sa.Column("chased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('authority', 'balance_request', 'holding', 'offer', 'appointment', 'closing', 'chaser')",
            name=op.f("ck_letters_kind"),
        ),
        sa.CheckConstraint(
            "recipient IN ('client', 'creditor')", name=op.f("ck_letters_recipient")
        ),
        sa.CheckConstraint("route IN ('post', 'email', 'handed')", name=op.f("ck_letters_route")),
        sa.CheckConstraint(
            "status <> 'issued' OR (issued_at IS NOT NULL AND content_hash IS NOT NULL AND route IS NOT NULL)",
            name=op.f("ck_letters_issued_whole"),
        ),
        sa.CheckConstraint("status IN ('draft', 'issued')", name=op.f("ck_letters_status")),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_letters_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "chases_id"],
            ["letters.centre_id", "letters.id"],
            name=op.f("fk_letters_centre_id_chases_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "client_id"],
            ["clients.centre_id", "clients.id"],
            name=op.f("fk_letters_centre_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "creditor_id"],
            ["creditors.centre_id", "creditors.id"],
            name=op.f("fk_letters_centre_id_creditor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "debt_id"],
            ["debts.centre_id", "debts.id"],
            name=op.f("fk_letters_centre_id_debt_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "issued_by"],
            ["users.centre_id", "users.id"],
            name=op.f("fk_letters_centre_id_issued_by"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "statement_id"],
            ["statements.centre_id", "statements.id"],
            name=op.f("fk_letters_centre_id_statement_id"),
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centres.id"], name=op.f("fk_letters_centre_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_letters_created_by")),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"], name=op.f("fk_letters_updated_by")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_letters")),
    )
    op.create_index(
        "idx_letters_case",
        "letters",
        ["centre_id", "case_id", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "idx_letters_chase",
        "letters",
        ["centre_id", "chase_on"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("idx_letters_chases", "letters", ["centre_id", "chases_id"], unique=False)
    op.create_index("idx_letters_client", "letters", ["centre_id", "client_id"], unique=False)
    op.create_index("idx_letters_creditor", "letters", ["centre_id", "creditor_id"], unique=False)
    op.create_index("idx_letters_debt", "letters", ["centre_id", "debt_id"], unique=False)
    op.create_index("idx_letters_statement", "letters", ["centre_id", "statement_id"], unique=False)
    op.create_table(
        "creditor_replies",
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
        sa.Column("debt_id", sa.BigInteger(), nullable=False),
        sa.Column("letter_id", sa.BigInteger(), nullable=True),
        sa.Column("offer_id", sa.BigInteger(), nullable=True),
        sa.Column("reply", sa.String(length=10), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("hold_until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("client_told_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "reply IN ('accept', 'reject', 'counter', 'hold', 'balance', 'other')",
            name=op.f("ck_creditor_replies_reply"),
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_creditor_replies_amount")),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_creditor_replies_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "debt_id"],
            ["debts.centre_id", "debts.id"],
            name=op.f("fk_creditor_replies_centre_id_debt_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "letter_id"],
            ["letters.centre_id", "letters.id"],
            name=op.f("fk_creditor_replies_centre_id_letter_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "offer_id"],
            ["offers.centre_id", "offers.id"],
            name=op.f("fk_creditor_replies_centre_id_offer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_creditor_replies_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_creditor_replies_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_creditor_replies_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_creditor_replies")),
    )
    op.create_index(
        "idx_creditor_replies_case",
        "creditor_replies",
        ["centre_id", "case_id", "id"],
        unique=False,
    )
    op.create_index(
        "idx_creditor_replies_debt", "creditor_replies", ["centre_id", "debt_id"], unique=False
    )
    op.create_index(
        "idx_creditor_replies_letter", "creditor_replies", ["centre_id", "letter_id"], unique=False
    )
    op.create_index(
        "idx_creditor_replies_offer", "creditor_replies", ["centre_id", "offer_id"], unique=False
    )
    op.create_table(
        "issued_files",
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
        sa.Column("statement_id", sa.BigInteger(), nullable=True),
        sa.Column("letter_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file_bytes", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('full', 'summary', 'data', 'letter', 'letter_word')",
            name=op.f("ck_issued_files_kind"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(statement_id, letter_id) >= 1", name=op.f("ck_issued_files_of_something")
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "case_id"],
            ["cases.centre_id", "cases.id"],
            name=op.f("fk_issued_files_centre_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "letter_id"],
            ["letters.centre_id", "letters.id"],
            name=op.f("fk_issued_files_centre_id_letter_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "statement_id"],
            ["statements.centre_id", "statements.id"],
            name=op.f("fk_issued_files_centre_id_statement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id"], ["centres.id"], name=op.f("fk_issued_files_centre_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_issued_files_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_issued_files_updated_by")
        ),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_issued_files")),
    )
    op.create_index("idx_issued_files_case", "issued_files", ["centre_id", "case_id"], unique=False)
    op.create_index(
        "idx_issued_files_letter", "issued_files", ["centre_id", "letter_id", "kind"], unique=True
    )
    op.create_index(
        "idx_issued_files_statement",
        "issued_files",
        ["centre_id", "statement_id", "kind"],
        unique=True,
    )
    op.add_column(
        "budget_sheets",
        sa.Column("is_joint", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "budget_sheets",
        sa.Column(
            "are_savings_considered", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
    )
    op.add_column(
        "budget_sheets",
        sa.Column(
            "are_assets_considered", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
    )
    op.add_column(
        "budget_sheets",
        sa.Column(
            "debt_admin_fee", sa.Numeric(precision=8, scale=2), server_default="0", nullable=False
        ),
    )
    op.add_column(
        "budget_sheets", sa.Column("guideline_version", sa.String(length=50), nullable=True)
    )
    op.add_column(
        "budget_sheets",
        sa.Column(
            "guideline_reasons",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.add_column(
        "budget_sheets",
        sa.Column(
            "offer_method",
            sa.String(length=20),
            server_default=sa.text("'pro_rata_balance'"),
            nullable=False,
        ),
    )
    op.add_column(
        "budget_sheets",
        sa.Column(
            "offers_in_pounds", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
    )
    op.add_column(
        "budget_sheets", sa.Column("offer_minimum", sa.Numeric(precision=8, scale=2), nullable=True)
    )
    op.add_column(
        "budget_sheets",
        sa.Column(
            "makes_token_offers", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
    )
    op.add_column(
        "budget_sheets", sa.Column("lump_sum", sa.Numeric(precision=10, scale=2), nullable=True)
    )
    op.add_column(
        "budget_sheets", sa.Column("lump_sum_source", sa.String(length=500), nullable=True)
    )
    op.add_column(
        "budget_sheets", sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("debts", sa.Column("original_creditor", sa.String(length=255), nullable=True))
    op.add_column("debts", sa.Column("collector", sa.String(length=255), nullable=True))
    op.add_column("debts", sa.Column("collector_reference", sa.String(length=100), nullable=True))
    op.add_column("debts", sa.Column("balance_source", sa.String(length=20), nullable=True))
    op.add_column(
        "debts",
        sa.Column(
            "are_charges_added",
            sa.String(length=10),
            server_default=sa.text("'unknown'"),
            nullable=False,
        ),
    )
    op.add_column(
        "debts",
        sa.Column(
            "is_regulated",
            sa.String(length=10),
            server_default=sa.text("'unknown'"),
            nullable=False,
        ),
    )
    op.add_column("debts", sa.Column("secured_on", sa.String(length=20), nullable=True))
    op.add_column("debts", sa.Column("agreement_date", sa.Date(), nullable=True))
    op.add_column("debts", sa.Column("default_date", sa.Date(), nullable=True))
    op.add_column("debts", sa.Column("last_payment_date", sa.Date(), nullable=True))
    op.add_column("debts", sa.Column("last_acknowledged_date", sa.Date(), nullable=True))
    op.add_column(
        "debts", sa.Column("payment_amount", sa.Numeric(precision=8, scale=2), nullable=True)
    )
    op.add_column("debts", sa.Column("payment_frequency", sa.String(length=20), nullable=True))
    op.add_column("debts", sa.Column("deduction_source", sa.String(length=20), nullable=True))
    op.add_column(
        "debts", sa.Column("deduction_amount", sa.Numeric(precision=8, scale=2), nullable=True)
    )
    op.add_column("debts", sa.Column("deduction_frequency", sa.String(length=20), nullable=True))
    op.add_column(
        "debts",
        sa.Column(
            "court_stage", sa.String(length=30), server_default=sa.text("'none'"), nullable=False
        ),
    )
    op.add_column("debts", sa.Column("court_stage_date", sa.Date(), nullable=True))
    op.add_column(
        "debts", sa.Column("ordered_payment", sa.Numeric(precision=8, scale=2), nullable=True)
    )
    op.add_column(
        "debts",
        sa.Column(
            "included_in",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.add_column("debts", sa.Column("strategy", sa.String(length=500), nullable=True))
    op.add_column("debts", sa.Column("outcome", sa.String(length=30), nullable=True))
    op.add_column(
        "debts", sa.Column("written_off_amount", sa.Numeric(precision=10, scale=2), nullable=True)
    )
    op.add_column("households", sa.Column("tenure_note", sa.String(length=100), nullable=True))
    op.add_column("households", sa.Column("employment_note", sa.String(length=100), nullable=True))
    op.add_column(
        "households",
        sa.Column("has_partner", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("households", sa.Column("partner_client_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "households",
        sa.Column(
            "partner_employment",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
    )
    op.add_column(
        "households", sa.Column("partner_employment_note", sa.String(length=100), nullable=True)
    )
    op.add_column(
        "households",
        sa.Column(
            "child_ages",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
    )
    op.add_column(
        "households", sa.Column("non_dependants", sa.Integer(), server_default="0", nullable=False)
    )
    op.create_index(
        "idx_households_partner", "households", ["centre_id", "partner_client_id"], unique=False
    )
    op.create_foreign_key(
        op.f("fk_households_centre_id_partner_client_id"),
        "households",
        "clients",
        ["centre_id", "partner_client_id"],
        ["centre_id", "id"],
    )
    op.add_column("offers", sa.Column("lump_sum", sa.Numeric(precision=10, scale=2), nullable=True))
    for table, checks in CHECKS.items():
        for name, condition in checks.items():
            op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    op.drop_constraint(op.f("ck_offers_method"), "offers", type_="check")
    op.create_check_constraint(op.f("ck_offers_method"), "offers", NEW_METHODS)


def downgrade() -> None:
    # offers made by a newer method say "manual" to the older schema: the amount is what counts
    op.execute(f"UPDATE offers SET method = 'manual' WHERE NOT ({OLD_METHODS})")
    op.drop_constraint(op.f("ck_offers_method"), "offers", type_="check")
    op.create_check_constraint(op.f("ck_offers_method"), "offers", OLD_METHODS)
    for table, columns in COLUMNS.items():
        for column in columns:
            op.drop_column(table, column)
    for table in TABLES:
        op.drop_table(table)
