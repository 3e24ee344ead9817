"""Voting, weighing and following: as plain forms, and redrawn in place by htmx."""

from collections.abc import Callable

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app import hiding, subscriptions, taking_part, votes
from app.items import Item
from app.people import Person
from app.statuses import Status
from app.votes import Weight
from app.web import kit
from tests import factories
from tests.looking import is_too_often, words

HTMX = {"HX-Request": "true"}


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    return factories.item(session, member, "Dark “mode” & <night>")


def voted(session: Session, item: Item, person: Person) -> bool:
    return item.number in votes.of(session, person, [item.number])


def notice(browser: TestClient) -> str:
    """What the next page says."""
    return words(browser.get("/"), 'class="notice"', "</p>")


def test_a_vote_goes_back_to_the_page_that_it_was_cast_on(
    session: Session, other_browser: TestClient, other_member: Person, item: Item
) -> None:
    answer = other_browser.post("/items/1/vote", headers={"Referer": "http://localhost/?sort=new"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/?sort=new#vote-1")
    assert voted(session, item, other_member)
    assert notice(other_browser) == "Your vote for “Dark “mode” & <night>” counts. 2 votes."


@pytest.mark.parametrize("referrer", [{}, {"Referer": "http://elsewhere.example/items/1", "Sec-Fetch-Site": "none"}])
def test_a_vote_from_nowhere_goes_to_a_page_of_ours(
    other_browser: TestClient, item: Item, referrer: dict[str, str]
) -> None:
    answer = other_browser.post("/items/1/vote", headers=referrer)
    assert answer.headers["location"] == ("/#vote-1" if referrer else "/items/1#vote-1")


def test_a_withdrawn_vote_is_gone(session: Session, member_browser: TestClient, member: Person, item: Item) -> None:
    answer = member_browser.post("/items/1/vote/withdrawal")
    assert answer.status_code == 303
    assert not voted(session, item, member)
    assert notice(member_browser) == "Your vote for “Dark “mode” & <night>” is withdrawn. 0 votes."


def test_htmx_gets_the_button_as_it_stands_and_hears_what_was_done(other_browser: TestClient, item: Item) -> None:
    answer = other_browser.post("/items/1/vote", headers=HTMX)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store")
    button = answer.text.partition("</form>")[0]
    assert 'action="/items/1/vote/withdrawal"' in button
    assert 'id="vote-1" aria-pressed="true"' in button
    assert 'aria-label="Vote for “Dark “mode” &amp; &lt;night&gt;”, 2 votes">2<' in button
    assert words(answer, "<hx-partial", "</hx-partial>") == "Your vote for “Dark “mode” & <night>” counts. 2 votes."
    assert "<html" not in answer.text


def test_a_withdrawal_by_htmx_gets_the_button_back(member_browser: TestClient, item: Item) -> None:
    button = member_browser.post("/items/1/vote/withdrawal", headers=HTMX).text.partition("</form>")[0]
    assert 'action="/items/1/vote"' in button
    assert 'aria-pressed="false"' in button


def test_voting_twice_by_htmx_is_one_vote(other_browser: TestClient, item: Item) -> None:
    first, second = (other_browser.post("/items/1/vote", headers=HTMX).text for _turn in range(2))
    assert first == second


def test_a_vote_for_what_was_merged_meanwhile_counts_there_and_says_so(
    session: Session, maintainer: Person, other_browser: TestClient, other_member: Person, item: Item
) -> None:
    other = factories.item(session, maintainer, "Night theme")
    factories.move(session, item, maintainer, Status.DUPLICATE, duplicate_of=str(other.number))
    answer = other_browser.post("/items/1/vote", headers=HTMX)
    assert voted(session, other, other_member)
    assert 'href="/items/2"' in answer.text.partition("</p>")[0]
    assert words(answer, "<hx-partial", "</hx-partial>") == "Your vote for “Night theme” counts. 3 votes."


@pytest.mark.parametrize(
    "path",
    ["/items/1/vote", "/items/1/vote/withdrawal", "/items/1/vote/weight", "/items/1/follow",
     "/items/1/follow/withdrawal", "/items/1/comments"],
)  # fmt: skip
def test_a_visitor_is_asked_to_sign_in_and_nothing_is_done_yet(
    session: Session, visitor_browser: TestClient, item: Item, path: str
) -> None:
    before = (item.vote_count, item.comment_count)
    answer = visitor_browser.post(path)
    assert answer.status_code == 401
    assert f'value="{path}"' in answer.text
    assert (item.vote_count, item.comment_count) == before


@pytest.mark.parametrize("path", ["vote", "vote/withdrawal", "vote/weight", "follow", "follow/withdrawal", "comments"])
def test_what_is_not_there_cannot_be_acted_on(other_browser: TestClient, path: str) -> None:
    assert other_browser.post(f"/items/9/{path}").status_code == 404


@pytest.mark.parametrize("path", ["vote", "vote/withdrawal", "follow", "comments"])
def test_what_is_hidden_takes_nothing_from_others(
    session: Session, maintainer: Person, other_browser: TestClient, item: Item, path: str
) -> None:
    hiding.hide(session, item, maintainer, "It names a customer.")
    answer = other_browser.post(f"/items/1/{path}", data={"body": "Why?"} if path == "comments" else {})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["vote", "vote/withdrawal", "vote/weight", "follow", "follow/withdrawal"])
def test_a_field_that_the_form_does_not_have_is_refused(other_browser: TestClient, item: Item, path: str) -> None:
    answer = other_browser.post(f"/items/1/{path}", data={"person_id": "1"})
    assert answer.status_code == 422
    assert "The form has no field “person_id”." in answer.text


@pytest.mark.parametrize("said", [{"Transfer-Encoding": "chunked", "Content-Length": "0"}, {"Content-Length": "many"}])
def test_a_vote_is_read_also_where_it_does_not_say_how_long_it_is(
    other_browser: TestClient, item: Item, said: dict[str, str]
) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = other_browser.post("/items/1/vote", content=b"person_id=1", headers=form | said)
    assert (answer.status_code, item.vote_count) == (422, 1)


def test_the_last_vote_of_a_minute_counts(
    session: Session, other_browser: TestClient, other_member: Person, item: Item
) -> None:
    factories.spent(session, f"vote:{other_member.id}", taking_part.VOTES_MOST - 1, taking_part.VOTES_PER)
    assert other_browser.post("/items/1/vote").status_code == 303


@pytest.mark.parametrize("path", ["/items/1/vote", "/items/1/vote/withdrawal"])
def test_voting_has_a_limit_that_says_when_it_ends(
    session: Session, other_browser: TestClient, other_member: Person, item: Item, path: str
) -> None:
    factories.spent(session, f"vote:{other_member.id}", taking_part.VOTES_MOST, taking_part.VOTES_PER)
    answer = other_browser.post(path)
    assert is_too_often(answer, taking_part.VOTES_PER)
    assert item.vote_count == 1


def test_a_refusal_that_htmx_asked_for_replaces_the_page_and_not_the_button(
    session: Session, maintainer: Person, other_browser: TestClient, item: Item
) -> None:
    hiding.hide(session, item, maintainer, "It names a customer.")
    answer = other_browser.post("/items/1/vote", headers=HTMX)
    assert (answer.headers["hx-retarget"], answer.headers["hx-reswap"]) == ("body", "innerHTML")


def test_a_voter_says_how_much_it_matters(
    session: Session, member_browser: TestClient, member: Person, item: Item
) -> None:
    answer = member_browser.post("/items/1/vote/weight", data={"weight": "blocks_me"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/items/1#case")
    assert votes.of(session, member, [1]) == {1: Weight.BLOCKS_ME}


def test_htmx_gets_the_weights_as_they_stand(member_browser: TestClient, item: Item) -> None:
    answer = member_browser.post("/items/1/vote/weight", data={"weight": "important"}, headers=HTMX)
    assert 'id="weight-important" name="weight" value="" aria-pressed="true">Important<' in answer.text
    assert 'name="weight" value="blocks_me" aria-pressed="false">Blocks me<' in answer.text
    assert words(answer, "<hx-partial", "</hx-partial>") == "How much it matters to you is noted."


def test_a_weight_that_is_none_is_refused(session: Session, member_browser: TestClient, item: Item) -> None:
    answer = member_browser.post("/items/1/vote/weight", data={"weight": "immense"})
    assert answer.status_code == 422
    assert "choose one of those offered" in answer.text


def test_following_and_unfollowing(
    session: Session, other_browser: TestClient, other_member: Person, item: Item
) -> None:
    for path, follows in (("follow", True), ("follow", True), ("follow/withdrawal", False)):
        answer = other_browser.post(f"/items/1/{path}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/items/1#case")
        assert subscriptions.follows(session, item, other_member) == follows


def test_htmx_gets_the_follow_button_as_it_stands(other_browser: TestClient, item: Item) -> None:
    for path, pressed in (("follow", "true"), ("follow/withdrawal", "false")):
        answer = other_browser.post(f"/items/1/{path}", headers=HTMX)
        assert f'id="follow" aria-pressed="{pressed}"' in answer.text


def test_voting_on_the_page_of_the_item_shows_that_one_follows_it_now(other_browser: TestClient, item: Item) -> None:
    on_the_page, on_a_list = (
        HTMX | {"HX-Current-URL": f"http://localhost{path}"} for path in ("/items/1", "/?sort=new")
    )
    assert 'aria-pressed="true">Following' in other_browser.post("/items/1/vote", headers=on_the_page).text
    assert 'id="case"' not in other_browser.post("/items/1/vote", headers=on_a_list).text


@pytest.mark.parametrize("signed_in", [True, False])
def test_only_who_is_signed_in_gets_forms_for_htmx(
    browser_of: Callable[[Person | None], TestClient], member: Person, item: Item, signed_in: bool
) -> None:
    page = browser_of(member if signed_in else None).get("/items/1").text
    vote = page.partition('id="vote-form-1"')[2].partition(">")[0]
    assert ("data-hx-post" in vote) == signed_in
    assert kit.session_cookie() not in page


def test_the_item_that_stays_is_followed_like_what_was_merged_into_it(
    session: Session, other_browser: TestClient, other_member: Person, maintainer: Person, item: Item
) -> None:
    def pressed(number: int) -> bool:
        return 'id="follow" aria-pressed="true"' in other_browser.get(f"/items/{number}").text

    twin = factories.item(session, other_member, "Night theme")
    assert not pressed(item.number)
    factories.move(session, twin, maintainer, Status.DUPLICATE, duplicate_of=str(item.number))
    assert pressed(item.number)
    other_browser.post(f"/items/{item.number}/follow/withdrawal")
    assert [pressed(each.number) for each in (item, twin)] == [False, True]
