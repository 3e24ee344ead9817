"""For each person about themselves: their cases, and what happened there since they looked."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Request, Response

from app import cases, db, notifications, votes
from app.cases import Show
from app.web import kit, pages
from app.web.forms import typed
from app.web.kit import Db, Member
from app.web.route import area as new_area
from app.words import _

area = new_area()


@dataclass
class SeenForm:
    until: str = ""


@area.get("/me")
def my_cases(request: Request, session: Db, person: Member) -> Response:
    asked = request.query_params
    show = Show(asked["show"]) if asked.get("show") in set(Show) else Show.ALL
    page_number = kit.page_number(request)
    page = cases.page(session, person, show, page_number)
    voted = votes.of(session, person, [case.item.number for case in page.cases])
    return pages.page(
        request, "account/cases.html", page=page, show=show, page_number=page_number, voted=voted,
        news=pages.news(request),
        elsewhere=notifications.elsewhere(session, person) if show is Show.ALL and page_number == 1 else [],
    )  # fmt: skip


@area.post("/me/seen")
def look_at_all(session: Db, person: Member, form: Annotated[SeenForm, typed(SeenForm)]) -> Response:
    """Up to the moment the page showed, so that what came after it is not missed."""
    notifications.look_at_all(session, person, _moment(form.until))
    return kit.see_other("/me", _("Everything is marked as seen."))


def _moment(until: str) -> datetime:
    now = db.now()
    try:
        return min(datetime.fromisoformat(until), now).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return now
