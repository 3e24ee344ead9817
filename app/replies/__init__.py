"""Replies: a mail that answers one of ours becomes a comment, and one that comes back stops those that would follow."""

from app.replies.taking import take

__all__ = ["take"]
