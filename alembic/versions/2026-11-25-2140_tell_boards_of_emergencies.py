"""Tell the live boards when a debt's emergency comes or goes, and find the open ones quickly.

An emergency of a debt is a row of `debt_events`, so a change there is news of its case. A debt that
is taken off takes its emergencies along, even where no sum changes.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "idx_debt_events_open",
        "debt_events",
        ["centre_id", "case_id"],
        unique=False,
        postgresql_where="deleted_at IS NULL AND ended_at IS NULL",
    )
    op.execute(
        "CREATE TRIGGER tell_boards AFTER INSERT OR UPDATE ON debt_events"
        " FOR EACH ROW EXECUTE FUNCTION cma_tell_boards()"
    )
    op.execute(
        "CREATE TRIGGER tell_boards AFTER UPDATE ON debts FOR EACH ROW"
        " WHEN (OLD.deleted_at IS DISTINCT FROM NEW.deleted_at)"
        " EXECUTE FUNCTION cma_tell_boards()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER tell_boards ON debts")
    op.execute("DROP TRIGGER tell_boards ON debt_events")
    op.drop_index("idx_debt_events_open", table_name="debt_events")
