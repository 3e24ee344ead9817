"""For whoever got a mail from us: to get fewer, without signing in. A look changes nothing, because scanners look."""

from fastapi import Request, Response
from sqlmodel import Session

from app import notifications, people, seals, sight
from app.items import Item
from app.people import Person
from app.seals import For
from app.web import item_page, kit, pages
from app.web.forms import Pressed
from app.web.kit import Db
from app.web.route import area as new_area

area = new_area()


@area.get("/mail/{seal}")
def ask_about_all(request: Request, session: Db, seal: str) -> Response:
    person = seals.opened(session, seal, For.MAILS)
    return _page(request, person, path=f"/mail/{seal}")


@area.post("/mail/{seal}")
def stop_all(request: Request, session: Db, seal: str) -> Response:
    """Whatever is sent along: a mail program presses the button for its user as RFC 8058 says."""
    person = seals.opened(session, seal, For.MAILS)
    notifications.stop(session, person)
    return _page(request, person, is_done=True)


@area.get("/mail/{seal}/items/{number:int}")
def ask_about_one(request: Request, session: Db, seal: str, number: int) -> Response:
    person = seals.opened(session, seal, For.MAILS)
    item = _readable(session, number, person)
    return _page(request, person, item=item, path=f"/mail/{seal}/items/{number}", path_of_all=f"/mail/{seal}")


@area.post("/mail/{seal}/items/{number:int}")
def stop_one(request: Request, session: Db, seal: str, number: int, _form: Pressed) -> Response:
    person = seals.opened(session, seal, For.MAILS)
    item = _readable(session, number, person)
    notifications.mute(session, item, person)
    return _page(request, person, item=item, is_done=True, path_of_all=f"/mail/{seal}")


def _readable(session: Session, number: int, person: Person) -> Item:
    """An item whose title this person may read. Raises NotFound."""
    item = sight.find(session, number, person)
    item_page.need_readable(person, item)
    return item


def _page(
    request: Request, person: Person, *, item: Item | None = None, is_done: bool = False, path: str = "",
    path_of_all: str = "",
) -> Response:  # fmt: skip
    address = people.masked(person.email or "")
    page = pages.page(
        request, "unsubscribing/stop.html", address=address, item=item, is_done=is_done, path=path,
        path_of_all=path_of_all,
    )  # fmt: skip
    return kit.unlisted(page)
