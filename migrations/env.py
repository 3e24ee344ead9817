"""Runs the migrations on the connection that `app.schema` hands over, or on the configured database."""

from alembic import context
from sqlmodel import SQLModel

import app.tables  # noqa: F401 - loads them
from app import db, schema
from app.config import settings


def run(connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        transactional_ddl=True,
        compare_type=True,
        include_name=schema.is_ours,
        render_item=schema.render_plainly,
    )
    with context.begin_transaction():
        context.run_migrations()


if (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    with db.make_engine(settings().effective_database_url).begin() as own:
        run(own)
