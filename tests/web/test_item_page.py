"""The page of one item: where it stands, who has said so, what can be done today, and all that happened."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import Session, col
from starlette.testclient import TestClient

from app import comments, db, edits, hiding, items, notifications, status_changes, subscriptions, text, votes
from app.boards import Access, Board
from app.edits import Subject
from app.items import Item
from app.people import Person
from app.status_changes import StatusChange
from app.statuses import Kind, Reason, Status
from app.tags import ItemTag, Tag
from app.votes import Weight
from app.words import day
from tests import factories
from tests.looking import counted, earlier_words, typed_into, words

COST = {"visitor": 14, "member": 19, "maintainer": 23}  # queries


@pytest.fixture
def item(session: Session, member: Person) -> Item:
    at = db.now() - timedelta(days=12, hours=1)
    return factories.item(session, member, "Dark <mode>", body="My *eyes* hurt.", at=at)


def put_tag(session: Session, key: int, name: str) -> None:
    session.add(Tag(id=key, slug=f"tag-{key}", name=name))
    session.flush()
    session.add(ItemTag(item_number=1, tag_id=key))


def standing(browser: TestClient, number: int = 1) -> str:
    return words(browser.get(f"/items/{number}"), 'id="standing"', "</section>")


def story(browser: TestClient, number: int = 1) -> str:
    return words(browser.get(f"/items/{number}"), 'id="story"', "</ol>")


def test_the_text_of_an_item_stands_at_the_top(session: Session, visitor_browser: TestClient, item: Item) -> None:
    put_tag(session, 1, "Looks")
    page = visitor_browser.get("/items/1")
    assert words(page, '<header class="item-head">', "</header>") == (
        f"1 General · Idea #1 Dark <mode> Posted by Ada Lind , {day(item.posted_at)} Looks"
    )
    assert words(page, 'class="item-text"', "</section>") == "The item My eyes hurt."


def test_a_browser_and_a_card_know_what_the_page_is_about(visitor_browser: TestClient, item: Item) -> None:
    head = visitor_browser.get("/items/1").text.partition("</head>")[0]
    for piece in (
        "<title>Dark &lt;mode&gt; · Our board</title>",
        '<meta name="description" content="My eyes hurt.">',
        '<link rel="canonical" href="http://localhost:8000/items/1">',
        '<meta property="og:title" content="Dark &lt;mode&gt; · Our board">',
        '<meta property="og:image" content="http://localhost:8000/items/1/card.png">',
    ):
        assert piece in head


def test_silence_is_shown_with_its_length(visitor_browser: TestClient, item: Item) -> None:
    assert standing(visitor_browser) == "New Nobody has answered this yet (12 days)."


def test_who_answered_follows_it_up(
    session: Session, visitor_browser: TestClient, maintainer: Person, item: Item
) -> None:
    factories.move(session, item, maintainer, Status.PLANNED, target="2030-12")
    assert standing(visitor_browser) == (
        "Planned promised for December 2030 Mira Okafor , CTO , follows this up and answered just now ."
    )


def test_a_refusal_stands_above_the_story_with_reason_words_workaround_and_review_date(
    session: Session, visitor_browser: TestClient, maintainer: Person, item: Item
) -> None:
    factories.move(
        session, item, maintainer, Status.DECLINED, "It *cannot* be.", reason=Reason.NOT_FEASIBLE,
        workaround="Dim the **screen**.", review_on="2031-05-03", at=datetime(2030, 5, 3, 9, 0, tzinfo=UTC),
    )  # fmt: skip
    assert standing(visitor_browser) == (
        "Won’t do Not feasible It cannot be. "
        "Mira Okafor , CTO , decided this on 3 May 2030; to be looked at again on 3 May 2031. "
        "What you can do today Dim the screen ."
    )
    assert "The words stand at the top of this page." in story(visitor_browser)
    assert visitor_browser.get("/items/1").text.count("It <em>cannot</em> be.") == 1


def test_a_defect_is_fixed_or_not_in_its_own_words(
    session: Session, visitor_browser: TestClient, member: Person, maintainer: Person
) -> None:
    defect = factories.item(session, member, "It blinks", kind=Kind.DEFECT, steps="Look")
    factories.move(
        session, defect, maintainer, Status.SHIPPED, shipped_in="4.2", shipped_link="https://example.org/4.2"
    )
    page = visitor_browser.get("/items/1")
    assert words(page, 'class="standing-status"', "</p>") == "Fixed 4.2"
    assert '<a href="https://example.org/4.2" rel="nofollow ugc noopener"' in page.text
    assert "Steps to see it Look" in words(page, 'class="item-text"', "</section>")


def test_a_question_is_shown_to_everybody_with_why_and_until_when(
    session: Session, visitor_browser: TestClient, maintainer: Person, item: Item
) -> None:
    due = (db.now() + timedelta(days=14)).date()
    factories.move(session, item, maintainer, Status.NEEDS_INFO, "Which version?", why="It was mended in 4.1.")
    assert standing(visitor_browser) == (
        "Needs information Which version? Why we ask: It was mended in 4.1. "
        f"Mira Okafor , CTO , asked Ada Lind for an answer by {day(due)}."
    )


def ask(session: Session, item: Item, maintainer: Person, **fields: Any) -> StatusChange:
    return factories.move(session, item, maintainer, Status.NEEDS_INFO, "Which version?", why="It was mended in 4.1.",
                          checklist="The version\nThe <log>", **fields)  # fmt: skip


def test_the_checklist_is_shown_to_others_and_its_fields_to_the_reporter(
    session: Session, visitor_browser: TestClient, member_browser: TestClient, maintainer: Person, item: Item
) -> None:
    due = (db.now() + timedelta(days=14)).date()
    ask(session, item, maintainer)
    asked = "Needs information Which version? Why we ask: It was mended in 4.1. "
    assert standing(visitor_browser) == (
        f"{asked}Please include: The version The <log> Mira Okafor , CTO , asked Ada Lind for an answer by {day(due)}."
    )
    assert standing(member_browser) == (
        f"{asked}Mira Okafor , CTO , asked you for an answer by {day(due)}. "
        "The version optional The <log> optional Anything else optional "
        "Up to 10,000 characters; Markdown works. "
        "Files optional Attach pictures (PNG, JPEG, GIF, WebP) and plain text, such as a log, of up to 5 MB; 5 at "
        "most. Of a moving picture the first frame is kept. I have looked at it, and everybody may read it "
        "Send the answer"
    )
    page = member_browser.get("/items/1")
    assert typed_into(page, "/items/1/comments") == {
        "asked": ["The version", "The <log>"],
        "given": ["", ""],
        "body": "",
    }
    assert [page.text.count(part) for part in ('id="comment-form"', "The version</bdi>", ">The version<")] == [1, 1, 1]
    assert story(member_browser).endswith(f"The words stand at the top of this page. Answer by {day(due)}")


def test_what_was_closed_for_want_of_an_answer_still_takes_it(
    session: Session, visitor_browser: TestClient, member_browser: TestClient, maintainer: Person, item: Item
) -> None:
    item.posted_at = item.waiting_since = db.now() - timedelta(days=40)
    ask(session, item, maintainer, at=db.now() - timedelta(days=30))
    status_changes.follow_up(session, db.now() - timedelta(days=10))
    status_changes.follow_up(session, db.now())
    closed = f"Closed by the calendar on {day(db.now())}. "
    assert standing(visitor_browser).endswith(closed.strip())
    assert (
        standing(member_browser)
        .partition(closed)[2]
        .startswith("Which version? Why we asked: It was mended in 4.1. The version optional")
    )
    assert "Please include The version The <log>" in story(visitor_browser)
    assert "Please include" not in story(member_browser)
    data = {"asked": ["The version", "The <log>"], "given": ["4.0", ""], "body": ""}
    assert member_browser.post("/items/1/comments", data=data).status_code == 303
    assert standing(member_browser).startswith("Acknowledged Our question was answered. It is the team’s turn")


def test_nobody_is_said_to_have_answered_who_has_not(
    session: Session, visitor_browser: TestClient, maintainer: Person, other_member: Person, item: Item
) -> None:
    factories.move(session, item, maintainer, Status.DECLINED, reason=Reason.UNANSWERED_QUESTION)
    factories.comment(session, item, other_member, "Version 4.1.")
    assert standing(visitor_browser).startswith("Acknowledged Our question was answered. It is the team’s turn")
    listed = words(visitor_browser.get("/"), 'class="answer-owed"', "</span>")
    assert listed == "· question answered, our turn for less than a minute"


def test_a_duplicate_leads_to_the_item_that_stays_and_shares_its_vote(
    session: Session, member_browser: TestClient, maintainer: Person, other_member: Person, item: Item
) -> None:
    other = factories.item(session, other_member, "Night theme")
    factories.move(session, item, maintainer, Status.DUPLICATE, duplicate_of="2")
    assert (
        standing(member_browser)
        == "Duplicate It is the same as #2 Night theme . Everybody who voted here counts there."
    )
    head = member_browser.get("/items/1").text.partition('id="vote-form-2"')[2].partition("</form>")[0]
    assert 'aria-pressed="true" aria-label="Vote for “Night theme”, 2 votes"' in head
    assert "Merged into this #1 Dark <mode>" in words(member_browser.get(other.path), 'id="case"', "</aside>")


def test_a_duplicate_of_what_the_reader_may_not_see_does_not_say_of_what(
    session: Session, visitor_browser: TestClient, maintainer: Person, other_member: Person, item: Item
) -> None:
    other = factories.item(session, other_member, "Night theme")
    factories.move(session, item, maintainer, Status.DUPLICATE, duplicate_of="2")
    hiding.hide(session, other, maintainer, "It names a customer.")
    page = visitor_browser.get("/items/1")
    assert "Night theme" not in page.text
    assert "/items/2" not in page.text
    assert standing(visitor_browser) == "Duplicate Mira Okafor , CTO , follows this up and answered just now ."


def test_counts_without_voters_and_weights_are_shown_apart(
    session: Session, visitor_browser: TestClient, member: Person, item: Item
) -> None:
    factories.imported(session, item, 1200)
    votes.weigh(session, item, member, Weight.IMPORTANT)
    page = visitor_browser.get("/items/1")
    assert words(page, 'id="vote-form-1"', "</form>") == "1 +1,200 from the earlier board"
    assert words(page, 'id="case"', "</aside>").endswith("Important 1 voter From the earlier board +1,200 votes")


def test_the_story_is_told_in_words(
    session: Session, visitor_browser: TestClient, member: Person, maintainer: Person, item: Item
) -> None:
    now = datetime(2031, 1, 1, tzinfo=UTC)
    moved = factories.move(session, item, maintainer, Status.PLANNED, "In spring.", target="2031-05", at=now)
    factories.comment(session, item, member, "Thank *you*.", at=now + timedelta(days=1))
    status_changes.move_target(
        session, item, maintainer, "2031-07", "It is more than it seemed.", at=now + timedelta(days=2)
    )
    edits.keep(session, Subject.STATUS_CHANGE, moved.id or 0, maintainer.key, {"explanation": "In <winter>."}, now)
    assert story(visitor_browser) == (
        f"Ada Lind posted this, {day(item.posted_at)} "
        "Planned Mira Okafor , CTO , 1 January 2031 In spring. Promised for May 2031 "
        "Edited on 1 January 2031 : see the earlier words "
        "Ada Lind , 2 January 2031 Thank you . "
        "Promised for July 2031 instead of May 2031 Mira Okafor , CTO , 3 January 2031 It is more than it seemed."
    )


def test_the_earlier_words_of_an_explanation_have_a_page(
    session: Session, visitor_browser: TestClient, maintainer: Person, item: Item
) -> None:
    moved = factories.move(session, item, maintainer, Status.PLANNED, "In <winter>.")
    status_changes.correct(session, moved, maintainer, "In spring.")
    (path,) = earlier_words(visitor_browser.get("/items/1"))
    page = visitor_browser.get(path)
    assert words(page) == (
        "Earlier words From the story of “Dark <mode>”. "
        f"Explanation, until {day(db.now())} In <winter>. Back to the item"
    )
    assert f'href="/items/1#moved-{moved.id}"' in page.text
    assert '<meta name="robots" content="noindex">' in page.text


def test_a_page_bears_any_number_of_edits(
    session: Session, visitor_browser: TestClient, member: Person, item: Item
) -> None:
    """The words before each have a page of their own, which leads to no others."""
    written = [*(f"{number} ".ljust(text.WORDS_MOST, "x") for number in range(4)), "The end."]
    comment = factories.comment(session, item, member, "At first.")
    before = visitor_browser.get("/items/1")
    for body in written:
        items.edit(session, item, member, item.title, body, {})
        comments.edit(session, comment, member, body)
    page = visitor_browser.get("/items/1")
    assert len(page.text) - len(before.text) < 10 * 1_000
    pages = [visitor_browser.get(path) for path in earlier_words(page)]
    kept = [words(each, '<blockquote class="story-before"', "</blockquote>") for each in pages]
    assert sorted(kept) == sorted(["My *eyes* hurt.", "At first.", *written[:4], *written[:4]])


def test_a_visitor_finds_forms_to_take_part_and_none_of_the_teams(visitor_browser: TestClient, item: Item) -> None:
    page = visitor_browser.get("/items/1").text
    assert [part in page for part in ('id="vote-1"', 'id="follow"', 'id="comment-form"', 'id="team"', "/edit")] == [
        True, True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "finds"),
    [
        ("member", ["/items/1/edit"]),
        ("other_member", []),
        ("advocate", ['id="team"', 'id="move"', 'id="proposal"']),
        ("maintainer", ["/items/1/edit", "/items/1/hiding", 'id="team"', 'id="move"', 'name="official"']),
    ],
)
def test_each_role_finds_what_it_may_do(
    request: pytest.FixtureRequest, browser_of: Callable[[Person | None], TestClient], item: Item, role: str,
    finds: list[str],
) -> None:  # fmt: skip
    page = browser_of(request.getfixturevalue(role)).get("/items/1").text
    every = ["/items/1/edit", "/items/1/hiding", 'id="team"', 'id="move"', 'id="proposal"', 'name="official"']
    assert [part for part in every if part in page] == finds


def test_a_hidden_item_says_who_hid_it_and_why_and_nothing_else(
    session: Session, visitor_browser: TestClient, maintainer: Person, item: Item
) -> None:
    hiding.hide(session, item, maintainer, "It names a <customer>.")
    page = visitor_browser.get("/items/1")
    assert words(page).startswith(
        f"Item #1 is hidden Mira Okafor , CTO , put it out of sight on {day(db.now())} "
        "and gave this reason: It names a <customer>."
    )
    assert "mode" not in page.text
    assert '<meta name="robots" content="noindex">' in page.text


def test_a_hidden_item_still_shows_to_its_reporter_and_to_maintainers(
    session: Session, member_browser: TestClient, maintainer_browser: TestClient, maintainer: Person, item: Item
) -> None:
    hiding.hide(session, item, maintainer, "It names a customer.")
    for browser in (member_browser, maintainer_browser):
        shown = standing(browser)
        assert shown.startswith("Hidden from others by Mira Okafor , CTO : It names a customer.")
        assert "My eyes hurt." in words(browser.get("/items/1"))


def test_an_item_of_a_private_board_is_absent_for_others(
    session: Session, visitor_browser: TestClient, other_browser: TestClient, member_browser: TestClient, item: Item
) -> None:
    session.execute(update(Board).values(access=Access.OWN_CASES))
    answers = [browser.get("/items/1").status_code for browser in (visitor_browser, other_browser, member_browser)]
    assert answers == [404, 404, 200]


@pytest.mark.parametrize("path", ["/items/9", "/items/0", "/items/99999999999999999999", "/items/x", "/items/-1"])
def test_what_is_not_there_is_not_found(visitor_browser: TestClient, item: Item, path: str) -> None:
    assert visitor_browser.get(path).status_code == 404


def seen_at(session: Session, person: Person) -> datetime | None:
    tie = subscriptions.tie(session, session.get_one(Item, 1), person)
    return tie and tie.seen_at


def test_what_others_did_since_one_looked_is_new_until_one_looks(
    session: Session, member_browser: TestClient, member: Person, maintainer: Person, item: Item
) -> None:
    factories.move(session, item, maintainer, Status.ACKNOWLEDGED)
    assert story(member_browser).count("new to you") == 1
    seen = seen_at(session, member)
    assert seen is not None
    assert seen >= item.changed_at
    assert story(member_browser).count("new to you") == 0


def test_who_leaves_while_the_page_is_on_its_way_has_seen_nothing(
    session: Session, member_browser: TestClient, item: Item, member: Person, maintainer: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    look, seen = notifications.look, []

    def leave_and_look(of_look: Session, **about: Any) -> None:
        seen.append(about["person"])
        of_look.execute(update(Person).where(col(Person.id) == member.id).values(deleted_at=db.now()))
        look(of_look, **about)

    monkeypatch.setattr(notifications, "look", leave_and_look)
    factories.move(session, item, maintainer, Status.ACKNOWLEDGED)
    assert member_browser.get("/items/1").status_code == 200
    assert len(seen) == 1


def test_looking_at_what_one_has_seen_writes_nothing(
    session: Session, member_browser: TestClient, member: Person, item: Item
) -> None:
    before = seen_at(session, member)
    member_browser.get("/items/1")
    assert seen_at(session, member) == before


def test_looking_at_what_is_no_case_makes_none(
    session: Session, other_browser: TestClient, other_member: Person, item: Item
) -> None:
    assert "new to you" not in other_browser.get("/items/1").text
    assert seen_at(session, other_member) is None


def test_what_was_followed_is_a_case_whose_news_are_marked(
    session: Session, other_browser: TestClient, other_member: Person, maintainer: Person, item: Item
) -> None:
    subscriptions.follow(session, item, other_member)
    factories.move(session, item, maintainer, Status.ACKNOWLEDGED)
    assert "new to you" in story(other_browser)


def test_names_are_told_apart_from_the_sentence_around_them(
    session: Session, visitor_browser: TestClient, item: Item, member: Person
) -> None:
    member.name = "ليلى"
    assert "<bdi>ليلى</bdi>" in visitor_browser.get("/items/1").text


def fill(session: Session, item: Item, maintainer: Person, times: int) -> None:
    for count in range(times):
        factories.comment(session, item, factories.person(session), f"Comment {count}")
        factories.move(session, item, maintainer, (Status.PLANNED, Status.IN_PROGRESS)[count % 2])
        duplicate = factories.item(session, factories.person(session), f"The same {count}")
        factories.move(session, duplicate, maintainer, Status.DUPLICATE, duplicate_of="1")
        put_tag(session, count + 1, f"Tag {count}")


@pytest.mark.parametrize("who", COST)
@pytest.mark.parametrize("times", [1, 3])
def test_a_page_with_much_to_tell_costs_the_queries_of_one_with_little(
    request: pytest.FixtureRequest, session: Session, browser_of: Callable[[Person | None], TestClient],
    maintainer: Person, item: Item, *, who: str, times: int,
) -> None:  # fmt: skip
    fill(session, item, maintainer, times)
    browser = browser_of(request.getfixturevalue(who))
    browser.get("/items/1")
    with counted(session) as statements:
        assert browser.get("/items/1").status_code == 200
    assert len(statements) == COST[who]


def test_a_question_costs_its_reporter_one_more(
    session: Session, member_browser: TestClient, maintainer: Person, item: Item
) -> None:
    fill(session, item, maintainer, 1)
    ask(session, item, maintainer)
    member_browser.get("/items/1")
    with counted(session) as statements:
        assert member_browser.get("/items/1").status_code == 200
    assert len(statements) == COST["member"] + 1
