"""The board and the roadmap as everybody reads them."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session
from starlette.testclient import TestClient

from app import site, votes
from app.boards import Access
from app.db.prepared import Prepared
from app.people import Person
from app.statuses import Status
from tests import factories


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    session.flush()
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "pragma")):
            statements.append(statement)

    engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def words(browser: TestClient, path: str) -> str:
    """The text of a page, tags and doubled white space left out."""
    answer = browser.get(path)
    assert answer.status_code == 200
    parts = answer.text.partition("<main")[2].split("<")
    return " ".join(unescape(" ".join(part.partition(">")[2] for part in parts)).split())


def test_a_row_carries_the_latest_official_words_and_whose_they_are(
    session: Session, visitor_browser: TestClient, member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member, "Last train home")
    factories.move(session, item, maintainer, Status.PLANNED, "We do it this winter.", target="2030-12")
    shown = words(visitor_browser, "/")
    assert "Last train home Planned December 2030" in shown
    assert "Mira Okafor , CTO , just now We do it this winter." in shown


def test_a_row_says_how_long_nobody_has_answered(session: Session, visitor_browser: TestClient, member: Person) -> None:
    factories.item(session, member)
    assert "Nobody has answered this yet ( less than a minute )" in words(visitor_browser, "/")


def test_a_visitor_is_shown_a_vote_button_that_a_plain_form_sends(
    session: Session, visitor_browser: TestClient, member_browser: TestClient, member: Person
) -> None:
    item = factories.item(session, member)
    form = f'<form class="vote" id="vote-form-{item.number}" method="post" action="/items/{item.number}/vote">'
    assert form in visitor_browser.get("/").text
    assert 'aria-pressed="true"' in member_browser.get("/").text


def test_boards_are_named_only_where_there_are_several(
    session: Session, visitor_browser: TestClient, member: Person
) -> None:
    factories.item(session, member)
    assert "Idea just now" in words(visitor_browser, "/")
    factories.board(session, "app", name="Mobile app")
    assert "Idea General just now" in words(visitor_browser, "/")


@pytest.mark.parametrize("path", ["/?board=inside", "/?board=none", "/?tag=none", "/?board=%00"])
def test_a_board_or_tag_that_one_may_not_know_of_is_absent(
    session: Session, visitor_browser: TestClient, path: str
) -> None:
    factories.board(session, "inside", access=Access.MEMBERS)
    assert visitor_browser.get(path).status_code == 404


def test_the_next_page_is_a_plain_link_and_there_is_a_way_back(
    session: Session, visitor_browser: TestClient, member: Person
) -> None:
    for number in range(21):
        factories.item(session, member, f"Item {number}")
    first = visitor_browser.get("/?sort=new").text
    link = unescape(first.partition('class="rows-more">')[2].partition('href="')[2].partition('"')[0])
    assert link.startswith("/?sort=new&after=")
    second = visitor_browser.get(link).text
    assert ("Item 0</a>" in second, "Item 20</a>" in second, 'class="rows-more"' in second) == (True, False, False)
    assert '<a class="chosen-start" href="/?sort=new">' in second


def test_an_address_has_one_canonical_form(session: Session, visitor_browser: TestClient, member: Person) -> None:
    factories.item(session, member)
    page = visitor_browser.get("/?kind=idea&colour=red&sort=votes&board=").text
    assert '<link rel="canonical" href="http://localhost:8000/?sort=votes&amp;kind=idea">' in page
    assert 'name="robots"' not in page
    assert '<meta name="robots" content="noindex">' in visitor_browser.get("/?q=train").text


def test_what_was_searched_for_stays_in_the_field_and_filters_stay_with_it(visitor_browser: TestClient) -> None:
    page = visitor_browser.get("/?kind=idea&q=%22last+%3Ctrain%3E").text
    assert 'value="&#34;last &lt;train&gt;"' in page
    assert '<input type="hidden" name="kind" value="idea">' in page


@pytest.mark.parametrize(
    "query", ["%00", "%ff", "%F0%9F%9A%82", "x" * 3000, "'; drop table item; --", '"AND" OR (', "*"]
)
def test_a_search_takes_any_string(session: Session, visitor_browser: TestClient, member: Person, query: str) -> None:
    factories.item(session, member)
    assert visitor_browser.get(f"/?q={query}").status_code == 200


def test_an_empty_board_says_what_to_do(visitor_browser: TestClient, owner_browser: TestClient) -> None:
    shown = words(visitor_browser, "/")
    assert "Nothing here yet." in shown
    assert "Fill with sample items" not in shown
    assert 'action="/settings/samples"' in owner_browser.get("/").text


def test_a_search_without_a_result_offers_to_post_it(
    session: Session, visitor_browser: TestClient, member: Person
) -> None:
    factories.item(session, member)
    page = visitor_browser.get("/?q=tunnel+%26").text
    assert 'href="/items/new?title=tunnel+%26"' in page
    assert "Nothing matches this choice." in words(visitor_browser, "/?status=shipped")


def test_every_anonymous_reader_gets_the_same_bytes(
    session: Session, visitor_browser: TestClient, member: Person, maintainer: Person
) -> None:
    factories.move(session, factories.item(session, member), maintainer, Status.PLANNED)
    for path in ("/", "/roadmap", "/?q=train"):
        answers = [visitor_browser.get(path) for _ in range(2)]
        assert answers[0].content == answers[1].content
        assert "set-cookie" not in answers[0].headers
        assert "cache-control" not in answers[0].headers


def test_a_page_for_somebody_is_kept_by_nobody(member_browser: TestClient) -> None:
    assert member_browser.get("/").headers["cache-control"] == "private, no-store"


def test_the_menu_fits_the_person(
    visitor_browser: TestClient, member_browser: TestClient, maintainer_browser: TestClient, owner_browser: TestClient
) -> None:
    def offered(browser: TestClient) -> list[str]:
        page = browser.get("/").text
        return [path for path in ("/sign-in", "/me", "/triage", "/settings") if f'href="{path}"' in page]

    assert offered(visitor_browser) == ["/sign-in"]
    assert offered(member_browser) == ["/me"]
    assert offered(maintainer_browser) == ["/me", "/triage"]
    assert offered(owner_browser) == ["/me", "/triage", "/settings"]


def test_the_roadmap_shows_stations_and_refusals_with_their_reasons(
    session: Session, visitor_browser: TestClient, member: Person, maintainer: Person
) -> None:
    refused, planned = factories.item(session, member, "Hotel"), factories.item(session, member, "Ferry")
    factories.move(
        session, refused, maintainer, Status.DECLINED, "We sell trains.", workaround="Share it.", review_on="2030-05-03"
    )
    factories.move(session, planned, maintainer, Status.PLANNED, target="2030-12")
    shown = words(visitor_browser, "/roadmap")
    assert "December 2030" in shown
    assert "Hotel Out of scope · to be looked at again on 3 May 2030" in shown
    assert "We sell trains." in shown
    assert "What you can do today Share it." in shown


def test_only_maintainers_find_a_way_to_move_a_card(
    session: Session, member_browser: TestClient, maintainer_browser: TestClient, member: Person, maintainer: Person
) -> None:
    item = factories.item(session, member)
    factories.move(session, item, maintainer, Status.PLANNED)
    link = f'href="/items/{item.number}#move"'
    assert link in maintainer_browser.get("/roadmap").text
    assert link not in member_browser.get("/roadmap").text


COSTS = {"/": (5, 9), "/roadmap": (11, 15)}  # queries for a visitor, and for a member, when nothing is recalled


def test_a_page_costs_the_same_queries_however_long_it_is(
    session: Session, visitor_browser: TestClient, member_browser: TestClient, member: Person, maintainer: Person
) -> None:
    for more in (1, 2):
        for _ in range(more):
            item = factories.item(session, member)
            votes.cast(session, item, maintainer)
            factories.move(session, item, maintainer, Status.PLANNED)
        for path, costs in COSTS.items():
            for browser, cost in zip((visitor_browser, member_browser), costs, strict=True):
                with counted(session) as statements:
                    assert browser.get(path).status_code == 200
                assert len(statements) == cost, statements


def test_a_page_describes_itself_to_those_who_link_to_it(session: Session, visitor_browser: TestClient) -> None:
    site.the(session).description = 'Trains, and what "you" want of them.'
    page = visitor_browser.get("/").text
    assert '<meta name="description" content="Trains, and what &#34;you&#34; want of them.">' in page
    assert '<meta property="og:image" content="http://localhost:8000/card.png">' in page
    assert '<html lang="en" dir="ltr" data-theme="auto">' in page


def test_a_board_that_wants_not_to_be_found_says_so(session: Session, visitor_browser: TestClient) -> None:
    site.the(session).is_indexed = False
    assert '<meta name="robots" content="noindex">' in visitor_browser.get("/").text


@pytest.mark.samples
def test_the_owner_alone_is_told_of_samples_and_removes_them_with_one_click(
    session: Session, owner_browser: TestClient, maintainer_browser: TestClient
) -> None:
    button = 'action="/settings/samples/removal"'
    assert [button in browser.get("/").text for browser in (owner_browser, maintainer_browser)] == [True, False]
    owner_browser.post("/settings/samples/removal")
    assert button not in owner_browser.get("/").text


@pytest.mark.parametrize("path", ["/", "/roadmap", "/healthz"])
def test_whoever_watches_a_page_may_ask_for_its_head_only(visitor_browser: TestClient, path: str) -> None:
    head, whole = visitor_browser.head(path), visitor_browser.get(path)
    assert head.status_code == 200
    assert head.headers["content-type"] == whole.headers["content-type"]


ASKED_OFTEN = [
    "/", "/?sort=new&kind=idea", "/?status=planned", "/?q=dark", "/?q=dark&sort=votes", "/?q=7", "/roadmap", "/items/1",
    "/items/similar?title=dark+mode", "/items/lookup?q=dark", "/changelog", "/openness", "/feed.atom", "/me",
]  # fmt: skip


@pytest.mark.parametrize("path", ASKED_OFTEN)
def test_what_is_asked_again_is_not_put_into_words_again(
    session: Session, member: Person, maintainer_browser: TestClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """A statement that is made for one request costs more in words than in rows."""
    factories.item(session, member, "Dark mode")
    for _ in range(2):
        assert maintainer_browser.get(path).status_code == 200
    put_into_words: list[Any] = []
    compile_one = Prepared.__init__
    monkeypatch.setattr(Prepared, "__init__", lambda *about: (put_into_words.append(about[1]), compile_one(*about))[1])
    assert maintainer_browser.get(path).status_code == 200
    assert put_into_words == []
