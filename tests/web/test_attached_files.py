"""Files that come with a form, and files that are opened: as people without script and with htmx meet them."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app import comments, hiding
from app.attachments import Attachment, store
from app.boards import Access
from app.comments import Comment
from app.items import Item
from app.outbox import Mail
from app.people import Person
from app.status_changes import StatusChange
from tests import factories
from tests.looking import typed_into, words
from tests.pictures import drawn

BrowserOf = Callable[[Person | None], TestClient]

HTMX = {"HX-Request": "true"}
LOG = ("crash.log", b"it stopped\nin line 7\n", "text/html")
SECRET = ("env.log", b"fine\npassword=hunter2hunter2\n", "text/plain")
NOT_TAKEN = "is not taken: attach pictures (PNG, JPEG, GIF, WebP) and plain text, such as a log, of up to 5 MB."
LEAK = "env.log, line 2: this looks like a password. Others will be able to read it. Please look first."


def chosen(*files: tuple[str, bytes, str]) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("files", file) for file in files]


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member)


def names(session: Session) -> list[tuple[str, int | None]]:
    """The files there are, each with its item."""
    session.expire_all()
    return [(row.name, row.item_number) for row in session.exec(select(Attachment).order_by(col(Attachment.id)))]


def test_an_item_is_posted_with_its_files(session: Session, member_browser: TestClient) -> None:
    form = {"kind": "idea", "board": "general", "title": "It stops"}
    files = chosen(LOG, ("C:\\see.png", drawn(), "application/x-msdownload"))
    answer = member_browser.post("/items", data=form, files=files)
    assert answer.status_code == 303
    assert names(session) == [("crash.log", 1), ("see.png", 1)]
    page = member_browser.get("/items/1")
    assert words(page, 'class="item-text"', "</section>") == "The item Remove crash.log 21 B Remove"
    (log, see) = session.exec(select(Attachment).order_by(col(Attachment.id)))
    assert f'<img src="{see.path}" alt="see.png" width="60" height="30" loading="lazy" decoding="async">' in page.text
    assert f'<a href="{log.path}/preview"><bdi>crash.log</bdi></a>' in page.text


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_comment_is_posted_with_its_files(
    session: Session, member_browser: TestClient, item: Item, headers: dict[str, str]
) -> None:
    answer = member_browser.post("/items/1/comments", data={"body": "Here."}, files=chosen(LOG), headers=headers)
    assert answer.status_code == (200 if headers else 303)
    comment = session.exec(select(Comment)).one()
    file = session.exec(select(Attachment)).one()
    assert (file.name, file.item_number, file.comment_id) == ("crash.log", 1, comment.id)
    story = words(member_browser.get("/items/1"), f'id="comment-{comment.id}"', "</li> </ul>")
    assert "Here. crash.log" in story


def test_an_answer_is_given_with_its_files(session: Session, maintainer_browser: TestClient, item: Item) -> None:
    form = {"to": "planned", "seen": "new", "explanation": "So it will look."}
    answer = maintainer_browser.post("/items/1/status-changes", data=form, files=chosen(("see.png", drawn(), "")))
    assert answer.status_code == 303
    change = session.exec(select(StatusChange)).one()
    assert session.exec(select(Attachment)).one().status_change_id == change.id
    assert maintainer_browser.get("/items/1").text.count('alt="see.png"') == 1


FORMS = [
    ("/items", {"kind": "idea", "board": "general", "title": ""}, {"title": "It stops"}, ""),
    ("/items/1/comments", {"body": ""}, {"body": "Here."}, ""),
    (
        "/items/1/status-changes",
        {"to": "planned", "seen": "new", "explanation": ""},
        {"explanation": "So it will look."},
        "move-",
    ),
]


@pytest.mark.parametrize(("path", "form", "mended", "prefix"), FORMS, ids=["item", "comment", "move"])
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_refused_form_keeps_the_files_that_came_with_it(
    session: Session, owner: Person, browser_of: BrowserOf, item: Item, *, path: str, form: dict[str, str],
    mended: dict[str, str], prefix: str, headers: dict[str, str],
) -> None:  # fmt: skip
    browser = browser_of(owner)
    refused = browser.post(path, data=form, files=chosen(LOG, ("a.pdf", b"%PDF-1.4 \xff", "")), headers=headers)
    assert refused.status_code == 422
    assert f"“a.pdf” {NOT_TAKEN}" in words(refused, f'id="{prefix}problem-files"', "</p>")
    assert "Keep “crash.log” (21 B)" in words(refused, f'for="{prefix}field-files"', "</div>")
    again = typed_into(refused, path)
    key = session.exec(select(Attachment)).one().key
    assert again["kept"] == key
    taken = browser.post(path, data=again | mended, files=chosen(("see.png", drawn(), "")), headers=headers)
    assert taken.status_code in {200, 204, 303}
    assert [name for name, number in names(session) if number] == ["crash.log", "see.png"]


def test_a_file_that_is_not_taken_holds_the_post_back(session: Session, member_browser: TestClient, item: Item) -> None:
    refused = member_browser.post("/items/1/comments", data={"body": "Here."}, files=chosen(("a.zip", b"PK\3\4\0", "")))
    assert refused.status_code == 422
    assert words(refused, 'id="problems"', "</div>") == f"One thing needs your attention: “a.zip” {NOT_TAKEN}"
    assert session.exec(select(Comment)).all() == []


def test_what_is_unticked_is_left_out(session: Session, member_browser: TestClient, item: Item) -> None:
    refused = member_browser.post("/items/1/comments", data={"body": ""}, files=chosen(LOG, ("b.log", b"b", "")))
    first, _second = typed_into(refused, "/items/1/comments")["kept"]
    member_browser.post("/items/1/comments", data={"body": "Here.", "kept": [first]})
    assert names(session) == [("crash.log", 1), ("b.log", None)]


def test_too_many_files_are_told_and_the_first_are_kept(
    session: Session, member_browser: TestClient, item: Item
) -> None:
    six = chosen(*((f"{place}.log", b"%d" % place, "") for place in range(6)))
    refused = member_browser.post("/items/1/comments", data={"body": "Here."}, files=six)
    assert words(refused, 'id="problem-files"', "</p>") == "These are too many files; the limit is 5."
    assert len(typed_into(refused, "/items/1/comments")["kept"]) == 5


@pytest.mark.parametrize(("path", "form", "mended", "prefix"), FORMS, ids=["item", "comment", "move"])
def test_a_secret_is_asked_about_once(
    session: Session, owner: Person, browser_of: BrowserOf, item: Item, *, path: str, form: dict[str, str],
    mended: dict[str, str], prefix: str,
) -> None:  # fmt: skip
    browser = browser_of(owner)
    warned = browser.post(path, data=form | mended, files=chosen(SECRET))
    assert warned.status_code == 422
    assert words(warned, f'id="{prefix}problem-files"', "</p>") == LEAK
    assert [number for _name, number in names(session)] == [None]
    again = typed_into(warned, path)
    assert "looked" not in again
    assert browser.post(path, data=again | form | mended | {"looked": "yes"}).status_code == 303
    assert [number for _name, number in names(session) if number is not None] != []


def test_a_form_with_another_mistake_warns_of_secrets_too(
    session: Session, member_browser: TestClient, item: Item
) -> None:
    refused = member_browser.post("/items/1/comments", data={"body": ""}, files=chosen(SECRET))
    assert words(refused, 'class="files-warnings"', "</div>") == "env.log, line 2: this looks like a password."
    assert 'class="files-looked" data-told><input' in refused.text


def test_a_file_that_is_not_taken_does_not_hide_what_another_may_tell(member_browser: TestClient, item: Item) -> None:
    files = chosen(("a.zip", b"PK\3\4\0", ""), SECRET)
    refused = member_browser.post("/items/1/comments", data={"body": "Here."}, files=files)
    assert words(refused, 'id="problem-files"', "</p>") == f"“a.zip” {NOT_TAKEN}"
    assert words(refused, 'class="files-warnings"', "</div>") == "env.log, line 2: this looks like a password."


def test_a_preview_keeps_the_files(session: Session, member_browser: TestClient) -> None:
    form = {"title": "It stops", "show": "preview"}
    page = member_browser.post("/items/new", data=form, files=chosen(LOG))
    assert page.status_code == 200
    assert typed_into(page, "/items")["kept"] == session.exec(select(Attachment)).one().key


def test_a_visitor_signs_in_on_the_way_and_the_files_come_along(
    session: Session, visitor_browser: TestClient, item: Item
) -> None:
    asked = visitor_browser.post("/items/1/comments", data={"body": "Here."}, files=chosen(LOG, SECRET))
    assert asked.status_code == 401
    sign_in = typed_into(asked, "/sign-in") | {"email": "nina@example.org", "name": "Nina"}
    code_page = visitor_browser.post("/sign-in", data=sign_in).headers["location"]
    mail = session.exec(select(Mail).order_by(col(Mail.id).desc())).first()
    assert mail is not None
    code = re.search(r"\b\d{6}\b", mail.body)
    assert code is not None
    warned = visitor_browser.post(code_page, data={"code": code[0]})
    assert words(warned, 'id="problem-files"', "</p>") == LEAK
    again = typed_into(warned, "/items/1/comments") | {"looked": "yes"}
    assert visitor_browser.post("/items/1/comments", data=again).status_code == 303
    assert names(session) == [("crash.log", 1), ("env.log", 1)]
    assert {row.person_id for row in session.exec(select(Attachment))} == {
        session.exec(select(Comment)).one().person_id
    }


def test_a_file_that_a_visitor_sent_and_that_was_not_taken_is_told_after_signing_in(
    session: Session, visitor_browser: TestClient, browser_of: BrowserOf, member: Person, item: Item
) -> None:
    asked = visitor_browser.post("/items/1/comments", data={"body": "Here."}, files=chosen(("a.zip", b"PK\3\4\0", "")))
    act = typed_into(asked, "/sign-in")["act_body"]
    resumed = browser_of(member).post(
        "/items/1/comments", content=act, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert words(resumed, 'id="problem-files"', "</p>") == f"“a.zip” {NOT_TAKEN}"


def test_a_store_that_takes_nothing_costs_no_words(
    session: Session, member: Person, member_browser: TestClient, item: Item, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (tmp_path / "uploads").write_text("a file where the folder should be")
    monkeypatch.setattr(store, "uploads", lambda: tmp_path / "uploads")
    refused = member_browser.post("/items/1/comments", data={"body": "Here."}, files=chosen(LOG))
    words_of_it = "“crash.log” cannot be stored right now. Please try again in a minute."
    assert words(refused, 'id="problem-files"', "</p>") == words_of_it
    assert typed_into(refused, "/items/1/comments")["body"] == "Here."


def test_who_sends_too_many_files_keeps_the_words(
    session: Session, member: Person, member_browser: TestClient, item: Item
) -> None:
    factories.spent(session, f"attach:{member.key}", 40, timedelta(hours=1))
    refused = member_browser.post("/items/1/comments", data={"body": "Here."}, files=chosen(LOG))
    assert refused.status_code == 422
    assert words(refused, 'id="problem-files"', "</p>").startswith("That was often enough for now. Please wait")
    assert typed_into(refused, "/items/1/comments")["body"] == "Here."


@pytest.mark.parametrize("path", ["/items", "/items/new", "/items/1/comments", "/items/1/status-changes"])
def test_a_form_without_files_is_as_small_as_any(owner: Person, browser_of: BrowserOf, item: Item, path: str) -> None:
    browser = browser_of(owner)
    assert browser.post(path, data={"title": "x" * 2_100_000}).status_code == 413
    large = [("files", (f"{place}.log", b"x" * 4_900_000, "")) for place in range(6)]
    assert browser.post(path, data={}, files=large).status_code == 413


@pytest.mark.parametrize("path", ["/items/1/vote", "/items/1/edit", "/me/profile"])
def test_no_other_form_takes_files(member_browser: TestClient, session: Session, item: Item, path: str) -> None:
    assert member_browser.post(path, data={}, files=chosen(LOG)).status_code == 422
    assert member_browser.post(path, files=chosen(("a.log", b"x" * 2_100_000, ""))).status_code == 413
    assert names(session) == []


def test_a_file_of_another_site_is_not_even_looked_at(member_browser: TestClient, session: Session, item: Item) -> None:
    headers = {"sec-fetch-site": "cross-site"}
    answer = member_browser.post("/items/1/comments", data={"body": "x"}, files=chosen(LOG), headers=headers)
    assert (answer.status_code, names(session)) == (403, [])


BOUND = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
    "cache-control": "public, max-age=86400, immutable",
}


@pytest.mark.parametrize(
    ("name", "sent", "media_type", "disposition"),
    [
        ("see.png", drawn(), "image/png", "inline; filename*=UTF-8''see.png"),
        ("x.html", b"<script>alert(1)</script>", "text/plain; charset=utf-8",
         "attachment; filename*=UTF-8''x.html.txt"),
        ('né"w.svg', b"<svg onload=alert(1)>", "text/plain; charset=utf-8",
         "attachment; filename*=UTF-8''n%C3%A9_w.svg.txt"),
    ],
)  # fmt: skip
def test_a_file_is_given_so_that_no_browser_runs_it(
    session: Session, visitor_browser: TestClient, member: Person, item: Item, *, name: str, sent: bytes,
    media_type: str, disposition: str,
) -> None:  # fmt: skip
    file = factories.attach(session, item, member, name, sent)
    answer = visitor_browser.get(file.path)
    assert (answer.status_code, answer.content) == (200, store.opened().get(file.key))
    headers = BOUND | {"content-type": media_type, "content-disposition": disposition}
    assert {name: answer.headers[name] for name in headers} == headers
    assert "set-cookie" not in answer.headers


def test_a_text_is_shown_on_a_page_as_text(
    session: Session, visitor_browser: TestClient, member: Person, item: Item
) -> None:
    file = factories.attach(session, item, member, "x.html", b"\n<script>alert(1)</script>\n{{ 7 * 7 }}\n")
    page = visitor_browser.get(f"{file.path}/preview")
    assert "\n&lt;script&gt;alert(1)&lt;/script&gt;\n{{ 7 * 7 }}\n</pre>" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert (page.headers["x-robots-tag"], page.headers["cache-control"]) == ("noindex", "private, no-store")


def test_of_a_long_text_the_beginning_is_shown(
    session: Session, visitor_browser: TestClient, member: Person, item: Item
) -> None:
    file = factories.attach(session, item, member, "a.log", b"".join(b"line %d\n" % line for line in range(1500)))
    page = words(visitor_browser.get(f"{file.path}/preview"))
    assert "This is the beginning. The whole file has 1,500 lines; save it to read them." in page
    assert "line 999" in page
    assert "line 1000" not in page


def test_a_picture_has_no_page_of_its_own(
    session: Session, visitor_browser: TestClient, member: Person, item: Item
) -> None:
    file = factories.attach(session, item, member, "see.png", drawn())
    answer = visitor_browser.get(f"{file.path}/preview")
    assert (answer.status_code, answer.headers["location"]) == (303, file.path)


@pytest.fixture
def people(
    member: Person, other_member: Person, advocate: Person, maintainer: Person, owner: Person
) -> dict[str, Person | None]:
    return {
        "visitor": None, "member": member, "other": other_member, "advocate": advocate, "maintainer": maintainer,
        "owner": owner,
    }  # fmt: skip


def who_sees(people: dict[str, Person | None], browser_of: BrowserOf, file: Attachment) -> dict[str, str]:
    """Who is given a file, each with what caches are told; everybody else finds nothing."""
    answers = {who: browser_of(person).get(file.path) for who, person in people.items()}
    pages = {who: browser_of(person).get(f"{file.path}/preview").status_code for who, person in people.items()}
    assert pages == {who: answer.status_code for who, answer in answers.items()}
    assert {answer.status_code for answer in answers.values()} <= {200, 404}
    return {who: answer.headers["cache-control"] for who, answer in answers.items() if answer.status_code == 200}


def test_a_file_shows_to_whoever_may_see_what_it_came_with(
    session: Session, people: dict[str, Person | None], browser_of: BrowserOf, member: Person, maintainer: Person,
) -> None:  # fmt: skip
    private, everybody = "private, no-store", list(people)
    factories.board(session, "members", access=Access.MEMBERS)
    factories.board(session, "own", access=Access.OWN_CASES)
    places = {slug: factories.item(session, member, board=slug) for slug in ("general", "members", "own")}
    seen = {
        slug: who_sees(people, browser_of, factories.attach(session, item, member)) for slug, item in places.items()
    }
    assert seen["general"] == dict.fromkeys(everybody, BOUND["cache-control"])
    assert seen["members"] == dict.fromkeys(everybody[1:], private)
    assert seen["own"] == dict.fromkeys(["member", "maintainer", "owner"], private)
    comment = factories.comment(session, places["general"], member)
    file = factories.attach(session, places["general"], member, said=comment)
    comments.hide(session, comment, maintainer, "It names a customer.")
    assert who_sees(people, browser_of, file) == dict.fromkeys(["maintainer", "owner"], private)
    hiding.hide(session, places["general"], maintainer, "It names a customer.")
    file = factories.attach(session, places["general"], member)
    assert who_sees(people, browser_of, file) == dict.fromkeys(["member", "maintainer", "owner"], private)


def test_what_waits_shows_to_nobody(
    session: Session, people: dict[str, Person | None], browser_of: BrowserOf, member_browser: TestClient, item: Item
) -> None:
    member_browser.post("/items/1/comments", data={"body": ""}, files=chosen(LOG))
    assert who_sees(people, browser_of, session.exec(select(Attachment)).one()) == {}


@pytest.mark.parametrize("key", ["x", "x" * 32, "..%2f..%2fdaylight.sqlite3", "%00", "é", "x" * 3000])
def test_a_key_that_is_none_finds_nothing(visitor_browser: TestClient, key: str) -> None:
    for path in ("", "/preview"):
        assert visitor_browser.get(f"/attachments/{key}{path}").status_code == 404


def test_a_file_that_is_gone_from_the_store_is_not_found(
    session: Session, visitor_browser: TestClient, member: Person, item: Item
) -> None:
    file = factories.attach(session, item, member)
    store.opened().delete(file.key)
    assert visitor_browser.get(file.path).status_code == 404


def test_a_file_is_removed_on_a_page_and_the_place_says_so(
    session: Session, member_browser: TestClient, other_browser: TestClient, member: Person, item: Item
) -> None:
    file = factories.attach(session, item, member)
    assert "Remove" not in words(other_browser.get("/items/1"), 'class="item-text"', "</section>")
    assert other_browser.get(f"{file.path}/removal").status_code == 403
    assert member_browser.get(f"{file.path}/removal").status_code == 200
    answer = member_browser.post(f"{file.path}/removal")
    assert (answer.status_code, answer.headers["location"]) == (303, "/items/1")
    assert member_browser.get(file.path).status_code == 404
    shown = words(other_browser.get("/items/1"), 'class="item-text"', "</section>")
    assert "A file was removed here on" in shown
    assert "crash.log" not in shown


def test_a_person_who_leaves_takes_what_was_not_posted_along(
    session: Session, member: Person, member_browser: TestClient, item: Item
) -> None:
    member_browser.post("/items/1/comments", data={"body": "Here."}, files=chosen(LOG))
    member_browser.post("/items/1/comments", data={"body": ""}, files=chosen(("b.log", b"b", "")))
    assert [file["name"] for file in member_browser.get("/me/dossier.json").json()["attachments"]] == [
        "crash.log", "b.log",
    ]  # fmt: skip
    member_browser.post("/me/deletion", data={"email": member.email})
    assert names(session) == [("crash.log", 1)]
