"""the items of a board are found by its index alone

Of a small board PostgreSQL else reads the whole of a wide index, because that one knows the numbers of the items.
"""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_item_board_id_number", "item", ["board_id", "number"])
    op.drop_index("ix_item_board_id", "item")


def downgrade() -> None:
    op.create_index("ix_item_board_id", "item", ["board_id"])
    op.drop_index("ix_item_board_id_number", "item")
