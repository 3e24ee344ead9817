"""Attached files as people open them: a picture as it is, a text to be saved or to be looked at on a page."""

from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from sqlmodel import Session

from app import attachments, policy
from app.attachments import Attachment
from app.attachments.reading import Found
from app.web import guard, kit, pages
from app.web.forms import Pressed
from app.web.kit import Db, Member
from app.web.route import area as new_area
from app.web.route import outside
from app.words import _

LINES_MOST, LINE_MOST = 1000, 2000  # of a text on a page
DAY = "public, max-age=86400, immutable"  # what is hidden later is gone from all caches a day after
area = outside()  # where the store is asked
forms = new_area()


@area.get("/attachments/{key}")
async def give(request: Request, key: str) -> Response:
    """The file itself, which no browser takes for a page of ours, whatever stands in it."""
    found = await kit.in_transaction(request, lambda session: _found(request, session, key))
    file = found.file
    response = Response(await attachments.content(file), media_type=file.media_type)
    response.headers["Content-Security-Policy"] = guard.BARE
    response.headers["Content-Disposition"] = _disposition(file)
    return _kept(response, found)


@area.get("/attachments/{key}/preview")
async def show(request: Request, key: str) -> Response:
    """A text on a page, as far as it fits there; a picture is shown by its own address."""
    found = await kit.in_transaction(request, lambda session: _found(request, session, key))
    if found.file.is_picture:
        return kit.see_other(found.file.path)
    shown = _beginning((await attachments.content(found.file)).decode())

    return kit.unlisted(await kit.in_transaction(request, lambda _session: _page(request, found, shown)))


@forms.get("/attachments/{key}/removal")
def ask(request: Request, session: Db, person: Member, key: str) -> Response:
    found = attachments.find(session, key, person)
    policy.need(found.file.may_be_removed_by(person))
    return pages.page(request, "attachments/remove.html", file=found.file, item=found.item)


@forms.post("/attachments/{key}/removal")
def remove(session: Db, person: Member, key: str, _form: Pressed) -> Response:
    found = attachments.find(session, key, person)
    attachments.remove(session, found.file, person)
    return kit.see_other(found.item.path, _("The file is removed."))


def _found(request: Request, session: Session, key: str) -> Found:
    return attachments.find(session, key, kit.identify(request))


def _page(request: Request, found: Found, shown: dict[str, Any]) -> Response:
    return pages.page(request, "attachments/preview.html", file=found.file, item=found.item, **shown)


def _disposition(file: Attachment) -> str:
    how = "inline" if file.is_picture else "attachment"
    return f"{how}; filename*=UTF-8''{quote(file.name, safe='')}"


def _kept(response: Response, found: Found) -> Response:
    """What everybody may see is kept by caches; nothing of it is found by search engines."""
    response.headers["X-Robots-Tag"] = "noindex"
    if not found.is_public:
        return kit.private(response)
    response.headers["Cache-Control"] = DAY
    return response


def _beginning(text: str) -> dict[str, Any]:
    """The lines that fit on a page, and whether these are all."""
    lines = text.removesuffix("\n").split("\n")
    shown = [line[:LINE_MOST] for line in lines[:LINES_MOST]]
    return {"lines": shown, "count": len(lines), "is_whole": shown == lines}
