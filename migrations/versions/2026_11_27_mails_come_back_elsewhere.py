"""mails come back elsewhere

Where a mail comes back is no longer where it is answered, because who forwards a mail shows that address to others.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mail", sa.Column("return_path", sa.String(length=254), nullable=True))


def downgrade() -> None:
    op.drop_column("mail", "return_path")
