"""Let a text message confirm a statement: some clients can be reached in no other way."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

CHECK = "ck_statements_confirmed_how"
BEFORE = "'in_person', 'phone', 'video', 'email', 'letter'"


def _allow(ways: str) -> None:
    op.execute(f"ALTER TABLE statements DROP CONSTRAINT {CHECK}")
    op.execute(f"ALTER TABLE statements ADD CONSTRAINT {CHECK} CHECK (confirmed_how IN ({ways}))")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _allow("'in_person', 'phone', 'video', 'text', 'email', 'letter'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.get_bind().exec_driver_sql(
        "UPDATE statements SET confirmed_how = 'phone' WHERE confirmed_how = 'text'"
    )
    _allow(BEFORE)
