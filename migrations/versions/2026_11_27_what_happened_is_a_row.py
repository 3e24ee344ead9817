"""what happened is a row

Events, each written in the transaction of its cause and told in the background. What happened before is told already.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("happened", sa.String(length=32), nullable=False),
        sa.Column("item_number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status_change_id", sa.Integer(), nullable=True),
        sa.Column("target_move_id", sa.Integer(), nullable=True),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("batch", sa.String(length=16), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_event_comment_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["item_number"], ["item.number"], name=op.f("fk_event_item_number")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_event_person_id")),
        sa.ForeignKeyConstraint(
            ["status_change_id"], ["status_change.id"], name=op.f("fk_event_status_change_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["target_move_id"], ["target_move.id"], name=op.f("fk_event_target_move_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("item_number", "count", name=op.f("uq_event_item_number_count")),
    )
    op.create_index("ix_event_told_at_id", "event", ["told_at", "id"], unique=False)
    for column in ("comment_id", "item_number", "person_id", "status_change_id", "target_move_id"):
        op.create_index(op.f(f"ix_event_{column}"), "event", [column], unique=False)


def downgrade() -> None:
    op.drop_table("event")
