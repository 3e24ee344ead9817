"""boards ask about defects

The questions that a board has for whoever reports a defect there, each with its why.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "defect_question",
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("question", sa.String(length=80), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_defect_question_board_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("board_id", "place", name=op.f("pk_defect_question")),
    )


def downgrade() -> None:
    op.drop_table("defect_question")
