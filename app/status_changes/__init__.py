"""The pipeline: every move of an item is an appended row with the mover's own words."""

from app.status_changes.change import change, change_many, close_unanswered, reopen_answered, warn_unanswered
from app.status_changes.corrections import correct, move_target
from app.status_changes.proposals import MergeProposal
from app.status_changes.table import Move, StatusChange, TargetMove

__all__ = [
    "MergeProposal", "Move", "StatusChange", "TargetMove", "change", "change_many", "close_unanswered", "correct",
    "move_target", "reopen_answered", "warn_unanswered",
]  # fmt: skip
