"""mails come back

Whose mails could not be delivered, and what the mail server said.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person", sa.Column("bounced_because", sa.String(length=300), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("person", "bounced_because")
    op.drop_column("person", "bounced_at")
