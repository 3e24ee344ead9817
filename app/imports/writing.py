"""Items as they come in: rows of many tables, written together in one short transaction."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app import boards, items, search, site, tags, text
from app.boards import Board
from app.imports.batches import Import
from app.imports.composing import Ready
from app.items import Item
from app.people import Person
from app.subscriptions import Because, Subscription
from app.tags import ItemTag, Tag
from app.words import _


def write(session: Session, batch: Import, source: str, given: Sequence[Ready]) -> None:
    """Write those that are not here yet; what an earlier import brought is left as it is."""
    fresh = _not_here(session, source, given)
    if not fresh:
        return
    reporters, places = _reporters(session, batch, fresh), _boards(session, batch, fresh)
    for number, ready in zip(site.next_item_numbers(session, len(fresh)), fresh, strict=True):
        ready.item.number = ready.item.root = number
        ready.item.board_id = places[ready.arrival.board].id or 0
        ready.item.reporter_id = reporters[_reporter(batch, ready)].key
    session.add_all(ready.item for ready in fresh)
    session.flush()
    for ready in fresh:
        _add_story(session, ready)
    _add_tags(session, batch, fresh)
    _add_cases(session, batch, fresh, {person.key: person for person in reporters.values() if person.email})
    session.flush()
    search.index_all(session, ((ready.item.number, ready.item.title, items.full_text(ready.item)) for ready in fresh))


def _not_here(session: Session, source: str, given: Sequence[Ready]) -> list[Ready]:
    """The first of each id that no item has."""
    by_id: dict[str, Ready] = {}
    for ready in given:
        by_id.setdefault(ready.arrival.source_id, ready)
    here = session.exec(select(Item.source_id).where(Item.source == source, col(Item.source_id).in_(by_id))).all()
    return [ready for id_, ready in by_id.items() if id_ not in here]


def _add_story(session: Session, ready: Ready) -> None:
    """The move to where the item stands, which no person made here, and the rest of a long description."""
    if ready.move is not None:
        ready.move.item_number = ready.item.number
        session.add(ready.move)
    for comment in ready.further:
        comment.item_number, comment.person_id = ready.item.number, ready.item.reporter_id
        session.add(comment)


def _reporter(batch: Import, ready: Ready) -> tuple[str, str]:
    """Who reported it: by address where there is one, else by name."""
    arrival = ready.arrival
    return (arrival.email, "") if arrival.email else ("", arrival.reporter or somebody(batch.source))


def somebody(source: str) -> str:
    """The reporter of items that name none."""
    return (_("Somebody on %s") % source)[: text.NAME_MOST]


def _reporters(session: Session, batch: Import, fresh: list[Ready]) -> dict[tuple[str, str], Person]:
    """The people these items are from. Those without an address are one for each name of the source."""
    wanted = {_reporter(batch, ready): ready.arrival.reporter or somebody(batch.source) for ready in fresh}
    emails, names = zip(*wanted, strict=True)
    with_email = select(Person).where(col(Person.email).in_(emails))
    same_source = select(Import.id).where(Import.source == batch.source)
    nameable = select(Person).where(col(Person.email).is_(None), col(Person.import_id).in_(same_source))
    found = {(person.email or "", ""): person for person in session.exec(with_email)}
    found |= {("", person.name): person for person in session.exec(nameable.where(col(Person.name).in_(names)))}
    for (email, by_name), name in wanted.items():
        if (email, by_name) not in found:
            person = Person(name=name, email=email or None, import_id=batch.id, joined_at=batch.started_at)
            found[email, by_name] = person
    session.add_all(found.values())
    session.flush()
    return found


def _boards(session: Session, batch: Import, fresh: list[Ready]) -> dict[str, Board]:
    """The boards by what arrivals call them: the address of one, the name of a new one, or nothing for the first."""
    present = boards.every(session)
    found = {"": present[0], **{board.name: board for board in present}, **{board.slug: board for board in present}}
    for name in sorted({ready.arrival.board for ready in fresh} - set(found)):
        slug = text.free_slug(name, {board.slug for board in found.values()})
        found[name] = Board(slug=slug, name=name, position=present[-1].position + len(found), import_id=batch.id)
        session.add(found[name])
    session.flush()
    return found


def _add_tags(session: Session, batch: Import, fresh: list[Ready]) -> None:
    found = {tag.name.casefold(): tag for tag in tags.every(session)}
    slugs = {tag.slug for tag in found.values()}
    for name in dict.fromkeys(name for ready in fresh for name in ready.arrival.tags):
        if name.casefold() not in found:
            tag = found[name.casefold()] = Tag(slug=text.free_slug(name, slugs), name=name, import_id=batch.id)
            slugs.add(tag.slug)
            session.add(tag)
    session.flush()
    for ready in fresh:
        chosen = {found[name.casefold()].id or 0 for name in ready.arrival.tags}
        session.add_all(ItemTag(item_number=ready.item.number, tag_id=tag_id) for tag_id in chosen)


def _add_cases(session: Session, batch: Import, fresh: list[Ready], reachable: dict[int, Person]) -> None:
    """An item is a case of its reporter. Who never came here by themselves does not follow it: nobody is written to."""
    for item in (ready.item for ready in fresh if ready.item.reporter_id in reachable):
        reporter = reachable[item.reporter_id]
        session.add(
            Subscription(person_id=reporter.key, item_number=item.number, because=Because.POSTED, since=item.posted_at,
                         is_following=reporter.import_id is None, seen_at=batch.started_at)
        )  # fmt: skip
