"""people hear of it

Notifications, how each person wants to hear, what mails need for their headers, and the secret of private addresses.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("told_to", sa.Integer(), server_default="0", nullable=False))
    op.add_column("person", sa.Column("hears", sa.String(length=32), server_default="at_once", nullable=False))
    op.add_column("person", sa.Column("hears_comments", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("site", sa.Column("secret", sa.String(length=64), server_default="", nullable=False))
    op.execute(sa.text("UPDATE site SET secret = :secret").bindparams(secret=secrets.token_urlsafe(32)))
    op.create_table(
        "notification",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("item_number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_notification_event_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["item_number"], ["item.number"], name=op.f("fk_notification_item_number")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notification_person_id")),
        sa.PrimaryKeyConstraint("person_id", "event_id", name=op.f("pk_notification")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_notification_event_id"), "notification", ["event_id"], unique=False)
    op.create_index(op.f("ix_notification_item_number"), "notification", ["item_number"], unique=False)
    op.create_index("ix_notification_mailed_at_due_at", "notification", ["mailed_at", "due_at"], unique=False)
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.add_column(sa.Column("item_number", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("unsubscribe_path", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("reply_to", sa.String(length=254), nullable=True))
        batch_op.create_index(batch_op.f("ix_mail_item_number"), ["item_number"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_mail_item_number"), "item", ["item_number"], ["number"])


def downgrade() -> None:
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_mail_item_number"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_mail_item_number"))
        batch_op.drop_column("reply_to")
        batch_op.drop_column("unsubscribe_path")
        batch_op.drop_column("item_number")
    op.drop_table("notification")
    op.drop_column("site", "secret")
    op.drop_column("person", "hears_comments")
    op.drop_column("person", "hears")
    op.drop_column("event", "told_to")
