"""orders are walked in their indexes

Each order of the list has an index that also holds what a view is narrowed by, so that items which are left out are
passed over without being read.
"""

from alembic import op

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None

LOOKED_AT = ["status", "hidden_at", "board_id", "kind", "reporter_id"]
ORDERS: dict[str, list[str]] = {
    "trend": [], "posted_at": [], "support": [], "answered_at": [], "waiting_since": ["first_answered_at"],
}  # fmt: skip
EARLIER = {"waiting_since": ["first_answered_at", "status", "hidden_at", "board_id"]}


def upgrade() -> None:
    for order, more in ORDERS.items():
        op.create_index(f"ix_item_by_{order}", "item", [order, "number", *LOOKED_AT, *more])
        op.drop_index(f"ix_item_{order}_number", "item")


def downgrade() -> None:
    for order in ORDERS:
        op.create_index(f"ix_item_{order}_number", "item", [order, "number", *EARLIER.get(order, [])])
        op.drop_index(f"ix_item_by_{order}", "item")
