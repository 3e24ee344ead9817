"""Files that have arrived with a form and wait for it to be taken, so that a refused form still has them."""

import hashlib
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import IO

from sqlmodel import Session

from app import db, limits
from app.attachments import recognising, store
from app.attachments.recognising import BYTES_MOST, FILES_MOST, Recognised
from app.attachments.table import Attachment
from app.db import Database
from app.people import Person
from app.refusals import Refusal
from app.words import _

PEOPLE_MOST, STRANGERS_MOST, SENT_PER = 40, 10, timedelta(hours=1)  # posts with files
log = logging.getLogger("daylight.storage")


@dataclass(frozen=True)
class Sent:
    """A file as somebody sent it."""

    name: str
    content: IO[bytes]


@dataclass
class Staged:
    """The keys of the files that wait, and the names of those that were not taken, each with what is wrong with it."""

    keys: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def admit(session: Session, person: Person | None, network: str) -> int | None:
    """Whose the files will be. Raises TooMany for who sends many, and for a network from which strangers do."""
    if person is None:
        limits.spend(session, f"attach:network {network}", most=STRANGERS_MOST, per=SENT_PER)
        return None
    limits.spend(session, f"attach:{person.key}", most=PEOPLE_MOST, per=SENT_PER)
    return person.key


def stage(database: Database, person_id: int | None, sent: Sequence[Sent], room: int = FILES_MOST) -> Staged:
    """Recognise each file, store it, and only then write its row; takes its time, outside of any transaction."""
    staged = Staged()
    for file in sent:
        try:
            _need_room(staged, room)
            recognised = recognising.recognise(file.name, file.content.read(BYTES_MOST + 1))
            staged.keys.append(_keep(database, person_id, recognised))
        except Refusal as refusal:
            staged.refused[recognising.clean_name(file.name)] = refusal.words
        except store.TROUBLE as trouble:
            log.error("Uploads: %s", str(trouble).partition("\n")[0])  # noqa: TRY400 - what failed is known
            name = recognising.clean_name(file.name)
            staged.refused[name] = _("“%s” cannot be stored right now. Please try again in a minute.") % name
    return staged


def _need_room(staged: Staged, room: int) -> None:
    if len(staged.keys) >= room:
        raise recognising.too_many()


def _keep(database: Database, person_id: int | None, file: Recognised) -> str:
    key = secrets.token_urlsafe(24)
    store.opened().put(key, file.content)
    row = Attachment(
        key=key, kind=file.kind, media_type=file.media_type, name=file.name, size=len(file.content),
        sha256=hashlib.sha256(file.content).hexdigest(), width=file.width, height=file.height,
        leaks=list(file.leaks), at=db.now(), person_id=person_id,
    )  # fmt: skip
    with database.session() as session:
        session.add(row)
    return key
