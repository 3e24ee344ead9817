"""questions have a checklist

What an answer should hold, entry by entry.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("status_change", sa.Column("checklist", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("status_change", "checklist")
