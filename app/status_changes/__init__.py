"""The pipeline: every move of an item is an appended row with the mover's own words.

People move items by `change` (and `change_many`). By itself an item closes only when our question stays unanswered, and
opens again when an answer comes after all; an import appends where its items stood elsewhere.
"""

from app.status_changes.change import CHOSEN_MOST, change, change_many
from app.status_changes.corrections import correct, move_target
from app.status_changes.proposals import MergeProposal
from app.status_changes.questions import asked_of, follow_up, hear
from app.status_changes.table import Move, StatusChange, TargetMove

__all__ = [
    "CHOSEN_MOST", "MergeProposal", "Move", "StatusChange", "TargetMove", "asked_of", "change", "change_many",
    "correct", "follow_up", "hear", "move_target",
]  # fmt: skip
