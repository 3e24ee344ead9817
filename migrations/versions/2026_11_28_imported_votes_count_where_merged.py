"""imported votes count where they were merged

The votes that came with an import and name nobody stayed out of the support of the item that theirs was merged into.
"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        UPDATE item SET support = vote_count + (
            SELECT sum(counted.imported_vote_count) FROM item AS counted WHERE counted.root = item.number
        ) WHERE number IN (SELECT root FROM item WHERE root <> number)
    """)


def downgrade() -> None:
    op.execute("UPDATE item SET support = vote_count + imported_vote_count")
