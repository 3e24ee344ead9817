"""orders of some statuses have an index for each

Hardly any new item is answered, or any other waits. To look for some among all that are was to look at every one.
"""

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

ORDERS = "answered_at", "waiting_since"
LOOKED_AT = "hidden_at", "board_id", "kind", "reporter_id"


def upgrade() -> None:
    for order in ORDERS:
        op.create_index(f"ix_item_status_{order}", "item", ["status", order, "number", *LOOKED_AT])


def downgrade() -> None:
    for order in ORDERS:
        op.drop_index(f"ix_item_status_{order}", "item")
