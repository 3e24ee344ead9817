"""Comments as forms: taken, refused with all that was typed, corrected, marked, hidden."""

import pytest
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from app import comments, hiding, taking_part
from app.comments import Comment
from app.items import Item
from app.people import Person
from app.statuses import Status
from tests import factories
from tests.looking import earlier_words, is_too_often, typed_into, words

HTMX = {"HX-Request": "true"}


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member, "Dark mode")


@pytest.fixture
def comment(session: Session, item: Item, other_member: Person) -> Comment:
    return factories.comment(session, item, other_member, "We need <this> too.")


def said(session: Session) -> list[str]:
    return list(session.exec(select(Comment.body).order_by(col(Comment.id))))


def typed(answer_text: str) -> str:
    """What stands in the comment field."""
    return answer_text.partition('<textarea id="field-body"')[2].partition(">")[2].partition("</textarea>")[0].strip()


def test_a_comment_is_shown_where_it_was_written(session: Session, other_browser: TestClient, item: Item) -> None:
    answer = other_browser.post("/items/1/comments", data={"body": "We need *this* too."})
    assert answer.status_code == 303
    (comment,) = session.exec(select(Comment))
    assert answer.headers["location"] == f"/items/1#comment-{comment.id}"
    page = other_browser.get("/items/1")
    assert words(page, 'class="notice"', "</p>") == "Your comment is posted."
    assert words(page, f'id="comment-{comment.id}"', "</li>").endswith("We need this too.")


def test_htmx_gets_an_empty_form_the_story_and_where_the_item_stands(
    session: Session, other_browser: TestClient, item: Item
) -> None:
    answer = other_browser.post("/items/1/comments", data={"body": "We need it."}, headers=HTMX)
    assert answer.status_code == 200
    assert typed(answer.text) == ""
    assert words(answer, 'id="story"', "</ol>").endswith("We need it.")
    assert [part in answer.text for part in ('id="standing"', 'id="case"', "Your comment is posted.")] == [True] * 3


LIMITS = [
    ("  \n", "Comment: please write something here."),
    ("x" * 10_001, "Comment: 10,001 characters are too many; the limit is 10,000."),
]


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(("body", "problem"), LIMITS)
def test_a_comment_that_cannot_be_taken_comes_back_with_the_reason(
    session: Session, other_browser: TestClient, item: Item, body: str, problem: str, headers: dict[str, str]
) -> None:
    answer = other_browser.post("/items/1/comments", data={"body": body}, headers=headers)
    assert answer.status_code == 422
    assert problem in words(answer, 'id="comment-form"', "</form>")
    assert typed(answer.text) == body.strip()
    assert ("<html" in answer.text) == (headers == {})
    assert said(session) == []


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("is_own", [False, True])
def test_a_comment_on_what_was_hidden_meanwhile_is_given_back(
    session: Session, other_browser: TestClient, other_member: Person, maintainer: Person, headers: dict[str, str],
    *, is_own: bool,
) -> None:  # fmt: skip
    item = factories.item(session, other_member if is_own else maintainer)
    hiding.hide(session, item, maintainer, "Spam.")
    answer = other_browser.post("/items/1/comments", data={"body": "We need <this> too."}, headers=headers)
    assert answer.status_code == 403
    assert words(answer, '<pre class="refusal-written"', "</pre>") == "We need <this> too."
    assert said(session) == []


def test_a_comment_sent_twice_is_one(session: Session, other_browser: TestClient, item: Item) -> None:
    first, second = (other_browser.post("/items/1/comments", data={"body": "Yes"}) for _turn in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert said(session) == ["Yes"]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_commenting_has_a_limit_and_keeps_what_was_typed(
    session: Session, other_browser: TestClient, other_member: Person, item: Item, headers: dict[str, str]
) -> None:
    factories.spent(session, f"comment:{other_member.id}", taking_part.COMMENTS_MOST, taking_part.COMMENTS_PER)
    answer = other_browser.post("/items/1/comments", data={"body": "One more"}, headers=headers)
    assert is_too_often(answer, taking_part.COMMENTS_PER, 'id="comment-form"', "</form>")
    assert typed(answer.text) == "One more"
    assert said(session) == []


def test_what_was_refused_does_not_use_up_the_limit(
    session: Session, other_browser: TestClient, other_member: Person, item: Item
) -> None:
    factories.spent(session, f"comment:{other_member.id}", taking_part.COMMENTS_MOST - 1, taking_part.COMMENTS_PER)
    for _turn in range(2):
        other_browser.post("/items/1/comments", data={"body": ""})
    assert other_browser.post("/items/1/comments", data={"body": "Now"}).status_code == 303


def test_maintainers_comment_without_a_limit(
    session: Session, maintainer_browser: TestClient, maintainer: Person, item: Item
) -> None:
    factories.spent(session, f"comment:{maintainer.id}", taking_part.COMMENTS_MOST, taking_part.COMMENTS_PER)
    assert maintainer_browser.post("/items/1/comments", data={"body": "Once more"}).status_code == 303


def test_a_maintainer_answers_officially(session: Session, maintainer_browser: TestClient, item: Item) -> None:
    maintainer_browser.post("/items/1/comments", data={"body": "We do it.", "official": "yes"})
    assert (item.answer, item.waiting_since) == ("We do it.", None)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_member_who_claims_to_answer_officially_is_refused(
    session: Session, other_browser: TestClient, item: Item, headers: dict[str, str]
) -> None:
    answer = other_browser.post("/items/1/comments", data={"body": "We do it.", "official": "yes"}, headers=headers)
    assert (answer.status_code, typed(answer.text), said(session)) == (403, "We do it.", [])


def test_the_reporter_answers_our_question_at_the_top_of_the_page(
    session: Session, member_browser: TestClient, maintainer: Person, item: Item
) -> None:
    factories.move(session, item, maintainer, Status.NEEDS_INFO, "Which version?")
    page = member_browser.get("/items/1")
    assert page.text.count('id="comment-form"') == 1
    assert page.text.index('id="comment-form"') < page.text.index('class="item-text"')
    member_browser.post("/items/1/comments", data={"body": "4.1"})
    page = member_browser.get("/items/1")
    assert "Our question was answered. It is the team’s turn" in words(page, 'id="standing"', "</section>")
    assert page.text.index('id="comment-form"') > page.text.index('class="item-text"')


def test_a_comment_is_corrected_by_who_wrote_it(
    session: Session, other_browser: TestClient, item: Item, comment: Comment
) -> None:
    path = f"/items/1/comments/{comment.id}/edit"
    assert typed(other_browser.get(path).text) == "We need &lt;this&gt; too."
    answer = other_browser.post(path, data={"body": "We need it."})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/items/1#comment-{comment.id}")
    page = other_browser.get("/items/1")
    entry = words(page, f'id="comment-{comment.id}"', "</li>")
    assert "We need it." in entry
    assert entry.endswith("see the earlier words")
    assert "We need <this> too." in words(other_browser.get(earlier_words(page)[0]))


@pytest.mark.parametrize(("body", "problem"), LIMITS)
def test_a_correction_that_cannot_be_taken_comes_back_with_the_reason(
    session: Session, other_browser: TestClient, comment: Comment, body: str, problem: str
) -> None:
    answer = other_browser.post(f"/items/1/comments/{comment.id}/edit", data={"body": body})
    assert (answer.status_code, typed(answer.text)) == (422, body.strip())
    assert problem in words(answer)
    assert said(session) == ["We need <this> too."]


def test_correcting_has_a_limit_and_keeps_what_was_typed(
    session: Session, other_browser: TestClient, other_member: Person, comment: Comment
) -> None:
    factories.spent(session, f"edit:{other_member.id}", taking_part.EDITS_MOST - 1, taking_part.EDITS_PER)
    path = f"/items/1/comments/{comment.id}/edit"
    answers = [other_browser.post(path, data={"body": words}) for words in ("", "We need it.", "We want it.")]
    assert [answer.status_code for answer in answers] == [422, 303, 429]
    assert is_too_often(answers[2], taking_part.EDITS_PER, 'id="problems"', "</div>")
    assert (typed(answers[2].text), said(session)) == ("We want it.", ["We need it."])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_corrects_the_words_of_somebody_else(
    session: Session, member_browser: TestClient, maintainer_browser: TestClient, comment: Comment, method: str
) -> None:
    for browser in (member_browser, maintainer_browser):
        assert browser.request(method, f"/items/1/comments/{comment.id}/edit").status_code == 403


@pytest.mark.parametrize("act", ["edit", "official", "hiding", "hiding/withdrawal"])
@pytest.mark.parametrize("where", ["/items/2/comments/{}", "/items/1/comments/999999", "/items/1/comments/99999999999"])
def test_a_comment_is_found_under_its_own_item_only(
    session: Session, owner_browser: TestClient, member: Person, comment: Comment, where: str, act: str
) -> None:
    factories.item(session, member, "Another")
    assert owner_browser.post(f"{where.format(comment.id)}/{act}").status_code == 404


def test_a_maintainer_marks_their_own_comment_as_the_answer(
    session: Session, maintainer_browser: TestClient, maintainer: Person, item: Item
) -> None:
    own = factories.comment(session, item, maintainer, "We do it.")
    answer = maintainer_browser.post(f"/items/1/comments/{own.id}/official")
    assert (answer.status_code, item.answer) == (303, "We do it.")
    assert "Official answer" in words(maintainer_browser.get("/items/1"), f'id="comment-{own.id}"', "</li>")


@pytest.mark.parametrize("act", ["official", "hiding", "hiding/withdrawal"])
def test_what_maintainers_do_with_comments_is_absent_for_others(
    advocate_browser: TestClient, other_browser: TestClient, comment: Comment, act: str
) -> None:
    for browser in (other_browser, advocate_browser):
        assert browser.post(f"/items/1/comments/{comment.id}/{act}").status_code == 404


def test_a_hidden_comment_leaves_a_stub_with_who_and_why(
    session: Session, maintainer_browser: TestClient, visitor_browser: TestClient, item: Item, comment: Comment
) -> None:
    path = f"/items/1/comments/{comment.id}/hiding"
    assert "We need <this> too." in words(maintainer_browser.get(path))
    assert maintainer_browser.post(path, data={"because": "It is rude."}).status_code == 303
    page = visitor_browser.get("/items/1")
    assert words(page, f'id="comment-{comment.id}"', "</li>").startswith(
        "Mira Okafor , CTO , hid a comment by Ben Osei : It is rude."
    )
    assert "We need" not in page.text


def test_the_earlier_words_of_a_hidden_comment_are_hidden_too(
    session: Session, visitor_browser: TestClient, other_browser: TestClient, maintainer_browser: TestClient,
    maintainer: Person, other_member: Person, comment: Comment,
) -> None:  # fmt: skip
    comments.edit(session, comment, other_member, "We need it.")
    (path,) = earlier_words(visitor_browser.get("/items/1"))
    comments.hide(session, comment, maintainer, "It is rude.")
    answers = [browser.get(path).status_code for browser in (visitor_browser, other_browser, maintainer_browser)]
    assert answers == [404, 404, 200]


def test_maintainers_see_hidden_words_and_bring_them_back(
    session: Session, maintainer_browser: TestClient, visitor_browser: TestClient, maintainer: Person, comment: Comment
) -> None:
    comments.hide(session, comment, maintainer, "It is rude.")
    assert "We need <this> too." in words(maintainer_browser.get("/items/1"))
    answer = maintainer_browser.post(f"/items/1/comments/{comment.id}/hiding/withdrawal")
    assert answer.status_code == 303
    assert "We need <this> too." in words(visitor_browser.get("/items/1"))


@pytest.mark.parametrize(
    ("because", "problem"),
    [("", "please write something here."), ("x" * 1001, "1,001 characters are too many; the limit is 1,000.")],
)
def test_nothing_is_hidden_without_a_reason_that_can_be_read(
    session: Session, maintainer_browser: TestClient, item: Item, comment: Comment, because: str, problem: str
) -> None:
    for path in ("/items/1/hiding", f"/items/1/comments/{comment.id}/hiding"):
        answer = maintainer_browser.post(path, data={"because": because})
        assert answer.status_code == 422
        assert f"Why it is hidden: {problem}" in words(answer)
        assert f'value="{because}"' in answer.text
    assert (item.is_hidden, comment.is_hidden) == (False, False)


def test_an_official_answer_is_not_hidden_and_the_reason_comes_back(
    session: Session, maintainer_browser: TestClient, maintainer: Person, item: Item
) -> None:
    own = factories.comment(session, item, maintainer, "We do it.", official=True)
    answer = maintainer_browser.post(f"/items/1/comments/{own.id}/hiding", data={"because": "Wrong."})
    assert answer.status_code == 409
    assert "An official answer cannot be hidden, only corrected." in words(answer)
    assert 'value="Wrong."' in answer.text


def test_an_item_is_hidden_with_a_reason_and_shown_again(
    session: Session, maintainer_browser: TestClient, visitor_browser: TestClient, item: Item
) -> None:
    assert maintainer_browser.get("/items/1/hiding").status_code == 200
    answer = maintainer_browser.post("/items/1/hiding", data={"because": "It names a customer."})
    assert (answer.status_code, answer.headers["location"]) == (303, "/items/1")
    assert "Dark mode" not in visitor_browser.get("/items/1").text
    maintainer_browser.post("/items/1/hiding/withdrawal")
    assert "Dark mode" in words(visitor_browser.get("/items/1"))


@pytest.mark.parametrize("path", ["/items/1/hiding", "/items/1/hiding/withdrawal"])
def test_hiding_an_item_is_absent_for_all_but_maintainers(
    session: Session, member_browser: TestClient, advocate_browser: TestClient, item: Item, path: str
) -> None:
    for browser in (member_browser, advocate_browser):
        assert browser.post(path, data={"because": "No."} if path.endswith("hiding") else {}).status_code == 404
    assert not item.is_hidden


def test_a_hidden_item_takes_no_comment_from_its_reporter(
    session: Session, member_browser: TestClient, maintainer: Person, item: Item
) -> None:
    hiding.hide(session, item, maintainer, "It names a customer.")
    assert 'id="comment-form"' not in member_browser.get("/items/1").text


@pytest.fixture
def asked(session: Session, item: Item, maintainer: Person) -> Item:
    factories.move(session, item, maintainer, Status.NEEDS_INFO, "Which version?", checklist="The version\nThe *log*")
    return item


CHECKLIST = {"asked": ["The version", "The *log*"], "given": ["4.1 & up", "Error <7>"], "body": "Since *May*."}


def test_what_is_typed_for_a_checklist_becomes_one_comment(
    session: Session, member_browser: TestClient, asked: Item
) -> None:
    answer = member_browser.post("/items/1/comments", data=CHECKLIST)
    (comment,) = session.exec(select(Comment))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/items/1#comment-{comment.id}")
    assert comment.body == "**The version**\n\n4.1 & up\n\n**The \\*log\\***\n\nError <7>\n\nSince *May*."
    assert words(member_browser.get("/items/1"), f'id="comment-{comment.id}"', "</li>").endswith(
        "The version 4.1 & up The *log* Error <7> Since May ."
    )
    assert (asked.due_on, asked.waiting_since) == (None, comment.at)
    assert typed_into(member_browser.get("/items/1"), "/items/1/comments") == {"body": ""}


def test_whoever_answers_is_told_whose_turn_it_is(member_browser: TestClient, asked: Item) -> None:
    said = [
        words(
            member_browser.post("/items/1/comments", data={"body": body}, follow_redirects=True),
            'class="notice"',
            "</p>",
        )
        for body in ("Version 4.1.", "On Windows.")
    ]
    assert said == ["Your answer is posted. It is the team’s turn now.", "Your comment is posted."]


def test_one_answer_of_a_checklist_is_enough_and_none_is_not(
    session: Session, member_browser: TestClient, asked: Item
) -> None:
    nothing = CHECKLIST | {"given": ["", " "], "body": ""}
    answer = member_browser.post("/items/1/comments", data=nothing)
    assert answer.status_code == 422
    assert "Comment: please write something here." in words(answer, 'id="comment-form"', "</form>")
    assert member_browser.post("/items/1/comments", data=nothing | {"given": ["", "Empty."]}).status_code == 303
    assert said(session) == ["**The \\*log\\***\n\nEmpty."]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_answer_that_cannot_be_taken_comes_back_whole(
    session: Session, member_browser: TestClient, asked: Item, headers: dict[str, str]
) -> None:
    typed = CHECKLIST | {"given": ["4.1 & up", "x" * 10_000]}
    answer = member_browser.post("/items/1/comments", data=typed, headers=headers)
    assert answer.status_code == 422
    assert typed_into(answer, "/items/1/comments") == typed
    assert said(session) == []


def test_what_was_typed_for_an_earlier_question_is_not_lost(
    session: Session, member_browser: TestClient, maintainer: Person, asked: Item
) -> None:
    factories.move(session, asked, maintainer, Status.ACKNOWLEDGED)
    factories.move(session, asked, maintainer, Status.NEEDS_INFO, "Which phone?", checklist="The phone")
    answer = member_browser.post("/items/1/comments", data=CHECKLIST | {"given": ["x" * 10_001, ""]})
    again = typed_into(answer, "/items/1/comments")
    assert (again["asked"], again["given"]) == (["The phone", "The version"], ["", "x" * 10_001])


def test_an_answer_without_its_question_is_refused(session: Session, member_browser: TestClient, asked: Item) -> None:
    answer = member_browser.post("/items/1/comments", data=CHECKLIST | {"asked": ["The version"]})
    assert (answer.status_code, said(session)) == (422, [])
    assert "The form has an answer without its question." in words(answer)
