"""The owner's settings: each section its own page; what is refused stays typed, with field and limit named."""

from io import BytesIO

import pytest
from PIL import Image
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app import boards, site, tags
from app.people import Person, Role
from app.roles import RoleChange
from tests import factories
from tests.looking import counted, typed_into, words
from tests.pictures import drawn

PAGES = [
    "/settings",
    "/settings/boards",
    "/settings/boards/general",
    "/settings/people",
    "/settings/rota",
    "/settings/tags",
    "/settings/mail",
    "/settings/webhooks",
]
POSTS = [
    "/settings", "/settings/logo", "/settings/logo/removal", "/settings/boards", "/settings/boards/general",
    "/settings/boards/general/step-up", "/settings/boards/general/removal", "/settings/people/1", "/settings/tags",
    "/settings/tags/maps", "/settings/tags/maps/merge", "/settings/tags/maps/removal",
]  # fmt: skip


@pytest.mark.parametrize("who", ["member", "advocate", "maintainer"])
def test_settings_are_absent_for_all_but_owners(
    session: Session, request: pytest.FixtureRequest, owner: Person, who: str
) -> None:
    tags.add(session, owner, "Maps")
    browser: TestClient = request.getfixturevalue(f"{who}_browser")
    assert {browser.get(path).status_code for path in PAGES} == {404}
    assert {browser.post(path, data={}).status_code for path in POSTS} == {404}


def test_every_page_leads_to_every_other(session: Session, owner_browser: TestClient) -> None:
    for path in PAGES:
        assert words(owner_browser.get(path), '<nav class="settings-nav"', "</nav>") == (
            "Name and look Boards People and roles Rota Tags Embeds Products Mail Webhooks Import Samples"
        )


# Name and look

SITE = {"name": "Lineside", "description": "Trains & more.", "accent": "#AA3311", "indexed": "yes"}


def test_the_site_is_named_and_described(session: Session, owner_browser: TestClient) -> None:
    assert owner_browser.post("/settings", data=SITE).status_code == 303
    the = site.the(session)
    assert (the.name, the.description, the.accent, the.is_indexed) == ("Lineside", "Trains & more.", "#aa3311", True)
    assert typed_into(owner_browser.get("/settings"), "/settings") == SITE | {"accent": "#aa3311"}
    assert owner_browser.post("/settings", data={**SITE, "indexed": ""}).status_code == 303
    session.refresh(the)
    assert the.is_indexed is False


def test_what_is_wrong_with_the_site_is_said_and_stays_typed(session: Session, owner_browser: TestClient) -> None:
    typed = {"name": "x" * 81, "description": "y" * 301, "accent": "reddish", "indexed": "yes"}
    answer = owner_browser.post("/settings", data=typed)
    assert answer.status_code == 422
    assert words(answer, 'id="problems"', "</div>") == (
        "3 things need your attention: Name: 81 characters are too many; the limit is 80. "
        "Description: 301 characters are too many; the limit is 300. "
        "Accent colour: write a colour like #3d4f9f."
    )
    assert typed_into(answer, "/settings") == typed
    assert site.the(session).name == "Our board"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_made_anew_from_its_pixels(session: Session, owner_browser: TestClient, kind: str) -> None:
    about = Image.Exif()
    about[0x010E] = "where I live"
    sent = drawn(kind, (1600, 800), exif=about)
    assert b"where I live" in sent
    assert owner_browser.post("/settings/logo", files={"logo": ("x.svg", sent, "image/svg+xml")}).status_code == 303
    the = site.the(session)
    assert the.logo is not None
    with Image.open(BytesIO(the.logo)) as kept:
        assert (kept.format, kept.size, dict(kept.getexif()), kept.info) == ("PNG", (512, 256), {}, {})
    shown = owner_browser.get(the.logo_path)
    assert (shown.content, shown.headers["content-type"]) == (the.logo, "image/png")
    assert owner_browser.post("/settings/logo/removal").status_code == 303
    session.refresh(the)
    assert (the.logo, the.logo_type) == (None, None)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"", "Logo: choose a picture in PNG, JPEG or WebP."),
        (SVG, "Logo: choose a picture in PNG, JPEG or WebP."),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "Logo: choose a picture in PNG, JPEG or WebP."),
        (drawn()[:-30], "Logo: choose a picture in PNG, JPEG or WebP."),
        (drawn("GIF"), "Logo: choose a picture in PNG, JPEG or WebP."),
        (drawn(size=(3001, 1)), "Logo: the picture has more than 3,000 by 3,000 pixels; that is the limit."),
        (drawn() + b"\0" * 1_000_000, "Logo: the picture has more than 1,000,000 bytes; that is the limit."),
    ],
    ids=["empty", "svg", "broken head", "cut", "gif", "wide", "large"],
)
def test_only_small_pictures_become_a_logo(session: Session, owner_browser: TestClient, sent: bytes, said: str) -> None:
    answer = owner_browser.post("/settings/logo", files={"logo": ("logo.png", sent, "image/png")})
    assert (answer.status_code, words(answer, 'id="problem-logo"', "</p>")) == (422, said)
    assert site.the(session).logo is None


def test_a_text_in_place_of_a_picture_is_no_logo(session: Session, owner_browser: TestClient) -> None:
    assert owner_browser.post("/settings/logo", data={"logo": "picture"}).status_code == 422
    assert owner_browser.post("/settings/logo", data={}).status_code == 422


def test_a_file_in_place_of_a_text_is_refused(session: Session, owner_browser: TestClient) -> None:
    answer = owner_browser.post("/settings", files={"name": ("name.txt", b"Lineside", "text/plain")})
    assert answer.status_code == 422
    assert "The field “name” takes text and no file." in words(answer)


# Boards

BOARD = {"name": "Maps", "description": "All charts.", "access": "members"}


def names(session: Session) -> list[str]:
    return [board.name for board in boards.every(session)]


def test_boards_are_added_changed_ordered_and_removed(session: Session, owner_browser: TestClient) -> None:
    assert owner_browser.post("/settings/boards", data=BOARD).status_code == 303
    assert typed_into(owner_browser.get("/settings/boards/maps"), "/settings/boards/maps") == BOARD
    assert owner_browser.post("/settings/boards/maps/step-up").headers["location"] == "/settings/boards#board-maps"
    assert names(session) == ["Maps", "General"]
    changed = BOARD | {"name": "Charts", "access": "own_cases"}
    assert owner_browser.post("/settings/boards/maps", data=changed).status_code == 303
    assert names(session) == ["Charts", "General"]
    assert owner_browser.post("/settings/boards/maps/removal").status_code == 303
    assert names(session) == ["General"]


@pytest.mark.parametrize("path", ["/settings/boards", "/settings/boards/general"])
def test_what_is_wrong_with_a_board_is_said_and_stays_typed(
    session: Session, owner_browser: TestClient, path: str
) -> None:
    typed = {"name": "x" * 81, "description": "y" * 301, "access": "secret"}
    answer = owner_browser.post(path, data=typed)
    assert answer.status_code == 422
    assert words(answer, 'id="problems"', "</div>") == (
        "3 things need your attention: Name: 81 characters are too many; the limit is 80. "
        "Description: 301 characters are too many; the limit is 300. "
        "Who sees it: choose one of those offered."
    )
    kept = typed_into(answer, path)
    assert (kept["name"], kept["description"]) == (typed["name"], typed["description"])
    assert names(session) == ["General"]


def test_a_board_that_holds_something_says_why_it_stays(
    session: Session, owner_browser: TestClient, member: Person
) -> None:
    factories.item(session, member)
    factories.board(session, "maps")
    answer = owner_browser.post("/settings/boards/general/removal")
    assert answer.status_code == 409
    assert words(answer, 'id="problems"', "</div>") == (
        "One thing needs your attention: “General” still holds items. Move them to another board first."
    )
    assert words(answer, 'id="field-removal"', "</section>") == (
        "Remove the board It holds 1 item. Move it to another board first."
    )


# People


def roles(session: Session) -> list[tuple[int, Role, Role]]:
    changes = session.exec(select(RoleChange).order_by(col(RoleChange.id)))
    return [(change.person_id, change.from_role, change.to_role) for change in changes]


def test_an_owner_gives_a_role_and_a_title_and_both_are_on_record(
    session: Session, owner_browser: TestClient, member: Person
) -> None:
    path = f"/settings/people/{member.id}"
    assert typed_into(owner_browser.get(path), path) == {"role": "member", "title": ""}
    assert owner_browser.post(path, data={"role": "maintainer", "title": "Search team"}).status_code == 303
    assert (member.role, member.title) == (Role.MAINTAINER, "Search team")
    assert roles(session) == [(member.id, Role.MEMBER, Role.MAINTAINER)]
    record = words(owner_browser.get("/settings/people"), 'class="plain-list settings-record"', "</ol>")
    assert record.startswith("Noor Haddad : Ada Lind from Member to Maintainer, ")
    assert words(owner_browser.get(path), 'class="plain-list settings-record"', "</ol>") == record


def test_what_is_wrong_with_a_role_is_said_and_stays_typed(
    session: Session, owner_browser: TestClient, member: Person
) -> None:
    path = f"/settings/people/{member.id}"
    answer = owner_browser.post(path, data={"role": "king", "title": "x" * 81})
    assert answer.status_code == 422
    assert words(answer, 'id="problems"', "</div>") == (
        "2 things need your attention: Role: choose one of those offered. "
        "Title: 81 characters are too many; the limit is 80."
    )
    assert typed_into(answer, path)["title"] == "x" * 81


def test_the_last_owner_stays(session: Session, owner: Person, owner_browser: TestClient) -> None:
    answer = owner_browser.post(f"/settings/people/{owner.id}", data={"role": "member", "title": ""})
    assert (answer.status_code, words(answer, 'id="problem-role"', "</p>")) == (
        409, "The last owner stays. Make somebody else an owner first.",
    )  # fmt: skip
    assert (owner.role, roles(session)) == (Role.OWNER, [])


def found(browser: TestClient, query: str) -> list[str]:
    page = browser.get("/settings/people", params={"q": query}).text.partition('id="everybody-name"')[2]
    rows = page.partition('settings-people">')[2].partition("</ul>")[0].split("<li>")[1:]
    return [row.partition('dir="auto">')[2].partition("<")[0] for row in rows]


def test_people_are_found_by_name_or_address(
    owner_browser: TestClient, session: Session, member: Person, other_member: Person
) -> None:
    assert found(owner_browser, "") == ["Noor Haddad", "Ada Lind", "Ben Osei"]
    assert found(owner_browser, "OSEI") == found(owner_browser, "ben.osei@") == ["Ben Osei"]
    assert found(owner_browser, "100%") == found(owner_browser, "_") == []


def test_people_come_in_pages(session: Session, owner_browser: TestClient) -> None:
    for number in range(50):
        factories.person(session, f"Person {number:02} of many")
    first = owner_browser.get("/settings/people", params={"q": "of many"})
    assert ('rel="next"' in first.text, len(found(owner_browser, "of many"))) == (False, 50)
    last = factories.person(session, "Person 50 of many")
    first = owner_browser.get("/settings/people", params={"q": "of many"}).text
    path = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    second = owner_browser.get(path)
    assert words(second, 'id="everybody-name"', "</ul>").endswith(f"{last.name} Member {last.email}")
    assert owner_browser.get("/settings/people?after=x").status_code == 200


@pytest.mark.parametrize("id_", ["99", str(10**30), "0"])
def test_who_is_not_there_is_not_found(session: Session, owner_browser: TestClient, id_: str) -> None:
    assert owner_browser.get(f"/settings/people/{id_}").status_code == 404


def test_people_without_an_account_have_no_role(session: Session, owner_browser: TestClient, member: Person) -> None:
    member.email = None
    session.flush()
    assert owner_browser.post(f"/settings/people/{member.id}", data={"role": "owner", "title": ""}).status_code == 404


def test_the_list_of_people_costs_the_same_however_many_there_are(
    session: Session, owner: Person, owner_browser: TestClient
) -> None:
    costs = []
    for _ in range(2):
        for _ in range(3):
            person = factories.person(session, role=Role.ADVOCATE)
            session.add(RoleChange(person_id=person.key, by_id=owner.id, from_role=Role.MEMBER, to_role=person.role))
        with counted(session) as statements:
            owner_browser.get("/settings/people")
        costs.append(len(statements))
    assert costs == [6, 6], "\n".join(statements)


# Tags


def test_tags_are_added_renamed_merged_and_removed(session: Session, owner_browser: TestClient) -> None:
    for name in ("Maps", "Charts", "Print"):
        assert owner_browser.post("/settings/tags", data={"name": name}).status_code == 303
    assert owner_browser.post("/settings/tags/print", data={"name": "Paper"}).status_code == 303
    assert owner_browser.post("/settings/tags/charts/merge", data={"into": "maps"}).status_code == 303
    assert [(tag.slug, tag.name) for tag in tags.every(session)] == [("maps", "Maps"), ("print", "Paper")]
    assert owner_browser.post("/settings/tags/print/removal").status_code == 303
    assert words(owner_browser.get("/settings/tags"), "<tbody>", "</tbody>") == "Maps 0"
    assert owner_browser.get("/settings/tags/print").status_code == 404


@pytest.mark.parametrize("path", ["/settings/tags", "/settings/tags/maps"])
def test_what_is_wrong_with_a_tag_is_said_and_stays_typed(
    session: Session, owner: Person, owner_browser: TestClient, path: str
) -> None:
    tags.add(session, owner, "Maps")
    answer = owner_browser.post(path, data={"name": "x" * 41})
    assert (answer.status_code, typed_into(answer, path)) == (422, {"name": "x" * 41})
    assert words(answer, 'id="problem-name"', "</p>") == "Tag: 41 characters are too many; the limit is 40."


def test_a_tag_is_merged_into_one_that_is_offered(session: Session, owner: Person, owner_browser: TestClient) -> None:
    for name in ("Maps", "地图"):
        tags.add(session, owner, name)
    answer = owner_browser.post("/settings/tags/maps/merge", data={"into": ""})
    assert words(answer, 'id="problem-into"', "</p>") == "Merge into: choose one of those offered."
    assert owner_browser.get("/settings/tags/地图").status_code == 200


QUESTIONS = "/settings/boards/general/defect-questions"


def test_the_questions_about_a_defect_are_written_with_rows_to_spare(
    session: Session, owner_browser: TestClient
) -> None:
    page = owner_browser.get("/settings/boards/general")
    assert typed_into(page, QUESTIONS) == {"question": ["", ""], "why": ["", ""]}
    data = {"question": ["Which <phone>?", ""], "why": ["They & differ.", ""]}
    assert owner_browser.post(QUESTIONS, data=data).status_code == 303
    assert typed_into(owner_browser.get("/settings/boards/general"), QUESTIONS) == {
        "question": ["Which <phone>?", "", ""], "why": ["They & differ.", "", ""],
    }  # fmt: skip
    many = {"question": [f"{place}?" for place in range(7)], "why": ["So."] * 7}
    assert owner_browser.post(QUESTIONS, data=many).status_code == 303
    assert typed_into(owner_browser.get("/settings/boards/general"), QUESTIONS) == {
        "question": [*many["question"], ""], "why": [*many["why"], ""],
    }  # fmt: skip


def test_questions_that_cannot_be_taken_stay_typed(session: Session, owner_browser: TestClient) -> None:
    data = {"question": ["Which?", ""], "why": ["", "x" * 201]}
    answer = owner_browser.post(QUESTIONS, data=data)
    assert (answer.status_code, typed_into(answer, QUESTIONS)) == (422, data)
    assert words(answer, 'id="problems"', "</div>") == (
        "3 things need your attention: Why 1: please write something here. "
        "Question 2: please write something here. Why 2: 201 characters are too many; the limit is 200."
    )
    assert owner_browser.post(QUESTIONS, data=data | {"why": ["So."]}).status_code == 422
