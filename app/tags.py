"""Tags: short words that maintainers and advocates put on items. The owner keeps the list."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import bindparam, delete
from sqlmodel import Field, Session, SQLModel, col, func, select

from app import db, people, text
from app.people import Person, Role
from app.refusals import Invalid, NotFound
from app.words import _

NAME_MOST = 40


class Tag(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(max_length=60, unique=True)
    name: str = Field(max_length=NAME_MOST)
    import_id: int | None = Field(default=None, foreign_key="import.id", index=True)


class ItemTag(SQLModel, table=True):
    __tablename__ = "item_tag"

    item_number: int = Field(foreign_key="item.number", primary_key=True)
    tag_id: int = Field(foreign_key="tag.id", primary_key=True, index=True)


EVERY = select(Tag).order_by(col(Tag.name))


def every(session: Session) -> list[Tag]:
    """By name, to be read."""
    return db.read(session, EVERY)


class Label(NamedTuple):
    """A tag as the items show it that carry it."""

    slug: str
    name: str


OF_ITEMS = (
    select(ItemTag.item_number, Tag.slug, Tag.name)
    .join(Tag, col(Tag.id) == ItemTag.tag_id)
    .where(col(ItemTag.item_number).in_(bindparam("numbers", expanding=True)))
    .order_by(col(Tag.name))
)


def of_items(session: Session, numbers: list[int]) -> dict[int, list[Label]]:
    """The tags of several items in one query."""
    found: dict[int, list[Label]] = {number: [] for number in numbers}
    for number, *label in db.run(session, OF_ITEMS, {"numbers": numbers}):
        found[number].append(Label(*label))
    return found


def counts(session: Session) -> dict[int, int]:
    """How many items carry each tag, by the tag's id."""
    rows = session.exec(select(ItemTag.tag_id, func.count()).group_by(col(ItemTag.tag_id)))
    return dict(rows.all())


def find(session: Session, slug: str) -> Tag:
    """Raises NotFound."""
    tag = session.exec(select(Tag).where(Tag.slug == slug)).one_or_none()
    if tag is None:
        raise NotFound(_("There is no such tag."))
    return tag


def put(session: Session, item_number: int, person: Person, slugs: Collection[str]) -> None:
    """Let the item carry these tags and no others. Raises NotAllowed, Invalid."""
    people.need(person, Role.ADVOCATE)
    wanted = {tag.id for tag in session.exec(select(Tag).where(col(Tag.slug).in_(slugs)))}
    if len(wanted) != len(set(slugs)):
        raise Invalid({"tags": _("Tags: choose among those offered.")})
    present = set(session.exec(select(ItemTag.tag_id).where(ItemTag.item_number == item_number)))
    _take_off(session, present - wanted, item_number)
    session.add_all(ItemTag(item_number=item_number, tag_id=tag_id) for tag_id in wanted - present if tag_id)
    session.flush()


def add(session: Session, person: Person, name: str) -> Tag:
    """Raises NotAllowed, Invalid."""
    people.need(person, Role.OWNER)
    present = every(session)
    name = _checked(name, present)
    tag = Tag(name=name, slug=text.free_slug(name, {other.slug for other in present}))
    session.add(tag)
    session.flush()
    return tag


def rename(session: Session, tag: Tag, person: Person, name: str) -> None:
    """Its address stays. Raises NotAllowed, Invalid."""
    people.need(person, Role.OWNER)
    tag.name = _checked(name, [other for other in every(session) if other.id != tag.id])
    session.add(tag)
    session.flush()


def merge(session: Session, tag: Tag, person: Person, into: str) -> Tag:
    """Let what carries the tag carry another instead, and remove the tag. Raises NotAllowed, Invalid."""
    people.need(person, Role.OWNER)
    other = session.exec(select(Tag).where(Tag.slug == into, Tag.id != tag.id)).one_or_none()
    if other is None or other.id is None:
        raise Invalid({"into": _("Merge into: choose one of those offered.")})
    with_other = set(session.exec(select(ItemTag.item_number).where(ItemTag.tag_id == other.id)))
    with_tag = set(session.exec(select(ItemTag.item_number).where(ItemTag.tag_id == tag.id)))
    session.add_all(ItemTag(item_number=number, tag_id=other.id) for number in with_tag - with_other)
    remove(session, tag, person)
    return other


def remove(session: Session, tag: Tag, person: Person) -> None:
    """Take the tag off every item and remove it. Raises NotAllowed."""
    people.need(person, Role.OWNER)
    _take_off(session, {tag.id})
    session.delete(tag)
    session.flush()


def _take_off(session: Session, ids: Collection[int | None], item_number: int | None = None) -> None:
    everywhere = delete(ItemTag).where(col(ItemTag.tag_id).in_(ids))
    session.execute(everywhere if item_number is None else everywhere.where(col(ItemTag.item_number) == item_number))


def _checked(name: str, others: Collection[Tag]) -> str:
    """Raises Invalid for no name, a long one, or that of another tag."""
    check = text.Checks()
    name = check.line("name", name, label=_("Tag"), most=NAME_MOST)
    if name.casefold() in {other.name.casefold() for other in others}:
        check.wrong("name", _("Tag: there is one with this name."))
    check.done()
    return name
