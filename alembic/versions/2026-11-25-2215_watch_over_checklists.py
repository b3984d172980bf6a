"""Watch over checklists: a draft that was put away is kept; what was let through is found."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

STATUS = "ck_checklist_versions_status"


def _allow(*words: str) -> None:
    listed = ", ".join(f"'{word}'" for word in words)
    op.drop_constraint(op.f(STATUS), "checklist_versions", type_="check")
    op.create_check_constraint(op.f(STATUS), "checklist_versions", f"status IN ({listed})")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _allow("draft", "published", "discarded")
    op.create_index(
        "idx_gate_overrides_given", "gate_overrides", ["centre_id", "created_at"], unique=False
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("idx_gate_overrides_given", table_name="gate_overrides")
    # the schema before knew no draft that was put away; no case ever had one's items
    op.execute("DELETE FROM checklist_versions WHERE status = 'discarded'")
    _allow("draft", "published")
