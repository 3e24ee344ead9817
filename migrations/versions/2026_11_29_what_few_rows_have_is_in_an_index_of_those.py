"""what few rows have is in an index of those

Every vote renews what each index of its item says of it, on PostgreSQL also where nothing changed; but few items were
merged, hidden, answered or imported, and whose they are is the beginning of another index. And a person who was
imported goes without a look at all comments, role changes and proposals, which may point to them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

OF_ITEMS = "answerer_id", "hidden_by_id", "import_id", "merged_into"
NEW = {"merge_proposal": "decided_by_id", "role_change": "by_id"}


def upgrade() -> None:
    op.drop_index("ix_item_reporter_id", "item")
    for column in OF_ITEMS:
        op.drop_index(f"ix_item_{column}", "item")
        _of_given("item", column)
    _of_given("comment", "hidden_by_id")
    for table, column in NEW.items():
        op.create_index(f"ix_{table}_{column}", table, [column])


def _of_given(table: str, column: str) -> None:
    given = sa.text(f"{column} IS NOT NULL")
    op.create_index(f"ix_{table}_{column}", table, [column], sqlite_where=given, postgresql_where=given)


def downgrade() -> None:
    for table, column in (NEW | {"comment": "hidden_by_id"}).items():
        op.drop_index(f"ix_{table}_{column}", table)
    for column in OF_ITEMS:
        op.drop_index(f"ix_item_{column}", "item")
        op.create_index(f"ix_item_{column}", "item", [column])
    op.create_index("ix_item_reporter_id", "item", ["reporter_id"])
