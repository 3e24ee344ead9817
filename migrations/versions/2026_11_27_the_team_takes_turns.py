"""the team takes turns

Whose week it is to answer, and the digests of the team.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("site", sa.Column("rota_begins_on", sa.Date(), nullable=True))
    op.add_column("person", sa.Column("hears_team", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("person", sa.Column("digest_on", sa.Date(), nullable=True))
    op.create_table(
        "turn",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_turn_person_id")),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_turn")),
    )
    op.create_index(op.f("ix_turn_person_id"), "turn", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_turn_person_id"), table_name="turn")
    op.drop_table("turn")
    op.drop_column("person", "digest_on")
    op.drop_column("person", "hears_team")
    op.drop_column("site", "rota_begins_on")
