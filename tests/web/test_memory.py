"""What is remembered for readers without cookies reaches nobody else, and nobody can plant anything in it."""

import asyncio
import html
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import product

import pytest
from fastapi import FastAPI, Request, Response
from httpx import ASGITransport, AsyncClient
from jinja2 import DictLoader, UndefinedError
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from sqlmodel import select
from starlette.testclient import TestClient

from app import first_run, hiding, openness, sign_in
from app.boards import Access, Board
from app.db import Database
from app.items import Item
from app.listing import PAGE, Sort
from app.main import create_app
from app.people import Role
from app.site import Site
from app.statuses import Kind, Status
from app.web import drawing, kit, pages
from app.web.kit import Viewer
from app.web.memory import Memory
from app.web.route import DatabaseRoute
from app.web.sharing import CUT, FRAMES_MOST, RECOLLECTIONS_MOST, Frame, Pieces, Recollections, Shelf, Usual
from tests import factories
from tests.asking import Browser

HOME = "http://localhost"
SECRET = "Κρυφό αίτημα"
PLANTED = [
    {"x-forwarded-host": "evil.example"},
    {"x-forwarded-proto": "https"},
    {"x-forwarded-for": "203.0.113.9"},
    {"forwarded": "host=evil.example"},
    {"x-original-url": "/me"},
    {"x-rewrite-url": "/me"},
    {"x-http-method-override": "POST"},
    {"range": "bytes=0-10"},
    {"referer": "https://evil.example/"},
    {"origin": "https://evil.example"},
    {"accept-language": "el"},
    {"user-agent": "<script>alert(1)</script>"},
    {"hx-request": "true"},
    {"host": "127.0.0.1:9"},
    {"cookie": "theme=dark"},
    {"cookie": "notice=You%20won"},
    {"cookie": "theme=dark; notice=You%20won"},
    {"cookie": "theme=light,notice=You%20won"},
    {"cookie": 'theme="dark"'},
]
ODD = [
    "/?q=" + "x" * 2000, "/items/1%2fedit", "/items/1/../../me", "//items/1", "/%69tems/1", "/items/1;x", "/items/1%00",
]  # fmt: skip


@pytest.fixture
def memory(own_database: Database) -> Memory:
    return Memory(create_app(own_database), own_database)


@pytest.fixture
def cast(own_database: Database) -> dict[str, str]:
    """A board with a public item and one of Ada's own cases; the keys of people's sessions."""
    with own_database.session() as session:
        ada, ben = factories.person(session, "Ada Lind"), factories.person(session, "Ben Osei")
        mira = factories.person(session, "Mira Okafor", role=Role.MAINTAINER)
        factories.board(session, "own", name="Own", access=Access.OWN_CASES)
        factories.item(session, ada, "Dark mode")
        factories.item(session, ada, SECRET, board="own")
        return {person.name.split()[0]: sign_in.open_session(session, person) for person in (ada, ben, mira)}


@pytest.fixture
def reader(memory: Memory) -> TestClient:
    return Browser(memory, base_url=HOME, follow_redirects=False)


def browser(memory: Memory, key: str) -> TestClient:
    signed_in = Browser(memory, base_url=HOME, follow_redirects=False)
    signed_in.cookies.set(kit.session_cookie(), key)
    return signed_in


@pytest.fixture
def everybody(memory: Memory, cast: dict[str, str], reader: TestClient) -> dict[str, TestClient]:
    return {"visitor": reader} | {name: browser(memory, key) for name, key in cast.items()}


@pytest.mark.parametrize("path", ["/", "/?q=Κρυφό", "/?sort=new", "/roadmap", "/items/similar?title=Κρυφό+αίτημα"])
def test_no_audience_sees_what_was_drawn_for_another(everybody: dict[str, TestClient], path: str) -> None:
    """Whoever comes first, and again after all others: the same facts, drawn for each who may know them."""
    may_see = {"visitor": False, "Ben": False, "Ada": True, "Mira": True}
    if path == "/roadmap":
        may_see = dict.fromkeys(may_see, False)  # nothing has begun to move
    for order in (list(may_see), list(may_see)[::-1]):
        for name in order:
            page = everybody[name].get(path)
            assert page.status_code == 200
            listed = f">{SECRET}<" in page.text
            assert listed == may_see[name], (name, path)


def test_what_was_drawn_for_somebody_signed_in_is_kept_by_nobody(
    memory: Memory, everybody: dict[str, TestClient]
) -> None:
    for name in ("Ada", "Ben", "Mira"):
        for path in ("/", "/roadmap", "/items/1", "/me", "/items/new", "/sitemap.xml"):
            answer = everybody[name].get(path)
            assert "public" not in answer.headers.get("cache-control", ""), (name, path)
    assert memory.answers == {}


@pytest.mark.parametrize("path", ["/", "/roadmap", "/items/1"])
def test_a_public_answer_sets_no_cookie_and_differs_by_cookie(
    reader: TestClient, cast: dict[str, str], path: str
) -> None:
    page = reader.get(path)
    assert page.headers["cache-control"].startswith("public")
    assert "set-cookie" not in page.headers
    assert page.headers["vary"] == "accept-encoding, authorization, cookie"


def test_what_became_private_is_not_said_to_be_unchanged(
    reader: TestClient, own_database: Database, cast: dict[str, str]
) -> None:
    """Else a cache that asks again would show it for ever."""
    etag = {"if-none-match": reader.get("/items/1").headers["etag"]}
    assert reader.get("/items/1", headers=etag).status_code == 304
    with own_database.session() as session:
        general = session.exec(select(Board).where(Board.slug == "general")).one()
        general.access = Access.MEMBERS
        session.add(general)
    answer = reader.get("/items/1", headers=etag)
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "private, no-store")


def test_what_was_hidden_is_gone_with_the_next_request(
    reader: TestClient, own_database: Database, cast: dict[str, str]
) -> None:
    assert "Dark mode" in reader.get("/").text
    with own_database.session() as session:
        mira = factories.person(session, "Other Maintainer", role=Role.MAINTAINER)
        hiding.hide(session, session.get_one(Item, 1), mira, "Advertising.")
    assert "Dark mode" not in reader.get("/").text + reader.get("/items/1").text


def test_no_header_changes_what_others_get(memory: Memory, reader: TestClient, cast: dict[str, str]) -> None:
    fresh = Browser(memory.app, base_url=HOME).get("/items/1").text
    for headers in PLANTED:
        memory.answers.clear()
        Browser(memory, base_url=HOME, follow_redirects=False).get("/items/1", headers=headers)
        page = reader.get("/items/1")
        assert (page.status_code, page.text) == (200, fresh), headers


def test_a_header_sent_twice_is_not_remembered(memory: Memory, cast: dict[str, str]) -> None:
    attacker = Browser(memory, base_url=HOME)
    attacker.get("/", headers=[("cookie", "theme=dark"), ("cookie", "theme=light")])
    attacker.get("/", headers=[("accept-encoding", "gzip"), ("accept-encoding", "identity")])
    assert memory.answers == {}


def test_who_takes_no_packed_page_is_given_none_that_was_packed_for_another(memory: Memory) -> None:
    reader = Browser(memory, base_url=HOME)
    answers = [reader.get("/", headers={"Accept-Encoding": taken}) for taken in ("gzip", "gzip;q=0", "gzip;q=0.5")]
    assert [answer.headers.get("content-encoding") for answer in answers] == ["gzip", None, "gzip"]
    assert len({answer.text for answer in answers}) == 1


def test_no_odd_address_stands_for_another(memory: Memory, reader: TestClient, cast: dict[str, str]) -> None:
    before = reader.get("/items/1").text
    for path in ODD:
        Browser(memory, base_url=HOME, follow_redirects=False).get(path)
        assert reader.get("/items/1").text == before, path


def test_a_head_request_leaves_no_empty_page(reader: TestClient, cast: dict[str, str]) -> None:
    reader.head("/items/1")
    assert "Dark mode" in reader.get("/items/1").text


def test_memory_has_an_end(
    memory: Memory, reader: TestClient, cast: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.memory.BYTES_MOST", 60_000)
    for number in range(20):
        reader.get(f"/?x={number}")
    assert 0 < memory.bytes <= 60_000
    assert memory.bytes == sum(answer.size for answer in memory.answers.values())


def test_a_private_page_is_shared_with_nobody_who_asks_at_the_same_moment(memory: Memory, cast: dict[str, str]) -> None:
    async def ask(client: AsyncClient, number: int) -> str:
        return (await client.get("/sign-in", headers={"referer": f"{HOME}/items/{number}"})).text

    async def all_at_once() -> list[str]:
        async with AsyncClient(transport=ASGITransport(memory), base_url=HOME) as client:
            return await asyncio.gather(*(ask(client, number) for number in range(1, 9)))

    for number, page in enumerate(asyncio.run(all_at_once()), 1):
        assert f'value="/items/{number}"' in page


def test_the_first_owner_finds_a_board_that_was_not_remembered(own_database: Database, memory: Memory) -> None:
    with own_database.session() as session:
        link = first_run.owner_link(session, "") or ""
    stranger = Browser(memory, base_url=HOME)
    assert stranger.get(link).headers["cache-control"] == "private, no-store"
    assert memory.answers == {}


def test_a_frame_is_drawn_once_and_filled_for_each_reader() -> None:
    frame = Frame(lambda hole: f"<b>{hole('name')}</b> <i>{hole('row', 7)}</i> <b>{hole('name')}</b>")
    for name in ("Mira", "name 0", "Ωmega"):
        own = {"name": lambda name=name: name, "row": lambda number: f"row {number}"}
        assert frame.filled(own).decode() == f"<b>{name}</b> <i>row 7</i> <b>{name}</b>"


def test_what_most_readers_see_alike_is_drawn_once() -> None:
    frame, drawn = Frame(lambda hole: f"{hole('row', 7)}, {hole('row', 8)}"), []

    def draw(number: int) -> str:
        drawn.append(number)
        return f"row {number}"

    for voted, page in (((), "row 7, row 8"), ((8,), "row 7, ROW 8"), ((), "row 7, row 8")):
        own = Usual(lambda number, voted=voted: draw(number).upper() if number in voted else draw(number),
                    differs=lambda number, voted=voted: number in voted)  # fmt: skip
        assert frame.filled({"row": own}).decode().replace("ROW 7", "row 7") == page
    assert drawn == [7, 8, 8]


def test_what_many_lists_show_is_drawn_once_and_all_that_is_missing_together() -> None:
    pieces, drawn = Pieces(most=3), []

    def draw(numbers: list[int]) -> str:
        drawn.append(numbers)
        return "".join(f"row {number} Ω{CUT}\n" for number in numbers)

    for numbers in ([1, 2], [2, 3, 1], [3, 2], [4], [1]):
        assert pieces.of_each(numbers, "board", draw) == {number: f"row {number} Ω".encode() for number in numbers}
    assert drawn == [[1, 2], [3], [4], [1]]  # what was drawn first had made room
    assert pieces.of_each([4], "roadmap", draw) == {4: "row 4 Ω".encode()}
    assert (drawn[-1], len(pieces.kept)) == ([4], 3)


def test_what_is_drawn_for_many_knows_none_of_them(
    app: FastAPI, member_browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks first must not stand in what the others see, so a template that asks for them fails at once."""
    leaks = {
        "viewer": "{{ viewer.name }}",
        "request": "{{ request.cookies }}",
        "policy": "{{ policy.is_owner(viewer) }}",
    }
    monkeypatch.setattr(drawing.environment(), "loader", DictLoader(leaks))
    for name in leaks:
        app.router.routes.insert(0, DatabaseRoute("/leak", partial(_shared, name)))
        with pytest.raises(UndefinedError):
            member_browser.get("/leak")


def _shared(template: str, request: Request, _viewer: Viewer) -> Response:
    return pages.shared_page(request, template, "everybody", dict)


@pytest.mark.parametrize("path", ["/", "/roadmap"])
def test_members_who_see_the_same_see_their_own_names_and_votes(
    own_database: Database, memory: Memory, cast: dict[str, str], path: str
) -> None:
    with own_database.session() as session:
        maintainer = factories.person(session, "Mira", role=Role.MAINTAINER)
        people = [factories.person(session, name) for name in ("Ada One", "Ben Two")]
        own = [factories.item(session, person, f"Asked by {person.name}").number for person in people]
        for number in own:
            factories.move(session, session.get_one(Item, number), maintainer, Status.PLANNED)
        keys = [sign_in.open_session(session, person) for person in people]
    for _again in range(2):
        for person, number, key in zip(people, own, keys, strict=True):
            browser = Browser(memory, base_url=HOME)
            browser.cookies.set(kit.session_cookie(), key)
            page = browser.get(path).text
            pressed = [int(voted) for voted in re.findall(r'id="vote-(\d+)" aria-pressed="true"', page)]
            named = re.findall(r'masthead-person"[^>]*><span dir="auto">([^<]*)<', page)
            assert (named, pressed) == ([person.name], [number])


def test_how_the_team_keeps_its_word_is_counted_once_for_all_who_see_the_same(
    own_database: Database, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_database.session() as session:
        people = [factories.person(session, name) for name in ("Ada One", "Ben Two")]
        keys = [sign_in.open_session(session, person) for person in people]
    monkeypatch.setattr(pages, "minute", lambda: 7)  # what was drawn a minute ago is drawn anew
    counted, of = [], openness.of
    monkeypatch.setattr(openness, "of", lambda *about: counted.append(about) or of(*about))
    for key, person in zip(keys, people, strict=True):
        assert person.name in browser(memory, key).get("/openness").text
    assert len(counted) == 1


def test_how_the_team_keeps_its_word_is_counted_for_each_by_what_they_see(everybody: dict[str, TestClient]) -> None:
    waiting = {"visitor": "1 item waits", "Ben": "1 item waits", "Ada": "2 items wait", "Mira": "2 items wait"}
    for order in (list(waiting), list(waiting)[::-1]):
        for name in order:
            assert waiting[name] in everybody[name].get("/openness").text, name


def test_what_visitors_see_around_a_list_is_drawn_once_and_the_list_each_time(
    own_database: Database, memory: Memory, reader: TestClient
) -> None:
    """Also a page that nobody has seen is mostly one that others have seen; what visitors make up is not kept."""
    with own_database.session() as session:
        for number in range(3 * PAGE + 2):
            factories.item(session, factories.person(session), f"Request {number}")
    kept = memory.app.state.frames_of_visitors.kept.things  # type: ignore[attr-defined]
    paths = ["/?sort=new"]
    for _page in range(2):
        [more] = re.findall(r'class="rows-more">\s*<a[^>]*href="([^"#]*)', reader.get(paths[-1]).text)
        paths.append(html.unescape(more))
    frames, paths = list(kept), [*paths[::-1], "/?q=request", "/?q=something"]
    pages = [reader.get(path).text for path in paths]
    assert (list(kept), len(frames)) == (frames, 2)  # where a list begins, and where it goes on
    addresses = [html.unescape(*re.findall(r'rel="canonical" href="([^"]*)"', page)) for page in pages]
    assert [address[address.index("/?") :] for address in addresses] == paths
    assert [page.count('<li class="row"') for page in pages] == [PAGE, PAGE, PAGE, PAGE, 0]
    assert ["Back to the start" in page for page in pages] == [True, True, False, False, False]


def test_what_all_pages_of_visitors_share_is_read_anew_when_something_was_written(
    own_database: Database, memory: Memory, reader: TestClient
) -> None:
    for name in ("Lighthouse", "Northern light"):
        with own_database.session() as session:
            session.execute(update(Site).values(name=name))
        for path in ("/", "/roadmap", "/?sort=new&after=1_2026-05-03"):
            assert f'content="{name}"' in reader.get(path).text, path


def test_a_notice_is_read_by_whom_it_is_for(
    memory: Memory, reader: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "minute", lambda: 7)  # what was drawn a minute ago is drawn anew
    for number, notice in enumerate(("", "You%20voted.", "", "You%20left.")):
        reader.cookies.set(kit.NOTICE, notice)
        said = re.findall(r'class="notice" role="status">([^<]*)<', reader.get(f"/?after={number}").text)
        assert said == ([notice.replace("%20", " ")] if notice else [])
    assert len(memory.app.state.frames_of_visitors.kept.things) == 1  # type: ignore[attr-defined]


def test_each_page_of_a_list_shows_its_own_items_to_whoever_asks(
    own_database: Database, everybody: dict[str, TestClient]
) -> None:
    with own_database.session() as session:
        for number in range(PAGE + 2):
            factories.item(session, factories.person(session), f"Request {number}")
    for who, asking in everybody.items():
        pages = [asking.get("/?sort=new").text]
        while more := re.search(r'class="rows-more">\s*<a[^>]*href="([^"]*)"', pages[-1]):
            pages.append(asking.get(html.unescape(more[1])).text)
        shown = [re.findall(r'<li class="row" id="item-(\d+)"', page) for page in pages]
        assert len(shown[0]) == PAGE, who
        assert len({number for page in shown for number in page}) == sum(map(len, shown)) >= PAGE + 3, who


def test_what_visitors_read_pushes_out_nothing_of_members(memory: Memory, everybody: dict[str, TestClient]) -> None:
    kept = memory.app.state.lists.kept.things  # type: ignore[attr-defined]
    everybody["Ada"].get("/")
    of_members = list(kept)
    for view in product(Sort, Kind, ("", *Status)):
        everybody["visitor"].get("/?sort={}&kind={}&status={}".format(*view))
    assert list(kept) == of_members != []
    assert len(memory.app.state.frames_of_visitors.kept.things) == FRAMES_MOST  # type: ignore[attr-defined]


def test_whoever_has_no_cookie_hears_of_a_fault_as_others_do(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.reading.View.asked", lambda _query: 1 / 0)
    answer = Browser(memory, base_url=HOME, raise_server_exceptions=False).get("/")
    assert (answer.status_code, answer.headers["cache-control"]) == (500, "no-store")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    with pytest.raises(ZeroDivisionError):  # the server is told, and logs it
        Browser(memory, base_url=HOME).get("/")


def test_what_strangers_make_up_pushes_nothing_out() -> None:
    recollections = Recollections()
    recollections.recall("site", 1, lambda: "ours")
    for number in range(RECOLLECTIONS_MOST + 2):
        assert recollections.recall(("browser", str(number)), 1, lambda: None) is None
    assert list(recollections.kept.things) == ["site"]


def test_what_is_asked_for_stays_whatever_else_is_made_up() -> None:
    recollections = Recollections()
    for number in range(RECOLLECTIONS_MOST * 3):
        assert recollections.recall("site", 1, lambda: "ours") == "ours"
        recollections.recall(("search", number), 1, lambda: "theirs")
    assert recollections.recall("site", 1, lambda: pytest.fail("It was forgotten.")) == "ours"
    assert len(recollections.kept.things) == RECOLLECTIONS_MOST


def test_a_transaction_that_is_undone_takes_nothing_along_that_is_recalled(
    reader: TestClient, cast: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else one lost connection would answer everybody with a fault until somebody writes."""
    news = pages.news

    def lose_the_connection(_request: Request) -> int:
        monkeypatch.setattr(pages, "news", news)
        raise OperationalError("select", {}, Exception("The connection is lost."))

    monkeypatch.setattr(pages, "news", lose_the_connection)
    member = {"cookie": f"session={cast['Ada']}"}
    assert reader.get("/items/1", headers=member).status_code == 503
    assert [reader.get("/items/1", headers=who).status_code for who in (member, {}, member)] == [200] * 3


def test_a_shelf_holds_together_under_many_threads() -> None:
    shelf, switching = Shelf(most=3), sys.getswitchinterval()

    def use(number: int) -> None:
        for at in range(5_000):
            assert shelf.get(at * number % 7) in {None, at * number % 7}
            shelf.put(at * number % 7, at * number % 7)

    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(use, range(8)))
    finally:
        sys.setswitchinterval(switching)
    assert len(shelf.things) == 3
