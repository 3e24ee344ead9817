"""Loads every table, so that all foreign keys find their ends."""

from app import (
    boards,
    comments,
    edits,
    events,
    items,
    limits,
    outbox,
    people,
    sessions,
    sign_in,
    site,
    subscriptions,
    tags,
    tokens,
    votes,
)
from app.imports import batches
from app.notifications import table as notifications
from app.status_changes import proposals, table

ALL = (
    batches,
    boards,
    comments,
    edits,
    events,
    items,
    limits,
    notifications,
    outbox,
    people,
    proposals,
    sessions,
    sign_in,
    site,
    subscriptions,
    table,
    tags,
    tokens,
    votes,
)
