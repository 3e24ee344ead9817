"""Tags: short words that maintainers and advocates put on items."""

from sqlmodel import Field, Session, SQLModel, col, select


class Tag(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(max_length=60, unique=True)
    name: str = Field(max_length=40)
    import_id: int | None = Field(default=None, foreign_key="import.id", index=True)


class ItemTag(SQLModel, table=True):
    __tablename__ = "item_tag"

    item_number: int = Field(foreign_key="item.number", primary_key=True)
    tag_id: int = Field(foreign_key="tag.id", primary_key=True, index=True)


def every(session: Session) -> list[Tag]:
    return list(session.exec(select(Tag).order_by(col(Tag.name))))


def of_items(session: Session, numbers: list[int]) -> dict[int, list[Tag]]:
    """The tags of several items in one query."""
    rows = session.exec(
        select(ItemTag.item_number, Tag)
        .join(Tag, col(Tag.id) == ItemTag.tag_id)
        .where(col(ItemTag.item_number).in_(numbers))
        .order_by(col(Tag.name))
    )
    found: dict[int, list[Tag]] = {number: [] for number in numbers}
    for number, tag in rows:
        found[number].append(tag)
    return found
