"""What waits becomes a part of what is said, in the transaction in which that is posted."""

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from app import policy
from app.attachments import leaks
from app.attachments.reading import of_item
from app.attachments.recognising import FILES_MOST, too_many
from app.attachments.table import Attachment
from app.comments import Comment
from app.items import Item
from app.people import Person
from app.refusals import Invalid
from app.status_changes import StatusChange
from app.words import _


def waiting(session: Session, person: Person | None, keys: Collection[str]) -> list[Attachment]:
    """The files of these keys that wait for this person's post; whoever was nobody yet knows the key."""
    if not keys:
        return []
    theirs: ColumnElement[bool] = col(Attachment.person_id).is_(None)
    theirs = or_(theirs, col(Attachment.person_id) == person.key) if person else theirs
    wait = select(Attachment).where(col(Attachment.key).in_(keys), col(Attachment.item_number).is_(None), theirs)
    return list(session.exec(wait.order_by(col(Attachment.id)).with_for_update()))


def add(
    session: Session,
    person: Person,
    keys: Collection[str],
    item: Item,
    said: Comment | StatusChange | None = None,
    *,
    looked: bool = False,
) -> None:
    """Attach what waits to an item, or to what was said about it.

    Raises NotAllowed; Invalid for what waits no longer, for too much, and, unless the person has looked at them, for
    files in which a secret may stand. The same file again is a form that was sent twice: it is attached once.
    """
    if not keys:
        return
    policy.need(policy.may_take_part(person, item))
    found = waiting(session, person, keys)
    present = [file for file in of_item(session, item.number) if file.came_with(said or item)]
    if set(keys) - {file.key for file in [*found, *present]}:
        raise Invalid({"files": _("A file is no longer here, because it waited too long. Please choose it again.")})
    known = {file.sha256 for file in present}
    fresh = list({file.sha256: file for file in found if file.sha256 not in known}.values())
    if len(present) + len(fresh) > FILES_MOST:
        raise too_many()
    if not looked and (found_in := warnings(fresh)):
        raise Invalid({"files": " ".join([*found_in, _("Others will be able to read it. Please look first.")])})
    for file in fresh:
        file.item_number, file.person_id = item.number, person.key
        file.comment_id = said.id if isinstance(said, Comment) else None
        file.status_change_id = said.id if isinstance(said, StatusChange) else None
        session.add(file)
    session.flush()


def warnings(files: Iterable[Attachment]) -> list[str]:
    """Where secrets may stand in these files, a sentence for each line."""
    return [words for file in files for words in leaks.told(file.name, file.leaks)]
