"""What strangers try: forms from other sites, other hosts, led-away readers, forged headers, too much of everything."""

import asyncio
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from fastapi import FastAPI, Request, Response
from sqlmodel import Session, col, select
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from app import delivery, limits, outbox, sign_in, site
from app.config import Settings, settings
from app.imports.csv_files import storing
from app.items import Item
from app.outbox import Mail
from app.people import Person
from app.refusals import Invalid
from app.sessions import SessionRow
from app.sign_in import SignIn
from app.web import guard, kit, logs
from app.web.guard import BodyLimit
from tests import factories
from tests.asking import Browser
from tests.looking import counted
from tests.pictures import claiming, drawn

BrowserOf = Callable[[Person | None], TestClient]

HOME = "http://localhost"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
BINDING = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member)


@pytest.fixture
def under(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the board have this public address."""

    def use(base_url: str) -> None:
        for module in ("app.web.guard", "app.web.kit"):
            monkeypatch.setattr(f"{module}.settings", lambda: Settings(base_url=base_url))

    return use


SENT_FROM = [
    ({"sec-fetch-site": "same-origin", "origin": HOME}, True),
    ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
    ({"sec-fetch-site": "none"}, True),
    ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, False),
    ({"sec-fetch-site": "cross-site", "origin": HOME}, False),
    ({"sec-fetch-site": "cross-site", "origin": "null"}, False),
    ({"sec-fetch-site": "same-site", "origin": "http://other.localhost"}, False),
    ({"sec-fetch-site": "", "origin": HOME}, False),
    ({"sec-fetch-site": "Same-Origin, none"}, False),
    ({"origin": HOME}, True),
    ({"origin": "https://localhost"}, True),
    ({"origin": "HTTP://LOCALHOST"}, True),
    ({"origin": "null"}, False),
    ({"origin": ""}, False),
    ({"origin": "http://localhost:81"}, False),
    ({"origin": "http://evil.example"}, False),
    ({"origin": "http://localhost.evil.example"}, False),
    ({"origin": "http://localhost@evil.example"}, False),
    ({"origin": "http://evil.example/localhost"}, False),
    ({"origin": "localhost"}, False),
    ({"origin": "http://["}, False),
    ({"referer": "http://evil.example/localhost"}, False),
    ({"referer": "http://localhost.evil.example/"}, False),
    ({"referer": f"{HOME}/items/1"}, True),
    ({"origin": HOME, "referer": "http://evil.example/"}, True),
    ({"origin": "null", "referer": f"{HOME}/"}, False),
    ({}, True),
]


@pytest.mark.parametrize("path", ["/vote", "/comments"])
def test_only_a_form_of_ours_is_taken(member_browser: TestClient, item: Item, path: str) -> None:
    for headers, is_ours in SENT_FROM:
        answer = member_browser.post(item.path + path, headers=headers)
        assert (answer.status_code != 403) == is_ours, headers


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/theme", "/welcome/x", "/settings/import", "/nowhere"])
def test_no_address_takes_a_form_of_another_site(visitor_browser: TestClient, path: str) -> None:
    assert visitor_browser.post(path, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_nobody_may_read_along(visitor_browser: TestClient) -> None:
    answer = visitor_browser.get("/", headers={"origin": "https://evil.example"})
    assert [name for name in answer.headers if name.startswith("access-control")] == []
    asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    assert visitor_browser.options("/items", headers=asked).status_code == 405


@pytest.mark.parametrize(
    ("host", "taken"),
    [
        ("board.example", True), ("BOARD.example", True), ("localhost:8000", True), ("127.0.0.1", True),
        ("[::1]:80", True),
        ("board.example:81", False), ("evil.example", False), ("board.example.evil.example", False),
        ("board.example@evil.example", False), ("evil.example/board.example", False), ("203.0.113.9", False),
        ("", False), ("[", False), ("localhost.evil.example", False),
        ("127.0.0.1:" + "0" * 300, False), ("board.example\tevil", False),
    ],
)  # fmt: skip
def test_only_our_own_host_is_served(
    visitor_browser: TestClient, under: Callable[[str], None], host: str, taken: bool
) -> None:
    under("https://board.example")
    assert (visitor_browser.get("/", headers={"host": host}).status_code == 200) is taken


def test_links_do_not_follow_the_host_that_was_asked(visitor_browser: TestClient, session: Session) -> None:
    headers = {"host": "127.0.0.1:4444", "x-forwarded-host": "evil.example"}
    visitor_browser.post("/sign-in", data={"email": "new@example.org"}, headers=headers)
    mail = session.exec(select(Mail).order_by(col(Mail.id).desc())).first()
    assert mail is not None
    assert re.findall(r"https?://[^/\s]+", mail.body)[0] == settings().effective_base_url
    assert "evil" not in visitor_browser.get("/", headers=headers).text


LED_AWAY = [
    "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example", "\x01//evil.example", "javascript:alert(1)", "data:text/html,x", "http:evil.example",
    "http:///evil.example", "https:/evil.example", "//[", "/ /evil.example", "evil.example", "", "?x",
    "/%0d%0aSet-Cookie:a=b\r\nX: y",
]  # fmt: skip


def test_nobody_is_led_to_another_site(visitor_browser: TestClient, member_browser: TestClient, item: Item) -> None:
    for value in LED_AWAY:
        assert kit.own_path(value) == "/", value
        for answer in (
            visitor_browser.post("/theme", data={"theme": "dark", "next": value}),
            member_browser.get("/sign-in", params={"next": value} if value else {}),
        ):
            assert (answer.status_code, answer.headers["location"]) == (303, "/"), value
            assert "x" not in answer.headers


def test_a_referrer_leads_back_to_this_site_only(member_browser: TestClient, item: Item) -> None:
    for value in (
        *LED_AWAY,
        "http://localhost.evil.example/x",
        "http://localhost@evil.example/",
        "http://localhost//evil.example",
    ):
        if value and value.isprintable():
            headers = {"referer": value, "sec-fetch-site": "same-origin"}
            answer = member_browser.post(f"{item.path}/vote", headers=headers)
            assert answer.headers["location"] in {f"/#vote-{item.number}", f"{item.path}#vote-{item.number}"}, value


def everywhere(browser: TestClient, item: Item) -> list[tuple[str, int]]:
    asset = re.findall(r'href="(/static/[^"]+)"', browser.get("/").text)[0]
    return [("/", 200), ("/roadmap", 200), (item.path, 200), ("/nowhere", 404), ("/me", 401),
            (f"{item.path}/vote", 405),
            ("/robots.txt", 200), ("/sitemap.xml", 200), ("/card.png", 200), ("/look.css", 200), ("/healthz", 200),
            ("/static/x/nothing.js", 404), (asset, 200), ("/items/99999999999999999999", 404)]  # fmt: skip


def test_every_answer_binds_the_browser(visitor_browser: TestClient, item: Item) -> None:
    for path, status in everywhere(visitor_browser, item):
        answer = visitor_browser.get(path)
        assert answer.status_code == status, path
        assert {name: answer.headers.get(name) for name in BINDING} == BINDING, path
        assert "strict-transport-security" not in answer.headers
    for refused in (
        visitor_browser.get("/", headers={"host": "evil.example"}),
        visitor_browser.post("/sign-in", headers={"sec-fetch-site": "cross-site"}),
        visitor_browser.post("/sign-in", data={"email": "x"}),
        visitor_browser.post("/sign-in", content=b"x" * 3_000_000, headers={"content-type": "text/plain"}),
    ):
        assert {name: refused.headers.get(name) for name in BINDING} == BINDING, refused.status_code


def test_a_fault_binds_the_browser_too(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.reading.View.asked", lambda _query: 1 / 0)
    answer = Browser(app, base_url=HOME, raise_server_exceptions=False).get("/")
    assert (answer.status_code, answer.headers["cache-control"]) == (500, "no-store")
    assert {name: answer.headers.get(name) for name in BINDING} == BINDING


@pytest.mark.parametrize("path", ["/sign-in", "/items/1/vote", "/api/v1/items", "/settings/import"])
def test_whoever_leaves_in_the_middle_of_a_form_is_no_fault(app: FastAPI, path: str) -> None:
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
             "headers": [(b"host", b"localhost"), (b"content-length", b"9"), (b"cookie", b"session=x"),
                         (b"content-type", b"application/x-www-form-urlencoded")]}  # fmt: skip
    heard: list[Message] = []

    async def leave() -> Message:
        return {"type": "http.disconnect"}

    async def hear(message: Message) -> None:
        heard.append(message)

    asyncio.run(app(scope, leave, hear))
    assert heard[0]["status"] < 500


def test_https_is_remembered_by_browsers(visitor_browser: TestClient, under: Callable[[str], None]) -> None:
    under("https://board.example")
    answer = visitor_browser.get("/", headers={"host": "board.example"})
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_a_page_of_somebody_signed_in_is_kept_by_nobody(member_browser: TestClient, item: Item) -> None:
    for path in ("/", "/roadmap", item.path, "/items/new", "/items/similar?title=x", "/me", "/me/profile", "/nowhere",
                 f"{item.path}/card.png", "/me/dossier.json", "/triage"):  # fmt: skip
        assert member_browser.get(path).headers["cache-control"] == "private, no-store", path


def test_a_refused_form_is_kept_by_nobody(visitor_browser: TestClient) -> None:
    answer = visitor_browser.post("/sign-in", data={"email": "x"})
    assert (answer.status_code, answer.headers["cache-control"]) == (422, "private, no-store")


def test_what_is_absent_and_what_is_not_shown_are_said_in_the_same_words(member_browser: TestClient) -> None:
    pages = [member_browser.get(path) for path in ("/nowhere", "/logo", "/triage")]
    words = "There is nothing at this address."
    assert [(page.status_code, words in page.text) for page in pages] == [(404, True)] * 3


@pytest.mark.parametrize("path", ["/sign-in", "/items", "/items/new", "/settings/logo"])
def test_a_body_that_is_too_large_is_refused(member_browser: TestClient, path: str) -> None:
    answer = member_browser.post(path, data={"title": "x" * 2_100_000})
    assert (answer.status_code, "too large" in answer.text.lower()) == (413, True)


@pytest.mark.parametrize(
    ("headers", "sent", "status"),
    [
        ({}, 0, 200),
        ({"content-length": "100"}, 100, 200),
        ({"content-length": "101"}, 101, 413),
        ({"content-length": "9" * 5_000}, 101, 413),
        ({"content-length": "-1"}, 101, 413),
        ({"content-length": "ten"}, 101, 413),
        ({"transfer-encoding": "chunked"}, 100, 200),
        ({"transfer-encoding": "chunked"}, 101, 413),
        ({"transfer-encoding": "chunked", "content-length": "1"}, 101, 413),
    ],
)
def test_whatever_is_said_of_a_body_no_more_than_its_limit_is_read(
    headers: dict[str, str], sent: int, status: int
) -> None:
    async def read(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(str(len(await Request(scope, receive).body())))(scope, receive, send)

    async def answered() -> int:
        parts = [{"type": "http.request", "body": b"x" * 40, "more_body": True}] * (sent // 40)
        messages = iter([*parts, {"type": "http.request", "body": b"x" * (sent % 40), "more_body": False}])
        answers: list[Message] = []

        async def receive() -> Message:
            return next(messages)

        async def send(message: Message) -> None:
            answers.append(message)

        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await BodyLimit(read, 100)({"type": "http", "method": "POST", "headers": raw}, receive, send)
        return int(answers[0]["status"])

    assert asyncio.run(answered()) == status


@pytest.mark.parametrize("encoding", ["punycode", "unicode_escape", "utf-16", "latin-1", '"utf-7"', "x"])
def test_a_form_with_files_is_taken_in_utf8_alone(visitor_browser: TestClient, encoding: str) -> None:
    """Whoever sends one would choose how it is read: some ways take minutes, others make what is no text."""
    body = b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nD\\ud800\r\n--b--\r\n'
    kind = f"multipart/form-data; boundary=b; charset={encoding}"
    answer = visitor_browser.post("/items/new", content=body, headers={"content-type": kind})
    assert (answer.status_code, answer.text) == (415, "A form with files has to be written in UTF-8.")
    kind = "Multipart/Form-Data; charset=UTF-8; boundary=b"
    assert visitor_browser.post("/items/new", content=body, headers={"content-type": kind}).status_code == 200


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/xml", "multipart/form-data", "", "x"])
def test_what_is_no_form_posts_nothing(member_browser: TestClient, session: Session, kind: str) -> None:
    body = b'{"title": "x", "kind": "idea", "board": "general"}'
    answer = member_browser.post("/items", content=body, headers={"content-type": kind})
    assert answer.status_code in {400, 422}
    assert session.exec(select(Item)).all() == []


ODD = [
    "%00",
    "%ff",
    "%ed%a0%80",
    "%0d%0a",
    "..%2f..%2fetc",
    "9" * 30,
    "-1",
    "1e5",
    "٣",
    "%27%20or%201=1--",
    "{{7*7}}",
    "x" * 3000,
]


@pytest.mark.thorough
def test_odd_addresses_are_absent(owner_browser: TestClient, item: Item) -> None:
    paths = ["/items/{}", "/items/{}/card.png", "/items/{}/edit", f"{item.path}/comments/{{}}/edit", "/sitemap-{}.xml",
             "/status-changes/{}/correction", "/settings/boards/{}", "/settings/tags/{}", "/settings/people/{}",
             "/settings/import/{}", "/me/address/{}", "/static/{}", "/static/x/{}", "/welcome/{}"]  # fmt: skip
    for path in paths:
        for odd in ODD:
            assert owner_browser.get(path.format(odd)).status_code in {404, 405}, (path, odd)


@pytest.mark.thorough
def test_odd_questions_are_answered(owner_browser: TestClient, item: Item) -> None:
    paths = ["/?q={}", "/?after={}", "/?sort=new&after={}", "/?sort=new&after=1_{}", "/?sort=votes&after=1_{}",
             "/me?page={}",
             "/items/similar?title={}", "/items/lookup?q={}", "/items/new?title={}&kind={}&board={}",
             "/settings/people?q={}",
             "/settings/people?after={}", "/triage?show={}", "/triage?board={}", "/triage?after={}",
             "/triage?show=merges&after={}"]  # fmt: skip
    for path in paths:
        for odd in ODD:
            assert owner_browser.get(path.replace("{}", odd)).status_code in {200, 404}, (path, odd)
    for path in ("/?board={}", "/?tag={}"):
        assert {owner_browser.get(path.format(odd)).status_code for odd in ODD} == {404}


@pytest.mark.parametrize("until", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "x", "2026-01-01", "\t"])
def test_an_odd_moment_is_now(member_browser: TestClient, item: Item, until: str) -> None:
    assert member_browser.post("/me/seen", data={"until": until}).status_code == 303


def test_known_and_unknown_addresses_cost_the_same(
    visitor_browser: TestClient, session: Session, member: Person
) -> None:
    """The same answer by the same questions to the database, and the same rows written: who has the address is not
    looked up before the code is right.
    """
    seen = []
    for email in (member.email, "nobody@example.org"):
        before = len(session.exec(select(Mail)).all()), len(session.exec(select(SignIn)).all())
        with counted(session) as statements:
            answer = visitor_browser.post("/sign-in", data={"email": email})
        page = visitor_browser.get(answer.headers["location"])
        after = len(session.exec(select(Mail)).all()), len(session.exec(select(SignIn)).all())
        handle = answer.headers["location"].rpartition("/")[2]
        words = page.text.replace(str(email), "E").replace(handle, "H")
        headers = {name: value for name, value in answer.headers.items() if handle not in value}
        seen.append((answer.status_code, headers, statements, words, after[0] - before[0], after[1] - before[1]))
    assert seen[0] == seen[1]


@pytest.mark.thorough
def test_codes_cannot_be_guessed(app: FastAPI, session: Session, member: Person) -> None:
    """From however many networks somebody asks and tries: five tries a code, twenty codes an hour, for one address."""
    for network in range(5):
        browser = Browser(app, base_url=HOME, client=(f"203.0.113.{network}", 1), follow_redirects=False)
        for _attempt in range(6):
            answer = browser.post("/sign-in", data={"email": member.email})
            if answer.status_code == 429:
                assert 0 < int(answer.headers["retry-after"]) <= 3600
                continue
            for number in range(7):
                browser.post(answer.headers["location"], data={"code": f"{number:06}"})
    assert sum(session.exec(select(SignIn.tries))) == 100
    assert session.exec(select(SessionRow)).all() == []


def test_a_stranger_who_asks_for_codes_keeps_nobody_from_signing_in(
    app: FastAPI, visitor_browser: TestClient, session: Session, owner: Person
) -> None:
    sent = visitor_browser.post("/sign-in", data={"email": owner.email})
    code = code_in_last_mail(session)
    stranger = Browser(app, base_url=HOME, client=("203.0.113.9", 1), follow_redirects=False)
    asked = [stranger.post("/sign-in", data={"email": owner.email}).status_code for _attempt in range(7)]
    assert asked == [303] * 5 + [429] * 2
    assert visitor_browser.post(sent.headers["location"], data={"code": code}).headers["location"] == "/"
    assert visitor_browser.post("/sign-in", data={"email": owner.email}).status_code == 303


def code_in_last_mail(session: Session) -> str:
    mail = session.exec(select(Mail).order_by(col(Mail.id).desc())).first()
    assert mail is not None
    return re.findall(r"^    (\d{6})$", mail.body, re.MULTILINE)[0]


def test_a_planted_session_is_not_used(visitor_browser: TestClient, session: Session) -> None:
    visitor_browser.cookies.set(kit.session_cookie(), "planted")
    address = visitor_browser.post("/sign-in", data={"email": "new@example.org"}).headers["location"]
    visitor_browser.cookies.delete(kit.session_cookie())
    headers = {"cookie": f"{kit.session_cookie()}=planted"}
    answer = visitor_browser.post(address, data={"code": code_in_last_mail(session)}, headers=headers)
    assert answer.cookies[kit.session_cookie()] != "planted"
    assert sign_in.recognise(session, "planted") is None


def test_a_mail_has_one_recipient_and_the_headers_that_we_wrote(session: Session) -> None:
    site.the(session).name = "Board"
    mail = outbox.put(session, "ada@example.org", "Hello\r\nBcc: evil@example.org\n\n<b>", "Words\r\n.\r\nQUIT\r\n")
    session.flush()
    for how in (delivery.ON_THE_WIRE, delivery.IN_A_FILE):
        read = message_from_bytes(
            delivery.message(mail, 'Our "board", <x@y>; \u202eevil', how).as_bytes(), policy=policy.default
        )
        assert (read["To"], read["Bcc"], read["Cc"]) == ("ada@example.org", None, None)
        assert read["Subject"] == "Hello Bcc: evil@example.org <b>"


@pytest.mark.parametrize(
    "email",
    ["a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org", "a@example.org b@example.org",
     "<a@example.org>",
     '"a\r\nb"@example.org', "a@example.org\0", "a@[127.0.0.1]", "a@localhost", "@", "a@" + "x" * 300 + ".org"],
)  # fmt: skip
def test_a_mail_goes_to_no_odd_address(visitor_browser: TestClient, session: Session, email: str) -> None:
    assert visitor_browser.post("/sign-in", data={"email": email}).status_code == 422
    assert session.exec(select(Mail)).all() == []


@pytest.mark.parametrize(
    ("path", "form", "key", "most", "per"),
    [
        ("/items", {"kind": "idea", "board": "general", "title": "A title"}, "post", 10, timedelta(hours=1)),
        ("{item}/comments", {"body": "Words"}, "comment", 20, timedelta(minutes=10)),
        ("{item}/edit", {"title": "A title"}, "edit", 20, timedelta(hours=1)),
        ("{item}/vote", {}, "vote", 60, timedelta(minutes=1)),
        ("{item}/vote/withdrawal", {}, "vote", 60, timedelta(minutes=1)),
    ],
)  # fmt: skip
def test_what_is_too_often_waits(
    member_browser: TestClient, session: Session, member: Person, item: Item,
    path: str, form: dict[str, str], key: str, most: int, per: timedelta,
) -> None:  # fmt: skip
    factories.spent(session, f"{key}:{member.key}", most, per)
    for headers in ({}, {"HX-Request": "true"}):
        answer = member_browser.post(path.format(item=item.path), data=form, headers=headers)
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= per.total_seconds()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"), ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"), ("fe80::1%eth0", "fe80::/64"), ("", ""), ("unix", "unix"),
    ],
)  # fmt: skip
def test_limits_count_networks(address: str, network: str) -> None:
    assert limits.network(address) == network


PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"<html><script>alert(1)</script>",
        PNG, PNG + b"\0" * 100, drawn("GIF"), drawn("BMP"), drawn("TIFF"),
        claiming(20_000, 20_000), drawn(size=(3_001, 1)), b"GIF89a<script>",
        drawn()[:60], b"x" * 1_000_001, b"%PDF-1.4", b"PK\x03\x04" + b"\0" * 50,
    ],
)  # fmt: skip
def test_only_a_small_picture_becomes_the_logo(owner_browser: TestClient, session: Session, sent: bytes) -> None:
    answer = owner_browser.post("/settings/logo", files={"logo": ("logo.png", sent, "image/png")})
    assert (answer.status_code, site.the(session).logo) == (422, None)


def test_a_logo_is_made_anew(owner_browser: TestClient, visitor_browser: TestClient) -> None:
    """A picture that is also a page, with a name and a type that lie."""
    polyglot = drawn("JPEG", comment=b"<script>alert(1)</script>") + b"<script>alert(1)</script>"
    sent = {"logo": ("../../x.html", polyglot, "text/html")}
    assert owner_browser.post("/settings/logo", files=sent).status_code == 303
    answer = visitor_browser.get("/logo")
    assert (answer.headers["content-type"], answer.content[:8]) == ("image/png", PNG)
    assert (b"script" in answer.content, answer.headers["content-security-policy"]) == (
        False,
        "default-src 'none'; sandbox",
    )
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_table_is_stored_under_a_name_of_ours(owner_browser: TestClient) -> None:
    sent = {"file": ("../../../evil.csv", b"id,title\n1,Dark mode\n", "text/csv")}
    answer = owner_browser.post("/settings/import", files=sent)
    assert answer.status_code == 303
    stored = list((settings().data_dir / "imports").iterdir())
    assert [path.name for path in stored if not re.fullmatch(r"[0-9a-f]{16}\.csv", path.name)] == []


@pytest.mark.parametrize("sent", [b"PK\x03\x04bomb", b"\x1f\x8b" + b"\0" * 20, b"\0" * 5000, b"", b"%PDF-1.7"])
def test_what_is_packed_is_not_unpacked(owner_browser: TestClient, sent: bytes) -> None:
    answer = owner_browser.post("/settings/import", files={"file": ("x.csv", sent, "text/csv")})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "encoding", ["zlib", "bz2", "hex", "rot13", "base64", "idna", "undefined", "../x", "os.path", "é"]
)
def test_only_an_encoding_of_text_reads_a_table(encoding: str) -> None:
    with pytest.raises(Invalid):
        storing.known(encoding)


def test_no_address_writes_a_log_line_of_its_own() -> None:
    assert logs.shown("/a\r\nb\x1b[2J/c\u2028") == "/a��b�[2J/c�"


def test_the_log_of_a_failed_mail_names_nobody(
    session: Session, caplog: pytest.LogCaptureFixture, app: FastAPI
) -> None:
    mail = outbox.put(session, "ada@example.org", "Hello", "Words")
    session.flush()
    with caplog.at_level(logging.WARNING):
        delivery._note_failure(app.state.database, mail, OSError("{'ada@example.org': (550, b'no')}"))
    assert "ada@" not in caplog.text


def test_the_policy_is_the_one_promised() -> None:
    assert guard.POLICY == POLICY
