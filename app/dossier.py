"""The dossier: everything that a board keeps of a person, for that person to take away."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, SQLModel, col, select

from app import sight, subscriptions
from app.attachments import Attachment
from app.boards import Board
from app.comments import Comment
from app.edits import Edit
from app.items import Item
from app.people import Person
from app.products import Identity
from app.roles import RoleChange
from app.sessions import SessionRow
from app.status_changes import MergeProposal, StatusChange, TargetMove
from app.subscriptions import Subscription
from app.tokens import Token
from app.votes import Vote

ITEM = "number kind title body details status posted_at edited_at hidden_at hidden_because"
COMMENT = "item_number at body is_official edited_at hidden_at hidden_because"
FILE = "item_number comment_id status_change_id at name media_type size sha256 removed_at"
FOLLOW = "item_number because is_following since seen_at"
MOVE = (
    "item_number at from_status to_status explanation reason workaround review_on why due_on checklist duplicate_of"
    " target"
)


def of(session: Session, person: Person) -> dict[str, Any]:
    """Everything by this person as plain values, and no secret. Codes and keys are stored as hashes and stay out."""
    key = person.key

    def rows(table: type[SQLModel], whose: Any, fields: str) -> list[dict[str, Any]]:
        return _rows(session, table, whose == key, fields)

    told: dict[str, Any] = {
        "profile": _plain(person, "name email title role joined_at hears hears_comments hears_team"),
        "items": [
            {**_plain(item, ITEM), "board": board}
            for item, board in session.exec(
                select(Item, Board.name)
                .join(Board, col(Board.id) == Item.board_id)
                .where(Item.reporter_id == key)
                .order_by(col(Item.number))
            )
        ],
        "comments": rows(Comment, Comment.person_id, COMMENT),
        "attachments": rows(Attachment, Attachment.person_id, FILE),
        "votes": rows(Vote, Vote.person_id, "item_number at weight"),
        "follows": [_plain(Subscription(**tie._asdict()), FOLLOW) for tie in subscriptions.ties(session, person)],
        "answers": rows(StatusChange, StatusChange.person_id, f"{MOVE} shipped_in shipped_link edited_at"),
        "target_moves": rows(TargetMove, TargetMove.person_id, "item_number at from_target to_target cause"),
        "merge_proposals": rows(MergeProposal, MergeProposal.person_id, "item_number into words at decided_at"),
        "earlier_words": rows(Edit, Edit.person_id, "subject subject_id field earlier at"),
        "role_changes": rows(RoleChange, RoleChange.person_id, "at from_role to_role"),
        "tokens": rows(Token, Token.person_id, "name scopes made_at expires_at used_at"),
        "known_to": rows(Identity, Identity.person_id, "product subject"),
        "sessions": rows(SessionRow, SessionRow.person_id, "started_at seen_at expires_at browser"),
    }
    _leave_out_unknown(session, person, told["answers"], "duplicate_of")
    _leave_out_unknown(session, person, told["merge_proposals"], "into")
    return told


def _leave_out_unknown(session: Session, person: Person, rows: list[dict[str, Any]], name: str) -> None:
    """Of other items, leave only the numbers of those that this person may know of today."""
    known = sight.known_among(session, person, (row[name] for row in rows))
    for row in rows:
        row[name] = row[name] if row[name] in known else None


def _rows(session: Session, table: type[SQLModel], whose: ColumnElement[bool], fields: str) -> list[dict[str, Any]]:
    in_order = list(table.__table__.primary_key)  # type: ignore[attr-defined]
    return [_plain(row, fields) for row in session.exec(select(table).where(whose).order_by(*in_order))]


def _plain(row: SQLModel, fields: str) -> dict[str, Any]:
    """These fields of a row as they stand in JSON."""
    return row.model_dump(mode="json", include=set(fields.split()))
