"""other sites frame the widget"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("site", sa.Column("framers", sa.String(length=2000), server_default="", nullable=False))
    op.add_column("site", sa.Column("is_framed_by_all", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("site", "is_framed_by_all")
    op.drop_column("site", "framers")
