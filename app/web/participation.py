"""What a person does with one item: vote, say how much it matters, follow."""

from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app import ballots, listing, policy, subscriptions, taking_part, votes
from app.ballots import Ballot, Counted
from app.items import Item
from app.people import Person
from app.web import item_page, kit, pages
from app.web.forms import Pressed, typed
from app.web.guard import said_length
from app.web.kit import Db, ItemInPath, Member
from app.web.route import DatabaseRoute
from app.web.route import area as new_area
from app.words import N_, _, ngettext
from app.words import number as in_words

VOTED = N_("Your vote for “%(title)s” counts. %(votes)s.")
WITHDRAWN = N_("Your vote for “%(title)s” is withdrawn. %(votes)s.")

area = new_area()


@dataclass
class WeightForm:
    weight: str = ""


class Voting(DatabaseRoute):
    """A vote that is like most is counted with those that come at the same moment; any other, by its handler alone."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        alone = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await _counted_together(request) or await alone(request)

        return handle


voting = APIRouter(route_class=Voting, default_response_class=Response, include_in_schema=False)


async def _counted_together(request: Request) -> Response | None:
    """The page of an item shows more than a button can say, and a form with fields has to be read."""
    key, number = request.cookies.get(kit.session_cookie()), request.path_params["number"]
    if key is None or kit.is_shown_on(request, f"/items/{number}") or said_length(request.scope):
        return None
    counted = await request.app.state.database.together(ballots.count, Ballot(key, number))
    return _button_again(request, counted, [number], _said(VOTED, counted)) if counted else None


@voting.post("/items/{number:int}/vote")
def cast_vote(request: Request, session: Db, person: Member, item: ItemInPath, _form: Pressed) -> Response:
    taking_part.vote(session, item, person)
    return _vote_again(request, session, person, item, VOTED, has_vote=True)


@area.post("/items/{number:int}/vote/withdrawal")
def withdraw_vote(request: Request, session: Db, person: Member, item: ItemInPath, _form: Pressed) -> Response:
    taking_part.withdraw_vote(session, item, person)
    return _vote_again(request, session, person, item, WITHDRAWN, has_vote=False)


def _vote_again(
    request: Request, session: Session, person: Person, item: Item, sentence: str, *, has_vote: bool
) -> Response:
    """The button as it stands now, where it was pressed, and the sentence about the item that carries the vote."""
    if item.root == item.number and not kit.is_shown_on(request, item.path):
        return _button_again(request, item, [item.number] if has_vote else [], _said(sentence, item))
    case = item_page.case_of(session, person, item)
    voted, said = case["voted"], _said(sentence, case["root"])
    if kit.asked_by_htmx(request):
        shown = item if item.root == item.number else listing.row(session, person, item.number)
        return pages.fragment(request, "items/_voted.html", item=shown, voted=voted, said=said, case=case)
    return _button_again(request, item, voted, said)


def _said(sentence: str, root: Item | Counted) -> str:
    count = ngettext("%s vote", "%s votes", root.vote_count) % in_words(root.vote_count)
    return _(sentence) % {"title": root.title, "votes": count}


def _button_again(request: Request, item: Item | Counted, voted: Collection[int], said: str) -> Response:
    if kit.asked_by_htmx(request):
        return pages.part("items/_voted.html", viewer=True, item=item, voted=voted, said=said, case=None)
    return kit.see_other(f"{_back(request, item.number)}#vote-{item.number}", said)


def _back(request: Request, number: int) -> str:
    """The page that the vote was cast on; a form that came back as a page of its own cannot be asked for again."""
    came_from = kit.own_referrer(request)
    was_refused = came_from == "/items" or came_from.startswith(f"/items/{number}/")
    return f"/items/{number}" if was_refused or "referer" not in request.headers else came_from


@area.post("/items/{number:int}/vote/weight")
def weigh_vote(
    request: Request, session: Db, person: Member, item: ItemInPath, form: Annotated[WeightForm, typed(WeightForm)]
) -> Response:
    votes.weigh(session, item, person, form.weight)
    return _case_again(request, session, person, item, _("How much it matters to you is noted."))


@area.post("/items/{number:int}/follow")
def follow(request: Request, session: Db, person: Member, item: ItemInPath, _form: Pressed) -> Response:
    policy.need(policy.may_take_part(person, item))
    subscriptions.follow(session, item, person)
    return _case_again(request, session, person, item, _("You follow this now. My cases shows you what changes."))


@area.post("/items/{number:int}/follow/withdrawal")
def unfollow(request: Request, session: Db, person: Member, item: ItemInPath, _form: Pressed) -> Response:
    subscriptions.unfollow(session, item, person)
    return _case_again(request, session, person, item, _("You no longer follow this."))


def _case_again(request: Request, session: Session, person: Person, item: Item, said: str) -> Response:
    if not kit.asked_by_htmx(request):
        return kit.see_other(f"{item.path}#case", said)
    case = item_page.case_of(session, person, item)
    return pages.fragment(request, "items/_case_changed.html", item=item, said=said, **case)
