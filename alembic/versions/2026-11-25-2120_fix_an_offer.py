"""Fix an offer: the advisor's own figure for one debt holds while the others share the rest.

An amount that was typed for "each typed" stays on its row when another way of sharing is chosen;
whether it still holds there is the answer of this column.
"""

import sqlalchemy as sa

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "offers", sa.Column("is_fixed", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    op.drop_column("offers", "is_fixed")
