"""a bounce leaves with its person

What a mail server said, which mostly names the address, stayed behind when a person left.
"""

from alembic import op

revision = "0035"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE person SET bounced_at = NULL, bounced_because = '' WHERE deleted_at IS NOT NULL")


def downgrade() -> None:
    """What was forgotten does not come back."""
