"""Filling an empty board: the story of the samples is told through the same verbs that people use."""

import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, func, select

from app import boards, comments, db, events, items, site, status_changes, tags, targets, votes
from app.boards import Board
from app.defect_questions import DefectQuestion
from app.imports.batches import SAMPLE, Import, State
from app.items import Draft, Item
from app.people import Person, Role
from app.refusals import Refused
from app.samples.crowd import Crowd
from app.status_changes import Move, StatusChange
from app.tags import ItemTag, Tag
from app.words import _

BOARD = Path(__file__).with_name("board.toml")
JOINED = timedelta(days=365)
CAST_ROLES = {Role.OWNER: Role.MAINTAINER}  # an owner who does not exist would lock the real one out

Sample = dict[str, Any]


def may_fill(session: Session) -> bool:
    """Samples are offered only as long as the board has no items."""
    return session.exec(select(Item.number).limit(1)).first() is None


def fill(session: Session, owner: Person | None = None) -> Import:
    """Put a year of an imaginary product on the board. Raises Refused when the board has items."""
    the = site.lock(session)
    if not may_fill(session):
        raise Refused(_("The board has items already. Samples are for an empty board."))
    samples = tomllib.loads(BOARD.read_text(encoding="utf-8"))
    now = db.now()
    batch = Import(source=SAMPLE, name=samples["site"]["name"], by_id=owner.id if owner else None, state=State.DONE,
                   started_at=now, finished_at=now, report={"description": samples["site"]["description"]})  # fmt: skip
    session.add(batch)
    session.flush()
    the.description = the.description or samples["site"]["description"]
    batch.total = batch.done = Telling(session, batch, samples, now).tell()
    return batch


class Telling:
    """Tells the samples' stories all together in the order in which they happened."""

    def __init__(self, session: Session, batch: Import, samples: Sample, now: datetime) -> None:
        self.session, self.now, self.samples = session, now, samples
        self.origin: Sample = {"import_id": batch.id}
        self.numbers: dict[str, int] = {}
        self.people = {
            person["key"]: Person(
                name=person["name"], title=person.get("title", ""), role=_cast_role(person["role"]),
                joined_at=now - JOINED, import_id=batch.id,
            )
            for person in samples["people"]
        }  # fmt: skip
        session.add_all(self.people.values())
        self.crowd = Crowd(session, batch.id or 0, now - JOINED)
        self._make_boards_and_tags()

    def tell(self) -> int:
        """Returns how many items there are now."""
        stories: list[tuple[datetime, Callable[[Sample, Sample, datetime], None], Sample, Sample]] = []
        for sample in self.samples["items"]:
            stories.append((self._at(sample), self._post, sample, sample))
            stories += [(self._at(event), self._happen, sample, event) for event in sample.get("story", [])]
        for at, act, sample, event in sorted(stories, key=lambda event: event[0]):
            act(sample, event, at)
        for item in items.lock(self.session, *self.numbers.values()):
            votes.recount(self.session, item)
        self.session.flush()
        events.silence(self.session, list(self.numbers.values()))
        return len(self.numbers)

    def _make_boards_and_tags(self) -> None:
        last = self.session.exec(select(func.max(Board.position))).one() or 0
        for position, board in enumerate(self.samples["boards"], last + 1):
            if boards.with_slug(self.session, board["slug"]) is None:
                self._make_board(dict(board), position)
        present = {tag.slug for tag in tags.every(self.session)}
        self.session.add_all(Tag(**tag, **self.origin) for tag in self.samples["tags"] if tag["slug"] not in present)
        self.session.flush()
        self.tags = {tag.slug: tag.id or 0 for tag in tags.every(self.session)}

    def _make_board(self, sample: Sample, position: int) -> None:
        asked = sample.pop("defect_questions", [])
        board = Board(**sample, position=position, **self.origin)
        self.session.add(board)
        self.session.flush()
        self.session.add_all(
            DefectQuestion(board_id=board.id or 0, place=place, **question) for place, question in enumerate(asked)
        )

    def _at(self, event: Sample) -> datetime:
        return self.now - timedelta(days=event["age"])

    def _item(self, key: str) -> Item:
        return self.session.get_one(Item, self.numbers[key])

    def _post(self, sample: Sample, _event: Sample, at: datetime) -> None:
        reporter = self.people[sample["reporter"]]
        draft = Draft(
            kind=sample["kind"], board=sample["board"], title=sample["title"],
            body=sample["body"] if "body" in sample else sample["happened"],
            details={name: sample[name] for name in items.DETAILS if name in sample},
        )  # fmt: skip
        item = items.post(self.session, reporter, draft, at=at, **self.origin)
        self.numbers[sample["key"]] = item.number
        votes.cast(self.session, item, reporter, at=at)
        self.session.add_all(ItemTag(item_number=item.number, tag_id=self.tags[slug]) for slug in sample["tags"])
        merged = [self._at(event) for event in sample.get("story", []) if "duplicate_of" in event]
        self.crowd.vote(self.session, item, sample, until=min(merged, default=self.now))

    def _happen(self, sample: Sample, event: Sample, at: datetime) -> None:
        item, person = self._item(sample["key"]), self.people[event["by"]]
        match event["event"]:
            case "comment" | "answer":
                self._say(item, person, event, at)
            case "move" | "unmerge":
                status_changes.change(self.session, item, person, self._move(event), at=at)
            case "target":
                status_changes.move_target(self.session, item, person, self._target(event), event["cause"], at=at)
            case "edit":
                status_changes.correct(self.session, self._latest(item), person, event["words"], at=at)

    def _say(self, item: Item, person: Person, event: Sample, at: datetime) -> None:
        said = comments.post(self.session, item, person, event["words"], official=event.get("official", False), at=at)
        if "hidden_by" in event:
            comments.hide(self.session, said, self.people[event["hidden_by"]], event["hidden_because"], at=at)

    def _move(self, event: Sample) -> Move:
        plain = ("reason", "workaround", "why", "shipped_in", "shipped_link")
        return Move(
            to=event.get("to", "acknowledged"),
            explanation=event.get("question") or event["explanation"],
            review_on=self._day(event, "review_in"),
            due_on=self._day(event, "due_in"),
            duplicate_of=str(self.numbers[event["duplicate_of"]]) if "duplicate_of" in event else "",
            target=self._target(event),
            checklist="\n".join(event.get("checklist", [])),
            **{name: event[name] for name in plain if name in event},
        )

    def _day(self, event: Sample, name: str) -> str:
        return (self.now + timedelta(days=event[name])).date().isoformat() if name in event else ""

    def _target(self, event: Sample) -> str:
        if "target_in_months" in event:
            return targets.month(self.now, event["target_in_months"])
        if "target_in_quarters" in event:
            return targets.quarter(self.now, event["target_in_quarters"])
        return ""

    def _latest(self, item: Item) -> StatusChange:
        of_item = select(StatusChange).where(StatusChange.item_number == item.number)
        return self.session.exec(of_item.order_by(col(StatusChange.id).desc()).limit(1)).one()


def _cast_role(role: str) -> Role:
    return CAST_ROLES.get(Role(role), Role(role))
