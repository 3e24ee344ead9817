"""what is new is counted

The bell on every page counts what a person has not looked at, in an index of just these rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0016"
branch_labels = None
depends_on = None

NEW = sa.text("seen_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_notification_new", "notification", ["person_id", "item_number"], sqlite_where=NEW, postgresql_where=NEW
    )


def downgrade() -> None:
    op.drop_index("ix_notification_new", "notification")
