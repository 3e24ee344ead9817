"""Writing an item: nothing that was typed is lost, similar ones are seen first, and one form posts once."""

from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app import defect_questions, hiding, taking_part
from app.boards import Access, Board
from app.items import Item
from app.people import Person
from app.statuses import Kind, Status
from app.subscriptions import Because, Subscription
from app.web import posting
from tests import factories
from tests.looking import counted, earlier_words, is_too_often, typed_into, words

HTMX = {"HX-Request": "true"}
IDEA = {"kind": "idea", "board": "general", "title": "Dark mode", "body": "My *eyes*.", "form": "one"}
DEFECT = IDEA | {"kind": "defect", "expected": "Calm", "steps": "1. Look", "version": "4.1"}


def posted(session: Session) -> list[str]:
    return list(session.exec(select(Item.title).order_by(col(Item.number))))


def value(page: str, name: str) -> str:
    """What stands in a field of one line or of several."""
    tag = page.partition(f'id="field-{name}"')[2].partition(">")
    if ' value="' in tag[0]:
        return unescape(tag[0].partition(' value="')[2].partition('"')[0])
    return unescape(tag[2].partition("</textarea>")[0].strip("\n"))


def check_typed(page: str, typed: dict[str, str]) -> None:
    """All that was typed is in the form again."""
    names = set(typed) & {"title", "body", "expected", "steps", "version"}
    assert {name: value(page, name) for name in names} == {name: typed[name] for name in names}
    assert f'name="kind" value="{typed["kind"]}" checked' in page
    assert f'name="form" value="{typed["form"]}"' in page


def test_where_no_board_is_public_visitors_sign_in_to_post(
    session: Session, visitor_browser: TestClient, member_browser: TestClient
) -> None:
    session.execute(update(Board).values(access=Access.MEMBERS))
    for path in ("/items/new", "/items/new?board=general&kind=defect"):
        assert [browser.get(path).status_code for browser in (visitor_browser, member_browser)] == [401, 200]
    assert visitor_browser.post("/items/new", data=IDEA).status_code == 401


@pytest.mark.parametrize("form", [IDEA, DEFECT])
def test_an_item_is_posted_with_its_authors_vote_and_follows(
    session: Session, member_browser: TestClient, member: Person, form: dict[str, str]
) -> None:
    answer = member_browser.post("/items", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/items/1#posted")
    item = session.get_one(Item, 1)
    assert (item.title, item.kind, item.reporter_id, item.vote_count) == ("Dark mode", form["kind"], member.id, 1)
    case = session.get_one(Subscription, (member.id, 1))
    assert (case.because, case.is_following) == (Because.POSTED, True)
    shown = words(member_browser.get("/items/1"), 'class="notice"', "</p>")
    assert shown == "Your item is posted and carries your vote. My cases shows you when somebody answers."


@pytest.mark.parametrize(
    ("field", "given", "problem"),
    [
        ("title", "", "Title: please write something here."),
        ("title", "x" * 201, "Title: 201 characters are too many; the limit is 200."),
        ("body", "", "What happened: please write something here."),
        ("body", "x" * 20_001, "What happened: 20,001 characters are too many; the limit is 20,000."),
        ("expected", "x" * 10_001, "What did you expect?: 10,001 characters are too many; the limit is 10,000."),
        ("steps", "x" * 10_001, "Steps to see it: 10,001 characters are too many; the limit is 10,000."),
        ("version", "x" * 10_001, "Version: 10,001 characters are too many; the limit is 10,000."),
        ("board", "nowhere", "Board: choose one of those offered."),
    ],
)
def test_a_field_that_cannot_be_taken_says_why_and_all_that_was_typed_stays(
    session: Session, member_browser: TestClient, field: str, given: str, problem: str
) -> None:
    factories.board(session, "app")
    form = DEFECT | {field: given}
    answer = member_browser.post("/items", data=form)
    assert answer.status_code == 422
    assert words(answer, 'id="problems"', "</div>") == f"One thing needs your attention: {problem}"
    assert words(answer, f'id="problem-{field}"', "</p>") == problem
    check_typed(answer.text, form)
    assert posted(session) == []


def test_a_kind_that_is_none_is_refused(session: Session, member_browser: TestClient) -> None:
    answer = member_browser.post("/items", data=IDEA | {"kind": "wish"})
    assert answer.status_code == 422
    assert words(answer, 'id="problem-kind"', "</p>") == "Kind: choose one of those offered."


@pytest.mark.parametrize("name", ["status", "vote_count", "reporter_id"])
def test_a_field_that_the_form_does_not_have_is_refused(
    session: Session, member_browser: TestClient, name: str
) -> None:
    answer = member_browser.post("/items", data=IDEA | {name: "1"})
    assert (answer.status_code, posted(session)) == (422, [])


@pytest.mark.parametrize("given", ["a\0b", ["one", "two"]])
def test_a_title_that_no_honest_form_sends_is_refused(
    session: Session, member_browser: TestClient, given: str | list[str]
) -> None:
    answer = member_browser.post("/items", data=IDEA | {"title": given})
    assert (answer.status_code, posted(session)) == (422, [])


def test_a_double_click_posts_once(session: Session, member_browser: TestClient) -> None:
    places = [member_browser.post("/items", data=IDEA).headers["location"] for _turn in range(2)]
    assert places == ["/items/1#posted", "/items/1#posted"]
    assert posted(session) == ["Dark mode"]


def test_other_words_in_the_same_form_are_another_item(session: Session, member_browser: TestClient) -> None:
    for title in ("Dark mode", "Night mode"):
        member_browser.post("/items", data=IDEA | {"title": title})
    assert posted(session) == ["Dark mode", "Night mode"]


def test_the_same_words_in_another_form_are_another_item(session: Session, member_browser: TestClient) -> None:
    for form in ("one", "two"):
        member_browser.post("/items", data=IDEA | {"form": form})
    assert posted(session) == ["Dark mode", "Dark mode"]


def test_the_same_form_of_somebody_else_is_theirs(
    session: Session, member_browser: TestClient, other_browser: TestClient
) -> None:
    places = [browser.post("/items", data=IDEA).headers["location"] for browser in (member_browser, other_browser)]
    assert places == ["/items/1#posted", "/items/2#posted"]


def test_each_page_has_a_form_of_its_own_that_nobody_keeps(visitor_browser: TestClient) -> None:
    pages = [visitor_browser.get("/items/new") for _turn in range(2)]
    forms = {page.text.partition('name="form" value="')[2].partition('"')[0] for page in pages}
    assert len(forms) == 2
    assert [page.headers["cache-control"] for page in pages] == ["private, no-store"] * 2


def test_posting_has_a_limit_and_keeps_what_was_typed(
    session: Session, member_browser: TestClient, member: Person
) -> None:
    factories.spent(session, f"post:{member.id}", taking_part.POSTS_MOST, taking_part.POSTS_PER)
    answer = member_browser.post("/items", data=DEFECT)
    assert is_too_often(answer, taking_part.POSTS_PER, 'id="problems"', "</div>")
    check_typed(answer.text, DEFECT)
    assert posted(session) == []


def test_what_was_refused_does_not_use_up_the_limit(
    session: Session, member_browser: TestClient, member: Person
) -> None:
    factories.spent(session, f"post:{member.id}", taking_part.POSTS_MOST - 1, taking_part.POSTS_PER)
    assert [member_browser.post("/items", data=IDEA | {"title": title}).status_code for title in ("", "", "Yes")] == [
        422, 422, 303,
    ]  # fmt: skip


def test_maintainers_post_without_a_limit(session: Session, maintainer_browser: TestClient, maintainer: Person) -> None:
    factories.spent(session, f"post:{maintainer.id}", taking_part.POSTS_MOST, taking_part.POSTS_PER)
    assert maintainer_browser.post("/items", data=IDEA).status_code == 303


def test_a_visitor_signs_in_with_the_item_kept(session: Session, visitor_browser: TestClient) -> None:
    answer = visitor_browser.post("/items", data=IDEA)
    assert (answer.status_code, posted(session)) == (401, [])
    assert 'value="/items"' in answer.text
    assert "form=one" in unescape(answer.text)
    assert "Then your item is posted." in words(answer)


@pytest.mark.parametrize("kind", list(Kind))
def test_the_form_begins_with_what_its_address_says(session: Session, visitor_browser: TestClient, kind: Kind) -> None:
    factories.board(session, "app", name="The app")
    page = visitor_browser.get(f"/items/new?kind={kind}&board=app&title=Dark+%3Cmode%3E").text
    assert value(page, "title") == "Dark <mode>"
    assert f'name="kind" value="{kind}" checked' in page
    assert '<option value="app" selected>The app</option>' in page


def test_one_board_is_no_question(visitor_browser: TestClient) -> None:
    page = visitor_browser.get("/items/new").text
    assert "<select" not in page
    assert '<input type="hidden" name="board" value="general">' in page


def test_a_board_for_members_is_offered_to_members_only(
    session: Session, visitor_browser: TestClient, member_browser: TestClient
) -> None:
    factories.board(session, "inner", name="The inner circle", access=Access.MEMBERS)
    assert "The inner circle" not in visitor_browser.get("/items/new").text
    assert "The inner circle" in member_browser.get("/items/new").text


def test_a_defect_is_asked_four_questions_each_with_a_reason(visitor_browser: TestClient) -> None:
    page = visitor_browser.get("/items/new?kind=defect").text
    assert [name for name in ("body", "expected", "steps", "version") if f'id="hint-{name}"' in page] == [
        "body", "expected", "steps", "version",
    ]  # fmt: skip


# The questions of a board


ASKED = [("Which *phone*?", "They <differ>."), ("Which train?", "To find its message.")]
ANSWERS = {"asked_by": "app", "asked": ["Which *phone*?", "Which train?"], "given": ["A 12 & up", ""]}


@pytest.fixture
def asking(session: Session, owner: Person) -> Board:
    """A second board, which asks two things about a defect."""
    board = factories.board(session, "app", name="The app")
    defect_questions.put(session, board, owner, ASKED)
    return board


def test_the_questions_of_the_board_stand_in_the_form_with_their_whys(
    visitor_browser: TestClient, asking: Board
) -> None:
    page = visitor_browser.get("/items/new?kind=defect&board=app")
    assert words(page, 'id="field-asked_by"', "</div>\n</div>") == (
        "Which *phone*? optional They <differ>. Which train? optional To find its message."
    )
    typed = typed_into(page, "/items")
    assert (typed["asked_by"], typed["asked"], typed["given"]) == ("app", ANSWERS["asked"], ["", ""])
    typed = typed_into(visitor_browser.get("/items/new"), "/items")
    assert (typed["asked_by"], "asked" in typed) == ("general", False)


def test_answers_to_the_board_stand_below_what_happened(
    session: Session, member_browser: TestClient, asking: Board
) -> None:
    answer = member_browser.post("/items", data=DEFECT | ANSWERS | {"board": "app"})
    assert answer.status_code == 303
    item = session.get_one(Item, 1)
    assert item.body == "My *eyes*.\n\n# Which \\*phone\\*?\n\nA 12 & up"
    assert words(member_browser.get("/items/1"), 'class="item-text"', "</section>").startswith(
        "The item My eyes . Which *phone*? A 12 & up What did you expect?"
    )


def test_a_defect_on_a_board_whose_questions_were_not_seen_is_asked_once(
    session: Session, member_browser: TestClient, asking: Board
) -> None:
    form = DEFECT | {"board": "app", "asked_by": "general"}
    answer = member_browser.post("/items", data=form)
    assert (answer.status_code, posted(session)) == (422, [])
    assert words(answer, 'id="problems"', "</div>") == (
        "One thing needs your attention: "
        "This board asks a little more about defects. Answer what you can, and post it again."
    )
    check_typed(answer.text, form)
    again = typed_into(answer, "/items")
    assert (again["asked_by"], again["asked"], again["given"]) == ("app", ANSWERS["asked"], ["", ""])
    assert member_browser.post("/items", data=again | {"title": form["title"]}).status_code == 303
    assert session.get_one(Item, 1).body == "My *eyes*."


def test_an_idea_is_asked_nothing_more(session: Session, member_browser: TestClient, asking: Board) -> None:
    answer = member_browser.post("/items", data=IDEA | ANSWERS | {"board": "app", "asked_by": "general"})
    assert (answer.status_code, session.get_one(Item, 1).body) == (303, "My *eyes*.")


def test_answers_are_no_excuse_for_saying_nothing_of_what_happened(
    session: Session, member_browser: TestClient, asking: Board
) -> None:
    answer = member_browser.post("/items", data=DEFECT | ANSWERS | {"board": "app", "body": " "})
    assert answer.status_code == 422
    assert words(answer, 'id="problem-body"', "</p>") == "What happened: please write something here."
    assert typed_into(answer, "/items")["given"] == ["A 12 & up", ""]


def test_another_board_brings_its_questions_and_loses_no_answer(visitor_browser: TestClient, asking: Board) -> None:
    data = DEFECT | ANSWERS | {"board": "general", "show": "questions"}
    answer = visitor_browser.post("/items/new", data=data, headers=HTMX)
    assert ("<html" in answer.text, words(answer, "<div", "</textarea>").endswith("A 12 & up")) == (False, True)
    assert [part in answer.text for part in ('name="asked_by" value="general"', "Which *phone*?", "Which train?")] == [
        True, True, False,
    ]  # fmt: skip


def test_a_preview_shows_the_answers_too(visitor_browser: TestClient, asking: Board) -> None:
    answer = visitor_browser.post("/items/new", data=DEFECT | ANSWERS | {"show": "preview"}, headers=HTMX)
    assert words(answer, 'class="prose"', "</section>").startswith("My eyes . Which *phone*? A 12 & up")


def test_the_questions_cost_one_query(session: Session, visitor_browser: TestClient, asking: Board) -> None:
    costs = []
    for address in ("/items/new?kind=defect", "/items/new?kind=defect&board=app"):
        visitor_browser.get(address)
        with counted(session) as statements:
            visitor_browser.get(address)
        costs.append(sum("defect_question" in statement for statement in statements))
    assert costs == [1, 1]


# Similar items


@pytest.fixture
def bicycles(session: Session, member: Person, maintainer: Person) -> list[Item]:
    """What became of items that are about bicycles."""
    titles = {
        "Bicycle places on trains": Status.NEW,
        "Bicycle hooks on trains": Status.SHIPPED,
        "A bicycle in every train": Status.DECLINED,
    }
    items = [factories.item(session, member, title) for title in titles]
    for item, status in zip(items, titles.values(), strict=True):
        if status is not Status.NEW:
            factories.move(session, item, maintainer, status, f"Said of {item.title}.")
    return items


def test_similar_items_come_with_where_they_stand_and_what_was_said(
    visitor_browser: TestClient, bicycles: list[Item]
) -> None:
    shown = words(visitor_browser.get("/items/similar?title=bicycle+on+a+train"), 'id="similar"', "</section>")
    for part in ("Bicycle places on trains", "Shipped", "Said of Bicycle hooks on trains.", "Won’t do",
                 "Said of A bicycle in every train."):  # fmt: skip
        assert part in shown


def test_similar_items_can_be_voted_for_there_and_then(
    session: Session, other_browser: TestClient, bicycles: list[Item]
) -> None:
    page = other_browser.get("/items/similar?title=bicycle+on+a+train").text
    assert all(f'data-hx-post="/items/{item.number}/vote"' in page for item in bicycles)


def test_voting_does_not_stand_in_the_form_of_the_item(visitor_browser: TestClient, bicycles: list[Item]) -> None:
    """Forms within forms are none."""
    page = visitor_browser.get("/items/new?title=bicycle+on+a+train").text
    form = page.partition('<form class="posting-form')[2].partition("</form>")[0]
    assert "<form" not in form
    assert 'id="vote-1"' in page


def test_looking_for_similar_ones_without_script_loses_nothing(
    visitor_browser: TestClient, bicycles: list[Item]
) -> None:
    form = DEFECT | {"title": "Bicycle on a train", "show": "similar"}
    answer = visitor_browser.post("/items/new", data=form)
    assert answer.status_code == 200
    assert "Bicycle places on trains" in words(answer)
    check_typed(answer.text, form)


@pytest.mark.parametrize("title", ["", "x", "zebra", "%", '"', "(" * 300, "🚲"])
def test_any_title_can_be_looked_up(visitor_browser: TestClient, bicycles: list[Item], title: str) -> None:
    answer = visitor_browser.get("/items/similar", params={"title": title})
    assert answer.status_code == 200
    assert 'class="row"' not in answer.text


def hide(session: Session, item: Item, maintainer: Person) -> None:
    hiding.hide(session, item, maintainer, "It names a customer.")


def close_board(session: Session, item: Item, maintainer: Person) -> None:
    session.execute(update(Board).values(access=Access.OWN_CASES))


@pytest.mark.parametrize("put_away", [hide, close_board])
def test_what_a_person_may_not_see_is_not_similar(
    session: Session, other_browser: TestClient, member: Person, maintainer: Person,
    put_away: Callable[[Session, Item, Person], None],
) -> None:  # fmt: skip
    item = factories.item(session, member, "Bicycle places on trains")
    put_away(session, item, maintainer)
    assert "Bicycle places" not in other_browser.get("/items/similar?title=bicycle+places").text
    assert "Bicycle places" not in words(other_browser.get("/items/new?title=bicycle+plans"))


# Preview


@pytest.mark.parametrize("form", [IDEA, DEFECT])
def test_a_preview_without_script_loses_nothing(visitor_browser: TestClient, form: dict[str, str]) -> None:
    form = form | {"show": "preview"}
    answer = visitor_browser.post("/items/new", data=form)
    assert answer.status_code == 200
    assert "<p>My <em>eyes</em>.</p>" in answer.text
    assert ("<li>Look</li>" in answer.text) == (form["kind"] == "defect")
    check_typed(answer.text, form)


def test_htmx_gets_the_preview_alone(visitor_browser: TestClient) -> None:
    answer = visitor_browser.post("/items/new", data=IDEA | {"show": "preview"}, headers=HTMX)
    assert answer.text.startswith('<section class="preview" id="preview"')
    assert words(answer, "<section", "</section>") == "As it will look My eyes ."


def test_who_looks_at_very_many_previews_waits_with_the_words(visitor_browser: TestClient, session: Session) -> None:
    factories.spent(session, "preview from testclient", posting.PREVIEWS_MOST, posting.PREVIEWS_PER)
    answer = visitor_browser.post("/items/new", data=IDEA | {"show": "preview"})
    assert is_too_often(answer, posting.PREVIEWS_PER)
    assert "My *eyes*." in answer.text


def test_a_preview_of_nothing_says_so(visitor_browser: TestClient) -> None:
    answer = visitor_browser.post("/items/new", data=IDEA | {"body": "", "show": "preview"}, headers=HTMX)
    assert words(answer, "<section", "</section>") == "As it will look There is nothing to see yet."


def test_a_preview_is_as_harmless_as_the_item(visitor_browser: TestClient) -> None:
    body = "<script>alert(1)</script> [x](javascript:alert(1))"
    answer = visitor_browser.post("/items/new", data=IDEA | {"body": body, "show": "preview"}, headers=HTMX)
    assert "<script" not in answer.text
    assert "href" not in answer.text


# Edits


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member, "Dark mode", kind=Kind.DEFECT, body="It blinks.", version="4.1")


EDITED = {"title": "Night mode", "body": "It blinks.", "expected": "Calm", "steps": "", "version": "4.1"}


def test_an_author_edits_and_the_earlier_words_stay_one_click_away(
    session: Session, member_browser: TestClient, item: Item
) -> None:
    page = member_browser.get("/items/1/edit").text
    assert {name: value(page, name) for name in EDITED} == {
        "title": "Dark mode", "body": "It blinks.", "expected": "", "steps": "", "version": "4.1",
    }  # fmt: skip
    answer = member_browser.post("/items/1/edit", data=EDITED)
    assert (answer.status_code, answer.headers["location"]) == (303, "/items/1")
    assert (item.title, item.details) == ("Night mode", {"expected": "Calm", "version": "4.1"})
    page = member_browser.get("/items/1")
    shown = words(page, 'id="story"', "</ol>")
    assert "Ada Lind edited the item, " in shown
    assert shown.endswith("see the earlier words")
    kept = words(member_browser.get(earlier_words(page)[0]))
    assert [part in kept for part in ("Title, until", "Dark mode", "What did you expect?, until", "(nothing)")] == [
        True
    ] * 4


@pytest.mark.parametrize(
    ("field", "given", "problem"),
    [
        ("title", "", "Title: please write something here."),
        ("body", "", "What happened: please write something here."),
        ("steps", "x" * 10_001, "Steps to see it: 10,001 characters are too many; the limit is 10,000."),
    ],
)
def test_an_edit_that_cannot_be_taken_comes_back_with_the_reason(
    session: Session, member_browser: TestClient, item: Item, field: str, given: str, problem: str
) -> None:
    answer = member_browser.post("/items/1/edit", data=EDITED | {field: given})
    assert answer.status_code == 422
    assert words(answer, f'id="problem-{field}"', "</p>") == problem
    assert {name: value(answer.text, name) for name in EDITED} == EDITED | {field: given}
    assert item.title == "Dark mode"


def test_editing_has_a_limit_and_keeps_what_was_typed(
    session: Session, member_browser: TestClient, member: Person, item: Item
) -> None:
    factories.spent(session, f"edit:{member.id}", taking_part.EDITS_MOST, taking_part.EDITS_PER)
    answer = member_browser.post("/items/1/edit", data=EDITED)
    assert is_too_often(answer, taking_part.EDITS_PER, 'id="problems"', "</div>")
    assert {name: value(answer.text, name) for name in EDITED} == EDITED
    assert item.title == "Dark mode"


def test_an_edit_that_was_refused_does_not_use_up_the_limit(
    session: Session, member_browser: TestClient, member: Person, item: Item
) -> None:
    factories.spent(session, f"edit:{member.id}", taking_part.EDITS_MOST - 1, taking_part.EDITS_PER)
    for _turn in range(2):
        member_browser.post("/items/1/edit", data=EDITED | {"title": ""})
    assert member_browser.post("/items/1/edit", data=EDITED).status_code == 303


def test_a_maintainer_may_edit_without_a_limit(
    session: Session, maintainer_browser: TestClient, maintainer: Person, item: Item
) -> None:
    factories.spent(session, f"edit:{maintainer.id}", taking_part.EDITS_MOST, taking_part.EDITS_PER)
    assert maintainer_browser.post("/items/1/edit", data=EDITED).status_code == 303


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_others_may_not_edit(other_browser: TestClient, advocate_browser: TestClient, item: Item, method: str) -> None:
    for browser in (other_browser, advocate_browser):
        assert browser.request(method, "/items/1/edit").status_code == 403


def test_an_edit_keeps_kind_and_board(session: Session, member_browser: TestClient, item: Item) -> None:
    answer = member_browser.post("/items/1/edit", data=EDITED | {"kind": "idea"})
    assert answer.status_code == 422
    assert item.kind is Kind.DEFECT


def test_the_author_who_may_no_longer_see_the_board_of_others_still_edits(
    session: Session, member_browser: TestClient, item: Item
) -> None:
    session.execute(update(Board).values(access=Access.OWN_CASES))
    assert member_browser.post("/items/1/edit", data=EDITED).status_code == 303
