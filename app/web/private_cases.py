"""For whoever got a mail from us: all of their cases at a private address, to read without signing in."""

from fastapi import Request, Response

from app import cases, listing, people, seals
from app.seals import For
from app.web import kit, pages
from app.web.forms import Pressed
from app.web.kit import Db
from app.web.route import area as new_area

area = new_area()


@area.get("/cases/{seal}")
def read_cases(request: Request, session: Db, seal: str) -> Response:
    """Reading here does not count as having looked: only who signs in can say that they are the one who did."""
    person = seals.opened(session, seal, For.CASES)
    page_number = kit.page_number(request)
    page = cases.page(session, person, page_number=page_number)
    public = {row.number for row in listing.with_numbers(session, None, [case.item.number for case in page.cases])}
    return kit.unlisted(
        pages.page(request, "private_cases/cases.html", person=person, page=page, page_number=page_number,
                   public=public, path=f"/cases/{seal}")
    )  # fmt: skip


@area.post("/cases/{seal}/revocation")
def revoke(request: Request, session: Db, seal: str, _form: Pressed) -> Response:
    people.revoke_case_link(session, seals.opened(session, seal, For.CASES))
    return kit.unlisted(pages.page(request, "private_cases/revoked.html"))
