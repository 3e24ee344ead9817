"""products vouch for people

Keys with which products sign who wants to vote or post inside them, whom they mean, and the tickets they are given.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "product_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product", sa.String(length=80), nullable=False),
        sa.Column("algorithm", sa.String(length=32), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_key")),
    )
    op.create_table(
        "identity",
        sa.Column("product", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_identity_person_id")),
        sa.PrimaryKeyConstraint("product", "subject", name=op.f("pk_identity")),
    )
    op.create_index(op.f("ix_identity_person_id"), "identity", ["person_id"])
    op.create_table(
        "ticket",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("signed_hash", sa.String(length=64), nullable=False),
        sa.Column("product_key_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ticket_person_id")),
        sa.ForeignKeyConstraint(
            ["product_key_id"], ["product_key.id"], name=op.f("fk_ticket_product_key_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_ticket")),
        sa.UniqueConstraint("signed_hash", name=op.f("uq_ticket_signed_hash")),
    )
    op.create_index(op.f("ix_ticket_expires_at"), "ticket", ["expires_at"])
    op.create_index(op.f("ix_ticket_person_id"), "ticket", ["person_id"])
    op.create_index(op.f("ix_ticket_product_key_id"), "ticket", ["product_key_id"])


def downgrade() -> None:
    op.drop_table("ticket")
    op.drop_table("identity")
    op.drop_table("product_key")
