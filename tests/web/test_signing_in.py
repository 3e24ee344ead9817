"""Signing in on the way: the same for everybody, safe against scanners and guesses, and the interrupted act is done."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app import roles, sessions, sign_in
from app.attachments import Attachment
from app.comments import Comment
from app.config import settings
from app.items import Item
from app.outbox import Mail
from app.people import Person, Role
from app.sign_in import SignIn
from app.votes import Vote
from app.web import kit
from tests import factories
from tests.asking import Browser

NEW = "new@example.org"
HOME = "http://localhost"


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member)


@pytest.fixture
def phone(app: FastAPI) -> TestClient:
    """Another browser than the visitor's."""
    return Browser(app, base_url=HOME, follow_redirects=False)


def last_mail(session: Session) -> str:
    mail = session.exec(select(Mail).order_by(col(Mail.id).desc())).first()
    assert mail is not None
    return mail.body


def code(session: Session) -> str:
    return re.findall(r"^    (\d{6})$", last_mail(session), re.MULTILINE)[0]


def link(session: Session) -> str:
    return re.findall(r"(/sign-in/\S+)>", last_mail(session))[0]


def hidden_fields(page: httpx.Response) -> dict[str, str]:
    """What the form on the page would send beside what a person types, as a browser reads it."""
    found = re.findall(r'<input type="hidden" name="(\w+_(?:path|body))" value="([^"]*)">', page.text)
    return {name: unescape(value) for name, value in found}


def ask_for_code(browser: TestClient, page: httpx.Response, email: str = NEW, name: str = "Nia Roth") -> str:
    """Fill in the page that asks for an e-mail; the address at which the code is taken."""
    answer = browser.post("/sign-in", data={**hidden_fields(page), "email": email, "name": name})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def sign_in_by_code(browser: TestClient, session: Session, page: httpx.Response, **who: str) -> httpx.Response:
    return browser.post(ask_for_code(browser, page, **who), data={"code": code(session)})


def test_a_visitor_votes_and_comes_back_to_the_page_with_the_vote_there(
    visitor_browser: TestClient, session: Session, item: Item
) -> None:
    asked = visitor_browser.post(item.path + "/vote", headers={"referer": f"{HOME}/?sort=new"})
    assert asked.status_code == 401
    assert "Then your vote counts." in asked.text
    answer = sign_in_by_code(visitor_browser, session, asked)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/?sort=new#vote-{item.number}")
    person = session.exec(select(Person).where(Person.email == NEW)).one()
    assert person.name == "Nia Roth"
    assert session.get(Vote, (item.number, person.id)) is not None
    assert 'aria-pressed="true"' in visitor_browser.get(item.path).text


def test_a_long_comment_in_any_script_is_posted_after_signing_in(
    visitor_browser: TestClient, session: Session, item: Item
) -> None:
    words = "\n".join(["長い文章を書きました。& = % + “ﷺ” 🌅"] * 400)[:10_000].strip()
    asked = visitor_browser.post(item.path + "/comments", data={"body": words})
    assert "Then your comment is posted." in asked.text
    answer = sign_in_by_code(visitor_browser, session, asked)
    assert answer.status_code == 303
    assert session.exec(select(Comment.body)).one() == words


def test_the_longest_item_is_posted_after_signing_in(visitor_browser: TestClient, session: Session) -> None:
    longest = {"body": "起" * 20_000, "expected": "期" * 10_000, "steps": "歩" * 10_000}
    typed = {"kind": "defect", "board": "general", "title": "列車が遅れる", "version": "4.6", **longest}
    asked = visitor_browser.post("/items", data=typed)
    assert "Then your item is posted." in asked.text
    answer = sign_in_by_code(visitor_browser, session, asked)
    item = session.exec(select(Item)).one()
    assert (answer.status_code, answer.headers["location"]) == (303, f"{item.path}#posted")
    assert (item.title, item.vote_count) == ("列車が遅れる", 1)
    assert {"body": item.body, **item.details} == {**longest, "version": "4.6"}


def test_an_act_that_is_refused_shows_its_form_with_all_that_was_typed(
    visitor_browser: TestClient, session: Session, item: Item
) -> None:
    asked = visitor_browser.post(item.path + "/comments", data={"body": "too long " * 2000})
    answer = sign_in_by_code(visitor_browser, session, asked)
    assert answer.status_code == 422
    assert "too long " * 1999 in answer.text
    assert "10,000" in answer.text
    assert kit.session_cookie() in answer.cookies


def test_an_act_asked_for_by_htmx_is_done_as_a_whole_page(
    visitor_browser: TestClient, session: Session, item: Item
) -> None:
    asked = visitor_browser.post(item.path + "/vote", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert asked.headers["HX-Retarget"] == "body"
    assert sign_in_by_code(visitor_browser, session, asked).status_code == 303


def test_a_page_for_members_comes_after_signing_in(visitor_browser: TestClient, session: Session) -> None:
    asked = visitor_browser.get("/me?show=posted")
    assert asked.status_code == 401
    assert sign_in_by_code(visitor_browser, session, asked).headers["location"] == "/me?show=posted"


def test_sign_in_leads_back_to_where_one_was(visitor_browser: TestClient, session: Session) -> None:
    asked = visitor_browser.get("/sign-in", headers={"referer": f"{HOME}/roadmap?board=general"})
    assert asked.headers["cache-control"] == "private, no-store"
    assert sign_in_by_code(visitor_browser, session, asked).headers["location"] == "/roadmap?board=general"


@pytest.mark.parametrize(
    "next_path",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "http:evil",
    ],
)
def test_nobody_is_led_away(
    visitor_browser: TestClient, session: Session, member_browser: TestClient, next_path: str
) -> None:
    asked = visitor_browser.get("/sign-in", params={"next": next_path})
    assert hidden_fields(asked) == {"next_path": "/"}
    answer = visitor_browser.post("/sign-in", data={"next_path": next_path, "email": NEW})
    signed_in = visitor_browser.post(answer.headers["location"], data={"code": code(session)})
    assert signed_in.headers["location"] == "/"
    assert member_browser.get("/sign-in", params={"next": next_path}).headers["location"] == "/"


def test_the_referrer_of_another_site_leads_nowhere(visitor_browser: TestClient) -> None:
    for end in (".evil.example/x", "@evil.example/x", "//evil.example", "/\\evil.example"):
        referrer = HOME + end
        assert hidden_fields(visitor_browser.get("/sign-in", headers={"referer": referrer})) == {"next_path": "/"}


def test_signing_in_does_not_lead_to_signing_in(
    visitor_browser: TestClient, member_browser: TestClient, session: Session
) -> None:
    asked = visitor_browser.get("/sign-in", headers={"referer": f"{HOME}/sign-in"})
    assert sign_in_by_code(visitor_browser, session, asked).headers["location"] == "/"
    assert member_browser.get("/sign-in", headers={"referer": f"{HOME}/sign-in/x"}).headers["location"] == "/"


def test_the_page_one_was_on_is_known_also_where_a_proxy_speaks_https(visitor_browser: TestClient) -> None:
    asked = visitor_browser.get("/sign-in", headers={"referer": "https://localhost/roadmap"})
    assert hidden_fields(asked) == {"next_path": "/roadmap"}


@pytest.mark.parametrize(
    "act_path",
    [
        "https://evil.example/items/1/vote",
        "//evil.example",
        "/none",
        "/sign-in",
        "/sign-out",
        "/%73ign-out",
        "/static/x",
    ],
)
def test_an_act_that_is_none_of_ours_is_refused(visitor_browser: TestClient, session: Session, act_path: str) -> None:
    answer = visitor_browser.post("/sign-in", data={"act_path": act_path, "act_body": "", "email": NEW})
    assert answer.status_code == 422
    assert session.exec(select(SignIn)).all() == []
    assert session.exec(select(Mail)).all() == []


def test_an_act_that_is_too_large_is_refused_and_stays(visitor_browser: TestClient, item: Item) -> None:
    body = "body=" + "x" * 700_000
    answer = visitor_browser.post(
        "/sign-in", data={"act_path": item.path + "/comments", "act_body": body, "email": NEW}
    )
    assert answer.status_code == 422
    assert hidden_fields(answer)["act_body"] == body


def test_a_wrong_address_is_said_and_nothing_is_lost(visitor_browser: TestClient, item: Item) -> None:
    asked = visitor_browser.post(item.path + "/comments", data={"body": "My words"})
    answer = visitor_browser.post("/sign-in", data={**hidden_fields(asked), "email": "nia@", "name": "Nia"})
    assert answer.status_code == 422
    assert hidden_fields(answer) == hidden_fields(asked)
    assert 'value="nia@"' in answer.text
    assert 'value="Nia"' in answer.text


def test_known_and_unknown_addresses_look_the_same(
    app: FastAPI, session: Session, member: Person, maintainer: Person
) -> None:
    seen = []
    for address in (member.email, maintainer.email, NEW):
        browser = Browser(app, base_url=HOME, follow_redirects=False)
        sent = browser.post("/sign-in", data={"email": address, "name": "Somebody"})
        handle = sent.headers["location"].removeprefix("/sign-in/")
        taken = browser.post(f"/sign-in/{handle}", data={"code": "000000"})
        pages = (sent.text, browser.get(f"/sign-in/{handle}").text, taken.text)
        texts = [re.sub(rf"{handle}|{address}|\d\d:\d\d", "...", page) for page in pages]
        names = [sorted(set(answer.headers) - {"set-cookie"}) for answer in (sent, taken)]
        seen.append((sent.status_code, taken.status_code, texts, names, len(sent.cookies)))
    assert seen[0] == seen[1] == seen[2]


def test_five_wrong_codes_end_it_and_each_is_counted(visitor_browser: TestClient, session: Session) -> None:
    address = ask_for_code(visitor_browser, visitor_browser.get("/sign-in"))
    right = code(session)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    answers = [visitor_browser.post(address, data={"code": wrong}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 5
    assert ["4 tries are left" in answers[0].text, "1 try is left" in answers[3].text] == [True, True]
    assert "no longer works" in answers[4].text
    assert visitor_browser.post(address, data={"code": right}).status_code == 422
    assert session.exec(select(SignIn.tries)).one() == 5
    assert session.exec(select(Person)).all() == []


def test_a_new_code_goes_on_with_the_act(visitor_browser: TestClient, session: Session, item: Item) -> None:
    address = ask_for_code(visitor_browser, visitor_browser.post(item.path + "/vote"))
    session.exec(select(SignIn)).one().started_at -= timedelta(minutes=16)
    assert "What you were doing is kept" in visitor_browser.get(address).text
    again = visitor_browser.post(f"{address}/again")
    answer = visitor_browser.post(again.headers["location"], data={"code": code(session)})
    assert answer.status_code == 303
    session.refresh(item)
    assert item.vote_count == 2


def test_a_code_ends_when_its_browser_asks_for_another(
    visitor_browser: TestClient, phone: TestClient, session: Session
) -> None:
    addresses = [ask_for_code(browser, browser.get("/sign-in")) for browser in (phone, visitor_browser)]
    addresses += [ask_for_code(visitor_browser, visitor_browser.get("/sign-in"))]
    addresses += [visitor_browser.post(f"{addresses[-1]}/again").headers["location"]]
    ended = ["This code no longer works" in visitor_browser.get(address).text for address in addresses]
    assert ended == [False, True, True, False]


def test_too_many_codes_are_refused_and_nothing_is_lost(visitor_browser: TestClient, item: Item) -> None:
    asked = visitor_browser.post(item.path + "/comments", data={"body": "My words"})
    for _ in range(5):
        ask_for_code(visitor_browser, asked)
    answer = visitor_browser.post("/sign-in", data={**hidden_fields(asked), "email": NEW})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 3600
    assert hidden_fields(answer) == hidden_fields(asked)


def test_the_page_of_the_link_changes_nothing(
    phone: TestClient, visitor_browser: TestClient, session: Session, item: Item
) -> None:
    ask_for_code(visitor_browser, visitor_browser.post(item.path + "/vote"))
    before = session.exec(select(SignIn)).one().model_dump()
    for _ in range(3):
        page = phone.get(link(session))
        assert (page.status_code, page.headers["cache-control"], len(page.cookies)) == (200, "private, no-store", 0)
    phone.head(link(session))
    assert session.exec(select(SignIn)).one().model_dump() == before
    assert session.exec(select(sessions.SessionRow)).all() == []
    assert session.exec(select(Person).where(Person.email == NEW)).all() == []


def test_the_link_signs_in_on_another_device_and_does_the_act(
    phone: TestClient, visitor_browser: TestClient, session: Session, item: Item
) -> None:
    address = ask_for_code(
        visitor_browser, visitor_browser.post(item.path + "/comments", data={"body": "Words <b>of</b> mine"})
    )
    page = phone.get(link(session))
    assert "Then your comment is posted." in page.text
    assert "Words &lt;b&gt;of&lt;/b&gt; mine" in page.text
    answer = phone.post(link(session), data={"act": "yes"})
    assert answer.status_code == 303
    assert session.exec(select(Comment.body)).one() == "Words <b>of</b> mine"
    assert phone.get("/me").status_code == 200
    assert visitor_browser.post(address, data={"code": code(session)}).status_code == 422
    assert phone.post(link(session), data={"act": "yes"}).status_code == 422
    assert len(session.exec(select(Comment)).all()) == 1


def test_the_link_may_also_only_sign_in(
    phone: TestClient, visitor_browser: TestClient, session: Session, item: Item
) -> None:
    ask_for_code(visitor_browser, visitor_browser.post(item.path + "/comments", data={"body": "Not my words"}))
    assert phone.post(link(session), data={"act": ""}).status_code == 303
    assert session.exec(select(Comment)).all() == []


def test_a_link_does_nothing_that_only_some_may_do(
    phone: TestClient, visitor_browser: TestClient, session: Session, member: Person
) -> None:
    """Else anybody could have an owner sent a link whose button does what they like."""
    fields = {"act_path": "/me/profile", "act_body": urlencode({"name": "Fool"}), "email": member.email}
    assert visitor_browser.post("/sign-in", data=fields).status_code == 303
    assert "Then what you were doing" not in phone.get(link(session)).text
    assert phone.post(link(session), data={"act": "yes"}).headers["location"] == "/"
    session.refresh(member)
    assert member.name == "Ada Lind"


def test_a_link_that_is_opened_elsewhere_does_what_its_page_shows_and_nothing_else(
    phone: TestClient, visitor_browser: TestClient, session: Session, maintainer: Person, item: Item
) -> None:
    """Else a stranger could have a maintainer answer officially, in words and with a file that were not shown."""
    form = {"body": "Thanks", "official": "yes", "asked": "Which # version?", "given": "4.1", "looked": "yes"}
    ask_for_code(
        visitor_browser,
        visitor_browser.post(f"{item.path}/comments", data=form, files=[("files", ("evil.log", b"x\n", "text/plain"))]),
        email=maintainer.email or "",
    )
    page = phone.get(link(session))
    for shown in ("Thanks", "Which # version?", "4.1", "The file “evil.log”"):
        assert shown in page.text
    assert phone.post(link(session), data={"act": "yes"}).status_code == 303
    comment = session.exec(select(Comment)).one()
    assert (comment.is_official, comment.body) == (False, "**Which \\# version?**\n\n4.1\n\nThanks")
    assert session.exec(select(Attachment.comment_id)).one() == comment.id


def test_in_the_browser_that_asked_the_link_does_all_of_it(
    visitor_browser: TestClient, session: Session, maintainer: Person, item: Item
) -> None:
    asked = visitor_browser.post(f"{item.path}/comments", data={"body": "In May.", "official": "yes"})
    ask_for_code(visitor_browser, asked, email=maintainer.email or "")
    assert visitor_browser.post(link(session), data={"act": "yes"}).status_code == 303
    assert session.exec(select(Comment.is_official)).one()


def test_elsewhere_a_newcomer_is_shown_the_name_that_whoever_asked_chose(
    phone: TestClient, visitor_browser: TestClient, session: Session
) -> None:
    address = ask_for_code(visitor_browser, visitor_browser.get("/sign-in"), name="I Am <A> Thief")
    said = "your name will be “I Am &lt;A&gt; Thief”"
    for path in (address, link(session)):
        assert (said in phone.get(path).text, said in visitor_browser.get(path).text) == (True, False)


@pytest.mark.parametrize("again", [False, True])
def test_a_code_does_nothing_that_another_browser_began(
    phone: TestClient, visitor_browser: TestClient, session: Session, member: Person, item: Item, again: bool
) -> None:
    """Else whoever talks somebody into typing their code at a given address lets them do what they have never seen."""
    for path, body in ((f"{item.path}/comments", {"body": "Not mine"}), ("/me/profile", {"name": "Fool"})):
        fields = {"act_path": path, "act_body": urlencode(body), "email": member.email}
        address = visitor_browser.post("/sign-in", data=fields).headers["location"]
        assert "<strong>Then" not in phone.get(address).text
        address = phone.post(f"{address}/again").headers["location"] if again else address
        assert phone.post(address, data={"code": code(session)}).headers["location"] == "/"
        phone.cookies.clear()
    session.refresh(member)
    assert (member.name, session.exec(select(Comment)).all()) == ("Ada Lind", [])


def test_a_link_that_was_not_sent_is_not_there(visitor_browser: TestClient, session: Session) -> None:
    address = ask_for_code(visitor_browser, visitor_browser.get("/sign-in"))
    for path in (f"{address}/link/other", "/sign-in/other", f"/sign-in/other/link/{link(session).rpartition('/')[2]}"):
        assert visitor_browser.get(path).status_code == 404
        assert visitor_browser.post(path).status_code == 404


def test_signing_in_renews_the_session_and_its_cookie_is_safe(
    member_browser: TestClient, session: Session, member: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = member_browser.cookies[kit.session_cookie()]
    sent = member_browser.post("/sign-in", data={"email": NEW})
    answer = member_browser.post(sent.headers["location"], data={"code": code(session)})
    assert sign_in.recognise(session, earlier) is None
    (cookie,) = answer.headers.get_list("set-cookie")[:1]
    assert re.fullmatch(r"session=[\w-]{43}; HttpOnly; Max-Age=34560000; Path=/; SameSite=lax", cookie)


def test_under_https_the_cookie_is_for_this_host_alone(
    visitor_browser: TestClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAYLIGHT_BASE_URL", "https://board.example.org")
    settings.cache_clear()
    sent = visitor_browser.post("/sign-in", data={"email": NEW})
    answer = visitor_browser.post(sent.headers["location"], data={"code": code(session)})
    monkeypatch.undo()
    settings.cache_clear()
    cookie = answer.headers.get_list("set-cookie")[0]
    assert re.fullmatch(r"__Host-session=[\w-]{43}; HttpOnly; Max-Age=34560000; Path=/; SameSite=lax; Secure", cookie)


def test_who_gave_no_name_is_asked_for_one(visitor_browser: TestClient, session: Session, item: Item) -> None:
    sign_in_by_code(visitor_browser, session, visitor_browser.post(item.path + "/vote"), name="")
    person = session.exec(select(Person).where(Person.email == NEW)).one()
    assert f"You are signed in as “Member {person.id}”. Choose the name" in visitor_browser.get(item.path).text


def test_signing_out_ends_the_session(member_browser: TestClient, session: Session, member: Person) -> None:
    answer = member_browser.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert sessions.of(session, member.key) == []
    assert 'session=""; HttpOnly; Max-Age=0; Path=/; SameSite=lax' in re.sub(
        " expires=.*?;", "", answer.headers["set-cookie"]
    )
    assert member_browser.get("/me").status_code == 401


def test_a_session_in_use_is_written_at_most_once_an_hour(
    member_browser: TestClient, session: Session, member: Person, item: Item
) -> None:
    (row,) = sessions.of(session, member.key)
    first = row.seen_at
    member_browser.get("/")
    assert sessions.of(session, member.key)[0].seen_at == first
    for path in ("/", item.path):
        sessions.of(session, member.key)[0].seen_at = first - timedelta(hours=2)
        session.flush()
        member_browser.get(path)
        assert sessions.of(session, member.key)[0].seen_at >= first


def test_a_role_change_ends_the_session_at_once(
    member_browser: TestClient, owner_browser: TestClient, session: Session, member: Person, owner: Person
) -> None:
    assert member_browser.get("/me").status_code == 200
    roles.give(session, member, Role.ADVOCATE, owner)
    assert member_browser.get("/me").status_code == 401


def test_signing_in_from_another_site_is_refused(visitor_browser: TestClient, session: Session) -> None:
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        assert visitor_browser.post("/sign-in", data={"email": NEW}, headers=headers).status_code == 403
    assert session.exec(select(Mail)).all() == []


def test_a_code_typed_twice_leads_on(visitor_browser: TestClient, session: Session) -> None:
    address = ask_for_code(visitor_browser, visitor_browser.get("/sign-in?next=/roadmap"))
    typed = {"code": code(session)}
    visitor_browser.post(address, data=typed)
    assert visitor_browser.post(address, data=typed).headers["location"] == "/roadmap"


def test_browsers_are_named_in_words(browser_of: Callable[[Person | None], TestClient], session: Session) -> None:
    browser = browser_of(None)
    browser.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    sign_in_by_code(browser, session, browser.get("/sign-in"))
    assert session.exec(select(sessions.SessionRow.browser)).one() == "Firefox on Linux"


def test_a_page_that_refuses_still_knows_who_is_signed_in(member_browser: TestClient) -> None:
    for answer in (member_browser.get("/items/999"), member_browser.post("/items/999/vote")):
        assert (answer.status_code, "Ada Lind" in answer.text) == (404, True)
