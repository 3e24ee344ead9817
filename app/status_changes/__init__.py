"""The pipeline: every move of an item is an appended row with the mover's own words.

There is one way to move items, `change` (and `change_many`); only a question that stayed unanswered moves by itself.
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
