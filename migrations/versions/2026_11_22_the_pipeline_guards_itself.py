"""the pipeline guards itself

Three rules look at more than one row, so that no check can hold them; a trigger does:
an item goes only where its last status change says; only a question whose answer is owed and was warned about closes by itself (an import
brings its own history); an explanation changes only when the earlier one is kept.

SQLite drops the triggers of a table that a later migration rebuilds: such a migration makes them again.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LAST = "(SELECT to_status FROM status_change WHERE item_number = NEW.number ORDER BY id DESC LIMIT 1)"
KEPT = (
    "EXISTS (SELECT 1 FROM edit WHERE subject = 'status_change' AND subject_id = OLD.id AND earlier = OLD.explanation)"
)
RULES = (
    (
        "no_silent_move",
        "UPDATE OF status ON item",
        f"NEW.status <> OLD.status AND NEW.status <> coalesce({LAST}, 'new')",
    ),
    (
        "nothing_closes_by_itself",
        "INSERT ON status_change",
        """NEW.is_automatic AND NEW.to_status IN ('declined', 'duplicate', 'shipped') AND NOT EXISTS (
            SELECT 1 FROM item WHERE number = NEW.item_number AND (import_id IS NOT NULL OR (
                NEW.reason = 'unanswered_question' AND due_on IS NOT NULL AND warned_at IS NOT NULL)))""",
    ),
    (
        "earlier_words_stay",
        "UPDATE OF explanation ON status_change",
        f"NEW.explanation <> OLD.explanation AND NOT {KEPT}",
    ),
)


def upgrade() -> None:
    make = {"sqlite": _sqlite, "postgresql": _postgresql}[op.get_bind().dialect.name]
    for name, event, broken in RULES:
        for statement in make(name, event, broken):
            op.execute(statement)


def _sqlite(name: str, event: str, broken: str) -> list[str]:
    return [f"CREATE TRIGGER {name} BEFORE {event} WHEN {broken} BEGIN SELECT RAISE(ABORT, '{name}'); END"]


def _postgresql(name: str, event: str, broken: str) -> list[str]:
    body = f"IF {broken} THEN RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$",
        f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def downgrade() -> None:
    for name, _event, _broken in RULES:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP FUNCTION {name} CASCADE")
        else:
            op.execute(f"DROP TRIGGER {name}")
