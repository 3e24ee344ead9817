"""cases have a private address

Which of a person's private addresses works: counted up, and below zero while none does.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("case_link", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    op.drop_column("person", "case_link")
