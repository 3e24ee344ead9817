"""Loads every table, so that all foreign keys find their ends."""
# ruff: noqa: F401 - they are imported for their tables

from app import (
    boards,
    comments,
    defect_questions,
    edits,
    events,
    items,
    limits,
    outbox,
    people,
    products,
    repeats,
    roles,
    rota,
    sessions,
    sign_in,
    site,
    subscriptions,
    tags,
    tokens,
    votes,
)
from app.attachments import table as attachments
from app.imports import batches
from app.notifications import table as notifications
from app.status_changes import proposals, table
from app.webhooks import table as webhook_table
