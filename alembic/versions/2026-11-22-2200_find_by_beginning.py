"""Let an index answer "begins with": byte order for names, pattern order for codes.

A prefix is a range only where text is compared byte by byte. A database's own collation seldom is,
so the search columns say it themselves, and the codes' indexes name the pattern operators.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SEARCHED = ("first_name_search", "last_name_search")
LIVE = "WHERE deleted_at IS NULL"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for column in SEARCHED:
        op.execute(f'ALTER TABLE clients ALTER COLUMN {column} TYPE text COLLATE "C"')
    op.execute("DROP INDEX idx_clients_postcode")
    op.execute(
        "CREATE INDEX idx_clients_postcode ON clients"
        f" (centre_id, postcode varchar_pattern_ops) {LIVE}"
    )
    for table, column in (("clients", "client_reference"), ("cases", "case_reference")):
        op.execute(
            f"CREATE INDEX idx_{table}_reference ON {table}"
            f" (centre_id, {column} varchar_pattern_ops) {LIVE}"
        )


def downgrade() -> None:
    for table in ("cases", "clients"):
        op.execute(f"DROP INDEX idx_{table}_reference")
    op.execute("DROP INDEX idx_clients_postcode")
    op.execute(f"CREATE INDEX idx_clients_postcode ON clients (centre_id, postcode) {LIVE}")
    for column in reversed(SEARCHED):
        op.execute(f'ALTER TABLE clients ALTER COLUMN {column} TYPE text COLLATE "default"')
