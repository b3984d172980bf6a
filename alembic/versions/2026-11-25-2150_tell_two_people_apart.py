"""Tell two people apart: a joint statement is confirmed by each, and nobody is joined by stealth.

A trainee sees the second person of their own case, so they may join only a client who is theirs
already, by raw SQL either: joining another's client would open that client's file to them.
"""

import sqlalchemy as sa

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

CENTRE = "centre_id = (SELECT nullif(current_setting('app.centre_id', true), '')::bigint)"
ROLE = "(SELECT coalesce(current_setting('app.role', true), ''))"
SEEN = (
    f"{CENTRE} AND {ROLE} IN ('manager', 'advisor', 'trainee', 'system')"
    " AND NOT case_id = ANY ((SELECT cma_hidden_cases())::bigint[])"
    f" AND ({ROLE} <> 'trainee' OR case_id = ANY ((SELECT cma_own_cases())::bigint[]))"
    " AND NOT client_id = ANY ((SELECT cma_hidden_clients())::bigint[])"
)
JOINED = (
    f"{SEEN} AND ({ROLE} <> 'trainee' OR client_id = ANY ((SELECT cma_own_clients())::bigint[]))"
)
HOW = "partner_confirmed_how IN ('in_person', 'phone', 'video', 'text', 'email', 'letter')"
BOTH = (
    "status NOT IN ('issued', 'superseded') OR partner_client_id IS NULL"
    " OR (partner_confirmed_at IS NOT NULL AND partner_consent_to_send)"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(f"ALTER POLICY centre_isolation ON case_people USING ({SEEN}) WITH CHECK ({JOINED})")
    op.add_column("statements", sa.Column("partner_client_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "statements", sa.Column("partner_confirmed_how", sa.String(length=20), nullable=True)
    )
    op.add_column(
        "statements",
        sa.Column("partner_confirmed_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.add_column(
        "statements",
        sa.Column(
            "partner_consent_to_send", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
    )
    op.create_foreign_key(
        op.f("fk_statements_centre_id_partner_client_id"),
        "statements",
        "clients",
        ["centre_id", "partner_client_id"],
        ["centre_id", "id"],
    )
    op.create_index("idx_statements_partner", "statements", ["centre_id", "partner_client_id"])
    op.create_check_constraint(op.f("ck_statements_partner_confirmed_how"), "statements", HOW)
    op.create_check_constraint(op.f("ck_statements_issued_by_both"), "statements", BOTH)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_statements_issued_by_both"), "statements")
    op.drop_constraint(op.f("ck_statements_partner_confirmed_how"), "statements")
    op.drop_index("idx_statements_partner", "statements")
    op.drop_constraint(op.f("fk_statements_centre_id_partner_client_id"), "statements")
    for column in (
        "partner_consent_to_send",
        "partner_confirmed_at",
        "partner_confirmed_how",
        "partner_client_id",
    ):
        op.drop_column("statements", column)
    op.execute(f"ALTER POLICY centre_isolation ON case_people USING ({SEEN}) WITH CHECK ({SEEN})")
