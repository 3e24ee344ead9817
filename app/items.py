"""Items: what people ask for, each an idea or a defect, with a public number."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint, bindparam
from sqlmodel import Column, Field, Session, SQLModel, Text, col, func, select

from app import boards, db, edits, events, people, search, site, targets, text, trend
from app.boards import Place
from app.events import Happened
from app.people import Person, Role
from app.refusals import Invalid
from app.statuses import Kind, Status
from app.words import N_, _

ANSWER_MOST = 240
SOURCE_MOST, SOURCE_ID_MOST = 40, 120

DETAILS = {
    "expected": N_("What did you expect?"),
    "steps": N_("Steps to see it"),
    "version": N_("Version"),
}


LOOKED_AT = ("status", "hidden_at", "board_id", "kind", "reporter_id")  # while an order is walked


class Item(SQLModel, table=True):
    """An idea or defect. What changes with votes, comments and moves is copied here, so that a list reads one table."""

    __table_args__ = (
        UniqueConstraint("source", "source_id"),
        UniqueConstraint("reporter_id", "form_key"),
        CheckConstraint("(status = 'duplicate') = (merged_into IS NOT NULL)", name="duplicate_is_merged"),
        CheckConstraint(
            "(merged_into IS NULL) = (root = number) AND merged_into <> number", name="merged_counts_elsewhere"
        ),
        CheckConstraint(
            "status <> 'declined' OR (reason IS NOT NULL AND review_on IS NOT NULL)", name="declined_says_why"
        ),
        CheckConstraint("due_on IS NULL OR status = 'needs_info'", name="only_a_question_falls_due"),
        Index("ix_item_by_trend", "trend", "number", *LOOKED_AT),
        Index("ix_item_by_posted_at", "posted_at", "number", *LOOKED_AT),
        Index("ix_item_by_support", "support", "number", *LOOKED_AT),
        Index("ix_item_by_answered_at", "answered_at", "number", *LOOKED_AT),
        Index("ix_item_by_waiting_since", "waiting_since", "number", *LOOKED_AT, "first_answered_at"),
        Index("ix_item_status_answered_at", "status", "answered_at", "number", *LOOKED_AT[1:]),
        Index("ix_item_status_waiting_since", "status", "waiting_since", "number", *LOOKED_AT[1:]),
        Index("ix_item_falls_due", "status", "hidden_at", "due_on", "review_on", "target", "board_id"),
        Index("ix_item_status_status_changed_at", "status", "status_changed_at"),
        Index("ix_item_board_id_number", "board_id", "number"),
        *map(db.index_of_given, ("answerer_id", "hidden_by_id", "import_id", "merged_into")),
    )

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: Kind = Field(sa_type=db.Word(Kind))
    board_id: int = Field(foreign_key="board.id")
    title: str = Field(max_length=text.TITLE_MOST)
    body: str = Field(default="", sa_type=Text)
    details: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    html: str = Field(default="", sa_type=db.Html)
    reporter_id: int = Field(foreign_key="person.id")
    posted_at: datetime
    edited_at: datetime | None = None

    status: Status = Field(default=Status.NEW, sa_type=db.Word(Status))
    status_changed_at: datetime
    reason: str | None = Field(default=None, max_length=32)
    workaround: str = Field(default="", sa_type=Text)
    workaround_html: str = Field(default="", sa_type=db.Html)
    review_on: date | None = None
    due_on: date | None = None
    target: str | None = Field(default=None, max_length=targets.LENGTH)
    merged_into: int | None = Field(default=None, foreign_key="item.number")
    root: int = Field(foreign_key="item.number", index=True)

    first_answered_at: datetime | None = None
    answered_at: datetime | None = None
    answer: str = Field(default="", max_length=ANSWER_MOST)
    answerer_id: int | None = Field(default=None, foreign_key="person.id")
    waiting_since: datetime | None = None
    changed_at: datetime

    vote_count: int = 0
    imported_vote_count: int = 0
    support: int = 0
    comment_count: int = 0
    trend: float = 0.0

    warned_at: datetime | None = None

    hidden_at: datetime | None = None
    hidden_by_id: int | None = Field(default=None, foreign_key="person.id")
    hidden_because: str = Field(default="", max_length=1000)

    form_key: str | None = Field(default=None, max_length=64)
    source: str | None = Field(default=None, max_length=SOURCE_MOST)
    source_id: str | None = Field(default=None, max_length=SOURCE_ID_MOST)
    import_id: int | None = Field(default=None, foreign_key="import.id")

    @property
    def path(self) -> str:
        return f"/items/{self.number}"

    @property
    def place(self) -> Place:
        """What decides who may see it, if it is not hidden."""
        return self.board_id, self.reporter_id

    @property
    def is_open(self) -> bool:
        return self.status.is_open

    @property
    def is_hidden(self) -> bool:
        return self.hidden_at is not None

    @property
    def earlier_vote_count(self) -> int:
        """How many votes came with imports and name nobody: its own, and those of what was merged into it."""
        return self.support - self.vote_count

    @property
    def status_label(self) -> str:
        return self.status.label(self.kind)


@dataclass
class Draft:
    """What a person typed into the form of an item; `details` are the answers to a defect's questions."""

    kind: str = Kind.IDEA
    board: str = ""
    title: str = ""
    body: str = ""
    details: dict[str, str] = field(default_factory=dict)


def lock(session: Session, *numbers: int) -> list[Item]:
    """Items by number, in order, locked until the transaction ends, so that what is read stays true.

    Others may go on to store what points to them, and need not wait, which they would do in any order.
    """
    statement = (
        select(Item).where(col(Item.number).in_(numbers)).order_by(col(Item.number)).with_for_update(key_share=True)
    )
    return list(session.exec(statement.execution_options(populate_existing=True)))


FAMILY = (
    select(Item)
    .where(Item.root == bindparam("root"))
    .order_by(col(Item.number))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)


NUMBERS = select(Item.number).where(Item.root == bindparam("root"))


def lock_family(session: Session, item: Item) -> list[Item]:
    """All items whose votes count together with this one's, in order, locked until the transaction ends.

    What was merged into them while they were waited for is not among those that PostgreSQL brings; once they are
    locked, nobody merges any more.
    """
    while True:
        with db.taking_locks(session) as let_go:
            family = list(session.scalars(FAMILY, {"root": item.root}))
            numbers = {number for (number,) in db.run(session, NUMBERS, {"root": item.root})}
            if item in family and numbers == {each.number for each in family}:
                return family
            let_go()  # somebody merged meanwhile: two who hold what the other wants would wait for each other
        session.refresh(item)


def post(session: Session, person: Person, draft: Draft, *, at: datetime | None = None, **origin: Any) -> Item:
    """Post a new item. Raises Invalid. The author's own vote is cast by the caller, `votes.cast`.

    `origin` may carry `form_key`, `source`, `source_id` and `import_id`.
    """
    at = at or db.now()
    fields = checked(session, person, draft)
    number = site.next_item_numbers(session)[0]
    item = Item(
        number=number, root=number, reporter_id=person.key, posted_at=at, status_changed_at=at, changed_at=at,
        waiting_since=at, trend=trend.heat(at), **fields, **origin,
    )  # fmt: skip
    session.add(item)
    session.flush()
    search.index(session, item.number, item.title, full_text(item))
    events.note(session, Happened.ITEM_CREATED, number, person.key, at)
    return item


def posted_before(session: Session, person: Person, form_key: str) -> Item | None:
    """The item that this very form has made already, if it was sent twice. One person's posts wait for each other."""
    session.exec(select(Person.id).where(Person.id == person.id).with_for_update(key_share=True))
    return session.exec(select(Item).where(Item.reporter_id == person.id, Item.form_key == form_key)).one_or_none()


def edit(session: Session, item: Item, person: Person, title: str, body: str, details: dict[str, str]) -> None:
    """Change title, body or details; the earlier words are kept. Raises Invalid."""
    fields = _written(text.Checks(), item.kind, title, body, details)
    (item,) = lock(session, item.number)  # who edited it meanwhile has their words kept too
    at = db.now()
    earlier = _words(item.title, item.body, item.details)
    later = _words(fields["title"], fields["body"], fields["details"])
    changed = {name: words for name, words in earlier.items() if words != later[name]}
    if not changed:
        return
    edits.keep(session, edits.Subject.ITEM, item.number, person.key, changed, at)
    for name, value in fields.items():
        setattr(item, name, value)
    item.edited_at = at
    session.add(item)
    search.index(session, item.number, item.title, full_text(item))


def _words(title: str, body: str, details: dict[str, str]) -> dict[str, str]:
    return {"title": title, "body": body, **{name: details.get(name, "") for name in DETAILS}}


def checked(session: Session, person: Person, draft: Draft) -> dict[str, Any]:
    """The columns of an item as the draft gives them. Raises Invalid naming every field that is wrong."""
    check = text.Checks()
    offered = {board.slug: board for board in boards.offered_to(session, person)}
    kind = check.choice("kind", draft.kind, set(Kind), label=_("Kind"))
    board = check.choice("board", draft.board, offered, label=_("Board"))
    words = _written(check, kind, draft.title, draft.body, draft.details)
    return {"kind": Kind(kind), "board_id": offered[board].id, **words}


def _written(check: text.Checks, kind: str, title: str, body: str, details: dict[str, str]) -> dict[str, Any]:
    """The columns that hold what a person wrote. Raises Invalid, also for what the check has found before."""
    is_defect = kind == Kind.DEFECT
    title = check.line("title", title, label=_("Title"), most=text.TITLE_MOST)
    body = check.words(
        "body", body, label=_("What happened") if is_defect else _("Description"),
        most=text.BODY_MOST, needed=is_defect,
    )  # fmt: skip
    answered = {
        name: check.words(name, details.get(name, ""), label=_(label), most=text.WORDS_MOST, needed=False)
        for name, label in DETAILS.items()
        if is_defect
    }
    check.done()
    answered = {name: words for name, words in answered.items() if words}
    return {"title": title, "body": body, "details": answered, "html": html_of(body, answered)}


def html_of(body: str, details: dict[str, str]) -> Markup:
    """The text of an item as it is shown: the body, then each answered question under its own heading."""
    answered = [(_(label), details[name]) for name, label in DETAILS.items() if details.get(name)]
    parts = [text.to_html(body)]
    parts += [Markup("<h3>{}</h3>\n{}").format(label, text.to_html(words)) for label, words in answered]
    return Markup("\n").join(parts)


def counts_by_board(session: Session) -> dict[int, int]:
    """How many items each board holds, by the board's id."""
    return dict(session.exec(select(Item.board_id, func.count()).group_by(col(Item.board_id))).all())


def move_to_board(session: Session, item: Item, person: Person, slug: str) -> None:
    """Put the item on another board. Raises NotAllowed, Invalid.

    Whoever sees what was merged goes on seeing what it was merged into.
    """
    people.need(person, Role.MAINTAINER)
    board = boards.with_slug(session, slug)
    if board is None or board.id is None:
        raise Invalid({"board": _("Board: choose one of those offered.")})
    places = {each.number: each.place for each in lock_family(session, item)}
    places[item.number] = (board.id, item.reporter_id)
    if not boards.reaches_as_far(session, places[item.root], places.values()):
        words = _("Board: people who see what was merged would not see what it was merged into. Undo the merge first.")
        raise Invalid({"board": words})
    item.board_id = board.id
    session.add(item)


def answered(session: Session, item: Item, person: Person, words: str, at: datetime) -> None:
    """A named person has answered in public: the wait is over, unless it began after these words."""
    item.answered_at, item.changed_at = at, max(item.changed_at, at)
    item.answer, item.answerer_id = text.excerpt(words, ANSWER_MOST), person.key
    item.first_answered_at = item.first_answered_at or at
    if item.waiting_since is not None and item.waiting_since <= at:
        item.waiting_since = None
    session.add(item)


def full_text(item: Item) -> str:
    return "\n".join([item.body, *item.details.values()])
