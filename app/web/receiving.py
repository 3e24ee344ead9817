"""Forms with files: each file is recognised and stored before the transaction begins, and a key takes its place.

So a form that is refused, or interrupted by signing in, keeps its files as it keeps its words: `kept` are the keys that
come back with it, `refused` the names of files that were not taken, `looked` says that the person has looked at lines
in which a secret may stand. The handler attaches what is here in its own transaction.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from app import attachments
from app.attachments import Attachment, Sent, Staged
from app.comments import Comment
from app.items import Item
from app.people import Person
from app.refusals import Invalid, Refusal
from app.status_changes import StatusChange
from app.web import kit
from app.web.route import BODY_MOST, DatabaseRoute

FILES, KEPT, LOOKED, REFUSED = OWN = ("files", "kept", "looked", "refused")
CHOSEN_MOST = 20  # files in one form; more than are taken, so that a person is told which were too many
UPLOAD_MOST = attachments.FILES_MOST * attachments.BYTES_MOST + BODY_MOST
FORM = "multipart/form-data"


@dataclass(frozen=True)
class Received:
    """The files of a form: those that wait for its post, and what is wrong with others."""

    keys: list[str] = field(default_factory=list)
    looked: bool = False
    refused: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""

    @property
    def problems(self) -> dict[str, str]:
        words = dict.fromkeys(filter(None, [*self.refused.values(), self.trouble]))
        return {"files": " ".join(words)} if words else {}

    def attach(self, session: Session, person: Person, item: Item, said: Comment | StatusChange | None = None) -> None:
        """Raises Invalid, so that the form comes back, also where a file was not taken: nobody posts half of a form."""
        if self.problems:
            raise Invalid(self.problems)
        attachments.add(session, person, self.keys, item, said, looked=self.looked)

    def again(self, session: Session, person: Person | None) -> "FilesAgain":
        """For the form as it is drawn again."""
        return FilesAgain(attachments.waiting(session, person, self.keys), self.looked)


NO_FILES = Received()


@dataclass(frozen=True)
class FilesAgain:
    """What the field for files shows: the files that are here already."""

    waiting: list[Attachment] = field(default_factory=list)
    looked: bool = False

    FILES_MOST: ClassVar = attachments.FILES_MOST
    BYTES_MOST: ClassVar = attachments.BYTES_MOST

    @property
    def allowed(self) -> str:
        return attachments.allowed()

    @property
    def warnings(self) -> list[str]:
        return attachments.warnings(self.waiting)


class ReceivingRoute(DatabaseRoute):
    async def read(self, request: Request) -> None:
        if request.headers.get("content-type", "").lower().startswith(FORM):
            request.state.sent, request.state.body = await request.form(max_files=CHOSEN_MOST, max_fields=100), b""
        else:
            await self._read_words(request)
        received = await _received(request, request.state.sent)
        keep = [(name, value) for name, value in request.state.sent.multi_items() if name not in OWN]
        request.state.fields = FormData(keep)
        request.state.received = received
        request.state.sent = FormData([*keep, *_as_fields(received)])

    async def _read_words(self, request: Request) -> None:
        """Without files, a form is as small as any other."""
        if int(request.headers.get("content-length", 0)) > BODY_MOST or len(await request.body()) > BODY_MOST:
            raise HTTPException(413)
        await super().read(request)


def _as_fields(received: Received) -> list[tuple[str, str]]:
    """The same as words, for a form that is sent once more after signing in."""
    looked = [(LOOKED, "yes")] if received.looked else []
    return [*((KEPT, key) for key in received.keys), *looked, *((REFUSED, name) for name in received.refused)]


async def _received(request: Request, sent: FormData) -> Received:
    keys = [key for key in sent.getlist(KEPT) if isinstance(key, str)]
    refused = {name: attachments.not_taken(name) for name in sent.getlist(REFUSED) if isinstance(name, str)}
    chosen = [Sent(file.filename or "", file.file) for file in sent.getlist(FILES)
              if isinstance(file, UploadFile) and file.filename]  # fmt: skip
    staged, trouble = Staged(), ""
    if chosen:
        try:
            staged = await _stage(request, chosen, room=attachments.FILES_MOST - len(keys))
        except Refusal as refusal:
            trouble = refusal.words
    return Received([*keys, *staged.keys], bool(sent.get(LOOKED)), refused | staged.refused, trouble)


async def _stage(request: Request, chosen: list[Sent], room: int) -> Staged:
    def admit(session: Session) -> int | None:
        return attachments.admit(session, kit.identify(request), kit.network(request))

    person_id = await kit.in_transaction(request, admit, writes=True)
    return await asyncio.to_thread(attachments.stage, request.app.state.database, person_id, chosen, room)


async def _of_request(request: Request) -> Received:
    received: Received = request.state.received
    return received


Files = Annotated[Received, Depends(_of_request)]


def area() -> APIRouter:
    """The routes of forms with files, which alone may be as large as files are."""
    return APIRouter(
        route_class=ReceivingRoute, default_response_class=Response, include_in_schema=False, max_body_size=UPLOAD_MOST
    )
